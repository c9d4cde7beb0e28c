"""doeff's names: the tables of `docs/doeff.md`, the stubs and the extension say the same."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import doeff_vm
import pytest
from doeff_vm import doeff_vm as extension

from .public_names import (
    DOEFF,
    DOEFF_MD,
    OF_BOTH,
    STUB,
    STUB_OF_DOEFF,
    TABLE,
    Entry,
    Parameters,
    examples,
    names_in,
    parameters_of,
)

ALIASES = {"continuation": "k", "exception": "error", "body": "program"}
CLASSES = [row for row in DOEFF.values() if isinstance(getattr(extension, row.name), type)]
NODES = [
    row
    for row in (*OF_BOTH.values(), *CLASSES)
    if issubclass(getattr(extension, row.name), doeff_vm.Program)
]


def function_of_doeff() -> Any:
    """A function as doeff's `do` makes one."""
    return doeff_vm.DoFunction(len, [3], False)


def continuation() -> Any:
    """One that has not started."""
    return doeff_vm.run(doeff_vm.CreateContinuation(doeff_vm.Pure()))


SPECIAL: dict[str, Callable[[], Any]] = {
    "Continuation": continuation,
    "K": continuation,
    "DoFunction": function_of_doeff,
    "StateHandler": lambda: doeff_vm.StateHandler({}, doeff_vm.Get, doeff_vm.Put),
    "Call": lambda: doeff_vm.Call(function_of_doeff(), ("word",), {}),
    "HandlerSpec": lambda: doeff_vm.HandlerSpec((), None, [], None),
    "GetBoundaries": lambda: doeff_vm.GetBoundaries(continuation()),
    "GetTraceback": lambda: doeff_vm.GetTraceback(continuation()),
    "IRStream": lambda: doeff_vm.IRStream(iter(())),
    "WithBoundaries": lambda: doeff_vm.WithBoundaries([("handler", print)], "<body>"),
}


OF_A_CONTINUATION = ("GetBoundaries", "GetTraceback")
"""What holds one, which cannot be pickled."""


def parameters(row: Entry) -> Parameters:
    """The parameters that make one, those of a name of both in our words."""
    return (row if row.name in DOEFF else TABLE[row.name]).parameters or []


def instance(row: Entry) -> Any:
    """An object of the class that a row is about."""
    if row.name in SPECIAL:
        return SPECIAL[row.name]()
    return getattr(extension, row.name)(*[f"<{name}>" for name in names_in(parameters(row))])


def public(names: Any) -> set[str]:
    """Those that are not private."""
    return {name for name in names if not name.startswith("_")}


# Names


def test_the_tables_have_every_name_of_the_extension() -> None:
    written_in_python = {"effect"}
    assert public(dir(extension)) == (set(TABLE) - written_in_python) | set(DOEFF)
    assert not set(TABLE) & set(DOEFF)
    assert set(OF_BOTH) <= set(TABLE)


def test_the_package_has_the_names_that_the_table_says() -> None:
    for row in DOEFF.values():
        assert (row.name in doeff_vm.__all__) == row.in_package
        assert hasattr(doeff_vm, row.name) == row.in_package
        if row.in_package:
            assert getattr(doeff_vm, row.name) is getattr(extension, row.name)


def test_a_star_gives_both_vocabularies() -> None:
    given: dict[str, Any] = {}
    exec("from doeff_vm import *", given)
    in_package = {row.name for row in DOEFF.values() if row.in_package}
    assert public(given) == set(TABLE) | in_package


def test_the_stub_has_the_names_of_the_table() -> None:
    assert {*STUB_OF_DOEFF, "K"} == set(DOEFF)
    assert extension.K is doeff_vm.Continuation


@pytest.mark.parametrize("row", DOEFF.values(), ids=str)
def test_every_name_is_documented(row: Entry) -> None:
    assert inspect.getdoc(getattr(extension, row.name))


# Parameters


@pytest.mark.parametrize("name", sorted(set(DOEFF) - {"K"}))
def test_parameters_are_those_of_the_table(name: str) -> None:
    there = DOEFF[name].parameters
    assert STUB_OF_DOEFF[name].parameters == there
    assert parameters_of(inspect.signature(getattr(extension, name))) == there


@pytest.mark.parametrize("row", [*OF_BOTH.values(), *DOEFF.values()], ids=str)
def test_methods_have_the_parameters_of_the_table(row: Entry) -> None:
    for name, there in row.attributes.items():
        if there is not None:
            assert parameters_of(inspect.signature(getattr(instance(row), name))) == there


