from collections.abc import Callable as _Function
from collections.abc import Generator, Sequence
from typing import (
    Any,
    ClassVar,
    Concatenate,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    Self,
    TypeAlias,
    TypedDict,
    final,
    overload,
)

from _typeshed import SupportsKeysAndGetItem
from typing_extensions import TypeVar

# isort: off
from doeff_vm._doeff_names import (
    Apply as Apply,
    BindOpener as BindOpener,
    Call as Call,
    Callable as Callable,
    Expand as Expand,
    GetBoundaries as GetBoundaries,
    GetExecutionContext as GetExecutionContext,
    GetOuterHandlers as GetOuterHandlers,
    GetTraceback as GetTraceback,
    HandlerSpec as HandlerSpec,
    IRStream as IRStream,
    K as K,
    Perform as Perform,
    PyVM as PyVM,
    TailEval as TailEval,
    WithBoundaries as WithBoundaries,
    WithObserve as WithObserve,
    invariant_checks_enabled as invariant_checks_enabled,
    set_invariant_checks as set_invariant_checks,
    set_scheduler_step_budget_armed as set_scheduler_step_budget_armed,
    set_scheduler_trace_installed as set_scheduler_trace_installed,
    vm_live_counts as vm_live_counts,
    vm_scan_counts as vm_scan_counts,
    vm_work_counts as vm_work_counts,
)
# isort: on

_P = ParamSpec("_P")
_Q = ParamSpec("_Q")
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
_Effects_co = TypeVar("_Effects_co", covariant=True, default=Any)
_S = TypeVar("_S")
_Answer = TypeVar("_Answer", default=Any)  # what an effect is answered with
_X_co = TypeVar("_X_co", covariant=True, default=Any)
_A = TypeVar("_A")  # what a clause answers
_E = TypeVar("_E", bound=EffectBase[Any])
_AnyHandlerT = TypeVar("_AnyHandlerT", bound=_Function[[object, Continuation], object])

class _HasGenerator(Protocol[_T_co]):
    def to_generator(self) -> Generator[Any, Any, _T_co]: ...

_Program: TypeAlias = Program[_T] | _HasGenerator[_T]
_Effects: TypeAlias = type[EffectBase[Any]] | tuple[type[EffectBase[Any]], ...]
_Mapping: TypeAlias = SupportsKeysAndGetItem[Any, Any] | None
_Handler: TypeAlias = _Function[[Any, Continuation], Generator[Any, Any, _A] | _Program[_A]]
_Listed: TypeAlias = _Function[[Any, Continuation], Any]
_BuiltIn: TypeAlias = StateHandler | ReaderHandler | WriterHandler

__version__: str

class Program(Generic[_T_co, _Effects_co]):
    """What the machine can run, with a result of type `_T_co`.

    The effects that it may perform are a second parameter, for those who track them.
    """

    def __iter__(self) -> Generator[Self, Any, _T_co]: ...

class EffectBase(Program[_Answer]):
    """The base of effects; a subclass of `EffectBase[T]` is answered with a `T`.

    It is invariant, so that what answers an effect can be checked against its `T`.
    """

@final
class DoCall(Program[_T_co]):
    """The lazy, reusable program that calling a `@do` function gives."""

    @property
    def function(self) -> _Function[..., Any]: ...
    @property
    def args(self) -> tuple[Any, ...]: ...
    @property
    def kwargs(self) -> dict[str, Any]: ...

@final
class DoFunction(Generic[_P, _T_co]):
    """A function whose calls are lazy programs."""

    __wrapped__: _Function[..., Any]
    __name__: str
    __qualname__: str
    def __init__(
        self, function: _Function[_P, Any], tail_resume_lines: Sequence[int], yields: bool
    ) -> None: ...
    @property
    def function(self) -> _Function[..., Any]: ...
    @property
    def tail_resume_lines(self) -> list[int]: ...
    @property
    def yields(self) -> bool: ...
    def make_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call[_T_co]: ...
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> DoCall[_T_co]: ...
    # Checkers look through `classmethod` and `staticmethod`, so their methods come here, too.
    @overload
    def __get__(
        self: DoFunction[Concatenate[type[_S], _Q], _T], instance: _S | None, owner: type[_S], /
    ) -> _Function[_Q, DoCall[_T]]: ...
    @overload
    def __get__(self, instance: None, owner: type, /) -> DoFunction[_P, _T_co]: ...
    @overload
    def __get__(
        self: DoFunction[Concatenate[_S, _Q], _T], instance: _S, owner: type | None = None, /
    ) -> _Function[_Q, DoCall[_T]]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> DoFunction[_P, _T_co]: ...

