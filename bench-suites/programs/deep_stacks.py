"""deep_stacks: the loop of resume_churn on a stack that is deep in one of three ways.

Below the handler lie so many callers (`call_depth`), or between it and the loop (`frames_captured`,
so that each continuation holds them), or so many other handlers enclose it (`handlers_outside`). An
effect that is answered nearby must cost the same in all of them, at every depth.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "effect"
SIZES = (1_000, 10_000)
QUICK_SIZES = (1_000,)
KINDS = ("call_depth", "frames_captured", "handlers_outside")
DEPTHS = (1, 10, 100, 1_000)
PARAMS = tuple({"kind": kind, "depth": depth} for kind in KINDS for depth in DEPTHS)

REPLY = 3


class Ask(EffectBase):
    """Answered with REPLY by the innermost handler."""

    __slots__ = ()


ASK = Ask()


def operations(size, kind, depth):
    """One effect for each step of the loop."""
    return size


@do
def loop(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield ASK
    return total


@do
def below(depth, program):
    """Call the program through so many frames."""
    if depth == 1:
        return (yield program)
    return (yield below(depth - 1, program))


def answer(effect, k):
    """Answer by a tail resume."""
    return (yield Resume(k, REPLY))


def answer_wrongly(effect, k):
    """Must not be called."""
    return (yield Resume(k, -1))


def body(size, kind, depth):
    """The loop, where the stack is to be as deep."""
    if kind == "call_depth":
        return below(depth, WithHandler(answer, loop(size)))
    if kind == "frames_captured":
        return below(depth, loop(size))
    return loop(size)


def handlers(kind, depth):
    """The one that answers, unless the body installs it, and those outside."""
    if kind == "call_depth":
        return []
    outside = depth if kind == "handlers_outside" else 0
    return [(answer, None), *[(answer_wrongly, None)] * outside]


def reply(effect):
    """What the handler's clause computes."""
    return REPLY


def plain(size, kind, depth):
    """Call a function instead of performing an effect; its callers make no difference."""
    total = 0
    for _ in range(size):
        total += reply(ASK)
    return total


def expected(size, kind, depth):
    """Every reply is REPLY, however deep the stack is."""
    return REPLY * size
