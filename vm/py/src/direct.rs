//! Direct transitions: what programs do most, without a step of the machine in between.
//!
//! [`Driver::send_on`] stands for a call that sends a value. While what the generators answer is
//! something common, it makes the machine's transition (`doeff_vm_core`'s module of the same name)
//! and sends on; anything else it gives to the machine as the outcome of the last call. The same
//! checks are made in the same order, and the same Python calls, as by the way of steps.

use doeff_vm_core::{AcceptSet, Ended, HandlerAction, HandlerKind, PyCallOutcome, Value, Yielded};
use pyo3::ffi;

use crate::answer;
use crate::classify::{Reserved, Started, prompt, start_do_call, start_program, uses_continuation};
use crate::clause::Failure;
use crate::continuation::{self, settle, settle_kept};
use crate::do_call;
use crate::doeff::control::start_call;
use crate::doeff::expand::{self, is_call};
use crate::doeff::observe;
use crate::driver::{Asked, Driver, drop_frame, no_frame};
use crate::effects::{EffectType, effect_type, known_type};
use crate::generator::{self, Step, owned};
use crate::host::{PyCaptured, PyFrame, PyOutcome, PyPrompt};
use crate::messages;
use crate::node::{self, Kind};
use crate::note;
use crate::object::{Ref, take_error};
use crate::primitives::{delegate, given, perform};
use crate::stdlib::foreign;
use crate::tail::{Tail, is_marked, tail_of};
use crate::types::types;

/// The value that the running frame gets next; `None` where steps must go on with the outcome of the call
/// that the machine waits for, which the driver keeps meanwhile ([`Driver::stop`]): it is wide, and a
/// value is not.
type Next = Option<Ref>;

