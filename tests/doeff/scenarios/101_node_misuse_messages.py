"""Python's own messages about nodes show bare class names."""

from _kit import attempt
from doeff import Apply, Expand, Pass, Perform, Pure, Resume, Transfer, do
from doeff_vm import Err, K, Ok


@do
def prog():
    return 1


for value in (Pure(1), prog(), Ok(1), Err(1)):
    name = type(value).__name__
    attempt(f"add {name}", lambda value=value: value + 1)
    attempt(f"call {name}", lambda value=value: value())
    attempt(f"index {name}", lambda value=value: value[0])
    attempt(f"compare {name}", lambda value=value: value < 1)
    attempt(f"length {name}", lambda value=value: len(value))
    attempt(f"attribute {name}", lambda value=value: value.missing)
    attempt(f"with {name}", lambda value=value: value.__enter__())
    attempt(f"bool {name}", lambda value=value: bool(value))
for cls in (Pure, Perform, Resume, Transfer, Apply, Expand, Pass, Ok, Err, K):
    attempt(f"{cls.__name__} without arguments", lambda cls=cls: cls())
    print(cls.__name__, cls.__qualname__, cls.__module__)
