//! What programs yield: checked and, where a continuation is used, reserved before anything is
//! finished. What is refused is thrown at the `yield`, and changes nothing else.

use doeff_vm_core::{PyCallOutcome, Value, Yielded};
use pyo3::ffi;

use crate::classify::{
    Reserved, Started, check_program, handler_list, is_effect, is_program, prompt, reserve,
    reserve_started, start_do_call, start_program, start_unstarted, uses_continuation,
};
use crate::clause::Failure;
use crate::doeff::control::{start_call, throwable};
use crate::doeff::{errors, install, observe};
use crate::driver::{Driver, drop_frame};
use crate::effects::effect_type;
use crate::generator::is_generator;
use crate::host::{PyCaptured, PyFrame, PyOutcome, PyYielded};
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::types::types;
use crate::{continuation, messages, note, program};

impl Driver<'_> {
    pub(crate) fn yielded(&mut self, yielded: Ref) -> PyOutcome {
        let class = yielded.type_ptr();
        let types = types();
        if class == types.node(Kind::Resume) {
            return self.resume(yielded, Kind::Resume);
        }
        if class == types.do_call {
            return refuse(start_do_call(&yielded).map(Started::into_yielded));
        }
        if class == types.call {
            return refuse(start_call(&yielded).map(Started::into_yielded));
        }
        match node::kind_of(&yielded) {
            Some(kind) if is_effect(kind) => self.perform(yielded),
            Some(kind) => self.primitive(yielded, kind),
            None => self.perform(yielded),
        }
    }

    fn perform(&mut self, yielded: Ref) -> PyOutcome {
        match effect_type(&yielded) {
            Ok(Some(_)) if observe::any() => self.perform_observed(yielded),
            Ok(None) if self.doeff && !is_program(&yielded).unwrap_or(true) => {
                refuse(Err(self.yielded_nonsense(&yielded)))
            }
            _ => perform(yielded),
        }
    }

    fn primitive(&mut self, node: Ref, kind: Kind) -> PyOutcome {
        match kind {
            Kind::Resume | Kind::ResumeContinuation => self.resume(node, kind),
            Kind::Transfer => self.transfer(node),
            Kind::ResumeThrow => self.resume_throw(node),
            Kind::TransferThrow => self.transfer_throw(node),
            Kind::Delegate => self.delegate(node),
            Kind::Pass => self.pass(node),
            Kind::ResumeProgram => refuse(resume_program(node)),
            Kind::GetContinuation => refuse(self.get_continuation()),
            Kind::GetHandlers => refuse(self.get_handlers(&node)),
            Kind::CreateContinuation => refuse(create_continuation(&node)),
            Kind::TailCall => self.tail_call(&node),
            Kind::WithHandler => refuse(self.with_handler(&node)),
            Kind::Perform
            | Kind::Apply
            | Kind::WithObserve
            | Kind::WithBoundaries
            | Kind::TailEval
            | Kind::GetTraceback
            | Kind::GetExecutionContext
            | Kind::GetBoundaries
            | Kind::GetOuterHandlers
            | Kind::Applied
            | Kind::Streamed => self.foreign(&node, kind),
            _ if self.doeff && !is_program(&node).unwrap_or(true) => {
                refuse(Err(self.yielded_nonsense(&node)))
            }
            _ => refuse(start_program(&node).map(Started::into_yielded)),
        }
    }

    pub(crate) fn resume(&mut self, primitive: Ref, kind: Kind) -> PyOutcome {
        // SAFETY: it is a `Resume` or `ResumeContinuation`, which have two fields.
        let (k, value) = unsafe { node::into_pair(primitive) };
        let reserved = match reserve(&k, kind, Some(&value)) {
            Ok(reserved) => reserved,
            Err(error) => return self.refused_resume(&k, error),
        };
        let finished = match kind {
            Kind::Resume if self.is_marked() => self.finish_running().map(drop),
            Kind::Resume => self.finish_tail(),
            _ => Ok(()),
        };
        if let Err(failure) = finished {
            return failure.undo(&k, reserved);
        }
        go_on(reserved, value)
    }

    fn resume_throw(&mut self, mut primitive: Ref) -> PyOutcome {
        if self.doeff {
            if self.is_marked() {
                return self.transfer_throw_alone(primitive);
            }
            primitive = match throwable(primitive) {
                Ok(primitive) => primitive,
                Err(error) => return refuse(Err(error)),
            };
        }
        match reserve_to_throw(primitive, Kind::ResumeThrow) {
            Ok((_, reserved, error)) => go_on_throwing(reserved, error),
            Err(error) => self.refused_use(error),
        }
    }

    fn transfer(&mut self, primitive: Ref) -> PyOutcome {
        if self.doeff {
            return self.transfer_alone(primitive);
        }
        if self.machine.clause().is_none() {
            return refuse(Err(messages::outside_a_clause(Kind::Transfer)));
        }
        // SAFETY: it is a `Transfer`, which has two fields.
        let (k, value) = unsafe { node::into_pair(primitive) };
        let reserved = match reserve(&k, Kind::Transfer, Some(&value)) {
            Ok(reserved) => reserved,
            Err(error) => return refuse(Err(error)),
        };
        match self.finish_clause() {
            Ok(()) => go_on(reserved, value),
            Err(failure) => failure.undo(&k, reserved),
        }
    }

    fn transfer_throw(&mut self, primitive: Ref) -> PyOutcome {
        if self.doeff {
            return self.transfer_throw_alone(primitive);
        }
        if self.machine.clause().is_none() {
            return refuse(Err(messages::outside_a_clause(Kind::TransferThrow)));
        }
        let (k, reserved, error) = match reserve_to_throw(primitive, Kind::TransferThrow) {
            Ok(reserved) => reserved,
            Err(error) => return refuse(Err(error)),
        };
        match self.finish_clause() {
            Ok(()) => go_on_throwing(reserved, error),
            Err(failure) => failure.undo(&k, reserved),
        }
    }

    fn delegate(&mut self, primitive: Ref) -> PyOutcome {
        let Some(own) = self.machine.clause_frame().and_then(Own::of) else {
            return refuse(Err(messages::outside_a_clause(Kind::Delegate)));
        };
        match Passed::new(primitive, &own, Kind::Delegate) {
            Ok(passed) => passed.go_on(),
            Err(error) => refuse(Err(error)),
        }
    }

    fn pass(&mut self, primitive: Ref) -> PyOutcome {
        // SAFETY: a `Pass` has two fields.
        let explicit = unsafe { given(node::field(&primitive, 1)) }.is_some();
        if self.doeff && (explicit || self.machine.clause().is_none()) {
            return self.pass_alone(primitive);
        }
        let Some(own) = self.machine.clause_frame().and_then(Own::of) else {
            return refuse(Err(messages::outside_a_clause(Kind::Pass)));
        };
        let passed = match Passed::new(primitive, &own, Kind::Pass) {
            Ok(passed) => passed,
            Err(error) => return refuse(Err(error)),
        };
        drop(own);
        match self.finish_clause() {
            Ok(()) => passed.go_on(),
            Err(failure) => passed.undo(failure),
        }
    }

    fn get_continuation(&self) -> Result<PyYielded, Ref> {
        match self.machine.clause() {
            Some(own) => Ok(Yielded::Value(Value::Object(own.clone()))),
            None => Err(messages::outside_a_clause(Kind::GetContinuation)),
        }
    }

    fn get_handlers(&mut self, primitive: &Ref) -> Result<PyYielded, Ref> {
        // SAFETY: a `GetHandlers` has one field.
        if unsafe { given(node::field(primitive, 0)) }.is_some() {
            return self.answer_question(primitive, Kind::GetHandlers);
        }
        let own = self.machine.clause();
        let inside = own.and_then(|own| {
            // SAFETY: a clause's own `k` is a started continuation.
            unsafe { continuation::handlers(own) }
        });
        let handlers = inside.into_iter().flatten();
        let handlers = handlers.chain(self.machine.handlers().cloned());
        list(handlers.filter_map(|handler| install::shown(&handler)))
            .map(|handlers| Yielded::Value(Value::Object(handlers)))
    }

    fn with_handler(&mut self, primitive: &Ref) -> Result<PyYielded, Ref> {
        // SAFETY: it is a `WithHandler`, which has three fields.
        let [handler, body, effects] =
            [0, 1, 2].map(|index| unsafe { node::field(primitive, index) });
        let prompt = self.prompt_of(handler, &effects)?;
        let started = self.start_body(&body, Kind::WithHandler, Some(&prompt.handler))?;
        Ok(match started {
            Started::Value(value) => Yielded::Value(Value::Object(value)),
            Started::Body(body) => Yielded::WithHandler { prompt, body },
        })
    }

    pub(crate) fn tail_call(&mut self, primitive: &Ref) -> PyOutcome {
        // SAFETY: it is a `TailCall`, which has a first field.
        let program = unsafe { node::field(primitive, 0) };
        if let Err(error) = check_program(&program) {
            if self.doeff {
                return refuse(Err(errors::raised(&errors::expected_program(&program))));
            }
            return refuse(Err(error));
        }
        let has_no_end = |frame: &PyFrame| program::wraps_result(&frame.generator);
        if self.machine.running().is_some_and(has_no_end) {
            // Under `Safe` or `Listen` it is the program alone.
            return refuse(start_program(&program).map(Started::into_yielded));
        }
        let ended = match self.finish_running() {
            Ok(Some(frame)) if self.doeff && node::kind_of(&program) == Some(Kind::TailEval) => {
                return self.nested_tail_eval(program, frame);
            }
            Ok(Some(frame)) => frame,
            Ok(None) => return crate::driver::no_frame(),
            Err(failure) => return failure.outcome(),
        };
        self.in_place_of(ended, &program)
    }

    /// A program takes the place of a frame that was ended.
    #[allow(clippy::inline_always)] // it is the end of every tail call
    #[inline(always)]
    pub(crate) fn in_place_of(&mut self, ended: PyFrame, program: &Ref) -> PyOutcome {
        let started = start_program(program).and_then(|started| match started {
            Started::Value(value) if ended.k.is_some() => match uses_continuation(&value) {
                Some(kind) => Err(messages::clause_returned_primitive(&ended.generator, kind)),
                None => Ok(Started::Value(value)),
            },
            started => Ok(started),
        });
        match started {
            Ok(Started::Value(value)) => {
                PyCallOutcome::GenYield(Yielded::Value(Value::Object(value)))
            }
            Ok(Started::Body(generator)) => {
                let PyFrame {
                    generator: was,
                    mut k,
                    mut note,
                } = ended;
                if self.doeff {
                    // doeff's clause has ended; so has what it was given, if nobody keeps that.
                    drop((k.take(), note.take()));
                }
                if k.is_some() && is_generator(&was) {
                    note = note::answered_by(&was, note.as_ref());
                }
                if program::gives_result(&generator) {
                    self.drop_giving();
                }
                PyCallOutcome::GenYield(Yielded::TailCall(PyFrame { generator, k, note }))
            }
            Err(error) => Failure::new(error, ended).outcome(),
        }
    }

    /// Drops what waits only to give a result on, where the next such is to wait in its place: where a continuation replaces
    /// what that runs, again and again, they would pile up.
    #[inline(never)]
    fn drop_giving(&mut self) {
        let is_unneeded = |frame: &PyFrame| {
            program::gives_result(&frame.generator)
                && frame.note.is_none()
                // SAFETY: a frame's `k` is a continuation.
                && frame.k.as_ref().is_none_or(|k| unsafe { continuation::is_used(k.as_ptr()) })
        };
        while self.machine.waiting().is_some_and(is_unneeded) {
            if let Some(frame) = self.machine.finish_frame() {
                drop_frame(frame);
            }
        }
    }
}

