//! A host for tests: objects that know whether they may be dropped, and a driver for programs that
//! are Rust closures.

// Each test binary is a crate of its own and uses its own part of this.
#![allow(dead_code)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use doeff_vm_core::{
    AcceptSet, Accepts, Captured, Frame, Host, Machine, Mode, PyCallOutcome, PythonCall, StepEvent,
    Value, Yielded,
};

thread_local! {
    static STEPPING: Cell<bool> = const { Cell::new(false) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

/// How many [`Object`]s there are on this thread.
pub fn live() -> i64 {
    LIVE.get()
}

/// A value of the host. Dropping one while the machine steps is a failure of the test.
#[derive(Debug, PartialEq)]
pub struct Object(pub i64);

impl Object {
    pub fn new(value: i64) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(value)
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
        assert!(
            !STEPPING.get() || std::thread::panicking(),
            "the core dropped a host object inside a step"
        );
    }
}

/// Runs `f` as a step of the machine, in which nothing of the host may be dropped.
pub fn stepping<T>(f: impl FnOnce() -> T) -> T {
    STEPPING.set(true);
    let result = f();
    STEPPING.set(false);
    result
}

/// An effect's type: a number. It is accepted by [`AcceptSet::ALL`] and by the set of that number.
#[derive(Clone, Copy, Debug)]
pub struct EffectType(pub u32);

impl Accepts for EffectType {
    fn accepts(self, set: AcceptSet) -> bool {
        set == AcceptSet::ALL || set.0 == self.0
    }
}

/// What a test's `k` is: a cell that is taken once.
pub type K = Rc<RefCell<Option<Captured<TestHost>>>>;

/// What a body does with what it is given.
pub enum Act {
    Yield(Ask),
    Return(i64),
    Raise(i64),
}

/// What a body yields.
pub enum Ask {
    Perform(EffectType),
    Call(Body),
    WithHandler(Rc<Handler>, AcceptSet, Body),
    Resume(K, i64),
    /// Finish the frame first.
    TailResume(K, i64),
    /// Finish the clause and let an outer handler answer.
    Pass(K, EffectType),
}

type Script = Box<dyn FnMut(Result<i64, i64>) -> Act>;

/// A program body: a closure that is sent values (`Ok`) and thrown errors (`Err`).
pub struct Body {
    script: Script,
    token: Object,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({:?})", self.token)
    }
}

/// A body that acts as `script` says.
pub fn body(script: impl FnMut(Result<i64, i64>) -> Act + 'static) -> Body {
    Body {
        script: Box::new(script),
        token: Object::new(0),
    }
}

/// A body that yields the asks in turn, lets errors pass, and returns the sum of what it was sent.
pub fn summing(asks: impl IntoIterator<Item = Ask> + 'static) -> Body {
    let mut asks: VecDeque<Ask> = asks.into_iter().collect();
    let mut sum = 0;
    body(move |sent| match sent {
        Err(error) => Act::Raise(error),
        Ok(value) => {
            sum += value;
            asks.pop_front().map_or(Act::Return(sum), Act::Yield)
        }
    })
}

/// A handler: what calling it with the effect's number and `k` gives.
pub type HandlerFn = dyn Fn(i64, &K) -> Clause;

pub struct Handler {
    function: Box<HandlerFn>,
    token: Object,
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handler({:?})", self.token)
    }
}

pub fn handler(function: impl Fn(i64, &K) -> Clause + 'static) -> Rc<Handler> {
    Rc::new(Handler {
        function: Box::new(function),
        token: Object::new(0),
    })
}

/// What a handler call gives.
pub enum Clause {
    Body(Body),
    Return(i64),
    Raise(i64),
    Tail(Ask),
}

/// The host itself.
#[derive(Debug)]
pub struct TestHost;

impl Host for TestHost {
    type Object = Object;
    type Generator = Rc<RefCell<Body>>;
    type Handler = Rc<Handler>;
    type Continuation = K;
    type Error = Object;
    type EffectType = EffectType;
}

pub type TestMachine = Machine<TestHost>;
pub type TestOutcome = PyCallOutcome<TestHost>;

/// The number in a value; `Unit` is 0.
pub fn number(value: Value<TestHost>) -> i64 {
    match value {
        Value::Unit => 0,
        Value::Object(object) => object.0,
    }
}

pub fn value(number: i64) -> Value<TestHost> {
    Value::Object(Object::new(number))
}

pub fn generator(body: Body) -> Rc<RefCell<Body>> {
    Rc::new(RefCell::new(body))
}

/// The error for an effect that no handler accepts.
pub const UNHANDLED: i64 = -1;

/// The error for a second use of a continuation.
pub const CONSUMED: i64 = -2;

