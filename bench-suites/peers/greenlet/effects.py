"""greenlet under the names that workloads import.

A program is a function of no arguments here. It performs an effect by a switch to the parent of its
greenlet; a handler is the parent's loop, which switches back with the answer.
"""

from functools import partial

from greenlet import getcurrent, greenlet

__all__ = ["EffectBase", "do", "handled", "install", "perform", "run"]

EffectBase = object

# Workloads import these too, and variants replace what would use them.
Ask = Get = Modify = Pass = Pure = Put = Resume = Tell = Transfer = None
TransferThrow = WithHandler = None
reader = state = writer = None


def do(function):
    """A program is a plain function."""
    return function


def perform(effect):
    """Give the answer of the nearest handler."""
    return getcurrent().parent.switch(effect)


def handled(program, answer):
    """The result of the program, in a greenlet whose effects the function answers."""
    child = greenlet(program)
    effect = child.switch()
    while not child.dead:
        effect = child.switch(answer(effect))
    return effect


def install(handlers, program):
    """The program under functions that answer, innermost first."""
    for answer in handlers:
        program = partial(handled, program, answer)
    return program


def run(program):
    """Call the program."""
    return program()
