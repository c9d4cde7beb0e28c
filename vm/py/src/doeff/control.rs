//! What the driver does with doeff's primitives, and with ours where doeff's contract says something else.

use std::ptr;

use doeff_vm_core::{PyCallOutcome, Value, Yielded};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::classify::{self, Reserved, Started, reserve_started, start_program, uses_continuation};
use crate::clause::Failure;
use crate::driver::{Driver, drop_frame};
use crate::effects::performed_type;
use crate::generator::{is_generator, with_bound};
use crate::host::{PyCaptured, PyFrame, PyOutcome};
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::primitives::{
    clause_without_body, delegate, go_on, go_on_throwing, perform, refuse, reserve_to_throw,
};
use crate::tail::is_marked;
use crate::{calls, continuation, messages, note, program};

use super::expand;
use super::install;
use super::parts::{Here, Place, check_body, check_parts, check_program, needs_program};
use super::values::{Callable, IRStream};
use super::{errors, observe};

/// Starts one of doeff's programs that have a body of their own; `None` for anything else.
///
/// # Errors
/// What its function raised.
pub fn start(program: &Ref) -> Result<Option<Started>, Ref> {
    if expand::is_call(program) {
        return start_call(program).map(Some);
    }
    if expand::is_expand(program) {
        return expand_body(program).map(|body| Some(Started::Body(body)));
    }
    Ok(None)
}

/// Starts a `Call`.
///
/// # Errors
/// What its function raised; `TypeError` where it gave a generator that has started.
#[inline]
pub fn start_call(call: &Ref) -> Result<Started, Ref> {
    // SAFETY: the caller has checked that it is one.
    match unsafe { expand::start(call) } {
        Some(result) if !is_generator(&result) => Ok(Started::Value(result)),
        Some(result) => Ok(Started::Body(result)),
        None => Err(errors::call_failed(call, take_error())),
    }
}

/// Whether an object is one of doeff's programs that have a body of their own.
pub fn is_program(object: &Ref) -> bool {
    expand::is_call(object) || expand::is_expand(object)
}

fn expand_body(expand: &Ref) -> Result<Ref, Ref> {
    // SAFETY: the caller has checked that it is one.
    let expr = unsafe { expand::expr(expand) };
    if note::is_silent() {
        check_parts(expand)?;
    } else {
        needs_program(&expr, &Place::WHOLE)?;
    }
    program::expanding_body(&expr).ok_or_else(take_error)
}

/// The program whose result is that of a stream's generator.
fn start_stream(stream: &Ref) -> Result<Option<Started>, Ref> {
    let generator = with_bound(stream, |stream| {
        let stream = stream.cast::<IRStream>().ok()?;
        Some(crate::runs::from_bound(
            stream.get().generator.bind(stream.py()).clone(),
        ))
    });
    let Some(generator) = generator else {
        return Ok(None);
    };
    if is_generator(&generator) {
        return Ok(Some(Started::Body(generator)));
    }
    let goes_on = with_bound(&generator, |generator| -> PyResult<bool> {
        // The first step of an iterator needs no `send`.
        let py = generator.py();
        Ok(generator
            .getattr_opt(pyo3::intern!(py, "__next__"))?
            .is_some()
            || generator.getattr_opt(pyo3::intern!(py, "send"))?.is_some())
    });
    if !goes_on.map_err(messages::exception)? {
        return Err(errors::no_send(&generator));
    }
    // The driver knows generators alone.
    let driven = with_bound(&generator, |generator| -> PyResult<Ref> {
        let module = generator.py().import("doeff_vm._bind")?;
        let driven = module.call_method1("driving", (generator,))?;
        Ok(crate::runs::from_bound(driven))
    });
    match driven {
        Ok(driven) => Ok(Some(Started::Body(driven))),
        Err(error) => Err(messages::exception(error)),
    }
}

