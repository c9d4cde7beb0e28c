"""KeyboardInterrupt by a signal while the VM runs, and after it."""

import os
import signal

from _kit import Ask, do, failure, go, say, vm

# Whoever started this may have had it ignored, as a shell does in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)

WHEN = 1000


@do
def answer(effect, k):
    yield vm.Transfer(k, 1)


@do
def spin(times):
    for index in range(times):
        if index == WHEN:
            os.kill(os.getpid(), signal.SIGINT)
        yield Ask("n")
    return "never interrupted"


@do
def catching(program):
    try:
        return (yield program)
    except KeyboardInterrupt as error:
        return "caught " + failure(error)


@do
def pure_loop(times):
    for index in range(times):
        if index == WHEN:
            os.kill(os.getpid(), signal.SIGINT)
        yield vm.Pure(index)
    return "never interrupted"


go("in a loop", vm.WithHandler(answer, spin(100000)))
go("caught", vm.WithHandler(answer, catching(spin(100000))))
go("pure loop", pure_loop(100000))
go("afterwards", vm.Pure("fine"))
say("live", vm.vm_live_counts())
