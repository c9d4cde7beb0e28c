"""The loop: what a run spends its time on.

One function, so that its state lives in local variables: the innermost segment and its frames, the
generator that runs, and what that yielded or is to get. What is common is done here in order of
frequency; the rest is left to `rules`. The frame of this function calls every generator, and their
tracebacks refer to it: what a variable holds longer than a step lives longer than it should.
"""

# The loop reads the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false
# Its variables hold anything, and the checker loses track of that on the way round.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportOptionalMemberAccess=false
# pyright: reportArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from cesk_v3 import messages
from cesk_v3.builtin_effects import Ask, Get, Modify, Put, Tell
from cesk_v3.contexts import throw
from cesk_v3.crossings import crossed, forget, settle
from cesk_v3.effects import EffectBase, is_a, is_subclass
from cesk_v3.frames import ERROR, EVALUATE, VALUE, Counters, DispatchingFrame, Kind, Store
from cesk_v3.level1 import FINISHED, close, is_new
from cesk_v3.machine import Steps
from cesk_v3.primitives import Resume, Transfer, WithHandler
from cesk_v3.programs import DoCall, Pure
from cesk_v3.results import Err, Ok
from cesk_v3.resuming import USES_CONTINUATION
from cesk_v3.stdlib import LACKING
from cesk_v3.tail import analysed, is_tail
from cesk_v3.tracebacks import release_frames, stopped, without_ours, without_top

from .rules import (
    RULES,
    go_on,
    lacks,
    other_result,
    ran_in_place,
    resume,
    start_object,
    transfer,
    unhandled,
)
from .segments import (
    FUNCTION,
    GENERATOR,
    IN_PLACE,
    MARKER,
    SAFE,
    UNSTARTED,
    Continuation,
    Listening,
    Segment,
    Start,
    put_back,
    site_of,
    take,
)

__all__ = ["Engine", "Trace", "execute"]

Trace: TypeAlias = "Callable[[Any, Segment, Any], None]"
"""Is told of each step: the program, the innermost segment and the generator that yielded."""


Engine: TypeAlias = "tuple[Steps, Counters, Trace | None]"
"""What runs a program."""

NEW: Final = object.__new__
RESUME: type = Resume


