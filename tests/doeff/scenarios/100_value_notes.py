"""A TypeError from using an effect, a program or a result as a value gets a note."""

from _kit import show
from doeff import Get, Pure, Try, do
from doeff_core_effects.handlers import state, try_handler


@do
def child(x=1):
    return x


@do
def adds_effect():
    count = Get("n")
    return count + 1
    yield


@do
def adds_program():
    value = child()
    return value + 1
    yield


@do
def adds_call_with_arguments():
    value = child(3)
    return 1 + value
    yield


@do
def adds_result():
    result = yield Try(child())
    return result + 1


@do
def calls_node():
    node = Pure(1)
    return node()
    yield


@do
def indexes_effect():
    effect = Get("a long key " * 9)
    return effect[0]
    yield


@do
def own_error():
    raise TypeError("own error about Get")
    yield


for program in (
    adds_effect,
    adds_program,
    adds_call_with_arguments,
    adds_result,
    calls_node,
    indexes_effect,
    own_error,
):
    show(program.__name__, try_handler(state()(program())))
