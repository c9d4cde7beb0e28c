//! Direct transitions: what programs do most, without a step of the machine in between.
//!
//! [`Driver::send_on`] stands for a call that sends a value. While what the generators answer is
//! something common, it makes the machine's transition (`doeff_vm_core`'s module of the same name)
//! and sends on; anything else it gives to the machine as the outcome of the last call. The same
//! checks are made in the same order, and the same Python calls, as by the way of steps.

use doeff_vm_core::{Ended, HandlerAction, Performed, PyCallOutcome, Value, Yielded};
use pyo3::ffi;

use crate::answer;
use crate::classify::{Reserved, Started, start_do_call, uses_continuation};
use crate::clause::{Failure, finish, finish_by_send};
use crate::continuation::{self, settle, settle_kept};
use crate::driver::{Asked, Driver, drop_frame, no_frame};
use crate::effects::effect_type;
use crate::generator::{self, Step};
use crate::host::{PyCaptured, PyFrame, PyOutcome, PyYielded};
use crate::node::{self, Kind};
use crate::object::Ref;
use crate::primitives::{delegate, perform, refuse_used, with_handler};
use crate::tail::{Tail, tail_of};
use crate::types::types;
use crate::note;

/// The value that the running frame gets next; or, where steps must go on, the outcome of the call that
/// the machine waits for.
type Next = Result<Ref, PyOutcome>;

