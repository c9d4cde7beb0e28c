//! Runs: what `run` and the methods of `VM` do around the driver.

use std::cell::UnsafeCell;

use pyo3::prelude::*;

use crate::classify::{Started, handler_list, new_generator, prompt, start_program};
use crate::doeff;
use crate::driver::{self, Observers};
use crate::generator::is_generator;
use crate::host::{PyMachine, PyPrompt};
use crate::messages;
use crate::note::Run;
use crate::object::{Ref, restore_error};
use crate::stdlib::{StdlibHandler, make_with};
use crate::trash;
use crate::watch::Gil;

/// An argument that a caller may leave out.
pub enum Argument<'py> {
    /// It was left out.
    Missing,
    /// It was given, `None` perhaps.
    Given(Bound<'py, PyAny>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Argument<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self::Given(object.to_owned()))
    }
}

/// The handlers, environment and state that a program is run under.
pub struct Scope<'py> {
    /// Innermost first.
    pub handlers: Argument<'py>,
    /// A mapping.
    pub env: Option<Bound<'py, PyAny>>,
    /// A mapping.
    pub state: Option<Bound<'py, PyAny>>,
}

/// What is run.
pub enum Subject {
    /// A program.
    Program(Ref),
    /// A raw generator.
    Generator(Ref),
}

/// An object that `PyO3` has given us.
pub fn from_bound(object: Bound<'_, PyAny>) -> Ref {
    // SAFETY: a `Bound` owns its reference and is never null.
    unsafe { Ref::from_owned(std::ptr::NonNull::new_unchecked(object.into_ptr())) }
}

/// An object for `PyO3`.
pub fn into_py(py: Python<'_>, object: Ref) -> Py<PyAny> {
    // SAFETY: the pointer is a new reference.
    unsafe { Bound::from_owned_ptr(py, object.into_ptr()).unbind() }
}

/// The object's repr, cut, for a message.
///
/// # Errors
/// An interrupt that came meanwhile.
pub fn shown(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = messages::short_repr(&from_bound(object.clone()));
    text.map_err(|error| into_error(object.py(), error))
}

/// An exception for `PyO3`.
pub fn into_error(py: Python<'_>, error: Ref) -> PyErr {
    restore_error(error);
    PyErr::fetch(py)
}

/// Runs a program by itself, under nothing.
///
/// # Errors
/// As for [`drive`].
pub fn run_program(program: &Ref) -> Result<Ref, Ref> {
    let entered = Run::enter();
    let result = trash::nested(|| match start_program(program)? {
        Started::Value(value) => Ok(value),
        Started::Body(body) => {
            let mut machine = take_idle();
            let result = driver::run_body(&mut machine, body);
            keep_idle(machine);
            result
        }
    });
    if let Err(error) = &result {
        entered.finish(error);
    }
    result
}

/// Runs a program by itself, by doeff's contract, checked or not; also gives the steps that it took.
pub fn run_foreign(program: &Ref, is_checked: bool) -> (Result<Ref, Ref>, u64) {
    let mut steps = 0;
    let result = trash::nested(|| {
        doeff::pyvm::check(program)?;
        match start_program(program)? {
            Started::Value(value) => Ok(value),
            Started::Body(body) => {
                let mut machine = take_idle();
                let before = machine.stats().steps;
                let result = if is_checked {
                    driver::run_foreign_checked(&mut machine, body)
                } else {
                    driver::run_foreign(&mut machine, body)
                };
                steps = machine.stats().steps - before;
                keep_idle(machine);
                result
            }
        }
    });
    (doeff::errors::without_generator(result), steps)
}

/// Runs a program by itself, under a scope.
///
/// # Errors
/// As for [`drive`].
pub fn run_alone(subject: Subject, scope: Scope<'_>) -> Result<Ref, Ref> {
    let entered = Run::enter();
    let result = trash::nested(|| {
        let mut machine = take_idle();
        let result = drive(
            &mut machine,
            subject,
            scope,
            Gil::default(),
            Observers::default(),
        );
        keep_idle(machine);
        result
    });
    if let Err(error) = &result {
        entered.finish(error);
    }
    result
}

/// Machines with an empty stack, for the next runs: making one allocates.
#[allow(clippy::vec_box)] // a machine is wide to move in and out
struct IdleMachines(UnsafeCell<Vec<Box<PyMachine>>>);

// SAFETY: only reached by the two functions below, which hold the interpreter and call nothing.
unsafe impl Sync for IdleMachines {}

static IDLE: IdleMachines = IdleMachines(UnsafeCell::new(Vec::new()));

/// As many as runs are commonly inside one another.
const IDLE_MACHINES: usize = 4;

#[allow(clippy::unnecessary_box_returns)] // as above
fn take_idle() -> Box<PyMachine> {
    // SAFETY: the interpreter is held, and with it the only reference to the machines.
    let idle = unsafe { &mut *IDLE.0.get() };
    idle.pop().unwrap_or_default()
}

fn keep_idle(machine: Box<PyMachine>) {
    // SAFETY: as above.
    let idle = unsafe { &mut *IDLE.0.get() };
    if idle.len() < IDLE_MACHINES && machine.is_idle_and_small() && cfg!(not(Py_GIL_DISABLED)) {
        idle.push(machine);
    }
}

/// Runs a program on a machine.
///
/// # Errors
/// `TypeError` for a bad argument; the exception that nothing in the program caught.
pub fn drive(
    machine: &mut PyMachine,
    subject: Subject,
    scope: Scope<'_>,
    gil: Gil,
    observers: Observers<'_>,
) -> Result<Ref, Ref> {
    let prompts = scope.prompts()?;
    match start(subject)? {
        Started::Value(value) => Ok(value),
        Started::Body(body) => driver::run(machine, prompts, body, gil, observers),
    }
}

fn start(subject: Subject) -> Result<Started, Ref> {
    match subject {
        Subject::Program(program) => start_program(&program),
        Subject::Generator(generator) if is_generator(&generator) => {
            new_generator(generator).map(Started::Body)
        }
        Subject::Generator(other) => Err(messages::needs_generator(&other)),
    }
}

/// Gives a run's result to Python, with the note on an exception that leaves the outermost run.
///
/// # Errors
/// The exception that the run ended with.
pub fn finish(py: Python<'_>, entered: &Run, result: Result<Ref, Ref>) -> PyResult<Py<PyAny>> {
    match result {
        Ok(value) => Ok(into_py(py, value)),
        Err(error) => {
            entered.finish(&error);
            Err(into_error(py, error))
        }
    }
}

impl Scope<'_> {
    /// The prompts to install, innermost first.
    fn prompts(self) -> Result<Vec<PyPrompt>, Ref> {
        let none = Ref::none();
        let mut prompts = Vec::new();
        if let Argument::Given(handlers) = self.handlers {
            for handler in handler_list("run()", &from_bound(handlers))? {
                prompts.push(prompt(handler, &none)?);
            }
        }
        for (kind, name, mapping) in [
            (StdlibHandler::Reader, "reader()", self.env),
            (StdlibHandler::State, "state()", self.state),
        ] {
            if let Some(mapping) = mapping {
                let handler = make_with(kind, name, Some(&from_bound(mapping)))?;
                prompts.push(prompt(handler, &none)?);
            }
        }
        Ok(prompts)
    }
}
