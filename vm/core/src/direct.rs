//! Direct transitions: several steps of the machine in one call, for what programs do most.
//!
//! A driver that waits for a generator may use them in place of an outcome, where nobody looks on.
//! Each leaves the machine as `receive_python_result` and the steps up to the next call would, and
//! the driver makes that call next. What they cannot do they leave alone, and the driver hands the
//! outcome to `receive_python_result` as ever. They exist because modes, events and outcomes, passed
//! by value, cost more than the moves themselves.

use crate::continuation::Captured;
use crate::dispatch::{Accepts as _, DispatchContext, STEP_BUDGET, Search};
use crate::frame::Frame;
use crate::handler::{HandlerKind, Prompt};
use crate::host::Host;
use crate::ids::DispatchId;
use crate::machine::{Machine, fill};
use crate::mode::PendingPython;

/// What the machine let go of when a frame ended. To be dropped by the driver, the handler first.
#[derive(Debug)]
pub struct Ended<H: Host> {
    /// The handler of the prompt that the frame was the last one under.
    pub handler: Option<H::Handler>,
    /// The frame.
    pub frame: Frame<H>,
}

impl<H: Host> Machine<H> {
    /// Puts a program's body on the (empty) stack; the driver starts it next.
    #[inline]
    pub fn start_directly(&mut self, body: H::Generator) {
        debug_assert_eq!(self.pending, PendingPython::Nothing);
        self.pending = PendingPython::Generator;
        self.steps += 1;
        self.running = Some(Frame::program(body));
    }

