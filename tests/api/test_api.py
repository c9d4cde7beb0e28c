"""The public names: the table of `docs/api.md`, the stub and the engines say the same."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from .public_names import (
    API_MD,
    DOEFF,
    OF_BOTH,
    STUB,
    TABLE,
    Entry,
    examples,
    parameters_of,
)

BASES = {
    "UnhandledEffect": RuntimeError,
    "ContinuationConsumed": RuntimeError,
    "MissingKey": KeyError,
}
OPEN = {"Program", "EffectBase", *BASES}  # to subclassing
OF_THE_MACHINE = {"Continuation", "DoCall", "Stdlib"}  # never constructed
NOT_PROGRAMS = {"Ok", "Err", "TypedHandler"}


def nodes_of(engine: ModuleType) -> dict[str, type]:
    """The classes of immutable values, whose attributes are their parameters."""
    return {
        name: cls
        for name, row in TABLE.items()
        if isinstance(cls := getattr(engine, name), type)
        and (
            name in NOT_PROGRAMS or (row.parameters is not None and issubclass(cls, engine.Program))
        )
    }


def is_vm(engine: ModuleType) -> bool:
    """Whether this is the one that has doeff's names, too."""
    return engine.__name__ == "doeff_vm"


def doeffs(engine: ModuleType, row: Entry) -> Entry:
    """What doeff has more of one of our names."""
    return OF_BOTH.get(row.name, Entry(row.name)) if is_vm(engine) else Entry(row.name)


def value_of(parameter: str) -> str:
    """What the tests give for a parameter: constructors take anything."""
    return f"<{parameter}>"


def made(cls: type, row: Entry) -> Any:
    """A node with a value for each parameter."""
    return cls(*[value_of(name) for name, *_ in row.parameters])


def do_nothing(*args: Any, **kwargs: Any) -> None:
    """A function that can be pickled."""


def continuation(engine: ModuleType) -> Any:
    """A fresh continuation."""
    return engine.run(engine.CreateContinuation(engine.Pure()))


def error(engine: ModuleType, name: str) -> BaseException:
    """An error of this name as the machine raises it."""
    k = continuation(engine)
    k.close()
    programs = {
        "UnhandledEffect": engine.EffectBase(),
        "ContinuationConsumed": engine.Resume(k),
        "MissingKey": engine.WithHandler(engine.reader(), engine.Ask("key")),
    }
    with pytest.raises(getattr(engine, name)) as raised:
        engine.run(programs[name])
    return raised.value


def instance(engine: ModuleType, row: Entry) -> Any:
    """An object of the class that a row is about."""
    special: dict[str, Callable[[], Any]] = {
        "Continuation": lambda: continuation(engine),
        "DoFunction": lambda: engine.do(do_nothing),
        "DoCall": lambda: engine.do(do_nothing)(1, two=2),
        "Stdlib": lambda: engine.VM().stdlib(),
        "StateHandler": engine.state,
        "ReaderHandler": engine.reader,
        "VM": engine.VM,
        "DebugConfig": engine.DebugConfig,
        "Program": engine.Program,
        "EffectBase": engine.EffectBase,
    }
    if row.name in BASES:
        return error(engine, row.name)
    if row.name in special:
        return special[row.name]()
    return made(getattr(engine, row.name), row)


# Names and parameters


def test_the_names_are_the_same_everywhere(engine: ModuleType) -> None:
    exported = sorted(name for name in engine.__all__ if not name.startswith("__"))
    doeffs = [row.name for row in DOEFF.values() if row.in_package] if is_vm(engine) else []
    assert exported == sorted([*TABLE, *doeffs])
    assert sorted(TABLE) == sorted(STUB)


def test_what_is_a_class_is_one(engine: ModuleType, row: Entry, stubbed: Entry) -> None:
    assert isinstance(getattr(engine, row.name), type) == stubbed.is_class


