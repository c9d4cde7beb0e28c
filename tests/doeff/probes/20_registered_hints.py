"""Hints that packages register for effects that nobody handled."""

from _kit import Ask, Tell, go, show, vm
from doeff_vm import _unhandled_hint as hints


def for_ask(effect):
    return "hint for Ask" if isinstance(effect, Ask) else None


def for_all(effect):
    return f"hint for {type(effect).__name__}"


def failing(effect):
    raise ValueError("hint failed")


go("before", Ask("a"))
show("register", lambda: hints.register_unhandled_effect_hint(for_ask))
go("ask", Ask("a"))
go("tell", Tell("t"))
hints.register_unhandled_effect_hint(for_all)
go("ask", Ask("a"))
go("tell", Tell("t"))
show("hint_for", lambda: hints.hint_for(Ask("a")))
show("hint_for another", lambda: hints.hint_for(3))
hints.register_unhandled_effect_hint(lambda effect: "never asked")
go("tell again", Tell("t"))
show("hint with lines", lambda: hints.register_unhandled_effect_hint(for_all))
show("skipped none", lambda: hints.skipped_by_annotation(Ask("a"), []))
show("skipped one", lambda: hints.skipped_by_annotation(Ask("a"), [("h", (Tell,))]))
show("skipped two", lambda: hints.skipped_by_annotation(Ask("a"), [("h", (Tell,)), ("g", (int,))]))
show("skipped same", lambda: hints.skipped_by_annotation(Ask("a"), [("h", (Tell,))] * 2))
show("skipped admits", lambda: hints.skipped_by_annotation(Ask("a"), [("h", (Ask,))]))
show("skipped empty types", lambda: hints.skipped_by_annotation(Ask("a"), [("h", ())]))
five = (int, str, bytes, list, Tell)
show("skipped five", lambda: hints.skipped_by_annotation(Ask("a"), [("h", five)]))
Namesake = type("Ask", (vm.EffectBase,), {"__module__": "elsewhere"})
show("namesake", lambda: hints.skipped_by_annotation(Ask("a"), [("h", (Tell, Namesake))]))
hints._hint_fors = (failing,)
go("failing hint", Ask("a"))
hints._hint_fors = (lambda effect: 3,)
go("hint of an int", Ask("a"))
hints._hint_fors = (lambda effect: "two\nlines",)
go("hint of two lines", Ask("a"))
