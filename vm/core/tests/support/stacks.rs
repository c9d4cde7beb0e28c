//! Stacks whose frames and handlers have names, to be compared whole.

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::{
    AcceptSet, Captured, ContId, DispatchId, Frame, Part, PendingPython, PyCallOutcome, PythonCall,
    Released, SegmentView, Stats, StepEvent, Yielded,
};

use super::hand::{self, EFFECT, push, receive, step};
use super::{
    Act, Body, Clause, Handler, TestHost, TestMachine, TestOutcome, TestYielded, body, generator,
    named_handler, named_store, prompt, several, value,
};

/// A body with a name.
pub fn named(name: i64) -> Rc<RefCell<Body>> {
    generator(body(move |_| Act::Return(name)))
}

pub fn frame_name(frame: &Frame<TestHost>) -> String {
    let act = (frame.generator.borrow_mut().script)(Ok(0));
    let Act::Return(name) = act else {
        panic!("the bodies of these stacks are named")
    };
    let note = frame.note.as_ref().map_or(0, |note| note.0);
    match (&frame.k, note) {
        (None, 0) => format!("frame {name}"),
        (Some(_), 0) => format!("clause {name}"),
        (_, note) => format!("frame {name} with {note}"),
    }
}

pub fn handler_name(handler: &Handler) -> String {
    format!("handler {}", handler.name)
}

/// A handler of the program that is never called.
pub fn quiet(name: i64) -> Rc<Handler> {
    named_handler(name, |_, _| Clause::Return(0))
}

/// A machine that has called the body 1.
pub fn program() -> TestMachine {
    let mut machine = TestMachine::new();
    let mode = machine.start(named(1));
    assert_eq!(step(&mut machine, mode).name(), ("NeedsPython", "GenSend"));
    machine
}

/// Lets the running frame install a handler around a body, which has been called then.
pub fn put_under(machine: &mut TestMachine, handler: Rc<Handler>, accepts: AcceptSet, body: i64) {
    let prompt = prompt(handler, accepts);
    let body = named(body);
    push(machine, TestYielded::WithHandler { prompt, body });
}

/// The frame of a clause with a name, whose continuation is gone.
pub fn clause(name: i64) -> Frame<TestHost> {
    Frame::clause(named(name), Rc::default())
}

/// What the machine calls after an outcome, by steps.
pub fn stepped(machine: &mut TestMachine, outcome: TestOutcome) -> PythonCall<TestHost> {
    let mut mode = receive(machine, outcome);
    loop {
        let event = step(machine, mode);
        while machine.take_released().is_some() {}
        mode = match event {
            StepEvent::Continue(next) | StepEvent::Paused(next) => next,
            StepEvent::NeedsPython(call) => return call,
            other => panic!("expected a call, got {other:?}"),
        };
    }
}

/// As [`stepped`], for what the running frame (or the tail of a clause) asks for.
pub fn asked_for(machine: &mut TestMachine, yielded: TestYielded) -> PythonCall<TestHost> {
    stepped(machine, PyCallOutcome::GenYield(yielded))
}

/// What is seen of a machine.
#[derive(Debug, PartialEq)]
pub struct Seen {
    stats: Stats,
    pending: PendingPython,
    dispatch: Option<DispatchId>,
    segments: Vec<SegmentView>,
    handlers: Vec<String>,
    running: Option<String>,
    clause: Option<String>,
}

pub fn seen(machine: &TestMachine) -> Seen {
    Seen {
        stats: machine.stats(),
        pending: machine.pending(),
        dispatch: machine.dispatch(),
        segments: machine.segments().collect(),
        handlers: machine.handlers().map(|h| handler_name(h)).collect(),
        running: machine.running().map(frame_name),
        clause: machine.clause_frame().map(frame_name),
    }
}

/// What is seen of a continuation.
#[derive(Debug, PartialEq)]
pub struct Held {
    pub id: ContId,
    pub dispatch: DispatchId,
    pub depth: usize,
    /// The handler that got the effect.
    pub handler: Option<String>,
    /// All parts, innermost first.
    pub parts: Vec<String>,
}

pub fn held(captured: &Captured<TestHost>) -> Held {
    let mut parts = Vec::new();
    let shown: Result<(), ()> = captured.visit(|part| {
        parts.push(match part {
            Part::Frame(frame) => frame_name(frame),
            Part::Handler(handler) => handler_name(handler),
        });
        Ok(())
    });
    assert_eq!(shown, Ok(()));
    Held {
        id: captured.id(),
        dispatch: captured.dispatch(),
        depth: captured.depth(),
        handler: captured.handler().map(|handler| handler_name(handler)),
        parts,
    }
}

