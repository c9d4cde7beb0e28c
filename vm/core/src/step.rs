//! The transitions, one small function each.

use crate::continuation::Captured;
use crate::dispatch::{DispatchContext, Search};
use crate::error::VMError;
use crate::frame::Frame;
use crate::handler::{HandlerAction, HandlerKind, Prompt};
use crate::host::Host;
use crate::ids::DispatchId;
use crate::machine::{Machine, Popped};
use crate::mode::{Mode, PendingPython, PyCallOutcome, PythonCall, StepEvent, Yielded};
use crate::value::Value;

impl<H: Host> Machine<H> {
    /// Makes one transition.
    #[allow(clippy::inline_always)] // a driver has one hot call of it, and modes are wide to pass
    #[inline(always)]
    pub fn step(&mut self, mode: Mode<H>) -> StepEvent<H> {
        if self.pending != PendingPython::Nothing {
            return refused("the outcome of the pending call", "a step");
        }
        self.steps += 1;
        match mode {
            Mode::Deliver(value) => self.step_deliver(value),
            Mode::Throw(error) => self.step_throw(error),
            Mode::HandleYield(yielded) => self.step_handle_yield(yielded),
            Mode::Return(value) => self.step_return(value),
        }
    }

    /// Takes the outcome of the call that the last step asked for, and gives the next mode.
    ///
    /// # Errors
    /// [`VMError`] where the outcome is not one of the pending call; the machine is unchanged.
    #[allow(clippy::inline_always)] // a driver has one hot call of it, and modes are wide to pass
    #[inline(always)]
    pub fn receive_python_result(&mut self, outcome: PyCallOutcome<H>) -> Result<Mode<H>, VMError> {
        let pending = std::mem::replace(&mut self.pending, PendingPython::Nothing);
        match (pending, outcome) {
            (
                PendingPython::Generator | PendingPython::Handler,
                PyCallOutcome::GenYield(yielded),
            ) => Ok(Mode::HandleYield(yielded)),
            (PendingPython::Generator, PyCallOutcome::GenReturn(value)) => {
                self.release_running();
                Ok(Mode::Return(value))
            }
            (PendingPython::Generator, PyCallOutcome::GenError(error)) => {
                self.release_running();
                Ok(Mode::Throw(error))
            }
            (
                PendingPython::Generator | PendingPython::Handler,
                PyCallOutcome::OperationFailed { captured, error },
            ) => {
                self.release_running();
                self.reinstate(captured);
                Ok(Mode::Throw(error))
            }
            (PendingPython::Handler, PyCallOutcome::Clause(frame)) => {
                self.push_frame(frame);
                Ok(Mode::Deliver(Value::Unit))
            }
            (PendingPython::Handler, PyCallOutcome::ClauseReturn(value)) => Ok(Mode::Return(value)),
            (PendingPython::Handler, PyCallOutcome::Error(error)) => Ok(Mode::Throw(error)),
            (PendingPython::Stdlib | PendingPython::Unhandled, PyCallOutcome::Action(action)) => {
                Ok(self.act(action))
            }
            (pending, outcome) => {
                self.pending = pending;
                Err(VMError {
                    expected: pending.name(),
                    found: outcome.name().0,
                })
            }
        }
    }

    fn step_deliver(&mut self, value: Value<H>) -> StepEvent<H> {
        if self.running.is_none() {
            return refused("a running frame", "a value to deliver");
        }
        self.call(PendingPython::Generator, PythonCall::GenSend(value))
    }

    fn step_throw(&mut self, error: H::Error) -> StepEvent<H> {
        if self.running.is_none() {
            match self.pop_to_waiting() {
                Popped::Waiting => {}
                Popped::Empty => return StepEvent::Error(error),
                Popped::Unfinished => return StepEvent::Paused(Mode::Throw(error)),
            }
        }
        self.call(PendingPython::Generator, PythonCall::GenThrow(error))
    }

    fn step_return(&mut self, value: Value<H>) -> StepEvent<H> {
        if self.running.is_some() {
            return refused("no running frame", "a value to return");
        }
        match self.pop_to_waiting() {
            Popped::Waiting => StepEvent::Continue(Mode::Deliver(value)),
            Popped::Empty => StepEvent::Done(value),
            Popped::Unfinished => StepEvent::Paused(Mode::Return(value)),
        }
    }

    fn step_handle_yield(&mut self, yielded: Yielded<H>) -> StepEvent<H> {
        match yielded {
            Yielded::Program(generator) => self.step_program(generator),
            Yielded::Value(value) => self.step_value(value),
            Yielded::Refused(error) => StepEvent::Continue(Mode::Throw(error)),
            Yielded::Perform {
                effect,
                effect_type,
            } => self.step_perform(effect, effect_type),
            Yielded::WithHandler { prompt, body } => self.step_with_handler(prompt, body),
            Yielded::Install { prompts, body } => self.step_install(prompts, body),
            Yielded::TailCall(frame) => self.step_frame(frame),
            Yielded::Resume { captured, value } => self.step_resume(captured, value),
            Yielded::ResumeThrow { captured, error } => self.step_resume_throw(captured, error),
            Yielded::ResumeProgram { captured, body } => self.step_resume_program(captured, body),
            Yielded::Delegate {
                captured,
                effect,
                effect_type,
                declined,
            } => self.step_delegate(captured, effect, effect_type, declined),
            Yielded::Search { effect } => self.search(effect),
        }
    }

