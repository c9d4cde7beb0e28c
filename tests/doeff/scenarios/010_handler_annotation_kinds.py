"""Which annotations filter: unions, bases, marker bases, `Annotated`, generics, strings."""

from dataclasses import dataclass
from typing import Annotated, Generic, Optional, TypeVar, Union

from _kit import attempt, show
from doeff import EffectBase, Resume, do, handler, handler_effect_types

T = TypeVar("T")


class Marker:
    pass


@dataclass(frozen=True)
class Write(EffectBase[T], Generic[T]):
    pass


@dataclass(frozen=True)
class WriteA(Write[int]):
    pass


@dataclass(frozen=True)
class WriteB(Write[str], Marker):
    pass


@do
def body():
    return [(yield WriteA()), (yield WriteB())]


@handler
def rest(effect, k):
    return (yield Resume(k, "rest"))


def installing(annotation):
    def one(effect, k):
        return (yield Resume(k, "one"))

    one.__annotations__["effect"] = annotation
    return one


KINDS = {
    "class": WriteA,
    "base": Write,
    "generic": Write[int],
    "union": WriteA | WriteB,
    "typing union": Union[WriteA, WriteB],  # noqa: UP007
    "marker": Marker,
    "annotated": Annotated[WriteB, "note"],
    "string": "WriteA",
    "annotated string": "Annotated[WriteA, 1]",
    "union with object": WriteA | object,
    "type variable": T,
    "not to be found": "Missing",
    "optional": Optional[WriteA],  # noqa: UP045
}
for name, annotation in KINDS.items():
    raw = installing(annotation)
    attempt(f"{name} types", lambda raw=raw: handler_effect_types(raw))
    installer = attempt(f"{name} handler", lambda raw=raw: handler(raw))
    if not isinstance(installer, TypeError):
        show(name, rest(installer(body())))
