"""The programs of the corpus, by topic."""

from . import (  # noqa: F401
    annotations,
    basics,
    clauses,
    combinations,
    delegating,
    exceptions,
    handling,
    installations,
    library,
    one_shot,
    resuming,
    scopes,
    scopes_in_sight,
    stores,
    tail_calls,
    throwing,
    transferring,
    unstarted,
)
from .registry import PROGRAMS, Outcome, Registered

__all__ = ["PROGRAMS", "Outcome", "Registered"]
