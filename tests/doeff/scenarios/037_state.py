"""`state` answers `Get` and `Put`; a missing key is None, runs are independent copies."""

from _kit import show
from doeff import Get, Put, do
from doeff_core_effects.handlers import state


@do
def body():
    first = yield Get("n")
    missing = yield Get("none")
    put = yield Put("n", first + 1)
    yield Put(("tuple", 1), [1])
    return first, missing, put, (yield Get("n")), (yield Get(("tuple", 1)))


initial = {"n": 1}
show("state", state(initial=initial)(body()))
print(initial)
handler = state(initial={"n": 5})
show("same handler", handler(body()))
show("same handler again", handler(body()))
show("unhashable get", state()(Get([1])))
show("unhashable put", state()(Put([1], 2)))
show("bad initial", state(initial={"n": "x"})(body()))
show("nested", state(initial={"n": 1})(state(initial={"n": 100})(body())))
