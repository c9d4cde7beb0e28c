"""`Cancel` throws into a waiting task; its cleanup may perform effects."""

from _kit import describe, show
from doeff import Cancel, Spawn, TaskCancelledError, Tell, Wait, do
from doeff_core_effects.handlers import state, writer, writer_log
from doeff_core_effects.scheduler import CreatePromise, scheduled


@do
def waiting(promise):
    try:
        yield Wait(promise.future)
    except TaskCancelledError as error:
        yield Tell(f"told {type(error).__name__}")
        raise
    finally:
        yield Tell("cleaned up")


@do
def swallowing(promise):
    try:
        yield Wait(promise.future)
    except TaskCancelledError:
        return "swallowed"


@do
def other_error(promise):
    try:
        yield Wait(promise.future)
    except TaskCancelledError:
        raise KeyError("cleanup broke") from None


@do
def finished():
    return "finished"


@do
def main():
    promise = yield CreatePromise()
    tasks = []
    for program in (waiting, swallowing, other_error):
        tasks.append((yield Spawn(program(promise))))
    tasks.append((yield Spawn(finished())))
    unstarted = yield Spawn(waiting(promise), priority=0)
    for task in (*tasks, unstarted):
        print("cancel", task, (yield Cancel(task)))
    results = []
    for task in (*tasks, unstarted):
        try:
            results.append((yield Wait(task)))
        except Exception as error:
            results.append(describe(error))
    return results, (yield writer_log())


show("cancel", scheduled(state()(writer(main()))))
