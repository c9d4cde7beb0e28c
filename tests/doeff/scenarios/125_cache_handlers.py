"""The cache effects over in-memory storage."""

from _kit import attempt, describe, show
from doeff import do
from doeff_core_effects.cache_effects import CacheDelete, CacheExists, CacheGet, CachePut
from doeff_core_effects.cache_handlers import in_memory_cache_handler
from doeff_core_effects.handlers import await_handler
from doeff_core_effects.scheduler import scheduled


@do
def body():
    lines = [(yield CacheExists("a"))]
    lines.append((yield CachePut("a", {"x": 1}, ttl=5.0)))
    lines.append((yield CacheGet("a")))
    lines.append((yield CachePut(("tuple", 1), None)))
    lines.append((yield CacheGet(("tuple", 1))))
    lines.append((yield CacheExists("a")))
    lines.append((yield CacheDelete("a")))
    lines.append((yield CacheDelete("a")))
    try:
        yield CacheGet("a")
    except KeyError as error:
        lines.append(describe(error))
    return lines


show("memory", scheduled(await_handler()(in_memory_cache_handler()(body()))))
show("no bridge", scheduled(in_memory_cache_handler()(body())))
attempt("policy", lambda: CachePut("k", 1, policy={"ttl": 3}, ttl=1))
attempt("put", lambda: CachePut("k", 1, lifecycle="session", storage="memory").policy)
