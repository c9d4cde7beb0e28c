"""`PyVM` used directly: run, step counts, reuse after an error."""

from _kit import attempt
from doeff import Ask, PyVM, do
from doeff_core_effects.handlers import reader


@do
def body():
    return (yield Ask("k"))


vm = PyVM()
attempt("run", lambda: vm.run(reader(env={"k": 1})(body())))
attempt("unhandled", lambda: vm.run(body()))
attempt("again", lambda: vm.run(reader(env={"k": 2})(body())))
attempt("number", lambda: vm.run(3))
attempt("effect", lambda: vm.run(Ask("x")))
attempt("statistics", lambda: [type(n).__name__ for n in vm.arena_stats()])
attempt("steps", lambda: vm.step_count() > 0)
attempt("keyword", lambda: vm.run(program=reader(env={"k": 3})(body())))
attempt("attributes", lambda: sorted(n for n in dir(vm) if not n.startswith("_")))
