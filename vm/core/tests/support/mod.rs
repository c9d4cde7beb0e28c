//! A host for tests, whose objects know whether they may be touched, and a language of programs that
//! are Rust closures. [`driver`] and [`direct`] run them.

// Each test binary is a crate of its own and uses its own part of this.
#![allow(dead_code, unused_imports)]

pub mod direct;
pub mod driver;
pub mod hand;
pub mod stacks;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use doeff_vm_core::{
    AcceptSet, Accepts, Captured, HandlerKind, Host, Machine, Mode, Prompt, PyCallOutcome,
    StepEvent, Value, Yielded,
};

pub use direct::Way;
pub use driver::{Driver, run};

thread_local! {
    static STEPPING: Cell<bool> = const { Cell::new(false) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// How many [`Object`]s there are on this thread.
pub fn live() -> i64 {
    LIVE.get()
}

/// How many accept sets the machine has looked at on this thread.
pub fn asked() -> usize {
    ASKED.get()
}

/// A value of the host, and a part of everything else of the host's. Whoever drops or prints one
/// while the machine steps makes the test fail.
#[derive(PartialEq)]
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
        not_in_a_step("dropped");
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        not_in_a_step("touched");
        write!(f, "Object({})", self.0)
    }
}

fn not_in_a_step(what: &str) {
    assert!(
        !STEPPING.get() || std::thread::panicking(),
        "the core {what} a host object inside a step"
    );
}

/// Runs `f` as a step of the machine, in which nothing of the host may be dropped.
pub fn stepping<T>(f: impl FnOnce() -> T) -> T {
    STEPPING.set(true);
    let result = f();
    STEPPING.set(false);
    result
}

/// An effect's type: a number. It is accepted by [`AcceptSet::ALL`], by the set of that number and
/// by a set of [`several`] that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EffectType(pub u32);

const SEVERAL: u32 = 1 << 16;

/// The set that accepts the effect types below 16 whose bits are set.
pub fn several(bits: u16) -> AcceptSet {
    AcceptSet(SEVERAL | u32::from(bits))
}

