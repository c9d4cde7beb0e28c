//! Runs bodies by direct transitions, wherever the machine has one and the choice falls on it.

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::{
    Captured, ContId, DispatchId, Ended, PendingPython, PyCallOutcome, SegmentView, Stats, Yielded,
};

use super::driver::{delegated, performed, take};
use super::{
    Act, Ask, Body, Driver, EffectType, K, Object, TestHost, TestMachine, TestOutcome, generator,
    number, prompt, stepping, value,
};

/// By which way a driver goes.
#[derive(Default)]
pub enum Way {
    /// By steps alone.
    #[default]
    Steps,
    /// By direct transitions, where there is one.
    Direct,
    /// By one or the other, chosen anew each time; the seed of the choices.
    Mixed(u64),
}

impl Way {
    /// Whether the next transition is to be a direct one.
    pub fn is_direct(&mut self) -> bool {
        match self {
            Self::Steps => false,
            Self::Direct => true,
            Self::Mixed(state) => {
                // Knuth's linear congruential generator, whose high bits are its good ones.
                *state = state.wrapping_mul(6_364_136_223_846_793_005);
                *state = state.wrapping_add(1_442_695_040_888_963_407);
                *state >> 63 == 1
            }
        }
    }
}

/// The machine as it is seen at a call. Whichever way it came there, it must be the same.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub stats: Stats,
    pub pending: PendingPython,
    pub dispatch: Option<DispatchId>,
    pub segments: Vec<SegmentView>,
    /// At the call of a handler: what was captured for it.
    pub captured: Option<(ContId, DispatchId, usize)>,
}

/// What the driver goes on with, by steps.
pub enum Stop {
    /// This outcome of the last call.
    Outcome(TestOutcome),
    /// Nothing: the program has ended with this result.
    Ended(i64),
}

/// What the running frame is sent or thrown next; or else how steps go on.
pub type Next = Result<Result<i64, i64>, Stop>;

fn stop(outcome: TestOutcome) -> Stop {
    Stop::Outcome(outcome)
}

/// What was yielded is refused.
fn refused(error: i64) -> Stop {
    stop(PyCallOutcome::GenYield(Yielded::Refused(Object::new(
        error,
    ))))
}

impl Driver {
    pub fn new(way: Way) -> Self {
        Self {
            way,
            ..Self::default()
        }
    }

    pub(super) fn start_directly(&mut self, program: Rc<RefCell<Body>>) -> Stop {
        self.made("start_directly", |machine| machine.start_directly(program));
        self.go_on(Ok(0))
    }

    /// Lets the running frame go on, and whatever direct transitions lead to.
    pub(super) fn go_on(&mut self, mut sent: Result<i64, i64>) -> Stop {
        loop {
            match self.advance(sent) {
                Ok(next) => sent = next,
                Err(stop) => return stop,
            }
        }
    }

    /// Notes what is seen of the machine.
    pub(super) fn look(&mut self, captured: Option<&Captured<TestHost>>) {
        let machine = &self.machine;
        if let Some(trace) = &mut self.trace {
            trace.push(Seen {
                stats: machine.stats(),
                pending: machine.pending(),
                dispatch: machine.dispatch(),
                segments: machine.segments().collect(),
                captured: captured.map(|k| (k.id(), k.dispatch(), k.depth())),
            });
        }
    }

    /// Makes a direct transition, in which nothing of the host may be dropped.
    fn made<T>(&mut self, name: &'static str, f: impl FnOnce(&mut TestMachine) -> T) -> T {
        self.tried(name, f, |_| true)
    }

    /// As `made`, for one that may be refused.
    fn tried<T>(
        &mut self,
        name: &'static str,
        f: impl FnOnce(&mut TestMachine) -> T,
        is_made: impl FnOnce(&T) -> bool,
    ) -> T {
        let result = stepping(|| f(&mut self.machine));
        self.count(name, is_made(&result));
        result
    }

    fn count(&mut self, name: &'static str, is_made: bool) {
        *self.taken.entry((name, is_made)).or_default() += 1;
    }

    fn advance(&mut self, sent: Result<i64, i64>) -> Next {
        self.look(None);
        let frame = self.machine.running().expect("a running frame");
        let generator = Rc::clone(&frame.generator);
        let act = (generator.borrow_mut().script)(sent);
        match act {
            Act::Return(number) => self.returned(number),
            Act::Raise(error) => self.raised_on(error),
            Act::Yield(ask) if self.way.is_direct() => self.yielded_directly(ask),
            Act::Yield(ask) => Err(stop(PyCallOutcome::GenYield(self.yielded(ask)))),
        }
    }

    fn returned(&mut self, number: i64) -> Next {
        if self.way.is_direct() {
            if let Some(ended) = self.tried(
                "return_to_waiting",
                TestMachine::return_to_waiting,
                Option::is_some,
            ) {
                self.drop_ended(ended);
                return Ok(Ok(number));
            }
            if let Some(frame) =
                self.tried("end_program", TestMachine::end_program, Option::is_some)
            {
                drop(frame);
                return Err(Stop::Ended(number));
            }
        }
        Err(stop(PyCallOutcome::GenReturn(value(number))))
    }

