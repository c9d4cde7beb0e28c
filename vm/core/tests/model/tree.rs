//! The model: what a program means, without a stack.
//!
//! A computation is a tree: it is done, or it is an operation with the rest of the computation as a
//! function of the operation's outcome. Handling an effect folds over the tree. Nothing is captured,
//! moved or searched for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::program::{ABSENT, End, Event, Handler, HandlerAct, Op, Program, Which, World};
use crate::program::{digest, mix};
use crate::support::{
    CONSUMED, DECLINED, EffectType, FAIL, FAILED, GET, MISSING, PLACE, PUT, RUN, UNHANDLED,
};

type Shared = Rc<RefCell<World<K>>>;

/// A computation.
enum Tree {
    Done(Outcome),
    Operation(Box<Operation>),
}

enum Outcome {
    Value(i64),
    Error(i64),
    /// The clause is over, and this runs in its place.
    Instead(Box<dyn FnOnce() -> Tree>),
}

use Outcome::{Error, Instead, Value};
use Tree::Done;

struct Operation {
    kind: Kind,
    /// The names of the handlers that it has passed so far.
    passed: Vec<i64>,
    rest: Rest,
}

enum Kind {
    Effect(Effect),
    /// Asks for the names of the handlers in scope.
    Look,
}

#[derive(Clone, Copy)]
struct Effect {
    number: u32,
    dispatch: u32,
    declined: bool,
}

/// What follows at a perform site.
type Rest = Box<dyn FnOnce(Input) -> Tree>;

enum Input {
    Value(i64),
    Error(i64),
    /// A program to run there, with the `k` that its text knows.
    Program(Program, Option<K>),
}

/// A continuation: used when it is gone.
type K = Rc<RefCell<Option<Continuation>>>;

struct Continuation {
    rest: Rest,
    handlers: Vec<i64>,
    dispatch: u32,
}

/// Where a body runs.
#[derive(Clone)]
struct Place {
    world: Shared,
    dispatches: Rc<RefCell<Dispatches>>,
    /// The continuation that the body's text knows.
    own: Option<K>,
    /// That of the clause that it is a part of.
    clause: Option<K>,
    /// It is that clause's own body.
    is_clause: bool,
}

#[derive(Default)]
struct Dispatches {
    made: u32,
    called: Vec<u32>,
}

/// What a program comes to.
pub struct Run {
    pub result: Result<i64, i64>,
    pub log: Vec<Event>,
    /// The dispatch of each handler call.
    pub called: Vec<u32>,
    pub dispatches: u32,
}

pub fn run(program: &Program) -> Run {
    let place = Place {
        world: Rc::new(RefCell::new(World::new())),
        dispatches: Rc::default(),
        own: None,
        clause: None,
        is_clause: false,
    };
    let mut tree = place.body(program.clone());
    let result = loop {
        tree = match tree {
            Done(Value(value)) => break Ok(value),
            Done(Error(error)) => break Err(error),
            Done(Instead(_)) => unreachable!("only clauses end so"),
            Tree::Operation(operation) => {
                let outcome = match operation.kind {
                    Kind::Look => Input::Value(digest(operation.passed)),
                    Kind::Effect(effect) if effect.declined => Input::Error(MISSING),
                    Kind::Effect(_) => Input::Error(UNHANDLED),
                };
                (operation.rest)(outcome)
            }
        };
    };
    place.world.borrow_mut().kept = Default::default();
    let log = std::mem::take(&mut place.world.borrow_mut().log);
    let dispatches = place.dispatches.take();
    Run {
        result,
        log,
        called: dispatches.called,
        dispatches: dispatches.made,
    }
}

/// `then` after `tree`, unless that replaces the clause that both are a part of.
fn bind(tree: Tree, then: impl FnOnce(Result<i64, i64>) -> Tree + 'static) -> Tree {
    match tree {
        Done(Value(value)) => then(Ok(value)),
        Done(Error(error)) => then(Err(error)),
        Done(Instead(instead)) => Done(Instead(instead)),
        Tree::Operation(operation) => operation.map(|rest| bind(rest, then)),
    }
}

impl Operation {
    /// The same operation with more to be done to what follows it.
    fn map(mut self: Box<Self>, f: impl FnOnce(Tree) -> Tree + 'static) -> Tree {
        let rest = self.rest;
        self.rest = Box::new(move |input| f(rest(input)));
        Tree::Operation(self)
    }
}

impl Place {
    /// A part of this place's clause.
    fn called(&self) -> Self {
        Self {
            is_clause: false,
            ..self.clone()
        }
    }

    fn under_a_prompt(&self) -> Self {
        Self {
            clause: None,
            ..self.called()
        }
    }

    fn clause(&self, k: &K) -> Self {
        Self {
            own: Some(k.clone()),
            clause: Some(k.clone()),
            is_clause: true,
            ..self.clone()
        }
    }

    fn note(&self, event: Event) {
        self.world.borrow_mut().log.push(event);
    }

    fn body(&self, program: Program) -> Tree {
        self.clone().from(program, 0, 0, 0)
    }

