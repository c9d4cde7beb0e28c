//! The driver: makes the calls that the core asks for.
//!
//! One run is a loop over [`PyMachine::step`]. The machine belongs to the run alone, on the native
//! stack, and is not borrowed while Python code runs; what it refers to is alive because it does, so
//! the garbage collector need not see it. Only continuations outlive it, and they are Python
//! objects.

use doeff_vm_core::{PyCallOutcome, PythonCall, Released, StepEvent, Value, Yielded};
use pyo3::ffi;

use crate::classify::{
    Started, new_generator, object_of, prompt, start_do_call, start_program, take_continuation,
    uses_continuation,
};
use crate::effects::effect_type;
use crate::generator::{self, Step, is_generator, site};
use crate::host::{PyCaptured, PyFrame, PyMachine, PyMode, PyOutcome, PyYielded};
use crate::node::{self, Kind, plain_handler};
use crate::object::{Ref, take_error};
use crate::tail::{Tail, tail_of};
use crate::types::types;
use crate::{calls, continuation, do_function, messages, note};

/// Runs a program to its result.
///
/// # Errors
/// The exception that nothing in the program caught; `TypeError` for what is not a program.
pub fn run(program: &Ref) -> Result<Ref, Ref> {
    let body = match start_program(program)? {
        Started::Value(value) => return Ok(value),
        Started::Body(body) => body,
    };
    let mut driver = Driver {
        machine: PyMachine::new(),
    };
    let mode = driver.machine.start(body);
    driver.drive(mode)
}

struct Driver {
    machine: PyMachine,
}

impl Driver {
    fn drive(&mut self, mut mode: PyMode) -> Result<Ref, Ref> {
        loop {
            match self.machine.step(mode) {
                StepEvent::Continue(next) => mode = next,
                StepEvent::NeedsPython(call) => {
                    self.drop_released();
                    let outcome = self.execute_python_call(call);
                    mode = self
                        .machine
                        .receive_python_result(outcome)
                        .map_err(messages::internal)?;
                }
                StepEvent::Done(value) => {
                    self.drop_released();
                    return Ok(object_of(value));
                }
                StepEvent::Error(error) => {
                    self.drop_released();
                    return Err(error);
                }
                StepEvent::Refused(error) => return Err(messages::internal(error)),
            }
        }
    }

    /// Drops what the machine let go of: an abandoned continuation is closed here, before the answer
    /// reaches the surrounding program.
    #[inline]
    fn drop_released(&mut self) {
        while self.machine.has_released() {
            match self.machine.take_released() {
                Some(Released::Frame(PyFrame { generator, k })) => {
                    drop(generator);
                    drop(k);
                }
                Some(Released::Handler(handler)) => drop(handler),
                None => {}
            }
        }
    }

    fn execute_python_call(&mut self, call: PythonCall<crate::host::Python>) -> PyOutcome {
        match call {
            PythonCall::GenSend(value) => {
                let value = object_of(value);
                match self.machine.running() {
                    Some(frame) => {
                        let step = generator::send(&frame.generator, &value);
                        drop(value);
                        self.answer(step)
                    }
                    None => no_frame(),
                }
            }
            PythonCall::GenThrow(error) => match self.machine.running() {
                Some(frame) => {
                    let generator = frame.generator.clone();
                    let step = generator::throw(&generator, error);
                    self.answer(step)
                }
                None => no_frame(),
            },
            PythonCall::CallHandler { captured, effect } => Self::call_handler(captured, &effect),
            PythonCall::Unhandled { effect } => {
                PyCallOutcome::Error(messages::unhandled_effect(&effect, self.machine.handlers()))
            }
        }
    }

    #[inline]
    fn answer(&mut self, step: Step) -> PyOutcome {
        match step {
            Step::Yield(yielded) => self.yielded(yielded),
            Step::Return(value) => self.returned(value),
            Step::Raise(error) => self.raised(error),
        }
    }

