//! Runs bodies, as the Python driver does.

use std::collections::HashSet;
use std::rc::Rc;

use doeff_vm_core::{
    Captured, ContId, DispatchId, Frame, HandlerAction, PyCallOutcome, PythonCall, StepEvent,
    Value, Yielded,
};

use super::{
    Act, Ask, Body, CONSUMED, Clause, DECLINED, EffectType, FAIL, FAILED, GET, HandlerAct, K,
    MISSING, Object, PLACE, PUT, RUN, TestHost, TestMachine, TestOutcome, TestYielded, UNHANDLED,
    body, generator, k, number, prompt, stepping, value,
};

/// Runs a body to its result.
pub fn run(program: Body) -> Result<i64, i64> {
    Driver::default().run(program)
}

/// A machine with the driver's state, and what was seen meanwhile.
#[derive(Default)]
pub struct Driver {
    pub machine: TestMachine,
    /// The dispatch of each handler call.
    pub calls: Vec<DispatchId>,
    /// The identity of each capture.
    captures: HashSet<ContId>,
    /// How many steps were paused.
    pub pauses: usize,
}

impl Driver {
    pub fn run(&mut self, program: Body) -> Result<i64, i64> {
        let mut mode = self.machine.start(generator(program));
        loop {
            let event = stepping(|| self.machine.step(mode));
            while self.machine.has_released() {
                assert!(self.machine.take_released().is_some());
            }
            mode = match event {
                StepEvent::Continue(next) => next,
                StepEvent::Paused(next) => {
                    self.pauses += 1;
                    next
                }
                StepEvent::NeedsPython(call) => {
                    let outcome = self.execute(call);
                    stepping(|| self.machine.receive_python_result(outcome))
                        .expect("a fitting outcome")
                }
                StepEvent::Done(value) => return Ok(number(value)),
                StepEvent::Error(error) => return Err(error.0),
                StepEvent::Refused(error) => panic!("{error}"),
            };
        }
    }

    fn execute(&mut self, call: PythonCall<TestHost>) -> TestOutcome {
        match call {
            PythonCall::GenSend(value) => self.advance(Ok(number(value))),
            PythonCall::GenThrow(error) => self.advance(Err(error.0)),
            PythonCall::Unhandled { effect, declined } => {
                drop(effect);
                let error = if declined { MISSING } else { UNHANDLED };
                PyCallOutcome::Action(HandlerAction::Throw(Object::new(error)))
            }
            PythonCall::CallStdlib { effect } => PyCallOutcome::Action(self.answer(effect)),
            PythonCall::CallHandler { captured, effect } => self.call_handler(captured, &effect),
        }
    }

    fn answer(&mut self, effect: Object) -> HandlerAction<TestHost> {
        let handler = self.machine.stdlib_handler().expect("a built-in handler");
        let HandlerAct::Store(cell) = &handler.act else {
            panic!("a handler of the program is called")
        };
        match EffectType(u32::try_from(effect.0).expect("an effect")) {
            GET => HandlerAction::Resume(value(cell.get())),
            PUT => {
                cell.set(cell.get() + 1);
                HandlerAction::Resume(Value::Unit)
            }
            RUN => HandlerAction::Run(generator(body(|_| Act::Return(7)))),
            FAIL => HandlerAction::Throw(Object::new(FAILED)),
            effect_type => HandlerAction::Pass {
                effect,
                declined: effect_type == DECLINED,
            },
        }
    }

    fn advance(&mut self, sent: Result<i64, i64>) -> TestOutcome {
        let frame = self.machine.running().expect("a running frame");
        let generator = Rc::clone(&frame.generator);
        let act = (generator.borrow_mut().script)(sent);
        match act {
            Act::Return(number) => PyCallOutcome::GenReturn(value(number)),
            Act::Raise(error) => self.raised(error),
            Act::Yield(ask) => PyCallOutcome::GenYield(self.yielded(ask)),
        }
    }

    /// The running frame has raised: a clause whose continuation is unused makes the operation fail.
    fn raised(&self, error: i64) -> TestOutcome {
        let own = self.machine.running().and_then(|frame| frame.k.as_ref());
        failed(own, error, PyCallOutcome::GenError)
    }

    fn call_handler(&mut self, captured: Captured<TestHost>, effect: &Object) -> TestOutcome {
        self.calls.push(captured.dispatch());
        let new = self.captures.insert(captured.id());
        assert!(new, "each capture has an identity of its own");
        let handler = Rc::clone(captured.handler().expect("a prompt"));
        let k = k(captured);
        let HandlerAct::Call(function) = &handler.act else {
            panic!("a built-in handler is asked, not called")
        };
        match function(effect.0, &k) {
            Clause::Body(body) => PyCallOutcome::Clause(Frame::clause(generator(body), k)),
            Clause::Return(number) => PyCallOutcome::ClauseReturn(value(number)),
            Clause::Raise(error) => failed(Some(&k), error, PyCallOutcome::Error),
            Clause::Tail(ask) => match self.yielded(ask) {
                Yielded::Refused(error) => failed(Some(&k), error.0, PyCallOutcome::Error),
                yielded => PyCallOutcome::GenYield(yielded),
            },
        }
    }

