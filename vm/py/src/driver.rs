//! The driver: makes the calls that the core asks for.
//!
//! One run is a loop over [`PyMachine::step`]. The machine belongs to the run alone and is not
//! borrowed while Python code runs; what it refers to is alive because the run is, so the garbage
//! collector need not see it. Only continuations outlive a run, and they are Python objects.

use doeff_vm_core::{
    HandlerAction, PyCallOutcome, PythonCall, Released, StepEvent, Value, Yielded,
};

use crate::classify::object_of;
use crate::clause::clause_raised;
use crate::debug::Debug;
use crate::doeff::errors;
use crate::doeff::install::{self, Manner, callee, manner_of};
use crate::doeff::parts::Known;
use crate::doeff::pyvm::Published;
use crate::generator::{self, Step, is_generator, is_new};
use crate::host::{
    PyCall, PyCaptured, PyEvent, PyFrame, PyMachine, PyMode, PyOutcome, PyPrompt, PyYielded,
};
use crate::node::{self, Kind, plain_handler};
use crate::object::{Ref, take_error};
use crate::primitives::clause_without_body;
use crate::types::types;
use crate::watch::{Gil, Watch};
use crate::{answer, calls, continuation, messages};

/// Who looks on while a program runs.
#[derive(Default)]
pub struct Observers<'a> {
    /// Gets a line for every step.
    pub debug: Option<&'a Debug>,
    /// Is told what the machine has done, before each call into Python.
    pub publish: Option<&'a dyn Fn(doeff_vm_core::Stats)>,
}

/// Runs a program's body under prompts, given innermost first, to its result. The machine is idle
/// before and after.
///
/// # Errors
/// The exception that nothing in the program caught.
pub fn run(
    machine: &mut PyMachine,
    prompts: Vec<PyPrompt>,
    body: Ref,
    gil: Gil,
    observers: Observers<'_>,
) -> Result<Ref, Ref> {
    let mode = if prompts.is_empty() {
        machine.start(body)
    } else {
        PyMode::HandleYield(PyYielded::Install {
            prompts: prompts.into(),
            body,
        })
    };
    let is_plain = gil == Gil::Adaptive && observers.are_none();
    let mut driver = Driver {
        observers,
        ..Driver::new(machine, Watch::new(gil))
    };
    if is_plain {
        driver.drive::<true>(mode)
    } else {
        driver.drive::<false>(mode)
    }
}

/// As [`run`], for a body alone that nobody looks on.
///
/// # Errors
/// As for [`run`].
#[inline]
pub fn run_body(machine: &mut PyMachine, body: Ref) -> Result<Ref, Ref> {
    machine.start_directly(body);
    let mut driver = Driver::new(machine, Watch::new(Gil::Adaptive));
    let outcome = driver.send_on::<false>(Ref::none());
    if let PyCallOutcome::GenReturn(_) = &outcome
        && let Some(frame) = driver.machine.end_program()
        && let PyCallOutcome::GenReturn(result) = outcome
    {
        drop_frame(frame);
        return Ok(object_of(result));
    }
    driver.go_on_from(outcome)
}

/// As [`run_body`], by doeff's contract.
///
/// # Errors
/// As for [`run`].
pub fn run_foreign(machine: &mut PyMachine, body: Ref) -> Result<Ref, Ref> {
    let published = Published::before(machine.stats());
    machine.start_directly(body);
    let mut driver = Driver {
        doeff: true,
        published,
        ..Driver::new(machine, Watch::new(Gil::Adaptive))
    };
    let outcome = driver.send_on::<true>(Ref::none());
    let result = driver.go_on_from(outcome);
    driver.published.update(driver.machine.stats());
    result.map_err(|error| driver.leaves(error))
}

/// As [`run_foreign`], step by step, with the machine's invariants checked before each.
///
/// # Errors
/// As for [`run`].
#[cold]
pub fn run_foreign_checked(machine: &mut PyMachine, body: Ref) -> Result<Ref, Ref> {
    let published = Published::before(machine.stats());
    let mode = machine.start(body);
    let mut driver = Driver {
        doeff: true,
        published,
        ..Driver::new(machine, Watch::new(Gil::Adaptive))
    };
    let result = driver.drive_checked(mode);
    driver.published.update(driver.machine.stats());
    result.map_err(|error| driver.leaves(error))
}

