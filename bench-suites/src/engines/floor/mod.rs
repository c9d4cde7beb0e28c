//! The floor: the cheapest native loop that does a workload's Python-side work.
//!
//! One loop per workload, or for several of one shape: no stack, no dispatch, no check but those that
//! keep it sound or tell the shape. What it does in Python is what the VM does there: it sends to the
//! body's generator, calls each handler that gets the effect once, with a new `Continuation`, takes what
//! the clause yields, and finishes the clause by one send. It makes those calls by the VM's own
//! functions, and the objects by the VM's own constructors, so that every trick of theirs counts here
//! too.
//!
//! An error stays where CPython keeps it, on the thread, until the engine's caller takes it.

mod asking;
mod builtin;
mod effects;
mod exceptions;
mod holding;
mod leaving;
mod nesting;
mod programs;
mod runs;
mod starting;

use std::ptr::{self, NonNull};

use doeff_reports::Engine as Name;
use doeff_vm::generator::is_generator;
use doeff_vm::object::Ref;
use doeff_vm::types::types;
use doeff_vm::{calls, continuation, do_call, node};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled, InstalledHandler};

/// One loop per workload.
pub(super) struct Floor;

/// The loop of one workload.
#[derive(Clone, Copy)]
enum Loop {
    /// Runs the body's generator under these handlers, innermost first, to its result.
    Of(fn(&Generator, &[Handler]) -> Outcome),
    /// Is called by the workload's own loop: a native function in place of a machine's `run`.
    Driven(fn(Python<'_>) -> PyResult<Bound<'_, PyAny>>),
}

fn loop_of(workload: &str) -> Option<Loop> {
    Some(match workload {
        "resume_churn" | "new_effects" | "countdown" => Loop::Of(effects::resume_all),
        "transfer_churn" => Loop::Of(effects::transfer_all),
        "plain_handler" => Loop::Of(effects::resume_all_at_once),
        "nested_handlers" => Loop::Of(effects::pass_then_resume_all),
        "resume_nontail" => Loop::Of(effects::wait_for_all),
        "builtin_effects" => Loop::Driven(builtin::run_function),
        "generator_stepping" | "fibonacci_recursive" | "deep_recursion" => Loop::Of(programs::step),
        "program_calls" => Loop::Of(programs::call),
        "install_handler" => Loop::Of(programs::install),
        "exceptions" => Loop::Of(exceptions::raise),
        "deep_stacks" | "nested_once" | "iterator" => Loop::Of(nesting::nest),
        "handler_sieve" => Loop::Of(asking::ask),
        "product_early" | "parsing_dollars" => Loop::Of(leaving::leave),
        "generator" | "held_continuations" => Loop::Of(holding::hold),
        "runs" => Loop::Driven(runs::run_function),
        "startup" => Loop::Driven(starting::run_function),
        _ => return None,
    })
}

impl Engine for Floor {
    fn name(&self) -> Name {
        Name::FLOOR
    }

    fn effects_module(&self) -> &'static str {
        "doeff_vm"
    }

    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        let name = program.name();
        let fails = |problem: &str| {
            let message = format!("the floor's loop for the workload {name}: {problem}");
            PyValueError::new_err(message)
        };
        match loop_of(name) {
            None => Err(fails(
                "there is none; write one in src/engines/floor, or leave the floor out by max_size()",
            )),
            Some(Loop::Driven(run_function)) => {
                let drive = program.bind_drive(py, case, &run_function(py)?)?;
                let drive = drive.ok_or_else(|| fails("the workload has no drive()"))?;
                let drive = drive.unbind();
                Ok(Box::new(move |py: Python<'_>| drive.call0(py)))
            }
            Some(Loop::Of(run)) => {
                let body = program.body(py, case)?.unbind();
                let handlers = program.handlers(py, case)?.into_iter().map(Handler::new);
                let handlers = handlers.collect::<PyResult<Vec<_>>>()?;
                Ok(Box::new(move |py: Python<'_>| {
                    let body = borrow(body.bind(py));
                    let result = start(&body).and_then(|body| run(&body, &handlers));
                    match result {
                        // SAFETY: the pointer is a new reference to a valid object.
                        Ok(answer) => unsafe {
                            Ok(Bound::from_owned_ptr(py, answer.into_ptr()).unbind())
                        },
                        Err(Raised) => Err(PyErr::fetch(py)),
                    }
                }))
            }
        }
    }
}

/// An exception was raised, and is on the thread.
struct Raised;

/// A result, or an exception.
type Outcome = Result<Ref, Raised>;

/// A handler as it was installed.
struct Handler {
    function: Ref,
    /// The type of the effects that it accepts; null for every type.
    accepts: *mut ffi::PyTypeObject,
}

impl Handler {
    fn new((handler, effects): InstalledHandler<'_>) -> PyResult<Self> {
        let accepts = match effects {
            None => ptr::null_mut(),
            Some(effects) => effects
                .cast::<pyo3::types::PyType>()
                .map_err(|_| PyValueError::new_err("the floor expects one type in `effects`"))?
                .as_type_ptr(),
        };
        Ok(Self {
            function: borrow(&handler),
            accepts,
        })
    }

