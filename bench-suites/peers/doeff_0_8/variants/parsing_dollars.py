"""parsing_dollars as doeff has it: the handlers that its body makes are made programs."""

from effects import with_handler as WithHandler  # noqa: F401 - takes the workload's place
