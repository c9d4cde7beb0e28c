"""Marks of double decoration and of copies: whose spec a wrapper of a handler has."""

import functools

from _kit import Ask, Tell, do, say, vm
from doeff_vm._effect_types import handler_spec


def clause(effect: Ask, k):
    return (yield vm.Resume(k, "clause"))


@do
def body(effect):
    return (yield effect)


def outcome(handler, effect):
    try:
        return vm.PyVM().run(vm.WithHandler(handler, body(effect)))
    except vm.UnhandledEffect:
        return "unhandled"


once = do(clause)
say("once", outcome(once, Ask("a")), outcome(once, Tell("t")))
copied = functools.wraps(once)(lambda effect, k: vm.Resume(k, "copy"))
say("copied marks", sorted(vars(copied)))
say("same spec", handler_spec(copied) is handler_spec(once))
say("copy", outcome(copied, Ask("a")), outcome(copied, Tell("t")))
twice = do(once)
say("twice marks", sorted(vars(twice)))
say("twice", outcome(twice, Ask("a")), outcome(twice, Tell("t")))
spec = handler_spec(do(clause))
say(spec.effect_types, spec.generator_function is clause, spec.tail_resume_lines, spec.passed)
