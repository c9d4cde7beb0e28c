"""The built-in handlers: state, reader and writer, and their stores."""

from __future__ import annotations

from .registry import program

MISSING = (
    "no reader in scope has the key {}; give it with run(env=...), reader(...) or Local, "
    "or a default with Ask(key, default)"
)

# Rule 27: who can see the stores


@program(rule=27, answer=[{}, {"a": 1}, {"a": 1, "b": 2}], state={"a": 1, "b": 2})
def the_state_can_be_read_during_a_run(m, st):
    """`items()` shows the store as it is when it is called, as a copy."""

    @m.do
    def body():
        seen = [st.items()]
        yield m.Put("a", 1)
        seen.append(st.items())
        yield m.Put("b", 2)
        return [*seen, st.items()]

    return m.WithHandler(st, body())


@program(rule=27, answer=[[], ["x"], ["x", "y"]], told=["x", "y"])
def the_log_can_be_read_during_a_run(m, wr):
    """`logs()` likewise."""

    @m.do
    def body():
        seen = [wr.logs()]
        yield m.Tell("x")
        seen.append(wr.logs())
        yield m.Tell("y")
        return [*seen, wr.logs()]

    return m.WithHandler(wr, body())


@program(rule=27, answer=({"a": 1}, ["entry"], {"k": "v"}))
def what_the_stores_show_is_a_copy(m):
    """Changing the copies changes no store; nor does changing the mapping that was given."""
    initial, env = {"a": 1}, {"k": "v"}
    state, reader, writer = m.state(initial), m.reader(env), m.writer()
    initial["b"] = env["b"] = 2

    @m.do
    def body():
        yield m.Tell("entry")
        state.items()["c"] = 3
        reader.env().clear()
        writer.logs().append("forged")
        assert (yield m.Ask("k")) == "v"
        return state.items(), writer.logs(), reader.env()

    return m.with_handlers([state, reader, writer], body())


@program(rule=27, answer=({"n": 2}, {"who": "env"}, ["entry"]))
def the_stores_of_a_vm_can_be_read_from_python(m):
    """`vm.stdlib()` has the three handlers, and they show the VM's store."""
    vm = m.VM()
    stdlib = vm.stdlib(env={"who": "env"}, state={"n": 1})

    @m.do
    def body():
        yield m.Modify("n", lambda n: n + 1)
        yield m.Tell("entry")
        return (yield m.Ask("who"))

    handlers = [stdlib.state, stdlib.reader, stdlib.writer]
    assert vm.run(body(), handlers=handlers) == "env"
    return m.Pure((stdlib.state.items(), stdlib.reader.env(), stdlib.writer.logs()))


@program(rule=27, answer=(None, {"a": "python"}))
def the_machine_never_reads_the_py_store(m):
    """It is a dict for user handlers; built-in effects do not see it."""
    vm = m.VM()
    vm.py_store["a"] = "python"
    assert type(vm.py_store) is dict
    got = vm.run(m.Get("a"), handlers=[vm.stdlib().state])
    return m.Pure((got, vm.py_store))


@program(rule=27, answer=[1, 2])
def a_user_handler_keeps_its_state_in_the_py_store(m, Op):
    """The dict of a VM outlives its runs."""
    vm = m.VM()

    def counting(effect, k):
        vm.py_store["count"] = vm.py_store.get("count", 0) + 1
        return (yield m.Resume(k, vm.py_store["count"]))

    return m.Pure([vm.run(Op(), handlers=[counting]) for _ in range(2)])


@program(
    rule=27,
    answer=["callbacks", "dispatches", "segments_live", "segments_pooled"],
)
def stats_has_four_counts(m):
    """For people who look inside: all are ints."""
    stats = m.VM().stats()
    assert all(type(count) is int for count in stats.values())
    return m.Pure(sorted(stats))