def test_parameters_are_the_same_everywhere(
    engine: ModuleType,
    row: Entry,
    stubbed: Entry,
) -> None:
    if row.name in BASES:  # `inspect` knows no signature of an exception
        assert row.parameters is None
        return
    in_stub = stubbed.parameters
    if row.parameters is None:
        assert in_stub is None
        return
    there = [(name, kind, default) for name, kind, default in row.parameters]
    for (name, kind, default), (in_stub_name, in_stub_kind, in_stub_default) in zip(
        there, in_stub, strict=True
    ):
        assert (in_stub_name, in_stub_kind) == (name, kind)
        assert in_stub_default == default or (in_stub_default == "?" and default)
    assert parameters_of(inspect.signature(getattr(engine, row.name))) == there


def test_methods_have_the_same_parameters_everywhere(
    engine: ModuleType,
    row: Entry,
    stubbed: Entry,
) -> None:
    methods = {name: found for name, found in row.attributes.items() if found is not None}
    assert methods == {
        name: found for name, found in stubbed.attributes.items() if found is not None
    }
    for name, parameters in methods.items():
        method = getattr(instance(engine, row), name)
        assert parameters_of(inspect.signature(method)) == parameters


def test_calls_take_what_the_signatures_say(engine: ModuleType) -> None:
    for name, cls in nodes_of(engine).items():
        parameters = TABLE[name].parameters
        given = {parameter: value_of(parameter) for parameter, *_ in parameters}
        by_name = cls(**given)
        for parameter, value in given.items():
            assert getattr(by_name, parameter) == value
            assert getattr(made(cls, TABLE[name]), parameter) == value
        needed = {
            parameter: given[parameter] for parameter, _, default in parameters if not default
        }
        shortest = cls(**needed)
        for parameter, _, default in parameters:
            if default and default != "...":
                assert repr(getattr(shortest, parameter)) == default
        for missing in needed:
            with pytest.raises(TypeError):
                cls(**{parameter: given[parameter] for parameter in given if parameter != missing})
        with pytest.raises(TypeError):
            cls(*given.values(), None)
        with pytest.raises(TypeError):
            cls(**given, unknown=None)
        if given:
            with pytest.raises(TypeError):
                cls(*given.values(), **{next(iter(given)): None})


def test_what_only_the_machine_makes_is_not_constructed(engine: ModuleType) -> None:
    for name in OF_THE_MACHINE:
        with pytest.raises(TypeError):
            getattr(engine, name)()


SHARED = {"pure_machine": "cesk_v3"}
"""The engine whose names another one shares, but for those of its machine."""


def test_every_name_is_documented_and_found_by_pickle(engine: ModuleType, row: Entry) -> None:
    found = getattr(engine, row.name)
    assert inspect.getdoc(found)
    assert found.__name__ == found.__qualname__ == row.name
    assert found.__module__.partition(".")[0] in (engine.__name__, SHARED.get(engine.__name__))
    assert pickle.loads(pickle.dumps(found)) is found


# Attributes


def test_attributes_are_the_same_everywhere(engine: ModuleType, row: Entry, stubbed: Entry) -> None:
    assert set(row.attributes) == set(stubbed.attributes) - {"__match_args__"}
    if not stubbed.is_class:
        return
    one = instance(engine, row)
    base = next((base for name, base in BASES.items() if name == row.name), object)
    there = {name for name in dir(one) if not name.startswith("_")} - set(dir(base))
    dunder = {name for name in row.attributes if name.startswith("__")}
    more = {name for name in doeffs(engine, row).attributes if not name.startswith("__")}
    assert not more & set(row.attributes)
    assert there | dunder == set(row.attributes) | more
    for name, parameters in row.attributes.items():
        assert callable(getattr(one, name)) or parameters is None


