"""order_book as greenlet has it: a greenlet for each order, and one loop for state and log."""

from functools import partial

from effects import handled, perform
from greenlet import greenlet
from order_book import HIGHEST, LOWEST, Reject, apply, best, orders, traded_at


class Get:
    """Answered with the book."""

    __slots__ = ()


class Put:
    """Answered with None; replaces the book."""

    __slots__ = ("book",)

    def __init__(self, book):
        self.book = book


class Tell:
    """Answered with None; logs the event."""

    __slots__ = ("event",)

    def __init__(self, event):
        self.event = event


def record(event):
    """Tell an event, and apply it."""
    perform(Tell(event))
    book = perform(Get())
    perform(Put(apply(event, book)))


def check(price, quantity):
    """Reject an order that breaks a rule."""
    if quantity == 0:
        perform(Reject("it is for nothing"))
    if not LOWEST <= price <= HIGHEST:
        perform(Reject("its price is out of bounds"))


def place(price, quantity):
    """Trade what can be traded, and put the rest into the book; give how much was traded."""
    check(price, quantity)
    wanted = quantity
    while wanted:
        book = perform(Get())
        at = best(book, price, wanted)
        if at is None:
            record((price, wanted))
            break
        traded = traded_at(at, wanted, book)
        record((at, traded))
        wanted -= traded
    return abs(quantity - wanted)


def rejecting(price, quantity):
    """What placing an order gives, or None if it is rejected: then its greenlet is dropped."""
    child = greenlet(place)
    effect = child.switch(price, quantity)
    while not child.dead:
        if type(effect) is Reject:
            return None
        effect = child.switch(perform(effect))
    return effect


def loop(size):
    """Place the orders; give how much was traded, how many were rejected, and what is left."""
    traded = rejected = 0
    for price, quantity in orders(size):
        done = rejecting(price, quantity)
        if done is None:
            rejected += 1
        else:
            traded += done
    book = perform(Get())
    return traded, rejected, sorted(book.items())


def keeping():
    """A new function that answers for a book and a log."""
    current, log = {}, []

    def answer(effect):
        nonlocal current
        if type(effect) is Get:
            return current
        if type(effect) is Put:
            current = effect.book
        else:
            log.append(effect.event)
        return None

    return answer


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Run the loop under a new function."""
    return handled(partial(loop, size), keeping())
