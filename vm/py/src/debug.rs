//! Debug output: a line for every step, on standard error.
//!
//! It goes past Python's `sys.stderr`, and looks at nothing of a Python object but the name of its
//! type, so that it can be on while anything else is broken.

use std::cell::Cell;
use std::ffi::CStr;
use std::fmt::Write;

use doeff_vm_core::{CallbackId, SegmentKind, Subject};

use crate::host::{PyCall, PyMachine, PyMode, PyOutcome, Python};
use crate::object::Ref;
use crate::stdlib::store_len;

/// What is shown.
#[allow(clippy::struct_excessive_bools)] // they are independent switches
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The calls into Python and their outcomes, too.
    pub calls: bool,
    /// The segments on the stack.
    pub frames: bool,
    /// The dispatch and the clause.
    pub dispatch: bool,
    /// The sizes of the VM's own store.
    pub store: bool,
}

/// The debug output of one run.
pub struct Debug {
    shown: Shown,
    /// The VM's state, reader and writer.
    store: [Ref; 3],
    /// The number of the latest step.
    step: Cell<u64>,
}

impl Debug {
    /// The output of a run on the VM whose built-in handlers these are.
    pub fn new(shown: Shown, store: [Ref; 3]) -> Self {
        Self {
            shown,
            store,
            step: Cell::new(0),
        }
    }

    /// Tells of the step that is about to be made.
    pub fn step(&self, machine: &PyMachine, mode: &PyMode) {
        let number = machine.stats().steps + 1;
        self.step.set(number);
        let mut line = format!("[step {number}] {}", mode.name());
        if let PyMode::HandleYield(yielded) = mode {
            append(&mut line, format_args!(" {}", yielded.name()));
        }
        if let Some(subject) = mode.object() {
            append(&mut line, format_args!(" {}", type_name(&subject)));
        }
        if self.shown.frames {
            append(&mut line, format_args!(" frames={}", frames(machine)));
        }
        if self.shown.dispatch {
            append(&mut line, format_args!(" dispatch={}", dispatch(machine)));
        }
        if self.shown.store {
            let [state, env, log] = [0, 1, 2].map(|index| store_len(&self.store[index]));
            append(
                &mut line,
                format_args!(" store=state:{state},env:{env},log:{log}"),
            );
        }
        eprintln!("{line}");
    }

    /// Tells of a call that is about to be made.
    pub fn call(&self, call: &PyCall) {
        if self.shown.calls {
            eprintln!("[step {}]   call {}", self.step.get(), call.name());
        }
    }

    /// Tells of a call-back that is about to be made.
    pub fn callback(&self, id: CallbackId) {
        if self.shown.calls {
            eprintln!("[step {}]   {id}", self.step.get());
        }
    }

    /// Tells of a call's outcome.
    pub fn outcome(&self, outcome: &PyOutcome) {
        if self.shown.calls {
            let (name, what) = outcome.name();
            let outcome = format!("{name} {what}");
            eprintln!(
                "[step {}]   outcome {}",
                self.step.get(),
                outcome.trim_end()
            );
        }
    }
}

fn append(line: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = line.write_fmt(text);
}

/// Each segment with the number of frames that wait in it, outermost first.
fn frames(machine: &PyMachine) -> String {
    let segments = machine.segments().map(|segment| match segment.kind {
        SegmentKind::Normal => format!("{}:{}", segment.id, segment.waiting),
        SegmentKind::PromptBoundary => {
            format!("{}/{}:{}", segment.id, segment.marker, segment.waiting)
        }
    });
    let mut shown: Vec<_> = segments.collect();
    if machine.running().is_some() {
        shown.push("running".to_owned());
    }
    shown.join(",")
}

fn dispatch(machine: &PyMachine) -> String {
    let clause = if machine.clause().is_some() {
        "in a clause"
    } else {
        "in no clause"
    };
    match machine.dispatch() {
        Some(id) => format!("{id} {clause}"),
        None => clause.to_owned(),
    }
}

fn type_name(subject: &Subject<'_, Python>) -> String {
    let (Subject::Object(object) | Subject::Generator(object) | Subject::Error(object)) = subject;
    // SAFETY: the object keeps its type alive, whose name is a C string.
    unsafe {
        let name = CStr::from_ptr((*object.type_ptr()).tp_name);
        name.to_string_lossy().into_owned()
    }
}