impl Driver<'_> {
    /// A primitive that only doeff has was yielded.
    pub(crate) fn foreign(&mut self, node: &Ref, kind: Kind) -> PyOutcome {
        // SAFETY: all of these that are asked for a field have it.
        let field = |index| unsafe { node::field(node, index) };
        match kind {
            Kind::Perform => self.perform_foreign(field(0)),
            Kind::Apply => {
                let checked = if self.doeff {
                    check_parts(node)
                } else {
                    Ok(())
                };
                let body = checked.and_then(|()| apply_body(node));
                refuse(body.map(Yielded::Program))
            }
            Kind::Applied => self.apply(&field(0)),
            Kind::Streamed => self.run_stream(&field(0)),
            Kind::WithObserve => {
                let observer = field(0);
                match self.observer(&observer, "WithObserve") {
                    Ok(callable) => {
                        let prompt = observe::prompt(&callable);
                        self.under(prompt.map(|prompt| vec![prompt]), &field(1), kind)
                    }
                    Err(outcome) => outcome,
                }
            }
            Kind::WithBoundaries => match self.boundary_prompts(&field(0)) {
                Ok(prompts) => self.under(prompts, &field(1), kind),
                Err(outcome) => outcome,
            },
            Kind::TailEval => self.tail_eval(node),
            _ => refuse(self.answer_question(node, kind)),
        }
    }

    /// Performs an effect after observers were told of it.
    pub(crate) fn perform_observed(&mut self, effect: Ref) -> PyOutcome {
        match self.observe(&effect) {
            Ok(()) => perform(effect),
            Err(error) => refuse(Err(error)),
        }
    }

    fn perform_foreign(&mut self, effect: Ref) -> PyOutcome {
        if observe::any()
            && let Err(error) = self.observe(&effect)
        {
            return refuse(Err(error));
        }
        refuse(performed_type(&effect).map(|effect_type| Yielded::Perform {
            effect,
            effect_type,
        }))
    }

    /// Calls what `Apply` has found.
    fn apply(&mut self, values: &Ref) -> PyOutcome {
        let called = with_bound(values, |values| -> Option<PyResult<Ref>> {
            let values = values.cast::<PyList>().ok()?;
            let py = values.py();
            let callable = values.get_item(0).ok()?;
            let callable = callable.cast::<Callable>().ok()?;
            let arguments = values.get_slice(1, values.len()).to_tuple();
            // SAFETY: the callable and the tuple are valid for the call; the result is a new reference or
            // null with an exception.
            let result = unsafe {
                let callable = callable.get().callable.as_ptr();
                Ref::from_result(calls::call(callable, arguments.as_ptr(), ptr::null_mut()))
            };
            Some(result.ok_or_else(|| PyErr::fetch(py)))
        });
        match called {
            Some(result) => {
                let result = result.map_err(messages::exception);
                refuse(result.map(|value| Yielded::Value(Value::Object(value))))
            }
            None => self.end_run(errors::fatal("internal error: Apply: f is not callable")),
        }
    }

    /// Runs what `Expand` has found.
    fn run_stream(&mut self, found: &Ref) -> PyOutcome {
        match start_stream(found) {
            // The generator takes the place of what has found it, and of a clause if that is one.
            Ok(Some(Started::Body(generator))) => match self.machine.finish_frame() {
                Some(PyFrame { k, note, .. }) => {
                    PyCallOutcome::GenYield(Yielded::TailCall(PyFrame { generator, k, note }))
                }
                None => crate::driver::no_frame(),
            },
            Ok(Some(started @ Started::Value(_))) => refuse(Ok(started.into_yielded())),
            Ok(None) => {
                let kind = messages::type_name_of(found);
                let text = format!("type error: Expand: expected Value::Stream, got {kind}");
                self.end_run(errors::fatal(&text))
            }
            Err(error) => refuse(Err(error)),
        }
    }

    /// The run ends with this error, which no program gets to see.
    #[cold]
    pub(crate) fn end_run(&mut self, error: Ref) -> PyOutcome {
        // No place is shown of it, least of all that of an earlier error.
        self.raise_site = None;
        self.fatal = Some(error.clone());
        refuse(Err(error))
    }

    /// What an observer calls.
    fn observer(&mut self, observer: &Ref, primitive: &str) -> Result<Ref, PyOutcome> {
        let callable = with_bound(observer, |observer| {
            let observer = observer.cast::<Callable>().ok()?;
            let callable = observer.get().callable.bind(observer.py());
            Some(crate::runs::from_bound(callable.clone()))
        });
        callable.ok_or_else(|| {
            let kind = messages::type_name_of(observer);
            let text = format!("type error: {primitive}: observer must be Callable, got {kind}");
            self.end_run(errors::fatal(&text))
        })
    }

    /// The prompts of `WithBoundaries`, innermost first.
    fn boundary_prompts(
        &mut self,
        boundaries: &Ref,
    ) -> Result<Result<Vec<crate::host::PyPrompt>, Ref>, PyOutcome> {
        let pairs = match with_bound(boundaries, observe::boundaries) {
            Ok(pairs) => pairs,
            Err(error) => return Ok(Err(messages::exception(error))),
        };
        let none = Ref::none();
        let mut prompts = Vec::with_capacity(pairs.len());
        for (is_handler, callable) in pairs {
            let prompt = if is_handler {
                self.prompt_of(callable, &none)
            } else {
                observe::prompt(&self.observer(&callable, "WithBoundaries")?)
            };
            match prompt {
                Ok(prompt) => prompts.push(prompt),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(prompts))
    }

    /// Runs a program under prompts, innermost first.
    fn under(
        &mut self,
        prompts: Result<Vec<crate::host::PyPrompt>, Ref>,
        body: &Ref,
        kind: Kind,
    ) -> PyOutcome {
        let installed = prompts.and_then(|prompts| {
            let started = self.start_body(body, kind, None)?;
            Ok(match started {
                Started::Value(value) => Yielded::Value(Value::Object(value)),
                Started::Body(body) => Yielded::Install {
                    prompts: prompts.into(),
                    body,
                },
            })
        });
        refuse(installed)
    }

    /// Starts the program that a primitive runs under something: a handler, perhaps, which shows in the
    /// traceback of what fails at its start, but not of what is no program.
    pub(crate) fn start_body(
        &mut self,
        body: &Ref,
        kind: Kind,
        handler: Option<&Ref>,
    ) -> Result<Started, Ref> {
        if !self.doeff {
            return start_program(body);
        }
        self.known = check_body(body, kind, &self.known)?;
        let started = start_program(body);
        if started.is_err()
            && let Some(handler) = handler
        {
            self.note_body(handler);
        }
        started
    }

    /// The prompt of a handler, by the contract of this run.
    #[inline]
    pub(crate) fn prompt_of(
        &self,
        handler: Ref,
        effects: &Ref,
    ) -> Result<crate::host::PyPrompt, Ref> {
        if self.doeff {
            install::prompt(handler, effects)
        } else {
            classify::prompt(handler, effects)
        }
    }

    /// What was yielded is not a program.
    #[cold]
    pub(crate) fn yielded_nonsense(&self, object: &Ref) -> Ref {
        if self.doeff {
            errors::yielded_nonsense(object)
        } else {
            messages::not_a_program(object)
        }
    }

    /// What a handler of doeff's gave that is no clause.
    ///
    /// # Errors
    /// The reason why it cannot be the answer.
    pub(crate) fn foreign_answer(
        &mut self,
        handler: &Ref,
        k: &Ref,
        result: Ref,
    ) -> Result<PyOutcome, Ref> {
        let result = install::given_by_raw(result);
        if install::is_marked_call(handler, k) {
            if is_generator(&result) {
                // It has begun already; the rest of it is the clause.
                return Ok(PyCallOutcome::Clause(PyFrame::clause(result, k.clone())));
            }
            return Ok(PyCallOutcome::ClauseReturn(Value::Object(result)));
        }
        if is_generator(&result) || !classify::is_program(&result)? {
            return Ok(self.end_run(errors::bad_answer(&result)));
        }
        // SAFETY: `k` is a started continuation.
        let effect = unsafe { continuation::effect(k) };
        let Some(kind) = uses_continuation(&result) else {
            return Ok(match start_program(&result)? {
                Started::Value(value) => PyCallOutcome::ClauseReturn(Value::Object(value)),
                Started::Body(body) => PyCallOutcome::Clause(PyFrame::clause(body, k.clone())),
            });
        };
        check_continuation(&result, kind)?;
        let result = match kind {
            Kind::ResumeThrow | Kind::TransferThrow => throwable(result)?,
            _ => result,
        };
        match clause_without_body(handler, &effect, k, result) {
            Err(error) if kind == Kind::Pass => Ok(self.refused_pass(error)),
            Err(error) => Ok(self.refused_use(error)),
            outcome => outcome,
        }
    }

    /// Whether the running frame is at a tail resume by doeff's count.
    pub(crate) fn is_marked(&self) -> bool {
        self.doeff
            && self
                .machine
                .running()
                .is_some_and(|frame| is_generator(&frame.generator) && is_marked(&frame.generator))
    }

    /// `TailEval`: doeff checks what is nested before anything is ended.
    fn tail_eval(&mut self, node: &Ref) -> PyOutcome {
        if self.doeff
            && let Err(error) = check_program(node, &Place::WHOLE)
        {
            return refuse(Err(error));
        }
        self.tail_call(node)
    }

    /// doeff's `TailEval` of a `TailEval` ends two programs, where there is another.
    #[cold]
    pub(crate) fn nested_tail_eval(&mut self, mut program: Ref, mut ended: PyFrame) -> PyOutcome {
        while node::kind_of(&program) == Some(Kind::TailEval) {
            // SAFETY: it is a `TailEval`, which has a first field.
            program = unsafe { node::field(&program, 0) };
            match self.finish_running() {
                Ok(Some(frame)) => drop_frame(std::mem::replace(&mut ended, frame)),
                Ok(None) => {}
                Err(failure) => return failure.outcome(),
            }
        }
        self.in_place_of(ended, &program)
    }

    // ---- doeff's tails end the generator that yields them, and no other -----------------------------

    /// `Transfer` and `Resume` with a continuation that is not the clause's own.
    pub(crate) fn transfer_alone(&mut self, primitive: Ref) -> PyOutcome {
        // SAFETY: it is a `Transfer`, which has two fields.
        let (k, value) = unsafe { node::into_pair(primitive) };
        let reserved = match self.reserve_or_end(&k, Kind::Transfer) {
            Ok(reserved) => reserved,
            Err(outcome) => return outcome,
        };
        match self.finish_running() {
            Ok(_) => go_on(reserved, value),
            Err(failure) => failure.undo(&k, reserved),
        }
    }

    pub(crate) fn transfer_throw_alone(&mut self, primitive: Ref) -> PyOutcome {
        let primitive = match throwable(primitive) {
            Ok(primitive) => primitive,
            Err(error) => return refuse(Err(error)),
        };
        let (k, reserved, error) = match reserve_to_throw(primitive, Kind::TransferThrow) {
            Ok(reserved) => reserved,
            Err(error) => return self.refused_use(error),
        };
        match self.finish_running() {
            Ok(_) => go_on_throwing(reserved, error),
            Err(failure) => failure.undo(&k, reserved),
        }
    }

    pub(crate) fn pass_alone(&mut self, primitive: Ref) -> PyOutcome {
        // SAFETY: it is a `Pass`, which has two fields.
        let (effect, k) = unsafe { node::into_pair(primitive) };
        if !continuation::is_continuation(&k) {
            return refuse(Err(errors::needs_continuation(&k)));
        }
        let captured = match reserve_started(&k, Kind::Pass) {
            Ok(captured) => captured,
            Err(error) => return self.refused_pass(error),
        };
        match self.finish_running() {
            Ok(_) => pass_on(captured, effect),
            Err(failure) => undo_captured(failure, &k, captured),
        }
    }

    /// A clause has passed its own effect on, which is none: doeff's `Perform` performs any object.
    #[cold]
    pub(crate) fn pass_no_effect(&self, captured: PyCaptured, effect: Ref) -> PyOutcome {
        if self.doeff {
            return pass_on(captured, effect);
        }
        delegate(captured, effect, Kind::Pass, false)
    }

    fn reserve_or_end(&mut self, k: &Ref, kind: Kind) -> Result<Reserved, PyOutcome> {
        if !continuation::is_continuation(k) {
            return Err(refuse(Err(errors::needs_continuation(k))));
        }
        classify::reserve(k, kind, None).map_err(|error| self.refused_use(error))
    }

    /// What was to go on is not a continuation, or cannot be used.
    #[cold]
    pub(crate) fn refused_resume(&mut self, k: &Ref, error: Ref) -> PyOutcome {
        if self.doeff && !continuation::is_continuation(k) {
            return refuse(Err(errors::needs_continuation(k)));
        }
        self.refused_use(error)
    }

    /// As [`refused_use`](Self::refused_use), of a `Pass`: doeff looks for an outer handler first.
    #[cold]
    fn refused_pass(&mut self, error: Ref) -> PyOutcome {
        let is_within_handlers = self
            .machine
            .handlers()
            .any(|it| install::shown(it).is_some());
        if is_within_handlers && messages::is_continuation_consumed(&error) {
            let text = "internal error: Pass: continuation already consumed";
            return self.end_run(errors::fatal(text));
        }
        self.refused_use(error)
    }

    /// A continuation cannot be used: a second use ends doeff's run.
    #[cold]
    pub(crate) fn refused_use(&mut self, error: Ref) -> PyOutcome {
        if self.doeff && messages::is_continuation_consumed(&error) {
            let segment = self.machine.segments().last();
            let segment = segment.map_or(0, |segment| segment.id.number());
            return self.end_run(errors::consumed(segment));
        }
        refuse(Err(error))
    }
}

