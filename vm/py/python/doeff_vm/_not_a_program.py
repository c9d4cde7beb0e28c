"""What was meant by a value in the place of a program: the texts of errors that say so."""

import inspect
import reprlib
from collections.abc import Mapping, Sequence
from types import FunctionType, GeneratorType
from typing import Any, cast

from doeff_vm._effect_types import known_effect_types
from doeff_vm.doeff_vm import Call, EffectBase

_EFFECT_AND_K = 2
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def uncalled_do_function_call(value: object, *, name: str | None = None) -> str | None:
    """How to call the `@do` function that `value` is, as `name` or its own; None for others."""
    # `isinstance` would ask the object, which may fail to say.
    if type(value) is not FunctionType:
        return None
    function = value.__dict__.get("__doeff_generator_function__")
    if function is None:
        return None
    parameters = inspect.signature(function).parameters.values()
    required = any(p.default is p.empty and p.kind not in _VARIADIC for p in parameters)
    return f"{value.__name__ if name is None else name}({'...' if required else ''})"


def program_shown(value: object) -> str:
    """The expression that built a program, short; `program` where it is not known."""
    call = uncalled_do_function_call(value)
    if call is not None:
        return call
    if isinstance(value, Call):
        name = getattr(getattr(value.function, "function", None), "__name__", None)
        if name is not None:
            return f"{name}({'...' if value.args or value.kwargs else ''})"
    return "program"


def yielded_not_a_program(value: object) -> str:
    """The text of the error for yielding `value`."""
    call = uncalled_do_function_call(value)
    if isinstance(value, FunctionType) and call is not None:
        return (
            f"yield got the @do function {value.__name__!r} itself, not a program. "
            f"Call the function to build the program, then yield that: yield {call}"
        )
    name = _generator_function_name(value)
    if name is not None:
        return (
            f"yield got a generator from {name!r}, which has no @do. "
            f"Put @do on {name!r} so that calling it builds a program."
        )
    return (
        f"yield got {reprlib.repr(value)} ({type(value).__name__}), "
        "which is neither an effect nor a program. Yield an effect or a program to get its result "
        '(x = yield Ask("key"), x = yield sub()); '
        "a plain value needs no yield: use it as it is, or return it."
    )


def _generator_function_name(value: object) -> str | None:
    """The name of the function whose call made a generator; None for what no function made."""
    if not isinstance(value, GeneratorType):
        return None
    name = cast("GeneratorType[Any, Any, Any]", value).__name__
    return None if name == "<genexpr>" else name


yield_message = yielded_not_a_program
"""The name the machine asks for."""


def handler_applied_as_a_program(
    function: object, args: Sequence[object], kwargs: Mapping[str, object] | None
) -> str | None:
    """The text for a handler's function that was called with the program it should handle."""
    if len(args) != 1 or kwargs or isinstance(args[0], EffectBase):
        return None
    if not isinstance(function, FunctionType) or not _takes_effect_and_k(function):
        return None
    name = function.__name__
    applied = f"{name}({program_shown(args[0])})"
    return (
        f"{name} takes (effect, k): it is a handler body, not a function that builds a program, "
        f"so {applied} cannot run. Mark its def with @handler in place of @do: "
        f"then {applied} runs the program under it"
    )


def _takes_effect_and_k(function: FunctionType) -> bool:
    """Whether two arguments are taken: an effect, by its annotation, and `k`, or so named."""
    code = function.__code__
    if code.co_argcount != _EFFECT_AND_K or code.co_flags & inspect.CO_VARARGS:
        return False
    return code.co_varnames[1] == "k" or known_effect_types(function) is not None
