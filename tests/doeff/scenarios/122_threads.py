"""Runs in several threads at once do not disturb each other."""

import threading

from doeff import Ask, Get, Put, do, run
from doeff_core_effects.handlers import reader, state

results = {}


@do
def body(n):
    for _ in range(200):
        yield Put("n", (yield Get("n")) + (yield Ask("by")))
    return n, (yield Get("n"))


def work(n):
    results[n] = run(reader(env={"by": n})(state(initial={"n": 0})(body(n))))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(results.items()))
