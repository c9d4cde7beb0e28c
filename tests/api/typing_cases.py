"""What type checkers make of the public names; checked by pyright in strict mode, never run.

A line with `pyright: ignore` must have that very error: an unnecessary one is an error too.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar, assert_type

import doeff_vm
from doeff_vm import (
    VM,
    Ask,
    Call,
    Continuation,
    CreateContinuation,
    DebugConfig,
    Delegate,
    DoCall,
    DoFunction,
    EffectBase,
    Err,
    Get,
    GetContinuation,
    GetHandlers,
    K,
    Listen,
    Local,
    MissingKey,
    Modify,
    Ok,
    Pass,
    Perform,
    Program,
    Pure,
    Put,
    PyVM,
    ReaderHandler,
    Resume,
    ResumeContinuation,
    ResumeThrow,
    Safe,
    StateHandler,
    TailCall,
    Tell,
    Transfer,
    TransferThrow,
    TypedHandler,
    UnhandledEffect,
    WithHandler,
    WithObserve,
    WriterHandler,
    do,
    effect,
    handler,
    reader,
    run,
    state,
    with_handlers,
    writer,
)

T = TypeVar("T")
Clause = Generator[Any, Any, str]
AnyHandler = Callable[[Any, Continuation], Any]


class Question(EffectBase[str]):
    """A user's effect, answered with a `str`."""


@dataclass(frozen=True, slots=True)
class Choice(EffectBase[T], Generic[T]):
    """A generic one."""

    options: tuple[T, ...]


class Generated:
    """An object with `to_generator()`."""

    def to_generator(self) -> Generator[Any, Any, bytes]:
        yield from Question()
        return b""


@do
def number(n: int, *, sign: int = 1) -> Generator[Any, Any, int]:
    """A program of an `int`."""
    yield from Question()
    return n * sign


@do
def plain(text: str) -> str:
    """A plain function's program."""
    return text


# Programs


@do
def inferred(n: int):  # pyright: ignore[reportUnknownParameterType] (for what is sent)
    """The type of the result is inferred, through effects and programs of all sorts."""
    answer = yield from Question()
    assert_type(answer, str)
    assert_type((yield from Choice((1, 2))), int)
    assert_type((yield from number(n)), int)
    assert_type((yield from plain(answer)), str)
    assert_type((yield from Pure()), None)
    assert_type((yield from Pure(n)), int)
    assert_type((yield from Safe(number(n))), Ok[int] | Err[Exception])
    assert_type((yield from Get("key")), Any)
    assert_type((yield from Put("key", n)), None)
    assert_type((yield from Modify("key", str)), Any)
    assert_type((yield from Ask("key")), Any)
    assert_type((yield from Ask("key", default=1)), Any)
    assert_type((yield from Local({"key": 1}, number(n))), int)
    assert_type((yield from Tell(n)), None)
    assert_type((yield from Listen(number(n))), tuple[int, list[Any]])
    assert_type(
        (yield from Listen(Local({}, Safe(Question())))), tuple[Ok[str] | Err[Exception], list[Any]]
    )
    assert_type((yield from GetHandlers()), list[AnyHandler])
    GetHandlers(n)  # pyright: ignore[reportArgumentType]
    assert_type((yield from CreateContinuation(number(n), [state()])), Continuation)
    if n:
        return answer
    return (yield from TailCall(plain(answer)))


assert_type(inferred(1), DoCall[str])
assert_type(number(1, sign=2), DoCall[int])
number("1")  # pyright: ignore[reportArgumentType]
number(1, 2)  # pyright: ignore[reportCallIssue]
number(1, sing=2)  # pyright: ignore[reportCallIssue]


class Methods:
    """`@do` on methods of every kind."""

    @do
    def method(self, n: int) -> Generator[Any, Any, int]:
        yield from Pure()
        return n

    @classmethod
    @do
    def of_class(cls, n: int) -> Generator[Any, Any, int]:
        yield from Pure()
        return n

    @staticmethod
    @do
    def static(n: int) -> Generator[Any, Any, int]:
        yield from Pure()
        return n

    @do
    @classmethod
    def do_of_class(cls, n: int) -> Generator[Any, Any, int]:
        yield from Pure()
        return n

    @do
    @staticmethod
    def do_static(n: int) -> Generator[Any, Any, int]:
        yield from Pure()
        return n


assert_type(Methods().method(1), DoCall[int])
assert_type(Methods.method(Methods(), 1), DoCall[int])
assert_type(Methods.of_class(1), DoCall[int])
assert_type(Methods().of_class(1), DoCall[int])
assert_type(Methods.static(1), DoCall[int])
assert_type(Methods().static(1), DoCall[int])
assert_type(Methods.do_of_class(1), DoCall[int])
assert_type(Methods.do_static(1), DoCall[int])
Methods().method("1")  # pyright: ignore[reportArgumentType]
Methods.of_class()  # pyright: ignore[reportCallIssue]


