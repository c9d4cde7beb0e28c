"""Results, options, effects and programs through pickle and copy."""

import copy
import pickle
from dataclasses import dataclass

from _kit import attempt, show
from doeff import Ask, EffectBase, Err, Get, Nothing, Ok, Pure, Put, Some, Tell, do


@dataclass(frozen=True)
class Point(EffectBase):
    x: int
    y: int


@dataclass
class Loose(EffectBase):
    x: int


@do
def prog(x):
    return x + 1


VALUES = (Ok(1), Ok([1, Ok(2)]), Err("e"), Some(1), Nothing, Point(1, 2), Loose(3))
for value in VALUES:
    for protocol in (0, 2, 5):
        attempt(
            f"{value!r} by {protocol}",
            lambda value=value, protocol=protocol: pickle.loads(pickle.dumps(value, protocol)),
        )
    attempt(f"copy {value!r}", lambda value=value: copy.copy(value))
    attempt(f"deep copy {value!r}", lambda value=value: copy.deepcopy(value))
for effect in (Ask("k"), Get("k"), Put("k", 1), Tell("m")):
    attempt(repr(effect), lambda effect=effect: pickle.loads(pickle.dumps(effect)))
error = pickle.loads(pickle.dumps(Err(ValueError("v", 1))))
print(error, error.error.args)
print(pickle.loads(pickle.dumps(Nothing)) is Nothing)
for node in (Pure(1), prog(1)):
    attempt(f"node {type(node).__name__}", lambda node=node: pickle.loads(pickle.dumps(node)))
    attempt(f"copy {type(node).__name__}", lambda node=node: type(copy.copy(node)))
show("run a copy", copy.copy(Pure(3)))
