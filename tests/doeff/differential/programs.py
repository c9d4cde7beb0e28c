"""The trees as doeff programs."""

from dataclasses import dataclass
from typing import Annotated

from doeff import (
    AcquireSemaphore,
    Ask,
    Cancel,
    CompletePromise,
    CreatePromise,
    CreateSemaphore,
    EffectBase,
    FailPromise,
    Gather,
    Get,
    GetExecutionContext,
    GetOuterHandlers,
    Listen,
    Local,
    Pass,
    Put,
    Race,
    ReleaseSemaphore,
    Resume,
    ResumeThrow,
    SlogEffect,
    Spawn,
    Tell,
    Transfer,
    TransferThrow,
    Try,
    Wait,
    WithObserve,
    do,
    handler,
    slog,
)
from doeff_core_effects.handlers import (
    listen_handler,
    local_handler,
    reader,
    slog_discard_handler,
    state,
    try_handler,
    writer,
    writer_log,
)
from doeff_core_effects.scheduler import scheduled

FUEL = 3_000


class OutOfFuelError(BaseException):
    """A program took more steps than it may."""


class OddError(Exception):
    """An error of the programs."""


class CustomError(ValueError):
    """Another error of the programs, caught as a ValueError too."""


ERRORS = {
    "ValueError": ValueError,
    "KeyError": KeyError,
    "Odd": OddError,
    "Custom": CustomError,
    "Exception": Exception,
}


class Marker:
    """A base some effects have beside theirs."""


@dataclass(frozen=True)
class Base(EffectBase):
    """The base of the first three effects."""

    value: object = 0


class A(Base):
    """An effect."""


class B(Base):
    """An effect with a subclass."""


class C(B):
    """An effect that is a B too."""


@dataclass(frozen=True)
class D(EffectBase, Marker):
    """An effect with a marker."""

    value: object = 0


EFFECTS = {"A": A, "B": B, "C": C, "D": D}
ANNOTATIONS = {
    "object": object,
    "effect base": EffectBase,
    "A": A,
    "B": B,
    "C": C,
    "D": D,
    "base": Base,
    "marker": Marker,
    "A or D": A | D,
    "C or marker": C | Marker,
    "text A": "A",
    "annotated B": Annotated[B, "note"],
}


class World:
    """What the parts of one running program share."""

    def __init__(self):
        self.fuel = FUEL
        self.log = []
        self.closed = []
        self.tasks = []
        self.promises = []
        self.semaphores = []
        self.held = []

    def step(self):
        """Count a step; raise OutOfFuelError when there were too many."""
        self.fuel -= 1
        if self.fuel < 0:
            raise OutOfFuelError("too many steps")

    def note(self, *words):
        """Write a line of the log."""
        self.log.append(" ".join(str(word) for word in words))


class Scope:
    """The values a program has had, and the world."""

    def __init__(self, world, values=()):
        self.world = world
        self.values = list(values)

    def inner(self):
        """The scope of a program called from here."""
        return Scope(self.world, self.values)


def number(value):
    """A number for any value."""
    return value if isinstance(value, int) else len(repr(value))


def evaluate(node, scope):
    """A generator that computes a node."""
    scope.world.step()
    value = yield from EVALUATORS[node[0]](scope, *node[1:])
    scope.values.append(value)
    return value


@do
def call(node, scope):
    """A program that computes a node in a scope of its own."""
    return (yield from evaluate(node, scope.inner()))


def chosen(items, index):
    """An item of a list that may be empty."""
    return items[index % len(items)] if items else None