impl Driver<'_> {
    /// Sends a value to the running frame, and goes on as long as that is simple. In a run of doeff's, others
    /// are told what was done.
    pub(crate) fn send_on<const DOEFF: bool>(&mut self, mut value: Ref) -> PyOutcome {
        loop {
            if DOEFF {
                self.published.update(self.machine.stats());
            }
            if let Err(interrupt) = self.watch.tick() {
                self.settle_clause();
                return self.throw(interrupt);
            }
            let Some(frame) = self.machine.running() else {
                return no_frame();
            };
            let (outcome, result) = generator::send_raw(&frame.generator, &value);
            drop(value);
            let next = match outcome {
                // SAFETY: the result is a new reference where the outcome is one of these two.
                1 => self.go_on::<DOEFF>(unsafe { owned(result) }),
                // SAFETY: as above.
                0 => self.give(unsafe { owned(result) }),
                _ => self.unwind(take_error()),
            };
            match next {
                Some(next) => value = next,
                None => return self.stopped.take().unwrap_or_else(no_frame),
            }
        }
    }

    /// Steps go on with this outcome.
    #[inline]
    fn stop(&mut self, outcome: PyOutcome) -> Next {
        self.stopped = Some(outcome);
        None
    }

    /// The running frame, a program's, has raised: the error is thrown at the frames that waited, up to
    /// the first clause, as long as they raise it on.
    #[inline(never)]
    fn unwind(&mut self, mut error: Ref) -> Next {
        self.note_raise(&error);
        loop {
            if let Some(PyFrame { k: Some(k), .. }) = self.machine.running() {
                settle(k);
                let outcome = self.raised(error);
                return self.stop(outcome);
            }
            let Some(Ended { handler, frame }) = self.machine.throw_to_waiting() else {
                return self.stop(PyCallOutcome::GenError(error));
            };
            drop(handler);
            drop_frame(frame);
            let frame = self.machine.running()?;
            match generator::throw(&frame.generator, error) {
                Step::Raise(next) => error = next,
                Step::Yield(yielded) => return self.caught(yielded),
                Step::Return(result) => return self.give(result),
            }
        }
    }

    /// A frame that an error was thrown at has yielded.
    #[inline(never)]
    fn caught(&mut self, yielded: Ref) -> Next {
        if self.doeff {
            return self.go_on::<true>(yielded);
        }
        self.go_on::<false>(yielded)
    }

    #[allow(clippy::inline_always)] // it decides where to go, and is gone
    #[inline(always)]
    fn go_on<const DOEFF: bool>(&mut self, yielded: Ref) -> Next {
        let class = yielded.type_ptr();
        let types = types();
        if class == types.node(Kind::Resume) {
            return self.resume_directly::<DOEFF>(yielded);
        }
        if class == types.do_call {
            return self.call(yielded);
        }
        if DOEFF && class == types.call {
            return self.call_foreign(yielded);
        }
        match node::kind_of(&yielded) {
            None => self.perform_directly(yielded),
            Some(Kind::Get) => self.perform_builtin::<{ Kind::Get as usize }>(yielded),
            Some(Kind::Put) => self.perform_builtin::<{ Kind::Put as usize }>(yielded),
            Some(Kind::Ask) => self.perform_builtin::<{ Kind::Ask as usize }>(yielded),
            Some(Kind::Tell) => self.perform_builtin::<{ Kind::Tell as usize }>(yielded),
            Some(Kind::Modify) => self.perform_builtin::<{ Kind::Modify as usize }>(yielded),
            Some(Kind::Transfer) => self.transfer_directly(yielded),
            Some(Kind::Pass) => self.pass_directly(yielded),
            Some(Kind::WithHandler) => self.install(yielded),
            Some(Kind::Pure) => self.value(yielded),
            Some(_) => self.by_steps(yielded),
        }
    }

    /// What was yielded is none of the common things.
    #[inline(never)]
    fn by_steps(&mut self, yielded: Ref) -> Next {
        self.settle_clause();
        let outcome = self.yielded(yielded);
        self.stop(outcome)
    }

    #[allow(clippy::unnecessary_wraps)] // as all of them
    #[inline(never)]
    fn value(&mut self, pure: Ref) -> Next {
        // SAFETY: it is a `Pure`, which has a first field.
        let value = unsafe { node::field(&pure, 0) };
        // SAFETY: as above.
        unsafe { node::release(pure) };
        self.machine.value_at_once();
        Some(value)
    }

    /// The running frame goes on to something else than using its continuation.
    #[inline]
    fn settle_clause(&self) {
        if let Some(PyFrame { k: Some(k), .. }) = self.machine.running() {
            settle(k);
        }
    }

    // ---- programs -----------------------------------------------------------------------------

    #[inline(never)]
    fn call(&mut self, call: Ref) -> Next {
        self.settle_clause();
        match start_do_call(&call) {
            Ok(Started::Body(body)) => {
                // SAFETY: it is a call.
                unsafe { do_call::release(call) };
                self.machine.call_program(body);
                Some(Ref::none())
            }
            Ok(Started::Value(value)) => {
                self.machine.value_at_once();
                Some(value)
            }
            Err(error) => self.refuse(error),
        }
    }

    /// As `call`, of doeff's `Call`.
    #[inline(never)]
    fn call_foreign(&mut self, call: Ref) -> Next {
        self.settle_clause();
        match start_call(&call) {
            Ok(Started::Body(body)) => {
                // SAFETY: it is a call.
                unsafe { expand::release(call) };
                self.machine.call_program(body);
                Some(Ref::none())
            }
            Ok(Started::Value(value)) => {
                self.machine.value_at_once();
                Some(value)
            }
            Err(error) => self.refuse(error),
        }
    }

    #[inline(never)]
    fn install(&mut self, node: Ref) -> Next {
        self.settle_clause();
        // SAFETY: it is a `WithHandler`, which has three fields.
        let [handler, program, effects] = unsafe { node::into_three(node) };
        let prompt = if self.doeff {
            self.prompt_of(handler, &effects)
        } else {
            plain_prompt(handler, &effects)
        };
        let prompt = match prompt {
            Ok(prompt) => prompt,
            Err(error) => return self.refuse(error),
        };
        drop(effects);
        let started = if do_call::is_do_call(&program) {
            start_do_call(&program)
        } else if self.doeff {
            self.start_body(&program, Kind::WithHandler, Some(&prompt.handler))
        } else {
            start_program(&program)
        };
        match started {
            Ok(Started::Body(body)) => {
                drop(program);
                self.machine.install(prompt, body);
                Some(Ref::none())
            }
            Ok(Started::Value(value)) => {
                self.machine.value_at_once();
                Some(value)
            }
            Err(error) => self.refuse(error),
        }
    }

    /// What was yielded is refused.
    #[inline(never)]
    fn refuse(&mut self, error: Ref) -> Next {
        self.stop(PyCallOutcome::GenYield(Yielded::Refused(error)))
    }

    /// The running frame has returned.
    #[inline(never)]
    fn give(&mut self, result: Ref) -> Next {
        if let Some(PyFrame { k: Some(k), .. }) = self.machine.running() {
            if !k.is_unique() {
                settle(k);
            }
            if uses_continuation(&result).is_some() && !self.doeff {
                let outcome = self.returned(result);
                return self.stop(outcome);
            }
        }
        match self.machine.return_to_waiting() {
            Some(Ended { handler, frame }) => {
                drop(handler);
                drop_frame(frame);
                Some(result)
            }
            None => self.stop(PyCallOutcome::GenReturn(Value::Object(result))),
        }
    }

    // ---- effects ------------------------------------------------------------------------------

    #[inline(never)]
    fn perform_directly(&mut self, effect: Ref) -> Next {
        self.settle_clause();
        let Some(known) = known_type(&effect) else {
            return self.perform_of_new_type(effect);
        };
        match self.machine.capture_nearest(known) {
            Some(captured) => self.ask(captured, effect),
            None => self.perform_uncaptured(effect, known),
        }
    }

    /// An effect whose handler, if it has one, is a built-in one: doeff's state answers it at once.
    #[inline(never)]
    fn perform_uncaptured(&mut self, effect: Ref, known: EffectType) -> Next {
        let slot = self.machine.nearest(known);
        let slot = slot.filter(|&slot| self.machine.is_stdlib(slot));
        let handler = slot.and_then(|slot| self.machine.handler_at(slot).cloned());
        let answered = handler.and_then(|handler| foreign::answer(&handler, &effect));
        let (Some(slot), Some(answered)) = (slot, answered) else {
            return self.perform_by_steps(effect);
        };
        let id = self.machine.begin_dispatch();
        match answered {
            Ok(value) => {
                self.machine.answered();
                Some(value)
            }
            Err(error) => {
                self.machine.ask_stdlib(slot, id, known);
                self.stop(PyCallOutcome::Action(HandlerAction::Throw(error)))
            }
        }
    }

    #[inline(never)]
    fn perform_of_new_type(&mut self, effect: Ref) -> Next {
        if is_call(&effect) {
            return self.call_foreign(effect);
        }
        if observe::any() {
            return self.by_steps(effect);
        }
        if let Ok(Some(known)) = effect_type(&effect)
            && let Some(captured) = self.machine.capture_nearest(known)
        {
            return self.ask_once(captured, effect);
        }
        self.perform_by_steps(effect)
    }

    #[inline(never)]
    fn perform_by_steps(&mut self, effect: Ref) -> Next {
        let outcome = self.yielded(effect);
        self.stop(outcome)
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
                Some(Ref::none())
            }
            Asked::Resume { captured, value } => {
                self.machine.resume_tail(captured);
                Some(value)
            }
            Asked::Other { handler, k, result } => self.other(&handler, &k, result),
            Asked::Nothing(outcome) => self.stop(outcome()),
        }
    }

    /// A handler gave no new generator.
    #[inline(never)]
    fn other(&mut self, handler: &Ref, k: &Ref, result: Option<Ref>) -> Next {
        let outcome = self.other_than_clause(handler, k, result);
        self.stop(outcome)
    }

    /// An effect of the kind with this number, one that a built-in handler answers with a value.
    #[inline(never)]
    fn perform_builtin<const KIND: usize>(&mut self, effect: Ref) -> Next {
        let kind = const { Kind::ALL[KIND] };
        self.settle_clause();
        let Some(known) = known_type(&effect) else {
            return self.builtin_of_new_type(effect);
        };
        let Some(slot) = self.machine.nearest(known) else {
            return self.stop(perform(effect));
        };
        let id = self.machine.begin_dispatch();
        if !self.machine.is_stdlib(slot) {
            let captured = self.machine.capture_for(slot, id)?;
            return self.ask_once(captured, effect);
        }
        let handler = self.machine.handler_at(slot)?;
        let answered = if kind == Kind::Modify && answer::is_state(handler) {
            answer::begin_modify(handler, &effect).and_then(|callback| {
                self.machine.begin_callback();
                callback.run().map(Some)
            })
        } else if let Some(answered) = answer::value(handler, kind, &effect) {
            answered
        } else {
            self.machine.ask_stdlib(slot, id, known);
            let outcome = self.call_stdlib(effect);
            return self.stop(outcome);
        };
        if let Ok(Some(value)) = answered {
            // SAFETY: a built-in effect is a node.
            unsafe { node::release(effect) };
            self.machine.answered();
            return Some(value);
        }
        self.machine.ask_stdlib(slot, id, known);
        let declined = true;
        let pass = HandlerAction::Pass { effect, declined };
        let action = answered.map_or_else(HandlerAction::Throw, |_| pass);
        self.stop(PyCallOutcome::Action(action))
    }

    /// The first of its kind, or observers must be shown it.
    #[inline(never)]
    fn builtin_of_new_type(&mut self, effect: Ref) -> Next {
        self.by_steps(effect)
    }

    // ---- continuations ------------------------------------------------------------------------

    #[inline(never)]
    fn resume_directly<const DOEFF: bool>(&mut self, primitive: Ref) -> Next {
        let Some(own) = self.own_used_by(&primitive) else {
            self.settle_clause();
            let outcome = self.resume(primitive, Kind::Resume);
            return self.stop(outcome);
        };
        let is_tail = tail_of(own) == Tail::Return;
        if DOEFF && !is_tail && is_marked(own) {
            return self.transfer_directly(primitive);
        }
        // SAFETY: it is a `Resume`, which has two fields; the first is the clause's own continuation.
        let (k, value) = unsafe { node::into_pair(primitive) };
        // SAFETY: as above.
        let Some(captured) = (unsafe { continuation::take_by_clause(&k) }) else {
            return self.used_before();
        };
        if is_tail {
            let frame = self.machine.finish_running()?;
            if let Err(error) = self.finish_by_send(&frame.generator) {
                let reserved = Reserved::Captured(captured);
                return self.stop(Failure::new(error, frame).undo(&k, reserved));
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
            drop(k);
            match self.machine.running_mut() {
                Some(frame) => keep_effect(frame, effect),
                None => drop(effect),
            }
            self.machine.resume(captured);
        }
        Some(value)
    }

    /// The clause's own continuation was used before.
    #[cold]
    fn used_before(&mut self) -> Next {
        let outcome = self.refused_use(messages::continuation_consumed());
        self.stop(outcome)
    }

    /// The generator of the running clause, if a primitive, whose first field is a continuation, uses
    /// that clause's own.
    #[inline]
    fn own_used_by(&self, primitive: &Ref) -> Option<&Ref> {
        let clause = self.machine.running()?;
        // SAFETY: by the callers' word it is a primitive with such a field.
        let [k, ..] = unsafe { node::fields(primitive) };
        (clause.k.as_ref()?.as_ptr() == k).then_some(&clause.generator)
    }

    #[inline(never)]
    fn transfer_directly(&mut self, primitive: Ref) -> Next {
        if self.own_used_by(&primitive).is_none() {
            return self.by_steps(primitive);
        }
        // SAFETY: it is a `Transfer`, which has two fields; the first is the clause's own continuation.
        let (k, value) = unsafe { node::into_pair(primitive) };
        // SAFETY: as above.
        let Some(captured) = (unsafe { continuation::take_by_clause(&k) }) else {
            return self.used_before();
        };
        let frame = self.machine.finish_running()?;
        if let Err(error) = self.finish(&frame.generator) {
            let reserved = Reserved::Captured(captured);
            return self.stop(Failure::new(error, frame).undo(&k, reserved));
        }
        drop_frame(frame);
        settle_kept(k);
        self.machine.resume_tail(captured);
        Some(value)
    }

    /// A clause passes its own effect and continuation on.
    #[inline(never)]
    fn pass_directly(&mut self, primitive: Ref) -> Next {
        let own = self.machine.running().and_then(|clause| clause.k.as_ref());
        let Some(own) = own.filter(|own| passes_own(&primitive, own)) else {
            return self.by_steps(primitive);
        };
        // SAFETY: it is a `Pass`, which has two fields; `own` is a continuation, unused.
        let (effect, own, captured) = unsafe {
            let (effect, k) = node::into_pair(primitive);
            let effect = given(effect).unwrap_or_else(|| continuation::effect(own));
            let own = given(k).unwrap_or_else(|| own.clone());
            let captured = continuation::take_by_clause(&own)?;
            (effect, own, captured)
        };
        let frame = self.machine.finish_running()?;
        if let Err(error) = self.finish(&frame.generator) {
            let reserved = Reserved::Captured(captured);
            return self.stop(Failure::new(error, frame).undo(&own, reserved));
        }
        drop_frame(frame);
        settle_kept(own);
        // The type is looked up only now: the clause's cleanup may have changed it.
        let Ok(Some(known)) = effect_type(&effect) else {
            let outcome = self.pass_no_effect(captured, effect);
            return self.stop(outcome);
        };
        match self.machine.pass(captured, known) {
            Ok(captured) => self.ask(captured, effect),
            Err(captured) => self.stop(delegate(captured, effect, Kind::Pass, false)),
        }
    }
}

