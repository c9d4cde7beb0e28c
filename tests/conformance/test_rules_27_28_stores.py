"""Rules 27 and 28: the stores of the built-in handlers, hostile keys, Local and Listen."""

from __future__ import annotations

import gc
import threading
import types
import weakref

import pytest

from .helpers import answering, failure, functions


def caught(engine, effect):
    """A program: the name of the class of what `effect` raises where it is performed."""

    @engine.do
    def catching():
        try:
            yield effect
        except BaseException as error:
            return type(error).__name__
        return "no error"

    return catching()


# Rule 27


def test_rule_27_the_stores_can_be_read_from_another_thread_during_a_run(engine, Ask):
    state, writer = engine.state({"n": 0}), engine.writer()
    seen = []

    def handler(effect, k):
        thread = threading.Thread(target=lambda: seen.append((state.items(), writer.logs())))
        thread.start()
        thread.join()
        return engine.Resume(k)

    @engine.do
    def body():
        yield engine.Put("n", 1)
        yield engine.Tell("entry")
        yield Ask()

    handlers = [engine.TypedHandler(handler, Ask), state, writer]
    engine.run(engine.with_handlers(handlers, body()))
    assert seen == [({"n": 1}, ["entry"])]


def test_rule_27_a_store_holds_its_values_and_lets_go_of_them(engine):
    class Value:
        pass

    value = Value()
    released = weakref.ref(value)
    state, writer = engine.state(), engine.writer()

    @engine.do
    def body(value):
        yield engine.Put("key", value)
        yield engine.Tell(value)

    engine.run(engine.with_handlers([state, writer], body(value)))
    del value
    gc.collect()
    assert released() is not None
    assert state.items()["key"] is writer.logs()[0] is released()
    engine.run(engine.WithHandler(state, engine.Put("key", None)))
    del writer
    gc.collect()
    assert released() is None


def test_rule_27_the_stdlib_of_a_vm(engine):
    vm = engine.VM()
    stdlib = vm.stdlib()
    assert type(stdlib) is engine.Stdlib
    assert type(stdlib.state) is engine.StateHandler
    assert type(stdlib.reader) is engine.ReaderHandler
    assert type(stdlib.writer) is engine.WriterHandler
    assert (stdlib.state.items(), stdlib.reader.env(), stdlib.writer.logs()) == ({}, {}, [])


def test_rule_27_the_stdlib_outlives_its_vm(engine):
    stdlib = engine.VM().stdlib(state={"key": "value"})
    gc.collect()
    assert engine.run(engine.Get("key"), handlers=[stdlib.state]) == "value"


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"gil": "loose"}, ValueError, "gil must be 'strict' or 'adaptive', got 'loose'"),
        ({"debug": 1}, TypeError, "debug must be a bool or a DebugConfig, got 1 of type 'int'"),
        (
            {"debug": None},
            TypeError,
            "debug must be a bool or a DebugConfig, got None of type 'NoneType'",
        ),
    ],
)
def test_rule_27_arguments_of_a_vm(engine, arguments, error, text):
    with pytest.raises(error) as caught:
        engine.VM(**arguments)
    assert str(caught.value) == text
    for gil in ("strict", "adaptive"):
        assert engine.VM(gil=gil).run(engine.Pure(1)) == 1


def test_rule_27_the_level_of_a_debug_config(engine):
    with pytest.raises(ValueError, match="level") as caught:
        engine.DebugConfig("all")
    assert str(caught.value) == "level must be 'steps' or 'trace', got 'all'"
    for level in ("steps", "trace"):
        engine.DebugConfig(level, show_frames=True, show_dispatch=True, show_store=True)


