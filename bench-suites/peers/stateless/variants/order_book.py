"""order_book as stateless has it: abilities of our own, and an error for a rejection."""

from functools import partial

import stateless
from order_book import HIGHEST, LOWEST, Rejected, apply, best, orders, traded_at
from stateless import Ability, catch, handle, throw


class State(Ability):
    """What one handler answers."""

    __slots__ = ()


class Get(State):
    """Answered with the book."""

    __slots__ = ()


class Put(State):
    """Answered with None; replaces the book."""

    __slots__ = ("book",)

    def __init__(self, book):
        self.book = book


class Tell(Ability):
    """Answered with None; logs the event."""

    __slots__ = ("event",)

    def __init__(self, event):
        self.event = event


def record(event):
    """Tell an event, and apply it."""
    yield from Tell(event)
    book = yield from Get()
    yield from Put(apply(event, book))


def check(price, quantity):
    """Reject an order that breaks a rule."""
    if quantity == 0:
        yield from throw(Rejected("it is for nothing"))
    if not LOWEST <= price <= HIGHEST:
        yield from throw(Rejected("its price is out of bounds"))


@catch(Rejected)
def place(price, quantity):
    """Trade what can be traded, and put the rest into the book; give how much was traded."""
    yield from check(price, quantity)
    wanted = quantity
    while wanted:
        book = yield from Get()
        at = best(book, price, wanted)
        if at is None:
            yield from record((price, wanted))
            break
        traded = traded_at(at, wanted, book)
        yield from record((at, traded))
        wanted -= traded
    return abs(quantity - wanted)


def loop(size):
    """Place the orders; give how much was traded, how many were rejected, and what is left."""
    traded = rejected = 0
    for price, quantity in orders(size):
        match (yield from place(price, quantity)):
            case Rejected():
                rejected += 1
            case done:
                traded += done
    book = yield from Get()
    return traded, rejected, sorted(book.items())


def enclosed(program):
    """The program under a new book and a new log."""
    current, log = {}, []

    def state(ability: State) -> dict | None:
        nonlocal current
        if type(ability) is Get:
            return current
        current = ability.book
        return None

    def tell(ability: Tell) -> None:
        log.append(ability.event)

    return handle(tell)(handle(state)(program))


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Run the loop under new handlers."""
    return stateless.run(enclosed(partial(loop, size))())
