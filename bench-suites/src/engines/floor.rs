//! The floor: the cheapest native loop that does a workload's Python-side work.
//!
//! One loop per workload, written for it: no stack, no dispatch, no check but those that keep it
//! sound. What it does in Python is what the VM does there: it drives the body's generator with
//! `PyIter_Send`, calls each handler that gets the effect once, by vectorcall, with a new
//! `Continuation`, takes what the clause yields, and finishes the clause by one send. It makes the
//! objects by the VM's own constructors, so that every trick of theirs counts here too.

use std::ptr::{self, NonNull};

use doeff_reports::Engine as Name;
use doeff_vm::generator::{Step, send};
use doeff_vm::node::{self, Kind};
use doeff_vm::object::{Ref, restore_error, take_error};
use doeff_vm::types::types;
use doeff_vm::{continuation, do_function};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled};

/// One loop per workload.
pub(super) struct Floor;

/// The loop of one workload.
#[derive(Clone, Copy)]
enum Loop {
    /// Every effect goes to one handler, whose clause ends with this primitive.
    Answer(Kind),
    /// All handlers but the last pass the effect on.
    PassThenAnswer,
    /// Every clause waits for the result of the rest.
    Wait,
    /// Programs call programs.
    CallPrograms,
}

impl Loop {
    fn of(workload: &str) -> Option<Self> {
        match workload {
            "resume_churn" => Some(Self::Answer(Kind::Resume)),
            "transfer_churn" => Some(Self::Answer(Kind::Transfer)),
            "nested_handlers" => Some(Self::PassThenAnswer),
            "resume_nontail" => Some(Self::Wait),
            "generator_stepping" => Some(Self::CallPrograms),
            _ => None,
        }
    }
}

impl Engine for Floor {
    fn name(&self) -> Name {
        Name::FLOOR
    }

    fn effects_module(&self) -> &'static str {
        "doeff_vm"
    }

    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        let Some(chosen) = Loop::of(program.name()) else {
            let message = format!(
                "the floor has no loop for the workload {}; write one in src/engines/floor.rs",
                program.name()
            );
            return Err(PyValueError::new_err(message));
        };
        let body = program.body(py, case)?.unbind();
        let handlers = called(program.handlers(py, case)?);
        Ok(Box::new(move |py| {
            let body = borrow(&body);
            let handlers: Vec<_> = handlers.iter().map(borrow).collect();
            let result = start(&body).and_then(|body| match (chosen, &handlers[..]) {
                (Loop::Answer(kind), [handler]) => answer_all(&body, handler, kind),
                (Loop::PassThenAnswer, [passing @ .., last]) => {
                    pass_then_answer_all(&body, passing, last)
                }
                (Loop::Wait, [handler]) => wait_for_all(&body, handler),
                (Loop::CallPrograms, []) => run_calls(body),
                _ => Err(unexpected("another number of handlers")),
            });
            match result {
                // SAFETY: the pointer is a new reference to a valid object.
                Ok(answer) => Ok(unsafe { Bound::from_owned_ptr(py, answer.into_ptr()) }.unbind()),
                Err(error) => {
                    restore_error(error);
                    Err(PyErr::fetch(py))
                }
            }
        }))
    }
}

/// The handlers that get an effect: those of all effects, and the last one, which answers. Typed ones
/// further in accept other effects.
fn called(handlers: Vec<(Bound<'_, PyAny>, Option<Bound<'_, PyAny>>)>) -> Vec<Py<PyAny>> {
    let last = handlers.len().saturating_sub(1);
    handlers
        .into_iter()
        .enumerate()
        .filter(|(index, (_, effects))| effects.is_none() || *index == last)
        .map(|(_, (handler, _))| handler.unbind())
        .collect()
}

fn borrow(object: &Py<PyAny>) -> Ref {
    // SAFETY: a `Py` refers to a valid object, which is never null.
    unsafe { Ref::from_borrowed(NonNull::new_unchecked(object.as_ptr())) }
}

/// An error for what a workload does that its loop was not written for.
#[cold]
fn unexpected(what: &str) -> Ref {
    let message = format!("the floor's loop did not expect {what}; fix src/engines/floor.rs");
    Python::attach(|py| PyRuntimeError::new_err(message).restore(py));
    take_error()
}

/// Starts the generator of a call of a `@do` function.
#[inline]
fn start(call: &Ref) -> Result<Ref, Ref> {
    if !do_function::is_do_call(call) {
        return Err(unexpected("a program that is no call of a @do function"));
    }
    // SAFETY: it was just checked.
    unsafe { do_function::start(call) }.ok_or_else(take_error)
}

