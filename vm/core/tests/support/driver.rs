//! Runs bodies, as the Python driver does: by steps, and where its [`Way`] says so by direct
//! transitions ([`super::direct`]).

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use doeff_vm_core::{
    Captured, ContId, DispatchId, Frame, HandlerAction, PyCallOutcome, PythonCall, StepEvent,
    Value, Yielded,
};

use super::direct::{Seen, Stop, Way};
use super::{
    Act, Ask, Body, CONSUMED, Clause, DECLINED, EffectType, FAIL, FAILED, GET, Handler, HandlerAct,
    K, MISSING, Object, PLACE, PUT, RUN, TestHost, TestMachine, TestMode, TestOutcome, TestYielded,
    UNHANDLED, body, generator, k, number, prompt, stepping, value,
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
    pub(super) captures: HashSet<ContId>,
    /// How many steps were paused.
    pub pauses: usize,
    pub way: Way,
    /// How often each direct transition was made (`true`) or refused.
    pub taken: BTreeMap<(&'static str, bool), u64>,
    /// The machine at each call of a generator or a handler, if that is asked for.
    pub trace: Option<Vec<Seen>>,
}

impl Driver {
    pub fn run(&mut self, program: Body) -> Result<i64, i64> {
        let program = generator(program);
        let mut stop = if self.way.is_direct() {
            self.start_directly(program)
        } else {
            let mode = self.machine.start(program);
            let call = match self.step_on(mode) {
                Ok(call) => call,
                Err(result) => return result,
            };
            self.execute(call)
        };
        loop {
            let outcome = match stop {
                Stop::Ended(number) => return Ok(number),
                Stop::Outcome(outcome) => outcome,
            };
            let mode = stepping(|| self.machine.receive_python_result(outcome));
            let call = match self.step_on(mode.expect("a fitting outcome")) {
                Ok(call) => call,
                Err(result) => return result,
            };
            stop = self.execute(call);
        }
    }

    /// Steps up to the next call, or to the program's end.
    fn step_on(&mut self, mut mode: TestMode) -> Result<PythonCall<TestHost>, Result<i64, i64>> {
        loop {
            assert_eq!(self.machine.check_invariants(), Ok(()));
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
                StepEvent::NeedsPython(call) => return Ok(call),
                StepEvent::Done(value) => return Err(Ok(number(value))),
                StepEvent::Error(error) => return Err(Err(error.0)),
                StepEvent::Refused(error) => panic!("{error}"),
            };
        }
    }

    fn execute(&mut self, call: PythonCall<TestHost>) -> Stop {
        Stop::Outcome(match call {
            PythonCall::GenSend(value) => return self.go_on(Ok(number(value))),
            PythonCall::GenThrow(error) => return self.go_on(Err(error.0)),
            PythonCall::Unhandled { effect, declined } => {
                drop(effect);
                let error = if declined { MISSING } else { UNHANDLED };
                PyCallOutcome::Action(HandlerAction::Throw(Object::new(error)))
            }
            PythonCall::CallStdlib { effect } => PyCallOutcome::Action(self.answer(effect)),
            PythonCall::CallHandler { captured, effect } => {
                return match self.ask(captured, &effect) {
                    Ok(sent) => self.go_on(sent),
                    Err(stop) => stop,
                };
            }
        })
    }

    /// What the built-in handler that was found does.
    pub(super) fn answer(&mut self, effect: Object) -> HandlerAction<TestHost> {
        let effect_type = EffectType(u32::try_from(effect.0).expect("an effect"));
        let handler = self.machine.stdlib_handler().expect("a built-in handler");
        if let Some(answer) = self.answer_of(&Rc::clone(handler), effect_type) {
            return HandlerAction::Resume(value(answer));
        }
        match effect_type {
            RUN => HandlerAction::Run(generator(body(|_| Act::Return(7)))),
            FAIL => HandlerAction::Throw(Object::new(FAILED)),
            effect_type => HandlerAction::Pass {
                effect,
                declined: effect_type == DECLINED,
            },
        }
    }

    /// What a built-in handler answers at once; a [`PUT`] by way of a call-back.
    pub(super) fn answer_of(&mut self, handler: &Handler, effect_type: EffectType) -> Option<i64> {
        let HandlerAct::Store(cell) = &handler.act else {
            panic!("a handler of the program is called")
        };
        match effect_type {
            GET => Some(cell.get()),
            PUT => {
                self.machine.begin_callback();
                cell.set(cell.get() + 1);
                Some(0)
            }
            _ => None,
        }
    }

    /// The running frame has raised: a clause whose continuation is unused makes the operation fail.
    pub(super) fn raised(&self, error: i64) -> TestOutcome {
        let own = self.machine.running().and_then(|frame| frame.k.as_ref());
        failed(own, error, PyCallOutcome::GenError)
    }

    pub(super) fn call_handler(
        &mut self,
        captured: Captured<TestHost>,
        effect: &Object,
    ) -> TestOutcome {
        self.look(Some(&captured));
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

    pub(super) fn yielded(&mut self, ask: Ask) -> TestYielded {
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
    pub(super) fn finish_clause(&mut self) {
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

    pub(super) fn in_clause(&self) -> Result<(), i64> {
        let in_call = self.machine.running().is_none();
        let in_clause = in_call || self.machine.clause().is_some();
        in_clause.then_some(()).ok_or(PLACE)
    }

    pub(super) fn clause_or(&self, k: Option<K>) -> Result<K, i64> {
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
pub(super) fn take(k: &K) -> Result<Captured<TestHost>, i64> {
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
