"""nested_once as doeff has it: the handler that a WithHandler installs is a program."""

from effects import do
from nested_once import answer

answer = do(answer)
