"""Run programs read from stdin, a JSON request a line; answer each by one canonical line."""

import contextlib
import gc
import hashlib
import io
import json
import os
import re
import signal
import sys
import warnings

os.environ["DOEFF_SCHEDULER"] = "python"

import doeff_core_effects.scheduler as scheduler_module
from doeff import run
from programs import Scope, World, call
from trees import generate

LIMIT_SECONDS = 5.0
CLOSE_OUT_SECONDS = 0.1
ADDRESS = re.compile(r"0?x[0-9a-fA-F]{6,}")
DIRECTORY = re.compile(r"(?:[~.]{0,2}/[\w.+-]+)+/(?=[\w.<>+-]+)")
NUMBER = re.compile(r"\d+")
RAISED = re.compile(r"raised at \S+ in [^.]+")
"""Where an effect is yielded by `yield from`, the published machine tells a line of its own."""


class TimeLimitError(BaseException):
    """A program took too long."""


def on_alarm(signum, frame):
    raise TimeLimitError("too long")


def clean(text):
    """A text without addresses and directories, and without the machine's own numbers."""
    text = DIRECTORY.sub("", ADDRESS.sub("0x", str(text)))
    text = RAISED.sub("raised", text)
    if text.startswith("internal error") or "stable_id" in text:
        text = NUMBER.sub("N", text)
    return text


def digest(lines):
    """A short hash of lines."""
    return hashlib.sha256("\n".join(map(clean, lines)).encode()).hexdigest()[:16]


def result_of(tree):
    """What came of a program: its value or its error."""
    world = World()
    stderr = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(stderr):
        warnings.simplefilter("always")
        signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
        try:
            ended = {"value": clean(repr(run(call(tree, Scope(world)))))}
        except BaseException as error:
            ended = {"error": type(error).__name__, "message": clean(error)}
            error.__traceback__ = None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        log = list(world.log)
        gc.collect()
    own = [str(w.message) for w in caught if "non-tail Resume" not in str(w.message)]
    return ended, log, own, stderr.getvalue(), sorted(world.closed)


def answer(request):
    """The answer to a request: `{"seed": n}` or `{"tree": ...}`, `"full"` for the texts."""
    tree = generate(request["seed"]) if "seed" in request else request["tree"]
    ended, log, warned, stderr, closed = result_of(tree)
    reply = {
        **ended,
        "log": digest(log),
        "warnings": digest(warned),
        "trace": digest(stderr.splitlines()),
        "closed": digest(closed),
    }
    if "seed" in request:
        reply["seed"] = request["seed"]
    if request.get("full"):
        reply["texts"] = {"log": log, "warnings": warned, "stderr": stderr, "closed": closed}
    return reply


def main():
    """Answer requests until stdin ends."""
    signal.signal(signal.SIGALRM, on_alarm)
    scheduler_module.ROOT_CLOSE_OUT_GRACE_SECONDS = CLOSE_OUT_SECONDS
    sys.unraisablehook = lambda unraisable: None
    gc.disable()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), sort_keys=True), flush=True)


if __name__ == "__main__":
    main()