/// Checks what a primitive that a handler's call gave is to use.
fn check_continuation(primitive: &Ref, kind: Kind) -> Result<(), Ref> {
    let index = match kind {
        Kind::Resume | Kind::Transfer | Kind::ResumeThrow | Kind::TransferThrow => 0,
        Kind::Pass => 1,
        _ => return Ok(()),
    };
    // SAFETY: all five kinds have two fields.
    let k = unsafe { node::field(primitive, index) };
    let is_left_out = kind == Kind::Pass && with_bound(&k, |k| k.is_none());
    if is_left_out || continuation::is_continuation(&k) {
        Ok(())
    } else {
        Err(errors::needs_continuation(&k))
    }
}

/// A primitive that throws, with an exception in any object's place.
///
/// # Errors
/// `TypeError` where its first field is no continuation.
pub(crate) fn throwable(primitive: Ref) -> Result<Ref, Ref> {
    let Some(kind) = node::kind_of(&primitive) else {
        return Ok(primitive);
    };
    // SAFETY: the callers have a primitive with two fields.
    let [k, error] = [0, 1].map(|index| unsafe { node::field(&primitive, index) });
    if !continuation::is_continuation(&k) {
        return Err(errors::needs_continuation(&k));
    }
    // SAFETY: the object is valid.
    if unsafe { pyo3::ffi::PyExceptionInstance_Check(error.as_ptr()) } != 0 {
        return Ok(primitive);
    }
    let error = errors::raised_object(&error);
    node::make(kind, &[&k, &error]).ok_or_else(take_error)
}

