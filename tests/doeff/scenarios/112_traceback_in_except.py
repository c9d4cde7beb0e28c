"""`GetExecutionContext` and `GetTraceback`: what a program can ask about itself."""

from _kit import clean, show
from doeff import Ask, GetExecutionContext, GetTraceback, Resume, do, handler
from doeff_core_effects.handlers import reader


@do
def failing():
    yield Ask("a")
    raise ValueError("x")


@do
def asking():
    before = yield GetExecutionContext()
    try:
        yield failing()
    except ValueError:
        inside = yield GetExecutionContext()
    after = yield GetExecutionContext()
    return [clean(context) for context in (before, inside, after)]


@handler
def tracing(effect: Ask, k):
    for entry in (yield GetTraceback(k)):
        print("trace", clean(entry))
    return (yield Resume(k, 1))


@do
def calling():
    return (yield failing())


for line in show("context", reader(env={"a": 1})(asking())):
    print(line)
show("trace", reader(env={"a": 1})(tracing(calling())))