def program_types(
    program: Program[int],
    of_bool: Program[bool],
    made: Program[Any],
    call: DoCall[str],
    function: DoFunction[[int, str], str],
) -> Program[int]:
    """A program's result is covariant; what is no program is refused."""
    assert_type(function(1, "text"), DoCall[str])
    function("text", 1)  # pyright: ignore[reportArgumentType]
    assert_type(run(program), int)
    assert_type(run(Generated()), bytes)
    assert_type(call.function, Callable[..., Any])
    assert_type(call.args, tuple[Any, ...])
    assert_type(call.kwargs, dict[str, Any])
    run(3)  # pyright: ignore[reportArgumentType]
    run(Question)  # pyright: ignore[reportArgumentType]
    run(plain)  # pyright: ignore[reportArgumentType]
    made = program  # any program will do here
    program = made
    program = Pure("text")  # pyright: ignore[reportAssignmentType]
    return of_bool


def answering(effect: EffectBase[T], k: K, value: T) -> Resume:
    """What checks an answer against the effect's type, as doeff's `typed_resume` does."""
    return Resume(k, value)


def types_of_answers(question: Question, choice: Choice[int], unknown: EffectBase, k: K) -> None:
    """An effect is answered with its own type."""
    either: Question | Choice[int] = question if k.used else choice
    answering(question, k, "text")
    answering(question, k, 42)  # pyright: ignore[reportArgumentType]
    answering(choice, k, 42)
    answering(choice, k, "text")  # pyright: ignore[reportArgumentType]
    assert_type(unknown, EffectBase[Any])
    answering(unknown, k, 42)
    assert_type(Perform(either), Perform[str | int])
    Perform(Pure(1))  # pyright: ignore[reportArgumentType]


def plain_handlers(k: K) -> None:
    """A handler may be any callable; one with another result says nothing of the answer."""

    def without_result(effect: Question, k: K) -> None: ...

    assert_type(WithHandler(without_result, Pure(1)), WithHandler[Any])
    assert_type(WithHandler(without_result, body=Pure(1)), WithHandler[Any])
    WithHandler(3, Pure(1))  # pyright: ignore[reportCallIssue, reportArgumentType]


def results(outcome: Ok[int] | Err[Exception]) -> int:
    """`Ok` and `Err` are told apart by `match` and `isinstance`."""
    match outcome:
        case Ok(value):
            assert_type(value, int)
        case Err(error):
            assert_type(error, Exception)
    if isinstance(outcome, Err):
        raise outcome.error
    outcome.value = 3  # pyright: ignore[reportAttributeAccessIssue]
    assert_type(outcome.is_ok(), Literal[True])
    assert_type(Err("text").error, str)
    anything: Err = Err("text")
    assert_type(anything.error, Any)
    assert_type(Err(ValueError("no"), captured_traceback=[]).error, ValueError)
    return outcome.value


# Handlers


def untyped(effect: Any, k: Continuation) -> Generator[Any, Any, Any]:
    """A clause that answers with what it was resumed to."""
    return (yield Resume(k, effect))


def abandoning(effect: Any, k: Continuation) -> Clause:
    """A clause that answers with a `str`."""
    yield from Pass()
    return "answer"


def returning(effect: Any, k: Continuation) -> Resume:
    """A handler that is no generator."""
    return Resume(k, effect)


@do
def as_program(effect: Question, k: Continuation) -> Clause:
    """A handler that is a `@do` function."""
    return (yield from Resume(k, "answer"))


@handler
def typed(effect: Question, k: Continuation) -> Clause:
    """Accepts `Question`."""
    return (yield from Resume(k, "answer"))


@handler
def of_union(effect: Question | Get, k: Continuation) -> Clause:
    """Accepts both."""
    return (yield from Resume(k, "answer"))


@handler
def of_anything(effect: Any, k: Continuation) -> Clause:
    """Accepts every effect."""
    return (yield from Resume(k, effect))


@handler  # pyright: ignore[reportCallIssue, reportArgumentType, reportUntypedFunctionDecorator]
def of_no_effect(effect: int, k: Continuation) -> Clause:
    """An `int` is no effect."""
    return (yield from Resume(k, effect))


@handler  # pyright: ignore[reportCallIssue, reportArgumentType, reportUntypedFunctionDecorator]
def of_one_parameter(effect: Question) -> Clause:
    """There is no place for `k`."""
    return (yield from Pure(""))