def test_attributes_are_read_only(engine: ModuleType, row: Entry, stubbed: Entry) -> None:
    if not stubbed.is_class or row.name in {"DoFunction", *BASES}:
        return
    one = instance(engine, row)
    for name in row.attributes:
        with pytest.raises(AttributeError):
            setattr(one, name, None)
        with pytest.raises(AttributeError):
            delattr(one, name)
    if row.name in OPEN:
        return
    has_dict = doeffs(engine, row).has_dict
    assert hasattr(one, "__dict__") == has_dict
    if not has_dict:
        with pytest.raises((AttributeError, TypeError)):  # a frozen dataclass may raise the latter
            one.unknown = None


def test_classes_are_final(engine: ModuleType, row: Entry, stubbed: Entry) -> None:
    found = getattr(engine, row.name)
    if not stubbed.is_class:
        return
    if row.name in OPEN:
        type("Derived", (found,), {})
        return
    with pytest.raises(TypeError):
        type("Derived", (found,), {})


def test_bases_are_those_of_the_stub(engine: ModuleType, row: Entry, stubbed: Entry) -> None:
    if not stubbed.is_class:
        return
    found = getattr(engine, row.name)
    for base in stubbed.bases:
        if base in ("Program", "EffectBase"):
            assert issubclass(found, getattr(engine, base))
    assert issubclass(found, engine.Program) == bool(
        {"Program", "EffectBase"} & {row.name, *stubbed.bases}
    )
    assert issubclass(found, BASES.get(row.name, object))
    assert issubclass(found, BaseException) == (row.name in BASES)


def test_what_is_generic_in_the_stub_can_be_subscripted(
    engine: ModuleType, row: Entry, stubbed: Entry
) -> None:
    generic = {"Generic", "Program", "EffectBase"} & set(stubbed.bases)
    if generic:
        arguments = (int, str) if row.name in ("DoFunction", "TypedHandler") else int
        getattr(engine, row.name)[arguments]


# Values


BARE = {"Pure", "Ok", "Err"}
"""The nodes that show their first argument without its name, and no other."""
SHORT = {
    "WithHandler": "handler, body",
    "Pass": "effect, k",
    "GetHandlers": "k",
    **dict.fromkeys(["Resume", "Transfer", "ResumeThrow", "TransferThrow"], "k, ..."),
}
"""What a node shows whatever its arguments are."""


def arguments_shown(row: Entry) -> str:
    """How the repr of a node shows its arguments."""
    if row.name in SHORT:
        return SHORT[row.name]
    names = [name for name, *_ in row.parameters]
    if row.name in BARE:
        return repr(value_of(names[0]))
    return ", ".join(f"{name}={value_of(name)!r}" for name in names)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_nodes_are_shown_pickled_and_copied(engine: ModuleType, protocol: int) -> None:
    for name, cls in nodes_of(engine).items():
        row = TABLE[name]
        one = made(cls, row)
        assert repr(one) == f"{name}({arguments_shown(row)})"
        for twin in (
            pickle.loads(pickle.dumps(one, protocol)),
            copy.copy(one),
            copy.deepcopy(one),
        ):
            assert type(twin) is cls
            assert repr(twin) == repr(one)
            for parameter, *_ in row.parameters:
                assert getattr(twin, parameter) == value_of(parameter)


def test_a_copy_of_a_node_shares_and_a_deep_copy_does_not(engine: ModuleType) -> None:
    for cls in (engine.Pure, engine.Tell, engine.Ok):
        one = cls([1])
        name = "entry" if cls is engine.Tell else "value"
        assert getattr(copy.copy(one), name) is getattr(one, name)
        assert getattr(copy.deepcopy(one), name) is not getattr(one, name)
        assert getattr(copy.deepcopy(one), name) == [1]


def test_values_come_back_untouched(engine: ModuleType) -> None:
    for name, cls in nodes_of(engine).items():
        values = [object() for _ in TABLE[name].parameters]
        one = cls(*values)
        for (parameter, *_), value in zip(TABLE[name].parameters, values, strict=True):
            assert getattr(one, parameter) is value


