"""handler_sieve in a loop: each prime is one, within that of the prime before."""

import sys
from functools import partial

from handler_sieve import IsPrime

# The primes are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def divisible_by(prime, program):
    """The result of the program; the prime answers, or asks outside."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        reply = False if effect.number % prime == 0 else (yield effect)


def primes_from(number, size):
    """Sum the primes from the number on."""
    while number < size:
        if (yield IsPrime(number)):
            rest = yield from divisible_by(number, primes_from(number + 1, size))
            return number + rest
        number += 1
    return 0


def body(size):
    """Sum the primes below the size."""
    return partial(primes_from, 2, size)


def say_yes(effect):
    """Nothing found divides the number."""
    return True


def handlers():
    """The outermost one."""
    return [say_yes]
