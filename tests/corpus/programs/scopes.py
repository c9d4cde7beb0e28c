"""Local and Listen: nested readers and writers at the perform site."""

from __future__ import annotations

from .registry import program


@program(rule=28, answer=["outer", ["inner", "outer b"], "outer"])
def local_binds_for_a_program(m):
    """Other keys are asked of the readers around, and afterwards all is as before."""

    @m.do
    def asking():
        return [(yield m.Ask("a")), (yield m.Ask("b"))]

    @m.do
    def body():
        before = yield m.Ask("a")
        inside = yield m.Local({"a": "inner"}, asking())
        return [before, inside, (yield m.Ask("a"))]

    return m.WithHandler(m.reader({"a": "outer", "b": "outer b"}), body())


@program(rule=28, answer=[1, 2, 3, 2, 1])
def locals_nest(m):
    """The innermost binding counts; each Local is answered by the nested reader around it."""

    @m.do
    def deeper():
        return [(yield m.Ask("n"))]

    @m.do
    def deep():
        return [(yield m.Ask("n")), *(yield m.Local({"n": 3}, deeper())), (yield m.Ask("n"))]

    @m.do
    def body():
        return [(yield m.Ask("n")), *(yield m.Local({"n": 2}, deep())), (yield m.Ask("n"))]

    return m.WithHandler(m.reader({"n": 1}), body())


@program(rule=28, answer=["failed inside", "outer"], log=["inner", "cleanup in scope: inner"])
def local_left_by_an_exception(m, log):
    """The nested reader is gone when the exception is caught outside."""

    @m.do
    def failing():
        try:
            log.append((yield m.Ask("a")))
            raise ValueError("failed inside")
        finally:
            log.append(f"cleanup in scope: {(yield m.Ask('a'))}")

    @m.do
    def body():
        try:
            yield m.Local({"a": "inner"}, failing())
        except ValueError as error:
            return [str(error), (yield m.Ask("a"))]

    return m.WithHandler(m.reader({"a": "outer"}), body())


@program(rule=28, answer=("abandoned", "outer"), log=["closed"])
def local_left_by_abandoning(m, log, Op):
    """A handler around the Local that abandons its program ends the nested reader too."""

    def abandoning(effect, k):
        return "abandoned"
        yield

    @m.do
    def inside():
        try:
            yield Op()
        finally:
            log.append("closed")

    @m.do
    def body():
        answer = yield m.WithHandler(abandoning, m.Local({"a": "inner"}, inside()), effects=Op)
        return answer, (yield m.Ask("a"))

    return m.WithHandler(m.reader({"a": "outer"}), body())


@program(rule=28, answer=("inner", "handler's b", "handled"), log=["Local", "b", "Op"])
def a_local_whose_effects_a_handler_in_between_intercepts(m, log, Op):
    """The nested reader is at the perform site, so the handler sees what it does not answer."""

    def between(effect, k):
        if isinstance(effect, m.Local):
            log.append("Local")
            return m.Pass()
        if isinstance(effect, m.Ask):
            log.append(effect.key)
            return m.Resume(k, f"handler's {effect.key}")
        log.append(type(effect).__name__)
        return m.Resume(k, "handled")

    @m.do
    def inside():
        return (yield m.Ask("a")), (yield m.Ask("b")), (yield Op())

    handlers = [between, m.reader({"a": "outer", "b": "outer"})]
    return m.with_handlers(handlers, m.Local({"a": "inner"}, inside()))


@program(rule=28, answer=("replaced", "replaced"), log=["Local refused"])
def a_local_that_a_handler_in_between_answers(m, log):
    """A user handler may answer the Local itself; its program then does not run."""

    def answering(effect, k):
        log.append("Local refused")
        assert effect.bindings == {"a": "inner"}
        return m.Resume(k, "replaced")

    @m.do
    def never():
        log.append("must not run")

    @m.do
    def body():
        answer = yield m.Local({"a": "inner"}, never())
        return answer, "replaced"

    return m.with_handlers([m.TypedHandler(answering, m.Local), m.reader({})], body())


@program(rule=28, answer=["inner", "outer"])
def a_handler_inside_a_local_sees_the_effects_first(m):
    """What it passes on is answered by the nested reader."""

    def passing(effect, k):
        yield m.Pass()

    @m.do
    def asking():
        return (yield m.Ask("a"))

    @m.do
    def body():
        inside = yield m.Local({"a": "inner"}, m.WithHandler(passing, asking()))
        return [inside, (yield asking())]

    return m.WithHandler(m.reader({"a": "outer"}), body())


@program(rule=28, answer=["clause: outer", "body: inner"])
def a_clause_outside_a_local_is_not_touched(m, Op):
    """A clause asks the readers around its prompt, though the performer is inside the Local."""

    def handler(effect, k):
        asked = yield m.Ask("a")
        return (yield m.Resume(k, f"clause: {asked}"))

    @m.do
    def inside():
        return [(yield Op()), f"body: {(yield m.Ask('a'))}"]

    handlers = [m.TypedHandler(handler, Op), m.reader({"a": "outer"})]
    return m.with_handlers(handlers, m.Local({"a": "inner"}, inside()))


