"""`Try` turns an error into `Err` and a result into `Ok`."""

from _kit import show
from doeff import Err, Ok, Pure, Try, do
from doeff_core_effects.handlers import try_handler


@do
def failing(kind):
    raise kind("bad")
    yield


@do
def main():
    results = [(yield Try(Pure(1)))]
    for kind in (ValueError, KeyError, AssertionError):
        results.append((yield Try(failing(kind))))
    results.append((yield Try(Try(failing(ValueError)))))
    results.append((yield Try(7)))
    return results


@do
def matching():
    words = []
    for program in (Pure(3), failing(ValueError)):
        match (yield Try(program)):
            case Ok(value):
                words.append(f"ok {value}")
            case Err(error):
                words.append(f"err {error}")
    return words


show("try", try_handler(main()))
show("match", try_handler(matching()))
show("no handler", main())
show("base exception", try_handler(Try(failing(KeyboardInterrupt))))
show("generator exit", try_handler(Try(failing(GeneratorExit))))
