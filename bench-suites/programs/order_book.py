"""order_book: an exchange that matches orders, with its book as state and its events told.

Something like a real program: the book changes by events alone, each of which is told to a log and
applied to the state; an order that breaks a rule is rejected by an effect whose handler abandons
what was begun with it, below the checks that found it. Built-in effects are mixed with one of the
program's own, and each order installs a handler. There is no floor: what takes its time is many
short things, none of which a native loop would do in another way than a machine.
"""

from heapq import heappop, heappush

from effects import EffectBase, Get, Put, Tell, WithHandler, do, state, writer

OPERATION = "order"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (100, 1_000)
PARAMS = ({},)

LOWEST, HIGHEST = 95, 105
LARGEST = 8


class Reject(EffectBase):
    """Never answered."""

    __slots__ = ("reason",)

    def __init__(self, reason):
        self.reason = reason


def max_size(engine):
    """The floor is left out, and more orders take the interpreter too long."""
    return {"floor": 0, "cesk": 1_000}.get(engine)


def operations(size):
    """The size counts the orders."""
    return size


def orders(size):
    """Prices and quantities, of which a negative one is for sale; a few break the rules."""
    number = 1
    for _ in range(size):
        number = (number * 1_103_515_245 + 12_345) % 2**31
        price = LOWEST - 1 + (number >> 8) % (HIGHEST - LOWEST + 2)
        quantity = (number >> 16) % (2 * LARGEST + 1) - LARGEST
        yield price, quantity


def apply(event, book):
    """The book after an event; it has the quantity at each price, for sale if it is negative."""
    price, change = event
    left = book.get(price, 0) + change
    changed = {**book, price: left}
    if left == 0:
        del changed[price]
    return changed


def best(book, price, quantity):
    """The best price at which the book has what an order wants, or None."""
    if quantity > 0:
        return min((at for at, left in book.items() if left < 0 and at <= price), default=None)
    return max((at for at, left in book.items() if left > 0 and at >= price), default=None)


def traded_at(price, quantity, book):
    """What of an order is traded at a price of the book."""
    return min(quantity, -book[price]) if quantity > 0 else max(quantity, -book[price])


@do
def record(event):
    """Tell an event, and apply it."""
    yield Tell(event)
    book = yield Get("book")
    yield Put("book", apply(event, book))


@do
def check(price, quantity):
    """Reject an order that breaks a rule."""
    if quantity == 0:
        yield Reject("it is for nothing")
    if not LOWEST <= price <= HIGHEST:
        yield Reject("its price is out of bounds")


@do
def place(price, quantity):
    """Trade what can be traded, and put the rest into the book; give how much was traded."""
    yield check(price, quantity)
    wanted = quantity
    while wanted:
        book = yield Get("book")
        at = best(book, price, wanted)
        if at is None:
            yield record((price, wanted))
            break
        traded = traded_at(at, wanted, book)
        yield record((at, traded))
        wanted -= traded
    return abs(quantity - wanted)


def reject(effect, k):
    """Drop the continuation."""
    return None
    yield  # What makes it a generator function.


def rejecting(program):
    """The program, which gives None if it is rejected."""
    return WithHandler(reject, program, Reject)


@do
def body(size):
    """Place the orders; give how much was traded, how many were rejected, and what is left."""
    traded = rejected = 0
    for price, quantity in orders(size):
        done = yield rejecting(place(price, quantity))
        if done is None:
            rejected += 1
        else:
            traded += done
    book = yield Get("book")
    return traded, rejected, sorted(book.items())


def fresh():
    """A new book and a new log."""
    return [state({"book": {}}), writer()]


def handlers():
    """Those of one run."""
    return [(handler, None) for handler in fresh()]


def drive(run, size):
    """Run the body under new handlers."""
    return run(body(size), fresh())


class Rejected(Exception):
    """What leaves functions at once."""


def plain_record(event, store, log):
    """As a function that is given the store and the log."""
    log.append(event)
    store["book"] = apply(event, store["book"])


def plain_check(price, quantity):
    """As a function that raises."""
    if quantity == 0:
        raise Rejected("it is for nothing")
    if not LOWEST <= price <= HIGHEST:
        raise Rejected("its price is out of bounds")


def plain_place(price, quantity, store, log):
    """As a function that calls others."""
    plain_check(price, quantity)
    wanted = quantity
    while wanted:
        book = store["book"]
        at = best(book, price, wanted)
        if at is None:
            plain_record((price, wanted), store, log)
            break
        traded = traded_at(at, wanted, book)
        plain_record((at, traded), store, log)
        wanted -= traded
    return abs(quantity - wanted)


def plain(size):
    """Call functions, and leave them by exceptions."""
    store, log = {"book": {}}, []
    traded = rejected = 0
    for price, quantity in orders(size):
        try:
            traded += plain_place(price, quantity, store, log)
        except Rejected:
            rejected += 1
    return traded, rejected, sorted(store["book"].items())


def expected(size):
    """Unit by unit, with a heap for each side."""
    traded = rejected = 0
    bids, asks = [], []
    for price, quantity in orders(size):
        if quantity == 0 or price < LOWEST or price > HIGHEST:
            rejected += 1
            continue
        for _ in range(abs(quantity)):
            if quantity > 0 and asks and asks[0] <= price:
                heappop(asks)
                traded += 1
            elif quantity < 0 and bids and -bids[0] >= price:
                heappop(bids)
                traded += 1
            else:
                heappush(*((bids, -price) if quantity > 0 else (asks, price)))
    book = {}
    for price in bids:
        book[-price] = book.get(-price, 0) + 1
    for price in asks:
        book[price] = book.get(price, 0) - 1
    return traded, rejected, sorted(book.items())
