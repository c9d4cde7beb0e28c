"""An annotation that cannot be evaluated warns once, and the handler sees every effect."""

import warnings

from _kit import Ask, clean, do, say, vm
from doeff_vm import _effect_types as types_module


@do
def body():
    return (yield Ask("a"))


def fresh():
    def clause(effect: "LaterDefined", k):  # noqa: F821
        return (yield vm.Resume(k, "clause"))

    return do(clause)


def run_and_report(label, handler):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            got = vm.PyVM().run(vm.WithHandler(handler, body()))
        except Exception as error:
            got = f"{type(error).__name__}: {error}"
    say(
        label,
        got,
        [(w.category.__name__, clean(w.message), clean(w.filename), w.lineno) for w in caught],
    )


handler = fresh()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    types_module.check_handler_annotation(handler)
say("check", len(caught), sorted(vars(handler.__wrapped__)))
run_and_report("first", handler)
run_and_report("second", handler)
run_and_report("another function of the code", fresh())
late = fresh()
types_module.check_handler_annotation(late)


class LaterDefined(vm.EffectBase):
    pass


run_and_report("defined in between", late)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    unresolved = fresh()
    del LaterDefined
    try:
        got = vm.PyVM().run(vm.WithHandler(unresolved, body()))
    except Exception as error:
        got = f"{type(error).__name__}: {clean(error)}"
say("warnings as errors", got)