assert_type(typed, TypedHandler[Question, Clause])
assert_type(of_union, TypedHandler[Question | Get, Clause])
assert_type(handler(as_program), TypedHandler[Question, DoCall[str]])
assert_type(typed.effects, type[Question] | tuple[type[Question], ...])
assert_type(typed.handler, Callable[[Question, Continuation], Clause])
assert_type(TypedHandler(typed.handler, Question), TypedHandler[Question, Clause])
TypedHandler(typed.handler, int)  # pyright: ignore[reportCallIssue, reportArgumentType]


def answers(p: Program[int]) -> None:
    """The answer is the program's result or the clause's; built-in handlers never abandon."""
    assert_type(run(WithHandler(abandoning, p)), int | str)
    assert_type(run(WithHandler(of_anything, p)), int | str)
    assert_type(run(WithHandler(untyped, p)), int | Any)
    assert_type(run(WithHandler(returning, p)), int | Any)
    assert_type(run(WithHandler(typed, p)), int | str)
    assert_type(run(WithHandler(as_program, p)), int | str)
    assert_type(run(WithHandler(lambda effect, k: Resume(k, effect), p)), int | Any)
    assert_type(run(WithHandler(state(), p)), int)
    assert_type(run(WithHandler(untyped, p, Question)), int | Any)
    assert_type(run(WithHandler(untyped, p, effects=(Question, Get))), int | Any)
    assert_type(run(WithHandler(state(), Generated())), bytes)
    assert_type(run(p), int)
    assert_type(run(p, env={"key": 1}, state={1: "one"}), int)
    assert_type(run(p, [state(), reader(), writer()]), int)
    assert_type(run(p, (abandoning, typed)), int | str)
    assert_type(run(p, handlers=[abandoning, typed, state()]), int | Any)
    assert_type(run(p, handlers=[abandoning]), int | str)
    assert_type(with_handlers([], p), Program[int])
    assert_type(with_handlers([state(), writer()], p), Program[int])
    assert_type(with_handlers([abandoning], p), Program[int | str])
    WithHandler(p, p)  # pyright: ignore[reportCallIssue, reportArgumentType]
    WithHandler(untyped, 3)  # pyright: ignore[reportCallIssue, reportArgumentType]
    WithHandler(untyped, p, int)  # pyright: ignore[reportCallIssue, reportArgumentType]
    run(p, abandoning)  # pyright: ignore[reportCallIssue, reportArgumentType]
    run(p, env=["key"])  # pyright: ignore[reportArgumentType]
    with_handlers(p, [])  # pyright: ignore[reportCallIssue, reportArgumentType]


# Using a continuation


def clause(effect: Question, k: Continuation) -> Clause:
    """Every primitive; what they give is known to the machine alone."""
    assert_type((yield from Resume(k)), Any)
    assert_type((yield from ResumeThrow(k, ValueError())), Any)
    assert_type((yield from ResumeContinuation(k, 1)), Any)
    assert_type((yield from Delegate(effect)), Any)
    assert_type((yield from GetContinuation()), Continuation)
    assert_type(k.used, bool)
    Resume("k")  # pyright: ignore[reportArgumentType]
    Resume()  # pyright: ignore[reportCallIssue]
    ResumeThrow(k, ValueError)  # pyright: ignore[reportArgumentType]
    TransferThrow(k)  # pyright: ignore[reportCallIssue]
    Delegate(k)  # pyright: ignore[reportArgumentType]
    Pass(effect, effect)  # pyright: ignore[reportArgumentType]
    CreateContinuation(clause)  # pyright: ignore[reportArgumentType]
    k.used = True  # pyright: ignore[reportAttributeAccessIssue]
    Resume(k).value = 1  # pyright: ignore[reportAttributeAccessIssue]
    return (yield from Transfer(k, "answer"))


# Stores, VM and errors


def stores(s: StateHandler, r: ReaderHandler, w: WriterHandler, k: Continuation) -> None:
    """What the handlers show."""
    assert_type(s.items(), dict[Any, Any])
    assert_type(r.env(), dict[Any, Any])
    assert_type(w.logs(), list[Any])
    assert_type(s(Get("key"), k), Program[Any])
    state([1])  # pyright: ignore[reportArgumentType]
    Local(["key"], Question())  # pyright: ignore[reportArgumentType]
    Local({}, Question)  # pyright: ignore[reportArgumentType]
    Modify("key", 3)  # pyright: ignore[reportArgumentType]


