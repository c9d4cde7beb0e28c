"""Rule 21: the `__context__` of an exception is what it would be if the operation were a call."""

from __future__ import annotations


def chain(error):
    """The texts of an exception and its contexts."""
    texts = []
    while error is not None:
        texts.append(str(error.args[0]))
        error = error.__context__
    return texts


def with_context():
    """Raises an exception that has a context of its own."""
    try:
        raise KeyError("cause")
    except KeyError:
        raise ValueError("failed")  # noqa: B904


def uncaught(function, *args):
    try:
        function(*args)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def failing(effect, k):
    with_context()
    yield


def test_rule_21_an_operation_that_fails_in_an_except_block_keeps_its_context(engine, Ask):
    def called():
        try:
            raise LookupError("handled")
        except LookupError:
            with_context()

    @engine.do
    def performed():
        try:
            raise LookupError("handled")
        except LookupError:
            yield Ask()

    expected = chain(uncaught(called))
    assert expected == ["failed", "cause", "handled"]
    program = engine.WithHandler(failing, performed())
    assert chain(uncaught(engine.run, program)) == expected


def test_rule_21_the_context_is_kept_where_the_exception_is_caught_and_raised_again(engine, Ask):
    @engine.do
    def performed():
        try:
            raise LookupError("handled")
        except LookupError:
            try:
                yield Ask()
            finally:
                yield engine.Pure()

    program = engine.WithHandler(failing, performed())
    assert chain(uncaught(engine.run, program)) == ["failed", "cause", "handled"]


def test_rule_21_an_exception_without_a_context_gets_the_handled_one(engine, Ask):
    def plain(effect, k):
        raise ValueError("failed")

    @engine.do
    def performed():
        try:
            raise LookupError("handled")
        except LookupError:
            yield Ask()

    program = engine.WithHandler(plain, performed())
    assert chain(uncaught(engine.run, program)) == ["failed", "handled"]


def test_rule_21_outside_an_except_block_the_context_stays(engine, Ask):
    @engine.do
    def performed():
        yield Ask()

    program = engine.WithHandler(failing, performed())
    assert chain(uncaught(engine.run, program)) == ["failed", "cause"]


def test_rule_21_a_context_that_the_program_gives_is_its_own(engine, Ask):
    @engine.do
    def performed():
        try:
            raise LookupError("handled")
        except LookupError:
            try:
                yield Ask()
            except ValueError as error:
                kept = error
        try:
            raise TypeError("later")
        except TypeError:
            raise kept  # noqa: B904

    program = engine.WithHandler(failing, performed())
    assert chain(uncaught(engine.run, program)) == ["failed", "later"]


def test_rule_21_a_chain_with_the_handled_exception_in_it_gets_no_cycle(engine, Ask):
    @engine.do
    def performed():
        try:
            raise LookupError("handled")
        except LookupError as handled:
            yield Ask(handled)

    def raising(effect, k):
        try:
            raise effect.value
        except LookupError:
            with_context()
        yield

    program = engine.WithHandler(raising, performed())
    assert chain(uncaught(engine.run, program)) == ["failed", "cause", "handled"]