    fn raised_on(&mut self, error: i64) -> Next {
        match self.raised(error) {
            PyCallOutcome::GenError(error) if self.way.is_direct() => {
                match self.tried(
                    "throw_to_waiting",
                    TestMachine::throw_to_waiting,
                    Option::is_some,
                ) {
                    Some(ended) => {
                        self.drop_ended(ended);
                        Ok(Err(error.0))
                    }
                    None => Err(stop(PyCallOutcome::GenError(error))),
                }
            }
            outcome => Err(stop(outcome)),
        }
    }

    fn drop_ended(&mut self, Ended { handler, frame }: Ended<TestHost>) {
        if handler.is_some() {
            self.count("a prompt is left", true);
        }
        drop(handler);
        drop(frame);
    }

    fn yielded_directly(&mut self, ask: Ask) -> Next {
        match ask {
            Ask::Perform(effect_type) => self.perform_directly(effect_type, effect_type.0.into()),
            Ask::PerformAs(effect_type, number) => self.perform_directly(effect_type, number),
            Ask::Call(body) => {
                let body = generator(body);
                self.made("call_program", |machine| machine.call_program(body));
                Ok(Ok(0))
            }
            Ask::Value(number) => {
                self.made("value_at_once", TestMachine::value_at_once);
                Ok(Ok(number))
            }
            Ask::Look(look) => {
                let number = look(&self.machine);
                self.made("value_at_once", TestMachine::value_at_once);
                Ok(Ok(number))
            }
            Ask::WithHandler(handler, accepts, body) => {
                let (prompt, body) = (prompt(handler, accepts), generator(body));
                self.made("install", |machine| machine.install(prompt, body));
                Ok(Ok(0))
            }
            Ask::Resume(k, number) => {
                let captured = take(&k).map_err(refused)?;
                self.made("resume", |machine| machine.resume(captured));
                Ok(Ok(number))
            }
            Ask::TailResume(k, number) => {
                let captured = take(&k).map_err(refused)?;
                let frame = self.tried(
                    "finish_running",
                    TestMachine::finish_running,
                    Option::is_some,
                );
                drop(frame.expect("the asking frame"));
                self.resume_tail(captured);
                Ok(Ok(number))
            }
            Ask::Transfer(k, number) => {
                self.in_clause().map_err(refused)?;
                let captured = take(&k).map_err(refused)?;
                self.finish_clause();
                self.resume_tail(captured);
                Ok(Ok(number))
            }
            Ask::Pass(k, effect_type) => self.pass_directly(k, effect_type),
            other => Err(stop(PyCallOutcome::GenYield(self.yielded(other)))),
        }
    }

    fn resume_tail(&mut self, captured: Captured<TestHost>) {
        self.made("resume_tail", |machine| machine.resume_tail(captured));
    }

    fn perform_directly(&mut self, effect_type: EffectType, number: i64) -> Next {
        let Some(slot) = self.tried(
            "nearest",
            |machine| machine.nearest(effect_type),
            Option::is_some,
        ) else {
            let performed = performed(effect_type, number);
            return Err(stop(PyCallOutcome::GenYield(performed)));
        };
        let id = self.made("begin_dispatch", TestMachine::begin_dispatch);
        let effect = Object::new(number);
        if !self.machine.is_stdlib(slot) {
            let captured = self.tried(
                "capture_for",
                |machine| machine.capture_for(slot, id),
                Option::is_some,
            );
            return self.ask(captured.expect("a prompt to capture"), &effect);
        }
        if self.way.is_direct() {
            let handler = self.machine.handler_at(slot).expect("a built-in handler");
            if let Some(answer) = self.answer_of(&Rc::clone(handler), effect_type) {
                self.made("answered", TestMachine::answered);
                return Ok(Ok(answer));
            }
        }
        self.made("ask_stdlib", |machine| {
            machine.ask_stdlib(slot, id, effect_type);
        });
        Err(stop(PyCallOutcome::Action(self.answer(effect))))
    }

    fn pass_directly(&mut self, k: Option<K>, effect_type: EffectType) -> Next {
        let k = self.clause_or(k).map_err(refused)?;
        let captured = take(&k).map_err(refused)?;
        self.finish_clause();
        match self.tried(
            "pass",
            |machine| machine.pass(captured, effect_type),
            Result::is_ok,
        ) {
            Ok(captured) => self.ask(captured, &Object::new(effect_type.0.into())),
            Err(captured) => {
                let delegated = delegated(captured, effect_type, false);
                Err(stop(PyCallOutcome::GenYield(delegated)))
            }
        }
    }

    /// Calls the handler that something was captured for.
    pub(super) fn ask(&mut self, captured: Captured<TestHost>, effect: &Object) -> Next {
        match self.call_handler(captured, effect) {
            PyCallOutcome::Clause(clause) if self.way.is_direct() => {
                self.made("enter_clause", |machine| machine.enter_clause(clause));
                Ok(Ok(0))
            }
            PyCallOutcome::GenYield(Yielded::Resume { captured, value })
                if self.way.is_direct() =>
            {
                self.count("resume_tail after a handler call", true);
                self.resume_tail(captured);
                Ok(Ok(number(value)))
            }
            outcome => Err(stop(outcome)),
        }
    }
}
