//! The same programs as bodies that the machine runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use doeff_vm_core::{AcceptSet, DispatchId, Stats};

use crate::program::{ABSENT, End, Event, Handler, HandlerAct, Op, Program, Set, Which, World};
use crate::program::{digest, mix};
use crate::support::direct::Seen;
use crate::support::{self, Act, Ask, Body, Clause, Driver, EffectType, K, Way, body};

type Shared = Rc<RefCell<World<K>>>;

/// What a program comes to.
pub struct Run {
    pub result: Result<i64, i64>,
    pub log: Vec<Event>,
    /// The dispatch of each handler call.
    pub called: Vec<DispatchId>,
    pub stats: Stats,
    /// The machine at each call.
    pub trace: Vec<Seen>,
    /// How often each direct transition was made (`true`) or refused.
    pub taken: BTreeMap<(&'static str, bool), u64>,
}

pub fn run(program: &Program, way: Way) -> Run {
    let world: Shared = Rc::new(RefCell::new(World::new()));
    let mut driver = Driver::new(way);
    driver.trace = Some(Vec::new());
    let result = driver.run(Interpreter::body(program, None, &world));
    let kept = std::mem::take(&mut world.borrow_mut().kept);
    drop(kept);
    let log = std::mem::take(&mut world.borrow_mut().log);
    Run {
        result,
        log,
        called: driver.calls,
        stats: driver.machine.stats(),
        trace: driver.trace.unwrap_or_default(),
        taken: driver.taken,
    }
}

/// A body in motion.
struct Interpreter {
    program: Program,
    own: Option<K>,
    world: Shared,
    /// The step that it is at, and how often that was done.
    at: usize,
    turn: u8,
    sum: i64,
    started: bool,
}

impl Interpreter {
    fn body(program: &Program, own: Option<K>, world: &Shared) -> Body {
        let mut interpreter = Self {
            program: program.clone(),
            own,
            world: world.clone(),
            at: 0,
            turn: 0,
            sum: 0,
            started: false,
        };
        body(move |sent| interpreter.advance(sent))
    }

    fn advance(&mut self, sent: Result<i64, i64>) -> Act {
        if std::mem::replace(&mut self.started, true)
            && let Err(error) = self.receive(sent)
        {
            return Act::Raise(error);
        }
        loop {
            if !self.world.borrow_mut().burn() {
                return Act::Return(self.sum);
            }
            let Some(step) = self.program.steps.get(self.at) else {
                return self.end();
            };
            if let Op::Keep(slot) = step.op {
                if let Some(own) = &self.own {
                    let kept = self.world.borrow_mut().kept[slot].replace(own.clone());
                    drop(kept);
                }
                self.at += 1;
                continue;
            }
            return Act::Yield(ask(&step.op, self.own.as_ref(), &self.world));
        }
    }

    fn receive(&mut self, sent: Result<i64, i64>) -> Result<(), i64> {
        self.world.borrow_mut().log.push(Event::Step(self.at, sent));
        let step = self.program.steps.get(self.at);
        let number = match (sent, step) {
            (Ok(number), _) => number,
            (Err(error), Some(step)) if step.catch => error,
            (Err(error), _) => return Err(error),
        };
        self.sum = mix(self.sum, number);
        self.turn += 1;
        let turns = match step.map(|step| &step.op) {
            Some(Op::Repeat(times, _)) => *times,
            _ => 1,
        };
        if self.turn >= turns {
            (self.at, self.turn) = (self.at + 1, 0);
        }
        Ok(())
    }

