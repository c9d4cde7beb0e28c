//! The driver of the bare host: the same calls as the one that serves Python, made of nearly nothing.

// As in that driver, each has a hot call or two, and what is passed is wide.
#![allow(clippy::inline_always)]

use doeff_vm_core::{
    Captured, Frame, HandlerAction, Machine, Mode, PyCallOutcome, PythonCall, StepEvent, Value,
    Yielded,
};

use super::host::{ANSWER, ASKED, Bare, Body, Code, Handler, K, Object};

/// How a driver asks for transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Directly where that is possible, as when a program simply runs.
    Direct,
    /// By steps alone, as when somebody looks on.
    Steps,
}

/// A machine with its driver. What it has allocated it keeps.
#[derive(Debug, Default)]
pub struct Driver {
    machine: Machine<Bare>,
}

/// What a handler call gave.
enum Asked {
    Clause(Frame<Bare>),
    Resume(Captured<Bare>),
}

impl Driver {
    /// Runs a body under handlers, given innermost first, and gives what it was sent last, if that
    /// was an object.
    ///
    /// # Panics
    /// When the machine refuses something or the program fails, which none of ours does.
    pub fn run(&mut self, way: Way, handlers: &[Handler], body: Body) -> Option<Object> {
        let prompts = handlers.iter().map(|handler| handler.prompt());
        let mode = Mode::HandleYield(Yielded::Install {
            prompts: prompts.collect(),
            body,
        });
        let result = match way {
            Way::Direct => self.drive::<true>(mode),
            Way::Steps => self.drive::<false>(mode),
        };
        match result {
            Value::Unit => None,
            Value::Object(object) => Some(object),
        }
    }

    /// Effects performed so far.
    pub fn effects(&self) -> u64 {
        self.machine.stats().dispatches
    }

    fn drive<const DIRECT: bool>(&mut self, mut mode: Mode<Bare>) -> Value<Bare> {
        loop {
            mode = match self.machine.step(mode) {
                StepEvent::Continue(next) | StepEvent::Paused(next) => next,
                StepEvent::NeedsPython(call) => {
                    self.drop_released();
                    let outcome = match call {
                        PythonCall::GenSend(value) if DIRECT => self.send_on(value),
                        call => self.execute(call),
                    };
                    let next = self.machine.receive_python_result(outcome);
                    next.expect("a fitting outcome")
                }
                StepEvent::Done(value) => {
                    self.drop_released();
                    return value;
                }
                StepEvent::Error(error) => panic!("the program failed: {error}"),
                StepEvent::Refused(error) => panic!("{error}"),
            };
        }
    }

    #[inline]
    fn drop_released(&mut self) {
        while self.machine.has_released() {
            drop(self.machine.take_released());
        }
    }

    // ---- by steps -----------------------------------------------------------------------------

    #[inline(always)]
    fn execute(&mut self, call: PythonCall<Bare>) -> PyCallOutcome<Bare> {
        match call {
            PythonCall::GenSend(value) => self.send(value),
            PythonCall::CallHandler { captured, .. } => match Self::ask(captured) {
                Asked::Clause(clause) => PyCallOutcome::Clause(clause),
                Asked::Resume(captured) => PyCallOutcome::GenYield(resumed(captured)),
            },
            PythonCall::CallStdlib { .. } => {
                PyCallOutcome::Action(HandlerAction::Resume(Value::Object(ANSWER)))
            }
            PythonCall::GenThrow(error) => PyCallOutcome::GenError(error),
            PythonCall::Unhandled { effect, .. } => {
                PyCallOutcome::Action(HandlerAction::Throw(effect))
            }
        }
    }

    #[inline(always)]
    fn send(&mut self, value: Value<Bare>) -> PyCallOutcome<Bare> {
        let body = &self.running().generator;
        if !body.goes_on() {
            return PyCallOutcome::GenReturn(value);
        }
        PyCallOutcome::GenYield(match body.code {
            Code::Perform => Yielded::Perform {
                effect: ANSWER,
                effect_type: ASKED,
            },
            Code::Call => Yielded::Program(Body::idle()),
            Code::Install(handler) => Yielded::WithHandler {
                prompt: handler.prompt(),
                body: Body::under(handler),
            },
            Code::Reply => resumed(self.finish_clause()),
            Code::Delegate => delegated(self.take_own()),
            Code::Pass => delegated(self.finish_clause()),
        })
    }