def make_handler(spec, scope):
    """The handler of a spec. Its resumes are written out: the tail position is read off them."""
    acts, world = spec["acts"], scope.world
    annotation = ANNOTATIONS.get(spec["on"], object)

    # The resumes stand in one function: what is in tail position is read off its source.
    def handle(effect: annotation, k):  # noqa: PLR0911, PLR0912
        name, node = acts.get(type(effect).__name__, acts["*"])
        world.step()
        if not isinstance(effect, Base | D) and name != "pass tail":
            yield Pass(effect, k)
            return None
        world.note(name, effect)
        if name == "pass":
            yield Pass(effect, k)
            return None
        if name == "pass tail":
            return (yield Pass(effect, k))
        if name == "pass other":
            return (yield Pass(A(7), k))
        if name == "raise":
            raise OddError("handler", number(effect.value))
        if name == "again":
            again = yield effect
            return (yield Resume(k, again))
        value = yield from evaluate(node, scope.inner())
        if name == "resume":
            return (yield Resume(k, value))
        if name == "assigned":
            result = yield Resume(k, value)
            return result
        if name == "wrap":
            result = yield Resume(k, value)
            world.note("wrapped", result)
            return ("wrap", result)
        if name == "transfer":
            return (yield Transfer(k, value))
        if name == "throw":
            return (yield ResumeThrow(k, OddError("thrown", number(value))))
        if name == "throw wrap":
            result = yield ResumeThrow(k, CustomError("thrown", number(value)))
            return ("threw", result)
        if name == "transfer throw":
            return (yield TransferThrow(k, CustomError("sent", number(value))))
        if name == "guard":
            try:
                result = yield Resume(k, value)
            except Exception as error:
                world.note("guarded", type(error).__name__)
                return ("guarded", type(error).__name__)
            return ("fine", result)
        if name == "finally":
            try:
                return (yield Resume(k, value))
            finally:
                world.closed.append(f"handler {number(value)}")
        if name == "twice":
            first = yield Resume(k, value)
            second = yield Resume(k, first)
            return (first, second)
        if name == "after":
            result = yield Resume(k, value)
            raise CustomError("after", number(result))
        if name == "hold":
            world.held.append(k)
            return ("held", value)
        return ("dropped", value)

    if spec["on"] == "none":
        del handle.__annotations__["effect"]
    return handler(handle)


def do_int(scope, n):
    return n
    yield


def do_var(scope, index):
    return chosen(scope.values, -1 - index) or 0
    yield


def do_effect(scope, name, value):
    answer = yield EFFECTS[name](value)
    scope.world.note(name, value, "gave", answer)
    return answer


def do_effect_of(scope, name, node):
    value = yield from evaluate(node, scope)
    return (yield from EFFECTS[name](value))


def do_ask(scope, key):
    return (yield Ask(key))


def do_get(scope, key):
    return (yield Get(key))


def do_put(scope, key, node):
    value = yield from evaluate(node, scope)
    yield Put(key, value)
    return value


def do_told(scope):
    return tuple((yield writer_log()))


def do_tell(scope, node):
    value = yield from evaluate(node, scope)
    yield Tell(number(value))
    return value


def do_slog(scope, node):
    value = yield from evaluate(node, scope)
    yield slog("line", n=number(value))
    return value


def do_raise(scope, kind, n):
    raise ERRORS[kind](f"{kind} {n}")
    yield


def do_yield_value(scope):
    return (yield 17)


def do_handlers(scope):
    return len((yield GetOuterHandlers()))


def do_context(scope):
    return type((yield GetExecutionContext())).__name__


def do_held(scope):
    if not scope.world.held:
        return "none held"
    return (yield Resume(scope.world.held.pop(0), "from held"))


def do_seq(scope, nodes):
    value = 0
    for node in nodes:
        value = yield from evaluate(node, scope)
    return value


def do_add(scope, left, right):
    one = yield from evaluate(left, scope)
    two = yield from evaluate(right, scope)
    return (number(one) + number(two)) % 1_000


def do_pair(scope, left, right):
    one = yield from evaluate(left, scope)
    two = yield from evaluate(right, scope)
    return (number(one), two if isinstance(two, int) else str(two)[:40])


def do_call(scope, node):
    value = yield call(node, scope)
    scope.world.note("called", value)
    return value


def do_from(scope, node):
    return (yield from call(node, scope))


def do_with(scope, spec, node):
    value = yield make_handler(spec, scope)(call(node, scope))
    scope.world.note("with gave", value)
    return value