@overload
def do(  # pyright: ignore[reportOverlappingOverload] (a staticmethod is callable, too)
    function: staticmethod[_P, Generator[Any, Any, _T]],
) -> staticmethod[_P, DoCall[_T]]: ...
@overload
def do(function: staticmethod[_P, _T]) -> staticmethod[_P, DoCall[_T]]: ...
@overload
def do(
    function: classmethod[_S, _P, Generator[Any, Any, _T]],
) -> classmethod[_S, _P, DoCall[_T]]: ...
@overload
def do(function: classmethod[_S, _P, _T]) -> classmethod[_S, _P, DoCall[_T]]: ...
@overload
def do(function: _Function[_P, Generator[Any, Any, _T]]) -> DoFunction[_P, _T]: ...
@overload
def do(function: _Function[_P, _T]) -> DoFunction[_P, _T]:
    """Make the calls of a plain or generator function lazy programs.

    Raises `TypeError` for an `async def` and for what cannot be called.
    """

def _make_native(
    cls: type, names: tuple[str, ...], positional: int | None, defaults: dict[str, object]
) -> None:
    """Let native code construct and free the instances of a class that `@effect` has just made."""

@overload
def run(
    program: _Program[_T],
    handlers: tuple[()] | Sequence[_BuiltIn] = (),
    env: _Mapping = None,
    state: _Mapping = None,
) -> _T: ...
@overload
def run(
    program: _Program[_T],
    handlers: Sequence[_Handler[_A]],
    env: _Mapping = None,
    state: _Mapping = None,
) -> _T | _A:
    """Run a program to its result, under `handlers`, innermost first.

    `env` and `state` are installed outside of them, with a reader and a state handler. A clause
    that abandons its continuation gives the result in the program's place.

    Raises the exception that nothing in the program caught, `TypeError` for a wrong argument.
    """

@overload
def with_handlers(
    handlers: tuple[()] | Sequence[_BuiltIn], program: _Program[_T]
) -> Program[_T]: ...
@overload
def with_handlers(handlers: Sequence[_Handler[_A]], program: _Program[_T]) -> Program[_T | _A]:
    """The program under `handlers`, innermost first.

    Raises `TypeError` if `handlers` is neither a list nor a tuple.
    """

@overload
def handler(  # pyright: ignore[reportOverlappingOverload] (it takes any effect, so each)
    function: _AnyHandlerT,
) -> _AnyHandlerT: ...
@overload
def handler(function: _Function[[_E, Continuation], _A]) -> TypedHandler[_E, _A]:
    """Make a function a handler of the effect type that its first parameter is annotated with.

    For a union it handles each; without an annotation, and for `Any` or `object`, the function
    itself is given, which handles every effect.

    Raises `TypeError` for any other annotation, and for what is no function of a parameter.
    """

def state(initial: _Mapping = None) -> StateHandler:
    """A state handler with a store of its own. Raises `TypeError` for what is no mapping."""

def reader(env: _Mapping = None) -> ReaderHandler:
    """A reader with bindings of its own. Raises `TypeError` for what is no mapping."""

def writer() -> WriterHandler:
    """A writer with a log of its own."""

@final
class Continuation:
    """A one-shot continuation: the `k` of a handler, or what `CreateContinuation` gives."""

    @property
    def used(self) -> bool: ...
    def close(self) -> None:
        """End an unused one at once; its generators are closed, innermost first."""
    def to_dict(self) -> dict[str, int | bool]:
        """What is known of it: whether it is `consumed`, and two numbers if it is not."""

@final
class Pure(Program[_T_co]):
    """The program whose result is `value`."""

    @overload
    def __init__(self: Pure[None]) -> None: ...
    @overload
    def __init__(self, value: _T_co) -> None: ...
    @property
    def value(self) -> _T_co: ...

@final
class Safe(Program[Ok[_T_co] | Err[Exception]], Generic[_T_co]):
    """Runs the program; gives `Ok(result)`, or `Err(error)` for an `Exception`."""

    def __init__(self, program: _Program[_T_co]) -> None: ...
    @property
    def program(self) -> _Program[_T_co]: ...

