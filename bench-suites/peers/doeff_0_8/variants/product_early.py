"""product_early as doeff has it: the handler that a WithHandler installs is a program."""

from effects import do
from product_early import give_up

give_up = do(give_up)