    /// The running frame has returned, and it was the program's: gives it. The stack is empty then.
    #[inline]
    pub fn end_program(&mut self) -> Option<Frame<H>> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        let [bottom] = self.slots.as_slice() else {
            return None;
        };
        if bottom.segment.has_waiting() {
            return None;
        }
        self.pending = PendingPython::Nothing;
        self.steps += 1;
        self.running.take()
    }

    /// The running frame calls a program with a body, which the driver starts next.
    #[inline]
    pub fn call_program(&mut self, body: H::Generator) {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.steps += 2;
        self.push_frame(Frame::program(body));
    }

    /// The running frame asks for a program that is its value at once, which the driver sends it next.
    #[inline]
    pub fn value_at_once(&mut self) {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.steps += 2;
    }

    /// The running frame asks for a body under a new prompt, which the driver starts next.
    #[inline]
    pub fn install(&mut self, prompt: Prompt<H>, body: H::Generator) {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.steps += 2;
        self.push_prompt(prompt);
        self.push_frame(Frame::program(body));
    }

    /// The slot of the nearest prompt whose handler accepts an effect of this type; `None` where that
    /// takes a search by steps.
    #[allow(clippy::inline_always)] // it is the first half of every effect
    #[inline(always)]
    pub fn nearest(&self, effect_type: H::EffectType) -> Option<usize> {
        let (innermost, outer) = self.slots.split_last()?;
        // Slot 0 is the bottom of the stack and has no handler.
        if !outer.is_empty() && effect_type.accepts(innermost.accepts) {
            return Some(outer.len());
        }
        self.nearest_below(effect_type, outer.len())
    }

    #[inline(never)]
    fn nearest_below(&self, effect_type: H::EffectType, below: usize) -> Option<usize> {
        let dispatch = DispatchContext {
            id: DispatchId(0),
            effect_type,
            below,
            declined: false,
        };
        match dispatch.find_matching_handler(&self.slots) {
            // One step looks at so many prompts, the innermost included.
            Search::Found(slot) if self.slots.len() - slot <= STEP_BUDGET => Some(slot),
            Search::Found(_) | Search::Unfinished(_) | Search::NotFound => None,
        }
    }

    /// Whether the handler of a slot is a built-in one.
    #[inline]
    pub fn is_stdlib(&self, slot: usize) -> bool {
        let slot = self.slots.get(slot);
        slot.is_some_and(|slot| slot.segment.handler_kind == HandlerKind::Stdlib)
    }

    /// The running frame performs an effect, which the nearest handler, that of a slot, is to answer.
    #[inline]
    pub fn begin_dispatch(&mut self) -> DispatchId {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.steps += 1;
        self.dispatches.next()
    }

    /// The running frame performs an effect of this type: captures what the nearest handler that accepts
    /// it is to be called with, and the machine waits as for [`capture_for`](Self::capture_for). `None`,
    /// and nothing has changed, where that handler is built in or takes a search by steps.
    #[allow(clippy::inline_always)] // one hot use
    #[inline(always)]
    pub fn capture_nearest(&mut self, effect_type: H::EffectType) -> Option<Captured<H>> {
        let (innermost, outer) = self.slots.split_last()?;
        // Slot 0 is the bottom of the stack and has no handler.
        if outer.is_empty()
            || !effect_type.accepts(innermost.accepts)
            || innermost.segment.handler_kind != HandlerKind::Python
        {
            return self.capture_nearest_below(effect_type);
        }
        let innermost = outer.len();
        let id = self.begin_dispatch();
        self.capture_for(innermost, id)
    }

    #[inline(never)]
    fn capture_nearest_below(&mut self, effect_type: H::EffectType) -> Option<Captured<H>> {
        let slot = self.nearest(effect_type)?;
        if self.is_stdlib(slot) {
            return None;
        }
        let id = self.begin_dispatch();
        self.capture_for(slot, id)
    }

    /// Captures what the handler of a slot, which is one of the program, is to be called with. The
    /// machine waits for the outcome of that call, as for
    /// [`PythonCall::CallHandler`](crate::PythonCall::CallHandler).
    #[allow(clippy::inline_always)] // one hot use
    #[inline(always)]
    pub fn capture_for(&mut self, slot: usize, id: DispatchId) -> Option<Captured<H>> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        let captured = self.capture(slot, id)?;
        self.pending = PendingPython::Handler;
        Some(captured)
    }

    /// A clause, which was finished, passes an effect on to the handlers outside of what it captured.
    /// As for [`capture_for`](Self::capture_for) with what was captured so far.
    ///
    /// # Errors
    /// The continuation, where that takes a search by steps; nothing has changed.
    #[allow(clippy::inline_always)] // one hot use
    #[inline(always)]
    pub fn pass(
        &mut self,
        mut captured: Captured<H>,
        effect_type: H::EffectType,
    ) -> Result<Captured<H>, Captured<H>> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        debug_assert!(self.running.is_none());
        match self.nearest(effect_type) {
            Some(slot) if !self.is_stdlib(slot) => {
                self.steps += 1;
                self.capture_further(slot, &mut captured);
                self.pending = PendingPython::Handler;
                Ok(captured)
            }
            _ => Err(captured),
        }
    }

    /// The handler of a slot.
    #[inline]
    pub fn handler_at(&self, slot: usize) -> Option<&H::Handler> {
        self.slots.get(slot)?.segment.handler.as_ref()
    }

    /// The built-in handler of a slot that [`nearest`](Self::nearest) has found resumes the performer
    /// with a value, which the driver sends it next.
    #[inline]
    pub fn answered(&mut self) {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.steps += 1;
    }

    /// The built-in handler of a slot that [`nearest`](Self::nearest) has found does more than
    /// resume: the machine waits for its action, as for
    /// [`PythonCall::CallStdlib`](crate::PythonCall::CallStdlib).
    pub fn ask_stdlib(&mut self, slot: usize, id: DispatchId, effect_type: H::EffectType) {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.pending = PendingPython::Stdlib;
        self.dispatch = Some(DispatchContext {
            id,
            effect_type,
            below: slot,
            declined: false,
        });
    }

    /// The handler call gave the body of a clause, which the driver starts next.
    #[inline]
    pub fn enter_clause(&mut self, clause: Frame<H>) {
        debug_assert_eq!(self.pending, PendingPython::Handler);
        self.pending = PendingPython::Generator;
        self.steps += 1;
        fill(&mut self.running, Some(clause));
    }

    /// Takes the running frame alone, for the driver to finish it.
    #[inline]
    pub fn finish_running(&mut self) -> Option<Frame<H>> {
        self.running.take()
    }

    /// As [`resume`](Self::resume), where the driver has finished the running frame.
    #[inline]
    pub fn resume_tail(&mut self, captured: Captured<H>) {
        debug_assert!(self.running.is_none());
        self.pending = PendingPython::Generator;
        self.steps += 2;
        self.restore(captured);
    }

    /// A continuation goes on, on top of the running frame, which waits; its performer, to which the
    /// driver sends a value next, is the running frame then.
    #[inline]
    pub fn resume(&mut self, captured: Captured<H>) {
        self.pending = PendingPython::Generator;
        self.steps += 2;
        self.reinstate(captured);
    }

    /// The running frame has returned. Gives it, where the frame that waited for it, to which the
    /// driver sends the result next, is in the same segment or in the next one; leaves all as it was
    /// otherwise.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub fn return_to_waiting(&mut self) -> Option<Ended<H>> {
        let ended = self.end_running()?;
        self.steps += 2;
        Some(ended)
    }

    /// As [`return_to_waiting`](Self::return_to_waiting), for a frame that has raised: the driver throws
    /// the error at the frame that waited.
    #[inline]
    pub fn throw_to_waiting(&mut self) -> Option<Ended<H>> {
        let ended = self.end_running()?;
        self.steps += 1;
        Some(ended)
    }

    #[allow(clippy::inline_always)] // its result is wide, and taken apart at once
    #[inline(always)]
    fn end_running(&mut self) -> Option<Ended<H>> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        let slot = self.slots.last_mut()?;
        if let Some(waiting) = slot.segment.pop_at_hand() {
            let frame = self.running.replace(waiting)?;
            let handler = None;
            return Some(Ended { handler, frame });
        }
        self.end_running_further()
    }

    #[inline(never)]
    fn end_running_further(&mut self) -> Option<Ended<H>> {
        let slot = self.slots.last_mut()?;
        if let Some(waiting) = slot.segment.pop() {
            let frame = self.running.replace(waiting)?;
            let handler = None;
            return Some(Ended { handler, frame });
        }
        self.leave_prompt()
    }

    /// As `end_running`, for the last frame under a prompt.
    #[inline]
    fn leave_prompt(&mut self) -> Option<Ended<H>> {
        let [.., around, _] = self.slots.as_mut_slice() else {
            return None;
        };
        let waiting = around.segment.pop()?;
        let frame = self.running.replace(waiting)?;
        let mut segment = self.slots.pop()?.segment;
        let handler = segment.handler.take();
        self.arena.free(segment);
        Some(Ended { handler, frame })
    }
}
