"""A missing key is thrown at the `yield`, where it can be caught as a KeyError."""

from _kit import show
from doeff import Ask, MissingEnvKeyError, do
from doeff_core_effects.handlers import reader


@do
def careful():
    try:
        yield Ask("k")
    except KeyError as error:
        return type(error).__name__, error.args, error.key, error.env_keys
    return None


show("caught", reader(env={"a": 1})(careful()))
print(issubclass(MissingEnvKeyError, KeyError))
print(str(MissingEnvKeyError("k")))