    /// A body from one of its steps on.
    fn from(self, program: Program, mut at: usize, mut turn: u8, mut sum: i64) -> Tree {
        loop {
            if !self.world.borrow_mut().burn() {
                return Done(Value(sum));
            }
            let Some(step) = program.steps.get(at) else {
                return self.end(program, sum);
            };
            let tree = match &step.op {
                Op::Keep(slot) => {
                    if let Some(own) = &self.own {
                        self.world.borrow_mut().kept[*slot] = Some(own.clone());
                    }
                    at += 1;
                    continue;
                }
                op => self.operation(op),
            };
            let (catch, turns) = (step.catch, op_turns(&step.op));
            let next = move |place: &Self, got: Result<i64, i64>| {
                place.note(Event::Step(at, got));
                match got {
                    Err(error) if !catch => Err(error),
                    Ok(number) | Err(number) if turn + 1 < turns => {
                        Ok((at, turn + 1, mix(sum, number)))
                    }
                    Ok(number) | Err(number) => Ok((at + 1, 0, mix(sum, number))),
                }
            };
            let got = match tree {
                Done(Value(value)) => Ok(value),
                Done(Error(error)) => Err(error),
                other => {
                    return bind(other, move |got| match next(&self, got) {
                        Ok((at, turn, sum)) => self.from(program, at, turn, sum),
                        Err(error) => Done(Error(error)),
                    });
                }
            };
            match next(&self, got) {
                Ok(on) => (at, turn, sum) = on,
                Err(error) => return Done(Error(error)),
            }
        }
    }

    fn operation(&self, op: &Op) -> Tree {
        match op {
            Op::Perform(number) => {
                let mut dispatches = self.dispatches.borrow_mut();
                let dispatch = dispatches.made;
                dispatches.made += 1;
                self.perform(Kind::Effect(Effect {
                    number: *number,
                    dispatch,
                    declined: false,
                }))
            }
            Op::Look => self.perform(Kind::Look),
            Op::Value(value) => Done(Value(*value)),
            Op::Repeat(_, program) => self.called().body(program.clone()),
            Op::Install(handlers, program) => {
                let place = match handlers[..] {
                    [] => self.called(),
                    [..] => self.under_a_prompt(),
                };
                let body = place.body(program.clone());
                handlers.iter().fold(body, |body, handler| {
                    Installed::new(self, handler).around(body)
                })
            }
            Op::Keep(_) => unreachable!("that is no operation"),
            Op::Resume(which, value) => self.resume(*which, Input::Value(*value)),
            Op::ResumeThrow(which, error) => self.resume(*which, Input::Error(*error)),
            Op::ResumeProgram(which, program) => {
                let input = Input::Program(program.clone(), self.own.clone());
                self.resume(*which, input)
            }
            Op::Delegate(which, effect) => match self.take_in_clause(*which) {
                Ok(k) => k.performing(*effect),
                Err(error) => Done(Error(error)),
            },
        }
    }

    fn perform(&self, kind: Kind) -> Tree {
        let site = self.called();
        Tree::Operation(Box::new(Operation {
            kind,
            passed: Vec::new(),
            rest: Box::new(move |input| match input {
                Input::Value(value) => Done(Value(value)),
                Input::Error(error) => Done(Error(error)),
                Input::Program(program, own) => Self { own, ..site }.body(program),
            }),
        }))
    }

    fn resume(&self, which: Which, input: Input) -> Tree {
        match self.take(which) {
            Ok(k) => (k.rest)(input),
            Err(error) => Done(Error(error)),
        }
    }

    fn end(&self, program: Program, sum: i64) -> Tree {
        let ended = match program.end {
            End::Return => return Done(Value(sum)),
            End::Raise(error) => return Done(Error(error)),
            End::TailCall(next) => return self.body(*next),
            End::TailResume(which, value) => self.take(which).map(|k| {
                let resumed: Box<dyn FnOnce() -> Tree> =
                    Box::new(move || (k.rest)(Input::Value(value)));
                if self.is_clause {
                    Done(Instead(resumed))
                } else {
                    resumed()
                }
            }),
            End::Transfer(which, value) => self
                .take_in_clause(which)
                .map(|k| Done(Instead(Box::new(move || (k.rest)(Input::Value(value)))))),
            End::TransferThrow(which, error) => self
                .take_in_clause(which)
                .map(|k| Done(Instead(Box::new(move || (k.rest)(Input::Error(error)))))),
            End::Pass(which, effect) => self
                .take_in_clause(which)
                .map(|k| Done(Instead(Box::new(move || k.performing(effect))))),
        };
        ended.unwrap_or_else(|error| {
            self.note(Event::Step(program.steps.len(), Err(error)));
            Done(Error(error))
        })
    }

    /// The one use of a continuation.
    fn take(&self, which: Which) -> Result<Continuation, i64> {
        let k = match which {
            Which::Own => self.own.clone(),
            Which::Running => self.clause.clone(),
            Which::Kept(slot) => self.world.borrow().kept[slot].clone(),
        };
        let k = k.ok_or(ABSENT)?;
        k.take().ok_or(CONSUMED)
    }

