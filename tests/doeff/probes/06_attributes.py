"""Which attributes of an instance can be read, written and deleted, and its __dict__."""

from _kit import Ask, clean, say, vm


def outcome(action):
    try:
        return clean(repr(action()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def function(x):
    return x


definition = vm.DoFunction(function, [1], False)
INSTANCES = {
    "Callable": vm.Callable(len),
    "HandlerSpec": vm.HandlerSpec(None, None, (), None),
    "IRStream": vm.IRStream(x for x in ()),
    "Ok": vm.Ok(1),
    "Err": vm.Err(ValueError("e")),
    "Pure": vm.Pure(1),
    "Perform": vm.Perform(Ask("a")),
    "Apply": vm.Apply(vm.Pure(len), []),
    "Expand": vm.Expand(vm.Pure(1)),
    "DoFunction": definition,
    "Call": vm.Call(definition, (1,), {}),
    "BindOpener": vm.BindOpener(len, len),
    "WithHandler": vm.WithHandler(len, vm.Pure(1)),
    "WithObserve": vm.WithObserve(vm.Callable(len), vm.Pure(1)),
    "WithBoundaries": vm.WithBoundaries([], vm.Pure(1)),
    "TailEval": vm.TailEval(vm.Pure(1)),
    "GetExecutionContext": vm.GetExecutionContext(),
    "GetOuterHandlers": vm.GetOuterHandlers(),
    "PyVM": vm.PyVM(),
    "EffectBase": vm.EffectBase(),
}
FIELDS = {
    "HandlerSpec": ["effect_types", "generator_function", "tail_resume_lines", "passed"],
    "IRStream": ["generator", "tail_resume_lines"],
    "Callable": ["callable", "callable_"],
    "Ok": ["value"],
    "Err": ["error", "captured_traceback"],
    "Pure": ["value"],
    "Perform": ["effect"],
    "Apply": ["f", "args"],
    "Expand": ["expr"],
    "DoFunction": ["function", "tail_resume_lines", "yields"],
    "Call": ["function", "args", "kwargs", "expr"],
    "BindOpener": ["fallback", "generator_program", "passes_through"],
    "WithHandler": ["handler", "body", "effects"],
    "WithObserve": ["observer", "body"],
    "WithBoundaries": ["boundaries", "body"],
    "TailEval": ["expr"],
}


def report(name, instance):
    for field in FIELDS.get(name, []):
        say(name, field, "read:", outcome(lambda f=field: getattr(instance, f)))
        say(name, field, "write:", outcome(lambda f=field: setattr(instance, f, 7)))
        say(name, field, "then:", outcome(lambda f=field: getattr(instance, f)))
        say(name, field, "delete:", outcome(lambda f=field: delattr(instance, f)))
        say(name, field, "then:", outcome(lambda f=field: getattr(instance, f)))
    say(name, "new attribute:", outcome(lambda: setattr(instance, "extra", 1)))
    say(name, "dict:", outcome(lambda: instance.__dict__))
    say(name, "match args:", outcome(lambda: instance.__match_args__))


for label, made in INSTANCES.items():
    report(label, made)
