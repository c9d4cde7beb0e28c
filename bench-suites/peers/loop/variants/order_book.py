"""order_book in a loop: one around each order, and one around all."""

from effects import Get, Put, Tell
from order_book import HIGHEST, LOWEST, Reject, apply, best, orders, traded_at


def record(event):
    """Tell an event, and apply it."""
    yield Tell(event)
    book = yield Get("book")
    yield Put("book", apply(event, book))


def check(price, quantity):
    """Reject an order that breaks a rule."""
    if quantity == 0:
        yield Reject("it is for nothing")
    if not LOWEST <= price <= HIGHEST:
        yield Reject("its price is out of bounds")


def place(price, quantity):
    """Trade what can be traded, and put the rest into the book; give how much was traded."""
    yield from check(price, quantity)
    wanted = quantity
    while wanted:
        book = yield Get("book")
        at = best(book, price, wanted)
        if at is None:
            yield from record((price, wanted))
            break
        traded = traded_at(at, wanted, book)
        yield from record((at, traded))
        wanted -= traded
    return abs(quantity - wanted)


def rejecting(program):
    """The result of the program, or None if it is rejected; other effects are yielded."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        if type(effect) is Reject:
            return None
        reply = yield effect


def place_all(size):
    """Place the orders; give how much was traded, how many were rejected, and what is left."""
    traded = rejected = 0
    for price, quantity in orders(size):
        done = yield from rejecting(place(price, quantity))
        if done is None:
            rejected += 1
        else:
            traded += done
    book = yield Get("book")
    return traded, rejected, sorted(book.items())


def keep(program, store, log):
    """The result of the program, whose effects are told apart by their type."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        kind = type(effect)
        if kind is Get:
            reply = store[effect.name]
        elif kind is Put:
            store[effect.name] = effect.value
            reply = None
        elif kind is Tell:
            log.append(effect.entry)
            reply = None
        else:
            raise TypeError(kind)


def handlers():
    """The loop has them."""
    return []


def drive(_, size):
    """Place all orders with a new book and a new log."""
    return keep(place_all(size), {"book": {}}, [])