pub(crate) fn perform(yielded: Ref) -> PyOutcome {
    match effect_type(&yielded) {
        Ok(Some(effect_type)) => PyCallOutcome::GenYield(Yielded::Perform {
            effect: yielded,
            effect_type,
        }),
        Ok(None) => refuse(start_program(&yielded).map(Started::into_yielded)),
        Err(error) => PyCallOutcome::GenYield(Yielded::Refused(error)),
    }
}

/// What a handler call asked for that gave no generator.
///
/// # Errors
/// The reason why it cannot be a clause.
pub(crate) fn clause_without_body(
    handler: &Ref,
    effect: &Ref,
    own: &Ref,
    result: Ref,
) -> Result<PyOutcome, Ref> {
    if let Some(kind) = uses_continuation(&result) {
        return tail_of_handler(result, kind, own);
    }
    if !is_program(&result)? {
        return Err(messages::handler_returned(handler, &result, effect));
    }
    match start_program(&result)? {
        Started::Body(body) => {
            let mut clause = PyFrame::clause(body, own.clone());
            if !is_generator(&clause.generator) {
                clause.note = note::answered_by(handler, None);
            }
            Ok(PyCallOutcome::Clause(clause))
        }
        Started::Value(value) => match uses_continuation(&value) {
            Some(kind) => Err(messages::clause_returned_primitive(handler, kind)),
            None => Ok(PyCallOutcome::ClauseReturn(Value::Object(value))),
        },
    }
}

