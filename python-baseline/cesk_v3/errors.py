"""The errors that the machine raises on its own behalf."""

from __future__ import annotations

__all__ = ["ContinuationConsumed", "UnhandledEffect"]


class UnhandledEffect(RuntimeError):
    """No handler in scope accepts an effect; raised where the effect was performed.

    Attributes:
        effect: the effect (an `EffectBase` instance); None unless the machine raised the error.
    """

    effect: object = None


class ContinuationConsumed(RuntimeError):
    """A continuation was used a second time; raised at the second use."""
