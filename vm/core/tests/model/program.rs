//! Random programs, and what is noted while one runs.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::support::{DECLINED, EffectType, FAIL, GET, PUT, RUN};

/// A program's body: steps, and how it ends.
#[derive(Debug, Clone)]
pub struct Program {
    pub steps: Vec<Step>,
    pub end: End,
}

/// One thing that a body does, and whether it goes on after an error.
#[derive(Debug, Clone)]
pub struct Step {
    pub op: Op,
    pub catch: bool,
}

#[derive(Debug, Clone)]
pub enum Op {
    Perform(u32),
    Value(i64),
    /// Tells the handlers in scope.
    Look,
    /// Calls the program so many times.
    Repeat(u8, Program),
    /// Installs handlers, innermost first, around a body: one by `WithHandler`.
    Install(Vec<Handler>, Program),
    /// Keeps the clause's continuation for anyone to use.
    Keep(usize),
    Resume(Which, i64),
    ResumeThrow(Which, i64),
    ResumeProgram(Which, Program),
    Delegate(Which, u32),
}

#[derive(Debug, Clone)]
pub enum End {
    Return,
    Raise(i64),
    TailCall(Box<Program>),
    TailResume(Which, i64),
    Transfer(Which, i64),
    TransferThrow(Which, i64),
    Pass(Which, u32),
}

/// Which continuation is used.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// That of the clause in whose text this stands.
    Own,
    /// That of the clause in which this runs.
    Running,
    /// One that was kept.
    Kept(usize),
}

#[derive(Debug, Clone)]
pub struct Handler {
    pub name: i64,
    pub accepts: Set,
    pub act: HandlerAct,
}

#[derive(Debug, Clone)]
pub enum HandlerAct {
    Clause(Program),
    Return(i64),
    Raise(i64),
    /// The call gives a primitive.
    Tail(Op),
    /// A built-in handler: a store.
    Store(i64),
}

/// Which effects a handler accepts.
#[derive(Debug, Clone, Copy)]
pub enum Set {
    All,
    Only(u32),
    Several(u16),
}

impl Set {
    pub fn has(self, effect: u32) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => only == effect,
            Self::Several(bits) => effect < 16 && bits & (1 << effect) != 0,
        }
    }
}

/// How many continuations can be kept.
pub const KEPT: usize = 2;

/// The error for a continuation that is not there.
pub const ABSENT: i64 = -6;

/// How much a run may do before every body just returns.
const FUEL: u32 = 1500;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A step of a body came to this.
    Step(usize, Result<i64, i64>),
    /// A handler was called with an effect; the names of the handlers that its continuation has.
    Called(i64, i64, Vec<i64>),
}

/// What a run of either kind shares among its bodies.
#[derive(Debug)]
pub struct World<K> {
    pub log: Vec<Event>,
    pub kept: [Option<K>; KEPT],
    fuel: u32,
}

impl<K> World<K> {
    pub fn new() -> Self {
        Self {
            log: Vec::new(),
            kept: [const { None }; KEPT],
            fuel: FUEL,
        }
    }

    /// Whether there is fuel for one more thing.
    pub fn burn(&mut self) -> bool {
        let some = self.fuel > 0;
        self.fuel -= u32::from(some);
        some
    }
}

/// What a body's result is after it got one more number: order matters.
pub fn mix(sum: i64, got: i64) -> i64 {
    (sum * 31 + got + 7) % 1_000_003
}

/// One number for a list of them.
pub fn digest(names: impl IntoIterator<Item = i64>) -> i64 {
    names.into_iter().fold(1, mix)
}

// ---- strategies -----------------------------------------------------------------------------------

/// Effects of the program's own, few so that handlers meet them, and those of a store.
fn effect() -> impl Strategy<Value = u32> {
    let built_in = |effects: &[EffectType]| {
        prop::sample::select(effects.iter().map(|effect| effect.0).collect::<Vec<_>>())
    };
    prop_oneof![
        8 => 0..4_u32,
        3 => built_in(&[GET, PUT, RUN]),
        1 => built_in(&[FAIL, DECLINED]),
    ]
    .prop_map(|effect| if effect == 0 { 4 } else { effect }) // 0 is the set of everything
}

fn set() -> impl Strategy<Value = Set> {
    prop_oneof![
        4 => Just(Set::All),
        1 => effect().prop_map(Set::Only),
        3 => any::<u16>().prop_map(Set::Several),
    ]
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![
        6 => Just(Which::Own),
        1 => Just(Which::Running),
        3 => (0..KEPT).prop_map(Which::Kept),
    ]
}

/// Running is for `Delegate` and `Pass` only.
fn any_k() -> impl Strategy<Value = Which> {
    prop_oneof![3 => Just(Which::Own), 1 => (0..KEPT).prop_map(Which::Kept)]
}

fn resuming(inner: BoxedStrategy<Program>) -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (any_k(), 0..100_i64).prop_map(|(k, value)| Op::Resume(k, value)),
        1 => (any_k(), 200..300_i64).prop_map(|(k, error)| Op::ResumeThrow(k, error)),
        2 => (any_k(), inner).prop_map(|(k, program)| Op::ResumeProgram(k, program)),
        2 => (which(), effect()).prop_map(|(k, effect)| Op::Delegate(k, effect)),
    ]
}

