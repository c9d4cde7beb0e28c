"""The registered hints, each effect of the library without its handler."""

from _kit import clean
from doeff import (
    AcquireSemaphore,
    Await,
    Cancel,
    CompletePromise,
    CreateExternalPromise,
    CreatePromise,
    CreateSemaphore,
    FailPromise,
    Gather,
    Get,
    Listen,
    Local,
    Pure,
    Put,
    Race,
    ReleaseSemaphore,
    Spawn,
    Tell,
    Try,
    Wait,
    run,
    slog,
)
from doeff_core_effects import Absent, Discard, Raise
from doeff_core_effects.cache_effects import CacheGet
from doeff_core_effects.memo_effects import MemoGet

EFFECTS = (
    Get("k"),
    Put("k", 1),
    Tell("t"),
    Try(Pure(1)),
    Local({}, Pure(1)),
    Listen(Pure(1)),
    Await(None),
    slog("s"),
    Spawn(Pure(1)),
    Wait(None),
    Gather(),
    Race(),
    Cancel(None),
    Discard(None),
    CreatePromise(),
    CompletePromise(None, 1),
    FailPromise(None, ValueError()),
    CreateExternalPromise(),
    CreateSemaphore(),
    AcquireSemaphore(None),
    ReleaseSemaphore(None),
    Absent("w"),
    Raise("r"),
    CacheGet("k"),
    MemoGet("k"),
)
for effect in EFFECTS:
    try:
        run(effect)
    except Exception as error:
        print(clean(error))