def execute(  # noqa: PLR0912, PLR0915 (a call for each part would cost more than the part)
    program: Any, stack: list[Segment], engine: Engine
) -> tuple[Kind, Any, Store]:
    """How a run of a program ends: with a value or an error, and the errors in flight.

    The innermost segment is taken out of `stack`, so that no caller keeps it.
    """
    steps, counters, trace = engine
    store = Store(counters, ())
    segment: Any = stack.pop()
    frames: Any = segment.frames
    v: Any = program  # what was yielded, or is to be given
    gen: Any = None  # who yielded it, or gets it; None for who waits on top of `frames`
    error: Any = None  # what is to be raised instead
    dispatches = 0
    calm = False  # whether `gen` is a generator and gets a value, and no error is in flight
    slow: Any = None
    tail_code: Any = None  # of a generator whose only `yield` is a tail resume
    k: Any = None
    first: Any = None
    last: Any = None
    found: Any = None
    raising: Any = None
    frame: Any = None
    program = None
    try:
        for _ in steps:
            if trace is not None:
                trace(v, segment, gen)

            # What to do with the program `v`.

            kind = type(v)
            if kind is Resume:
                k = v._k
                if type(k) is Continuation and (last := k._last) is not UNSTARTED:
                    first = k._first
                    k._first = None
                else:
                    first = None
                if first is None:
                    slow = resume(v, segment, gen, counters)
                else:
                    k._last = None
                    v = v._value
                    if gen is None:
                        k._site = site_of(first)
                    elif gen.gi_code is tail_code or is_tail(gen):
                        try:
                            if next(gen, FINISHED) is not FINISHED:
                                error = close(gen)
                        except BaseException as raised:  # of a signal's handler, say
                            error = without_top(raised)
                        if frames and type(frames[-1]) is MARKER:
                            if error is None and frames.pop()[1] is not k:
                                k._site = site_of(first)
                        else:
                            k._site = site_of(first)
                        if error is None and gen.gi_code is not tail_code:
                            tail_code = only_yield(gen)
                    else:
                        frames.append(gen)
                        k._site = site_of(first)
                    if error is None:
                        last.outer = segment
                        segment = first
                        frames = first.frames
                        if frames:
                            gen = frames.pop()
                            if type(gen) is not GENERATOR:
                                calm = False
                        else:
                            gen = None
                            calm = False
                    else:
                        k._last = last
                        k._first = first
                        gen = v = None
                        calm = False
                    k = first = last = None
            elif kind is DoCall:
                function = v._maker.__wrapped__
                try:
                    made = function(*v._args, **v._kwargs) if v._kwargs else function(*v._args)
                except BaseException as raised:
                    error = stopped(function, raised)
                    v = None
                    calm = False
                else:
                    if type(made) is not GENERATOR:
                        v = made
                    elif (
                        type(function) is FUNCTION and made.gi_code is function.__code__
                    ) or is_new(made):
                        if gen is not None:
                            frames.append(gen)
                        gen = made
                        v = None
                    else:
                        error = TypeError(messages.started_generator(made))
                        v = None
                        calm = False
                made = function = None
            elif is_subclass(EffectBase, kind):
                dispatches += 1
                found = segment
                while (accepted := found.effects) is not None:
                    for base in accepted:
                        if base is kind or is_subclass(base, kind):
                            break
                    else:
                        found = found.outer
                        if found is None:
                            break
                        continue
                    break
                if found is None:
                    error = unhandled(v, segment)
                    v = None
                    calm = False
                elif found.native is None:
                    frames.append(IN_PLACE if gen is None else gen)
                    k = NEW(Continuation)
                    k._last = found
                    k._first = segment
                    segment = found.outer
                    found.outer = None
                    frames = segment.frames
                    try:
                        gen = found.handler(v, k)
                    except BaseException as raised:
                        error = stopped(found.handler, raised)
                        frames.append((v, k, found.handler, None))
                        gen = v = None
                        calm = False
                    else:
                        if type(gen) is GENERATOR:
                            frames.append((v, k, found.handler, None))
                            v = None
                            if gen.gi_code is not found.code and not is_new(gen):
                                error = TypeError(messages.started_generator(gen))
                                gen = None
                                calm = False
                        elif type(gen) is RESUME and gen._k is k:
                            # The clause is over already.
                            first = k._first
                            k._first = None
                            if first is None:
                                frames.append((v, k, found.handler, None))
                                slow = transfer(gen, segment, None, counters)
                            else:
                                k._last = None
                                v = gen._value
                                found.outer = segment
                                segment = first
                                frames = first.frames
                                first = None
                                if frames:
                                    gen = frames.pop()
                                    if type(gen) is not GENERATOR:
                                        calm = False
                                else:
                                    gen = None
                                    calm = False
                        else:
                            frames.append((v, k, found.handler, None))
                            slow = other_result(v, found.handler, gen, segment, counters)
                    k = None
                else:
                    # A built-in handler answers without a continuation.
                    native = found.native
                    # With `effects=` it may get those of others.
                    quick = kind if found.listed is native else None
                    if quick is Get:
                        try:
                            v = native._items.get(v._key)
                        except BaseException as raised:
                            error = without_top(raised)
                            v = None
                            calm = False
                    elif quick is Put:
                        try:
                            native._items[v._key] = v._value
                        except BaseException as raised:
                            error = without_top(raised)
                            calm = False
                        v = None
                    elif quick is Ask:
                        try:
                            got = native._env.get(v._key, LACKING)
                        except BaseException as raised:
                            error = without_top(raised)
                            v = None
                            calm = False
                        else:
                            if got is not LACKING:
                                v = got
                            else:
                                frames.append(IN_PLACE if gen is None else gen)
                                slow = go_on(v, segment, found.outer, True, counters)
                            got = None
                    elif quick is Tell and not native._nested:
                        native._logs.append(v._entry)
                        v = None
                    else:
                        answer = native._modify if quick is Modify else native._answer
                        slow = answer(v, counters)
                        answer = None
                        if slow is None:
                            frames.append(IN_PLACE if gen is None else gen)
                            slow = go_on(v, segment, found.outer, lacks(found, v), counters)
                        else:
                            slow = (*slow, segment, gen)
                    native = None
                found = None
            elif (
                kind is WithHandler and v._effects is None and type(v._handler) is FUNCTION
            ):  # and so it need not be checked
                if gen is not None:
                    frames.append(gen)
                    gen = None
                segment = Segment(segment, v._handler, None, v._handler, None)
                frames = segment.frames
                v = v._program
                calm = False
                continue
            elif kind is Pure:
                v = v._value
            elif kind is Transfer and gen is not None and frames and type(frames[-1]) is MARKER:
                # The clause is this generator alone.
                k = v._k
                if type(k) is Continuation and (last := k._last) is not UNSTARTED:
                    first = k._first
                    k._first = None
                else:
                    first = None
                if first is None:
                    slow = transfer(v, segment, gen, counters)
                else:
                    k._last = None
                    try:
                        gen.close()
                    except BaseException as raised:
                        error = without_top(raised)
                        k._last = last
                        k._first = first
                        gen = v = None
                        calm = False
                    else:
                        v = v._value
                        if frames.pop()[1] is not k:
                            k._site = site_of(first)
                        last.outer = segment
                        segment = first
                        frames = first.frames
                        gen = frames.pop() if frames else None
                        if type(gen) is not GENERATOR:
                            calm = False
                    first = last = None
                k = None
            else:
                slow = RULES.get(kind, start_object)(v, segment, gen, counters)

            if slow is not None:
                mode, v, segment, gen = slow
                slow = None
                frames = segment.frames
                if mode is EVALUATE:
                    if gen is None:
                        calm = False
                    continue
                if mode is ERROR:
                    error = v
                    v = None
                    release_frames(error)
                    calm = False
                elif gen is None:
                    calm = False

            # Give `v`, or `error`, to whoever gets it, until something is yielded.

            while True:
                if calm:
                    try:
                        v = gen.send(v)
                        break
                    except StopIteration as stop:
                        v = stop.value
                        if frames:
                            gen = frames.pop()
                            if type(gen) is GENERATOR:
                                continue
                        else:
                            gen = None
                        calm = False
                    except BaseException as raised:
                        error = without_top(raised)
                        gen = v = None
                        calm = False
                elif type(gen) is GENERATOR:
                    if error is None and not store.in_flight:
                        calm = True
                        continue
                    raising = error
                    error = None
                    chained = raising is not None and raising.__context__ is not None
                    try:
                        if raising is None:
                            v = gen.send(v)
                        elif chained:
                            v = throw(gen, raising)
                        else:
                            v = gen.throw(raising)
                    except StopIteration as stop:
                        v = stop.value
                    except BaseException as raised:
                        error = without_ours(raised) if chained else without_top(raised)
                        v = None
                        if chained:
                            release_frames(error)
                    else:
                        if chained:
                            release_frames(raising)
                        raising = None
                        if store.in_flight:
                            store = settle(store, gen, None)
                        calm = not store.in_flight
                        break
                    if chained:
                        release_frames(raising)
                    raising = None
                    if store.in_flight:
                        store = settle(store, gen, error)
                    gen = None
                elif gen is not None:
                    # A mark on the stack, which a value or an error leaves.
                    frame = gen
                    gen = None
                    if type(frame) is MARKER:
                        if error is not None:
                            first = take(frame[1])
                            if first is None:
                                store = crossed(store, error, dispatch_of(frame))
                            else:
                                segment = put_back(frame[1], first, segment)
                                frames = segment.frames
                            first = None
                        elif type(v) in USES_CONTINUATION:
                            error = TypeError(messages.unperformed(frame[2], v))
                            v = None
                            gen = frame
                    elif type(frame) is Start:
                        if error is None:
                            v = ran_in_place(frame.program, segment)
                            frame = None
                            break
                    elif frame is SAFE:
                        if error is None:
                            v = Ok(v)
                        elif is_a(error, Exception):
                            v = Err(error)
                            store = forget(store, error)
                            error = None
                    elif type(frame) is Listening and error is None:
                        v = (v, frame.writer.logs())
                    frame = None
                elif frames:
                    gen = frames.pop()
                elif segment.outer is not None:
                    first = segment.outer
                    segment.outer = None
                    segment = first
                    frames = first.frames
                    first = None
                elif error is None:
                    return VALUE, v, store
                else:
                    return ERROR, error, store
        raise AssertionError("there are steps enough")
    finally:
        counters.dispatches += dispatches
        # A traceback may refer to this frame.
        segment = frames = v = gen = error = slow = raising = None
        k = first = last = found = frame = native = made = function = None
        kind = accepted = base = store = tail_code = None


def only_yield(generator: Any) -> Any:
    """The code of a generator, which was found to be at a tail `yield`, if it has no other."""
    tails = analysed[id(generator.gi_code)].tails
    return generator.gi_code if tails is not None and tails.alone else None


def dispatch_of(frame: Any) -> DispatchingFrame:
    """What the note of an error tells about a clause."""
    effect, k, handler, program = frame
    dispatch = DispatchingFrame(effect, k, handler, getattr(k, "_site", None))
    dispatch.program = program
    return dispatch