@program(rule=28, answer=("stored", ["inner", "elsewhere"]))
def a_continuation_captured_inside_a_local_takes_it_along(m, Op):
    """Resumed under another reader, its bindings still count, and the others are that reader's."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @m.do
    def inside():
        yield Op()
        return [(yield m.Ask("a")), (yield m.Ask("b"))]

    local = m.WithHandler(storing, m.Local({"a": "inner"}, inside()), effects=Op)
    answer = yield m.WithHandler(m.reader({"a": "outer", "b": "outer"}), local)
    elsewhere = m.reader({"a": "elsewhere", "b": "elsewhere"})
    return answer, (yield m.WithHandler(elsewhere, m.Resume(kept.pop())))


@program(
    rule=28,
    answer="went on",
    log=[
        "Local needs a mapping, got 3 of type 'int'",
        "4 of type 'int' is not a program; expected a @do call, an effect (an EffectBase "
        "instance), a control primitive, Pure(value) or an object with to_generator()",
    ],
)
def a_local_of_something_else(m, log):
    """The TypeError is thrown at the perform site."""

    @m.do
    def body():
        for effect in (m.Local(3, m.Pure()), m.Local({}, 4)):
            try:
                yield effect
            except TypeError as error:
                log.append(str(error))
        return "went on"

    return m.WithHandler(m.reader({}), body())


@program(rule=28, answer=["inner", "copied"])
def the_bindings_of_a_local_are_any_mapping_and_copied(m):
    """What has keys() and [] will do; changes of it do not show inside."""

    class Mapping:
        items_of = {"a": "inner"}  # noqa: RUF012

        def keys(self):
            return self.items_of.keys()

        def __getitem__(self, key):
            return self.items_of[key]

    bindings = {"b": "copied"}

    @m.do
    def changing():
        bindings["b"] = "changed"
        return (yield m.Ask("b"))

    @m.do
    def body():
        return [
            (yield m.Local(Mapping(), m.Ask("a"))),
            (yield m.Local(bindings, changing())),
        ]

    return m.WithHandler(m.reader({}), body())


@program(rule=28, answer=["inner", "outer"])
def a_local_that_a_user_handler_gives_to_a_reader(m):
    """A reader that a user handler calls runs the program at the perform site all the same."""
    reader = m.reader({"a": "outer"})

    def calling(effect, k):
        return reader(effect, k)

    @m.do
    def body():
        return [(yield m.Local({"a": "inner"}, m.Ask("a"))), (yield m.Ask("a"))]

    return m.WithHandler(calling, body())


@program(rule=28, answer=["error at the perform site", "outer"])
def local_of_a_program_that_cannot_be_started(m):
    """Wrong arguments are an error of the start, inside the Local."""

    @m.do
    def none():
        return "never"

    @m.do
    def body():
        try:
            yield m.Local({"a": 1}, none(1))
        except TypeError:
            return ["error at the perform site", (yield m.Ask("a"))]

    return m.WithHandler(m.reader({"a": "outer"}), body())


# Listen


@program(rule=28, answer=[("inner result", ["b"]), ["a", "b", "c"]], told=["a", "b", "c"])
def listens_nest(m, wr):
    """What the inner one hears, the outer one hears too, and the writer."""

    @m.do
    def inner():
        yield m.Tell("b")
        return "inner result"

    @m.do
    def outer():
        yield m.Tell("a")
        heard = yield m.Listen(inner())
        yield m.Tell("c")
        return heard

    return m.WithHandler(wr, listening(m, outer()))


def listening(m, program):
    """A program: what the program gives and what is heard of it, as a list."""

    @m.do
    def heard():
        return list((yield m.Listen(program)))

    return heard()


@program(rule=28, answer="abandoned", told=["heard", "after"], log=["closed"])
def listen_around_an_abandoned_program(m, log, wr, Op):
    """What was told stays told; the Listen gives nothing."""

    def abandoning(effect, k):
        return "abandoned"
        yield

    @m.do
    def telling():
        try:
            yield m.Tell("heard")
            yield Op()
            yield m.Tell("must not be told")
        finally:
            log.append("closed")

    @m.do
    def body():
        answer = yield m.WithHandler(abandoning, m.Listen(telling()), effects=Op)
        yield m.Tell("after")
        return answer

    return m.WithHandler(wr, body())


@program(rule=28, answer=(("abandoned inside", ["heard"]), "goes on"), told=["heard"])
def listen_around_a_handler_that_abandons(m, wr, Op):
    """The handler lies inside, so the Listen gives its answer and what was told before."""

    def abandoning(effect, k):
        return "abandoned inside"
        yield

    @m.do
    def telling():
        yield m.Tell("heard")
        yield Op()
        yield m.Tell("must not be told")

    @m.do
    def body():
        heard = yield m.Listen(m.WithHandler(abandoning, telling(), effects=Op))
        return heard, "goes on"

    return m.WithHandler(wr, body())


@program(rule=28, answer="caught failed", told=["before", "after"])
def listen_left_by_an_exception(m, wr):
    """The exception passes; the writer keeps what was told."""

    @m.do
    def failing():
        yield m.Tell("before")
        raise ValueError("failed")

    @m.do
    def body():
        try:
            yield m.Listen(failing())
        except ValueError as error:
            yield m.Tell("after")
            return f"caught {error}"

    return m.WithHandler(wr, body())


@program(
    rule=28,
    answer=("result", ["kept", "swallowed", "changed"]),
    told=["kept", "CHANGED"],
    log=["Listen", "kept", "swallowed", "changed"],
)
def a_listen_whose_effects_a_handler_in_between_intercepts(m, log, wr):
    """The nested writer notes an entry before the handler in between swallows or changes it."""

    def between(effect, k):
        if isinstance(effect, m.Listen):
            log.append("Listen")
            yield m.Pass()
        log.append(effect.entry)
        if effect.entry == "swallowed":
            return (yield m.Resume(k))
        if effect.entry == "changed":
            yield m.Pass(m.Tell("CHANGED"))
        return (yield m.Delegate())

    @m.do
    def telling():
        for entry in ("kept", "swallowed", "changed"):
            yield m.Tell(entry)
        return "result"

    return m.with_handlers([between, wr], m.Listen(telling()))


@program(rule=28, answer=("result", []), told=[], log=["swallowed"])
def a_handler_inside_a_listen_hides_what_it_answers(m, log, wr):
    """The nested writer is outside of it and hears only what is passed on."""

    def swallowing(effect, k):
        log.append(effect.entry)
        return (yield m.Resume(k))

    @m.do
    def telling():
        yield m.Tell("swallowed")
        return "result"

    return m.WithHandler(wr, m.Listen(m.WithHandler(swallowing, telling(), effects=m.Tell)))


@program(
    rule=28, answer=("resumed", ["before", "after"]), told=["before", "by the clause", "after"]
)
def a_clause_outside_a_listen_is_not_heard(m, wr, Op):
    """What the clause of a handler around the Listen tells goes to the writer alone."""

    def handler(effect, k):
        yield m.Tell("by the clause")
        return (yield m.Resume(k, "resumed"))

    @m.do
    def telling():
        yield m.Tell("before")
        got = yield Op()
        yield m.Tell("after")
        return got

    return m.with_handlers([m.TypedHandler(handler, Op), wr], m.Listen(telling()))


@program(rule=28, answer=("late", ["early", "late"]), told=["early"])
def a_continuation_captured_inside_a_listen_takes_it_along(m, wr, Op):
    """It listens on when it is resumed, under the writer that is around then."""
    kept = []
    elsewhere = m.writer()

    def storing(effect, k):
        kept.append(k)
        return m.Pure()

    @m.do
    def telling():
        yield m.Tell("early")
        got = yield Op()
        yield m.Tell(got)
        return got

    scope = m.WithHandler(storing, m.Listen(telling()), effects=Op)
    yield m.WithHandler(wr, scope)
    heard = yield m.WithHandler(elsewhere, m.Resume(kept.pop(), "late"))
    assert elsewhere.logs() == ["late"]
    return heard


@program(rule=28, answer=("unhandled", ["entry"]), told=[])
def a_listen_with_nobody_further_out_to_hear(m, wr):
    """The nested writer notes the entry; passing it on finds nobody, as the performer is told."""

    def only_listen(effect, k):
        return wr(effect, k)

    @m.do
    def telling():
        try:
            yield m.Tell("entry")
        except m.UnhandledEffect:
            return "unhandled"

    return m.WithHandler(only_listen, m.Listen(telling()), effects=m.Listen)


@program(rule=28, answer=("result", ["told"]), told=["told"])
def a_listen_that_a_user_handler_gives_to_a_writer(m, wr):
    """A writer that a user handler calls answers Tell and Listen as if it was installed."""

    def calling(effect, k):
        return wr(effect, k)

    @m.do
    def telling():
        yield m.Tell("told")
        return "result"

    return m.WithHandler(calling, m.Listen(telling()))


@program(rule=28, answer=[(1, ["first"]), (2, ["second"])], told=["first", "second"])
def each_listen_has_entries_of_its_own(m, wr):
    """The same program value listened to twice gives two lists."""
    counts = []

    @m.do
    def telling():
        counts.append(None)
        yield m.Tell("first" if len(counts) == 1 else "second")
        return len(counts)

    listen = m.Listen(telling())

    @m.do
    def body():
        return [(yield listen), (yield listen)]

    return m.WithHandler(wr, body())
