"""What the constructors say to missing, surplus, misnamed and keyword arguments."""

from _kit import show, vm

K = "k"
FIELDS = {
    "PyVM": (),
    "Callable": ("callable",),
    "HandlerSpec": ("effect_types", "generator_function", "tail_resume_lines", "passed"),
    "IRStream": ("generator", "tail_resume_lines"),
    "Ok": ("value",),
    "Err": ("error", "captured_traceback"),
    "Pure": ("value",),
    "Perform": ("effect",),
    "Resume": (K, "value"),
    "Transfer": (K, "value"),
    "Apply": ("f", "args"),
    "Expand": ("expr",),
    "DoFunction": ("function", "tail_resume_lines", "yields"),
    "Call": ("function", "args", "kwargs"),
    "BindOpener": ("fallback", "generator_program", "passes_through"),
    "Pass": ("effect", K),
    "WithHandler": ("handler", "body"),
    "ResumeThrow": (K, "exception"),
    "TransferThrow": (K, "exception"),
    "WithObserve": ("observer", "body"),
    "WithBoundaries": ("boundaries", "body"),
    "TailEval": ("expr",),
    "GetTraceback": (K,),
    "GetExecutionContext": (),
    "GetHandlers": (K,),
    "GetBoundaries": (K,),
    "GetOuterHandlers": (),
    "UnhandledEffect": (),
}
for name, fields in FIELDS.items():
    cls = getattr(vm, name)
    show(f"{name} none", lambda cls=cls: type(cls()).__name__)
    surplus = [0] * (len(fields) + 1)
    show(f"{name} surplus", lambda cls=cls, surplus=surplus: type(cls(*surplus)).__name__)
    named = dict.fromkeys(fields, 0)
    show(f"{name} named", lambda cls=cls, named=named: type(cls(**named)).__name__)
    show(f"{name} misnamed", lambda cls=cls: type(cls(nonsense=0)).__name__)
    if fields:
        twice = {fields[0]: 0}
        show(f"{name} twice", lambda cls=cls, twice=twice: type(cls(0, **twice)).__name__)
    if len(fields) > 1:
        show(f"{name} one", lambda cls=cls: type(cls(0)).__name__)
show("K", vm.K)
show("K with arguments", lambda: vm.K(1, a=2))
