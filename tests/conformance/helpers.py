"""What several files of this suite use."""

from __future__ import annotations

import os
import traceback


def answering(engine, label):
    """A handler that resumes with `(label, effect's value)`."""

    def handler(effect, k):
        return (yield engine.Resume(k, (label, effect.value)))

    return handler


def functions(engine, error):
    """The names of the functions in the traceback of `error`, from the caller of `run` on.

    No frame may be the engine's; on those in Python, that of `run` itself may stand between the
    caller and the program.
    """
    package = os.path.dirname(engine.__file__)
    names = []
    ours = []
    for position, (frame, _) in enumerate(traceback.walk_tb(error.__traceback__)):
        if frame.f_code.co_filename.startswith(package):
            ours.append((position, frame.f_code.co_name))
        else:
            names.append(frame.f_code.co_name)
    assert ours in ([], [(1, "run")] if engine.__name__ != "doeff_vm" else [])
    return names


def failure(engine, program):
    """The error that `run` raises, seen from a caller of a known name."""

    def caller():
        engine.run(program)

    try:
        caller()
    except BaseException as error:
        # The frame of this function is not of interest.
        return error.with_traceback(error.__traceback__.tb_next)
    raise AssertionError("no error")
