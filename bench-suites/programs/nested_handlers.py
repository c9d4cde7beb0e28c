"""nested_handlers: an effect that passes outward through d handlers, of which the last answers.

The d - 1 inner handlers do not answer. Typed ones accept other effects, so that a machine may step
over them without calling Python; untyped ones are called and pass the effect on. The first shows
what the search costs per handler, the second what a Pass costs; neither may cost more because the
stack is deep.
"""

from effects import EffectBase, Pass, Resume, do

OPERATION = "effect"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (100, 1_000)
DEPTHS = (1, 4, 16, 64)
PARAMS = tuple({"depth": depth, "typed": typed} for typed in (True, False) for depth in DEPTHS)

REPLY = 3


class Ask(EffectBase):
    """Answered with REPLY by the outermost handler."""

    __slots__ = ()


ASK = Ask()

# One effect type for each inner handler; never performed.
OTHERS = [type(f"Other{index}", (EffectBase,), {"__slots__": ()}) for index in range(max(DEPTHS))]


def max_size(engine, depth, typed):
    """Many effects that many handlers pass on take a machine in Python too long."""
    return 64_000 // depth if engine in ("cesk", "pure") and not typed else None


def operations(size, depth, typed):
    """One effect for each step of the loop, however many handlers it passes."""
    return size


@do
def body(size, depth, typed):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield ASK
    return total


def answer(effect, k):
    """Answer by a tail resume."""
    return (yield Resume(k, REPLY))


def answer_wrongly(effect, k):
    """Must not be called."""
    return (yield Resume(k, -1))


def pass_on(effect, k):
    """Leave the answer to the next handler."""
    yield Pass(effect, k)


def handlers(depth, typed):
    """The handlers, innermost first."""
    if typed:
        inner = [(answer_wrongly, other) for other in OTHERS[: depth - 1]]
        return [*inner, (answer, Ask)]
    return [*[(pass_on, None)] * (depth - 1), (answer, None)]


def reply(effect):
    """What the outermost handler's clause computes."""
    return REPLY


def passing_to(function):
    """A function that passes the effect on to another."""

    def pass_to(effect):
        return function(effect)

    return pass_to


def plain(size, depth, typed):
    """Call the function that answers: directly, or through functions that pass the effect on."""
    call = reply
    if not typed:
        for _ in range(depth - 1):
            call = passing_to(call)
    total = 0
    for _ in range(size):
        total += call(ASK)
    return total


def expected(size, depth, typed):
    """Every reply is REPLY, however many handlers an effect passes."""
    return REPLY * size