def test_ask_tells_a_default_from_none(engine: ModuleType) -> None:
    without = engine.Ask("key")
    assert repr(without) == "Ask(key='key')"
    assert not hasattr(without, "default")
    for default in (None, ...):
        given = engine.Ask("key", default)
        assert given.default is default
        assert repr(given) == f"Ask(key='key', default={default!r})"
        assert pickle.loads(pickle.dumps(given)).default is default
    for twin in (copy.copy(without), pickle.loads(pickle.dumps(without))):
        assert not hasattr(twin, "default")


def test_results_are_equal_by_class_and_field(engine: ModuleType) -> None:
    failure = ValueError("no")
    assert engine.Ok(1) == engine.Ok(1.0) != engine.Ok(2)
    assert engine.Err(failure) == engine.Err(failure) != engine.Err(ValueError("no"))
    assert engine.Ok(failure) != engine.Err(failure)
    assert engine.Ok(1) != 1
    assert hash(engine.Ok(1)) == hash(engine.Ok(1.0))
    assert hash(engine.Err(failure)) == hash(engine.Err(failure))
    assert {engine.Ok(1), engine.Ok(1), engine.Err(failure)} == {engine.Ok(1), engine.Err(failure)}
    with pytest.raises(TypeError, match="unhashable"):
        hash(engine.Ok([]))
    with pytest.raises(TypeError):
        _ = engine.Ok(1) < engine.Ok(2)
    not_equal_to_others = engine.Ok(1).__eq__(1)
    assert not_equal_to_others is NotImplemented


def test_results_tell_which_they_are(engine: ModuleType) -> None:
    for result, is_ok in ((engine.Ok(0), True), (engine.Err(ValueError()), False)):
        assert (result.is_ok(), result.is_err(), bool(result)) == (is_ok, not is_ok, is_ok)


def test_an_error_keeps_a_traceback_that_changes_nothing(engine: ModuleType) -> None:
    failure = ValueError("no")
    without, kept = engine.Err(failure), engine.Err(failure, captured_traceback=["place"])
    assert (without.captured_traceback, kept.captured_traceback) == (None, ["place"])
    assert kept == without
    assert hash(kept) == hash(without)
    assert repr(kept) == repr(without) == "Err(ValueError('no'))"
    for twin in (copy.deepcopy(kept), pickle.loads(pickle.dumps(kept))):
        assert twin.captured_traceback == ["place"]


def test_results_match(engine: ModuleType) -> None:
    Ok, Err = engine.Ok, engine.Err
    for result, wanted in ((Ok(1), ("ok", 1)), (Err("e"), ("err", "e"))):
        match result:
            case Ok(value):
                assert wanted == ("ok", value)
            case Err(error):
                assert wanted == ("err", error)
            case _:
                pytest.fail("neither matched")
    assert (Ok.__match_args__, Err.__match_args__) == (("value",), ("error",))


def test_continuations_show_whether_they_were_used(engine: ModuleType) -> None:
    k = continuation(engine)
    assert (k.used, repr(k)) == (False, "<Continuation unused>")
    assert k.close() is None
    assert (k.used, repr(k)) == (True, "<Continuation used>")
    k.close()
    for spread in (copy.copy, copy.deepcopy, lambda k: pickle.loads(pickle.dumps(k))):
        with pytest.raises(TypeError):
            spread(k)


def test_errors_carry_what_they_are_about(engine: ModuleType) -> None:
    effect = engine.EffectBase()
    with pytest.raises(engine.UnhandledEffect) as unhandled:
        engine.run(effect)
    assert unhandled.value.effect is effect
    assert engine.UnhandledEffect.effect is None
    missing = error(engine, "MissingKey")
    assert (missing.key, missing.args) == ("key", ("key",))
    for twin in (copy.copy(missing), pickle.loads(pickle.dumps(missing))):
        assert (type(twin), twin.key, str(twin)) == (type(missing), "key", str(missing))


