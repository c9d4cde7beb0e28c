//! The table of node kinds: names, documentation, fields.

use std::ffi::CStr;

use crate::node::{KINDS, Kind};

/// What a node's class derives from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// It is a program.
    Program,
    /// It is an effect.
    Effect,
    /// It is neither.
    Object,
}

/// What a field that is not given holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// `None`.
    Nothing,
    /// The empty tuple.
    EmptyTuple,
    /// Nothing: the node has no such attribute.
    Absent,
}

/// One kind of node.
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    pub(crate) name: &'static CStr,
    pub(crate) doc: &'static CStr,
    pub(crate) base: Base,
    /// Name and documentation of each field, in the order of the constructor's parameters.
    pub(crate) fields: &'static [(&'static CStr, &'static CStr)],
    /// How many of them must be given.
    pub(crate) required: usize,
    /// What the others are otherwise.
    pub(crate) missing: Missing,
    /// Other names of fields, by their indices: doeff's, where those differ.
    pub(crate) aliases: &'static [(&'static CStr, usize)],
    /// What the repr shows between its parentheses, if that is always the same. Otherwise the fields, without
    /// their names in doeff's kinds.
    pub(crate) shown: Option<&'static CStr>,
    /// Whether instances take attributes besides their fields, as doeff's do.
    pub(crate) open: bool,
    /// Whether the module shows the class.
    pub(crate) public: bool,
}

const fn program(
    kind: Kind,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [(&'static CStr, &'static CStr)],
    required: usize,
) -> Spec {
    Spec {
        kind,
        name,
        doc,
        base: Base::Program,
        fields,
        required,
        missing: Missing::Nothing,
        aliases: &[],
        shown: None,
        open: false,
        public: true,
    }
}

const fn effect(
    kind: Kind,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [(&'static CStr, &'static CStr)],
    required: usize,
) -> Spec {
    Spec {
        base: Base::Effect,
        ..program(kind, name, doc, fields, required)
    }
}

const fn object(
    kind: Kind,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [(&'static CStr, &'static CStr)],
) -> Spec {
    Spec {
        base: Base::Object,
        ..program(kind, name, doc, fields, fields.len())
    }
}

/// A primitive that only doeff has.
const fn doeff(
    kind: Kind,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [(&'static CStr, &'static CStr)],
    aliases: &'static [(&'static CStr, usize)],
) -> Spec {
    shared(program(kind, name, doc, fields, fields.len()), aliases)
}

/// A result; its first field is what it shows.
const fn result(
    kind: Kind,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [(&'static CStr, &'static CStr)],
) -> Spec {
    Spec {
        required: 1,
        ..object(kind, name, doc, fields)
    }
}

/// A node that programs never get to see.
const fn internal(
    kind: Kind,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [(&'static CStr, &'static CStr)],
) -> Spec {
    Spec {
        public: false,
        ..object(kind, name, doc, fields)
    }
}

/// A primitive that doeff has too.
#[allow(clippy::needless_pass_by_value)] // a constant is made of a constant
const fn shared(spec: Spec, aliases: &'static [(&'static CStr, usize)]) -> Spec {
    Spec {
        aliases,
        open: true,
        ..spec
    }
}

/// By [`Kind`].
pub(crate) static SPECS: [Spec; KINDS] = TABLE;

