"""Programs: what `@do` gives, what a call may return, and what may be yielded."""

from __future__ import annotations

from .registry import program

# Rule 1: @do calls


@program(rule=1, answer="result", log=["made", "started"])
def nothing_runs_until_the_program_is_started(m, log):
    """A @do call is lazy: the function is called by the machine, not by the call."""

    @m.do
    def lazy():
        log.append("started")
        return "result"

    made = lazy()
    log.append("made")
    return made


@program(rule=1, answer=(["x"], ["x"]))
def each_start_calls_the_function_anew(m):
    """A program is reusable, and no two runs of it share their locals."""

    @m.do
    def fresh():
        found = []
        yield m.Pure()
        found.append("x")
        return found

    call = fresh()
    return (yield call), (yield call)


@program(rule=1, answer="caught at the yield", log=["made"])
def wrong_arguments_are_an_error_of_the_start(m, log):
    """The call itself does not fail; the TypeError comes where the program is yielded."""

    @m.do
    def none():
        return "never"

    call = none(1)
    log.append("made")
    try:
        yield call
    except TypeError:
        return "caught at the yield"


@program(rule=1, answer=(("self", 1), ("cls", 2), ("static", 3), ("bound", 4)))
def methods_classmethods_and_staticmethods(m):
    """@do works on every kind of method, and a bound method can be kept."""

    class Service:
        name = "self"

        @m.do
        def method(self, n):
            return self.name, n

        @classmethod
        @m.do
        def of_class(cls, n):
            return "cls" if cls is Service else cls, n

        @staticmethod
        @m.do
        def static(n):
            return "static", n

    service = Service()
    first = yield service.method(1)
    second = yield Service.of_class(2)
    third = yield service.static(3)
    service.name = "bound"
    kept = service.method
    return first, second, third, (yield kept(n=4))


@program(rule=1, answer=(1, (2, 3), "k", {"z": 5}))
def defaults_keyword_only_and_variadic_parameters(m):
    """Arguments reach the function as in a plain call."""

    @m.do
    def shown(a=1, *rest, key="k", **others):
        return a, rest, key, others
        yield

    assert (yield shown()) == (1, (), "k", {})
    return (yield shown(1, 2, 3, z=5))


@program(rule=1, answer=("documented", "What it does."))
def name_and_docstring_are_kept(m):
    """A @do function has the name and the docstring of the function."""

    @m.do
    def documented():
        """What it does."""

    return m.Pure((documented.__name__, documented.__doc__))


@program(
    rule=1,
    raises=(
        TypeError,
        "@do needs a plain or generator function, but '{here}.waiting' is an async def",
    ),
)
def an_async_def_is_refused(m):
    """@do refuses a coroutine function when it is decorated, not when it is called."""

    @m.do
    async def waiting():
        return 1

    return m.Pure("not refused")


# Rule 2: what a call returns


@program(rule=2, answer=(3, None, "end"))
def a_plain_value_and_the_result_of_a_generator(m):
    """A generator is run to what it returns; any other value is the result."""

    @m.do
    def plain():
        return 3

    @m.do
    def silent():
        yield m.Pure()

    @m.do
    def ending():
        return "end"
        yield

    return (yield plain()), (yield silent()), (yield ending())


@program(rule=2, answer=("generator", 7))
def a_plain_function_may_return_a_generator(m):
    """What the call returns decides, not what the function looks like."""

    def steps(n):
        got = yield m.Pure(n)
        return "generator", got

    @m.do
    def indirect():
        return steps(7)

    return indirect()


@program(rule=2, answer=(True, "inner"), log=["ran"])
def a_program_as_a_result_is_a_value(m, log):
    """A program that a program returns is not run, until somebody yields it."""

    @m.do
    def inner():
        log.append("ran")
        return "inner"

    call = inner()

    @m.do
    def outer():
        return call
        yield

    got = yield outer()
    assert log == []
    return got is call, (yield got)


