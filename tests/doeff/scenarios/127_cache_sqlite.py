"""The cache over SQLite keeps values between runs."""

import tempfile
from pathlib import Path

from _kit import show
from doeff import do
from doeff_core_effects.cache_effects import CacheExists, CacheGet, CachePut
from doeff_core_effects.cache_handlers import sqlite_cache_handler
from doeff_core_effects.handlers import await_handler
from doeff_core_effects.scheduler import scheduled


@do
def write():
    yield CachePut("k", [1, {"two": 2}])
    return (yield CacheGet("k"))


@do
def read():
    return (yield CacheExists("k")), (yield CacheGet("k"))


with tempfile.TemporaryDirectory() as directory:
    path = Path(directory) / "cache.db"
    show("write", scheduled(await_handler()(sqlite_cache_handler(path)(write()))))
    show("read", scheduled(await_handler()(sqlite_cache_handler(path)(read()))))
