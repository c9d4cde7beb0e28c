"""Where an error of a handler is raised: before, at and after its answer; nested handlers."""

from _kit import show
from doeff import Ask, Get, Pass, Resume, Transfer, do, handler
from doeff_core_effects.handlers import state


def raising(when):
    @handler
    def one(effect: Ask, k):
        if when == "before":
            raise ValueError("before")
        if when == "after an effect":
            yield Get("n")
            raise ValueError("after an effect")
        value = yield (Transfer if when == "after a transfer" else Resume)(k, 1)
        if when == "after":
            raise ValueError(f"after {value}")
        return value

    return one


@handler
def passing(effect, k):
    try:
        return (yield Pass(effect, k))
    except ValueError as error:
        print("passer sees", error)
        raise


@do
def body():
    try:
        return (yield Ask("k"))
    except ValueError as error:
        return f"body caught {error}"


for when in ("before", "after an effect", "after", "after a transfer"):
    show(when, state()(raising(when)(body())))
    show(f"{when}, passed", state()(raising(when)(passing(body()))))