impl Accepts for EffectType {
    fn accepts(self, set: AcceptSet) -> bool {
        assert_ne!(set.0, u32::MAX, "the bottom of the stack is never asked");
        ASKED.set(ASKED.get() + 1);
        let listed = set.0 & SEVERAL != 0 && self.0 < 16 && set.0 & (1 << self.0) != 0;
        set == AcceptSet::ALL || set.0 == self.0 || listed
    }
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
pub type TestMode = Mode<TestHost>;
pub type TestEvent = StepEvent<TestHost>;
pub type TestOutcome = PyCallOutcome<TestHost>;
pub type TestYielded = Yielded<TestHost>;

/// What a test's `k` is: a cell that is taken once.
pub type K = Rc<RefCell<Option<Captured<TestHost>>>>;

pub fn k(captured: Captured<TestHost>) -> K {
    Rc::new(RefCell::new(Some(captured)))
}

/// What a body does with what it is given.
pub enum Act {
    Yield(Ask),
    Return(i64),
    Raise(i64),
}

/// What a body yields.
pub enum Ask {
    Perform(EffectType),
    /// Perform an effect with a number of its own.
    PerformAs(EffectType, i64),
    Call(Body),
    Value(i64),
    /// What is seen of the machine.
    Look(Box<dyn FnOnce(&TestMachine) -> i64>),
    /// Something that is refused with this error.
    Refuse(i64),
    WithHandler(Rc<Handler>, AcceptSet, Body),
    /// Several prompts, innermost first.
    Install(Vec<(Rc<Handler>, AcceptSet)>, Body),
    Resume(K, i64),
    ResumeThrow(K, i64),
    ResumeProgram(K, Body),
    /// Finish the frame first.
    TailResume(K, i64),
    /// Finish the clause first.
    Transfer(K, i64),
    /// Finish the clause first.
    TransferThrow(K, i64),
    /// Let an outer handler answer; without a `k`, for the clause's own.
    Delegate(Option<K>, EffectType),
    /// As `Delegate`; finish the clause first.
    Pass(Option<K>, EffectType),
    /// As `Pass`, by a built-in handler that could not answer.
    Decline(Option<K>, EffectType),
    /// Run the body in the frame's place.
    TailCall(Body),
}

type Script = Box<dyn FnMut(Result<i64, i64>) -> Act>;

/// A program body: a closure that is sent values (`Ok`) and thrown errors (`Err`).
pub struct Body {
    pub script: Script,
    token: Object,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// A body that ends at once.
pub fn idle() -> Body {
    body(|_| Act::Return(0))
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

/// A body that yields one ask and returns the error that this ends in, as `catch` has it.
pub fn catching(ask: Ask, catch: impl Fn(i64) -> i64 + 'static) -> Body {
    let mut ask = Some(ask);
    body(move |sent| match (ask.take(), sent) {
        (Some(ask), _) => Act::Yield(ask),
        (None, Ok(value)) => Act::Return(value),
        (None, Err(error)) => Act::Return(catch(error)),
    })
}

/// A body that performs the effect so many times and returns the sum of the answers.
pub fn perform(times: usize, effect: EffectType) -> Body {
    summing((0..times).map(move |_| Ask::Perform(effect)))
}

/// A handler: what the program is asked, or a built-in one.
pub struct Handler {
    pub act: HandlerAct,
    /// Tells handlers apart where a test lists them.
    pub name: i64,
    token: Object,
}

/// What a handler does when it is asked.
pub enum HandlerAct {
    /// It is called with the effect's number and `k`.
    Call(Box<HandlerFn>),
    Store(Cell<i64>),
}

pub type HandlerFn = dyn Fn(i64, &K) -> Clause;

/// What a handler call gives.
pub enum Clause {
    Body(Body),
    Return(i64),
    Raise(i64),
    Tail(Ask),
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handler({:?})", self.token)
    }
}

pub fn handler(function: impl Fn(i64, &K) -> Clause + 'static) -> Rc<Handler> {
    named_handler(0, function)
}

pub fn named_handler(name: i64, function: impl Fn(i64, &K) -> Clause + 'static) -> Rc<Handler> {
    Rc::new(Handler {
        act: HandlerAct::Call(Box::new(function)),
        name,
        token: Object::new(0),
    })
}

/// Answers with `answer` by a tail resume out of a clause with a body.
pub fn answering(answer: i64) -> Rc<Handler> {
    handler(move |_, k| Clause::Body(summing([Ask::TailResume(k.clone(), answer)])))
}

/// Reads a store.
pub const GET: EffectType = EffectType(100);
/// Counts a store up.
pub const PUT: EffectType = EffectType(101);
/// Runs a body that returns 7 at the perform site.
pub const RUN: EffectType = EffectType(102);
/// Fails with [`FAILED`].
pub const FAIL: EffectType = EffectType(103);
/// What a store cannot answer. Every other effect it lets pass.
pub const DECLINED: EffectType = EffectType(104);

/// A built-in handler: a store that [`GET`] and its like are about.
pub fn store(value: i64) -> Rc<Handler> {
    named_store(0, value)
}

pub fn named_store(name: i64, value: i64) -> Rc<Handler> {
    Rc::new(Handler {
        act: HandlerAct::Store(Cell::new(value)),
        name,
        token: Object::new(0),
    })
}

/// The error for an effect that no handler accepts.
pub const UNHANDLED: i64 = -1;
/// The error for a second use of a continuation.
pub const CONSUMED: i64 = -2;
/// The error for an effect that a built-in handler declined and no other accepts.
pub const MISSING: i64 = -3;
/// The error that [`FAIL`] gives.
pub const FAILED: i64 = -4;
/// The error for what works only in a clause.
pub const PLACE: i64 = -5;

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

/// A prompt for a handler.
pub fn prompt(handler: Rc<Handler>, accepts: AcceptSet) -> Prompt<TestHost> {
    let kind = match handler.act {
        HandlerAct::Call(_) => HandlerKind::Python,
        HandlerAct::Store(_) => HandlerKind::Stdlib,
    };
    Prompt {
        handler,
        kind,
        accepts,
    }
}

/// Installs a handler for one effect number around a body, as a program of its own.
pub fn handled(handler: Rc<Handler>, accepts: u32, inner: Body) -> Body {
    summing([Ask::WithHandler(handler, AcceptSet(accepts), inner)])
}

/// A program under so many handlers of an effect that nobody performs.
pub fn under(prompts: usize, program: Body) -> Body {
    let never = handler(|_, _| Clause::Raise(-100));
    (0..prompts).fold(program, |program, _| {
        handled(never.clone(), several(0).0, program)
    })
}