@pytest.mark.parametrize("row", [row for row in OF_BOTH.values() if row.also], ids=str)
def test_the_other_ways_to_make_one_work(row: Entry) -> None:
    cls = getattr(doeff_vm, row.name)
    values = {"store": {}, "get_type": int, "put_type": str, "tail_resume_lines": [3]}
    values |= {"yields": True, "function": len}
    for form in row.also:
        given = {name: values.get(name, f"<{name}>") for name in names_in(form)}
        for one in (cls(**given), cls(*given.values())):
            for name in public(given) & {*row.attributes, *TABLE[row.name].attributes}:
                assert getattr(one, name) == given[name]


@pytest.mark.parametrize("row", OF_BOTH.values(), ids=str)
def test_a_constructor_takes_the_other_words(row: Entry) -> None:
    words = {name: ALIASES[name] for name in row.attributes if name in ALIASES}
    for word, ours in words.items():
        needed = {name: f"<{name}>" for name in names_in(parameters(row)) if name != ours}
        one = getattr(doeff_vm, row.name)(**needed, **{word: "<given>"})
        assert getattr(one, word) == getattr(one, ours) == "<given>"
        with pytest.raises(TypeError):
            getattr(doeff_vm, row.name)(**needed, **{word: 1, ours: 2})


# Attributes


@pytest.mark.parametrize("row", OF_BOTH.values(), ids=str)
def test_what_the_stub_has_more_is_in_the_table(row: Entry) -> None:
    assert set(STUB[row.name].attributes) >= set(row.attributes)


@pytest.mark.parametrize("row", CLASSES, ids=str)
def test_attributes_are_those_of_the_table(row: Entry) -> None:
    there = public(dir(getattr(extension, row.name)))
    assert there == set(row.attributes)
    stubbed = STUB["Continuation"] if row.name == "K" else STUB_OF_DOEFF[row.name]
    inherited = STUB_OF_DOEFF["Expand"].attributes if "Expand" in stubbed.bases else {}
    assert set(row.attributes) == set(stubbed.attributes) | set(inherited)


@pytest.mark.parametrize("row", [*OF_BOTH.values(), *CLASSES], ids=str)
def test_attributes_are_there_and_read_only(row: Entry) -> None:
    one = instance(row)
    for name, parameters in row.attributes.items():
        if (row.name, name) == ("Call", "expr"):
            assert not hasattr(one, name)
        else:
            assert callable(getattr(one, name)) or parameters is None
        if row.has_dict and parameters is not None:  # a method may be hidden, as in any object
            continue
        with pytest.raises(AttributeError):
            setattr(one, name, None)
        with pytest.raises(AttributeError):
            delattr(one, name)


@pytest.mark.parametrize("row", NODES, ids=str)
def test_another_word_is_the_same_attribute(row: Entry) -> None:
    one, fields = instance(row), set(names_in(parameters(row)))
    for word in set(row.attributes) & set(ALIASES) - fields:
        assert getattr(one, word) is getattr(one, ALIASES[word])


# The `__dict__`


@pytest.mark.parametrize("row", [*OF_BOTH.values(), *CLASSES], ids=str)
def test_those_have_a_dict_that_the_table_says(row: Entry) -> None:
    one = instance(row)
    assert hasattr(one, "__dict__") == row.has_dict
    if not row.has_dict:
        with pytest.raises(AttributeError):
            one.unknown = None
        return
    one.unknown = 1
    assert one.__dict__["unknown"] == one.unknown == 1
    del one.unknown
    assert not hasattr(one, "unknown")


@pytest.mark.parametrize("row", [row for row in NODES if row.has_dict], ids=str)
def test_a_dict_hides_no_field_and_is_not_copied(row: Entry) -> None:
    one = instance(row)
    shown, fields = repr(one), set(names_in(parameters(row)))
    before = {name: getattr(one, name) for name in fields}
    one.__dict__.update(dict.fromkeys([*fields, "unknown"], "<of the dict>"))
    assert {name: getattr(one, name) for name in fields} == before
    assert repr(one) == shown
    twins = [copy.copy(one)]
    if row.name not in OF_A_CONTINUATION:
        twins.append(pickle.loads(pickle.dumps(one)))
    for twin in twins:
        assert not vars(twin)
        assert repr(twin) == shown


# The examples


def test_the_examples_print_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    found = examples(DOEFF_MD.read_text())
    assert len(found) >= 2
    for example in found:
        wanted = [
            line.partition("  # ")[2] for line in example.splitlines() if line.startswith("print(")
        ]
        assert wanted
        exec(compile(example, "doeff.md", "exec"), {})
        assert capsys.readouterr().out.splitlines() == wanted
