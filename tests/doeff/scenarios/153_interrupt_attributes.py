"""Base exceptions that leave a run: what they carry, which cleanup ran."""

from _kit import clean
from doeff import Ask, Resume, do, handler, run
from doeff_core_effects.handlers import reader


@do
def interrupted():
    try:
        yield Ask("k")
        raise KeyboardInterrupt("now")
    finally:
        print("finally of the program")


@do
def calling():
    try:
        return (yield interrupted())
    finally:
        print("finally of the caller")


@handler
def answering(effect: Ask, k):
    try:
        return (yield Resume(k, 1))
    finally:
        print("finally of the handler")


for program in (reader(env={"k": 1})(calling()), answering(calling())):
    try:
        run(program)
    except KeyboardInterrupt as error:
        print("raised", clean(repr(error)), clean(getattr(error, "__doeff_traceback__", None)))