@final
class TailCall(Program[_T_co]):
    """Ends the generator that yields it and runs the program in its place."""

    def __init__(self, program: _Program[_T_co]) -> None: ...
    @property
    def program(self) -> _Program[_T_co]: ...

@final
class WithHandler(Program[_T_co]):
    """Runs the program under a handler; gives the answer.

    That is the result of the program, or of a clause that does something else with it.
    """

    @overload
    def __new__(
        cls, handler: _BuiltIn, program: _Program[_T], effects: _Effects | None = None
    ) -> WithHandler[_T]: ...
    @overload
    def __new__(
        cls, handler: _Handler[_A], program: _Program[_T], effects: _Effects | None = None
    ) -> WithHandler[_T | _A]: ...
    @overload
    def __new__(
        cls, handler: _Function[..., Any], program: _Program[_T], effects: _Effects | None = None
    ) -> WithHandler[Any]: ...
    @overload
    def __new__(cls, handler: _BuiltIn, *, body: _Program[_T]) -> WithHandler[_T]: ...
    @overload
    def __new__(cls, handler: _Handler[_A], *, body: _Program[_T]) -> WithHandler[_T | _A]: ...
    @overload
    def __new__(cls, handler: _Function[..., Any], *, body: _Program[_T]) -> WithHandler[Any]: ...
    @property
    def handler(self) -> _Listed: ...
    @property
    def program(self) -> _Program[Any]: ...
    @property
    def body(self) -> _Program[Any]: ...
    @property
    def effects(self) -> _Effects | None: ...

@final
class Resume(Program[Any]):
    """The performer goes on with `value`; gives what the program under `k`'s prompt returns."""

    def __init__(self, k: Continuation, value: Any = None) -> None: ...
    @property
    def k(self) -> Continuation: ...
    @property
    def continuation(self) -> Continuation: ...
    @property
    def value(self) -> Any: ...

@final
class Transfer(Program[Any]):
    """Finishes the clause, then resumes `k` with `value` in its place."""

    def __init__(self, k: Continuation, value: Any = None) -> None: ...
    @property
    def k(self) -> Continuation: ...
    @property
    def continuation(self) -> Continuation: ...
    @property
    def value(self) -> Any: ...

@final
class ResumeThrow(Program[Any]):
    """As `Resume`, but raises `error` at the perform site."""

    @overload
    def __init__(self, k: Continuation, error: BaseException) -> None: ...
    @overload
    def __init__(self, k: Continuation, *, exception: BaseException) -> None: ...
    @property
    def k(self) -> Continuation: ...
    @property
    def continuation(self) -> Continuation: ...
    @property
    def error(self) -> BaseException: ...
    @property
    def exception(self) -> BaseException: ...

@final
class TransferThrow(Program[Any]):
    """As `Transfer`, but raises `error` at the perform site."""

    @overload
    def __init__(self, k: Continuation, error: BaseException) -> None: ...
    @overload
    def __init__(self, k: Continuation, *, exception: BaseException) -> None: ...
    @property
    def k(self) -> Continuation: ...
    @property
    def continuation(self) -> Continuation: ...
    @property
    def error(self) -> BaseException: ...
    @property
    def exception(self) -> BaseException: ...

@final
class Delegate(Program[Any]):
    """An outer handler gets to answer the performer; gives what `Resume` would give."""

    def __init__(
        self, effect: EffectBase[Any] | None = None, k: Continuation | None = None
    ) -> None: ...
    @property
    def effect(self) -> EffectBase[Any] | None: ...
    @property
    def k(self) -> Continuation | None: ...

@final
class Pass(Program[Any]):
    """Finishes the clause and lets an outer handler answer the performer."""

    def __init__(
        self, effect: EffectBase[Any] | None = None, k: Continuation | None = None
    ) -> None: ...
    @property
    def effect(self) -> EffectBase[Any] | None: ...
    @property
    def k(self) -> Continuation | None: ...
    @property
    def continuation(self) -> Continuation | None: ...

@final
class GetContinuation(Program[Continuation]):
    """Gives the clause's own continuation."""

    def __init__(self) -> None: ...