def machine(p: Program[int], g: Generator[Any, Any, int]) -> None:
    """A VM and what it shows."""
    vm = VM(debug=DebugConfig("trace", show_store=True), gil="strict")
    assert_type(vm.run(p), int)
    assert_type(vm.run(p, [abandoning]), int | str)
    assert_type(vm.start_with_generator(g), int)
    assert_type(vm.start_with_generator(g, [abandoning], env={}), int | str)
    assert_type(vm.stdlib({}).state, StateHandler)
    assert_type(vm.stdlib({}).reader, ReaderHandler)
    assert_type(vm.stdlib(state={}).writer, WriterHandler)
    assert_type(vm.stats()["dispatches"], int)
    assert_type(vm.step_count, int)
    assert_type(vm.py_store, dict[Any, Any])
    vm.stats()["others"]  # pyright: ignore[reportGeneralTypeIssues]
    VM(gil="never")  # pyright: ignore[reportArgumentType]
    VM(True)  # pyright: ignore[reportCallIssue]
    DebugConfig("loud")  # pyright: ignore[reportArgumentType]
    vm.start_with_generator(p)  # pyright: ignore[reportArgumentType]
    vm.step_count = 0  # pyright: ignore[reportAttributeAccessIssue]


def errors(unhandled: UnhandledEffect, missing: MissingKey) -> None:
    """What the errors carry."""
    assert_type(unhandled.effect, EffectBase[Any] | None)
    assert_type(missing.key, Any)


# Effect classes made from fields


@effect
class Fetch(EffectBase[bytes]):
    """An effect with fields."""

    url: str
    retries: int = 3
    _: KW_ONLY
    tags: list[str] = field(default_factory=list[str])


@effect
class Post(Fetch):
    """It inherits them."""

    body: bytes = b""


@effect
class Box(EffectBase[T], Generic[T]):
    """A generic one."""

    content: T


@effect
class Bare:
    """One that does not name its base."""

    x: int


@do
def performs():  # pyright: ignore[reportUnknownParameterType] (for what is sent)
    """The types of what such effects are answered with are known."""
    assert_type((yield from Fetch("x")), bytes)
    assert_type((yield from Post("x", body=b"b")), bytes)
    assert_type((yield from Box(1)), int)


@handler
def fetching(effect: Fetch, k: Continuation) -> Clause:
    """Fields have their types."""
    assert_type(effect.url, str)
    assert_type(effect.tags, list[str])
    match effect:
        case Post(url, retries, body=body):
            assert_type((url, retries, body), tuple[str, int, bytes])
        case Fetch(url):
            assert_type(url, str)
    return (yield from Resume(k, effect.url))


def constructed(post: Post) -> None:
    """The constructor takes the fields, which are read-only."""
    assert_type(Fetch("x", 1, tags=["a"]), Fetch)
    assert_type(Fetch(url="x"), Fetch)
    assert_type(Box("x").content, str)
    assert_type(replace(post, body=b""), Post)
    assert_type(Bare(x=1).x, int)
    Fetch()  # pyright: ignore[reportCallIssue]
    Fetch(1)  # pyright: ignore[reportArgumentType]
    Fetch("x", 1, ["a"])  # pyright: ignore[reportCallIssue]
    Fetch("x", tries=1)  # pyright: ignore[reportCallIssue]
    post.url = "y"  # pyright: ignore[reportAttributeAccessIssue]
    effect(3)  # pyright: ignore[reportArgumentType]
    run(Bare(1))  # pyright: ignore[reportArgumentType]


# The vocabulary of doeff


def doeffs(p: Program[int, Question], call: Call[int, Question], k: K) -> Program[int, Any]:
    """Its words for ours, and its programs, which say what effects they may perform."""
    assert_type(run(p), int)
    assert_type(run(call), int)
    assert_type(k, Continuation)
    assert_type(run(WithHandler(abandoning, body=p)), int | str)
    assert_type(run(WithHandler(state(), body=p)), int)
    assert_type(Resume(k, 1).continuation, Continuation)
    assert_type(ResumeThrow(k, exception=ValueError()).exception, BaseException)
    ResumeThrow(k, ValueError(), exception=ValueError())  # pyright: ignore[reportCallIssue]
    assert_type(DoFunction(results, [3], False).yields, bool)
    assert_type(StateHandler({}, Get, Put).effect_types, tuple[type, type])
    assert_type(PyVM().run(p), Any)
    assert_type(run(Perform(Question())), str)
    WithObserve(doeff_vm.Callable(print), p).observer = None  # pyright: ignore[reportAttributeAccessIssue]
    return call


# Final classes


class MyResume(Resume):  # pyright: ignore[reportGeneralTypeIssues]
    """The primitives are final."""


class MyGet(Get):  # pyright: ignore[reportGeneralTypeIssues]
    """So are the built-in effects."""
