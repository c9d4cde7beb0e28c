"""handler_sieve: a sieve of primes in which each prime installs a handler.

From the effect-handlers community's benchmark suite. Whether a number is prime is an effect; the
handler of a prime says no to its multiples, and of other numbers asks the handlers outside, by
performing the effect from its clause. So as many clauses wait for one another as there are primes
below the number, and an effect may come from a clause as well as from a program.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "clause"
SIZES = (100, 300, 1_000, 3_000)
QUICK_SIZES = (100, 300)
PARAMS = ({},)


class IsPrime(EffectBase):
    """Answered with whether the number is prime."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


def max_size(engine):
    """More clauses take some engines too long."""
    return {"cesk": 1_000, "doeff-0.8": 1_000}.get(engine)


def largest_factors(size):
    """The largest prime factor of each number from 2 on."""
    factors = {}
    for prime in range(2, size):
        if prime not in factors:
            for multiple in range(prime, size, prime):
                factors[multiple] = prime
    return factors


def operations(size):
    """Of each number: the primes below it, down to its largest factor, or all and the outermost."""
    factors = largest_factors(size)
    clauses = 0
    places = {}
    for number in range(2, size):
        if factors[number] == number:
            clauses += len(places) + 1
            places[number] = len(places)
        else:
            clauses += len(places) - places[factors[number]]
    return clauses


def divisible_by(prime):
    """The handler of a prime."""

    def answer(effect, k):
        if effect.number % prime == 0:
            return (yield Resume(k, False))
        outside = yield effect
        return (yield Resume(k, outside))

    return answer


@do
def primes_from(number, size):
    """Sum the primes from the number on."""
    while number < size:
        if (yield IsPrime(number)):
            rest = yield WithHandler(divisible_by(number), primes_from(number + 1, size))
            return number + rest
        number += 1
    return 0


def body(size):
    """Sum the primes below the size."""
    return primes_from(2, size)


def say_yes(effect, k):
    """Nothing found divides the number."""
    return (yield Resume(k, True))


def handlers():
    """The outermost one; each prime installs another inside."""
    return [(say_yes, None)]


def reply_yes(effect):
    """What the outermost handler's clause computes."""
    return True


def divisible_by_or(prime, outside):
    """The function of a prime, which asks the one outside."""

    def reply(effect):
        if effect.number % prime == 0:
            return False
        return outside(effect)

    return reply


def plain(size):
    """Call the function of the last prime, which calls those of the others."""
    total = 0
    call = reply_yes
    for number in range(2, size):
        if call(IsPrime(number)):
            total += number
            call = divisible_by_or(number, call)
    return total


def expected(size):
    """The sum of all prime factors, each once."""
    return sum(set(largest_factors(size).values()))