    fn end(&self) -> Act {
        let k = |which| kept(which, self.own.as_ref(), &self.world);
        let refused = Ask::Refuse(ABSENT);
        Act::Yield(match &self.program.end {
            End::Return => return Act::Return(self.sum),
            End::Raise(error) => return Act::Raise(*error),
            End::TailCall(program) => {
                Ask::TailCall(Self::body(program, self.own.clone(), &self.world))
            }
            End::TailResume(which, value) => {
                k(*which).map_or(refused, |k| Ask::TailResume(k, *value))
            }
            End::Transfer(which, value) => k(*which).map_or(refused, |k| Ask::Transfer(k, *value)),
            End::TransferThrow(which, error) => {
                k(*which).map_or(refused, |k| Ask::TransferThrow(k, *error))
            }
            End::Pass(Which::Running, effect) => Ask::Pass(None, EffectType(*effect)),
            End::Pass(which, effect) => {
                k(*which).map_or(refused, |k| Ask::Pass(Some(k), EffectType(*effect)))
            }
        })
    }
}

fn kept(which: Which, own: Option<&K>, world: &Shared) -> Option<K> {
    match which {
        Which::Own | Which::Running => own.cloned(),
        Which::Kept(slot) => world.borrow().kept[slot].clone(),
    }
}

fn ask(op: &Op, own: Option<&K>, world: &Shared) -> Ask {
    let k = |which: &Which| kept(*which, own, world);
    let body = |program| Interpreter::body(program, own.cloned(), world);
    let refused = Ask::Refuse(ABSENT);
    match op {
        Op::Perform(effect) => Ask::Perform(EffectType(*effect)),
        Op::Value(value) => Ask::Value(*value),
        Op::Look => Ask::Look(Box::new(|machine| {
            digest(machine.handlers().map(|handler| handler.name))
        })),
        Op::Repeat(_, program) => Ask::Call(body(program)),
        Op::Install(handlers, program) => install(handlers, body(program), world),
        Op::Keep(_) => unreachable!("nothing is asked for"),
        Op::Resume(which, value) => k(which).map_or(refused, |k| Ask::Resume(k, *value)),
        Op::ResumeThrow(which, error) => k(which).map_or(refused, |k| Ask::ResumeThrow(k, *error)),
        Op::ResumeProgram(which, program) => {
            k(which).map_or(refused, |k| Ask::ResumeProgram(k, body(program)))
        }
        Op::Delegate(Which::Running, effect) => Ask::Delegate(None, EffectType(*effect)),
        Op::Delegate(which, effect) => {
            k(which).map_or(refused, |k| Ask::Delegate(Some(k), EffectType(*effect)))
        }
    }
}

fn install(handlers: &[Handler], body: Body, world: &Shared) -> Ask {
    let mut prompts: Vec<_> = handlers
        .iter()
        .map(|handler| (installed(handler, world), accept_set(handler.accepts)))
        .collect();
    match prompts.pop() {
        Some((handler, accepts)) if prompts.is_empty() => Ask::WithHandler(handler, accepts, body),
        outermost => {
            prompts.extend(outermost);
            Ask::Install(prompts, body)
        }
    }
}

fn accept_set(set: Set) -> AcceptSet {
    match set {
        Set::All => AcceptSet::ALL,
        Set::Only(effect) => AcceptSet(effect),
        Set::Several(bits) => support::several(bits),
    }
}

fn installed(handler: &Handler, world: &Shared) -> Rc<support::Handler> {
    let (name, world) = (handler.name, world.clone());
    let act = match &handler.act {
        HandlerAct::Store(held) => return support::named_store(name, *held),
        act => act.clone(),
    };
    support::named_handler(name, move |effect, k| {
        let captured = k.borrow();
        let captured = captured.as_ref().expect("a new continuation");
        let names = captured.handlers().map(|handler| handler.name).collect();
        let called = Event::Called(name, effect, names);
        world.borrow_mut().log.push(called);
        match &act {
            HandlerAct::Clause(program) => {
                Clause::Body(Interpreter::body(program, Some(k.clone()), &world))
            }
            HandlerAct::Return(value) => Clause::Return(*value),
            HandlerAct::Raise(error) => Clause::Raise(*error),
            HandlerAct::Tail(Op::Delegate(Which::Running, effect)) => {
                Clause::Tail(Ask::Delegate(Some(k.clone()), EffectType(*effect)))
            }
            HandlerAct::Tail(op) => Clause::Tail(ask(op, Some(k), &world)),
            HandlerAct::Store(_) => unreachable!("a built-in handler is not called"),
        }
    })
}