    #[inline]
    fn returned(&mut self, value: Ref) -> PyOutcome {
        if let Some(frame) = self.machine.running()
            && frame.k.is_some()
            && uses_continuation(value.type_ptr())
        {
            let error = messages::clause_returned_primitive(&frame.generator, &value);
            drop(value);
            return self.raised(error);
        }
        PyCallOutcome::GenReturn(Value::Object(value))
    }

    /// The running frame has raised: a clause whose continuation is unused makes the operation fail.
    fn raised(&mut self, error: Ref) -> PyOutcome {
        if let Some(PyFrame {
            generator,
            k: Some(k),
        }) = self.machine.running()
        {
            let (generator, k) = (generator.clone(), k.clone());
            clause_raised(&k, &generator, error)
        } else {
            PyCallOutcome::GenError(error)
        }
    }

    // ---- what programs yield ------------------------------------------------------------------

    #[inline]
    fn yielded(&mut self, yielded: Ref) -> PyOutcome {
        let kind = yielded.type_ptr();
        let types = types();
        if kind == types.node(Kind::Resume) {
            return self.resume(yielded);
        }
        if kind == types.do_call {
            return refuse(start_do_call(&yielded).map(Started::into_yielded));
        }
        if kind == types.node(Kind::Transfer) {
            return self.transfer(yielded);
        }
        if kind == types.node(Kind::Pass) {
            return self.pass(yielded);
        }
        if kind == types.node(Kind::WithHandler) {
            return refuse(with_handler(&yielded));
        }
        if kind == types.node(Kind::Pure) {
            return refuse(start_program(&yielded).map(Started::into_yielded));
        }
        match effect_type(&yielded) {
            Ok(Some(effect_type)) => PyCallOutcome::GenYield(Yielded::Perform {
                effect: yielded,
                effect_type,
            }),
            Ok(None) => refuse(start_program(&yielded).map(Started::into_yielded)),
            Err(error) => PyCallOutcome::GenYield(Yielded::Refused(error)),
        }
    }

    #[inline]
    fn resume(&mut self, primitive: Ref) -> PyOutcome {
        // SAFETY: it is a `Resume`, which has two fields.
        let (k, value) = unsafe { node::into_pair(primitive) };
        let captured = match take_continuation(&k, "Resume") {
            Ok(captured) => captured,
            Err(error) => return refuse(Err(error)),
        };
        if let Some(frame) = self.machine.running()
            && tail_of(&frame.generator) == Tail::Return
            && let Some(frame) = self.machine.finish_frame()
            && let Err(error) = finish_by_send(&frame.generator)
        {
            return Failure { error, frame }.undo(&k, captured);
        }
        PyCallOutcome::GenYield(Yielded::Resume {
            captured,
            value: Value::Object(value),
        })
    }

    fn transfer(&mut self, primitive: Ref) -> PyOutcome {
        if self.machine.clause().is_none() {
            return refuse(Err(messages::outside_a_clause("Transfer")));
        }
        // SAFETY: it is a `Transfer`, which has two fields.
        let (k, value) = unsafe { node::into_pair(primitive) };
        let captured = match take_continuation(&k, "Transfer") {
            Ok(captured) => captured,
            Err(error) => return refuse(Err(error)),
        };
        match self.finish_clause() {
            Finished::Cleanly => PyCallOutcome::GenYield(Yielded::Resume {
                captured,
                value: Value::Object(value),
            }),
            Finished::Raising(failure) => failure.undo(&k, captured),
        }
    }

    fn pass(&mut self, primitive: Ref) -> PyOutcome {
        let Some(own) = self.machine.clause().cloned() else {
            return refuse(Err(messages::outside_a_clause("Pass")));
        };
        let Passed {
            k,
            captured,
            effect,
        } = match Passed::new(primitive, &own) {
            Ok(passed) => passed,
            Err(error) => return refuse(Err(error)),
        };
        drop(own);
        match self.finish_clause() {
            Finished::Cleanly => pass_on(captured, effect),
            Finished::Raising(failure) => failure.undo(&k, captured),
        }
    }