/// A primitive that a handler call gave, in place of a clause that ends with it.
fn tail_of_handler(primitive: Ref, kind: Kind, own: &Ref) -> Result<PyOutcome, Ref> {
    match kind {
        Kind::ResumeThrow | Kind::TransferThrow => {
            let (_, reserved, error) = reserve_to_throw(primitive, kind)?;
            Ok(go_on_throwing(reserved, error))
        }
        Kind::Delegate | Kind::Pass => {
            // SAFETY: a clause's own `k` is a continuation.
            let effect = unsafe { continuation::effect(own) };
            let k = own.clone();
            Ok(Passed::new(primitive, &Own { effect, k }, kind)?.go_on())
        }
        Kind::ResumeProgram => resume_program(primitive).map(PyCallOutcome::GenYield),
        _ => {
            // SAFETY: the other kinds that use a continuation have it and a value.
            let (k, value) = unsafe { node::into_pair(primitive) };
            let reserved = reserve(&k, kind, Some(&value))?;
            Ok(go_on(reserved, value))
        }
    }
}

/// A reserved continuation goes on with a value.
#[inline]
pub(crate) fn go_on(reserved: Reserved, value: Ref) -> PyOutcome {
    match reserved {
        Reserved::Captured(captured) => PyCallOutcome::GenYield(Yielded::Resume {
            captured,
            value: Value::Object(value),
        }),
        Reserved::Unstarted(contents) => refuse(start_unstarted(&contents)),
    }
}

