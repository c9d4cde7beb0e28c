"""Work in a thread pool, gathered through external promises."""

from concurrent.futures import ThreadPoolExecutor

from _kit import show
from doeff import CreateExternalPromise, Gather, Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled


@do
def in_thread(pool, function, *arguments):
    promise = yield CreateExternalPromise()

    def work():
        try:
            promise.complete(function(*arguments))
        except Exception as error:
            promise.fail(error)

    pool.submit(work)
    return (yield Wait(promise.future))


@do
def main(pool):
    tasks = []
    for n in range(20):
        tasks.append((yield Spawn(in_thread(pool, pow, n, 2))))
    results = yield Gather(*tasks)
    try:
        yield in_thread(pool, int, "x")
    except ValueError as error:
        return results, str(error)
    return None


with ThreadPoolExecutor(4) as pool:
    show("pool", scheduled(main(pool)))
