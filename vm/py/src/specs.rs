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

/// By [`Kind`].
pub(crate) static SPECS: [Spec; KINDS] = TABLE;

/// [`SPECS`] as a constant, for functions that are made for one kind.
pub(crate) const TABLE: [Spec; KINDS] = [
    program(
        Kind::Resume,
        c"doeff_vm.Resume",
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
    program(
        Kind::Transfer,
        c"doeff_vm.Transfer",
        c"Transfer(k, value=None)\n--\n\n\
            Finish the clause that yields this, then resume the continuation k with a value.",
        &[
            (c"k", c"the continuation to go on with"),
            (c"value", c"what its performer gets"),
        ],
        1,
    ),
    program(
        Kind::ResumeThrow,
        c"doeff_vm.ResumeThrow",
        c"ResumeThrow(k, error)\n--\n\n\
            As Resume, but the exception is raised at the perform site.",
        &[
            (c"k", c"the continuation to resume"),
            (c"error", c"the exception that is raised at the perform site"),
        ],
        2,
    ),
    program(
        Kind::TransferThrow,
        c"doeff_vm.TransferThrow",
        c"TransferThrow(k, error)\n--\n\n\
            As Transfer, but the exception is raised at the perform site.",
        &[
            (c"k", c"the continuation to go on with"),
            (c"error", c"the exception that is raised at the perform site"),
        ],
        2,
    ),
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
    program(
        Kind::Pass,
        c"doeff_vm.Pass",
        c"Pass(effect=None, k=None)\n--\n\n\
            Finish the clause that yields this and let an outer handler answer the performer.\n\
            Without arguments it passes on the clause's own effect and continuation.",
        &[
            (c"effect", c"the effect, or None for the clause's own"),
            (c"k", c"the continuation, or None for the clause's own"),
        ],
        0,
    ),
    program(
        Kind::ResumeProgram,
        c"doeff_vm.ResumeProgram",
        c"Resume the continuation k by running a body at the perform site.",
        &[
            (c"k", c"the continuation to resume"),
            (c"body", c"what runs at the perform site"),
        ],
        2,
    ),
    program(
        Kind::GetContinuation,
        c"doeff_vm.GetContinuation",
        c"GetContinuation()\n--\n\nThe continuation of the clause that yields this.",
        &[],
        0,
    ),
    program(
        Kind::GetHandlers,
        c"doeff_vm.GetHandlers",
        c"GetHandlers()\n--\n\n\
            A list of handlers in scope, innermost first: in a clause whose continuation is unused\n\
            those at the perform site, otherwise those where this is yielded.",
        &[],
        0,
    ),
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
    program(
        Kind::WithHandler,
        c"doeff_vm.WithHandler",
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
    program(
        Kind::Safe,
        c"doeff_vm.Safe",
        c"Safe(program)\n--\n\n\
            Run the program; its result is Ok(value), or Err(error) for an Exception that leaves it.",
        &[(c"program", c"the program that runs")],
        1,
    ),
    program(
        Kind::Pure,
        c"doeff_vm.Pure",
        c"Pure(value=None)\n--\n\nThe program whose result is the value.",
        &[(c"value", c"the result")],
        0,
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
    object(
        Kind::Ok,
        c"doeff_vm.Ok",
        c"Ok(value)\n--\n\nThe result of a Safe program that returned.",
        &[(c"value", c"what it returned")],
    ),
    object(
        Kind::Err,
        c"doeff_vm.Err",
        c"Err(error)\n--\n\nThe result of a Safe program that raised.",
        &[(c"error", c"the exception that left it")],
    ),
];