@program(rule=27, answer=(6, 2))
def stats_counts_dispatches_and_callbacks(m, Op):
    """Each effect performed is one dispatch, passed on or unhandled; Modify calls back."""
    vm = m.VM()

    def passing(effect, k):
        yield m.Pass()

    def answering(effect, k):
        return (yield m.Resume(k))

    @m.do
    def body():
        yield Op("passed on")
        yield Op("passed on")
        yield m.Modify("n", lambda old: 1)
        yield m.Modify("n", lambda old: 2)
        yield m.Get("n")
        try:
            yield m.Tell("unhandled")
        except m.UnhandledEffect:
            return "done"

    handlers = [
        m.TypedHandler(passing, Op),
        m.TypedHandler(answering, Op),
        vm.stdlib().state,
    ]
    assert vm.run(body(), handlers=handlers) == "done"
    stats = vm.stats()
    return m.Pure((stats["dispatches"], stats["callbacks"]))


@program(rule=27, answer=(True, True, 0))
def step_count_grows_with_the_steps_of_a_vm(m):
    """It counts this VM's steps alone."""
    vm, other = m.VM(), m.VM()

    @m.do
    def body(n):
        for _ in range(n):
            yield m.Pure()

    vm.run(body(10))
    first = vm.step_count
    vm.run(body(1_000))
    second = vm.step_count - first
    return m.Pure((first > 0, second > first, other.step_count))


# Rule 28: state


@program(rule=28, answer=(None, None, 1), state={"a": 1})
def get_and_put(m, st):
    """A missing key gives None, Put gives None."""

    @m.do
    def body():
        missing = yield m.Get("a")
        put = yield m.Put("a", 1)
        return missing, put, (yield m.Get("a"))

    return m.WithHandler(st, body())


@program(rule=28, answer=(None, 1, 2), state={"n": 4})
def modify_gives_the_old_value(m, st):
    """It stores what the function gives for the old value, None for a missing key."""

    @m.do
    def body():
        first = yield m.Modify("n", lambda old: 1 if old is None else old)
        second = yield m.Modify("n", lambda old: old + 1)
        third = yield m.Modify("n", lambda old: old * 2)
        return first, second, third

    return m.WithHandler(st, body())


@program(rule=28, answer=["f failed", 1], state={"n": 1})
def a_failing_modify_leaves_the_store_alone(m, st):
    """The exception is raised at the perform site."""

    def f(old):
        raise ValueError("f failed")

    @m.do
    def body():
        yield m.Put("n", 1)
        try:
            yield m.Modify("n", f)
        except ValueError as error:
            return [str(error), (yield m.Get("n"))]

    return m.WithHandler(st, body())


@program(rule=28, answer=["ValueError"], state={})
def a_failing_modify_of_a_missing_key_adds_nothing(m, st):
    """Not even a None."""

    def f(old):
        assert old is None
        raise ValueError

    @m.do
    def body():
        try:
            yield m.Modify("n", f)
        except ValueError as error:
            return [type(error).__name__]

    return m.WithHandler(st, body())


@program(rule=28, answer=("TypeError", True), state={})
def modify_with_something_that_cannot_be_called(m, st):
    """Python's own exception, at the perform site."""

    @m.do
    def body():
        try:
            yield m.Modify("n", 3)
        except TypeError as error:
            return type(error).__name__, "not callable" in str(error)

    return m.WithHandler(st, body())


@program(rule=28, answer=("stored", "old", True), state={"n": "stored"})
def a_program_that_a_modify_function_gives_is_a_value(m, st):
    """The function is plain Python: what it gives is stored, not run."""
    given = m.Pure("never run")

    @m.do
    def body():
        yield m.Put("n", "old")
        old = yield m.Modify("n", lambda old: given)
        stored = yield m.Get("n")
        yield m.Put("n", "stored")
        return "stored", old, stored is given

    return m.WithHandler(st, body())


@program(rule=28, answer=("old", "f's"), state={"n": "f's", "other": "inner"}, log=["inner"])
def a_modify_function_may_run_programs_on_the_same_store(m, log, st):
    """The store can be used meanwhile; what the function gives is stored last."""

    def f(old):
        m.run(m.WithHandler(st, m.Put("n", "inner")))
        m.run(m.WithHandler(st, m.Put("other", "inner")))
        log.append(st.items()["n"])
        return "f's"

    @m.do
    def body():
        yield m.Put("n", "old")
        return (yield m.Modify("n", f)), (yield m.Get("n"))

    return m.WithHandler(st, body())


