"""effectful under the names that workloads import.

An effect is an operation, which a program calls as a function; what answers it is a function in an
interpretation. A program is a function of no arguments here.
"""

from effectful.ops.semantics import handler

__all__ = ["EffectBase", "do", "install", "run"]

EffectBase = object

# Workloads import these too, and variants replace what would use them.
Ask = Get = Modify = Pass = Pure = Put = Resume = Tell = Transfer = None
TransferThrow = WithHandler = None
reader = state = writer = None


def do(function):
    """A program is a plain function."""
    return function


def install(interpretations, program):
    """The program under interpretations, innermost first."""
    for interpretation in interpretations:
        program = handler(interpretation)(program)
    return program


def run(program):
    """Call the program."""
    return program()
