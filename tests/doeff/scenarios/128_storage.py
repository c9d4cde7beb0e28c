"""Storage objects: programs for get, put, delete, exists."""

import tempfile
from pathlib import Path

from _kit import show
from doeff import do
from doeff_core_effects.handlers import await_handler
from doeff_core_effects.scheduler import scheduled
from doeff_core_effects.storage import DurableStorage, InMemoryStorage, SQLiteStorage


@do
def body(storage):
    lines = [(yield storage.get("a")), (yield storage.exists("a"))]
    lines.append((yield storage.put("a", (1, 2))))
    lines.append((yield storage.get("a")))
    lines.append((yield storage.delete("a")))
    lines.append((yield storage.delete("a")))
    yield storage.put("b", 1)
    return lines, sorted(storage.keys())


with tempfile.TemporaryDirectory() as directory:
    for storage in (InMemoryStorage(), SQLiteStorage(Path(directory) / "s.db")):
        print(type(storage).__name__, isinstance(storage, DurableStorage))
        show("use", scheduled(await_handler()(body(storage))))
print(InMemoryStorage())
