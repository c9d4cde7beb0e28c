"""How effects and nodes of the library print."""

from _kit import clean
from doeff import (
    Ask,
    Await,
    Get,
    Listen,
    Local,
    Pure,
    Put,
    Spawn,
    Tell,
    Try,
    Wait,
    do,
    slog,
)
from doeff_core_effects import Absent, Raise
from doeff_core_effects.cache_effects import CacheGet, CachePut
from doeff_core_effects.memo_effects import MemoGet, MemoPut
from doeff_core_effects.scheduler import Future, Promise, Task, scheduled


@do
def prog(a, b=2):
    yield Ask(a)


for value in (
    Ask("k"),
    Get(1),
    Put("a", [1]),
    Tell("t"),
    Try(Pure(1)),
    Local({"a": 1}, Pure(1)),
    Listen(Pure(1)),
    Await(None),
    slog("m", a=1),
    Spawn(Pure(1)),
    Wait(Task(1)),
    Future(2),
    Promise(3),
    Absent("w"),
    Raise("r"),
    CacheGet("k"),
    CachePut("k", 1),
    MemoGet("k"),
    MemoPut("k", 1),
    prog(1),
    prog(1, b=3),
    scheduled(prog(1)),
):
    print(clean(repr(value)))
