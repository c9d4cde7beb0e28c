"""Which handlers an unhandled effect lists: of the body, of a clause, of nested ones, of many."""

from _kit import Ask, Tell, do, go, vm


class Other(vm.EffectBase):
    pass


@do
def body(effect):
    return (yield effect)


def named(name, kind=vm.EffectBase):
    def clause(effect: kind, k):
        return (yield vm.Pass(effect, k))

    clause.__name__ = clause.__qualname__ = name
    return do(clause)


@do
def asks_other(effect: Ask, k):
    got = yield Other()
    return (yield vm.Resume(k, got))


@do
def replaces(effect: Ask, k):
    return (yield vm.Pass(Other(), k))


@do
def installs(effect: Ask, k):
    got = yield vm.WithHandler(named("installed"), body(Other()))
    return (yield vm.Resume(k, got))


@do
def after_resume(effect: Ask, k):
    yield vm.Resume(k, 1)
    yield Other()


def stack(program, *handlers):
    for handler in handlers:
        program = vm.WithHandler(handler, program)
    return program


a, b, c = named("a"), named("b", Tell), named("c")
go("from the body", stack(body(Other()), a, b, c))
go("from a clause", stack(body(Ask("x")), a, asks_other, b, c))
go("replaced by a clause", stack(body(Ask("x")), a, replaces, b, c))
go("under one a clause installs", stack(body(Ask("x")), a, installs, b))
go("after the resume", stack(body(Ask("x")), after_resume, b))
go("twenty", stack(body(Other()), *(named(f"h{index}", Tell) for index in range(20))))
go("clause is outermost", stack(body(Ask("x")), asks_other))
go("in a nested run", stack(do(lambda: vm.PyVM().run(body(Other())))(), a))
