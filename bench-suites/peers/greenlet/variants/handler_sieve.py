"""handler_sieve as greenlet has it: each prime has a greenlet for the primes above it."""

import sys
from functools import partial

from effects import handled
from greenlet import getcurrent
from handler_sieve import IsPrime

# Each prime is a frame, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def divisible_by(prime, perform):
    """The function of a prime, which asks the one outside."""

    def answer(effect):
        if effect.number % prime == 0:
            return False
        return perform(effect)

    return answer


def primes_from(number, size):
    """Sum the primes from the number on."""
    perform = getcurrent().parent.switch
    while number < size:
        if perform(IsPrime(number)):
            answer = divisible_by(number, perform)
            rest = handled(partial(primes_from, number + 1, size), answer)
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
    """The outermost one; each prime installs another inside."""
    return [say_yes]