def do_state(scope, initial, node):
    return (yield state(initial=initial)(call(node, scope)))


def do_reader(scope, env, node):
    return (yield reader(env=env)(call(node, scope)))


def do_library(scope, node):
    program = try_handler(listen_handler(local_handler(writer(call(node, scope)))))
    return (yield state()(slog_discard_handler(program)))


def do_observe(scope, node):
    def observer(effect):
        if isinstance(effect, Base | D | Get | Put | Ask):
            scope.world.note("observed", effect)

    return (yield WithObserve(observer, call(node, scope)))


def do_try(scope, node):
    value = yield Try(call(node, scope))
    scope.world.note("tried", value)
    return value


def do_listen(scope, node):
    value, effects = yield Listen(call(node, scope), types=(A, D, SlogEffect, Put))
    return (value, len(effects))


def do_local(scope, env, node):
    return (yield Local(env, call(node, scope)))


def do_catch(scope, kind, node, otherwise):
    try:
        return (yield from evaluate(node, scope))
    except ERRORS[kind] as error:
        scope.world.note("caught", type(error).__name__)
    return (yield from evaluate(otherwise, scope))


def do_finally(scope, node, last):
    try:
        value = yield from evaluate(node, scope)
    except GeneratorExit:
        scope.world.closed.append("closed")
        raise
    except BaseException as error:
        scope.world.note("unwinding", type(error).__name__)
        yield from evaluate(last, scope)
        raise
    yield from evaluate(last, scope)
    return value


def do_if(scope, condition, then, otherwise):
    value = yield from evaluate(condition, scope)
    return (yield from evaluate(then if number(value) % 2 else otherwise, scope))


def do_loop(scope, count, node):
    total = 0
    for _ in range(count):
        total += number((yield from evaluate(node, scope)))
    return total % 1_000


def do_scheduled(scope, node):
    return (yield scheduled(call(node, scope)))


def do_spawn(scope, priority, daemon, node):
    task = yield Spawn(call(node, scope), priority=priority, daemon=daemon)
    scope.world.tasks.append(task)
    return len(scope.world.tasks)


def do_wait(scope, index):
    task = chosen(scope.world.tasks, index)
    return 0 if task is None else (yield Wait(task))


def do_gather(scope, indices):
    tasks = [chosen(scope.world.tasks, index) for index in indices]
    if not all(tasks):
        return ()
    values = tuple((yield Gather(*tasks)))
    scope.world.note("gathered", values)
    return values


def do_race(scope, indices):
    tasks = [chosen(scope.world.tasks, index) for index in indices]
    return (yield Race(*tasks)) if all(tasks) else ()


def do_cancel(scope, index):
    task = chosen(scope.world.tasks, index)
    return 0 if task is None else (yield Cancel(task))


def do_promise(scope):
    scope.world.promises.append((yield CreatePromise()))
    return len(scope.world.promises)


def do_complete(scope, index, node):
    value = yield from evaluate(node, scope)
    promise = chosen(scope.world.promises, index)
    return 0 if promise is None else (yield CompletePromise(promise, value))


def do_fail(scope, index, node):
    value = yield from evaluate(node, scope)
    promise = chosen(scope.world.promises, index)
    error = OddError("promise", number(value))
    return 0 if promise is None else (yield FailPromise(promise, error))


def do_wait_promise(scope, index):
    promise = chosen(scope.world.promises, index)
    return 0 if promise is None else (yield Wait(promise.future))


def do_semaphore(scope, permits):
    scope.world.semaphores.append((yield CreateSemaphore(permits)))
    return len(scope.world.semaphores)


def do_acquire(scope, index):
    semaphore = chosen(scope.world.semaphores, index)
    return 0 if semaphore is None else (yield AcquireSemaphore(semaphore))


def do_release(scope, index):
    semaphore = chosen(scope.world.semaphores, index)
    return 0 if semaphore is None else (yield ReleaseSemaphore(semaphore))


EVALUATORS = {
    name.removeprefix("do_").replace("_", " "): function
    for name, function in list(globals().items())
    if name.startswith("do_")
}