@pytest.mark.parametrize("level", ["steps", "trace"])
def test_rule_27_a_debugged_run_gives_the_same_answer(engine, Ask, level, capfd):
    """A line for each step, numbered, that touches no Python object beyond its type's name."""

    class Untouched:
        def __repr__(self):
            raise AssertionError("touched")

        __str__ = __eq__ = __hash__ = __bool__ = __repr__

    value = Untouched()

    def handler(effect, k):
        return (yield engine.Resume(k, value))

    @engine.do
    def body():
        got = yield Ask(value)
        yield engine.Put("key", got)
        return got

    show = {"show_frames": True, "show_dispatch": True, "show_store": True}
    vm = engine.VM(debug=engine.DebugConfig(level, **show))
    handlers = [engine.TypedHandler(handler, Ask), vm.stdlib().state]
    assert vm.run(body(), handlers=handlers) is value
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) >= vm.step_count > 0
    assert all(line.startswith("[step ") for line in lines)
    assert all(f" {name}=" in lines[0] for name in ("frames", "dispatch", "store"))


def test_rule_27_without_debug_nothing_is_written(engine, Ask, capfd):
    engine.VM().run(Ask(), handlers=[answering(engine, "x")])
    engine.VM(debug=False).run(Ask(), handlers=[answering(engine, "x")])
    assert capfd.readouterr().err == ""
    engine.VM(debug=True).run(Ask(), handlers=[answering(engine, "x")])
    assert capfd.readouterr().err.startswith("[step ")


# Rule 28: the state


def test_rule_28_ten_thousand_keys(engine):
    state = engine.state()

    @engine.do
    def body():
        for n in range(10_000):
            yield engine.Put(n, str(n))
        for n in range(10_000):
            assert (yield engine.Get(n)) == str(n)

    engine.run(engine.WithHandler(state, body()))
    assert state.items() == {n: str(n) for n in range(10_000)}


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, GeneratorExit, StopAsyncIteration])
def test_rule_28_what_a_modify_function_raises(engine, kind):
    """The very object, at the perform site, with the function's frame in its traceback."""
    error = kind()

    def change(old):
        raise error

    @engine.do
    def body():
        yield engine.Modify("key", change)

    state = engine.state({"key": 1})
    assert failure(engine, engine.WithHandler(state, body())) is error
    assert functions(engine, error) == ["caller", "body", "change"]
    assert state.items() == {"key": 1}


def test_rule_28_a_modify_function_may_be_any_callable(engine):
    class Adder:
        def __call__(self, old):
            return old + 1

    state = engine.state({"n": 1})

    @engine.do
    def body():
        yield engine.Modify("n", Adder())
        yield engine.Modify("n", str)
        yield engine.Modify("n", "old: {}".format)

    engine.run(engine.WithHandler(state, body()))
    assert state.items() == {"n": "old: 2"}


def test_rule_28_a_modify_function_may_modify(engine):
    """A run inside the function uses the same store; the outer function's value is stored last."""
    state = engine.state({"n": 0, "m": 0})

    def change(n):
        def inner(old):
            return old if n == 0 else (engine.run(modify(n - 1)), old + 1)[1]

        return inner

    def modify(n):
        return engine.WithHandler(state, engine.Modify("n" if n % 2 else "m", change(n)))

    engine.run(modify(20))
    # Each level adds one to what was there before the levels inside it.
    assert state.items() == {"n": 1, "m": 1}


def test_rule_28_the_traceback_of_a_failing_key(engine):
    class Key:
        def __hash__(self):
            raise ValueError("hash")

    @engine.do
    def body():
        yield engine.Put(Key(), 1)

    error = failure(engine, engine.WithHandler(engine.state(), body()))
    assert str(error) == "hash"
    assert functions(engine, error) == ["caller", "body", "__hash__"]


