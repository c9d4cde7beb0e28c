"""runs as effect has it: `sync_perform` with its own dispatcher."""

from effect import base_dispatcher, sync_perform
from runs import body


def drive(_, size):
    """Give the result of the last run."""
    for number in range(size):
        result = sync_perform(base_dispatcher, body(number))
    return result
