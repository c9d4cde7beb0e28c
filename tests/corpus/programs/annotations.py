"""Handlers typed by an annotation.

Annotations are evaluated here where they stand, and those that are texts are texts.
"""

from typing import Annotated, Any, Generic, TypeVar, Union

from .registry import program

T = TypeVar("T")


@program(rule=6, answer=["annotated", "outer", "outer"])
def an_annotated_handler_is_typed(m, Op, SubOp, Other):
    """@handler takes the types from the annotation of the first parameter."""

    def outer(effect, k):
        return m.Resume(k, "outer")

    @m.handler
    def annotated(effect: SubOp, k):
        return m.Resume(k, "annotated")

    assert type(annotated) is m.TypedHandler
    assert annotated.effects is SubOp

    @m.do
    def body():
        return [(yield SubOp()), (yield Op()), (yield Other())]

    return m.with_handlers([annotated, outer], body())


@program(rule=6, answer=[("union", True), ("typing_union", True), ("text", True), ("nested", True)])
def annotations_may_be_unions(m, Op, SubOp, Other):
    """Each way to write `Op or Other` gives both classes, a text resolved where it stands."""

    @m.handler
    def union(effect: Op | Other, k):
        yield

    @m.handler
    def typing_union(effect: Union[Op, Other], k):  # noqa: UP007
        yield

    @m.handler
    def text(effect: "Op | Other", k):
        yield

    @m.handler
    def nested(effect: Annotated[Op, "a remark"] | Annotated[Other, 1], k):
        yield

    return m.Pure(
        [
            (
                typed.handler.__name__,
                type(typed.effects) is tuple and set(typed.effects) == {Op, Other},
            )
            for typed in (union, typing_union, text, nested)
        ]
    )


@program(rule=6, answer=[True, True, True, True])
def annotations_may_be_annotated_generic_or_texts(m, Op):
    """`Annotated[A, ...]`, its text and `A[int]` stand for A."""

    class Boxed(m.EffectBase, Generic[T]):
        pass

    @m.handler
    def annotated(effect: Annotated[Op, "a remark"], k):
        yield

    @m.handler
    def annotated_text(effect: "Annotated[Op, 'a remark']", k):
        yield

    @m.handler
    def generic(effect: Boxed[int], k):
        yield

    @m.handler
    def text(effect: "Op", k):
        yield

    return m.Pure(
        [
            annotated.effects is Op,
            annotated_text.effects is Op,
            generic.effects is Boxed,
            text.effects is Op,
        ]
    )


@program(rule=6, answer=[True, True, True, True])
def a_handler_annotated_with_nothing_any_or_object_accepts_everything(m):
    """@handler gives the function itself back."""

    def bare(effect, k):
        yield

    def anything(effect: Any, k):
        yield

    def some_object(effect: object, k):
        yield

    def text(effect: "object", k):
        yield

    return m.Pure(
        [m.handler(function) is function for function in (bare, anything, some_object, text)]
    )


@program(
    rule=6,
    answer="refused",
    log=[
        "@handler: parameter 'effect' of {here}.number is annotated <class 'int'>, "
        "which is not an effect type or a union of them",
        "@handler: parameter 'e' of {here}.mixed is annotated <class 'str'>, "
        "which is not an effect type or a union of them",
        "@handler: cannot resolve the annotation 'Nowhere' of parameter 'effect' of "
        "{here}.unknown: name 'Nowhere' is not defined",
        "@handler needs a function (effect, k), got 3 of type 'int'",
    ],
)
def bad_annotations_are_refused_when_decorated(m, log):
    """The message names the parameter, the function and the annotation."""

    def number(effect: int, k):
        yield

    def mixed(e: "str", k):
        yield

    def unknown(effect: "Nowhere", k):  # noqa: F821
        yield

    for function in (number, mixed, unknown, 3):
        try:
            m.handler(function)
        except TypeError as error:
            log.append(str(error))
    return m.Pure("refused")


@program(rule=6, answer=True)
def a_union_with_something_else_than_an_effect_is_refused(m, Op):
    """One wrong member spoils the union."""

    def mixed(effect: Op | int, k):
        yield

    try:
        m.handler(mixed)
    except TypeError as error:
        return m.Pure(str(error).endswith("which is not an effect type or a union of them"))


@program(rule=6, answer=["inner", "outer"])
def effects_given_to_with_handler_win_over_the_annotation(m, Op, Other):
    """A handler annotated with Op and installed for Other gets Other alone."""

    @m.handler
    def inner(effect: Op, k):
        return m.Resume(k, "inner")

    def outer(effect, k):
        return m.Resume(k, "outer")

    @m.do
    def body():
        return [(yield Other()), (yield Op())]

    return m.WithHandler(outer, m.WithHandler(inner, body(), effects=Other))


@program(rule=6, answer=["method", "do", "callable"])
def methods_do_functions_and_callables_can_be_annotated(m, Op, SubOp, Other):
    """@handler looks at the first parameter that the machine fills."""

    class Service:
        def method(self, effect: Op, k):
            return m.Resume(k, "method")

        def __call__(self, effect: Other, k):
            return m.Resume(k, "callable")

    @m.handler
    @m.do
    def clause(effect: SubOp, k):
        return (yield m.Resume(k, "do"))

    service = Service()
    bound = m.handler(service.method)
    called = m.handler(service)
    assert (bound.effects, called.effects, clause.effects) == (Op, Other, SubOp)

    @m.do
    def body():
        return [(yield Op()), (yield SubOp()), (yield Other())]

    return m.with_handlers([clause, bound, called], body())


@program(rule=6, answer="answered by a call")
def a_typed_handler_is_callable(m, Op):
    """Calling it calls its handler, whatever the type of the effect."""

    @m.handler
    def inner(effect: Op, k):
        return m.Resume(k, "answered by a call")

    def outer(effect, k):
        return inner(effect, k)

    return m.WithHandler(outer, Op())


@program(
    rule=6,
    raises=(
        TypeError,
        "effects=(<class 'int'>,) is not a subclass of EffectBase or a non-empty tuple of them",
    ),
)
def a_typed_handler_of_impossible_effects(m):
    """TypedHandler's constructor checks nothing; the error comes where it is installed."""

    def unused(effect, k):
        yield

    typed = m.TypedHandler(unused, (int,))
    assert typed.handler is unused
    yield m.WithHandler(typed, m.Pure())