    fn take_in_clause(&self, which: Which) -> Result<Continuation, i64> {
        let absent = match which {
            Which::Own => self.own.is_none(),
            Which::Running => false,
            Which::Kept(slot) => self.world.borrow().kept[slot].is_none(),
        };
        match &self.clause {
            _ if absent => Err(ABSENT),
            None => Err(PLACE),
            Some(_) => self.take(which),
        }
    }
}

fn op_turns(op: &Op) -> u8 {
    match op {
        Op::Repeat(times, _) => *times,
        _ => 1,
    }
}

impl Continuation {
    /// Performs an effect at the perform site, for handlers outside of this.
    fn performing(self, number: u32) -> Tree {
        Tree::Operation(Box::new(Operation {
            kind: Kind::Effect(Effect {
                number,
                dispatch: self.dispatch,
                declined: false,
            }),
            passed: self.handlers,
            rest: self.rest,
        }))
    }
}

/// A handler around a computation.
#[derive(Clone)]
struct Installed {
    handler: Rc<Handler>,
    /// Where it was installed: where its clauses run.
    place: Place,
    /// What a built-in one holds.
    cell: Rc<Cell<i64>>,
}

impl Installed {
    fn new(place: &Place, handler: &Handler) -> Self {
        let held = match handler.act {
            HandlerAct::Store(held) => held,
            _ => 0,
        };
        Self {
            handler: Rc::new(handler.clone()),
            place: place.clone(),
            cell: Rc::new(Cell::new(held)),
        }
    }

    fn around(self, body: Tree) -> Tree {
        let mut operation = match body {
            Tree::Operation(operation) => operation,
            Done(outcome) => return Done(outcome),
        };
        match &mut operation.kind {
            Kind::Effect(effect) if self.handler.accepts.has(effect.number) => {
                if !matches!(self.handler.act, HandlerAct::Store(_)) {
                    let effect = *effect;
                    return self.call(effect, *operation);
                }
                if let Some(answer) = self.answer(effect.number) {
                    return self.around((operation.rest)(answer));
                }
                effect.declined |= EffectType(effect.number) == DECLINED;
            }
            Kind::Effect(_) | Kind::Look => {}
        }
        operation.passed.push(self.handler.name);
        operation.map(|rest| self.around(rest))
    }

    fn answer(&self, effect: u32) -> Option<Input> {
        Some(match EffectType(effect) {
            GET => Input::Value(self.cell.get()),
            PUT => {
                self.cell.set(self.cell.get() + 1);
                Input::Value(0)
            }
            RUN => Input::Value(7),
            FAIL => Input::Error(FAILED),
            _ => return None,
        })
    }

    fn call(self, effect: Effect, operation: Operation) -> Tree {
        let mut handlers = operation.passed;
        handlers.push(self.handler.name);
        let number = i64::from(effect.number);
        let called = Event::Called(self.handler.name, number, handlers.clone());
        self.place.note(called);
        let mut dispatches = self.place.dispatches.borrow_mut();
        dispatches.called.push(effect.dispatch);
        drop(dispatches);

        let (again, rest) = (self.clone(), operation.rest);
        let k: K = Rc::new(RefCell::new(Some(Continuation {
            rest: Box::new(move |input| again.around(rest(input))),
            handlers,
            dispatch: effect.dispatch,
        })));
        let clause = self.place.clause(&k);
        match &self.handler.act {
            HandlerAct::Clause(program) => ending(clause.body(program.clone()), k),
            HandlerAct::Return(value) => Done(Value(*value)),
            HandlerAct::Raise(error) => ending(Done(Error(*error)), k),
            // What is refused is the call's error; what comes of a use is not the call's any more.
            HandlerAct::Tail(op) => match op {
                Op::Delegate(which, _)
                | Op::Resume(which, _)
                | Op::ResumeThrow(which, _)
                | Op::ResumeProgram(which, _)
                    if clause.usable(*which) =>
                {
                    clause.operation(op)
                }
                op => ending(clause.operation(op), k),
            },
            HandlerAct::Store(_) => unreachable!("a built-in handler is not called"),
        }
    }
}

impl Place {
    fn usable(&self, which: Which) -> bool {
        match which {
            Which::Own | Which::Running => true,
            Which::Kept(slot) => {
                let kept = &self.world.borrow().kept[slot];
                kept.as_ref().is_some_and(|k| k.borrow().is_some())
            }
        }
    }
}

/// A clause's end: its error is the operation's while its continuation is unused.
fn ending(clause: Tree, k: K) -> Tree {
    match clause {
        Done(Error(error)) => match k.take() {
            Some(unused) => (unused.rest)(Input::Error(error)),
            None => Done(Error(error)),
        },
        Done(Instead(instead)) => instead(),
        Done(value) => Done(value),
        Tree::Operation(operation) => operation.map(|rest| ending(rest, k)),
    }
}
