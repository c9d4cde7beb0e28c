"""A handler without `yield` that gives a generator which has begun: the rest is its clause."""

from doeff import EffectBase, do, handler, run
from doeff_vm import Pure


class Ask(EffectBase):
    pass


@do
def program():
    return ("got", (yield Ask()))


def steps():
    yield Pure(1)
    return (yield Pure(7))


def begun(count):
    generator = steps()
    for _ in range(count):
        next(generator)
    return generator


def ended():
    generator = begun(1)
    generator.close()
    return generator


def giving(make):
    @do
    def clause(effect: Ask, k):
        return make()

    return handler(clause)


for make in (lambda: begun(1), lambda: begun(2), ended):
    print(run(giving(make)(program())))