def test_rule_28_keys_whose_comparison_changes_the_store(engine):
    """Such an operation works or fails; every other key keeps its value."""
    state = engine.state()

    class Key:
        def __init__(self, name):
            self.name = name

        def __hash__(self):
            return 1

        def __eq__(self, other):
            if changing:
                changing.pop()(self, other)
            return self is other

    def put(*_):
        engine.run(engine.WithHandler(state, engine.Put(f"added {len(changing)}", 1)))

    def many(*_):
        for n in range(100):
            engine.run(engine.WithHandler(state, engine.Put(n, n)))

    def replace(*_):
        engine.run(engine.WithHandler(state, engine.Put("a", "replaced")))

    def fail(*_):
        raise ValueError

    keys = [Key(n) for n in range(3)]
    changing = []

    @engine.do
    def fill():
        yield engine.Put("a", "first")
        for key in keys:
            yield engine.Put(key, key.name)

    engine.run(engine.WithHandler(state, fill()))
    other = Key("other")
    for change in (put, many, replace, fail):
        for effect in (
            engine.Get(other),
            engine.Put(other, "other"),
            engine.Modify(other, lambda old: "other"),
        ):
            changing.append(change)
            program = engine.WithHandler(state, caught(engine, effect))
            assert engine.run(program) in ("no error", "ValueError", "RuntimeError")
            changing.clear()
            items = state.items()
            assert [items[key] for key in keys] == [0, 1, 2]
            assert items["a"] in ("first", "replaced")
            assert items.get(other, "other") == "other"
    assert [state.items()[n] for n in range(100)] == list(range(100))


def test_rule_28_a_key_whose_hash_changes_its_store_many_times(engine):
    state = engine.state()

    class Key:
        def __hash__(self):
            for n in range(50):
                engine.run(engine.WithHandler(state, engine.Put(n, n)))
            return 1

        def __eq__(self, other):
            return self is other

    key = Key()
    assert engine.run(engine.WithHandler(state, engine.Put(key, "mine"))) is None
    assert engine.run(engine.WithHandler(state, engine.Get(key))) == "mine"
    assert engine.run(engine.WithHandler(state, engine.Get(49))) == 49


def test_rule_28_a_value_whose_end_runs_a_program_on_the_store(engine):
    """Replacing a value may run its destructor, in which the store is in order."""
    state = engine.state()
    seen = []

    class Value:
        def __del__(self):
            seen.append(engine.run(engine.WithHandler(state, engine.Get("key"))))
            engine.run(engine.WithHandler(state, engine.Put("seen", len(seen))))

    def put(value):
        engine.run(engine.WithHandler(state, engine.Put("key", value)))

    put(Value())
    put("second")
    assert seen == ["second"]
    assert state.items() == {"key": "second", "seen": 1}


# Rule 28: readers and writers


def test_rule_28_the_environment_is_any_mapping(engine):
    for env in ({"a": 1}, types.MappingProxyType({"a": 1})):
        assert engine.run(engine.Ask("a"), env=env) == 1
        assert engine.run(engine.Ask("a"), handlers=[engine.reader(env)]) == 1
        assert engine.run(engine.Get("a"), state=env) == 1


def test_rule_28_a_hostile_key_of_an_ask(engine):
    """In the store, in the bindings of a Local, with a default and without."""

    class Key:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            if self is other:
                return True
            raise ValueError

    key = Key()
    reader = engine.reader({key: "mine"})
    assert engine.run(engine.WithHandler(reader, engine.Ask(key))) == "mine"
    for ask in (engine.Ask(Key()), engine.Ask(Key(), "default")):
        assert engine.run(engine.WithHandler(reader, caught(engine, ask))) == "ValueError"
        local = engine.Local({key: "inner"}, caught(engine, ask))
        assert engine.run(engine.WithHandler(engine.reader({}), local)) == "ValueError"


def test_rule_28_the_default_is_the_very_object(engine):
    class Default:
        def __eq__(self, other):
            raise AssertionError

        __bool__ = __eq__
        __hash__ = None

    default = Default()
    assert engine.run(engine.Ask("missing", default), env={}) is default
    ask = engine.Ask("missing", default)
    assert ask.default is default
    with pytest.raises(AttributeError):
        engine.Ask("missing").default  # noqa: B018