fn op(inner: BoxedStrategy<Program>, handlers: BoxedStrategy<Vec<Handler>>) -> BoxedStrategy<Op> {
    prop_oneof![
        12 => effect().prop_map(Op::Perform),
        1 => (0..100_i64).prop_map(Op::Value),
        2 => Just(Op::Look),
        4 => (1..6_u8, inner.clone()).prop_map(|(times, program)| Op::Repeat(times, program)),
        4 => (handlers, inner.clone()).prop_map(|(handlers, body)| Op::Install(handlers, body)),
        1 => (0..KEPT).prop_map(Op::Keep),
        1 => resuming(inner),
    ]
    .boxed()
}

fn step(op: impl Strategy<Value = Op>) -> impl Strategy<Value = Step> {
    (op, prop::bool::weighted(0.8)).prop_map(|(op, catch)| Step { op, catch })
}

fn end(inner: BoxedStrategy<Program>) -> impl Strategy<Value = End> {
    prop_oneof![
        20 => Just(End::Return),
        1 => (200..300_i64).prop_map(End::Raise),
        2 => inner.prop_map(|program| End::TailCall(Box::new(program))),
        1 => ending(),
    ]
}

fn ending() -> impl Strategy<Value = End> {
    prop_oneof![
        6 => (any_k(), 0..100_i64).prop_map(|(k, value)| End::TailResume(k, value)),
        3 => (any_k(), 0..100_i64).prop_map(|(k, value)| End::Transfer(k, value)),
        1 => (any_k(), 200..300_i64).prop_map(|(k, error)| End::TransferThrow(k, error)),
        5 => (which(), effect()).prop_map(|(k, effect)| End::Pass(k, effect)),
    ]
}

/// A clause: something before the use of its continuation, the use, something after it, an end.
fn clause(op: BoxedStrategy<Op>, inner: BoxedStrategy<Program>) -> impl Strategy<Value = Program> {
    let before = vec(step(op.clone()), 0..2);
    let keep = option::weighted(0.2, step((0..KEPT).prop_map(Op::Keep)));
    let used = option::weighted(0.5, step(resuming(inner.clone())));
    let after = vec(step(op), 0..2);
    let ended = prop_oneof![1 => end(inner), 2 => ending()];
    (before, keep, used, after, ended).prop_map(|(before, keep, used, after, end)| {
        let steps = before.into_iter().chain(keep).chain(used).chain(after);
        Program {
            steps: steps.collect(),
            end,
        }
    })
}

fn handler(op: BoxedStrategy<Op>, inner: BoxedStrategy<Program>) -> impl Strategy<Value = Handler> {
    let act = prop_oneof![
        10 => clause(op, inner.clone()).prop_map(HandlerAct::Clause),
        1 => (0..100_i64).prop_map(HandlerAct::Return),
        1 => (200..300_i64).prop_map(HandlerAct::Raise),
        2 => resuming(inner).prop_map(HandlerAct::Tail),
        3 => (0..100_i64).prop_map(HandlerAct::Store),
    ];
    (1..100_i64, set(), act).prop_map(|(name, accepts, act)| Handler { name, accepts, act })
}

/// A body whose programs and handlers are nested so deep.
fn body(depth: u32) -> BoxedStrategy<Program> {
    if depth == 0 {
        let leaf = prop_oneof![
            5 => effect().prop_map(Op::Perform),
            1 => (0..100_i64).prop_map(Op::Value),
            1 => Just(Op::Look),
        ];
        return vec(step(leaf), 0..4)
            .prop_map(|steps| Program {
                steps,
                end: End::Return,
            })
            .boxed();
    }
    let inner = body(depth - 1);
    let handlers = handlers(depth - 1, 3);
    let steps = vec(step(op(inner.clone(), handlers)), 1..5);
    (steps, end(inner))
        .prop_map(|(steps, end)| Program { steps, end })
        .boxed()
}

fn handlers(depth: u32, most: usize) -> BoxedStrategy<Vec<Handler>> {
    let inner = body(depth);
    let few = vec(
        handler(op(inner.clone(), Just(Vec::new()).boxed()), inner.clone()),
        1..=most,
    );
    few.boxed()
}

/// A whole program: a body under a few handlers, several times.
pub fn program() -> impl Strategy<Value = Program> {
    let repeated = (2..12_u8, handlers(2, 4), body(3))
        .prop_map(|(times, handlers, body)| Op::Repeat(times, installed(handlers, body)));
    let step = (repeated, prop::bool::weighted(0.95)).prop_map(|(op, catch)| Step { op, catch });
    vec(step, 1..4).prop_map(|steps| Program {
        steps,
        end: End::Return,
    })
}

fn installed(handlers: Vec<Handler>, body: Program) -> Program {
    Program {
        steps: vec![Step {
            op: Op::Install(handlers, body),
            catch: false,
        }],
        end: End::Return,
    }
}