@program(rule=2, answer=["a", "b"])
def an_iterator_as_a_result_is_a_value(m):
    """Only generators are run."""

    @m.do
    def letters():
        return iter("ab")

    return list((yield letters()))


# Rule 3: programs in programs


@program(rule=3, answer=(1, 2, 3, 4, 5))
def yield_from_is_the_same_as_yield(m, Op):
    """`yield from` delivers the result of calls, effects, Pure and primitives of ours."""

    def handler(effect, k):
        return (yield from m.Resume(k, effect.value))

    @m.do
    def call():
        return 1
        yield

    @m.do
    def tail(number):
        yield from m.TailCall(m.Pure(number))

    @m.do
    def body():
        first = yield from call()
        second = yield from Op(2)
        third = yield from m.Pure(3)
        fourth = yield from m.WithHandler(handler, Op(4))
        return first, second, third, fourth, (yield from tail(5))

    return m.WithHandler(handler, body())


@program(rule=3, answer=20_000)
def recursion_is_not_bounded_by_pythons_limit(m):
    """A program may call programs 20,000 deep, and each keeps its frame."""

    @m.do
    def deep(n):
        if n == 0:
            return 0
        below = yield deep(n - 1)
        return below + 1

    return deep(20_000)


@program(rule=3, answer=("object", [1, 2]))
def an_object_with_to_generator_is_a_program(m):
    """`to_generator` is asked for a new generator at each start."""

    class Steps:
        starts = 0

        def to_generator(self):
            self.starts += 1
            got = yield m.Pure(self.starts)
            return got

    steps = Steps()
    results = [(yield steps), (yield steps)]
    return "object", results


@program(rule=3, answer="to_generator of the object")
def to_generator_of_an_instance(m):
    """`to_generator` is looked up on the object, not on its class."""

    class Bare:
        pass

    def steps():
        return "to_generator of the object"
        yield

    bare = Bare()
    bare.to_generator = steps
    return bare


# Rule 4: what may be yielded


@program(
    rule=4,
    answer="went on",
    log=[
        "3 of type 'int' is not a program; expected a @do call, an effect (an EffectBase "
        "instance), a control primitive, Pure(value) or an object with to_generator()"
    ],
)
def a_value_that_is_no_program_is_refused_at_the_yield(m, log):
    """The TypeError is thrown into the generator, which may go on."""
    try:
        yield 3
    except TypeError as error:
        log.append(str(error))
    return (yield m.Pure("went on"))


@program(
    rule=4,
    raises=(
        TypeError,
        "a raw generator '{here}.steps' is not a program; "
        "decorate its function with @do and yield the call",
    ),
)
def a_raw_generator_is_refused(m):
    """The message names the generator and says how to wrap it."""

    def steps():
        yield m.Pure()

    yield steps()


@program(
    rule=4,
    raises=(
        TypeError,
        "<class 'int'> of type 'type' is not a program; expected a @do call, an effect (an "
        "EffectBase instance), a control primitive, Pure(value) or an object with "
        "to_generator() (this is a class: did you mean to call it?)",
    ),
)
def a_class_is_never_a_program(m):
    """Not even a class whose instances have to_generator; here a plain one shows the text."""

    class Steps:
        def to_generator(self):
            yield m.Pure()

    try:
        yield Steps
    except TypeError as error:
        assert str(error).endswith("(this is a class: did you mean to call it?)")
        yield int


@program(rule=4, answer=["did you mean to call it?)", "decorate it with @do and call it)"])
def a_function_is_refused_with_a_hint(m):
    """Whoever forgot the call or the decorator is told so."""

    @m.do
    def decorated():
        yield m.Pure()

    def undecorated():
        yield m.Pure()

    hints = []
    for function in (decorated, undecorated):
        try:
            yield function
        except TypeError as error:
            hints.append(str(error).partition(" (this is a function: ")[2])
    return hints


