"""Ok and Err: truth, methods, equality, matching, attributes and nesting."""

from _kit import clean, say, show, vm

ok, err = vm.Ok(1), vm.Err(ValueError("e"))
RESULTS = {"ok": ok, "err": err, "ok none": vm.Ok(None), "err none": vm.Err(None)}
for label, value in RESULTS.items():
    say(label, repr(value), bool(value), value.is_ok(), value.is_err(), value.__match_args__)
show("value of err", lambda: err.value)
show("error of ok", lambda: ok.error)
show("trace none", lambda: err.captured_traceback)
show("trace", lambda: vm.Err(1, captured_traceback=[1]).captured_traceback)
show("set value", lambda: setattr(ok, "value", 2))
show("set error", lambda: setattr(err, "error", 2))
show("set trace", lambda: setattr(err, "captured_traceback", 2))
show("trace after", lambda: err.captured_traceback)
show("delete trace", lambda: delattr(err, "captured_traceback"))
show("equal", lambda: (vm.Ok(1) == vm.Ok(1), ok in [ok], vm.Err(1) == vm.Err(1)))
show("hash", lambda: hash(ok) == hash(ok))
show("hash of a list", lambda: hash(vm.Ok([])) is not None)
show("ordering", lambda: vm.Ok(1) < vm.Ok(2))
show("iterating", lambda: list(ok))
show("methods", lambda: [name for name in dir(ok) if not name.startswith("_")])
show("methods of err", lambda: [name for name in dir(err) if not name.startswith("_")])
show("unwrap", lambda: ok.unwrap)
show("reduce", lambda: clean(vm.Err(ValueError("e"), [1]).__reduce__()))
show("subclass", lambda: type("Sub", (vm.Ok,), {}))


def name(result):
    match result:
        case vm.Ok(value):
            return f"ok {value}"
        case vm.Err(error):
            return f"err {error}"
        case _:
            return "other"


say(name(ok), name(err), name(3), name(vm.Ok(vm.Err(1))))
show("nested", lambda: vm.Ok(vm.Ok(1)))
show("doc", lambda: (bool(vm.Ok.__doc__), bool(vm.Err.__doc__)))
show("is_ok with argument", lambda: ok.is_ok(1))