    fn step_program(&mut self, generator: H::Generator) -> StepEvent<H> {
        self.step_frame(Frame::program(generator))
    }

    fn step_frame(&mut self, frame: Frame<H>) -> StepEvent<H> {
        self.push_frame(frame);
        StepEvent::Continue(Mode::Deliver(Value::Unit))
    }

    /// A value without a frame goes to the asking frame, or past it where it was a clause's tail.
    fn step_value(&mut self, value: Value<H>) -> StepEvent<H> {
        StepEvent::Continue(if self.running.is_some() {
            Mode::Deliver(value)
        } else {
            Mode::Return(value)
        })
    }

    fn step_with_handler(&mut self, prompt: Prompt<H>, body: H::Generator) -> StepEvent<H> {
        self.push_prompt(prompt);
        self.step_program(body)
    }

    fn step_install(&mut self, prompts: Box<[Prompt<H>]>, body: H::Generator) -> StepEvent<H> {
        for prompt in prompts.into_iter().rev() {
            self.push_prompt(prompt);
        }
        self.step_program(body)
    }

    fn step_resume(&mut self, captured: Captured<H>, value: Value<H>) -> StepEvent<H> {
        self.reinstate(captured);
        StepEvent::Continue(Mode::Deliver(value))
    }

    fn step_resume_throw(&mut self, captured: Captured<H>, error: H::Error) -> StepEvent<H> {
        self.reinstate(captured);
        StepEvent::Continue(Mode::Throw(error))
    }

    fn step_resume_program(&mut self, captured: Captured<H>, body: H::Generator) -> StepEvent<H> {
        self.reinstate(captured);
        self.step_program(body)
    }

    fn step_perform(&mut self, effect: H::Object, effect_type: H::EffectType) -> StepEvent<H> {
        self.dispatch = Some(DispatchContext {
            id: self.dispatches.next(),
            effect_type,
            below: self.slots.len(),
            declined: false,
        });
        self.search(effect)
    }

    fn step_delegate(
        &mut self,
        captured: Captured<H>,
        effect: H::Object,
        effect_type: H::EffectType,
        declined: bool,
    ) -> StepEvent<H> {
        let id = captured.dispatch();
        let below = self.reinstate(captured);
        self.dispatch = Some(DispatchContext {
            id,
            effect_type,
            below,
            declined,
        });
        self.search(effect)
    }

    /// Looks for a handler from where the dispatch has come to, and asks it.
    fn search(&mut self, effect: H::Object) -> StepEvent<H> {
        let Some(dispatch) = &mut self.dispatch else {
            return refused("a paused search", "a search to go on with");
        };
        match dispatch.find_matching_handler(&self.slots) {
            Search::Found(index) => {
                dispatch.below = index;
                let id = dispatch.id;
                self.ask(index, id, effect)
            }
            Search::Unfinished(below) => {
                dispatch.below = below;
                StepEvent::Paused(Mode::HandleYield(Yielded::Search { effect }))
            }
            Search::NotFound => self.unhandled(effect),
        }
    }

    /// Asks the handler of the slot at `index`.
    fn ask(&mut self, index: usize, id: DispatchId, effect: H::Object) -> StepEvent<H> {
        let found = self.slots.get(index).map(|slot| slot.segment.handler_kind);
        if found == Some(HandlerKind::Stdlib) {
            return self.call(PendingPython::Stdlib, PythonCall::CallStdlib { effect });
        }
        self.dispatch = None;
        match self.capture(index, id) {
            Some(captured) => self.call(
                PendingPython::Handler,
                PythonCall::CallHandler { captured, effect },
            ),
            None => refused("a prompt to capture", "an empty stack"),
        }
    }

    fn unhandled(&mut self, effect: H::Object) -> StepEvent<H> {
        let declined = self
            .dispatch
            .take()
            .is_some_and(|dispatch| dispatch.declined);
        self.call(
            PendingPython::Unhandled,
            PythonCall::Unhandled { effect, declined },
        )
    }

    /// Does what a built-in handler decided.
    fn act(&mut self, action: HandlerAction<H>) -> Mode<H> {
        let dispatch = self.dispatch.take();
        match action {
            HandlerAction::Resume(value) => Mode::Deliver(value),
            HandlerAction::Throw(error) => Mode::Throw(error),
            HandlerAction::Run(body) => Mode::HandleYield(Yielded::Program(body)),
            HandlerAction::Pass { effect, declined } => {
                self.dispatch = dispatch.map(|dispatch| DispatchContext {
                    declined: dispatch.declined || declined,
                    ..dispatch
                });
                Mode::HandleYield(Yielded::Search { effect })
            }
        }
    }

    fn call(&mut self, pending: PendingPython, call: PythonCall<H>) -> StepEvent<H> {
        self.pending = pending;
        StepEvent::NeedsPython(call)
    }
}

fn refused<H: Host>(expected: &'static str, found: &'static str) -> StepEvent<H> {
    StepEvent::Refused(VMError { expected, found })
}

impl PendingPython {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no outcome",
            Self::Generator => "the outcome of a generator",
            Self::Handler => "the outcome of a handler call",
            Self::Stdlib => "what a built-in handler does",
            Self::Unhandled => "what becomes of an unhandled effect",
        }
    }
}