@program(rule=28, answer=["TypeError"] * 4, state={})
def unhashable_keys(m, st):
    """Python's own exception at the perform site, for every effect with a key."""

    @m.do
    def caught(effect):
        try:
            yield effect
        except TypeError as error:
            return type(error).__name__

    key = ["unhashable"]

    @m.do
    def body():
        return [
            (yield caught(m.Get(key))),
            (yield caught(m.Put(key, 1))),
            (yield caught(m.Modify(key, len))),
            (yield caught(m.Ask(key, "default"))),
        ]

    return m.with_handlers([st, m.reader()], body())


@program(rule=28, answer=["hash failed"] * 3 + ["still there"], state={"a": "still there"})
def a_key_whose_hash_raises(m, st):
    """The exception is raised at the perform site, and the store is as before."""

    class Key:
        def __hash__(self):
            raise ValueError("hash failed")

    @m.do
    def caught(effect):
        try:
            yield effect
        except ValueError as error:
            return str(error)

    @m.do
    def body():
        yield m.Put("a", "still there")
        return [
            (yield caught(m.Get(Key()))),
            (yield caught(m.Put(Key(), 1))),
            (yield caught(m.Modify(Key(), lambda old: 1))),
            (yield m.Get("a")),
        ]

    return m.WithHandler(st, body())


@program(rule=28, answer=["eq failed", "eq failed", "mine", 1])
def a_key_whose_eq_raises(m):
    """It is found by identity, and compared with others of its hash alone."""

    class Key:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            raise ValueError("eq failed")

    @m.do
    def caught(effect):
        try:
            return (yield effect)
        except ValueError as error:
            return str(error)

    first, second = Key(), Key()
    state = m.state()

    @m.do
    def body():
        yield m.Put(first, "mine")
        return [
            (yield caught(m.Get(second))),
            (yield caught(m.Put(second, 2))),
            (yield caught(m.Get(first))),
            len(state.items()),
        ]

    return m.WithHandler(state, body())


@program(rule=28, answer=(None, "stored", None), state={"inner": 7})
def a_key_whose_eq_runs_a_program(m, st):
    """A run inside the comparison is independent."""

    class Key:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            m.run(m.WithHandler(st, m.Put("inner", 7)))
            return False

    first, second = Key(), Key()
    other = m.state()

    @m.do
    def body():
        yield m.Put(first, "stored")
        return (yield m.Get(second)), (yield m.Get(first)), (yield m.Get(second))

    return m.WithHandler(other, body())


@program(rule=28, answer=[None, 1], state={"seen": 1})
def a_key_whose_hash_runs_a_program_on_its_own_store(m, st):
    """The program that the hash runs finds the store in order."""

    class Key:
        def __hash__(self):
            m.run(m.WithHandler(st, m.Put("seen", 1)))
            return 1

        def __eq__(self, other):
            return self is other

    @m.do
    def body():
        yield m.Put("seen", 0)
        return [(yield m.Get(Key())), (yield m.Get("seen"))]

    return m.WithHandler(st, body())


@program(rule=28, answer=[1, 1, "text", None])
def keys_are_compared_as_in_a_dict(m):
    """1, 1.0 and True are one key; a subclass of str finds its text; others are missing."""

    class Text(str):
        __slots__ = ()

    @m.do
    def body():
        yield m.Put(1, 1)
        yield m.Put("key", "text")
        return [
            (yield m.Get(1.0)),
            (yield m.Get(True)),
            (yield m.Get(Text("key"))),
            (yield m.Get("1")),
        ]

    return m.WithHandler(m.state(), body())


@program(rule=28, answer=["None is stored", None], state={"n": None})
def a_stored_none_is_a_value(m, st):
    """It is in the store, though Get cannot tell it from a missing key."""

    @m.do
    def body():
        yield m.Put("n", None)
        return ["None is stored" if "n" in st.items() else "missing", (yield m.Get("n"))]

    return m.WithHandler(st, body())


# Rule 28: the reader


