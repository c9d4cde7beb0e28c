"""held_continuations as doeff has it: the handler that a WithHandler installs is a program."""

from effects import do
from held_continuations import hold

hold = do(hold)
