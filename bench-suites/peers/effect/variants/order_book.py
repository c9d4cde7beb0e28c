"""order_book as effect has it: the book is in a Reference; to reject is to raise."""

from functools import partial

from effect import (
    ComposedDispatcher,
    Effect,
    TypeDispatcher,
    base_dispatcher,
    sync_perform,
    sync_performer,
)
from effect.ref import Reference, reference_dispatcher
from effects import do
from order_book import (
    HIGHEST,
    LOWEST,
    Reject,
    Rejected,
    apply,
    best,
    orders,
    traded_at,
)


class Tell:
    """Answered with None; logs the event."""

    __slots__ = ("event",)

    def __init__(self, event):
        self.event = event


@do
def record(event, store):
    """Tell an event, and apply it."""
    yield Effect(Tell(event))
    yield store.modify(partial(apply, event))


@do
def check(price, quantity):
    """Reject an order that breaks a rule."""
    if quantity == 0:
        yield Effect(Reject("it is for nothing"))
    if not LOWEST <= price <= HIGHEST:
        yield Effect(Reject("its price is out of bounds"))


@do
def place(price, quantity, store):
    """Trade what can be traded, and put the rest into the book; give how much was traded."""
    yield check(price, quantity)
    wanted = quantity
    while wanted:
        book = yield store.read()
        at = best(book, price, wanted)
        if at is None:
            yield record((price, wanted), store)
            break
        traded = traded_at(at, wanted, book)
        yield record((at, traded), store)
        wanted -= traded
    return abs(quantity - wanted)


@do
def loop(size, store):
    """Place the orders; give how much was traded, how many were rejected, and what is left."""
    traded = rejected = 0
    for price, quantity in orders(size):
        try:
            traded += yield place(price, quantity, store)
        except Rejected:
            rejected += 1
    book = yield store.read()
    return traded, rejected, sorted(book.items())


@sync_performer
def reject(dispatcher, intent):
    """Leave the order."""
    raise Rejected(intent.reason)


def writer():
    """A performer with a new log."""
    log = []

    @sync_performer
    def tell(dispatcher, intent):
        log.append(intent.event)

    return tell


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Perform the loop with a new book and a new log."""
    performers = TypeDispatcher({Tell: writer(), Reject: reject})
    dispatcher = ComposedDispatcher([performers, reference_dispatcher, base_dispatcher])
    return sync_perform(dispatcher, loop(size, Reference({})))
