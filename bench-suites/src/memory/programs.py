"""What is measured: structures on the machine, and the same made of plain generators; loops.

A structure calls `probe` while all of it is alive. Lists that hold it have `room` entries at every
size, so that they cancel out of a difference. A loop calls `probe` while it still runs. No function
makes an int for each step that its counterpart does not make.
"""

from itertools import chain, repeat

from doeff_vm import Ask, EffectBase, Pure, Put, Resume, WithHandler, do, reader, run, state


class Question(EffectBase):
    """What the handlers here are asked."""

    __slots__ = ()


QUESTION = Question()
ASK = Ask("key")
PUT = Put("key", None)


def hold(generators, room, probe):
    """Start generators and hold them as they are suspended."""
    held = [None] * room
    for place, generator in enumerate(generators):
        next(generator)
        held[place] = generator
    probe()


def hundreds(size, room, probe):
    """So many objects of 100 bytes: a bytes object needs 33 besides its contents."""
    held = [None] * room
    for place in range(size):
        held[place] = bytes(67)
    probe()


# ---- structures ----------------------------------------------------------------------------------


def descend(left, probe):
    """Call itself so many times deep; the innermost one calls `probe`."""
    if left == 0:
        probe()
        return None
    return (yield descent(left - 1, probe))


descent = do(descend)


def frames(size, room, probe):
    """So many suspended frames, each waiting for the next."""
    run(descent(size, probe))


def plain_frames(size, room, probe):
    """The generators of the frames."""
    hold((descend(left, probe) for left in range(size, 0, -1)), room, probe)


def question():
    """Perform one effect."""
    return (yield QUESTION)


questioner = do(question)


def continuations(size, room, probe):
    """So many unused continuations, each of one frame under one prompt."""
    hold_continuations(questioner(), size, room, probe)


def hold_continuations(program, size, room, probe):
    """So many times, install a handler that keeps the continuation of an effect of the program."""
    held = [None] * room
    places = iter(range(size))

    def keep(_effect, k):
        held[next(places)] = k
        return Pure(None)

    run(install(keep, program, size, probe))


@do
def install(handler, program, size, probe):
    """So many times, install a handler around a program."""
    for _ in repeat(None, size):
        yield WithHandler(handler, program)
    probe()


def plain_continuations(size, room, probe):
    """The generators of the performers."""
    hold((question() for _ in repeat(None, size)), room, probe)


def call_questioner():
    """Call a program that performs one effect."""
    return (yield questioner())


caller = do(call_questioner)


def longer_continuations(size, room, probe):
    """So many unused continuations, each of two frames under one prompt."""
    hold_continuations(caller(), size, room, probe)


def plain_longer_continuations(size, room, probe):
    """The generators of the callers and of the performers."""
    pairs = ((call_questioner(), question()) for _ in repeat(None, size))
    hold(chain.from_iterable(pairs), 2 * room, probe)


def nest(left, probe):
    """Install so many handlers in one another; the body of the innermost calls `probe`."""
    if left == 0:
        probe()
        return None
    return (yield WithHandler(reply, nested(left - 1, probe)))


nested = do(nest)


def prompts(size, room, probe):
    """So many installed prompts, each with the frame that the next is installed in."""
    run(nested(size, probe))


def plain_prompts(size, room, probe):
    """The generators of the frames."""
    hold((nest(left, probe) for left in range(size, 0, -1)), room, probe)


def wait(_effect, k):
    """Resume, and do something with the answer."""
    answer = yield Resume(k, None)
    return [answer]


def clauses(size, room, probe):
    """So many clauses, each waiting for what its continuation returns."""
    run(WithHandler(wait, perform(QUESTION, size, probe)))


def plain_clauses(size, room, probe):
    """The generators of the clauses."""
    hold((wait(QUESTION, None) for _ in repeat(None, size)), room, probe)


# ---- loops ---------------------------------------------------------------------------------------


@do
def perform(effect, size, probe):
    """Perform an effect so many times."""
    for _ in repeat(None, size):
        yield effect
    probe()


def reply(_effect, k):
    """Answer by a tail resume."""
    return (yield Resume(k, None))


def reply_at_once(_effect, k):
    """Answer by a tail resume, without a generator."""
    return Resume(k, None)


def tail_resume(size, probe):
    """So many effects, answered by a generator."""
    run(WithHandler(reply, perform(QUESTION, size, probe)))


def plain_handler(size, probe):
    """So many effects, answered by a plain function."""
    run(WithHandler(reply_at_once, perform(QUESTION, size, probe)))


def ask(size, probe):
    """So many times, read the environment."""
    run(WithHandler(reader({"key": None}), perform(ASK, size, probe)))


def put(size, probe):
    """So many times, write the state."""
    run(WithHandler(state({}), perform(PUT, size, probe)))


@do
def nothing():
    """End at once."""
    return
    yield


@do
def call(size, probe):
    """Call a program so many times."""
    for _ in repeat(None, size):
        yield nothing()
    probe()


def program_call(size, probe):
    """So many times, call a program that is a generator."""
    run(call(size, probe))