def test_rule_28_a_missing_key_is_raised_without_a_frame_of_ours(engine):
    @engine.do
    def body():
        yield engine.Ask("missing")

    error = failure(engine, engine.with_handlers([engine.reader(), engine.reader()], body()))
    assert type(error) is engine.MissingKey
    assert (error.key, error.args) == ("missing", ("missing",))
    assert functions(engine, error) == ["caller", "body"]
    assert error.__context__ is None


def test_rule_28_a_missing_key_may_be_raised_by_a_program(engine):
    """The class is public: its text is the same, and it is a KeyError."""
    error = engine.MissingKey("key")
    assert isinstance(error, KeyError)
    assert (error.key, error.args) == ("key", ("key",))
    assert str(error).startswith("no reader in scope has the key 'key'; ")


@pytest.mark.parametrize("depth", [1, 1_000])
def test_rule_28_nested_locals(engine, depth):
    @engine.do
    def nested(n):
        if n == 0:
            return (yield engine.Ask("n")), (yield engine.Ask("outermost"))
        return (yield engine.Local({"n": n}, nested(n - 1)))

    assert engine.run(nested(depth), env={"outermost": 0}) == (1, 0)


@pytest.mark.parametrize("depth", [1, 300])
def test_rule_28_nested_listens(engine, depth):
    """Every one of them hears what is told inside, the writer too."""
    heard = []

    @engine.do
    def nested(n):
        if n == 0:
            yield engine.Tell("entry")
            return
        _, entries = yield engine.Listen(nested(n - 1))
        heard.append(entries)

    writer = engine.writer()
    engine.run(engine.WithHandler(writer, nested(depth)))
    assert heard == [["entry"]] * depth
    assert writer.logs() == ["entry"]


def test_rule_28_many_locals_and_listens_one_after_the_other(engine):
    @engine.do
    def body():
        total = 0
        for n in range(2_000):
            total += yield engine.Local({"n": n}, engine.Ask("n"))
            _, entries = yield engine.Listen(engine.Tell(n))
            assert entries == [n]
        return total

    handlers = [engine.reader(), engine.writer()]
    assert engine.run(body(), handlers=handlers) == sum(range(2_000))


@pytest.mark.parametrize("name", ["Local", "Listen"])
def test_rule_28_the_traceback_through_a_local_or_listen(engine, name):
    """No frame of ours stands between the performer and the program."""

    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("inside")

    @engine.do
    def body():
        if name == "Local":
            yield engine.Local({}, failing())
        else:
            yield engine.Listen(failing())

    error = failure(engine, engine.with_handlers([engine.reader(), engine.writer()], body()))
    assert functions(engine, error) == ["caller", "body", "failing"]
    assert not hasattr(error, "__notes__")


def test_rule_28_what_a_listen_gives_is_nobody_elses_list(engine):
    """Changing it changes neither the log nor what another Listen heard."""

    @engine.do
    def inner():
        _, entries = yield engine.Listen(engine.Tell("entry"))
        entries.append("forged")

    @engine.do
    def outer():
        _, entries = yield engine.Listen(inner())
        return entries

    writer = engine.writer()
    assert engine.run(engine.WithHandler(writer, outer())) == ["entry"]
    assert writer.logs() == ["entry"]


@pytest.mark.parametrize("name", ["Local", "Listen"])
def test_rule_28_cleanup_inside_an_abandoned_local_or_listen(engine, Ask, name):
    """It is closed like any other program, before the answer arrives."""
    log = []

    def abandoning(effect, k):
        return "answer"
        yield

    @engine.do
    def inside():
        try:
            yield Ask()
        finally:
            log.append("closed")

    @engine.do
    def body():
        scope = engine.Local({"a": 1}, inside()) if name == "Local" else engine.Listen(inside())
        answer = yield engine.WithHandler(abandoning, scope, effects=Ask)
        log.append(answer)

    engine.run(body(), handlers=[engine.reader(), engine.writer()])
    assert log == ["closed", "answer"]
