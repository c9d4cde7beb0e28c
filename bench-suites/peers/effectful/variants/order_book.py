"""order_book as effectful has it: operations with arguments; that which rejects an order raises."""

from functools import partial

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop
from order_book import HIGHEST, LOWEST, Rejected, apply, best, orders, traded_at


@defop
def get() -> dict:
    """Answered with the book."""
    raise NotImplementedError


@defop
def put(book: dict) -> None:
    """Replaces the book."""
    raise NotImplementedError


@defop
def tell(event: tuple) -> None:
    """Logs the event."""
    raise NotImplementedError


@defop
def reject(reason: str) -> None:
    """Never answered."""
    raise NotImplementedError


def record(event):
    """Tell an event, and apply it."""
    tell(event)
    put(apply(event, get()))


def check(price, quantity):
    """Reject an order that breaks a rule."""
    if quantity == 0:
        reject("it is for nothing")
    if not LOWEST <= price <= HIGHEST:
        reject("its price is out of bounds")


def place(price, quantity):
    """Trade what can be traded, and put the rest into the book; give how much was traded."""
    check(price, quantity)
    wanted = quantity
    while wanted:
        book = get()
        at = best(book, price, wanted)
        if at is None:
            record((price, wanted))
            break
        traded = traded_at(at, wanted, book)
        record((at, traded))
        wanted -= traded
    return abs(quantity - wanted)


def leave(reason):
    """Leave the order."""
    raise Rejected(reason)


REJECTING = {reject: leave}


def loop(size):
    """Place the orders; give how much was traded, how many were rejected, and what is left."""
    traded = rejected = 0
    for price, quantity in orders(size):
        try:
            with handler(REJECTING):
                traded += place(price, quantity)
        except Rejected:
            rejected += 1
    return traded, rejected, sorted(get().items())


def keeping():
    """A new book and a new log."""
    current, log = {}, []

    def answer_get():
        return current

    def answer_put(book):
        nonlocal current
        current = book

    return {get: answer_get, put: answer_put, tell: log.append}


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Call the loop under a new interpretation."""
    return handler(keeping())(partial(loop, size))()
