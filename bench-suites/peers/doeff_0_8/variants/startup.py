"""startup as doeff has it: what a run is given as a handler is made one beforehand."""

from effects import handler
from startup import answer

answer = handler(answer)
