"""generator as doeff has it: the handler that a WithHandler installs is a program."""

from effects import do
from generator import give

give = do(give)
