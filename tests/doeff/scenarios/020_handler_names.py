"""The names and documents of installers."""

from _kit import clean
from doeff import Pass, handler, stacked_handlers
from doeff_core_effects import handlers


@handler
def mine(effect, k):
    """Mine passes all."""
    yield Pass(effect, k)


def factory():
    @handler
    def inner(effect, k):
        yield Pass(effect, k)

    return inner


for installer in (
    mine,
    factory(),
    handlers.writer,
    handlers.state(),
    handlers.reader(),
    handlers.try_handler,
    handlers.slog_handler,
    handlers.await_handler(),
    stacked_handlers(mine, handlers.writer),
):
    print(installer.__name__, installer.__qualname__, clean(repr(installer.__doc__))[:60])
print(handlers.state().__doeff_handles__, handlers.state().__doeff_effects__)
print(stacked_handlers(handlers.state(), handlers.state()).__doeff_handles__)
