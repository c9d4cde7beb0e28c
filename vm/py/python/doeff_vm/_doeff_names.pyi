"""The types of the names that only doeff's packages use.

No module of this name is imported at run time: `doeff_vm.doeff_vm` holds the classes and functions.
"""

from collections.abc import Callable as _Function
from collections.abc import Generator, Sequence
from typing import Any, Literal, Protocol, TypeAlias, final

from typing_extensions import TypeVar

from doeff_vm.doeff_vm import Continuation as K
from doeff_vm.doeff_vm import DoFunction, EffectBase, Program

__all__ = [
    "Apply",
    "BindOpener",
    "Call",
    "Callable",
    "Expand",
    "GetBoundaries",
    "GetExecutionContext",
    "GetOuterHandlers",
    "GetTraceback",
    "HandlerSpec",
    "IRStream",
    "K",
    "Perform",
    "PyVM",
    "TailEval",
    "WithBoundaries",
    "WithObserve",
    "invariant_checks_enabled",
    "set_invariant_checks",
    "set_scheduler_step_budget_armed",
    "set_scheduler_trace_installed",
    "vm_live_counts",
    "vm_scan_counts",
    "vm_work_counts",
]

_T_co = TypeVar("_T_co", covariant=True, default=Any)
_E_co = TypeVar("_E_co", covariant=True, default=Any)  # the effects that a program may perform
_Types: TypeAlias = tuple[type, ...]
_Boundary: TypeAlias = tuple[Literal["handler", "observer"], Any]

@final
class PyVM:
    """A machine that keeps to doeff's contract."""

    def __init__(self) -> None: ...
    def run(self, program: Any) -> Any:
        """Run a program to its result.

        Raises what nothing in it caught, and `TypeError` for what is no program.
        """
    def arena_stats(self) -> tuple[int, int, int, int]:
        """Four figures of the segments that the machine keeps; none outlives a run."""
    def step_count(self) -> int:
        """The steps that this machine has made."""

@final
class Callable:
    """A function in a wrapper; no program."""

    def __init__(self, callable: Any) -> None: ...

@final
class IRStream:
    """A generator for an `Expand` to run, with the lines of its tail resumes."""

    def __init__(self, generator: Any, tail_resume_lines: Sequence[int] | None = None) -> None: ...

@final
class HandlerSpec:
    """What the machine needs to know of a handler when it installs it."""

    def __init__(
        self,
        effect_types: _Types | None,
        generator_function: object,
        tail_resume_lines: Sequence[int],
        passed: tuple[_Types, _Types] | None,
    ) -> None: ...
    @property
    def effect_types(self) -> _Types | None:
        """The types of the effects that it admits, or None for every effect."""
    @property
    def generator_function(self) -> object:
        """The undecorated function that is called in its place, or None."""
    @property
    def tail_resume_lines(self) -> tuple[int, ...]: ...
    @property
    def passed(self) -> tuple[_Types, _Types] | None:
        """The effects that it passes on untouched, and those that it keeps all the same."""

class Expand(Program[_T_co, _E_co]):
    """Runs the program or stream that `expr` gives."""

    def __init__(self, expr: Any) -> None: ...
    @property
    def expr(self) -> Any: ...