def test_a_missing_key_is_shown_in_bounds(engine: ModuleType) -> None:
    with pytest.raises(engine.MissingKey, match=r"^no reader in scope has the key 'x{76}[.]{3}; "):
        engine.run(engine.Ask("x" * 100), env={})


def test_a_debug_config_is_a_value(engine: ModuleType) -> None:
    config = engine.DebugConfig("trace", show_store=True)
    fields = "level='trace', show_frames=False, show_dispatch=False, show_store=True"
    assert repr(config) == f"DebugConfig({fields})"
    assert config == engine.DebugConfig("trace", show_store=True) != engine.DebugConfig()
    for level in (3, None, "Steps"):
        with pytest.raises(ValueError, match=f"^level must be 'steps' or 'trace', got {level!r}$"):
            engine.DebugConfig(level)


def test_a_vm_has_one_stdlib_and_one_py_store(engine: ModuleType) -> None:
    vm = engine.VM()
    vm.py_store["key"] = 1
    assert vm.py_store == {"key": 1}
    first, second = vm.stdlib({"a": 1}), vm.stdlib(state={"b": 2})
    assert first.state is second.state
    assert first.reader is second.reader
    assert first.writer is second.writer
    with pytest.raises(TypeError):
        vm.stdlib({"c": 3}, 3)
    assert (first.reader.env(), first.state.items()) == ({"a": 1}, {"b": 2})  # nothing was added


def test_stats_are_ints_of_these_names(engine: ModuleType) -> None:
    vm = engine.VM()
    names = ["segments_live", "segments_pooled", "dispatches", "callbacks"]
    before = vm.step_count
    vm.run(engine.Modify("key", lambda old: 1), state={})
    assert list(vm.stats()) == names
    assert {type(count) for count in (*vm.stats().values(), vm.step_count)} == {int}
    assert (vm.stats()["dispatches"], vm.stats()["callbacks"]) == (1, 1)
    assert vm.step_count > before


def test_a_vm_checks_as_run_does(engine: ModuleType) -> None:
    vm = engine.VM()
    for start in (engine.run, vm.run, vm.start_with_generator):
        for arguments, message in (
            ((3, 4, 5, 6), "needs a list or tuple of handlers, got 4 of type 'int'"),
            ((3, [4], 5, 6), "handler 4 of type 'int' is not callable"),
            ((3, [], 5, 6), "reader[(][)] needs a mapping, got 5 of type 'int'"),
            ((3, [], {}, 6), "state[(][)] needs a mapping, got 6 of type 'int'"),
        ):
            with pytest.raises(TypeError, match=message):
                start(*arguments)


def test_a_handler_function_needs_a_place_for_the_effect(engine: ModuleType) -> None:
    for function in (lambda: None, lambda *, effect: None, lambda **named: None):
        with pytest.raises(TypeError, match=r"^@handler needs a function [(]effect, k[)], got "):
            engine.handler(function)
    for anything in (lambda effect, k: None, lambda *both: None):
        assert engine.handler(anything) is anything


def test_nodes_match_by_position(engine: ModuleType) -> None:
    for name, cls in nodes_of(engine).items():
        parameters = tuple(inspect.signature(cls).parameters)
        assert cls.__match_args__ == (("error",) if name == "Err" else parameters)


# The examples


def test_the_examples_print_what_they_say(
    engine: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    found = examples(API_MD.read_text())
    assert len(found) >= 5
    for example in found:
        wanted = [
            line.partition("  # ")[2]
            for line in example.splitlines()
            if line.lstrip().startswith("print(")
        ]
        exec(compile(example.replace("doeff_vm", engine.__name__), "api.md", "exec"), {})
        assert capsys.readouterr().out.splitlines() == wanted
