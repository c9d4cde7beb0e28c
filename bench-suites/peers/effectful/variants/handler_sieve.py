"""handler_sieve as effectful has it: `handler` is a context manager; `fwd` asks outside."""

import sys
from functools import partial

from effectful.ops.semantics import fwd, handler
from effectful.ops.syntax import defop

# Each prime is some frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(100_000, sys.getrecursionlimit()))


@defop
def is_prime(number: int) -> bool:
    """Answered with whether the number is prime."""
    raise NotImplementedError


def divisible_by(prime):
    """The interpretation of a prime."""

    def answer(number):
        if number % prime == 0:
            return False
        return fwd()

    return {is_prime: answer}


def primes_from(number, size):
    """Sum the primes from the number on."""
    while number < size:
        if is_prime(number):
            with handler(divisible_by(number)):
                return number + primes_from(number + 1, size)
        number += 1
    return 0


def body(size):
    """Sum the primes below the size."""
    return partial(primes_from, 2, size)


def say_yes(number):
    """Nothing found divides the number."""
    return True


def handlers():
    """The outermost one; each prime installs another inside."""
    return [{is_prime: say_yes}]
