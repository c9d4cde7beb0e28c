"""Each line of the table's column *raises* happens as it says, on all engines."""

from __future__ import annotations

import builtins
from types import ModuleType

import pytest

from .provoking import (
    CONSUMED,
    NO_EFFECTS,
    NO_HANDLER,
    NO_PROGRAM,
    OTHER_THREAD,
    STARTED,
    UNHASHABLE,
    Case,
    Failure,
    Generated,
    cases,
    ends_with,
    fail,
    from_another_thread,
    ignored,
    on_async,
    on_exception,
    on_late_field,
    on_mutable_base,
    on_mutable_default,
    on_no_effect,
    on_slots,
    on_unknown,
    once,
    outcome,
    performer_gets,
    started,
    stop,
    under_all,
    unstarted,
    used,
)
from .public_names import TABLE

CASES = [
    *cases(
        "run",
        "called: TypeError, handlers is neither a list nor a tuple",
        "run() needs a list or tuple of handlers, got {} of type 'dict'",
        lambda e: e.run(e.Pure(), handlers={}),
    ),
    *cases(
        "run",
        "called: TypeError, a handler is not callable",
        NO_HANDLER,
        lambda e: e.run(e.Pure(), handlers=[3]),
    ),
    *cases(
        "run",
        "called: TypeError, env is not a mapping",
        "reader() needs a mapping, got 3 of type 'int'",
        lambda e: e.run(e.Pure(), env=3),
    ),
    *cases(
        "run",
        "called: TypeError, state is not a mapping",
        "state() needs a mapping, got 3 of type 'int'",
        lambda e: e.run(e.Pure(), state=3),
    ),
    *cases("run", "called: TypeError, program is not a program", NO_PROGRAM, lambda e: e.run(3)),
    *cases(
        "run",
        "called: BaseException, what the program does not catch",
        "",
        lambda e: e.run(e.do(fail)()),
    ),
    *cases(
        "VM",
        "called: TypeError, debug is neither a bool nor a DebugConfig",
        "debug must be a bool or a DebugConfig, got 1 of type 'int'",
        lambda e: e.VM(debug=1),
    ),
    *cases(
        "VM",
        "called: ValueError, gil is neither 'strict' nor 'adaptive'",
        "gil must be 'strict' or 'adaptive', got 'never'",
        lambda e: e.VM(gil="never"),
    ),
    *cases(
        "VM",
        "run: RuntimeError, another thread is running a program on this VM",
        OTHER_THREAD,
        lambda e: from_another_thread(e, lambda vm: vm.run(e.Pure())),
    ),
    *cases(
        "VM",
        "start_with_generator: TypeError, g is not a generator",
        "start_with_generator needs a generator, got 3 of type 'int'",
        lambda e: e.VM().start_with_generator(3),
    ),
    *cases(
        "VM",
        "start_with_generator: TypeError, g has started already",
        STARTED,
        lambda e: e.VM().start_with_generator(started()),
    ),
    *cases(
        "VM",
        "start_with_generator: RuntimeError, another thread is running a program on this VM",
        OTHER_THREAD,
        lambda e: from_another_thread(e, lambda vm: vm.start_with_generator(once(e))),
    ),
    *cases(
        "VM",
        "stdlib: TypeError, env is not a mapping",
        "needs a mapping, got 3 of type 'int'",
        lambda e: e.VM().stdlib(env=3),
    ),
    *cases(
        "VM",
        "stdlib: TypeError, state is not a mapping",
        "needs a mapping, got 3 of type 'int'",
        lambda e: e.VM().stdlib(state=3),
    ),
    *cases(
        "DebugConfig",
        "called: ValueError, level is neither 'steps' nor 'trace'",
        "level must be 'steps' or 'trace', got 'loud'",
        lambda e: e.DebugConfig("loud"),
    ),
    # Programs
    *cases(
        "do",
        "called: TypeError, function is an async def",
        "@do needs a plain or generator function, but 'on_async.<locals>.function' is an async def",
        on_async,
    ),
    *cases(
        "do",
        "called: TypeError, function is not callable",
        "@do needs a function, got 3 of type 'int'",
        lambda e: e.do(3),
    ),
    *cases(
        "DoCall",
        "yielded: TypeError, the arguments do not fit the function",
        "positional argument",
        lambda e: e.do(lambda: None)(1),
    ),
    *cases(
        "DoCall",
        "yielded: TypeError, the function returned a generator that has started already",
        STARTED,
        lambda e: e.do(started)(),
    ),
    *cases(
        "DoCall",
        "yielded: RuntimeError, the function, a plain one, raised StopIteration",
        "stop raised StopIteration",
        lambda e: e.do(stop)(),
    ),
    *cases(
        "DoCall", "yielded: BaseException, what the function raises", "", lambda e: e.do(fail)()
    ),
    *cases(
        "Program",
        "yielded: TypeError, a raw generator was yielded",
        "a raw generator 'once' is not a program; decorate its function with @do",
        once,
    ),
    *cases(
        "Program",
        "yielded: TypeError, something else was yielded that is not a program",
        NO_PROGRAM,
        lambda: 3,
    ),
    *cases(
        "Program",
        "yielded: TypeError, to_generator() returned no generator",
        "Generated.to_generator() returned 3 of type 'int'; expected a generator",
        lambda: Generated(lambda: 3),
    ),
    *cases(
        "Program",
        "yielded: TypeError, to_generator() returned a generator that has started already",
        STARTED,
        lambda: Generated(started),
    ),
    *cases(
        "Program",
        "yielded: RuntimeError, to_generator() raised StopIteration",
        "raised StopIteration",
        lambda: Generated(stop),
    ),
    *cases(
        "Safe TailCall Listen CreateContinuation",
        "yielded: TypeError, program is not a program",
        NO_PROGRAM,
        lambda e, new: under_all(e, new(3)),
    ),
    *cases(
        "Safe",
        "yielded: BaseException, what program raises, if it is not an Exception",
        "",
        lambda e: e.Safe(e.do(fail)()),
    ),
    *cases(
        "EffectBase",
        "yielded: UnhandledEffect, no handler in scope accepts the effect",
        "no handlers in scope",
        lambda e: e.EffectBase(),
    ),
    *cases(
        "EffectBase",
        "yielded: TypeError, the handler returned neither a generator nor a program",
        "returned 3 of type 'int' for effect",
        lambda e: e.WithHandler(lambda _effect, _k: 3, e.EffectBase()),
    ),
    *cases(
        "EffectBase",
        "yielded: TypeError, the clause returned a primitive that uses a continuation",
        "returned Resume(...) without performing it; write 'return (yield Resume(k, value))'",
        lambda e: ends_with(e, e.Resume),
    ),
    *cases(
        "EffectBase",
        "yielded: RuntimeError, the handler's call raised StopIteration",
        "stop raised StopIteration",
        lambda e: e.WithHandler(stop, e.EffectBase()),
    ),
    *cases(
        "EffectBase",
        "yielded: BaseException, what the clause raises while its continuation is unused",
        "",
        lambda e: e.WithHandler(fail, e.EffectBase()),
    ),
    *cases(
        "effect",
        "called: TypeError, cls is not a class",
        "@effect needs a class, got an object of type 'int'",
        lambda e: e.effect(3),
    ),
    *cases(
        "effect",
        "called: TypeError, cls has __slots__",
        "@effect makes the slots of 'on_slots.<locals>.Slotted', which must not have __slots__",
        on_slots,
    ),
    *cases(
        "effect",
        "called: TypeError, cls is an exception class",
        "classes, but 'on_exception.<locals>.Failing' is an exception class",
        on_exception,
    ),
    *cases(
        "effect",
        "called: TypeError, a base is a dataclass that is not frozen",
        "cannot inherit frozen dataclass from a non-frozen one",
        on_mutable_base,
    ),
    *cases(
        "effect",
        "called: TypeError, a field without a default follows one that has it",
        "non-default argument 'second' follows default argument",
        on_late_field,
    ),
    *cases(
        "effect",
        "called: ValueError, a default is mutable",
        "mutable default <class 'list'> for field items is not allowed: use default_factory",
        on_mutable_default,
    ),
    # Handlers
    *cases(
        "WithHandler",
        "yielded: TypeError, handler is not callable",
        NO_HANDLER,
        lambda e: e.WithHandler(3, e.Pure()),
    ),
    *cases(
        "WithHandler",
        "yielded: TypeError, effects is neither an effect class nor a tuple of at least one",
        NO_EFFECTS,
        lambda e: e.WithHandler(ignored, e.Pure(), effects=()),
    ),
    *cases(
        "WithHandler",
        "yielded: TypeError, program is not a program",
        NO_PROGRAM,
        lambda e: e.WithHandler(ignored, 3),
    ),
    *cases(
        "with_handlers",
        "called: TypeError, handlers is neither a list nor a tuple",
        "with_handlers() needs a list or tuple of handlers, got 3 of type 'int'",
        lambda e: e.with_handlers(3, e.Pure()),
    ),
    *cases(
        "with_handlers",
        "yielded: TypeError, a handler is not callable",
        NO_HANDLER,
        lambda e: e.with_handlers([3], e.Pure()),
    ),
    *cases(
        "handler",
        "called: TypeError, function is not a function of at least one parameter",
        "@handler needs a function (effect, k), got 3 of type 'int'",
        lambda e: e.handler(3),
    ),
    *cases(
        "handler",
        "called: TypeError, the annotation is not an effect type or a union of them",
        "@handler: parameter 'effect' of on_no_effect.<locals>.clause is annotated",
        on_no_effect,
    ),
    *cases(
        "handler",
        "called: TypeError, the annotation cannot be resolved",
        "@handler: cannot resolve the annotation 'Unknown' of parameter 'effect' of on_unknown.",
        on_unknown,
    ),
    *cases(
        "TypedHandler",
        "installed: TypeError, handler is not callable",
        NO_HANDLER,
        lambda e: e.run(e.Pure(), handlers=[e.TypedHandler(3, e.EffectBase)]),
    ),
    *cases(
        "TypedHandler",
        "installed: TypeError, effects is neither an effect class nor a tuple of at least one",
        NO_EFFECTS,
        lambda e: e.run(e.Pure(), handlers=[e.TypedHandler(ignored, ())]),
    ),
    # Using a continuation
    *cases(
        "Continuation Stdlib",
        "called: TypeError, only the machine makes it",
        "{name}",
        lambda new: new(),
    ),
    *cases(
        "TransferThrow",
        "yielded: RuntimeError, not in a handler's clause",
        "{name} works only in a handler's clause",
        lambda new: new(3, 3),
    ),
    *cases(
        "Transfer Delegate Pass",
        "yielded: RuntimeError, not in a handler's clause",
        "{name} works only in a handler's clause",
        lambda new: new(3),
    ),
    *cases(
        "GetContinuation",
        "yielded: RuntimeError, not in a handler's clause",
        "{name} works only in a handler's clause",
        lambda new: new(),
    ),
    *cases(
        "Resume Transfer ResumeThrow TransferThrow ResumeContinuation",
        "yielded: TypeError, k is not a continuation",
        "{name} needs a continuation, got 3 of type 'int'",
        lambda new, k: new(3, Failure()),
    ),
    *cases(
        "Resume Transfer ResumeContinuation",
        "yielded: TypeError, k is unstarted and value is not None",
        "an unstarted continuation takes no value, got 3 of type 'int'",
        lambda e, new, k: new(unstarted(e), 3),
    ),
    *cases(
        "ResumeThrow TransferThrow",
        "yielded: TypeError, error is not an exception",
        "{name} needs an exception (a BaseException instance), got 3 of type 'int'",
        lambda new, k: new(k, 3),
    ),
    *cases(
        "Resume Transfer ResumeThrow TransferThrow ResumeContinuation",
        "yielded: ContinuationConsumed, k was used before",
        CONSUMED,
        lambda e, new, k: new(used(e), Failure()),
    ),
    *cases(
        "Resume ResumeContinuation",
        "yielded: BaseException, what the program under k's prompt raises",
        "",
        lambda e, new: new(unstarted(e, fail)),
    ),
    *cases(
        "ResumeThrow",
        "yielded: BaseException, what the program under k's prompt raises",
        "",
        lambda new, k: new(k, Failure()),
    ),
    *cases(
        "Delegate Pass",
        "yielded: TypeError, effect is not an effect",
        "{name} needs an effect (an EffectBase instance), got 3 of type 'int'",
        lambda new, k: new(3),
    ),
    *cases(
        "Delegate Pass GetHandlers",
        "yielded: TypeError, k is not a continuation",
        "{name} needs a continuation, got 3 of type 'int'",
        lambda new, k: new(k=3),
    ),
    *cases(
        "Delegate Pass GetHandlers",
        "yielded: TypeError, k is unstarted",
        "{name} needs a started continuation, got an unstarted one",
        lambda e, new, k: new(k=unstarted(e)),
    ),
    *cases(
        "Delegate Pass GetHandlers",
        "yielded: ContinuationConsumed, k was used before",
        CONSUMED,
        lambda e, new, k: new(k=used(e)),
    ),
    *cases(
        "Delegate Pass",
        "performer: UnhandledEffect, no outer handler accepts the effect",
        "handlers in scope: performer_gets.<locals>.clause (innermost first)",
        lambda e, new: performer_gets(e, new()),
    ),
    *cases(
        "CreateContinuation",
        "yielded: TypeError, handlers is neither a list nor a tuple",
        "CreateContinuation needs a list or tuple of handlers, got 3 of type 'int'",
        lambda e: e.CreateContinuation(e.Pure(), 3),
    ),
    *cases(
        "CreateContinuation",
        "yielded: TypeError, a handler is not callable",
        NO_HANDLER,
        lambda e: e.CreateContinuation(e.Pure(), [3]),
    ),
    # Built-in effects and handlers
    *cases(
        "Get Ask",
        "yielded: TypeError, key is not hashable",
        UNHASHABLE,
        lambda e, new: under_all(e, new([])),
    ),
    *cases(
        "Put Modify",
        "yielded: TypeError, key is not hashable",
        UNHASHABLE,
        lambda e, new: under_all(e, new([], fail)),
    ),
    *cases(
        "Modify",
        "yielded: RuntimeError, f raised StopIteration",
        "stop raised StopIteration",
        lambda e: under_all(e, e.Modify("key", stop)),
    ),
    *cases(
        "Modify",
        "yielded: BaseException, what f raises; the state is unchanged",
        "",
        lambda e: under_all(e, e.Modify("key", fail)),
    ),
    *cases(
        "Ask", "default: AttributeError, none was given", "default", lambda e: e.Ask("key").default
    ),
    *cases(
        "Ask",
        "yielded: MissingKey, no reader has key, and there is no default",
        "no reader in scope has the key 'key'; give it with run(env=...), reader(...) or Local, "
        "or a default with Ask(key, default)",
        lambda e: under_all(e, e.Ask("key")),
    ),
    *cases(
        "Local",
        "yielded: TypeError, bindings is not a mapping",
        "Local needs a mapping, got 3 of type 'int'",
        lambda e: under_all(e, e.Local(3, e.Pure())),
    ),
    *cases(
        "Local",
        "yielded: TypeError, program is not a program",
        NO_PROGRAM,
        lambda e: under_all(e, e.Local({}, 3)),
    ),
    *cases(
        "Local",
        "yielded: BaseException, what program raises",
        "",
        lambda e: under_all(e, e.Local({}, e.do(fail)())),
    ),
    *cases(
        "Listen",
        "yielded: BaseException, what program raises",
        "",
        lambda e: under_all(e, e.Listen(e.do(fail)())),
    ),
    *cases(
        "state StateHandler",
        "called: TypeError, initial is not a mapping",
        "state() needs a mapping, got 3 of type 'int'",
        lambda new: new(3),
    ),
    *cases(
        "reader ReaderHandler",
        "called: TypeError, env is not a mapping",
        "reader() needs a mapping, got 3 of type 'int'",
        lambda new: new(3),
    ),
]


def test_every_line_is_provoked() -> None:
    listed = [f"{row}: {line}" for row in TABLE.values() for line in row.raises]
    assert sorted(map(str, CASES)) == sorted(listed)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_the_table_says_is_raised(engine: ModuleType, case: Case) -> None:
    error = outcome(engine, case)
    name = case.line.partition(": ")[2].partition(",")[0]
    if name == "BaseException":
        assert type(error) is Failure
    else:
        assert type(error) is (getattr(engine, name, None) or getattr(builtins, name))
        assert case.message in str(error)
