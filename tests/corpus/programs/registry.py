"""How the corpus writes a program down: a function, and beside it what must come of it.

The function is written against the module of an engine, its parameter `m`, so that the same
source runs on every engine. It returns the program that is run or, where it is a generator
function, is the program. More parameters are given by name:

| parameter | what it is |
| --- | --- |
| `m` | the module of the engine |
| `log` | a list, empty at first; afterwards it must be what the program's `log=` says |
| `Op`, `SubOp`, `Other` | effect classes with a `value`; `SubOp` is a kind of `Op` |
| `st` | a state handler; afterwards its items must be what `state=` says |
| `wr` | a writer handler; afterwards its entries must be what `told=` says |
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

__all__ = ["CONSUMED", "PROGRAMS", "Outcome", "Registered", "program"]

CONSUMED = (
    "this continuation was already used; a continuation is one-shot: "
    "it can be resumed, transferred to or passed on only once"
)

Error = tuple[type[BaseException] | str, str]
"""The class of an error, by name where it is one of the engine's, and its text."""


@dataclass
class Outcome:
    """What came of a program."""

    answer: Any = None
    error: BaseException | None = None
    log: list[Any] | None = None
    state: dict[Any, Any] | None = None
    told: list[Any] | None = None


@dataclass(frozen=True)
class Registered:
    """A program of the corpus and what must come of it."""

    rule: int
    function: Callable[..., Any]
    answer: Any
    raises: Error | None
    log: Sequence[Any]
    state: Mapping[Any, Any] | None
    told: Sequence[Any] | None
    unraisable: Sequence[Error]

    @property
    def name(self) -> str:
        return f"rule_{self.rule:02}-{self.function.__name__}"

    def fill(self, expected: Any) -> Any:
        """What is expected, with `{here}` in its texts replaced by the qualified name of what is
        local to the function."""
        if isinstance(expected, str):
            return expected.replace("{here}", f"{self.function.__qualname__}.<locals>")
        if type(expected) in (list, tuple):
            return type(expected)(map(self.fill, expected))
        return expected

    def run(self, m: ModuleType) -> Outcome:
        """What comes of the program on the engine `m`."""
        outcome = Outcome(log=[])
        given: dict[str, Any] = {"m": m, "log": outcome.log, **effects_of(m)}
        if self.state is not None:
            given["st"] = m.state()
        if self.told is not None:
            given["wr"] = m.writer()
        arguments = {name: given[name] for name in parameters_of(self.function)}
        try:
            if inspect.isgeneratorfunction(self.function):
                outcome.answer = m.run(m.do(self.function)(**arguments))
            else:
                outcome.answer = m.run(self.function(**arguments))
        except BaseException as error:
            outcome.error = error
        if self.state is not None:
            outcome.state = given["st"].items()
        if self.told is not None:
            outcome.told = given["wr"].logs()
        return outcome


PROGRAMS: list[Registered] = []
"""All programs of the corpus."""


def program(  # noqa: PLR0913
    *,
    rule: int,
    answer: Any = None,
    raises: Error | None = None,
    log: Sequence[Any] = (),
    state: Mapping[Any, Any] | None = None,
    told: Sequence[Any] | None = None,
    unraisable: Sequence[Error] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a program with what must come of it.

    Args:
        rule: the rule of the semantics that it shows.
        answer: the result of the run, of exactly these types.
        raises: the error that leaves the run instead.
        log: what the program appends to its parameter `log`.
        state: the items of its parameter `st` afterwards.
        told: the entries of its parameter `wr` afterwards.
        unraisable: the errors that go to `sys.unraisablehook`.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for name, expected in (("st", state), ("wr", told)):
            assert (name in parameters_of(function)) == (expected is not None), function
        PROGRAMS.append(
            Registered(rule, function, answer, raises, log, state, told, tuple(unraisable))
        )
        return function

    return register


def parameters_of(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


def effects_of(m: ModuleType) -> dict[str, type[Any]]:
    """The effect classes of the corpus, on one engine."""

    class Valued(m.EffectBase):
        def __init__(self, value: Any = None) -> None:
            self.value = value

        def __repr__(self) -> str:
            return f"{type(self).__name__}({self.value!r})"

    class Op(Valued):
        pass

    class SubOp(Op):
        pass

    class Other(Valued):
        pass

    return {"Op": Op, "SubOp": SubOp, "Other": Other}