/// [`SPECS`] as a constant, for functions that are made for one kind.
pub(crate) const TABLE: [Spec; KINDS] = [
    Spec {
        shown: Some(c"k, ..."),
        ..shared(
            program(
                Kind::Resume,
                c"doeff_vm.doeff_vm.Resume",
                c"Resume(k, value=None)\n--\n\n\
                    Resume the continuation k with a value; the result of `yield Resume(k, value)` is the\n\
                    result of the body under k's prompt. `return (yield Resume(k, value))` is a tail\n\
                    resume, which finishes the clause first and costs no stack.",
                &[
                    (c"k", c"the continuation to resume"),
                    (c"value", c"what its performer gets"),
                ],
                1,
            ),
            &[(c"continuation", 0)],
        )
    },
    Spec {
        shown: Some(c"k, ..."),
        ..shared(
            program(
                Kind::Transfer,
                c"doeff_vm.doeff_vm.Transfer",
                c"Transfer(k, value=None)\n--\n\n\
                    Finish the clause that yields this, then resume the continuation k with a value.",
                &[
                    (c"k", c"the continuation to go on with"),
                    (c"value", c"what its performer gets"),
                ],
                1,
            ),
            &[(c"continuation", 0)],
        )
    },
    Spec {
        shown: Some(c"k, ..."),
        ..shared(
            program(
                Kind::ResumeThrow,
                c"doeff_vm.doeff_vm.ResumeThrow",
                c"ResumeThrow(k, error)\n--\n\n\
                    As Resume, but the exception is raised at the perform site.",
                &[
                    (c"k", c"the continuation to resume"),
                    (c"error", c"the exception that is raised at the perform site"),
                ],
                2,
            ),
            &[(c"continuation", 0), (c"exception", 1)],
        )
    },
    Spec {
        shown: Some(c"k, ..."),
        ..shared(
            program(
                Kind::TransferThrow,
                c"doeff_vm.doeff_vm.TransferThrow",
                c"TransferThrow(k, error)\n--\n\n\
                    As Transfer, but the exception is raised at the perform site.",
                &[
                    (c"k", c"the continuation to go on with"),
                    (c"error", c"the exception that is raised at the perform site"),
                ],
                2,
            ),
            &[(c"continuation", 0), (c"exception", 1)],
        )
    },
    program(
        Kind::ResumeContinuation,
        c"doeff_vm.ResumeContinuation",
        c"ResumeContinuation(k, value=None)\n--\n\n\
            Resume a continuation, or start an unstarted one: install its handlers and run its\n\
            program. The result is that of the body or program.",
        &[
            (c"k", c"the continuation to resume or start"),
            (c"value", c"what its performer gets; None for an unstarted one"),
        ],
        1,
    ),
    program(
        Kind::Delegate,
        c"doeff_vm.Delegate",
        c"Delegate(effect=None, k=None)\n--\n\n\
            Let an outer handler answer the performer while the clause waits; the result is that of\n\
            the body under k's prompt. Without arguments it delegates the clause's own effect and\n\
            continuation.",
        &[
            (c"effect", c"the effect, or None for the clause's own"),
            (c"k", c"the continuation, or None for the clause's own"),
        ],
        0,
    ),
    Spec {
        shown: Some(c"effect, k"),
        ..shared(
            program(
                Kind::Pass,
                c"doeff_vm.doeff_vm.Pass",
                c"Pass(effect=None, k=None)\n--\n\n\
                    Finish the clause that yields this and let an outer handler answer the performer.\n\
                    Without arguments it passes on the clause's own effect and continuation.",
                &[
                    (c"effect", c"the effect, or None for the clause's own"),
                    (c"k", c"the continuation, or None for the clause's own"),
                ],
                0,
            ),
            &[(c"continuation", 1)],
        )
    },
    Spec {
        public: false,
        ..program(
            Kind::ResumeProgram,
            c"doeff_vm.ResumeProgram",
            c"Resume the continuation k by running a body at the perform site.",
            &[
                (c"k", c"the continuation to resume"),
                (c"body", c"what runs at the perform site"),
            ],
            2,
        )
    },
    program(
        Kind::GetContinuation,
        c"doeff_vm.GetContinuation",
        c"GetContinuation()\n--\n\nThe continuation of the clause that yields this.",
        &[],
        0,
    ),
    Spec {
        shown: Some(c"k"),
        ..shared(
            program(
                Kind::GetHandlers,
                c"doeff_vm.doeff_vm.GetHandlers",
                c"GetHandlers(k=None)\n--\n\n\
                    A list of handlers in scope, innermost first: in a clause whose continuation is unused\n\
                    those at the perform site, otherwise those where this is yielded. With a\n\
                    continuation: those that it holds.",
                &[(
                    c"k",
                    c"the unused continuation whose handlers are asked for, or None",
                )],
                0,
            ),
            &[(c"continuation", 0)],
        )
    },
    Spec {
        missing: Missing::EmptyTuple,
        ..program(
            Kind::CreateContinuation,
            c"doeff_vm.CreateContinuation",
            c"CreateContinuation(program, handlers=())\n--\n\n\
                An unstarted continuation: using it installs the handlers and starts the program.",
            &[
                (c"program", c"the program that it starts"),
                (c"handlers", c"a list or tuple of handlers, innermost first"),
            ],
            1,
        )
    },
    program(
        Kind::TailCall,
        c"doeff_vm.TailCall",
        c"TailCall(program)\n--\n\n\
            End the generator that yields this and run the program in its place. A loop of tail\n\
            calls costs no stack.",
        &[(c"program", c"the program that runs instead")],
        1,
    ),
    Spec {
        shown: Some(c"handler, body"),
        ..shared(
            program(
                Kind::WithHandler,
                c"doeff_vm.doeff_vm.WithHandler",
                c"WithHandler(handler, program, effects=None)\n--\n\n\
                    Run the program under a prompt whose handler is called as handler(effect, k) for the\n\
                    effects that it accepts: all, or the instances of the effect types in `effects`.",
                &[
                    (c"handler", c"the handler"),
                    (c"program", c"the program that runs under it"),
                    (
                        c"effects",
                        c"the accepted effect type or tuple of them, or None for the handler's own or all",
                    ),
                ],
                2,
            ),
            &[(c"body", 1)],
        )
    },
    doeff(
        Kind::Perform,
        c"doeff_vm.doeff_vm.Perform",
        c"Perform(effect)\n--\n\nPerform an effect, as yielding it does.",
        &[(c"effect", c"the effect")],
        &[],
    ),
    Spec {
        shown: Some(c"f, args"),
        ..doeff(
            Kind::Apply,
            c"doeff_vm.doeff_vm.Apply",
            c"Apply(f, args)\n--\n\n\
                Run the program f, whose result is a Callable, then each program in args, and call the\n\
                one with the results of the others.",
            &[
                (c"f", c"a program whose result is a Callable"),
                (c"args", c"a sequence of programs"),
            ],
            &[],
        )
    },
    Spec {
        shown: Some(c"observer, body"),
        ..doeff(
            Kind::WithObserve,
            c"doeff_vm.doeff_vm.WithObserve",
            c"WithObserve(observer, body)\n--\n\n\
                Run the body, and call observer(effect) for each effect that is performed in it, before\n\
                its handler is called.",
            &[
                (c"observer", c"a Callable of the effect"),
                (c"body", c"the program that runs under it"),
            ],
            &[],
        )
    },
    Spec {
        shown: Some(c"boundaries, body"),
        ..doeff(
            Kind::WithBoundaries,
            c"doeff_vm.doeff_vm.WithBoundaries",
            c"WithBoundaries(boundaries, body)\n--\n\n\
                Run the body under handlers and observers, innermost first, as GetBoundaries gives them.",
            &[
                (c"boundaries", c"pairs of 'handler' or 'observer' and a callable"),
                (c"body", c"the program that runs under them"),
            ],
            &[],
        )
    },
    doeff(
        Kind::TailEval,
        c"doeff_vm.doeff_vm.TailEval",
        c"TailEval(expr)\n--\n\n\
            End the generator that yields this and run the program in its place, as TailCall does.",
        &[(c"expr", c"the program that runs instead")],
        &[],
    ),
    Spec {
        shown: Some(c"k"),
        ..doeff(
            Kind::GetTraceback,
            c"doeff_vm.doeff_vm.GetTraceback",
            c"GetTraceback(k)\n--\n\n\
                Where the programs that an unused continuation holds are suspended, innermost first: a\n\
                list of [function, file, line].",
            &[(c"k", c"the unused continuation")],
            &[(c"continuation", 0)],
        )
    },
    doeff(
        Kind::GetExecutionContext,
        c"doeff_vm.doeff_vm.GetExecutionContext",
        c"GetExecutionContext()\n--\n\n\
            The frames that are running where this is yielded, and the names of the handlers around\n\
            them: ['frame', function, file, line] and ['handler', 'chain', names].",
        &[],
        &[],
    ),
    Spec {
        shown: Some(c"k"),
        ..doeff(
            Kind::GetBoundaries,
            c"doeff_vm.doeff_vm.GetBoundaries",
            c"GetBoundaries(k)\n--\n\n\
                The handlers and observers that an unused continuation holds, innermost first: a list of\n\
                ('handler' or 'observer', callable).",
            &[(c"k", c"the unused continuation")],
            &[(c"continuation", 0)],
        )
    },
    doeff(
        Kind::GetOuterHandlers,
        c"doeff_vm.doeff_vm.GetOuterHandlers",
        c"GetOuterHandlers()\n--\n\n\
            The handlers around whoever yields this, innermost first.",
        &[],
        &[],
    ),
    Spec {
        public: false,
        ..doeff(
            Kind::Applied,
            c"doeff_vm.Applied",
            c"Call the first of the values with the others.",
            &[(c"values", c"a list")],
            &[],
        )
    },
    Spec {
        public: false,
        ..doeff(
            Kind::Streamed,
            c"doeff_vm.Streamed",
            c"Run what Expand has found.",
            &[(c"stream", c"an IRStream, or it is an error")],
            &[],
        )
    },
    program(
        Kind::Safe,
        c"doeff_vm.Safe",
        c"Safe(program)\n--\n\n\
            Run the program; its result is Ok(value), or Err(error) for an Exception that leaves it.",
        &[(c"program", c"the program that runs")],
        1,
    ),
    shared(
        program(
            Kind::Pure,
            c"doeff_vm.doeff_vm.Pure",
            c"Pure(value=None)\n--\n\nThe program whose result is the value.",
            &[(c"value", c"the result")],
            0,
        ),
        &[],
    ),
    effect(
        Kind::Get,
        c"doeff_vm.Get",
        c"Get(key)\n--\n\nThe state's value for the key; None where it has none.",
        &[(c"key", c"any hashable object")],
        1,
    ),
    effect(
        Kind::Put,
        c"doeff_vm.Put",
        c"Put(key, value)\n--\n\nSet the state's value for the key. Gives None.",
        &[
            (c"key", c"any hashable object"),
            (c"value", c"the new value"),
        ],
        2,
    ),
    effect(
        Kind::Modify,
        c"doeff_vm.Modify",
        c"Modify(key, f)\n--\n\n\
            Set the state's value for the key to f(old value). Gives the old value. If f raises, the\n\
            state is unchanged and the exception is raised here.",
        &[
            (c"key", c"any hashable object"),
            (c"f", c"a function of the old value, or of None"),
        ],
        2,
    ),
    Spec {
        missing: Missing::Absent,
        ..effect(
            Kind::Ask,
            c"doeff_vm.Ask",
            c"Ask(key, default=...)\n--\n\n\
                The environment's value for the key, from the nearest reader that has it; otherwise\n\
                the default, or MissingKey where none is given.",
            &[
                (c"key", c"any hashable object"),
                (c"default", c"the value where no reader has the key"),
            ],
            1,
        )
    },
    effect(
        Kind::Local,
        c"doeff_vm.Local",
        c"Local(bindings, program)\n--\n\n\
            Run the program under a nested reader with the bindings, at the perform site.",
        &[
            (c"bindings", c"a mapping of keys to values"),
            (c"program", c"the program that runs under it"),
        ],
        2,
    ),
    effect(
        Kind::Tell,
        c"doeff_vm.Tell",
        c"Tell(entry)\n--\n\nAppend an entry to the log. Gives None.",
        &[(c"entry", c"any object")],
        1,
    ),
    effect(
        Kind::Listen,
        c"doeff_vm.Listen",
        c"Listen(program)\n--\n\n\
            Run the program at the perform site. Gives its result and the list of entries that it\n\
            told, which the writers outside get too.",
        &[(c"program", c"the program that runs")],
        1,
    ),
    object(
        Kind::TypedHandler,
        c"doeff_vm.TypedHandler",
        c"TypedHandler(handler, effects)\n--\n\n\
            A handler with the effect types that it accepts.",
        &[
            (c"handler", c"the handler itself"),
            (c"effects", c"the accepted effect type or tuple of them"),
        ],
    ),
    internal(
        Kind::Installed,
        c"doeff_vm.Installed",
        c"A handler of doeff's: what is called, and what is shown.",
        &[
            (c"call", c"what is called"),
            (c"handler", c"the handler that was installed"),
            (c"raw", c"set where it gives a program"),
        ],
    ),
    result(
        Kind::Ok,
        c"doeff_vm.doeff_vm.Ok",
        c"Ok(value)\n--\n\nThe result of a Safe program that returned.",
        &[(c"value", c"what it returned")],
    ),
    result(
        Kind::Err,
        c"doeff_vm.doeff_vm.Err",
        c"Err(error, captured_traceback=None)\n--\n\nThe result of a Safe program that raised.",
        &[
            (c"error", c"the exception that left it"),
            (
                c"captured_traceback",
                c"what doeff has kept of where it was raised, or None",
            ),
        ],
    ),
];
