//! The transitions, one small function each.

use crate::continuation::Captured;
use crate::dispatch::{AcceptSet, DispatchContext};
use crate::error::VMError;
use crate::frame::Frame;
use crate::host::Host;
use crate::machine::Machine;
use crate::mode::{Mode, PendingPython, PyCallOutcome, PythonCall, StepEvent, Yielded};
use crate::value::Value;

impl<H: Host> Machine<H> {
    /// Makes one transition.
    #[inline]
    pub fn step(&mut self, mode: Mode<H>) -> StepEvent<H> {
        if self.pending != PendingPython::Nothing {
            return refused("the outcome of the pending call", "a step");
        }
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
    #[inline]
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
            (PendingPython::Handler | PendingPython::Unhandled, PyCallOutcome::Error(error)) => {
                Ok(Mode::Throw(error))
            }
            (pending, outcome) => {
                self.pending = pending;
                Err(VMError {
                    expected: pending.name(),
                    found: outcome.name(),
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
        if self.running.is_none() && !self.pop_to_waiting() {
            return StepEvent::Error(error);
        }
        self.call(PendingPython::Generator, PythonCall::GenThrow(error))
    }

    fn step_return(&mut self, value: Value<H>) -> StepEvent<H> {
        if self.running.is_some() {
            return refused("no running frame", "a value to return");
        }
        if self.pop_to_waiting() {
            StepEvent::Continue(Mode::Deliver(value))
        } else {
            StepEvent::Done(value)
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
            } => {
                let dispatch = DispatchContext::perform(self, effect_type);
                self.start_dispatch(dispatch, effect)
            }
            Yielded::WithHandler {
                handler,
                accepts,
                body,
            } => self.step_with_handler(handler, accepts, body),
            Yielded::Resume { captured, value } => self.step_resume(captured, value),
            Yielded::Pass {
                captured,
                effect,
                effect_type,
            } => {
                let index = self.reinstate(captured);
                self.start_dispatch(DispatchContext::outside(effect_type, index), effect)
            }
        }
    }

    fn step_program(&mut self, generator: H::Generator) -> StepEvent<H> {
        self.push_frame(Frame::program(generator));
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

    fn step_with_handler(
        &mut self,
        handler: H::Handler,
        accepts: AcceptSet,
        body: H::Generator,
    ) -> StepEvent<H> {
        self.push_prompt(handler, accepts);
        self.push_frame(Frame::program(body));
        StepEvent::Continue(Mode::Deliver(Value::Unit))
    }

    fn step_resume(&mut self, captured: Captured<H>, value: Value<H>) -> StepEvent<H> {
        self.reinstate(captured);
        StepEvent::Continue(Mode::Deliver(value))
    }

    fn start_dispatch(
        &mut self,
        dispatch: DispatchContext<H::EffectType>,
        effect: H::Object,
    ) -> StepEvent<H> {
        let captured = match dispatch.find_matching_handler(self) {
            Some(index) => self.capture(index),
            None => None,
        };
        match captured {
            Some(captured) => self.call(
                PendingPython::Handler,
                PythonCall::CallHandler { captured, effect },
            ),
            None => self.call(PendingPython::Unhandled, PythonCall::Unhandled { effect }),
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
            Self::Unhandled => "the error for an unhandled effect",
        }
    }
}

impl<H: Host> PyCallOutcome<H> {
    fn name(&self) -> &'static str {
        match self {
            Self::GenYield(_) => "GenYield",
            Self::GenReturn(_) => "GenReturn",
            Self::GenError(_) => "GenError",
            Self::OperationFailed { .. } => "OperationFailed",
            Self::Clause(_) => "Clause",
            Self::ClauseReturn(_) => "ClauseReturn",
            Self::Error(_) => "Error",
        }
    }
}