@final
class GetHandlers(Program[list[_Listed]]):
    """Gives the handlers in scope, innermost first, or those that an unused `k` holds."""

    def __init__(self, k: Continuation | None = None) -> None: ...
    @property
    def k(self) -> Continuation | None: ...
    @property
    def continuation(self) -> Continuation | None: ...

@final
class CreateContinuation(Program[Continuation]):
    """Gives an unstarted continuation of the program under `handlers`, innermost first."""

    def __init__(self, program: _Program[Any], handlers: Sequence[_Listed] = ()) -> None: ...
    @property
    def program(self) -> _Program[Any]: ...
    @property
    def handlers(self) -> Sequence[_Listed]: ...

@final
class ResumeContinuation(Program[Any]):
    """As `Resume`, but never in tail position."""

    def __init__(self, k: Continuation, value: Any = None) -> None: ...
    @property
    def k(self) -> Continuation: ...
    @property
    def value(self) -> Any: ...

@final
class Ok(Generic[_T_co]):
    """What `Safe` gives for a result."""

    __match_args__: ClassVar[tuple[Literal["value"]]] = ("value",)
    def __init__(self, value: _T_co) -> None: ...
    @property
    def value(self) -> _T_co: ...
    def is_ok(self) -> Literal[True]: ...
    def is_err(self) -> Literal[False]: ...
    def __bool__(self) -> Literal[True]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Err(Generic[_X_co]):
    """What `Safe` gives for an exception."""

    __match_args__: ClassVar[tuple[Literal["error"]]] = ("error",)
    def __init__(self, error: _X_co, captured_traceback: Any = None) -> None: ...
    @property
    def error(self) -> _X_co: ...
    @property
    def captured_traceback(self) -> Any: ...
    def is_ok(self) -> Literal[False]: ...
    def is_err(self) -> Literal[True]: ...
    def __bool__(self) -> Literal[False]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class TypedHandler(Generic[_E, _A]):
    """A handler with the effect types that it accepts."""

    @overload
    def __init__(self, handler: _Function[[_E, Continuation], _A], effects: type[_E]) -> None: ...
    @overload
    def __init__(
        self, handler: _Function[[_E, Continuation], _A], effects: tuple[type[_E], ...]
    ) -> None: ...
    def __call__(self, effect: _E, k: Continuation, /) -> _A: ...
    @property
    def handler(self) -> _Function[[_E, Continuation], _A]: ...
    @property
    def effects(self) -> type[_E] | tuple[type[_E], ...]: ...

@final
class Get(EffectBase[Any]):
    """Gives the state of `key`, None if there is none."""

    def __init__(self, key: Any) -> None: ...
    @property
    def key(self) -> Any: ...

@final
class Put(EffectBase[None]):
    """Sets the state of `key`."""

    def __init__(self, key: Any, value: Any) -> None: ...
    @property
    def key(self) -> Any: ...
    @property
    def value(self) -> Any: ...

@final
class Modify(EffectBase[Any]):
    """Sets the state of `key` to `f(old)`; gives `old`."""

    def __init__(self, key: Any, f: _Function[[Any], Any]) -> None: ...
    @property
    def key(self) -> Any: ...
    @property
    def f(self) -> _Function[[Any], Any]: ...

@final
class Ask(EffectBase[Any]):
    """Gives what the nearest reader that has `key` binds it to, or else the default."""

    def __init__(self, key: Any, default: Any = ...) -> None: ...
    @property
    def key(self) -> Any: ...
    @property
    def default(self) -> Any:
        """Raises `AttributeError` where none was given."""

@final
class Local(EffectBase[_T]):
    """Runs the program at the perform site under a reader of `bindings`."""

    def __init__(
        self, bindings: SupportsKeysAndGetItem[Any, Any], program: _Program[_T]
    ) -> None: ...
    @property
    def bindings(self) -> SupportsKeysAndGetItem[Any, Any]: ...
    @property
    def program(self) -> _Program[_T]: ...

@final
class Tell(EffectBase[None]):
    """Appends `entry` to the log."""

    def __init__(self, entry: Any) -> None: ...
    @property
    def entry(self) -> Any: ...

@final
class Listen(EffectBase[tuple[_T, list[Any]]], Generic[_T]):
    """Runs the program at the perform site; gives its result and a list of what it told."""

    def __init__(self, program: _Program[_T]) -> None: ...
    @property
    def program(self) -> _Program[_T]: ...