    #[inline]
    fn accepts(&self, effect: &Ref) -> bool {
        self.accepts.is_null() || self.accepts == effect.type_ptr()
    }
}

fn borrow(object: &Bound<'_, PyAny>) -> Ref {
    // SAFETY: a `Bound` refers to a valid object, which is never null.
    unsafe { Ref::from_borrowed(NonNull::new_unchecked(object.as_ptr())) }
}

/// An error for what a workload does that its loop was not written for.
#[cold]
fn unexpected(what: &str) -> Raised {
    let message = format!("the floor's loop did not expect {what}; fix src/engines/floor");
    Python::attach(|py| PyRuntimeError::new_err(message).restore(py));
    Raised
}

/// A generator, and not an object that behaves like one.
#[derive(Clone)]
struct Generator(Ref);

impl Generator {
    #[inline]
    fn of(object: Ref) -> Result<Self, Raised> {
        if is_generator(&object) {
            Ok(Self(object))
        } else {
            Err(unexpected("a program or clause without a generator"))
        }
    }

    /// Sends a value; `None` starts a new generator.
    #[allow(clippy::inline_always)] // its result is wide, and taken apart at once
    #[inline(always)]
    fn send(&self, value: &Ref) -> Step {
        let mut result = ptr::null_mut();
        // SAFETY: it is a generator, and the value is valid for the call; the result is a new
        // reference unless the outcome is an error.
        unsafe {
            match calls::gen_send(self.0.as_ptr(), value.as_ptr(), &raw mut result) {
                1 => Step::Yield(owned(result)),
                0 => Step::Return(owned(result)),
                _ => Step::Raise,
            }
        }
    }

    /// Sends `None` to a clause that has nothing left to do but return.
    #[inline]
    fn finish(&self, none: &Ref) -> Result<(), Raised> {
        match self.send(none) {
            Step::Return(_) => Ok(()),
            Step::Raise => Err(Raised),
            Step::Yield(_) => Err(unexpected("a clause that yields again")),
        }
    }
}

/// How a generator answered.
enum Step {
    /// It yielded this.
    Yield(Ref),
    /// It returned this.
    Return(Ref),
    /// It raised.
    Raise,
}

/// # Safety
/// `object` must be a new reference.
#[inline]
unsafe fn owned(object: *mut ffi::PyObject) -> Ref {
    // SAFETY: by the caller's word.
    unsafe { Ref::from_owned(NonNull::new_unchecked(object)) }
}

/// Starts the generator of a call of a `@do` function.
#[allow(clippy::inline_always)] // as above
#[inline(always)]
fn start(call: &Ref) -> Result<Generator, Raised> {
    if !do_call::is_do_call(call) {
        return Err(unexpected("a program that is no call of a @do function"));
    }
    // SAFETY: it was just checked.
    let started = unsafe { do_call::start(call) };
    started.ok_or(Raised).and_then(Generator::of)
}

/// Calls a handler with an effect and a new continuation, which keeps the effect.
#[allow(clippy::inline_always)] // a call costs more than what it would share
#[inline(always)]
fn call_handler(handler: &Ref, effect: Ref) -> Outcome {
    let performed = effect.as_ptr();
    let k = continuation::make_empty(effect).ok_or(Raised)?;
    call(handler.as_ptr(), &[performed, k.as_ptr()])
}

/// Calls a function with positional arguments. All must be valid objects.
#[inline]
fn call(function: *mut ffi::PyObject, arguments: &[*mut ffi::PyObject]) -> Outcome {
    // SAFETY: by the callers' word; the result is a new reference or null.
    unsafe {
        let result = calls::vectorcall(function, arguments, arguments.len(), ptr::null_mut());
        Ref::from_result(result).ok_or(Raised)
    }
}

/// The two fields of a node, which must be of this kind, one with two fields.
#[inline]
fn fields_of(node: Ref, kind: node::Kind) -> Result<(Ref, Ref), Raised> {
    if node.type_ptr() == types().node(kind) {
        // SAFETY: it was just checked.
        Ok(unsafe { node::into_pair(node) })
    } else {
        Err(unexpected("another primitive"))
    }
}

/// The handler and the program of a `WithHandler`; the effects that it names are let go of.
#[inline]
fn installed_by(node: Ref) -> Result<(Ref, Ref), Raised> {
    if node.type_ptr() != types().node(node::Kind::WithHandler) {
        return Err(unexpected("another primitive"));
    }
    // SAFETY: the node was just checked to be of a kind with three fields, and if the third is absent, the others are
    // all there is to take.
    let (handler, program) = unsafe {
        let [.., effects] = node::fields(&node);
        if effects.is_null() {
            node::into_pair(node)
        } else {
            let [handler, program, _] = node::into_three(node);
            (handler, program)
        }
    };
    Ok((handler, program))
}