/// A reserved continuation goes on with an exception; of an unstarted one that is all there is.
pub(crate) fn go_on_throwing(reserved: Reserved, error: Ref) -> PyOutcome {
    PyCallOutcome::GenYield(match reserved {
        Reserved::Captured(captured) => Yielded::ResumeThrow { captured, error },
        Reserved::Unstarted(contents) => {
            drop(contents);
            Yielded::Refused(error)
        }
    })
}

/// The checks of `ResumeThrow` and `TransferThrow`: types, then use.
pub(crate) fn reserve_to_throw(primitive: Ref, kind: Kind) -> Result<(Ref, Reserved, Ref), Ref> {
    // SAFETY: both kinds have two fields.
    let (k, error) = unsafe { node::into_pair(primitive) };
    if !continuation::is_continuation(&k) {
        return Err(messages::needs_continuation(kind, &k));
    }
    // SAFETY: the object is valid.
    if unsafe { ffi::PyExceptionInstance_Check(error.as_ptr()) } == 0 {
        return Err(messages::needs_exception(kind, &error));
    }
    let reserved = reserve(&k, kind, None)?;
    let error = if note::is_silent() {
        error
    } else {
        messages::convert_given_stop_iteration(error, kind)
    };
    Ok((k, reserved, error))
}

fn resume_program(primitive: Ref) -> Result<PyYielded, Ref> {
    // SAFETY: it is a `ResumeProgram`, which has two fields.
    let (k, body) = unsafe { node::into_pair(primitive) };
    let captured = reserve_started(&k, Kind::ResumeProgram)?;
    Ok(Yielded::ResumeProgram { captured, body })
}