/// Calls a handler for an effect, which gives the clause, and runs the clause to its first yield.
#[inline]
fn call_handler(handler: &Ref, effect: &Ref, kind: Kind) -> Result<(Ref, (Ref, Ref)), Ref> {
    let k = continuation::make_empty(effect.clone()).ok_or_else(take_error)?;
    let arguments = [effect.as_ptr(), k.as_ptr()];
    // SAFETY: the arguments are valid for the call; the result is a new reference or null.
    let clause = unsafe {
        Ref::from_result(ffi::PyObject_Vectorcall(
            handler.as_ptr(),
            arguments.as_ptr(),
            2,
            ptr::null_mut(),
        ))
    }
    .ok_or_else(take_error)?;
    match send(&clause, &Ref::none()) {
        Step::Yield(primitive) if primitive.type_ptr() == types().node(kind) => {
            // SAFETY: it is a node of a kind with two fields: `Resume`, `Transfer` or `Pass`.
            Ok((clause, unsafe { node::into_pair(primitive) }))
        }
        Step::Raise(error) => Err(error),
        Step::Yield(_) | Step::Return(_) => Err(unexpected("a clause that does something else")),
    }
}

/// Ends a clause that has nothing left to do but return.
#[inline]
fn finish(clause: &Ref) -> Result<(), Ref> {
    match send(clause, &Ref::none()) {
        Step::Return(_) => Ok(()),
        Step::Raise(error) => Err(error),
        Step::Yield(_) => Err(unexpected("a clause that yields again")),
    }
}

/// Lets a handler answer an effect with a `Resume` or `Transfer` in tail position.
#[inline]
fn answer(handler: &Ref, effect: &Ref, kind: Kind) -> Result<Ref, Ref> {
    let (clause, (k, value)) = call_handler(handler, effect, kind)?;
    drop(k);
    finish(&clause)?;
    Ok(value)
}

fn answer_all(body: &Ref, handler: &Ref, kind: Kind) -> Result<Ref, Ref> {
    let mut value = Ref::none();
    loop {
        match send(body, &value) {
            Step::Yield(effect) => value = answer(handler, &effect, kind)?,
            Step::Return(answer) => return Ok(answer),
            Step::Raise(error) => return Err(error),
        }
    }
}

fn pass_then_answer_all(body: &Ref, passing: &[Ref], last: &Ref) -> Result<Ref, Ref> {
    let mut value = Ref::none();
    loop {
        match send(body, &value) {
            Step::Yield(mut effect) => {
                for handler in passing {
                    let (clause, (passed, k)) = call_handler(handler, &effect, Kind::Pass)?;
                    drop(k);
                    finish(&clause)?;
                    effect = passed;
                }
                value = answer(last, &effect, Kind::Resume)?;
            }
            Step::Return(answer) => return Ok(answer),
            Step::Raise(error) => return Err(error),
        }
    }
}

fn wait_for_all(body: &Ref, handler: &Ref) -> Result<Ref, Ref> {
    let mut waiting = Vec::new();
    let mut value = Ref::none();
    let mut result = loop {
        match send(body, &value) {
            Step::Yield(effect) => {
                let (clause, (k, reply)) = call_handler(handler, &effect, Kind::Resume)?;
                drop(k);
                waiting.push(clause);
                value = reply;
            }
            Step::Return(result) => break result,
            Step::Raise(error) => return Err(error),
        }
    };
    while let Some(clause) = waiting.pop() {
        match send(&clause, &result) {
            Step::Return(next) => result = next,
            Step::Raise(error) => return Err(error),
            Step::Yield(_) => return Err(unexpected("a clause that yields again")),
        }
    }
    Ok(result)
}

fn run_calls(body: Ref) -> Result<Ref, Ref> {
    let mut callers = Vec::new();
    let mut running = body;
    let mut value = Ref::none();
    loop {
        match send(&running, &value) {
            Step::Yield(yielded) if yielded.type_ptr() == types().node(Kind::Pure) => {
                // SAFETY: it is a `Pure`, which has a first field.
                value = unsafe { node::field(&yielded, 0) };
            }
            Step::Yield(yielded) => {
                let called = start(&yielded)?;
                callers.push(std::mem::replace(&mut running, called));
                value = Ref::none();
            }
            Step::Return(result) => {
                let Some(caller) = callers.pop() else {
                    return Ok(result);
                };
                running = caller;
                value = result;
            }
            Step::Raise(error) => return Err(error),
        }
    }
}