@final
class Call(Expand[_T_co, _E_co]):
    """The program that a call of a `@do` function gives."""

    def __init__(
        self, function: DoFunction[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None: ...
    @property
    def function(self) -> DoFunction[..., Any]: ...
    @property
    def args(self) -> tuple[Any, ...]: ...
    @property
    def kwargs(self) -> dict[str, Any]: ...

@final
class Apply(Program[Any]):
    """Calls the function that the program `f` gives with the results of `args`."""

    def __init__(self, f: Any, args: Any) -> None: ...
    @property
    def f(self) -> Any: ...
    @property
    def args(self) -> Any: ...

class _Effect(Protocol[_T_co]):
    """An effect, or one of several."""

    def __iter__(self) -> Generator[EffectBase[Any], Any, _T_co]: ...

@final
class Perform(Program[_T_co]):
    """Performs the effect, as yielding it does."""

    def __init__(self, effect: _Effect[_T_co]) -> None: ...
    @property
    def effect(self) -> EffectBase[Any]: ...

@final
class TailEval(Program[Any]):
    """Ends the generator that yields it and runs the program in its place."""

    def __init__(self, expr: Any) -> None: ...
    @property
    def expr(self) -> Any: ...

@final
class WithObserve(Program[_T_co]):
    """Runs the body and shows `observer` each effect that it performs."""

    def __init__(self, observer: Any, body: Any) -> None: ...
    @property
    def observer(self) -> Any: ...
    @property
    def body(self) -> Any: ...

@final
class WithBoundaries(Program[_T_co]):
    """Runs the body under handlers and observers, innermost first."""

    def __init__(self, boundaries: Sequence[_Boundary], body: Any) -> None: ...
    @property
    def boundaries(self) -> Sequence[_Boundary]: ...
    @property
    def body(self) -> Any: ...

@final
class GetTraceback(Program[Any]):
    """Gives the frames of the computation under `k`."""

    def __init__(self, k: K) -> None: ...
    @property
    def k(self) -> K: ...
    @property
    def continuation(self) -> K: ...

@final
class GetBoundaries(Program[Any]):
    """Gives the handlers and observers under `k`, for `WithBoundaries`."""

    def __init__(self, k: K) -> None: ...
    @property
    def k(self) -> K: ...
    @property
    def continuation(self) -> K: ...

@final
class GetExecutionContext(Program[Any]):
    """Gives the frames and handlers of the computation that yields it."""

    def __init__(self) -> None: ...

@final
class GetOuterHandlers(Program[Any]):
    """Gives the handlers outside the clause that yields it."""

    def __init__(self) -> None: ...

@final
class BindOpener:
    """Opens what is bound: `fallback(expr[, absent])`, or a short way that gives the same.

    Calls of definitions that do not yield are made in place, a generator that they return goes
    through `generator_program`; a type for which `passes_through` holds is given back as it is.
    """

    def __init__(
        self,
        fallback: _Function[..., Any],
        generator_program: _Function[[Generator[Any, Any, Any]], Any],
        passes_through: _Function[[type], bool] | None = None,
    ) -> None: ...
    def __call__(self, expr: Any, absent: _Function[[], Any] | None = None) -> Any: ...
    @property
    def fallback(self) -> _Function[..., Any]: ...
    @property
    def generator_program(self) -> _Function[[Generator[Any, Any, Any]], Any]: ...
    @property
    def passes_through(self) -> _Function[[type], bool] | None: ...

def vm_live_counts() -> tuple[int, int, int]:
    """What is alive in the process; all are 0 when everything has ended.

    They are the stretches of stack of runs and unused continuations, unused continuations, and
    the programs in both.
    """

def vm_work_counts() -> tuple[int, int]:
    """The steps and handler calls of all machines of the process so far."""

def invariant_checks_enabled() -> bool:
    """Whether runs of `PyVM` check the machine's invariants before each step.

    The environment variable `DOEFF_VM_INVARIANT_CHECKS`, 1 or 0, decides until
    `set_invariant_checks` does. Raises `ValueError` where it is anything else.
    """

def set_invariant_checks(on: bool) -> None:
    """Turn these checks on or off, for the runs that begin later in this process."""

def vm_scan_counts() -> dict[str, int]:
    """The entries that searches have walked so far, by what they are in; all 0 here."""

def set_scheduler_trace_installed(installed: bool) -> None:
    """Tell a native scheduler whether its steps are traced. There is none here."""

def set_scheduler_step_budget_armed(armed: bool) -> None:
    """Tell a native scheduler whether its steps are bounded. There is none here."""
