"""The remembered place of an error: which of several errors it is of, and who resets it."""

from _kit import Ask, do, say, vm


def shown(entries):
    return entries and [
        entry[:2] + entry[3:] if entry[0] == "frame" else entry[2] for entry in entries
    ]


@do
def fail_first():
    raise ValueError("first")
    yield


@do
def fail_second():
    raise KeyError("second")
    yield


@do
def swallow(program):
    try:
        yield program
    except Exception:
        return "swallowed"


@do
def look():
    say("   look", shown((yield vm.GetExecutionContext())))


@do
def two_then_look():
    yield swallow(fail_first())
    yield swallow(fail_second())
    yield look()
    yield look()


@do
def one_then_another_uncaught():
    yield swallow(fail_first())
    yield fail_second()


@do
def converted():
    try:
        yield fail_first()
    except ValueError as error:
        raise KeyError("converted") from error


@do
def converted_after_look():
    try:
        yield fail_first()
    except ValueError as error:
        yield look()
        raise KeyError("converted") from error


@do
def reraised(program):
    try:
        yield program
    except ValueError:
        raise


@do
def reraised_after_look():
    try:
        yield fail_first()
    except ValueError:
        yield look()
        raise


@do
def own_uncaught_after_caught():
    yield swallow(fail_first())
    yield vm.Pure(1)
    raise LookupError("own")


@do
def own_after_effect():
    yield swallow(fail_first())
    yield Ask("a")
    raise LookupError("own")


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def raised_again_elsewhere():
    caught = None
    try:
        yield fail_first()
    except ValueError as error:
        caught = error
    yield swallow(fail_second())
    raise caught


@do
def outer(program):
    return (yield program)


PROGRAMS = {
    "two then look": two_then_look(),
    "one then another uncaught": one_then_another_uncaught(),
    "converted": outer(converted()),
    "converted after look": outer(converted_after_look()),
    "re-raised": outer(reraised(outer(fail_first()))),
    "re-raised after look": outer(reraised_after_look()),
    "own uncaught after caught": outer(own_uncaught_after_caught()),
    "own after an effect": vm.WithHandler(answer, outer(own_after_effect())),
    "raised again elsewhere": outer(raised_again_elsewhere()),
}
for label, program in PROGRAMS.items():
    say(label)
    try:
        vm.PyVM().run(program)
    except Exception as error:
        say("  ", type(error).__name__, shown(error.__doeff_traceback__))
machine = vm.PyVM()
say(machine.run(swallow(fail_first())))
say("the next run on the VM", shown(machine.run(vm.GetExecutionContext())))
