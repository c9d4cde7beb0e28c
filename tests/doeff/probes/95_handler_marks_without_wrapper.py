"""The marks alone make a handler's generator run: on functions, instances and partials."""

import functools

from _kit import Ask, do, go, vm


def clause(effect, k):
    return (yield vm.Resume(k, "by the generator"))


def called(effect, k):
    return vm.Resume(k, "by the call")


def forwarding(*arguments):
    return called(*arguments)


class Marked:
    def __init__(self, generator):
        self.__doeff_generator_function__ = generator
        self.__doeff_tail_resume_lines__ = ()

    def __call__(self, effect, k):
        return vm.Resume(k, "by the call")


class Method:
    def handle(self, effect, k):
        return vm.Resume(k, "by the method")

    def own_clause(self, effect, k):
        return (yield vm.Resume(k, "by the method's generator"))


@do
def body():
    return (yield Ask("a"))


marked = functools.wraps(called)(forwarding)
marked.__doeff_generator_function__ = clause
go("function", vm.WithHandler(marked, body()))
go("instance", vm.WithHandler(Marked(clause), body()))
partial = functools.partial(called)
partial.__doeff_generator_function__ = clause
go("partial", vm.WithHandler(partial, body()))
Method.handle.__doeff_generator_function__ = Method.own_clause
go("method", vm.WithHandler(Method().handle, body()))
Method.handle.__doeff_generator_function__ = 3
go("method, mark int", vm.WithHandler(Method().handle, body()))
spec = vm.HandlerSpec(None, clause, (), None)
instance = Marked(None)
instance.__doeff_handler_spec__ = spec
go("spec on an instance", vm.WithHandler(instance, body()))
del Method.handle.__doeff_generator_function__
Method.handle.__doeff_handler_spec__ = spec
go("spec on a method", vm.WithHandler(Method().handle, body()))