/// Returns from every frame, by steps; tells what ended, in that order.
pub fn dismantled(machine: &mut TestMachine) -> Vec<String> {
    let mut ended = Vec::new();
    loop {
        let mut mode = receive(machine, PyCallOutcome::GenReturn(value(0)));
        loop {
            let event = step(machine, mode);
            let mut released = Vec::new();
            while let Some(object) = machine.take_released() {
                released.push(match object {
                    Released::Frame(frame) => frame_name(&frame),
                    Released::Handler(handler) => handler_name(&handler),
                });
            }
            ended.extend(released.into_iter().rev());
            mode = match event {
                StepEvent::Continue(next) | StepEvent::Paused(next) => next,
                StepEvent::NeedsPython(call) => break assert_eq!(call.name(), "GenSend"),
                StepEvent::Done(_) => return ended,
                other => panic!("expected to return, got {other:?}"),
            };
        }
    }
}

/// Two machines whose generators have been called are alike, now and all the way down.
#[track_caller]
pub fn alike(mut one: TestMachine, mut other: TestMachine) {
    assert_eq!(seen(&one), seen(&other));
    assert_eq!(dismantled(&mut one), dismantled(&mut other));
    assert_eq!(seen(&one), seen(&other));
}

/// Closes a continuation; tells its frames, in that order.
pub fn closed(captured: Captured<TestHost>) -> Vec<String> {
    let mut captured = captured;
    let frames = std::iter::from_fn(|| captured.pop_frame());
    frames.map(|frame| frame_name(&frame)).collect()
}

// ---- stacks ---------------------------------------------------------------------------------------

pub type Continuation = Captured<TestHost>;

/// How many prompts one step looks at, or leaves, at most.
pub const BUDGET: usize = 8192;

/// Accepts nothing that is performed here.
pub fn nothing() -> AcceptSet {
    several(0)
}

pub fn accepting() -> AcceptSet {
    AcceptSet(EFFECT.0)
}

/// Two frames wait in a segment, under a prompt.
pub fn nested() -> TestMachine {
    let mut machine = program();
    put_under(&mut machine, quiet(10), nothing(), 2);
    for name in [3, 4] {
        let call = asked_for(&mut machine, Yielded::Program(named(name)));
        assert_eq!(call.name(), "GenSend");
    }
    machine
}

/// A program under a built-in handler, with others around it and within.
pub fn storing() -> TestMachine {
    let mut machine = program();
    put_under(&mut machine, quiet(8), accepting(), 2);
    put_under(&mut machine, named_store(9, 5), AcceptSet::ALL, 3);
    put_under(&mut machine, quiet(10), nothing(), 4);
    machine
}

/// A program under a prompt that accepts, which others lie within; each with a frame.
pub fn within(between: i64) -> TestMachine {
    let mut machine = program();
    put_under(&mut machine, quiet(9), accepting(), 2);
    put_under(&mut machine, quiet(10), accepting(), 20);
    for inner in 1..=between {
        put_under(&mut machine, quiet(10 + inner), nothing(), 20 + inner);
    }
    machine
}

/// As [`within`], when the handler has been called.
pub fn performing(between: i64) -> (TestMachine, Continuation) {
    let mut machine = within(between);
    let captured = hand::perform(&mut machine);
    (machine, captured)
}

/// As [`performing`], when the clause has been called.
pub fn in_clause(between: i64) -> (TestMachine, Continuation) {
    let (mut machine, captured) = performing(between);
    let call = stepped(&mut machine, PyCallOutcome::Clause(clause(3)));
    assert_eq!(call.name(), "GenSend");
    (machine, captured)
}

/// A prompt that accepts and so many in all, by one install.
pub fn very_deep(prompts: usize) -> TestMachine {
    let mut machine = program();
    let never = quiet(0);
    let inner = (1..prompts).map(|_| prompt(never.clone(), nothing()));
    let prompts = inner.chain([prompt(quiet(9), accepting())]).collect();
    let body = named(2);
    let call = asked_for(&mut machine, Yielded::Install { prompts, body });
    assert_eq!(call.name(), "GenSend");
    machine
}
