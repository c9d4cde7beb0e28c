"""An effect that declares its outcomes is opened by the binding."""

from dataclasses import dataclass
from typing import ClassVar

from _kit import attempt, clean, show
from doeff import EffectBase, Err, Nothing, Ok, Resume, Some, do, handler
from doeff_core_effects.outcomes import Outcomes, maybe, open_bind, outcomes_of, result


@dataclass(frozen=True)
class Missing:
    pass


@dataclass(frozen=True)
class Broken:
    why: str


@dataclass(frozen=True)
class Find(EffectBase):
    key: str
    __doeff_outcomes__: ClassVar[Outcomes] = Outcomes.declare(
        "Find", int | Missing | Broken, (Missing,), (Broken,), ()
    )


ANSWERS = {"a": 1, "b": Missing(), "c": Broken("disk")}


@handler
def store(effect: Find, k):
    return (yield Resume(k, ANSWERS[effect.key]))


@do
def look(key):
    return ("found", (yield open_bind(Find(key))))


for key in ANSWERS:
    show(f"plain {key}", store(Find(key)))
    show(f"folded {key}", store(result(maybe(look(key)))))
    show(f"direct {key}", store(result(maybe(Find(key)))))
for value in (Ok(1), Err("e"), Err(ValueError("bug")), Some(2), Nothing):
    show(f"value {value!r}", result(maybe(value)))
print(outcomes_of(Find), clean(repr(open_bind)))
attempt("overlap", lambda: Outcomes.declare("E", int | str, (int,), (int,), ()))
attempt("no member", lambda: Outcomes.declare("E", int, (str,), (), ()))
