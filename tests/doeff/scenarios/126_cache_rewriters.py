"""Memo rewriters over a cache: an effect is computed once."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, do, handler
from doeff_core_effects.cache_handlers import (
    content_address,
    in_memory_cache_handler,
    make_memo_rewriter,
    memo_rewriters,
)
from doeff_core_effects.handlers import await_handler, slog_handler
from doeff_core_effects.scheduler import scheduled


@dataclass(frozen=True)
class Compute(EffectBase):
    n: int


@handler
def computing(effect: Compute, k):
    print("computes", effect.n)
    return (yield Resume(k, effect.n**2))


@do
def body():
    return [(yield Compute(2)), (yield Compute(3)), (yield Compute(2))]


def stack(program):
    return scheduled(await_handler()(slog_handler(in_memory_cache_handler()(program))))


rewriter = make_memo_rewriter(Compute, key_fn=lambda effect: f"compute-{effect.n}")
show("memo", stack(computing(rewriter(body()))))
print(content_address({"b": 1, "a": 2})[:8], len(memo_rewriters(Compute, Compute)))
