"""How the errors that the table lists are provoked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from inspect import signature
from types import ModuleType
from typing import Any

CONSUMED = "this continuation was already used"
NO_PROGRAM = "3 of type 'int' is not a program; expected a @do call"
NO_HANDLER = "handler 3 of type 'int' is not callable; expected a function (effect, k)"
NO_EFFECTS = "effects=() is not a subclass of EffectBase or a non-empty tuple of them"
STARTED = "has already started; the machine needs a new one"
UNHASHABLE = "unhashable type: 'list'"
OTHER_THREAD = "this VM is running a program on another thread; use one VM per thread"


class Failure(BaseException):
    """What the tests' own code raises, where the table says `BaseException`."""


def fail(*_arguments: Any) -> Any:
    """A function that raises."""
    raise Failure


def stop(*_arguments: Any) -> Any:
    """A function that raises what only a generator may mean."""
    raise StopIteration


def started() -> Generator[Any, Any, Any]:
    """A generator that has started."""
    generator = (value for value in (1, 2))
    next(generator)
    return generator


class Generated:
    """An object whose `to_generator()` does what it was given."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.to_generator = function


def ignored(effect: Any, k: Any) -> None:
    """A handler that is never called."""


def once(e: Any) -> Generator[Any, Any, Any]:
    """A generator that the machine can run."""
    yield e.Pure()


def unstarted(e: Any, function: Callable[[], Any] = lambda: None) -> Any:
    """The continuation of a program that has not started."""
    return e.run(e.CreateContinuation(e.do(function)()))


def used(e: Any) -> Any:
    """A continuation that was resumed."""
    seen: list[Any] = []

    def clause(_effect: Any, k: Any) -> Any:
        seen.append(k)
        return (yield e.Resume(k))

    e.run(e.WithHandler(clause, e.EffectBase()))
    return seen[0]


def under_all(e: Any, effect: Any) -> Any:
    """An effect under the built-in handlers."""
    return e.with_handlers([e.state(), e.reader(), e.writer()], effect)


def ends_with(e: Any, make: Callable[[Any], Any]) -> Any:
    """A program whose effect is handled by a clause that returns what `make` makes of its `k`."""

    def clause(_effect: Any, k: Any) -> Any:
        return make(k)
        yield

    return e.WithHandler(clause, e.EffectBase())


def performer_gets(e: Any, program: Any) -> None:
    """Raises what a performer gets whose clause yields a program."""

    def clause(_effect: Any, _k: Any) -> Any:
        yield program

    raised: list[BaseException] = []

    @e.do
    def main() -> Any:
        try:
            yield e.EffectBase()
        except Exception as error:
            raised.append(error)

    e.run(e.WithHandler(clause, main()))
    raise raised[0]


def from_another_thread(e: Any, use: Callable[[Any], Any]) -> None:
    """Uses a VM while a program runs on it; what the thread raises is raised here."""
    vm = e.VM()
    raised: list[BaseException] = []

    def target() -> None:
        try:
            use(vm)
        except BaseException as error:
            raised.append(error)

    @e.do
    def main() -> None:
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()

    vm.run(main())
    raise raised[0]


def on_async(e: Any) -> None:
    async def function() -> None: ...

    e.do(function)


def on_no_effect(e: Any) -> None:
    @e.handler
    def clause(effect: int, k: Any) -> None: ...


def on_unknown(e: Any) -> None:
    @e.handler
    def clause(effect: Unknown, k: Any) -> None: ...  # noqa: F821


def on_slots(e: Any) -> None:
    @e.effect
    class Slotted:
        __slots__ = ()


def on_exception(e: Any) -> None:
    @e.effect
    class Failing(Exception): ...


def on_mutable_base(e: Any) -> None:
    @dataclass
    class Mutable: ...

    @e.effect
    class Frozen(Mutable): ...


def on_late_field(e: Any) -> None:
    @e.effect
    class Late:
        first: int = 1
        second: int


def on_mutable_default(e: Any) -> None:
    @e.effect
    class Default:
        items: list[int] = []  # noqa: RUF012


@dataclass
class Case:
    """How to provoke one line of the table."""

    name: str
    line: str
    message: str
    """A part of the message."""
    provoke: Callable[..., Any]
    """Takes what it names: the engine `e`, `new`, which is what the row is about, and a clause's
    `k`. For a `yielded` line it gives what is then yielded; else it raises by itself."""

    def __str__(self) -> str:
        return f"{self.name}: {self.line}"


def cases(names: str, line: str, message: str, provoke: Callable[..., Any]) -> list[Case]:
    """The same for several rows; `{name}` in the message stands for the name of each."""
    return [Case(name, line, message.replace("{name}", name), provoke) for name in names.split()]


def outcome(engine: ModuleType, case: Case) -> BaseException:
    """What a case raises: at the `yield` itself, if it is of a `yielded` line."""
    names = set(signature(case.provoke).parameters)
    caught: list[BaseException] = []

    def provoke(k: Any = None) -> Any:
        known = {"e": engine, "new": getattr(engine, case.name), "k": k}
        return case.provoke(**{name: known[name] for name in names})

    def attempt(_effect: Any = None, k: Any = None) -> Generator[Any, Any, None]:
        program = provoke(k)
        try:
            yield program
        except BaseException as error:
            caught.append(error)

    if not case.line.startswith("yielded"):
        try:
            provoke()
        except BaseException as error:
            caught.append(error)
    elif "k" in names:
        engine.run(engine.WithHandler(attempt, engine.EffectBase()))
    else:
        engine.run(engine.do(attempt)())
    assert caught, "nothing was raised"
    return caught[0]