impl Driver<'_> {
    /// Sends a value to the running frame, and goes on as long as that is simple.
    pub(crate) fn send_on(&mut self, mut value: Ref) -> PyOutcome {
        loop {
            if let Err(interrupt) = self.watch.tick() {
                self.settle_clause();
                return self.throw(interrupt);
            }
            let Some(frame) = self.machine.running() else {
                return no_frame();
            };
            let mut step = generator::send(&frame.generator, &value);
            drop(value);
            if let Step::Raise(error) = step {
                step = match self.unwind(error) {
                    Ok(step) => step,
                    Err(outcome) => return outcome,
                };
            }
            let next = match step {
                Step::Yield(yielded) => self.go_on(yielded),
                Step::Return(result) => self.give(result),
                Step::Raise(error) => Err(self.raised(error)),
            };
            match next {
                Ok(next) => value = next,
                Err(outcome) => return outcome,
            }
        }
    }

    /// The running frame, a program's, has raised: the error is thrown at the frames that waited, up to
    /// the first clause, as long as they raise it on.
    #[inline(never)]
    fn unwind(&mut self, mut error: Ref) -> Result<Step, PyOutcome> {
        loop {
            if let Some(PyFrame { k: Some(k), .. }) = self.machine.running() {
                settle(k);
                return Err(self.raised(error));
            }
            let Some(Ended { handler, frame }) = self.machine.throw_to_waiting() else {
                return Err(PyCallOutcome::GenError(error));
            };
            drop(handler);
            drop_frame(frame);
            let Some(frame) = self.machine.running() else {
                return Err(no_frame());
            };
            match generator::throw(&frame.generator, error) {
                Step::Raise(next) => error = next,
                step => return Ok(step),
            }
        }
    }

    #[inline]
    fn go_on(&mut self, yielded: Ref) -> Next {
        let class = yielded.type_ptr();
        let types = types();
        if class == types.node(Kind::Resume) {
            return self.resume_directly(yielded);
        }
        if class == types.do_call {
            return self.call(yielded);
        }
        match node::kind_of(&yielded) {
            None => self.perform_directly(yielded),
            Some(kind @ (Kind::Get | Kind::Put | Kind::Ask | Kind::Tell | Kind::Modify)) => {
                self.perform_builtin(yielded, kind)
            }
            Some(Kind::Transfer) => self.transfer_directly(yielded),
            Some(Kind::Pass) => self.pass_directly(yielded),
            Some(Kind::WithHandler) => self.install(yielded),
            Some(Kind::Pure) => {
                // SAFETY: it is a `Pure`, which has a first field.
                let value = unsafe { node::field(&yielded, 0) };
                // SAFETY: as above.
                unsafe { node::release(yielded) };
                self.machine.value_at_once();
                Ok(value)
            }
            Some(_) => {
                self.settle_clause();
                Err(self.yielded(yielded))
            }
        }
    }

    /// The running frame goes on to something else than using its continuation.
    #[inline]
    fn settle_clause(&self) {
        if let Some(PyFrame { k: Some(k), .. }) = self.machine.running() {
            settle(k);
        }
    }

    // ---- programs -----------------------------------------------------------------------------

    #[inline]
    fn call(&mut self, call: Ref) -> Next {
        self.settle_clause();
        match start_do_call(&call) {
            Ok(Started::Body(body)) => {
                drop(call);
                self.machine.call_program(body);
                Ok(Ref::none())
            }
            Ok(Started::Value(value)) => {
                self.machine.value_at_once();
                Ok(value)
            }
            Err(error) => Err(PyCallOutcome::GenYield(Yielded::Refused(error))),
        }
    }

    #[inline]
    fn install(&mut self, node: Ref) -> Next {
        self.settle_clause();
        let installed = with_handler(&node);
        // SAFETY: it is a node.
        unsafe { node::release(node) };
        match installed {
            Ok(PyYielded::WithHandler { prompt, body }) => {
                self.machine.install(prompt, body);
                Ok(Ref::none())
            }
            Ok(PyYielded::Value(Value::Object(value))) => {
                self.machine.value_at_once();
                Ok(value)
            }
            other => Err(PyCallOutcome::GenYield(
                other.unwrap_or_else(Yielded::Refused),
            )),
        }
    }

    /// The running frame has returned.
    #[inline]
    fn give(&mut self, result: Ref) -> Next {
        if let Some(PyFrame { k: Some(k), .. }) = self.machine.running() {
            settle(k);
            if uses_continuation(&result).is_some() {
                return Err(self.returned(result));
            }
        }
        match self.machine.return_to_waiting() {
            Some(Ended { handler, frame }) => {
                drop(handler);
                drop_frame(frame);
                Ok(result)
            }
            None => Err(PyCallOutcome::GenReturn(Value::Object(result))),
        }
    }

    // ---- effects ------------------------------------------------------------------------------

    #[inline]
    fn perform_directly(&mut self, effect: Ref) -> Next {
        self.settle_clause();
        let Ok(Some(known)) = effect_type(&effect) else {
            return Err(perform(effect));
        };
        match self.machine.perform(known) {
            Performed::Python(captured) => self.ask(captured, effect),
            Performed::Stdlib { slot, id } => {
                self.machine.ask_stdlib(slot, id, known);
                Err(self.call_stdlib(effect))
            }
            Performed::NotNear => Err(perform(effect)),
        }
    }

    /// As `ask`, where it is not worth a copy of it.
    #[inline(never)]
    fn ask_once(&mut self, captured: PyCaptured, effect: Ref) -> Next {
        self.ask(captured, effect)
    }

    #[allow(clippy::inline_always)] // of its two uses one is the hottest of all
    #[inline(always)]
    fn ask(&mut self, captured: PyCaptured, effect: Ref) -> Next {
        match Self::ask_handler(captured, effect) {
            Asked::Clause(clause) => {
                self.machine.enter_clause(clause);
                Ok(Ref::none())
            }
            Asked::Resume { captured, value } => {
                self.machine.resume_tail(captured);
                Ok(value)
            }
            Asked::Other(outcome) => Err(outcome),
        }
    }

    #[inline]
    fn perform_builtin(&mut self, effect: Ref, kind: Kind) -> Next {
        self.settle_clause();
        let Ok(Some(known)) = effect_type(&effect) else {
            return Err(perform(effect));
        };
        let (slot, id) = match self.machine.perform(known) {
            Performed::Stdlib { slot, id } => (slot, id),
            Performed::Python(captured) => return self.ask_once(captured, effect),
            Performed::NotNear => return Err(perform(effect)),
        };
        let Some(handler) = self.machine.handler_at(slot) else {
            return Err(no_frame());
        };
        let answered = match answer::value(handler, kind, &effect) {
            Some(answered) => answered,
            None if kind == Kind::Modify && answer::is_state(handler) => {
                let begun = answer::begin_modify(handler, &effect);
                begun.and_then(|callback| {
                    self.machine.begin_callback();
                    callback.run().map(Some)
                })
            }
            None => {
                self.machine.ask_stdlib(slot, id, known);
                return Err(self.call_stdlib(effect));
            }
        };
        match answered {
            Ok(Some(value)) => {
                // SAFETY: a built-in effect is a node.
                unsafe { node::release(effect) };
                self.machine.answered();
                Ok(value)
            }
            other => {
                self.machine.ask_stdlib(slot, id, known);
                Err(PyCallOutcome::Action(match other {
                    Err(error) => HandlerAction::Throw(error),
                    Ok(_) => HandlerAction::Pass {
                        effect,
                        declined: true,
                    },
                }))
            }
        }
    }

    // ---- continuations ------------------------------------------------------------------------

    #[inline]
    fn resume_directly(&mut self, primitive: Ref) -> Next {
        let Some(own) = self.own_used_by(&primitive) else {
            self.settle_clause();
            return Err(self.resume(primitive, Kind::Resume));
        };
        let is_tail = tail_of(own) == Tail::Return;
        // SAFETY: it is a `Resume`, which has two fields; the first is the clause's own continuation.
        let (k, value) = unsafe { node::into_pair(primitive) };
        // SAFETY: as above.
        let Some(captured) = (unsafe { continuation::take_by_clause(&k) }) else {
            return Err(refuse_used());
        };
        if is_tail {
            let Some(frame) = self.machine.finish_running() else {
                return Err(no_frame());
            };
            if let Err(error) = finish_by_send(&frame.generator) {
                return Err(Failure::new(error, frame).undo(&k, Reserved::Captured(captured)));
            }
            drop_frame(frame);
            settle_kept(k);
            self.machine.resume_tail(captured);
        } else {
            // SAFETY: it was just taken from it.
            let effect = unsafe {
                continuation::keep_site(&k, &captured);
                continuation::give_effect(&k)
            };
            if let Some(frame) = self.machine.running_mut() {
                keep_effect(frame, effect);
            }
            drop(k);
            self.machine.resume(captured);
        }
        Ok(value)
    }

    /// The generator of the running clause, if a primitive, whose first field is a continuation, uses
    /// that clause's own.
    #[inline]
    fn own_used_by(&self, primitive: &Ref) -> Option<&Ref> {
        let clause = self.machine.running()?;
        // SAFETY: by the callers' word it is a primitive with such a field.
        let k = unsafe { node::field_pointer(primitive, 0) };
        (clause.k.as_ref()?.as_ptr() == k).then_some(&clause.generator)
    }

    #[inline]
    fn transfer_directly(&mut self, primitive: Ref) -> Next {
        if self.own_used_by(&primitive).is_none() {
            self.settle_clause();
            return Err(self.yielded(primitive));
        }
        // SAFETY: it is a `Transfer`, which has two fields; the first is the clause's own continuation.
        let (k, value) = unsafe { node::into_pair(primitive) };
        // SAFETY: as above.
        let Some(captured) = (unsafe { continuation::take_by_clause(&k) }) else {
            return Err(refuse_used());
        };
        let Some(frame) = self.machine.finish_running() else {
            return Err(no_frame());
        };
        if let Err(error) = finish(&frame.generator) {
            return Err(Failure::new(error, frame).undo(&k, Reserved::Captured(captured)));
        }
        drop_frame(frame);
        settle_kept(k);
        self.machine.resume_tail(captured);
        Ok(value)
    }

    /// A clause passes its own effect and continuation on.
    #[inline]
    fn pass_directly(&mut self, primitive: Ref) -> Next {
        let Some(own) = self.own_passed(&primitive) else {
            self.settle_clause();
            return Err(self.yielded(primitive));
        };
        drop(primitive);
        // SAFETY: `own` is a continuation.
        let (effect, captured) = unsafe { (continuation::effect(&own), continuation::take_by_clause(&own)) };
        let (Some(captured), Some(frame)) = (captured, self.machine.finish_running()) else {
            return Err(no_frame());
        };
        if let Err(error) = finish(&frame.generator) {
            return Err(Failure::new(error, frame).undo(&own, Reserved::Captured(captured)));
        }
        drop_frame(frame);
        settle_kept(own);
        // The type is looked up only now: the clause's cleanup may have changed it.
        let Ok(Some(known)) = effect_type(&effect) else {
            return Err(delegate(captured, effect, Kind::Pass, false));
        };
        match self.machine.pass(captured, known) {
            Ok(captured) => self.ask_once(captured, effect),
            Err(captured) => Err(delegate(captured, effect, Kind::Pass, false)),
        }
    }

    /// The running clause's continuation, if that is unused and a `Pass` is of it and of its own effect.
    fn own_passed(&self, pass: &Ref) -> Option<Ref> {
        let own = self.machine.running()?.k.as_ref()?;
        // SAFETY: a `Pass` has two fields, and a third where a built-in handler made it; `own` is a
        // continuation, which keeps its effect.
        unsafe {
            let none = ffi::Py_None();
            let [effect, k] = [0, 1].map(|index| node::field_pointer(pass, index));
            let is_own = (effect == none || effect == continuation::effect_pointer(own))
                && (k == none || k == own.as_ptr())
                && node::optional_field(pass, 2).is_none()
                && !continuation::is_used(own.as_ptr());
            is_own.then(|| own.clone())
        }
    }
}

/// The frame of a clause keeps the effect that it answers.
#[inline]
fn keep_effect(frame: &mut PyFrame, effect: Option<Ref>) {
    match frame.note.take() {
        None => frame.note = effect,
        Some(answering) => frame.note = note::with_effect(answering, effect),
    }
}
