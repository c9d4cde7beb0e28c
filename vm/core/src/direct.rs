//! Direct transitions: several steps of the machine in one call, for what programs do most.
//!
//! A driver that waits for a generator may use them in place of an outcome, where nobody looks on.
//! Each leaves the machine as `receive_python_result` and the steps up to the next call would, and
//! the driver makes that call next. What they cannot do they leave alone, and the driver hands the
//! outcome to `receive_python_result` as ever. They exist because modes, events and outcomes, passed
//! by value, cost more than the moves themselves.

use crate::continuation::Captured;
use crate::dispatch::{DispatchContext, Search};
use crate::frame::Frame;
use crate::handler::{HandlerKind, Prompt};
use crate::host::Host;
use crate::ids::DispatchId;
use crate::machine::Machine;
use crate::mode::PendingPython;
use crate::segment::SegmentKind;

/// Who answers an effect that was performed directly.
#[derive(Debug)]
pub enum Performed<H: Host> {
    /// A handler of the program. The machine waits for the outcome of its call, as for
    /// [`PythonCall::CallHandler`](crate::PythonCall::CallHandler).
    Python(Captured<H>),
    /// The built-in handler of this slot. The machine still waits for the generator.
    Stdlib {
        /// The slot, for [`Machine::handler_at`].
        slot: usize,
        /// The dispatch.
        id: DispatchId,
    },
    /// That takes a search by steps; nothing has changed.
    NotNear,
}

/// What the machine let go of when a frame ended. To be dropped by the driver, the handler first.
#[derive(Debug)]
pub struct Ended<H: Host> {
    /// The handler of the prompt that the frame was the last one under.
    pub handler: Option<H::Handler>,
    /// The frame.
    pub frame: Frame<H>,
}

impl<H: Host> Machine<H> {
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

    /// The running frame performs an effect.
    #[inline]
    pub fn perform(&mut self, effect_type: H::EffectType) -> Performed<H> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        let dispatch = DispatchContext {
            id: DispatchId(0),
            effect_type,
            below: self.slots.len(),
            declined: false,
        };
        let Search::Found(slot) = dispatch.find_matching_handler(&self.slots) else {
            return Performed::NotNear;
        };
        self.steps += 1;
        let found = self.slots.get(slot).map(|slot| slot.segment.handler_kind);
        let id = self.dispatches.next();
        if found == Some(HandlerKind::Stdlib) {
            return Performed::Stdlib { slot, id };
        }
        match self.capture(slot, id) {
            Some(captured) => {
                self.pending = PendingPython::Handler;
                Performed::Python(captured)
            }
            None => Performed::NotNear,
        }
    }

    /// A clause, which was finished, passes an effect on to the handlers outside of what it captured;
    /// gives back what it captured where that takes a search by steps.
    ///
    /// # Errors
    /// The continuation; nothing has changed.
    #[inline]
    pub fn pass(
        &mut self,
        mut captured: Captured<H>,
        effect_type: H::EffectType,
    ) -> Result<Captured<H>, Captured<H>> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        let dispatch = DispatchContext {
            id: captured.dispatch(),
            effect_type,
            below: self.slots.len(),
            declined: false,
        };
        let Search::Found(slot) = dispatch.find_matching_handler(&self.slots) else {
            return Err(captured);
        };
        let found = self.slots.get(slot).map(|slot| slot.segment.handler_kind);
        let frames_wait = self.running.is_some();
        if found != Some(HandlerKind::Python) || frames_wait {
            return Err(captured);
        }
        self.steps += 1;
        self.capture_further(slot, &mut captured);
        self.pending = PendingPython::Handler;
        Ok(captured)
    }

    /// The handler of a slot.
    #[inline]
    pub fn handler_at(&self, slot: usize) -> Option<&H::Handler> {
        self.slots.get(slot)?.segment.handler.as_ref()
    }

    /// The built-in handler of a slot that [`perform`](Self::perform) has found resumes the performer
    /// with a value, which the driver sends it next.
    #[inline]
    pub fn answered(&mut self) {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        self.steps += 1;
    }

    /// The built-in handler of a slot that [`perform`](Self::perform) has found does more than
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
        debug_assert!(self.running.is_none());
        self.running = Some(clause);
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
    #[inline]
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

    #[inline]
    fn end_running(&mut self) -> Option<Ended<H>> {
        debug_assert_eq!(self.pending, PendingPython::Generator);
        let slot = self.slots.last_mut()?;
        if let Some(waiting) = slot.segment.pop() {
            let frame = self.running.replace(waiting)?;
            let handler = None;
            return Some(Ended { handler, frame });
        }
        self.leave_prompt()
    }

    /// As `end_running`, for the last frame under a prompt.
    fn leave_prompt(&mut self) -> Option<Ended<H>> {
        let [.., around, innermost] = self.slots.as_mut_slice() else {
            return None;
        };
        if innermost.segment.kind() == SegmentKind::Normal {
            return None;
        }
        let waiting = around.segment.pop()?;
        let frame = self.running.replace(waiting)?;
        let mut segment = self.slots.pop()?.segment;
        let handler = segment.handler.take();
        self.arena.free(segment);
        Some(Ended { handler, frame })
    }
}
