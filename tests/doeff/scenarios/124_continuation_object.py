"""The continuation object: repr, `to_dict`, use outside of its run."""

from _kit import attempt, clean, show
from doeff import Ask, Resume, do, handler, run

held = []


@do
def inner():
    return (yield Ask("k"))


@do
def body():
    return (yield inner())


@handler
def holding(effect: Ask, k):
    held.append(k)
    print(clean(repr(k)), type(k).__name__)
    print(sorted(name for name in dir(k) if not name.startswith("_")))
    print(clean(k.to_dict()))
    return "held"


@do
def later():
    return (yield Resume(held[0], "later"))


show("hold", holding(body()))
print(clean(repr(held[0])))
attempt("resume in another run", lambda: run(later()))
attempt("build", type(held[0]))
attempt("hash", lambda: isinstance(hash(held[0]), int))
attempt("attribute", lambda: setattr(held[0], "x", 1))
