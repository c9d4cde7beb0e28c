//! The outcomes of calls: which fit, and where they lead.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::{
    Frame, HandlerAction, Mode, PendingPython, PyCallOutcome, StepEvent, Value, Yielded,
};
use support::hand::{
    PENDING, asking, call, continued, performing, receive, started, step, waiting_for, yielding,
};
use support::{
    GET, K, Object, TestHost, TestMachine, TestOutcome, generator, idle, k, number, value,
};

type Make = fn() -> TestOutcome;

use PendingPython::{Generator, Handler, Stdlib, Unhandled};

/// Every outcome, with the pending calls that it fits and the mode that follows.
const OUTCOMES: [(Make, &[PendingPython], &str); 11] = [
    (
        || PyCallOutcome::GenYield(Yielded::Value(Value::Unit)),
        &[Generator, Handler],
        "HandleYield",
    ),
    (
        || PyCallOutcome::GenReturn(Value::Unit),
        &[Generator],
        "Return",
    ),
    (
        || PyCallOutcome::GenError(Object::new(0)),
        &[Generator],
        "Throw",
    ),
    (
        || PyCallOutcome::OperationFailed {
            captured: performing().1,
            error: Object::new(0),
        },
        &[Generator, Handler],
        "Throw",
    ),
    (
        || PyCallOutcome::Clause(Frame::clause(generator(idle()), used())),
        &[Handler],
        "Deliver",
    ),
    (
        || PyCallOutcome::ClauseReturn(Value::Unit),
        &[Handler],
        "Return",
    ),
    (|| PyCallOutcome::Error(Object::new(0)), &[Handler], "Throw"),
    (
        || PyCallOutcome::Action(HandlerAction::Resume(Value::Unit)),
        &[Stdlib, Unhandled],
        "Deliver",
    ),
    (
        || PyCallOutcome::Action(HandlerAction::Throw(Object::new(0))),
        &[Stdlib, Unhandled],
        "Throw",
    ),
    (
        || PyCallOutcome::Action(HandlerAction::Run(generator(idle()))),
        &[Stdlib, Unhandled],
        "HandleYield",
    ),
    (
        || {
            PyCallOutcome::Action(HandlerAction::Pass {
                effect: Object::new(0),
                declined: false,
            })
        },
        &[Stdlib, Unhandled],
        "HandleYield",
    ),
];

fn used() -> K {
    Rc::new(RefCell::new(None))
}

#[test]
fn an_outcome_fits_only_its_own_call() {
    for pending in PENDING {
        for (make, fitting, next) in OUTCOMES {
            let mut machine = waiting_for(pending);
            let outcome = make();
            let (name, detail) = outcome.name();
            let result = machine.receive_python_result(outcome);
            match result {
                Ok(mode) => {
                    assert!(fitting.contains(&pending), "{name} for {pending:?}");
                    assert_eq!(mode.name(), next, "{name} {detail} for {pending:?}");
                    assert_eq!(machine.pending(), PendingPython::Nothing);
                }
                Err(error) => {
                    assert!(!fitting.contains(&pending), "{name} for {pending:?}");
                    assert_eq!(error.found, name);
                    assert_eq!(error.expected, awaited(pending));
                    assert_eq!(machine.pending(), pending, "a refusal changes nothing");
                }
            }
        }
    }
}

fn awaited(pending: PendingPython) -> &'static str {
    match pending {
        PendingPython::Nothing => "no outcome",
        Generator => "the outcome of a generator",
        Handler => "the outcome of a handler call",
        Stdlib => "what a built-in handler does",
        Unhandled => "what becomes of an unhandled effect",
    }
}

#[test]
fn a_refused_outcome_leaves_the_stack_as_it_was() {
    for pending in PENDING {
        for (make, fitting, _) in OUTCOMES {
            if fitting.contains(&pending) {
                continue;
            }
            let mut machine = waiting_for(pending);
            let before: Vec<_> = machine.segments().collect();
            let running = machine.running().map(|frame| frame.generator.clone());
            assert!(machine.receive_python_result(make()).is_err());
            let after: Vec<_> = machine.segments().collect();
            assert_eq!(after, before);
            let still = machine.running().map(|frame| frame.generator.clone());
            assert_eq!(running.is_some(), still.is_some());
            assert!(!machine.has_released());
        }
    }
}

#[test]
fn inv_14_a_frame_that_yielded_goes_on_and_is_never_started_again() {
    let mut machine = started();
    let generator = machine.running().expect("a frame").generator.clone();
    for turn in 1..=3 {
        let event = yielding(&mut machine, Yielded::Value(value(turn)));
        let running = machine.running().expect("it stays the running frame");
        assert!(Rc::ptr_eq(&running.generator, &generator));
        let Mode::Deliver(Value::Object(sent)) = continued(event) else {
            panic!("an object is sent; nothing would start it")
        };
        assert_eq!(sent.0, turn);
        let event = step(&mut machine, Mode::Deliver(Value::Object(sent)));
        assert_eq!(event.name(), ("NeedsPython", "GenSend"));
    }
}

#[test]
fn inv_14_a_frame_that_waited_goes_on_and_is_never_started_again() {
    let mut machine = started();
    let caller = machine.running().expect("a frame").generator.clone();
    call(&mut machine, idle());
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(4)));
    let Mode::Deliver(Value::Object(sent)) = continued(step(&mut machine, mode)) else {
        panic!("the callee's result is sent")
    };
    assert_eq!(sent.0, 4);
    let running = machine.running().expect("the caller");
    assert!(Rc::ptr_eq(&running.generator, &caller));
}