/// Runs a body to its result, as the Python driver does.
pub fn run(program: Body) -> Result<i64, i64> {
    let mut machine = TestMachine::new();
    let mut mode = machine.start(generator(program));
    loop {
        let event = stepping(|| machine.step(mode));
        while machine.take_released().is_some() {}
        mode = match event {
            StepEvent::Continue(next) => next,
            StepEvent::NeedsPython(call) => {
                let outcome = execute(&mut machine, call);
                stepping(|| machine.receive_python_result(outcome)).expect("a fitting outcome")
            }
            StepEvent::Done(value) => return Ok(number(value)),
            StepEvent::Error(error) => return Err(error.0),
            StepEvent::Refused(error) => panic!("{error}"),
        };
    }
}

fn execute(machine: &mut TestMachine, call: PythonCall<TestHost>) -> TestOutcome {
    match call {
        PythonCall::GenSend(value) => advance(machine, Ok(number(value))),
        PythonCall::GenThrow(error) => advance(machine, Err(error.0)),
        PythonCall::Unhandled { effect } => {
            drop(effect);
            PyCallOutcome::Error(Object::new(UNHANDLED))
        }
        PythonCall::CallHandler { captured, effect } => call_handler(machine, captured, &effect),
    }
}

fn advance(machine: &mut TestMachine, sent: Result<i64, i64>) -> TestOutcome {
    let frame = machine.running().expect("a running frame");
    let generator = Rc::clone(&frame.generator);
    let act = (generator.borrow_mut().script)(sent);
    match act {
        Act::Return(value) => PyCallOutcome::GenReturn(Value::Object(Object::new(value))),
        Act::Raise(error) => raised(machine, error),
        Act::Yield(ask) => PyCallOutcome::GenYield(yielded(machine, ask)),
    }
}

fn raised(machine: &TestMachine, error: i64) -> TestOutcome {
    let k = machine.running().and_then(|frame| frame.k.as_ref());
    let error = Object::new(error);
    match k.and_then(|k| k.borrow_mut().take()) {
        Some(captured) => PyCallOutcome::OperationFailed { captured, error },
        None => PyCallOutcome::GenError(error),
    }
}

fn yielded(machine: &mut TestMachine, ask: Ask) -> Yielded<TestHost> {
    match ask {
        Ask::Perform(effect_type) => Yielded::Perform {
            effect: Object::new(effect_type.0.into()),
            effect_type,
        },
        Ask::Call(body) => Yielded::Program(generator(body)),
        Ask::WithHandler(handler, accepts, body) => Yielded::WithHandler {
            handler,
            accepts,
            body: generator(body),
        },
        Ask::Resume(k, number) => match k.take() {
            None => Yielded::Refused(Object::new(CONSUMED)),
            Some(captured) => Yielded::Resume {
                captured,
                value: value(number),
            },
        },
        Ask::TailResume(k, number) => {
            let Some(captured) = k.take() else {
                return Yielded::Refused(Object::new(CONSUMED));
            };
            drop(machine.finish_frame());
            Yielded::Resume {
                captured,
                value: value(number),
            }
        }
        Ask::Pass(k, effect_type) => {
            let Some(captured) = k.take() else {
                return Yielded::Refused(Object::new(CONSUMED));
            };
            while let Some(Frame { k, .. }) = machine.finish_frame() {
                if k.is_some() {
                    break;
                }
            }
            Yielded::Pass {
                captured,
                effect: Object::new(effect_type.0.into()),
                effect_type,
            }
        }
    }
}

fn call_handler(
    machine: &mut TestMachine,
    captured: Captured<TestHost>,
    effect: &Object,
) -> TestOutcome {
    let handler = Rc::clone(captured.handler().expect("a prompt"));
    let k: K = Rc::new(RefCell::new(Some(captured)));
    match (handler.function)(effect.0, &k) {
        Clause::Body(body) => PyCallOutcome::Clause(Frame::clause(generator(body), k)),
        Clause::Return(number) => PyCallOutcome::ClauseReturn(value(number)),
        Clause::Tail(ask) => PyCallOutcome::GenYield(yielded(machine, ask)),
        Clause::Raise(error) => {
            let error = Object::new(error);
            match k.take() {
                Some(captured) => PyCallOutcome::OperationFailed { captured, error },
                None => PyCallOutcome::Error(error),
            }
        }
    }
}

/// Installs a handler for one effect number around a body, as a program of its own.
pub fn handled(handler: Rc<Handler>, accepts: u32, inner: Body) -> Body {
    summing([Ask::WithHandler(handler, AcceptSet(accepts), inner)])
}

/// The mode's name, for assertions.
pub fn mode_name(mode: &Mode<TestHost>) -> &'static str {
    match mode {
        Mode::Deliver(_) => "Deliver",
        Mode::Throw(_) => "Throw",
        Mode::HandleYield(_) => "HandleYield",
        Mode::Return(_) => "Return",
    }
}
pub type TestMode = Mode<TestHost>;
