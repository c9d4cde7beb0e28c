"""`Program`, `DoExpr` and `Effect`: what is an instance of them."""

from _kit import attempt
from doeff import Ask, DoExpr, Effect, EffectBase, Program, ProgramBase, Pure, WithObserve, do
from doeff_core_effects.handlers import reader


@do
def prog():
    return 1


for value in (Pure(1), prog(), reader()(prog()), Ask("k"), prog, 1, WithObserve(print, prog())):
    name = type(value).__name__
    print(name, isinstance(value, Program), isinstance(value, DoExpr), isinstance(value, Effect))
print(Program is DoExpr, ProgramBase is DoExpr, Effect is EffectBase)
print(issubclass(Pure, Program), issubclass(int, Program))
attempt("generic", lambda: (Program[int], Program[int, Ask]))
attempt("generic effect", lambda: (EffectBase[int], Effect[str]))
