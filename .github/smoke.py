"""Whether an installed wheel works: one effect, answered by a handler."""

from doeff_vm import EffectBase, Resume, WithHandler, do, run


class Ask(EffectBase):
    """Answered with "world"."""


@do
def greet():
    """Perform the effect."""
    return f"Hello, {(yield Ask())}!"


def answer(effect, k):
    """Answer it."""
    return (yield Resume(k, "world"))


greeting = run(WithHandler(answer, greet()))
if greeting != "Hello, world!":
    raise SystemExit(f"the installed package says {greeting!r}")
