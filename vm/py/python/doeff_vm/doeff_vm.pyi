from collections.abc import Callable, Generator
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, final, overload

_P = ParamSpec("_P")
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
_S = TypeVar("_S")

__version__: str

class _HasGenerator(Protocol[_T_co]):
    def to_generator(self) -> Generator[Any, Any, _T_co]: ...

class Program(Generic[_T_co]):
    """What the machine can run, with a result of type ``_T_co``."""

    def __iter__(self) -> Generator[Any, Any, _T_co]: ...

class EffectBase(Program[_T_co]):
    """The base of effects; a subclass of ``EffectBase[T]`` is answered with a ``T``."""

@final
class DoCall(Program[_T_co]):
    """The lazy, reusable program that calling a ``@do`` function gives."""

    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def args(self) -> tuple[Any, ...]: ...
    @property
    def kwargs(self) -> dict[str, Any]: ...

@final
class DoFunction(Generic[_P, _T_co]):
    """A function whose calls are lazy programs."""

    __wrapped__: Callable[..., Any]
    __name__: str
    __qualname__: str
    def __init__(self, function: Callable[..., Any], /) -> None: ...
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> DoCall[_T_co]: ...
    @overload
    def __get__(self, instance: None, owner: type, /) -> DoFunction[_P, _T_co]: ...
    @overload
    def __get__(
        self: DoFunction[Concatenate[_S, _P], _T_co], instance: _S, owner: type | None = None, /
    ) -> Callable[_P, DoCall[_T_co]]: ...

@overload
def do(function: Callable[_P, Generator[Any, Any, _T]], /) -> DoFunction[_P, _T]: ...
@overload
def do(function: Callable[_P, _T], /) -> DoFunction[_P, _T]: ...
def run(program: Program[_T] | _HasGenerator[_T]) -> _T:
    """Run a program to its result.

    Raises the exception that nothing in the program caught, ``TypeError`` for what is no program.
    """

@final
class Continuation:
    """The one-shot continuation of a performed effect."""

    @property
    def used(self) -> bool: ...
    def close(self) -> None: ...

@final
class Pure(Program[_T_co]):
    value: _T_co
    @overload
    def __init__(self: Pure[None]) -> None: ...
    @overload
    def __init__(self, value: _T_co) -> None: ...

@final
class WithHandler(Program[_T_co]):
    handler: Callable[[Any, Continuation], Any]
    program: Program[_T_co] | _HasGenerator[_T_co]
    effects: type[EffectBase[Any]] | tuple[type[EffectBase[Any]], ...] | None
    def __init__(
        self,
        handler: Callable[[Any, Continuation], Any],
        program: Program[_T_co] | _HasGenerator[_T_co],
        effects: type[EffectBase[Any]] | tuple[type[EffectBase[Any]], ...] | None = None,
    ) -> None: ...

@final
class Resume(Program[Any]):
    k: Continuation
    value: Any
    def __init__(self, k: Continuation, value: Any = None) -> None: ...

@final
class Transfer(Program[Any]):
    k: Continuation
    value: Any
    def __init__(self, k: Continuation, value: Any = None) -> None: ...

@final
class Pass(Program[Any]):
    effect: EffectBase[Any] | None
    k: Continuation | None
    def __init__(
        self, effect: EffectBase[Any] | None = None, k: Continuation | None = None
    ) -> None: ...

class UnhandledEffect(RuntimeError):
    """No handler in scope accepts the performed effect."""

    effect: EffectBase[Any]

class ContinuationConsumed(RuntimeError):
    """A continuation was used a second time."""