/// Whether a `Pass` is of the running clause's own continuation, unused, and of its own effect.
#[inline]
fn passes_own(pass: &Ref, own: &Ref) -> bool {
    // SAFETY: a `Pass` has two fields, and a third where a built-in handler made it; `own` is a
    // continuation.
    unsafe {
        let none = ffi::Py_None();
        let [effect, k, declined] = node::fields(pass);
        (k == own.as_ptr() || k == none)
            && (effect == continuation::effect_pointer(own) || effect == none)
            && declined.is_null()
            && !continuation::is_used(own.as_ptr())
    }
}

/// The prompt of a handler; the commonest, a function of all effects, needs no look at what it is.
#[inline]
fn plain_prompt(handler: Ref, effects: &Ref) -> Result<PyPrompt, Ref> {
    // SAFETY: `None` lives as long as the interpreter.
    let is_untyped = unsafe { effects.as_ptr() == ffi::Py_None() };
    if is_untyped && handler.type_ptr() == &raw mut ffi::PyFunction_Type {
        let (kind, accepts) = (HandlerKind::Python, AcceptSet::ALL);
        return Ok(PyPrompt {
            handler,
            kind,
            accepts,
        });
    }
    prompt(handler, effects)
}

/// The frame of a clause keeps the effect that it answers.
#[inline]
fn keep_effect(frame: &mut PyFrame, effect: Option<Ref>) {
    frame.note = match frame.note.take() {
        None => effect,
        Some(answering) => note::with_effect(&answering, effect.as_ref()),
    };
}