@final
class StateHandler:
    """The handler of `Get`, `Put` and `Modify`, with its store."""

    @overload
    def __init__(self, initial: _Mapping = None) -> None: ...
    @overload
    def __init__(self, store: dict[Any, Any], get_type: type, put_type: type) -> None: ...
    @property
    def __name__(self) -> str: ...
    @property
    def __qualname__(self) -> str: ...
    @property
    def effect_types(self) -> tuple[type, type]:
        """The two types of a foreign store. Raises `AttributeError` where it has none."""
    def __call__(self, effect: EffectBase[Any], k: Continuation, /) -> Program[Any]: ...
    def items(self) -> dict[Any, Any]:
        """A copy of the state."""

@final
class ReaderHandler:
    """The handler of `Ask` and `Local`, with its bindings."""

    def __init__(self, env: _Mapping = None) -> None: ...
    def __call__(self, effect: EffectBase[Any], k: Continuation, /) -> Program[Any]: ...
    def env(self) -> dict[Any, Any]:
        """A copy of the bindings."""

@final
class WriterHandler:
    """The handler of `Tell` and `Listen`, with its log."""

    def __init__(self) -> None: ...
    def __call__(self, effect: EffectBase[Any], k: Continuation, /) -> Program[Any]: ...
    def logs(self) -> list[Any]:
        """A copy of the log."""

@final
class Stdlib:
    """The three built-in handlers on the store of a VM."""

    @property
    def state(self) -> StateHandler: ...
    @property
    def reader(self) -> ReaderHandler: ...
    @property
    def writer(self) -> WriterHandler: ...

class _Stats(TypedDict):
    segments_live: int
    segments_pooled: int
    dispatches: int
    callbacks: int

@final
class VM:
    """A machine with a store and counters of its own; it serves one thread at a time."""

    def __init__(
        self, *, debug: bool | DebugConfig = False, gil: Literal["strict", "adaptive"] = "adaptive"
    ) -> None: ...
    @property
    def py_store(self) -> dict[Any, Any]:
        """A dict for user handlers, which the machine never reads."""
    @property
    def step_count(self) -> int:
        """The steps made so far."""
    @overload
    def run(
        self,
        program: _Program[_T],
        handlers: tuple[()] | Sequence[_BuiltIn] = (),
        env: _Mapping = None,
        state: _Mapping = None,
    ) -> _T: ...
    @overload
    def run(
        self,
        program: _Program[_T],
        handlers: Sequence[_Handler[_A]],
        env: _Mapping = None,
        state: _Mapping = None,
    ) -> _T | _A:
        """As the function `run`. Raises `RuntimeError` while another thread uses this VM."""
    @overload
    def start_with_generator(
        self,
        g: Generator[Any, Any, _T],
        handlers: tuple[()] | Sequence[_BuiltIn] = (),
        env: _Mapping = None,
        state: _Mapping = None,
    ) -> _T: ...
    @overload
    def start_with_generator(
        self,
        g: Generator[Any, Any, _T],
        handlers: Sequence[_Handler[_A]],
        env: _Mapping = None,
        state: _Mapping = None,
    ) -> _T | _A:
        """Run a new raw generator as `run` does a program."""
    def stdlib(self, env: _Mapping = None, state: _Mapping = None) -> Stdlib:
        """The handlers on this VM's store, to which the arguments are added first."""
    def stats(self) -> _Stats:
        """Counts of live and pooled segments, of dispatches and of call-backs so far."""

@final
class DebugConfig:
    """What `VM(debug=...)` writes to stderr. Raises `ValueError` for an unknown level."""

    def __init__(
        self,
        level: Literal["steps", "trace"] = "steps",
        *,
        show_frames: bool = False,
        show_dispatch: bool = False,
        show_store: bool = False,
    ) -> None: ...
    @property
    def level(self) -> Literal["steps", "trace"]: ...
    @property
    def show_frames(self) -> bool: ...
    @property
    def show_dispatch(self) -> bool: ...
    @property
    def show_store(self) -> bool: ...

class UnhandledEffect(RuntimeError):
    """No handler in scope accepts the performed effect."""

    effect: EffectBase[Any] | None

class ContinuationConsumed(RuntimeError):
    """A continuation was used a second time."""

class MissingKey(KeyError):
    """No reader in scope has the key of an `Ask` without default."""

    @property
    def key(self) -> Any: ...