@program(rule=28, answer=("bound", "bound anyway", "default", None))
def ask(m):
    """A bound key wins over the default; the default may be None."""

    @m.do
    def body():
        return (
            (yield m.Ask("key")),
            (yield m.Ask("key", "unused default")) + " anyway",
            (yield m.Ask("missing", "default")),
            (yield m.Ask("missing", None)),
        )

    return m.WithHandler(m.reader({"key": "bound"}), body())


@program(rule=28, answer=[MISSING.format("'missing'"), ("missing",), "missing", True])
def a_missing_key(m):
    """Ask throws MissingKey, a KeyError, at the perform site."""

    @m.do
    def body():
        try:
            yield m.Ask("missing")
        except m.MissingKey as error:
            return [str(error), error.args, error.key, isinstance(error, KeyError)]

    return m.WithHandler(m.reader({"key": 1}), body())


@program(rule=28, raises=("MissingKey", MISSING.format("('a', 1)")))
def an_uncaught_missing_key(m):
    """Any hashable object is a key; a bare Ask has no generator."""
    return m.WithHandler(m.reader(), m.Ask(("a", 1)))


@program(rule=28, answer=["inner", "outer", "default"])
def nested_readers_are_scopes(m):
    """A reader that lacks the key passes the Ask on to the next one out."""

    @m.do
    def body():
        return [(yield m.Ask("a")), (yield m.Ask("b")), (yield m.Ask("c", "default"))]

    inner, outer = m.reader({"a": "inner"}), m.reader({"a": "outer", "b": "outer"})
    return m.with_handlers([inner, outer], body())


@program(rule=28, answer=["answered", None], log=["missing", "nothing"])
def a_user_handler_further_out_answers_what_the_reader_lacks(m, log):
    """It is asked in place of the default."""

    def answering(effect, k):
        log.append(effect.key)
        return (yield m.Resume(k, "answered" if effect.key == "missing" else None))

    @m.do
    def body():
        return [(yield m.Ask("missing", "default")), (yield m.Ask("nothing", "default"))]

    return m.with_handlers([m.reader({}), m.TypedHandler(answering, m.Ask)], body())


@program(rule=28, answer=["unhandled", "missing"])
def an_ask_that_a_user_handler_passes_to_nobody(m):
    """It is unhandled: the user's Pass is no reader's; a reader outside makes it MissingKey."""

    def passing(effect, k):
        yield m.Pass()

    @m.do
    def body():
        try:
            return (yield m.Ask("key", "default"))
        except m.UnhandledEffect:
            return "unhandled"

    @m.do
    def without_default():
        try:
            return (yield m.Ask("key"))
        except m.MissingKey:
            return "missing"

    first = yield m.with_handlers([m.reader({}), passing], body())
    return [first, (yield m.with_handlers([passing, m.reader({})], without_default()))]


@program(rule=28, answer=["bound", "default", "missing"])
def a_reader_that_a_user_handler_calls(m):
    """Its Pass counts as the reader's, so that a missing key is a MissingKey."""
    reader = m.reader({"key": "bound"})

    def calling(effect, k):
        return reader(effect, k)

    @m.do
    def body():
        found = [(yield m.Ask("key")), (yield m.Ask("none", "default"))]
        try:
            yield m.Ask("none")
        except m.MissingKey:
            return [*found, "missing"]

    return m.WithHandler(calling, body())


# Rule 28: the writer


@program(rule=28, answer=[None, None], told=["first", ["second"]])
def tell_appends(m, wr):
    """Tell gives None."""

    @m.do
    def body():
        return [(yield m.Tell("first")), (yield m.Tell(["second"]))]

    return m.WithHandler(wr, body())


@program(rule=28, answer=("result", ["b", "c"]), told=["a", "b", "c", "d"])
def listen_gives_the_result_and_what_the_program_told(m, wr):
    """The writer hears everything all the same."""

    @m.do
    def telling():
        yield m.Tell("b")
        yield m.Tell("c")
        return "result"

    @m.do
    def body():
        yield m.Tell("a")
        heard = yield m.Listen(telling())
        yield m.Tell("d")
        return heard

    return m.WithHandler(wr, body())
