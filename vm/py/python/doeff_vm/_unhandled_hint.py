"""The message for an effect that nobody handled: what was there, and what to install."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TypeAlias, cast

from doeff_vm._effect_types import EffectTypes, handler_spec

HintFor: TypeAlias = Callable[[object], str | None]
"""A hint line for an effect, or None where it knows none."""

TypedHandler: TypeAlias = tuple[str, tuple[type, ...]]
"""A handler's name, and the effect types it admits."""

_SPELLED_TYPES = 3

_hint_fors: tuple[HintFor, ...] = ()


def register_unhandled_effect_hint(hint_for_effect: HintFor) -> None:
    """Ask `hint_for_effect` for a line about unhandled effects, after those registered before."""
    global _hint_fors  # noqa: PLW0603
    _hint_fors = (*_hint_fors, hint_for_effect)


def hint_for(effect: object) -> str:
    """The first line that a registered function has for `effect`, or how to write a handler."""
    for hint_for_effect in _hint_fors:
        line = hint_for_effect(effect)
        if line is not None:
            return line
    name = type(effect).__name__
    return (
        f"install a handler for {name}: run(fn(prog)), where fn is a def (effect: {name}, k) "
        "marked with @handler that returns (yield Resume(k, value))"
    )


def skipped_by_annotation(effect: object, typed_handlers: Sequence[TypedHandler]) -> str | None:
    """The line about handlers whose annotation keeps `effect` out; None where one lets it in."""
    if not typed_handlers or any(isinstance(effect, admitted) for _, admitted in typed_handlers):
        return None
    skipped = dict.fromkeys(
        f"{name} (effect: {_spelled(admitted, type(effect))})" for name, admitted in typed_handlers
    )
    return (
        f"skipped by annotation: {', '.join(skipped)} — "
        "a handler only sees the effects its effect parameter is annotated with"
    )


def unhandled_message(effect: object, handlers: Sequence[object]) -> str:
    """The text of the UnhandledEffect; `handlers` are those in scope, innermost first."""
    shown = _shown_effect(effect)
    if handlers:
        names = [handler_name(handler) for handler in handlers]
        lines = [
            f"no handler found for effect: {shown}",
            f"handlers in scope (innermost→outermost): {' → '.join(n for n, _ in groupby(names))}",
        ]
        skipped = None
        with suppress(Exception):  # of a class that fails to tell its instances
            skipped = skipped_by_annotation(effect, _typed(names, handlers))
        if skipped is not None:
            lines.append(skipped)
    else:
        lines = [f"unhandled effect: {shown} (no handlers in scope)"]
    lines.append(f"hint: {_hint_line(effect)}")
    return "\n  ".join(lines)


def handler_name(handler: object) -> str:
    """The name a handler is shown by: of the function that made it, where it is a closure."""
    name: object = None
    for attribute in ("__qualname__", "__name__"):
        with suppress(Exception):
            name = getattr(handler, attribute)
            break
    if not isinstance(name, str) or not _is_encodable(name):
        return "<handler>"
    return name.partition(".<locals>.")[0].rpartition(".")[2]


def _is_encodable(text: str) -> bool:
    """Whether `text` has no surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _typed(names: Sequence[str], handlers: Sequence[object]) -> list[TypedHandler]:
    """The handlers that have effect types, with their names."""
    typed = ((name, _types_of(handler)) for name, handler in zip(names, handlers, strict=True))
    return [(name, admitted) for name, admitted in typed if admitted is not None]


def _types_of(handler: object) -> EffectTypes:
    """The types a handler was installed with."""
    try:
        return handler_spec(handler).effect_types
    except Exception:
        return None


def _spelled(admitted: tuple[type, ...], effect_type: type) -> str:
    """The types as an annotation; with modules where another class of the effect's name is one."""
    name = effect_type.__qualname__
    if any(cls.__qualname__ == name for cls in admitted):
        parts = [
            _with_module(cls) if cls.__qualname__ == name else cls.__qualname__ for cls in admitted
        ]
        return f"{' | '.join(parts)}, not the effect's {_with_module(effect_type)}"
    parts = [cls.__qualname__ for cls in admitted]
    if len(parts) > _SPELLED_TYPES:
        parts = [*parts[:_SPELLED_TYPES], f"… ({len(parts)} types)"]
    return " | ".join(parts)


def _with_module(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _shown_effect(effect: object) -> str:
    """The effect's class, and its repr where this adds something."""
    name = type.__dict__["__qualname__"].__get__(type(effect))
    try:
        shown = repr(effect)
    except BaseException:
        return name
    return name if shown == name else f"{name} ({shown})"


def _hint_line(effect: object) -> str:
    """The hint; a failing one must not hide the unhandled effect."""
    try:
        line = cast("object", hint_for(effect))
    except BaseException as error:
        return f"hint lookup failed: {_shown_error(error)}"
    if isinstance(line, str):
        return line
    kind = type(line).__qualname__
    return f"hint lookup failed: TypeError: '{kind}' object is not an instance of 'str'"


def _shown_error(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = "<exception str() failed>"
    return f"{type(error).__qualname__}: {text}"
