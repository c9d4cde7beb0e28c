"""Compare random doeff programs on two machines.

    python tests/doeff/differential/compare.py PYTHON OTHER_PYTHON [--programs 1000] [--start 0]
    python tests/doeff/differential/compare.py PYTHON

The interpreters are of environments with doeff. The results, the error types and messages, the logs
and the warnings must be equal; so must the texts of tracebacks with `--traces`, and the clean-up of
dropped programs with `--closings`. A single environment is compared with what `recorded.json` says
of the published machine; `--record` writes that.
"""

import argparse
import collections
import contextlib
import json
import os
import re
import select
import subprocess
import sys
from pathlib import Path

from trees import generate, shrink

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "recorded.json"
RECORDED_PROGRAMS = 300
BATCH = 50
LIMIT_SECONDS = 10


class Worker:
    """A process of one environment that runs programs."""

    def __init__(self, python):
        self.python = python
        self.process = None
        self.buffer = b""

    def start(self):
        """Start the process if it does not run."""
        if self.process is None:
            self.process = subprocess.Popen(
                [self.python, "worker.py"],
                cwd=HERE,
                env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.buffer = b""

    def close(self):
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None

    def send(self, requests):
        """Give the process requests to work on."""
        self.start()
        text = "".join(json.dumps(request) + "\n" for request in requests)
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the reader of the answers finds that the process died

    def line(self):
        """The next line of the process; None when there is none within the limit."""
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], LIMIT_SECONDS)
            chunk = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not chunk:
                return None
            self.buffer += chunk
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def receive(self, requests):
        """The answers to the requests sent; a program that killed or hung it has one of its own."""
        answers = []
        while len(answers) < len(requests):
            line = self.line()
            if line is not None:
                answers.append(json.loads(line))
                continue
            status = self.process.poll()
            answers.append({"error": "no answer", "message": f"worker status {status}"})
            self.close()
            self.send(requests[len(answers) :])
        return answers

    def ask(self, request):
        """The answer to one request."""
        self.send([request])
        return self.receive([request])[0]


def compared(answer, ignored):
    """The part of an answer that must be equal."""
    return {key: value for key, value in answer.items() if key not in ignored}


def outcome(answer):
    """The name of how a program ended, for the histogram."""
    if "error" not in answer:
        return "answer"
    first = answer["message"].split("\n")[0].split(":")[0]
    return f"{answer['error']}: {re.sub(r'[0-9]+', 'N', first)[:50]}"


def report(seed, workers, ignored):
    """Shrink the program of a seed and print both outcomes."""

    def differ(tree):
        one, two = (worker.ask({"tree": tree}) for worker in workers)
        return compared(one, ignored) != compared(two, ignored)

    tree = generate(seed)
    small = shrink(tree, differ) if differ(tree) else tree
    print(f"seed {seed} differs: {json.dumps(small)}")
    for worker in workers:
        answer = worker.ask({"tree": small, "full": True})
        print(f"  {worker.python}")
        for key in ("value", "error", "message"):
            if key in answer:
                print(f"    {key}: {answer[key]}")
        for key, text in answer.get("texts", {}).items():
            if f"{key}" not in ignored and not (key == "stderr" and "trace" in ignored):
                print(f"    {key}: {text}")


def answers(worker, seeds):
    """What came of the programs of seeds, in order."""
    for first in range(seeds.start, seeds.stop, BATCH):
        requests = [{"seed": seed} for seed in range(first, min(first + BATCH, seeds.stop))]
        worker.send(requests)
        yield from worker.receive(requests)


def record(worker):
    """Write what came of the first programs, a line for each."""
    ignored = {"trace", "closed", "seed"}
    found = answers(worker, range(RECORDED_PROGRAMS))
    lines = (json.dumps(compared(answer, ignored), sort_keys=True) for answer in found)
    RECORDED.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


def compare_with_recorded(worker):
    """Print what differs from the record; how many programs did."""
    ignored = {"trace", "closed", "seed"}
    wanted = json.loads(RECORDED.read_text("utf-8"))
    found = [compared(answer, ignored) for answer in answers(worker, range(len(wanted)))]
    different = [seed for seed, answer in enumerate(found) if answer != wanted[seed]]
    for seed in different:
        print(f"seed {seed} differs\n  recorded {wanted[seed]}\n  found    {found[seed]}")
    print(f"{len(wanted)} programs, {len(different)} different")
    return len(different)


def compare(workers, seeds, ignored, reports):
    """Print how programs ended on the first machine and which differ; how many do."""
    histogram, different = collections.Counter(), []
    for seed, one, two in zip(seeds, *(answers(worker, seeds) for worker in workers), strict=True):
        histogram[outcome(one)] += 1
        if compared(one, ignored) != compared(two, ignored):
            different.append(seed)
    for name, count in histogram.most_common():
        print(f"{count:6} {name}")
    for seed in different[:reports]:
        report(seed, workers, ignored)
    print(f"{len(seeds)} programs, {len(different)} different {different[:20]}")
    return len(different)


def main():
    """Record or compare, as the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python")
    parser.add_argument("other", nargs="?")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--programs", type=int, default=1_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--traces", action="store_true")
    parser.add_argument("--closings", action="store_true")
    parser.add_argument("--reports", type=int, default=5, help="differences to shrink and print")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        pythons = filter(None, (arguments.python, arguments.other))
        workers = [stack.enter_context(contextlib.closing(Worker(python))) for python in pythons]
        if arguments.record:
            record(workers[0])
            return 0
        if arguments.other is None:
            return 1 if compare_with_recorded(workers[0]) else 0
        ignored = set() if arguments.traces else {"trace"}
        ignored |= set() if arguments.closings else {"closed"}
        seeds = range(arguments.start, arguments.start + arguments.programs)
        return 1 if compare(workers, seeds, ignored, arguments.reports) else 0


if __name__ == "__main__":
    sys.exit(main())
