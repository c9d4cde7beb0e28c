"""Classes that may be subclassed keep what a subclass adds."""

from _kit import say, vm


class Sub(vm.Expand):
    """A subclass may add methods and attributes."""

    def method(self):
        return self.expr


sub = Sub(vm.Pure(1))
sub.attribute = 2
say(repr(sub), repr(sub.method()), vars(sub), isinstance(sub, vm.Expand))


class Named(vm.UnhandledEffect):
    pass


say(repr(Named("x")), Named.__mro__[1].__name__)