    // ---- directly -----------------------------------------------------------------------------

    /// Sends a value to the running body, and goes on as long as that can be done directly.
    #[inline(always)]
    fn send_on(&mut self, mut value: Value<Bare>) -> PyCallOutcome<Bare> {
        loop {
            let body = &self.running().generator;
            if !body.goes_on() {
                match self.machine.return_to_waiting() {
                    Some(ended) => drop(ended),
                    None => return PyCallOutcome::GenReturn(value),
                }
                continue;
            }
            value = match body.code {
                Code::Perform => {
                    let Some(slot) = self.machine.nearest(ASKED) else {
                        return PyCallOutcome::GenYield(Yielded::Perform {
                            effect: ANSWER,
                            effect_type: ASKED,
                        });
                    };
                    let id = self.machine.begin_dispatch();
                    if self.machine.is_stdlib(slot) {
                        self.machine.answered();
                        Value::Object(ANSWER)
                    } else {
                        let captured = self.machine.capture_for(slot, id);
                        self.asked(captured.expect("a prompt"))
                    }
                }
                Code::Call => {
                    self.machine.call_program(Body::idle());
                    Value::Unit
                }
                Code::Install(handler) => {
                    let body = Body::under(handler);
                    self.machine.install(handler.prompt(), body);
                    Value::Unit
                }
                Code::Reply => {
                    let captured = self.finish_clause();
                    self.resume(captured)
                }
                Code::Delegate => return PyCallOutcome::GenYield(delegated(self.take_own())),
                Code::Pass => {
                    let captured = self.finish_clause();
                    match self.machine.pass(captured, ASKED) {
                        Ok(captured) => self.asked(captured),
                        Err(captured) => return PyCallOutcome::GenYield(delegated(captured)),
                    }
                }
            };
        }
    }

    /// Calls the handler of what was captured, and does what that asks for.
    #[inline(always)]
    fn asked(&mut self, captured: Captured<Bare>) -> Value<Bare> {
        match Self::ask(captured) {
            Asked::Clause(clause) => {
                self.machine.enter_clause(clause);
                Value::Unit
            }
            Asked::Resume(captured) => self.resume(captured),
        }
    }

    #[inline]
    fn resume(&mut self, captured: Captured<Bare>) -> Value<Bare> {
        self.machine.resume_tail(captured);
        Value::Object(ANSWER)
    }

    // ---- either way ---------------------------------------------------------------------------

    #[inline]
    fn running(&self) -> &Frame<Bare> {
        self.machine.running().expect("a running frame")
    }

    /// Calls the handler of a captured prompt.
    #[inline(always)]
    fn ask(captured: Captured<Bare>) -> Asked {
        let code = match captured.handler() {
            Some(Handler::Reply) => Code::Reply,
            Some(Handler::Delegate) => Code::Delegate,
            Some(Handler::Pass) => Code::Pass,
            Some(Handler::ReplyAtOnce) => return Asked::Resume(captured),
            Some(Handler::BuiltIn | Handler::Other) | None => panic!("it is not called"),
        };
        Asked::Clause(Frame::clause(Body::new(code, 1), K::new(captured)))
    }

    /// What the clause's own continuation holds; the clause goes on.
    #[inline]
    fn take_own(&mut self) -> Captured<Bare> {
        let frame = self.machine.running();
        frame
            .and_then(|frame| frame.k.as_ref())
            .expect("a clause")
            .take()
    }

    /// What the clause's own continuation holds; the clause has ended.
    #[inline(always)]
    fn finish_clause(&mut self) -> Captured<Bare> {
        let frame = self.machine.finish_running();
        frame.and_then(|frame| frame.k).expect("a clause").take()
    }
}

fn resumed(captured: Captured<Bare>) -> Yielded<Bare> {
    Yielded::Resume {
        captured,
        value: Value::Object(ANSWER),
    }
}

fn delegated(captured: Captured<Bare>) -> Yielded<Bare> {
    Yielded::Delegate {
        captured,
        effect: ANSWER,
        effect_type: ASKED,
        declined: false,
    }
}