    fn yielded(&mut self, ask: Ask) -> TestYielded {
        let asked = match ask {
            Ask::Perform(effect_type) => Ok(performed(effect_type, effect_type.0.into())),
            Ask::PerformAs(effect_type, number) => Ok(performed(effect_type, number)),
            Ask::Call(body) => Ok(Yielded::Program(generator(body))),
            Ask::Value(number) => Ok(Yielded::Value(value(number))),
            Ask::Look(look) => Ok(Yielded::Value(value(look(&self.machine)))),
            Ask::Refuse(error) => Err(error),
            Ask::WithHandler(handler, accepts, body) => Ok(Yielded::WithHandler {
                prompt: prompt(handler, accepts),
                body: generator(body),
            }),
            Ask::Install(prompts, body) => Ok(Yielded::Install {
                prompts: prompts.into_iter().map(|(h, a)| prompt(h, a)).collect(),
                body: generator(body),
            }),
            Ask::Resume(k, number) => take(&k).map(|captured| resumed(captured, number)),
            Ask::ResumeThrow(k, error) => take(&k).map(|captured| thrown(captured, error)),
            Ask::ResumeProgram(k, body) => take(&k).map(|captured| Yielded::ResumeProgram {
                captured,
                body: generator(body),
            }),
            Ask::TailResume(k, number) => self.tail_resume(&k, number),
            Ask::Transfer(k, number) => self.transfer(&k, |captured| resumed(captured, number)),
            Ask::TransferThrow(k, error) => self.transfer(&k, |captured| thrown(captured, error)),
            Ask::Delegate(k, effect_type) => self
                .clause_or(k)
                .and_then(|k| take(&k))
                .map(|captured| delegated(captured, effect_type, false)),
            Ask::Pass(k, effect_type) => self.pass(k, effect_type, false),
            Ask::Decline(k, effect_type) => self.pass(k, effect_type, true),
            Ask::TailCall(body) => Ok(self.tail_call(body)),
        };
        asked.unwrap_or_else(|error| Yielded::Refused(Object::new(error)))
    }

    fn tail_resume(&mut self, k: &K, number: i64) -> Result<TestYielded, i64> {
        let captured = take(k)?;
        if self.machine.running().is_some() {
            drop(self.machine.finish_frame());
        }
        Ok(resumed(captured, number))
    }

    fn transfer(
        &mut self,
        k: &K,
        use_it: impl FnOnce(Captured<TestHost>) -> TestYielded,
    ) -> Result<TestYielded, i64> {
        self.in_clause()?;
        let captured = take(k)?;
        self.finish_clause();
        Ok(use_it(captured))
    }

    fn pass(
        &mut self,
        k: Option<K>,
        effect_type: EffectType,
        declined: bool,
    ) -> Result<TestYielded, i64> {
        let captured = take(&self.clause_or(k)?)?;
        self.finish_clause();
        Ok(delegated(captured, effect_type, declined))
    }

    fn tail_call(&mut self, body: Body) -> TestYielded {
        let ended = self.machine.finish_frame().expect("the asking frame");
        Yielded::TailCall(Frame {
            generator: generator(body),
            k: ended.k,
            note: ended.note,
        })
    }

    /// Finishes the frames of the clause that the running frame belongs to.
    fn finish_clause(&mut self) {
        if self.machine.running().is_none() {
            return; // the tail of a handler call, which has no frame
        }
        while let Some(Frame { k, .. }) = self.machine.finish_frame() {
            if k.is_some() {
                return;
            }
        }
        panic!("the frames of a clause end with the clause's own");
    }

    fn in_clause(&self) -> Result<(), i64> {
        let in_call = self.machine.running().is_none();
        let in_clause = in_call || self.machine.clause().is_some();
        in_clause.then_some(()).ok_or(PLACE)
    }

    fn clause_or(&self, k: Option<K>) -> Result<K, i64> {
        self.in_clause()?;
        k.or_else(|| self.machine.clause().cloned()).ok_or(PLACE)
    }
}

/// What an error comes to: the operation fails while its continuation is unused.
fn failed(k: Option<&K>, error: i64, used: fn(Object) -> TestOutcome) -> TestOutcome {
    let error = Object::new(error);
    match k.and_then(|k| k.take()) {
        Some(captured) => PyCallOutcome::OperationFailed { captured, error },
        None => used(error),
    }
}

/// The one-shot check.
fn take(k: &K) -> Result<Captured<TestHost>, i64> {
    k.take().ok_or(CONSUMED)
}

pub fn performed(effect_type: EffectType, number: i64) -> TestYielded {
    Yielded::Perform {
        effect: Object::new(number),
        effect_type,
    }
}

pub fn resumed(captured: Captured<TestHost>, number: i64) -> TestYielded {
    Yielded::Resume {
        captured,
        value: value(number),
    }
}

pub fn thrown(captured: Captured<TestHost>, error: i64) -> TestYielded {
    Yielded::ResumeThrow {
        captured,
        error: Object::new(error),
    }
}

pub fn delegated(
    captured: Captured<TestHost>,
    effect_type: EffectType,
    declined: bool,
) -> TestYielded {
    Yielded::Delegate {
        captured,
        effect: Object::new(effect_type.0.into()),
        effect_type,
        declined,
    }
}
