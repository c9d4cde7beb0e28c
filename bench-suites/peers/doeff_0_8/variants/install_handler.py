"""install_handler as doeff has it: the handler that a WithHandler installs is a program."""

from effects import do
from install_handler import answer

answer = do(answer)