fn create_continuation(primitive: &Ref) -> Result<PyYielded, Ref> {
    // SAFETY: it is a `CreateContinuation`, which has two fields.
    let [program, handlers] = [0, 1].map(|index| unsafe { node::field(primitive, index) });
    check_program(&program)?;
    let handlers = handler_list("CreateContinuation", &handlers)?;
    for handler in &handlers {
        prompt(handler.clone(), &Ref::none())?;
    }
    let handlers = list(handlers.into_iter())?;
    // SAFETY: both are valid objects, to which the tuple takes references of its own.
    let k = unsafe {
        let contents = ffi::PyTuple_Pack(2, program.as_ptr(), handlers.as_ptr());
        Ref::from_result(contents).and_then(continuation::make_unstarted)
    };
    k.map(|k| Yielded::Value(Value::Object(k)))
        .ok_or_else(take_error)
}

pub(crate) fn list(items: impl Iterator<Item = Ref>) -> Result<Ref, Ref> {
    // SAFETY: a new list, to which each item is added with a reference of the list's own.
    unsafe {
        let list = Ref::from_result(ffi::PyList_New(0)).ok_or_else(take_error)?;
        for item in items {
            if ffi::PyList_Append(list.as_ptr(), item.as_ptr()) != 0 {
                return Err(take_error());
            }
        }
        Ok(list)
    }
}

/// What a clause was given.
struct Own {
    effect: Ref,
    k: Ref,
}

impl Own {
    fn of(clause: &PyFrame) -> Option<Self> {
        let k = clause.k.clone()?;
        let kept = clause.note.as_ref().and_then(note::effect_of);
        // SAFETY: a clause's own `k` is a continuation.
        let effect = kept.unwrap_or_else(|| unsafe { continuation::effect(&k) });
        Some(Self { effect, k })
    }
}

/// A checked and reserved `Pass` or `Delegate`.
struct Passed {
    kind: Kind,
    k: Ref,
    captured: PyCaptured,
    effect: Ref,
    declined: bool,
}

impl Passed {
    /// What is the clause's own stands in for what was not given.
    fn new(primitive: Ref, own: &Own, kind: Kind) -> Result<Self, Ref> {
        // SAFETY: both kinds have two fields and perhaps a third; what is absent is not looked at.
        let (effect, k, declined) = unsafe {
            let declined = node::optional_field(&primitive, 2).is_some();
            let [effect, k, _] = node::into_three(primitive);
            let effect = given(effect).unwrap_or_else(|| own.effect.clone());
            (effect, given(k).unwrap_or_else(|| own.k.clone()), declined)
        };
        if effect_type(&effect)?.is_none() {
            return Err(messages::needs_effect(kind, &effect));
        }
        let captured = reserve_started(&k, kind)?;
        Ok(Self {
            kind,
            k,
            captured,
            effect,
            declined,
        })
    }

    fn undo(self, failure: Failure) -> PyOutcome {
        failure.undo(&self.k, Reserved::Captured(self.captured))
    }

    /// Lets an outer handler answer. The effect's type is looked up only now: the clause's cleanup
    /// may have changed it.
    fn go_on(self) -> PyOutcome {
        let Self {
            kind,
            captured,
            effect,
            declined,
            ..
        } = self;
        delegate(captured, effect, kind, declined)
    }
}

/// Lets a handler outside of what was captured answer its performer.
pub(crate) fn delegate(captured: PyCaptured, effect: Ref, kind: Kind, declined: bool) -> PyOutcome {
    match effect_type(&effect) {
        Ok(Some(effect_type)) => PyCallOutcome::GenYield(Yielded::Delegate {
            captured,
            effect,
            effect_type,
            declined,
        }),
        Ok(None) => PyCallOutcome::OperationFailed {
            captured,
            error: messages::needs_effect(kind, &effect),
        },
        Err(error) => PyCallOutcome::OperationFailed { captured, error },
    }
}

pub(crate) fn given(argument: Ref) -> Option<Ref> {
    // SAFETY: the object is valid.
    let missing = unsafe { ffi::Py_IsNone(argument.as_ptr()) } != 0;
    (!missing).then_some(argument)
}

pub(crate) fn refuse(yielded: Result<PyYielded, Ref>) -> PyOutcome {
    PyCallOutcome::GenYield(yielded.unwrap_or_else(Yielded::Refused))
}
