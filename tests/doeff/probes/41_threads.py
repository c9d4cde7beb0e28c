"""A VM, a node and a continuation used from another thread."""

import threading

from _kit import Ask, do, failure, go, say, vm


def in_thread(work):
    result = []

    def target():
        try:
            result.append(work())
        except BaseException as error:
            result.append(failure(error))

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return result[0]


@do
def answer(effect, k):
    return (yield vm.Resume(k, f"answer {effect.key}"))


@do
def body():
    return (yield Ask("a"))


@do
def from_thread(effect, k):
    got = in_thread(lambda: vm.PyVM().run(vm.WithHandler(answer, body())))
    return (yield vm.Resume(k, got))


KEPT = []


@do
def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


program = vm.WithHandler(answer, body())
machine = vm.PyVM()
say("new VM in a thread", in_thread(lambda: vm.PyVM().run(program)))
say("VM of another thread", in_thread(lambda: machine.run(program)))
say("VM and back", machine.run(program))
go("run from a clause's thread", vm.WithHandler(from_thread, body()))
go("keep", vm.WithHandler(keep, body()))
say("repr in a thread", in_thread(lambda: repr(KEPT[0])))
say("dict in a thread", in_thread(lambda: sorted(KEPT[0].to_dict())))
say("resume in a thread", in_thread(lambda: vm.PyVM().run(vm.Resume(KEPT[0], 1))))
go("keep", vm.WithHandler(keep, body()))
say("drop in a thread", in_thread(KEPT.clear))


@do
def switching():
    first = threading.current_thread() is threading.main_thread()
    yield vm.Pure(1)
    return first


say("runs on the caller's thread", vm.PyVM().run(switching()))
results = []
threads = [
    threading.Thread(
        target=lambda n=n: results.append((n, vm.PyVM().run(vm.WithHandler(answer, body()))))
    )
    for n in range(8)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
say(sorted(results))


def busy():
    started, release = threading.Event(), threading.Event()

    @do
    def waits():
        started.set()
        release.wait(5)
        yield vm.Pure(1)
        return "waited"

    shared = vm.PyVM()
    thread = threading.Thread(target=lambda: results.append(shared.run(waits())))
    thread.start()
    started.wait(5)
    try:
        return shared.run(vm.Pure("while busy"))
    except BaseException as error:
        return failure(error)
    finally:
        release.set()
        thread.join()


say("same VM while busy", busy())