/// Lets a handler outside of what was captured answer its performer, whatever was performed.
fn pass_on(captured: PyCaptured, effect: Ref) -> PyOutcome {
    match performed_type(&effect) {
        Ok(effect_type) => PyCallOutcome::GenYield(Yielded::Delegate {
            captured,
            effect,
            effect_type,
            declined: false,
        }),
        Err(error) => PyCallOutcome::OperationFailed { captured, error },
    }
}

fn undo_captured(failure: Failure, k: &Ref, captured: PyCaptured) -> PyOutcome {
    failure.undo(k, Reserved::Captured(captured))
}

fn apply_body(apply: &Ref) -> Result<Ref, Ref> {
    // SAFETY: it is an `Apply`, which has two fields.
    let [function, arguments] = [0, 1].map(|index| unsafe { node::field(apply, index) });
    needs_program(&function, &Place::WHOLE)?;
    let arguments = with_bound(&arguments, |arguments| -> PyResult<Vec<Ref>> {
        let items = arguments.try_iter()?;
        items
            .map(|item| item.map(crate::runs::from_bound))
            .collect()
    });
    let arguments = arguments.map_err(messages::exception)?;
    for (index, argument) in arguments.iter().enumerate() {
        needs_program(argument, &Place::WHOLE.with(Here::Argument(index)))?;
    }
    program::applying_body(apply).ok_or_else(take_error)
}
