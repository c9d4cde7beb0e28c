"""GetExecutionContext after an error was caught: the entries of the place that raised."""

from _kit import Ask, do, say, vm


def shown(entries):
    return [entry[:2] + entry[3:] if entry[0] == "frame" else entry[2] for entry in entries]


@do
def fail():
    raise ValueError("x")
    yield


@do
def relay(program):
    return (yield program)


@do
def plain():
    raise ValueError("plain")


@do
def context(label):
    say("  ", label, shown((yield vm.GetExecutionContext())))


@do
def look(label, program):
    try:
        yield program
        say("  ", label, "no error", shown((yield vm.GetExecutionContext())))
    except Exception as error:
        say("  ", label, type(error).__name__, vars(error))
        say("   first", shown((yield vm.GetExecutionContext())))
        say("   second", shown((yield vm.GetExecutionContext())))
        yield vm.Pure(1)
        say("   third", shown((yield vm.GetExecutionContext())))
        yield context("called")
    say("   after", shown((yield vm.GetExecutionContext())))


@do
def look_late(program):
    try:
        yield program
    except ValueError:
        yield vm.Pure(1)
        say("   after Pure", shown((yield vm.GetExecutionContext())))


@do
def look_after_call(program):
    try:
        yield program
    except ValueError:
        yield relay(vm.Pure(1))
        say("   after a call", shown((yield vm.GetExecutionContext())))


@do
def look_after_effect(program):
    try:
        yield program
    except ValueError:
        yield Ask("a")
        say("   after an effect", shown((yield vm.GetExecutionContext())))


@do
def look_outside(program):
    try:  # noqa: SIM105
        yield program
    except ValueError:
        pass
    say("   outside the except", shown((yield vm.GetExecutionContext())))


@do
def look_in_clause(program):
    try:
        yield program
    except ValueError:
        yield Ask("context")


@do
def own_error():
    try:
        raise ValueError("own")
    except ValueError:
        say("   own", shown((yield vm.GetExecutionContext())))


@do
def two_errors():
    for program in (relay(fail()), relay(relay(plain()))):
        try:
            yield program
        except ValueError:
            say("   of two", shown((yield vm.GetExecutionContext())))


@do
def nested_catch():
    try:
        yield look_outside(relay(fail()))
        raise KeyError("later")
    except KeyError:
        say("   after a later own error", shown((yield vm.GetExecutionContext())))


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def clause_context(effect, k):
    say("   clause", shown((yield vm.GetExecutionContext())))
    return (yield vm.Resume(k, 1))


@do
def raising(effect, k):
    raise LookupError("clause")
    yield


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, KeyError("t")))


@do
def late(effect, k):
    yield vm.Resume(k, 1)
    raise LookupError("late")


@do
def ask():
    return (yield Ask("a"))


PROGRAMS = {
    "call": look("caught", relay(fail())),
    "plain": look("caught", relay(plain())),
    "handled": vm.WithHandler(answer, look("caught", relay(fail()))),
    "past a handler": look("caught", vm.WithHandler(answer, relay(fail()))),
    "clause raises": look("caught", vm.WithHandler(raising, relay(ask()))),
    "clause throws": look("caught", vm.WithHandler(throwing, relay(ask()))),
    "clause raises late": look("caught", vm.WithHandler(late, relay(ask()))),
    "unhandled": look("caught", relay(ask())),
    "not a program": look("caught", relay(vm.Expand(3))),
    "no error": look("caught", relay(vm.Pure(1))),
    "late": look_late(relay(fail())),
    "after a call": look_after_call(relay(fail())),
    "after an effect": vm.WithHandler(answer, look_after_effect(relay(fail()))),
    "outside": look_outside(relay(fail())),
    "in a clause": vm.WithHandler(clause_context, look_in_clause(relay(fail()))),
    "own error": own_error(),
    "two errors": two_errors(),
    "nested": nested_catch(),
}
for label, program in PROGRAMS.items():
    say(label)
    vm.PyVM().run(program)
