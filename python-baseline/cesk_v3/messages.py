"""The words of every error: each names the culprit and the cure."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType, GeneratorType

__all__ = [
    "async_function",
    "bad_annotation",
    "bad_debug",
    "bad_effects",
    "bad_option",
    "consumed",
    "given_stop_iteration",
    "has_slots",
    "is_exception",
    "missing_key",
    "name_of",
    "not_a_class",
    "not_a_clause",
    "not_a_continuation",
    "not_a_function",
    "not_a_generator",
    "not_a_handler",
    "not_a_list_of_handlers",
    "not_a_mapping",
    "not_a_new_generator",
    "not_a_program",
    "not_an_effect",
    "not_an_exception",
    "not_typable",
    "outside_clause",
    "raised_stop_iteration",
    "short_repr",
    "started_generator",
    "type_name",
    "unhandled",
    "unperformed",
    "unresolved_annotation",
    "unstarted",
    "unstarted_with_value",
    "vm_in_use",
]

REPR_LIMIT = 80
"""Characters of a repr that a message shows."""

NAMES_LIMIT = 10
"""Handlers that `UnhandledEffect` names."""

UNPERFORMED_ARGUMENTS = {
    "Delegate": "effect, k",
    "Pass": "effect, k",
    "ResumeThrow": "k, error",
    "TransferThrow": "k, error",
}
"""The arguments in the advice on a primitive that was not yielded, where not `k, value`."""


def short_repr(value: object) -> str:
    """The repr of `value` in at most `REPR_LIMIT` characters; a repr that fails costs its text."""
    try:
        text = repr(value)
    except Exception:
        return f"<{type_name(value)} object, repr failed>"
    return text if len(text) <= REPR_LIMIT else text[: REPR_LIMIT - 3] + "..."


def type_name(value: object) -> str:
    """The qualified name of the type of `value`."""
    return type(value).__qualname__


def name_of(function: object) -> str:
    """What a message calls a handler or another callable."""
    try:
        name = getattr(function, "__qualname__", None)
    except Exception:
        name = None
    return name if isinstance(name, str) else type_name(function)


def not_a_program(value: object, *, decorated: bool) -> str:
    """Something else was yielded, run or installed where a program is due.

    `decorated`: it is a function of ours, as `@do` makes them.
    """
    if type(value) is GeneratorType:
        return (
            f"a raw generator '{value.__qualname__}' is not a program; "
            "decorate its function with @do and yield the call"
        )
    if isinstance(value, type):
        hint = " (this is a class: did you mean to call it?)"
    elif decorated:
        hint = " (this is a function: did you mean to call it?)"
    elif type(value) is FunctionType:
        hint = " (this is a function: decorate it with @do and call it)"
    else:
        hint = ""
    return (
        f"{short_repr(value)} of type '{type_name(value)}' is not a program; expected a @do call, "
        "an effect (an EffectBase instance), a control primitive, Pure(value) or an object with "
        f"to_generator(){hint}"
    )


def started_generator(generator: GeneratorType[object, object, object]) -> str:
    """A generator was handed over after its start."""
    return f"generator '{generator.__qualname__}' has already started; the machine needs a new one"


def not_a_generator(program: object, value: object) -> str:
    """`to_generator` returned something else."""
    return (
        f"{type_name(program)}.to_generator() returned {short_repr(value)} of type "
        f"'{type_name(value)}'; expected a generator"
    )


def not_a_clause(handler: object, value: object, effect: object) -> str:
    """A handler call returned nothing that can be its clause."""
    return (
        f"handler {name_of(handler)} returned {short_repr(value)} of type '{type_name(value)}' "
        f"for effect {short_repr(effect)}; expected a generator, a program or a control primitive "
        "such as Resume(k, value)"
    )


def unperformed(handler: object, primitive: object) -> str:
    """A clause ended with a primitive that nobody yielded."""
    name = type_name(primitive)
    arguments = UNPERFORMED_ARGUMENTS.get(name, "k, value")
    return (
        f"the clause of {name_of(handler)} returned {name}(...) without performing it; "
        f"write 'return (yield {name}({arguments}))'"
    )


def not_a_handler(value: object) -> str:
    """`WithHandler` was given a handler that cannot be called."""
    return (
        f"handler {short_repr(value)} of type '{type_name(value)}' is not callable; "
        "expected a function (effect, k)"
    )


def bad_effects(effects: object) -> str:
    """`effects=` names something besides effect classes."""
    return (
        f"effects={short_repr(effects)} is not a subclass of EffectBase "
        "or a non-empty tuple of them"
    )


def not_a_continuation(primitive: object, value: object) -> str:
    """A primitive was given something else in place of a continuation."""
    return (
        f"{type_name(primitive)} needs a continuation, "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def not_an_effect(primitive: object, value: object) -> str:
    """A primitive was given something else in place of an effect."""
    return (
        f"{type_name(primitive)} needs an effect (an EffectBase instance), "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def not_an_exception(primitive: object, value: object) -> str:
    """A primitive was given something else in place of an exception."""
    return (
        f"{type_name(primitive)} needs an exception (a BaseException instance), "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def given_stop_iteration(primitive: object) -> str:
    """A primitive was given a `StopIteration` to raise."""
    return f"{type_name(primitive)} was given StopIteration"


def unstarted(primitive: object) -> str:
    """A primitive that needs a performer was given a continuation without one."""
    return f"{type_name(primitive)} needs a started continuation, got an unstarted one"


def unstarted_with_value(value: object) -> str:
    """An unstarted continuation was given a value."""
    return (
        "an unstarted continuation takes no value, "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def not_a_list_of_handlers(place: str, value: object) -> str:
    """Something else was given where a list of handlers is due."""
    return (
        f"{place} needs a list or tuple of handlers, "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def not_a_mapping(place: str, value: object) -> str:
    """Something else was given where a mapping is due."""
    return f"{place} needs a mapping, got {short_repr(value)} of type '{type_name(value)}'"


def missing_key(key: object) -> str:
    """No reader has a key."""
    return (
        f"no reader in scope has the key {short_repr(key)}; give it with run(env=...), "
        "reader(...) or Local, or a default with Ask(key, default)"
    )


def not_a_new_generator(value: object) -> str:
    """`start_with_generator` was given something else."""
    return (
        "start_with_generator needs a generator, "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def not_typable(value: object) -> str:
    """`@handler` was put on something that cannot be a handler."""
    return (
        "@handler needs a function (effect, k), "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def bad_annotation(parameter: str, function: object, annotation: object) -> str:
    """`@handler` found an annotation that names something besides effects."""
    return (
        f"@handler: parameter '{parameter}' of {name_of(function)} is annotated "
        f"{short_repr(annotation)}, which is not an effect type or a union of them"
    )


def unresolved_annotation(parameter: str, function: object, text: str, error: BaseException) -> str:
    """`@handler` found an annotation in a string that has no value."""
    return (
        f"@handler: cannot resolve the annotation {text!r} of parameter '{parameter}' of "
        f"{name_of(function)}: {error}"
    )


def bad_option(name: str, choices: tuple[str, str], value: object) -> str:
    """An option is none of its choices."""
    first, second = choices
    return f"{name} must be {first!r} or {second!r}, got {short_repr(value)}"


def bad_debug(value: object) -> str:
    """`debug` is no option of that kind."""
    return (
        "debug must be a bool or a DebugConfig, "
        f"got {short_repr(value)} of type '{type_name(value)}'"
    )


def vm_in_use() -> str:
    """A VM was entered by a second thread."""
    return "this VM is running a program on another thread; use one VM per thread"


def consumed() -> str:
    """A continuation was used again."""
    return (
        "this continuation was already used; a continuation is one-shot: "
        "it can be resumed, transferred to or passed on only once"
    )


def outside_clause(primitive: object) -> str:
    """A primitive that ends a clause was yielded where there is none."""
    return f"{type_name(primitive)} works only in a handler's clause"


def unhandled(effect: object, handlers: Iterable[object]) -> str:
    """No handler accepts `effect`; `handlers` are those in scope, innermost first."""
    names = [name_of(handler) for handler in handlers]
    if not names:
        return f"no handler accepts {short_repr(effect)}; no handlers in scope"
    shown = ", ".join(names[:NAMES_LIMIT])
    if len(names) > NAMES_LIMIT:
        shown += f", and {len(names) - NAMES_LIMIT} more"
    return f"no handler accepts {short_repr(effect)}; handlers in scope: {shown} (innermost first)"


def async_function(function: object) -> str:
    """`@do` was put on an `async def`."""
    return f"@do needs a plain or generator function, but '{name_of(function)}' is an async def"


def not_a_function(value: object) -> str:
    """`@do` was put on something that cannot be called."""
    return f"@do needs a function, got {short_repr(value)} of type '{type_name(value)}'"


def not_a_class(value: object) -> str:
    """`@effect` was put on something else."""
    return f"@effect needs a class, got an object of type '{type_name(value)}'"


def has_slots(cls: type) -> str:
    """`@effect` was put on a class that says itself what slots it has."""
    return f"@effect makes the slots of '{cls.__qualname__}', which must not have __slots__"


def is_exception(cls: type) -> str:
    """`@effect` was put on an exception class."""
    return f"@effect makes immutable classes, but '{cls.__qualname__}' is an exception class"


def raised_stop_iteration(function: object) -> str:
    """A plain function let a `StopIteration` out."""
    return f"{name_of(function)} raised StopIteration"