    /// Finishes the clause that the running frame belongs to: the programs that it called,
    /// innermost first, then the clause itself.
    fn finish_clause(&mut self) -> Finished {
        let mut first_error = None;
        while let Some(frame) = self.machine.finish_frame() {
            if let Err(error) = finish(&frame.generator) {
                if first_error.is_none() {
                    first_error = Some(error);
                } else {
                    messages::unraisable(error, &frame.generator);
                }
            }
            if frame.k.is_some() {
                return match first_error {
                    None => Finished::Cleanly,
                    Some(error) => Finished::Raising(Failure { error, frame }),
                };
            }
        }
        Finished::Cleanly
    }

    // ---- handlers -----------------------------------------------------------------------------

    fn call_handler(captured: PyCaptured, effect: &Ref) -> PyOutcome {
        let Some(handler) = captured.handler().map(plain_handler) else {
            return no_frame();
        };
        let performed = captured
            .performer()
            .map_or(generator::Site::NOWHERE, |frame| site(&frame.generator));
        let Some(k) = continuation::make(captured, effect.clone(), performed) else {
            return PyCallOutcome::Error(take_error());
        };
        // SAFETY: the arguments are valid for the call; the result is a new reference or null.
        let result = unsafe {
            let arguments = [effect.as_ptr(), k.as_ptr()];
            Ref::from_result(calls::vectorcall(
                handler.as_ptr(),
                &arguments,
                2,
                std::ptr::null_mut(),
            ))
        };
        let outcome = match result {
            Some(clause) if is_generator(&clause) => new_generator(clause)
                .map(|clause| PyCallOutcome::Clause(PyFrame::clause(clause, k.clone()))),
            Some(result) => clause_without_body(&handler, effect, &k, result),
            None => Err(messages::convert_stop_iteration(take_error(), &handler)),
        };
        outcome.unwrap_or_else(|error| match clause_raised(&k, &handler, error) {
            PyCallOutcome::GenError(error) => PyCallOutcome::Error(error),
            failed => failed,
        })
    }
}

/// What a handler call asked for that gave no generator.
fn clause_without_body(
    handler: &Ref,
    effect: &Ref,
    own: &Ref,
    result: Ref,
) -> Result<PyOutcome, Ref> {
    let kind = result.type_ptr();
    let types = types();
    if kind == types.node(Kind::Resume) || kind == types.node(Kind::Transfer) {
        let name = if kind == types.node(Kind::Resume) {
            "Resume"
        } else {
            "Transfer"
        };
        // SAFETY: both kinds have two fields.
        let (k, value) = unsafe { node::into_pair(result) };
        let captured = take_continuation(&k, name)?;
        return Ok(PyCallOutcome::GenYield(Yielded::Resume {
            captured,
            value: Value::Object(value),
        }));
    }
    if kind == types.node(Kind::Pass) {
        let passed = Passed::new(result, own)?;
        return Ok(pass_on(passed.captured, passed.effect));
    }
    if !is_program(&result)? {
        return Err(messages::handler_returned(handler, &result, effect));
    }
    match start_program(&result)? {
        Started::Body(body) => Ok(PyCallOutcome::Clause(PyFrame::clause(body, own.clone()))),
        Started::Value(value) if uses_continuation(value.type_ptr()) => {
            Err(messages::clause_returned_primitive(handler, &value))
        }
        Started::Value(value) => Ok(PyCallOutcome::ClauseReturn(Value::Object(value))),
    }
}

/// Whether a handler may return this to be run in its clause.
fn is_program(object: &Ref) -> Result<bool, Ref> {
    let kind = object.type_ptr();
    let ours = do_function::is_do_call(object)
        || kind == types().node(Kind::Pure)
        || kind == types().node(Kind::WithHandler);
    Ok(ours || effect_type(object)?.is_some() || crate::classify::has_to_generator(object)?)
}

fn with_handler(primitive: &Ref) -> Result<PyYielded, Ref> {
    // SAFETY: it is a `WithHandler`, which has three fields.
    let [handler, body, effects] = [0, 1, 2].map(|index| unsafe { node::field(primitive, index) });
    let prompt = prompt(handler, &effects)?;
    Ok(match start_program(&body)? {
        Started::Value(value) => Yielded::Value(Value::Object(value)),
        Started::Body(body) => Yielded::WithHandler {
            handler: prompt.handler,
            accepts: prompt.accepts,
            body,
        },
    })
}

