"""Memo effects and rewriters without the Hy handlers: misses compute."""

from dataclasses import dataclass

from _kit import attempt, show
from doeff import EffectBase, Resume, do, handler
from doeff_core_effects.handlers import slog_handler
from doeff_core_effects.memo_effects import (
    MemoDelete,
    MemoExists,
    MemoExistsEffect,
    MemoGet,
    MemoGetEffect,
    MemoPut,
    MemoPutEffect,
)
from doeff_core_effects.memo_handlers import in_memory_memo_handler, make_memo_rewriter
from doeff_core_effects.memo_policy import MemoPolicy, RecomputeCost, ensure_memo_policy


@dataclass(frozen=True)
class Compute(EffectBase):
    n: int


@handler
def computing(effect: Compute, k):
    print("computes", effect.n)
    return (yield Resume(k, effect.n**2))


def own_memo():
    store = {}

    @handler
    def memo(effect: MemoExistsEffect | MemoGetEffect | MemoPutEffect, k):
        if isinstance(effect, MemoPutEffect):
            store[effect.key] = effect.value
            return (yield Resume(k, None))
        if isinstance(effect, MemoGetEffect):
            return (yield Resume(k, store[effect.key]))
        return (yield Resume(k, effect.key in store))

    return memo


@do
def body():
    return [(yield Compute(2)), (yield Compute(2))]


rewriter = make_memo_rewriter(Compute, key_fn=lambda effect: f"compute-{effect.n}")
show("no memo", slog_handler(computing(rewriter(body()))))
show("own memo", slog_handler(own_memo()(computing(rewriter(body())))))
attempt("needs hy", in_memory_memo_handler)
for effect in (MemoGet("k"), MemoPut("k", 1, ttl=2.0), MemoDelete("k"), MemoExists("k")):
    print(effect)
print(MemoPut("k", 1, recompute_cost="expensive").policy)
attempt("policy", lambda: ensure_memo_policy(policy=MemoPolicy(), ttl=1))
attempt("wrong cost", lambda: MemoGet("k", recompute_cost="free"))
print(RecomputeCost("cheap"))
