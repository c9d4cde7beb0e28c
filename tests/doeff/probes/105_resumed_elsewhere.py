"""A continuation resumed in another place: which handlers its later effects find."""

from _kit import Ask, Tell, do, go, vm


class Stop(vm.EffectBase):
    pass


HELD = []


def reader(name):
    @do
    def clause(effect: Ask, k):
        return (yield vm.Resume(k, name))

    return clause


@do
def stopper(effect: Stop, k):
    HELD.append(k)
    return "stopped"
    yield


@do
def body():
    first = yield Ask("before")
    yield Stop()
    second = yield Ask("after")
    third = yield Tell("after")
    return first, second, third


@do
def teller(effect: Tell, k):
    return (yield vm.Resume(k, "told"))


@do
def elsewhere(make):
    stopped = yield make()
    got = yield vm.WithHandler(reader("new"), resume())
    return stopped, got


@do
def resume():
    return (yield vm.Resume(HELD.pop(), None))


def inner_reader():
    return vm.WithHandler(stopper, vm.WithHandler(reader("old inner"), body()))


def outer_reader():
    return vm.WithHandler(reader("old outer"), vm.WithHandler(stopper, body()))


go("the reader was inside", vm.WithHandler(teller, elsewhere(inner_reader)))
go("the reader was outside", vm.WithHandler(teller, elsewhere(outer_reader)))


@do
def twice(make):
    yield make()
    yield resume()
    return len(HELD)


@do
def stops_twice():
    yield Stop()
    got = yield Stop()
    return got


@do
def both():
    first = yield vm.WithHandler(stopper, stops_twice())
    second = yield resume()
    third = yield resume()
    return first, second, third


go("stopping twice", both())