impl Observers<'_> {
    fn are_none(&self) -> bool {
        self.debug.is_none() && self.publish.is_none()
    }
}

pub(crate) struct Driver<'a> {
    pub(crate) machine: &'a mut PyMachine,
    pub(crate) watch: Watch,
    observers: Observers<'a>,
    /// What a direct transition has stopped at.
    pub(crate) stopped: Option<PyOutcome>,
    /// Whether the run keeps to doeff's contract where that differs from ours.
    pub(crate) doeff: bool,
    /// The error that ends a run of doeff's at once.
    pub(crate) fatal: Option<Ref>,
    /// In a run of doeff's: the place of the first exception that no program has asked for, a list.
    pub(crate) raise_site: Option<Ref>,
    /// In a run of doeff's: what of the machine's work the process knows.
    pub(crate) published: Published,
    /// In a run of doeff's: what the latest check has found right ahead.
    pub(crate) known: Known,
}

impl<'a> Driver<'a> {
    fn new(machine: &'a mut PyMachine, watch: Watch) -> Self {
        Self {
            machine,
            watch,
            observers: Observers::default(),
            stopped: None,
            doeff: false,
            fatal: None,
            raise_site: None,
            published: Published::default(),
            known: Known::default(),
        }
    }
}

impl Driver<'_> {
    /// Drives on from the outcome of the call that the machine waits for.
    #[inline(never)]
    fn go_on_from(&mut self, outcome: PyOutcome) -> Result<Ref, Ref> {
        if let Some(error) = self.fatal.take() {
            return Err(error);
        }
        let mode = self.machine.receive_python_result(outcome);
        self.drive::<true>(mode.map_err(messages::internal)?)
    }

    /// `PLAIN` where nobody looks on and the interpreter is kept over short runs of steps.
    fn drive<const PLAIN: bool>(&mut self, mut mode: PyMode) -> Result<Ref, Ref> {
        loop {
            let mut event = if PLAIN {
                self.machine.step(mode)
            } else {
                self.observed_step(mode)
            };
            if let StepEvent::Paused(next) = event {
                event = self.watch.finish_step(self.machine, next);
            }
            match event {
                StepEvent::Continue(next) | StepEvent::Paused(next) => mode = next,
                StepEvent::NeedsPython(call) => {
                    self.drop_released();
                    let outcome = match call {
                        PythonCall::GenSend(value) if PLAIN && self.doeff => {
                            self.send_on::<true>(object_of(value))
                        }
                        PythonCall::GenSend(value) if PLAIN => {
                            self.send_on::<false>(object_of(value))
                        }
                        call if PLAIN => self.execute_python_call(call),
                        call => self.observed_call(call),
                    };
                    if let Some(error) = self.fatal.take() {
                        return Err(error);
                    }
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

    /// As [`drive`](Self::drive), with checks.
    #[cold]
    #[inline(never)]
    fn drive_checked(&mut self, mut mode: PyMode) -> Result<Ref, Ref> {
        loop {
            if let Err(invariant) = self.machine.check_invariants() {
                // A bug of ours.
                panic!("an invariant of the machine does not hold: {invariant}");
            }
            let event = self.machine.step(mode);
            self.drop_released();
            match event {
                StepEvent::Continue(next) | StepEvent::Paused(next) => mode = next,
                StepEvent::NeedsPython(call) => {
                    self.published.update(self.machine.stats());
                    let outcome = self.execute_python_call(call);
                    if let Some(error) = self.fatal.take() {
                        return Err(error);
                    }
                    let received = self.machine.receive_python_result(outcome);
                    mode = received.map_err(messages::internal)?;
                }
                StepEvent::Done(value) => return Ok(object_of(value)),
                StepEvent::Error(error) => return Err(error),
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
                Some(Released::Frame(frame)) => drop_frame(frame),
                Some(Released::Handler(handler)) => drop(handler),
                None => {}
            }
        }
    }

    fn observed_step(&mut self, mode: PyMode) -> PyEvent {
        if let Some(debug) = self.observers.debug {
            debug.step(self.machine, &mode);
        }
        self.watch.step(self.machine, mode)
    }

    fn observed_call(&mut self, call: PyCall) -> PyOutcome {
        if let Some(publish) = self.observers.publish {
            publish(self.machine.stats());
        }
        let Some(debug) = self.observers.debug else {
            return self.execute_python_call(call);
        };
        debug.call(&call);
        let outcome = self.execute_python_call(call);
        debug.outcome(&outcome);
        outcome
    }

    fn execute_python_call(&mut self, call: PyCall) -> PyOutcome {
        match call {
            PythonCall::GenSend(value) => match self.watch.tick() {
                Ok(()) => self.send(object_of(value)),
                Err(interrupt) => self.throw(interrupt),
            },
            PythonCall::GenThrow(error) => self.throw(error),
            PythonCall::CallHandler { captured, effect } => self.call_handler(captured, effect),
            PythonCall::CallStdlib { effect } => match self.watch.tick() {
                Ok(()) => self.call_stdlib(effect),
                Err(interrupt) => PyCallOutcome::Action(HandlerAction::Throw(interrupt)),
            },
            PythonCall::Unhandled { effect, declined } => {
                PyCallOutcome::Action(self.unhandled(&effect, declined))
            }
        }
    }

    fn send(&mut self, value: Ref) -> PyOutcome {
        match self.machine.running() {
            Some(frame) => {
                let step = generator::send(&frame.generator, &value);
                drop(value);
                if let Step::Raise(error) = &step {
                    self.note_raise(error);
                }
                self.answer(step)
            }
            None => no_frame(),
        }
    }

    pub(crate) fn throw(&mut self, error: Ref) -> PyOutcome {
        match self.machine.running() {
            Some(frame) => {
                let generator = frame.generator.clone();
                self.note_throw();
                let step = generator::throw(&generator, error);
                self.answer(step)
            }
            None => no_frame(),
        }
    }

    fn answer(&mut self, step: Step) -> PyOutcome {
        match step {
            Step::Yield(yielded) => self.yielded(yielded),
            Step::Return(value) => self.returned(value),
            Step::Raise(error) => self.raised(error),
        }
    }

    // ---- handlers -----------------------------------------------------------------------------

    fn call_handler(&mut self, captured: PyCaptured, effect: Ref) -> PyOutcome {
        match Self::ask_handler(captured, effect) {
            Asked::Clause(clause) => {
                clause.k.iter().for_each(continuation::settle);
                PyCallOutcome::Clause(clause)
            }
            Asked::Resume { captured, value } => {
                let value = Value::Object(value);
                PyCallOutcome::GenYield(Yielded::Resume { captured, value })
            }
            Asked::Other { handler, k, result } => self.other_than_clause(&handler, &k, result),
            Asked::Nothing(outcome) => outcome(),
        }
    }

    /// Calls the handler of a captured prompt with the effect and a new `k`.
    #[allow(clippy::inline_always)] // its result is wide, and taken apart at once
    #[inline(always)]
    pub(crate) fn ask_handler(captured: PyCaptured, effect: Ref) -> Asked {
        let Some(handler) = captured.handler() else {
            return Asked::Nothing(no_frame);
        };
        let (handler, call) = callee(handler);
        let effect_pointer = effect.as_ptr();
        let Some(k) = continuation::make(captured, effect) else {
            return Asked::Nothing(|| PyCallOutcome::Error(take_error()));
        };
        // SAFETY: the arguments are valid for the call: `k` keeps the effect. The result is a new
        // reference or null.
        let result = unsafe {
            let arguments = [effect_pointer, k.as_ptr()];
            let callable = handler.as_ptr();
            Ref::from_result(calls::vectorcall_by(call, callable, &arguments))
        };
        match result {
            Some(clause) if is_generator(&clause) && is_new(&clause) => {
                Asked::Clause(PyFrame::clause(clause, k))
            }
            Some(primitive) if is_own_tail(&primitive, &k) && manner_of(&k) != Manner::Marked => {
                end_with(primitive, k)
            }
            result => Asked::Other { handler, k, result },
        }
    }

    /// What a handler call comes to that gave no new generator.
    #[inline(never)]
    pub(crate) fn other_than_clause(
        &mut self,
        handler: &Ref,
        k: &Ref,
        result: Option<Ref>,
    ) -> PyOutcome {
        continuation::settle(k);
        let outcome = match result {
            Some(result) if self.doeff => self.foreign_answer(handler, k, result),
            Some(clause) if is_generator(&clause) => Err(messages::generator_has_started(&clause)),
            Some(result) => {
                // SAFETY: `k` is a started continuation.
                let effect = unsafe { continuation::effect(k) };
                clause_without_body(handler, &effect, k, result)
            }
            None if self.doeff => Err(take_error()),
            None => Err(messages::convert_stop_iteration(take_error(), handler)),
        };
        outcome.unwrap_or_else(|error| match clause_raised(k, handler, None, error) {
            PyCallOutcome::GenError(error) => PyCallOutcome::Error(error),
            failed => failed,
        })
    }

    pub(crate) fn call_stdlib(&mut self, effect: Ref) -> PyOutcome {
        let Some(handler) = self.machine.stdlib_handler() else {
            return no_frame();
        };
        let handler = plain_handler(handler);
        PyCallOutcome::Action(match answer::start(&handler, effect) {
            answer::Started::Done(action) => action,
            answer::Started::NeedsPython(callback) => {
                let id = self.machine.begin_callback();
                if let Some(debug) = self.observers.debug {
                    debug.callback(id);
                }
                let result = callback.call();
                callback.continue_after_python(result)
            }
        })
    }

    /// No handler accepts an effect. An `Ask` that readers passed on for want of the key has its
    /// own ways out.
    fn unhandled(&mut self, effect: &Ref, declined: bool) -> HandlerAction<crate::host::Python> {
        if declined && node::kind_of(effect) == Some(Kind::Ask) {
            // SAFETY: it is an `Ask`, which has a key and perhaps a default.
            return unsafe {
                match node::optional_field(effect, 1) {
                    Some(default) => HandlerAction::Resume(Value::Object(default)),
                    None => HandlerAction::Throw(messages::missing_key(&node::field(effect, 0))),
                }
            };
        }
        if self.doeff {
            let handlers = self.machine.handlers().filter_map(install::shown);
            let error = errors::unhandled(effect, handlers);
            self.attach_context(&error);
            return HandlerAction::Throw(error);
        }
        HandlerAction::Throw(messages::unhandled_effect(effect, self.machine.handlers()))
    }
}

/// Drops a frame: its generator first, whose locals may be the last to refer to `k`.
#[inline]
pub(crate) fn drop_frame(frame: PyFrame) {
    let PyFrame { generator, k, note } = frame;
    drop(generator);
    drop(k);
    drop(note);
}

/// What a handler call gave.
pub(crate) enum Asked {
    /// A clause with a generator.
    Clause(PyFrame),
    /// Its own continuation goes on with a value.
    Resume {
        /// What the continuation held.
        captured: PyCaptured,
        /// What its performer gets.
        value: Ref,
    },
    /// Something else, to be looked at by [`Driver::other_than_clause`]. (An outcome is so wide that making one
    /// here would keep all of this in memory.)
    Other {
        /// The handler that was called.
        handler: Ref,
        /// Its continuation.
        k: Ref,
        /// What it gave; `None` where it has raised.
        result: Option<Ref>,
    },
    /// It was not called; this gives the outcome.
    Nothing(fn() -> PyOutcome),
}

/// Whether a handler call has given a `Resume` or `Transfer` of its own, unused continuation.
#[inline]
fn is_own_tail(primitive: &Ref, k: &Ref) -> bool {
    let class = primitive.type_ptr();
    let types = types();
    // SAFETY: both kinds have a first field; `k` is a continuation.
    (class == types.node(Kind::Resume) || class == types.node(Kind::Transfer))
        && unsafe {
            node::field_pointer(primitive, 0) == k.as_ptr() && !continuation::is_used(k.as_ptr())
        }
}

/// Ends a handler call that gave such a primitive.
#[allow(clippy::inline_always)] // as for `ask_handler`
#[inline(always)]
fn end_with(primitive: Ref, k: Ref) -> Asked {
    // SAFETY: the caller has checked that it is a node with two fields, of which the first is `k`.
    let (own, value) = unsafe { node::into_pair(primitive) };
    drop(own);
    // SAFETY: `k` is a continuation.
    match unsafe { continuation::take_by_clause(&k) } {
        Some(captured) => {
            continuation::settle_kept(k);
            Asked::Resume { captured, value }
        }
        None => Asked::Nothing(|| PyCallOutcome::Error(messages::continuation_consumed())),
    }
}

/// The machine asked for a call without what the call needs; the core's own check reports it.
pub(crate) fn no_frame() -> PyOutcome {
    PyCallOutcome::Error(messages::internal(doeff_vm_core::VMError {
        expected: "a frame or handler to call",
        found: "none",
    }))
}
