"""countdown as effect has it: a performer for each intent, which share a variable."""

from countdown import Get, Put
from effect import Effect, TypeDispatcher, sync_performer
from effects import do

GET = Effect(Get())


@do
def body(size):
    """Count the steps from the number down to zero."""
    yield Effect(Put(size))
    steps = 0
    while (number := (yield GET)) > 0:
        yield Effect(Put(number - 1))
        steps += 1
    return steps


def handlers():
    """Both performers; the body puts the first number."""
    number = 0

    @sync_performer
    def get(dispatcher, intent):
        return number

    @sync_performer
    def put(dispatcher, intent):
        nonlocal number
        number = intent.number

    return [TypeDispatcher({Get: get, Put: put})]
