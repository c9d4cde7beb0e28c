"""The scheduler's trace events: names, tasks and effects."""

from _kit import attempt, clean
from doeff import Gather, Spawn, do, run
from doeff_core_effects.scheduler import (
    CompletePromise,
    CreatePromise,
    Wait,
    scheduled,
    scheduler_trace_sink,
    set_scheduler_trace,
)

events = []
SHOWN = ("event", "tid", "wake", "effect", "parent", "site", "ready", "status")


@do
def worker(promise):
    return (yield Wait(promise.future))


@do
def main():
    promise = yield CreatePromise()
    tasks = [(yield Spawn(worker(promise)))]
    yield CompletePromise(promise, 3)
    return (yield Gather(*tasks))


set_scheduler_trace(events.append)
print(scheduler_trace_sink() is not None)
print(run(scheduled(main())))
set_scheduler_trace(None)
for event in events:
    print(clean({key: event[key] for key in SHOWN if key in event}))
print(sorted({key for event in events for key in event}))
attempt("no sink", lambda: run(scheduled(main())))
