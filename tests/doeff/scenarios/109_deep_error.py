"""An error from deep inside: it unwinds; the traceback groups frames."""

from _kit import clean, show
from doeff import do


@do
def down(n):
    if n == 0:
        raise ValueError("bottom")
    return (yield down(n - 1))


@do
def guarded():
    try:
        return (yield down(3_000))
    except ValueError as error:
        return f"caught {error}"


show("caught", guarded())
error = show("forty", down(40))
for entry in error.__doeff_traceback__[:3]:
    print(clean(entry))
print(len(error.__doeff_traceback__))