#[test]
fn a_return_without_a_value_stays_without_one() {
    let mut machine = started();
    call(&mut machine, idle());
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(Value::Unit));
    let mode = continued(step(&mut machine, mode));
    assert!(matches!(mode, Mode::Deliver(Value::Unit)));
    drop(step(&mut machine, mode));
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(Value::Unit));
    let event = step(&mut machine, mode);
    assert!(matches!(event, StepEvent::Done(Value::Unit)));
}

#[test]
fn a_return_with_a_value_ends_the_frame_and_gives_it() {
    let mut machine = started();
    call(&mut machine, idle());
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(5)));
    assert!(machine.running().is_none(), "the frame has ended");
    assert!(machine.has_released(), "and the driver drops it");
    let Mode::Deliver(sent) = continued(step(&mut machine, mode)) else {
        panic!("the caller waits for it")
    };
    assert_eq!(number(sent), 5);
}

#[test]
fn an_error_ends_the_frame() {
    let mut machine = started();
    let mode = receive(&mut machine, PyCallOutcome::GenError(Object::new(5)));
    assert!(matches!(mode, Mode::Throw(Object(5))));
    assert!(machine.running().is_none());
    assert!(machine.has_released());
}

/// Whether the machine's innermost prompt is the one of [`performing`], with its performer running.
fn is_reinstated(machine: &TestMachine, performer: &Rc<RefCell<support::Body>>) -> bool {
    let running = machine.running();
    machine.handlers().count() == 1
        && running.is_some_and(|frame| Rc::ptr_eq(&frame.generator, performer))
}

fn performer(captured: &doeff_vm_core::Captured<TestHost>) -> Rc<RefCell<support::Body>> {
    captured.performer().expect("it").generator.clone()
}

#[test]
fn a_failed_handler_call_throws_at_the_perform_site() {
    let (mut machine, captured) = performing();
    let performer = performer(&captured);
    let error = Object::new(6);
    let outcome = PyCallOutcome::OperationFailed { captured, error };
    let mode = receive(&mut machine, outcome);
    assert!(matches!(mode, Mode::Throw(Object(6))));
    assert!(is_reinstated(&machine, &performer));
    assert!(!machine.has_released(), "no frame has ended");
}

#[test]
fn a_failed_clause_ends_and_throws_at_the_perform_site() {
    let (mut machine, captured) = performing();
    let performer = performer(&captured);
    let clause = Frame::clause(generator(idle()), used());
    let mode = receive(&mut machine, PyCallOutcome::Clause(clause));
    drop(step(&mut machine, mode));
    let error = Object::new(6);
    let outcome = PyCallOutcome::OperationFailed { captured, error };
    let mode = receive(&mut machine, outcome);
    assert!(matches!(mode, Mode::Throw(Object(6))));
    assert!(is_reinstated(&machine, &performer));
    assert!(machine.has_released(), "the clause has ended");
    assert_eq!(machine.segments().map(|s| s.waiting).sum::<usize>(), 1);
}

#[test]
fn a_clause_runs_where_its_prompt_was_installed() {
    let (mut machine, captured) = performing();
    let k = k(captured);
    let clause = Frame::clause(generator(idle()), k.clone());
    let mode = receive(&mut machine, PyCallOutcome::Clause(clause));
    assert!(matches!(mode, Mode::Deliver(Value::Unit)));
    assert!(machine.clause().is_some_and(|own| Rc::ptr_eq(own, &k)));
    assert_eq!(machine.handlers().count(), 0);
    assert_eq!(machine.stats().segments_live, 1);
}

#[test]
fn a_clause_at_once_gives_its_result_or_error_below() {
    let (mut machine, _) = performing();
    let mode = receive(&mut machine, PyCallOutcome::ClauseReturn(value(4)));
    let Mode::Deliver(answer) = continued(step(&mut machine, mode)) else {
        panic!("who installed the prompt gets the answer")
    };
    assert_eq!(number(answer), 4);

    let (mut machine, _) = performing();
    let mode = receive(&mut machine, PyCallOutcome::Error(Object::new(4)));
    let event = step(&mut machine, mode);
    assert_eq!(event.name(), ("NeedsPython", "GenThrow"));
}

#[test]
fn a_primitive_of_a_handler_call_is_done_without_a_clause() {
    let (mut machine, captured) = performing();
    let performer = performer(&captured);
    let event = yielding(&mut machine, support::driver::resumed(captured, 3));
    let Mode::Deliver(sent) = continued(event) else {
        panic!("the performer goes on")
    };
    assert_eq!(number(sent), 3);
    assert!(is_reinstated(&machine, &performer));
    assert_eq!(machine.segments().map(|s| s.waiting).sum::<usize>(), 1);
}

#[test]
fn the_actions_of_a_built_in_handler_leave_the_performer_running() {
    let actions = [
        HandlerAction::Resume(value(1)),
        HandlerAction::Throw(Object::new(1)),
        HandlerAction::Run(generator(idle())),
        HandlerAction::Pass {
            effect: Object::new(1),
            declined: false,
        },
    ];
    for action in actions {
        let mut machine = asking(GET);
        let performer = machine.running().expect("it").generator.clone();
        let passes = matches!(action, HandlerAction::Pass { .. });
        let mode = receive(&mut machine, PyCallOutcome::Action(action));
        let running = machine.running().expect("it is still the running frame");
        assert!(Rc::ptr_eq(&running.generator, &performer));
        assert_eq!(machine.dispatch().is_some(), passes, "only a pass goes on");
        assert_eq!(machine.handlers().count(), 1);
        drop(mode);
    }
}
