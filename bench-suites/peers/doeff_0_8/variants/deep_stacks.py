"""deep_stacks as doeff has it: the handler that a WithHandler installs is a program."""

from deep_stacks import answer
from effects import do

answer = do(answer)
