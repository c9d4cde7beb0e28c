"""Programs carried by effects and run by clauses: handlers in scope, errors and order."""

from _kit import Ask, Tell, do, failure, go, say, vm


class Run(vm.EffectBase):
    def __init__(self, program):
        self.program = program


@do
def runner(effect: Run, k):
    try:
        got = yield effect.program
    except Exception as error:
        got = "runner caught " + failure(error).splitlines()[0]
    return (yield vm.Resume(k, got))


@do
def inner_reader(effect: Ask, k):
    return (yield vm.Resume(k, "inner"))


@do
def outer_reader(effect: Ask, k):
    return (yield vm.Resume(k, "outer"))


@do
def reads():
    return (yield Ask("a"))


@do
def tells():
    return (yield Tell("t"))


@do
def main(*programs):
    answers = []
    for program in programs:
        answers.append((yield Run(program)))
    return answers


def stack(program, *handlers):
    for handler in handlers:
        program = vm.WithHandler(handler, program)
    return program


go("reader inside", stack(main(reads(), tells()), inner_reader, runner))
go("reader outside", stack(main(reads(), Ask("b")), runner, outer_reader))
go("both", stack(main(reads(), vm.Pure(1)), inner_reader, runner, outer_reader))
go("not programs", stack(main(3, None), runner))
go("nested", stack(main(Run(reads())), runner, outer_reader))
go("under two runners", stack(main(Run(reads())), runner, runner, outer_reader))
say("live", vm.vm_live_counts())