@program(
    rule=4,
    answer=[
        "generator '{here}.steps' has already started; the machine needs a new one",
        "generator '{here}.steps' has already started; the machine needs a new one",
    ],
)
def a_generator_that_has_started_is_refused(m):
    """From `to_generator` and from a @do function alike."""

    def steps():
        yield m.Pure()

    started = steps()
    next(started)

    class Giver:
        def to_generator(self):
            return started

    @m.do
    def giver():
        return started

    texts = []
    for refused in (Giver(), giver()):
        try:
            yield refused
        except TypeError as error:
            texts.append(str(error))
    return texts


@program(
    rule=4,
    answer=("ran", "start_with_generator needs a generator, got 3 of type 'int'"),
    log=["generator '{here}.steps' has already started; the machine needs a new one"],
)
def start_with_generator_takes_a_new_raw_generator(m, log, Op):
    """It runs a raw generator under its handlers, and refuses a started one and other values."""

    def steps():
        return (yield Op("ran"))

    def handler(effect, k):
        return (yield m.Resume(k, effect.value))

    vm = m.VM()
    result = vm.start_with_generator(steps(), handlers=[handler])
    started = steps()
    next(started)
    try:
        vm.start_with_generator(started)
    except TypeError as error:
        log.append(str(error))
    try:
        vm.start_with_generator(3)
    except TypeError as error:
        return m.Pure((result, str(error)))


# Rule 5: values are not touched


@program(rule=5, answer=[True] * 6, state={"kept": True})
def values_cross_as_the_very_objects(m, st, Op):
    """Subclasses of int and str, bools, exceptions, classes and programs stay what they are."""

    class Number(int):
        pass

    class Text(str):
        __slots__ = ()

    def handler(effect, k):
        return (yield m.Resume(k, effect.value))

    @m.do
    def body():
        found = []
        for value in (Number(3), Text("x"), True, ValueError("a value"), int, m.Pure(1)):
            yield m.Put("kept", value)
            got = yield m.Get("kept")
            resumed = yield Op(value)
            returned = yield m.Pure(value)
            found.append(got is resumed is returned is value)
        yield m.Put("kept", True)
        return found

    return m.with_handlers([m.TypedHandler(handler, Op), st], body())


@program(rule=5, answer=[((1, 2),), "StopIteration", (), None])
def results_that_look_like_a_stop_iterations_arguments(m):
    """A generator may return tuples and exceptions; they are not taken apart."""

    @m.do
    def giving(value):
        yield m.Pure()
        return value

    stop = yield giving(StopIteration("value"))
    return [
        (yield giving(((1, 2),))),
        type(stop).__name__,
        (yield giving(())),
        (yield giving(None)),
    ]


@program(rule=5, answer="never compared", told=["hostile"])
def values_are_not_compared_or_hashed(m, wr, Op):
    """An object whose comparisons, truth, hash and length raise is a value like any other."""

    class Hostile:  # noqa: PLW1641
        def __eq__(self, other):
            raise ValueError("compared")

        __bool__ = __len__ = __hash__ = lambda self: 1 / 0

    value = Hostile()

    def handler(effect, k):
        got = yield m.Resume(k, value)
        return got

    @m.do
    def body():
        got = yield Op()
        _, heard = yield m.Listen(m.Tell("hostile"))
        assert heard == ["hostile"]
        return got

    got = yield m.with_handlers([m.TypedHandler(handler, Op), wr], body())
    return "never compared" if got is value else "another object"


@program(rule=5, answer=(True, True))
def an_entry_and_a_binding_are_the_very_objects(m):
    """What was told is heard, and what is in the environment is asked for, as the same object."""
    entry = ["told"]
    bound = ["bound"]

    @m.do
    def body():
        got = yield m.Ask("key")
        _, heard = yield m.Listen(m.Tell(entry))
        return got is bound, heard[0] is entry

    return m.with_handlers([m.writer(), m.reader({"key": bound})], body())
