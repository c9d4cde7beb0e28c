"""Which effects a handler's annotation lets through: classes, unions, strings, generics."""

from __future__ import annotations

import functools
import typing
import warnings

from _kit import Ask, Tell, do, say, vm
from doeff_vm._effect_types import handler_effect_types


class Marker:
    pass


class Marked(vm.EffectBase, Marker):
    pass


class Child(Ask):
    pass


T = typing.TypeVar("T")


class Generic(vm.EffectBase, typing.Generic[T]):
    pass


@typing.runtime_checkable
class HasKey(typing.Protocol):
    key: str


class PlainProtocol(typing.Protocol):
    key: str


def handler(annotation):
    def clause(effect, k):
        return (yield vm.Resume(k, type(effect).__name__))

    clause.__annotations__ = {} if annotation is None else {"effect": annotation}
    return do(clause)


ANNOTATIONS = {
    "none": None,
    "class": Ask,
    "subclass": Child,
    "union": Ask | Tell,
    "typing.Union": typing.Union[Ask, Tell],  # noqa: UP007
    "Optional": typing.Optional[Ask],  # noqa: UP045
    "marker": Marker,
    "EffectBase": vm.EffectBase,
    "object": object,
    "Any": typing.Any,
    "union with Any": typing.Union[Ask, typing.Any],  # noqa: UP007
    "Annotated": typing.Annotated[Ask, "note"],
    "string": "Ask",
    "string union": "Ask | Tell",
    "string in union": typing.Union["Ask", Tell],
    "unknown name": "NoSuchName",
    "syntax error": "Ask |",
    "string of a string": "'Ask'",
    "generic": Generic,
    "generic alias": Generic[int],
    "EffectBase alias": vm.EffectBase[int],
    "TypeVar": T,
    "Literal": typing.Literal["a"],
    "runtime protocol": HasKey,
    "plain protocol": PlainProtocol,
    "int value": 3,
    "tuple": (Ask, Tell),
    "Type": type[Ask],
    "str": str,
    "bool": bool,
    "NoneType": None.__class__,
    "dict": dict[str, int],
    "Exception": Exception,
    "union with str": Ask | str,
    "callable": typing.Callable,
    "subclass of int": type("MyInt", (int,), {}),
    "K": vm.K,
    "Pure": vm.Pure,
}


@do
def probe(effect):
    return (yield effect)


warnings.simplefilter("always")
for label, annotation in ANNOTATIONS.items():
    with warnings.catch_warnings(record=True) as caught:
        made = handler(annotation)
        try:
            types = handler_effect_types(made)
            say(label, "types", types and [kind.__name__ for kind in types])
        except TypeError as error:
            say(label, "refused", error)
        seen = []
        for effect in (Ask("a"), Child("a"), Tell("t"), Marked(), Generic()):
            try:
                seen.append(vm.PyVM().run(vm.WithHandler(made, probe(effect))))
            except Exception as error:
                seen.append(type(error).__name__)
        say(label, "sees", seen)
        for warning in caught:
            say(label, "warns", warning.category.__name__, warning.message)


def late(effect: LaterClass, k):  # noqa: F821
    return (yield vm.Resume(k, 1))


partial = functools.partial(lambda extra, effect, k: None, 1)
say("partial", handler_effect_types(partial))
