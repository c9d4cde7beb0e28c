"""The endings of a run, for any workload and any machine.

An `Endings` has a workload that was compiled with a meddling module, and interrupts it half way.
References are counted to what lives on from run to run: the objects of these endings and of the
workload. (Since CPython 3.12 those to `None` and to small ints are not counted.)
"""

import gc
import sys
import weakref

# A continuation of cesk closes its generators when it is finalized, the one that the collector is
# closing just then included.
KNOWN = {"cesk_v3": "ValueError('generator already executing')"}


class Over(BaseException):
    """Leaves what drives a workload when the run that was interrupted is over."""


class Endings:
    """The endings of one case of a workload on one machine."""

    def __init__(self, meddler, namespace, size, arguments, expected):
        self.meddler = meddler
        self.machine = meddler.machine
        self.namespace = namespace
        self.size, self.arguments, self.expected = size, arguments, expected
        self.vm = self.machine.VM()
        self.run_program = self.machine.run
        self.value, self.result = object(), object()
        self.interruption = meddler.interruption
        self.effect = self.interruption()
        self.handlers = {
            name: getattr(self, "on_" + name)()
            for name in ("resume", "abandon", "give_away", "resume_twice", "tie")
        }
        self.handler = None
        self.guard = lambda program: program
        self.k = self.answer = None
        # The hook lives longer than this object, and must not keep it.
        self.told = told = []
        known = KNOWN.get(self.machine.__name__)
        sys.unraisablehook = lambda unraisable: note_unraisable(told, unraisable, known)
        self.beyond = {"the generator": 0, "the continuation": 0}

    # ---- handlers ----

    def on_resume(self):
        """Answer with the value."""
        resume = self.machine.Resume

        def handler(effect, k):
            self.k = k
            return (yield resume(k, self.value))

        return handler

    def on_abandon(self):
        """End without the continuation."""

        def handler(effect, k):
            return self.result
            yield

        return handler

    def on_give_away(self):
        """End with the continuation as the result."""

        def handler(effect, k):
            return k
            yield

        return handler

    def on_resume_twice(self):
        """Break the rule."""
        resume = self.machine.Resume

        def handler(effect, k):
            self.k = k
            yield resume(k, self.value)
            yield resume(k, self.value)

        return handler

    def on_tie(self):
        """Give the continuation to the effect, which the interrupted frame holds."""

        def handler(effect, k):
            effect.k = k
            return self.result
            yield

        return handler

    # ---- runs ----

    def places(self):
        """Count the places of an undisturbed run, and choose the one in the middle."""
        self.meddler.chosen = None
        self.start("resume")
        places = self.meddler.places
        self.meddler.chosen = (places + 1) // 2
        return places

    def start(self, handler):
        """Run the workload to its answer, or to what comes of the interruption."""
        self.handler = self.handlers[handler]
        self.meddler.places = 0
        self.meddler.generator = self.k = None
        make = self.namespace
        if "drive" in make:
            return make["drive"](self.run, self.size, **self.arguments)
        program = make["body"](self.size, **self.arguments)
        handlers = make["handlers"](**self.arguments)
        for installed, effects in handlers:
            known = () if effects is None else (effects,)
            program = self.meddler.with_handler(installed, program, *known)
        return self.run(program)

    def run(self, program, handlers=()):
        """The machine's `run` under the handler of the interruption as well."""
        before = self.meddler.reached
        handlers = [self.meddler.letting_past(handler) for handler in handlers]
        # Not in a local: a frame of the workload may hold this one, and with it what it gives.
        self.answer = self.run_program(self.guard(program), [*handlers, self.handler])
        if self.meddler.reached != before and self.meddler.ends:
            raise Over
        return self.take_answer()

    def take_answer(self):
        """What the last run gave, which is kept no longer."""
        answer, self.answer = self.answer, None
        return answer

    def interrupted(self, handler, effect=None, ends=True):
        """What the run gave whose interruption `handler` got."""
        self.meddler.effect = effect or self.same_effect
        self.meddler.fails = False
        self.meddler.ends = ends
        try:
            return self.start(handler)
        except Over:
            return self.take_answer()

    def same_effect(self):
        """The effect that lives on."""
        return self.effect

    def look(self):
        """Count the references to what the run made, beyond those that are held here."""
        for name, attribute, owner in (
            ("the generator", "generator", self.meddler),
            ("the continuation", "k", self),
        ):
            held = [getattr(owner, attribute)]
            setattr(owner, attribute, None)
            if held[0] is not None:
                self.note(name, held)

    def note(self, name, held):
        """Count the references to the object in a list, which takes it out of there.

        What is left when the collector has come by is not of the object's own cycles.
        """
        alike = [object()]
        if sys.getrefcount(held[0]) == sys.getrefcount(alike[0]):
            held.clear()
            return
        weakly = weakref.ref(held.pop())
        gc.collect()
        left, other = weakly(), alike[0]
        alike.clear()
        if left is not None:
            self.beyond[name] += sys.getrefcount(left) - sys.getrefcount(other)

    # ---- endings ----

    def end(self, name):
        """End a run by the machine's `run`, and one by a `VM`, which takes another way to it."""
        for way in (self.machine.run, self.vm.run):
            self.run_program = way
            before = self.meddler.reached
            getattr(self, name)()
            assert self.meddler.reached == before + 1, "it was not interrupted"

    def normal_end(self):
        """The answer, after a resumption."""
        answer = self.interrupted("resume", ends=False)
        assert answer == self.expected, f"the answer {answer!r} is wrong"
        del answer
        self.look()

    def abandonment(self):
        """The continuation is dropped in the run."""
        answer = self.interrupted("abandon")
        assert answer is self.result, f"the clause's result is not the run's: {answer!r}"
        del answer
        self.look()

    def dropped_later(self):
        """The continuation is dropped after the run."""
        held = [self.interrupted("give_away")]
        assert not held[0].used, "the continuation was used"
        self.note("the continuation", held)
        self.look()

    def exception(self):
        """An exception leaves the run."""
        self.meddler.fails = True
        self.meddler.ends = True
        try:
            self.start("resume")
        except self.meddler.failure:
            pass
        else:
            raise AssertionError("nothing was raised")
        self.look()

    def one_shot_violation(self):
        """A second resumption leaves the run as an exception."""
        try:
            self.interrupted("resume_twice")
        except self.machine.ContinuationConsumed:
            pass
        else:
            raise AssertionError("the second resumption was allowed")
        self.look()

    def cycle(self):
        """The continuation is held by its own frames, until the collector finds that."""
        seen = []

        def fresh():
            effect = self.interruption()
            seen.append(weakref.ref(effect))
            return effect

        answer = self.interrupted("tie", fresh)
        assert answer is self.result, f"the clause's result is not the run's: {answer!r}"
        self.meddler.generator = None
        del answer
        (effect,) = seen
        assert effect() is not None, "it was freed without the collector: there is no cycle"
        gc.collect()
        assert effect() is None, "the collector did not find the cycle"

    def hold(self, closed):
        """What an interpreter has when it ends: an unused continuation, and one in a cycle.

        Each has a frame that calls `closed` when it is closed.
        """

        @self.machine.do
        def guarded(program):
            try:
                return (yield program)
            except GeneratorExit:
                closed()
                raise

        self.guard = guarded
        k = self.interrupted("give_away")
        tied = self.interruption()
        self.interrupted("tie", lambda: tied)
        return k, tied

    # ---- counts ----

    def references(self):
        """References to what lives on from run to run, by what it is called."""
        watched = {
            "the effect": self.effect,
            "the value": self.value,
            "the clause's result": self.result,
            **{f"the handler {name}": handler for name, handler in self.handlers.items()},
        }
        for name, value in self.namespace.items():
            if not name.startswith("__"):
                watched[f"{name}, {self.kind_of(value)} of the workload"] = value
        del value
        counts = {name: sys.getrefcount(thing) for name, thing in watched.items()}
        counts["None"] = sys.getrefcount(None)
        return counts

    def kind_of(self, value):
        """What a global of a workload is."""
        if isinstance(value, self.machine.EffectBase):
            return "an effect"
        if isinstance(value, type):
            return "a class"
        return "a function" if callable(value) else "a value"

    def unraisable(self):
        """What went to `sys.unraisablehook` since this was asked last; each text once."""
        told = list(dict.fromkeys(self.told))
        self.told.clear()
        return told

    def stats(self):
        """What the VM says is alive."""
        stats = self.vm.stats()
        return {name: stats[name] for name in ("segments_live", "segments_pooled")}


def note_unraisable(told, unraisable, known):
    """Add what an error says to a list, unless that is known."""
    text = repr(unraisable.exc_value)
    if text != known:
        told.append(text)


def objects():
    """Live objects by type, as the collector knows them."""
    counts = {}
    for thing in gc.get_objects():
        kind = type(thing)
        name = f"{kind.__module__}.{kind.__qualname__}"
        counts[name] = counts.get(name, 0) + 1
    return counts
