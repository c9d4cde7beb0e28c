"""The Python traceback of an error raised in a program: its frames in order."""

import traceback

from _kit import clean
from doeff import Ask, Resume, do, handler, run


@do
def inner():
    yield Ask("a")
    raise ValueError("inner")


@do
def outer():
    return (yield inner())


@handler
def answering(effect: Ask, k):
    return (yield Resume(k, 1))


@handler
def failing(effect: Ask, k):
    raise KeyError("handler")
    yield


for program in (outer(), answering(outer()), failing(outer())):
    try:
        run(program)
    except Exception as error:
        for frame in traceback.extract_tb(error.__traceback__):
            print(clean(frame.filename), frame.lineno, frame.name)
        print(clean("".join(traceback.format_exception(error))))
