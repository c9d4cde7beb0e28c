"""startup as asyncio has it: a task for each run, given objects of its own that it awaits.

As in runs, a `Runner` keeps its event loop from one run to the next.
"""

from asyncio import Runner

from startup import OFFSET, STEP


class State:
    """Values by name."""

    def __init__(self, values):
        self.values = values

    async def get(self, name):
        """The value under the name."""
        return self.values[name]

    async def put(self, name, value):
        """Replace the value under the name."""
        self.values[name] = value


class Environment:
    """Values by name, which stay."""

    def __init__(self, values):
        self.values = values

    async def ask(self, name):
        """The value under the name."""
        return self.values[name]


class Log:
    """What was told."""

    def __init__(self):
        self.entries = []

    async def tell(self, entry):
        """Log the entry."""
        self.entries.append(entry)


async def give_offset():
    """What stands for the handler of the program's own."""
    return OFFSET


async def short(number, state, environment, log):
    """Await something of each once, and read the number from the state."""
    await state.put("number", number)
    await log.tell(number)
    step = await environment.ask("step")
    offset = await give_offset()
    return (await state.get("number")) * step + offset


def handlers():
    """There are none."""
    return []


def drive(_, size):
    """Sum the results of all runs."""
    total = 0
    with Runner() as runner:
        for number in range(size):
            state, environment = State({"number": 0}), Environment({"step": STEP})
            total += runner.run(short(number, state, environment, Log()))
    return total
