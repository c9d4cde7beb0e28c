"""What a run leaves alive: values resumed with, effects, errors."""

import gc
import weakref

from doeff import EffectBase, Resume, do, handler, run

alive = []


class Thing:
    pass


class Give(EffectBase):
    pass


@handler
def giving(effect: Give, k):
    thing = Thing()
    alive.append(weakref.ref(thing))
    alive.append(weakref.ref(effect))
    return (yield Resume(k, thing))


@do
def body():
    yield Give()
    return "done"


@do
def failing():
    thing = yield Give()
    raise ValueError(type(thing).__name__)


print(run(giving(body())))
gc.collect()
print([ref() is None for ref in alive])
alive.clear()
try:
    run(giving(failing()))
except ValueError as error:
    print(error)
gc.collect()
print([ref() is None for ref in alive])
