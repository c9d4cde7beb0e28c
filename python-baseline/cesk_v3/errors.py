"""The errors that the machine raises on its own behalf."""

from __future__ import annotations

from . import messages

__all__ = ["ContinuationConsumed", "MissingKey", "UnhandledEffect"]


class UnhandledEffect(RuntimeError):
    """No handler in scope accepts an effect; raised where the effect was performed.

    Attributes:
        effect: the effect (an `EffectBase` instance); None unless the machine raised the error.
    """

    effect: object = None


class ContinuationConsumed(RuntimeError):
    """A continuation was used a second time; raised at the second use."""


class MissingKey(KeyError):
    """No reader in scope has the key of an `Ask`; raised where the key was asked for.

    Attributes:
        key: the key.
    """

    key: object

    def __init__(self, key: object) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return messages.missing_key(self.key)