/// A checked and reserved `Pass`.
struct Passed {
    k: Ref,
    captured: PyCaptured,
    effect: Ref,
}

impl Passed {
    /// `own` is the clause's continuation, which stands in for what was not given.
    fn new(primitive: Ref, own: &Ref) -> Result<Self, Ref> {
        // SAFETY: it is a `Pass`, which has two fields; `own` is a continuation.
        let (effect, k) = unsafe {
            let (effect, k) = node::into_pair(primitive);
            (
                given(effect).unwrap_or_else(|| continuation::effect(own)),
                given(k).unwrap_or_else(|| own.clone()),
            )
        };
        if effect_type(&effect)?.is_none() {
            return Err(messages::needs_effect("Pass", &effect));
        }
        let captured = take_continuation(&k, "Pass")?;
        Ok(Self {
            k,
            captured,
            effect,
        })
    }
}

/// Lets an outer handler answer. The effect's type is looked up only now: the clause's cleanup may
/// have changed it.
fn pass_on(captured: PyCaptured, effect: Ref) -> PyOutcome {
    match effect_type(&effect) {
        Ok(Some(effect_type)) => PyCallOutcome::GenYield(Yielded::Pass {
            captured,
            effect,
            effect_type,
        }),
        Ok(None) => PyCallOutcome::OperationFailed {
            captured,
            error: messages::needs_effect("Pass", &effect),
        },
        Err(error) => PyCallOutcome::OperationFailed { captured, error },
    }
}

fn given(argument: Ref) -> Option<Ref> {
    // SAFETY: the object is valid.
    let missing = unsafe { ffi::Py_IsNone(argument.as_ptr()) } != 0;
    (!missing).then_some(argument)
}

/// How finishing a clause ended.
enum Finished {
    Cleanly,
    Raising(Failure),
}

/// A frame, a clause's mostly, that raised while it was being finished.
struct Failure {
    error: Ref,
    frame: PyFrame,
}

impl Failure {
    /// Undoes the reservation of `k` and lets the error count as raised by the frame.
    fn undo(self, k: &Ref, captured: PyCaptured) -> PyOutcome {
        // SAFETY: `captured` was taken from `k`.
        unsafe { continuation::put_back(k, captured) };
        match self.frame.k {
            Some(own) => clause_raised(&own, &self.frame.generator, self.error),
            None => PyCallOutcome::GenError(self.error),
        }
    }
}

/// The clause that was given `k` has raised.
fn clause_raised(k: &Ref, clause: &Ref, error: Ref) -> PyOutcome {
    // SAFETY: a clause's `k` is a continuation.
    if let Some(captured) = unsafe { continuation::take(k) } {
        PyCallOutcome::OperationFailed { captured, error }
    } else {
        note::crossed(&error, k, clause);
        PyCallOutcome::GenError(error)
    }
}

/// Ends a generator that is suspended at a `yield`.
fn finish(generator: &Ref) -> Result<(), Ref> {
    if tail_of(generator) == Tail::No {
        generator::close(generator)
    } else {
        finish_by_send(generator)
    }
}

/// Ends a generator that is suspended at a `yield` in tail position. Its own code cannot raise there,
/// but a signal's handler or a trace function can.
#[inline]
fn finish_by_send(generator: &Ref) -> Result<(), Ref> {
    match generator::send(generator, &Ref::none()) {
        Step::Return(_) => Ok(()),
        Step::Raise(error) => Err(error),
        Step::Yield(_) => generator::close(generator),
    }
}

fn refuse(yielded: Result<PyYielded, Ref>) -> PyOutcome {
    PyCallOutcome::GenYield(yielded.unwrap_or_else(Yielded::Refused))
}

/// The machine asked for a call without what the call needs; the core's own check reports it.
fn no_frame() -> PyOutcome {
    PyCallOutcome::Error(messages::internal(doeff_vm_core::VMError {
        expected: "a frame or handler to call",
        found: "none",
    }))
}
