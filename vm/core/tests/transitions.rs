//! Every mode in every state of the machine: what the step comes to, or that it is refused.

mod support;

use doeff_vm_core::{Captured, Mode, PendingPython, PyCallOutcome, PythonCall, StepEvent, Yielded};
use support::driver::{delegated, performed, resumed, thrown};
use support::hand::{
    EFFECT, PENDING, call, continued, install, install_named, performing, push, receive, started,
    step, waiting_for, yielding,
};
use support::{
    EffectType, Object, TestEvent, TestHost, TestMachine, TestMode, TestYielded, generator, idle,
    number, prompt, several, store, value,
};

/// A state in which no call is pending.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Nothing is on the stack.
    Empty,
    /// A frame is running.
    Running,
    /// A frame has ended or was finished, and one waits below it.
    Between,
    /// A frame is running under a handler of the program.
    Handled,
    /// A frame is running under a built-in handler.
    BuiltIn,
    /// The search for a handler is paused.
    Searching,
}

use State::{Between, BuiltIn, Empty, Handled, Running, Searching};

const STATES: [State; 6] = [Empty, Running, Between, Handled, BuiltIn, Searching];

fn machine(state: State) -> TestMachine {
    let mut machine = match state {
        Empty => return TestMachine::new(),
        _ => started(),
    };
    match state {
        Empty | Running => {}
        Between => call(&mut machine, idle()),
        Handled => install(&mut machine),
        BuiltIn => {
            let prompt = prompt(store(0), several(u16::MAX));
            let body = generator(idle());
            push(&mut machine, Yielded::WithHandler { prompt, body });
        }
        Searching => {
            for _ in 0..8200 {
                install_named(&mut machine, 0, several(0));
            }
            let event = yielding(&mut machine, performed(EFFECT, 0));
            assert_eq!(event.name(), ("Paused", "HandleYield"));
            return machine;
        }
    }
    // A refusal leaves the frame running, with nothing pending.
    let mode = receive(
        &mut machine,
        PyCallOutcome::GenYield(Yielded::Value(value(0))),
    );
    drop(mode);
    if state == Between {
        drop(machine.finish_frame());
    }
    machine
}

fn captured() -> Captured<TestHost> {
    performing().1
}

fn with_handler() -> TestYielded {
    Yielded::WithHandler {
        prompt: prompt(store(0), several(0)),
        body: generator(idle()),
    }
}

fn installing() -> TestYielded {
    Yielded::Install {
        prompts: [prompt(store(0), several(0))].into(),
        body: generator(idle()),
    }
}

fn resume_program() -> TestYielded {
    Yielded::ResumeProgram {
        captured: captured(),
        body: generator(idle()),
    }
}

fn tail_call() -> TestYielded {
    Yielded::TailCall(doeff_vm_core::Frame::program(generator(idle())))
}

fn search() -> TestYielded {
    Yielded::Search {
        effect: Object::new(0),
    }
}

type Make = fn() -> TestMode;

/// Every mode, and how it is made.
const MODES: [(&str, Make); 15] = [
    ("Deliver", || Mode::Deliver(value(1))),
    ("Throw", || Mode::Throw(Object::new(1))),
    ("Return", || Mode::Return(value(1))),
    ("Program", || {
        Mode::HandleYield(Yielded::Program(generator(idle())))
    }),
    ("Value", || Mode::HandleYield(Yielded::Value(value(1)))),
    ("Refused", || {
        Mode::HandleYield(Yielded::Refused(Object::new(1)))
    }),
    ("Perform", || Mode::HandleYield(performed(EFFECT, 0))),
    ("WithHandler", || Mode::HandleYield(with_handler())),
    ("Install", || Mode::HandleYield(installing())),
    ("TailCall", || Mode::HandleYield(tail_call())),
    ("Resume", || Mode::HandleYield(resumed(captured(), 1))),
    ("ResumeThrow", || Mode::HandleYield(thrown(captured(), 1))),
    ("ResumeProgram", || Mode::HandleYield(resume_program())),
    ("Delegate", || {
        Mode::HandleYield(delegated(captured(), EFFECT, false))
    }),
    ("Search", || Mode::HandleYield(search())),
];

/// What the step of a mode in a state comes to.
fn expected(mode: &str, state: State) -> (&'static str, &'static str) {
    const REFUSED: (&str, &str) = ("Refused", "");
    match (mode, state) {
        ("Perform" | "Delegate", Handled) => ("NeedsPython", "CallHandler"),
        ("Perform" | "Delegate", BuiltIn) => ("NeedsPython", "CallStdlib"),
        ("Perform" | "Delegate", Searching) => ("Paused", "HandleYield"),
        ("Perform" | "Delegate", _) | ("Search", Searching) => ("NeedsPython", "Unhandled"),
        ("Deliver", Empty | Between)
        | ("Return", Running | Handled | BuiltIn | Searching)
        | ("Search", _) => REFUSED,
        ("Deliver", _) => ("NeedsPython", "GenSend"),
        ("Throw", Empty) => ("Error", ""),
        ("Throw", _) => ("NeedsPython", "GenThrow"),
        ("Return", Empty) => ("Done", ""),
        ("Value", Empty | Between) => ("Continue", "Return"),
        ("Refused" | "ResumeThrow", _) => ("Continue", "Throw"),
        _ => ("Continue", "Deliver"),
    }
}

#[test]
fn every_mode_in_every_state_comes_to_its_event() {
    for (mode, make) in MODES {
        for state in STATES {
            let mut machine = machine(state);
            let before: Vec<_> = machine.segments().collect();
            let event = machine.step(make());
            assert_eq!(event.name(), expected(mode, state), "{mode} in {state:?}");
            if let StepEvent::Refused(error) = event {
                assert_ne!(error.expected, error.found);
                assert!(!error.expected.is_empty() && !error.found.is_empty());
                let after: Vec<_> = machine.segments().collect();
                assert_eq!(after, before, "a refusal changes nothing");
                assert_eq!(machine.pending(), PendingPython::Nothing);
            }
        }
    }
}

#[test]
fn every_mode_is_refused_while_a_call_is_pending() {
    for pending in PENDING.into_iter().skip(1) {
        for (name, make) in MODES {
            let mut machine = waiting_for(pending);
            let before: Vec<_> = machine.segments().collect();
            let running = machine.running().is_some();
            let event = machine.step(make());
            assert_eq!(event.name().0, "Refused", "{name} for {pending:?}");
            assert_eq!(machine.pending(), pending, "a refusal changes nothing");
            assert_eq!(machine.running().is_some(), running);
            let after: Vec<_> = machine.segments().collect();
            assert_eq!(after, before);
        }
    }
}

#[test]
fn a_call_is_pending_exactly_after_it_was_asked_for() {
    for (mode, make) in MODES {
        for state in STATES {
            let mut machine = machine(state);
            let event = machine.step(make());
            let call = match &event {
                StepEvent::NeedsPython(PythonCall::GenSend(_) | PythonCall::GenThrow(_)) => {
                    PendingPython::Generator
                }
                StepEvent::NeedsPython(PythonCall::CallHandler { .. }) => PendingPython::Handler,
                StepEvent::NeedsPython(PythonCall::CallStdlib { .. }) => PendingPython::Stdlib,
                StepEvent::NeedsPython(PythonCall::Unhandled { .. }) => PendingPython::Unhandled,
                _ => PendingPython::Nothing,
            };
            assert_eq!(machine.pending(), call, "{mode} in {state:?}");
        }
    }
}

#[test]
fn the_state_survives_a_refusal_and_goes_on() {
    let mut machine = machine(Running);
    let refused = machine.step(Mode::Return(value(1)));
    assert_eq!(refused.name().0, "Refused");
    let event = step(&mut machine, Mode::Deliver(value(2)));
    let StepEvent::NeedsPython(PythonCall::GenSend(sent)) = event else {
        panic!("the frame is still running")
    };
    assert_eq!(number(sent), 2);
}

/// The next event of a running frame that yields this, and the machine.
fn after(yielded: TestYielded) -> (TestMachine, TestEvent) {
    let mut machine = started();
    let event = yielding(&mut machine, yielded);
    (machine, event)
}

#[test]
fn a_body_is_started_by_sending_it_nothing() {
    let bodies = [
        Yielded::Program(generator(idle())),
        with_handler(),
        installing(),
        resume_program(),
        tail_call(),
    ];
    for yielded in bodies {
        let name = yielded.name();
        let (mut machine, event) = after(yielded);
        let mode = continued(event);
        assert!(
            matches!(mode, Mode::Deliver(doeff_vm_core::Value::Unit)),
            "{name}"
        );
        let event = step(&mut machine, mode);
        assert_eq!(event.name(), ("NeedsPython", "GenSend"), "{name}");
    }
}

#[test]
fn values_and_errors_are_those_that_were_given() {
    let (_, event) = after(Yielded::Value(value(3)));
    assert!(matches!(continued(event), Mode::Deliver(sent) if number_of(&sent) == 3));
    let (_, event) = after(Yielded::Refused(Object::new(4)));
    assert!(matches!(continued(event), Mode::Throw(Object(4))));
    let (_, event) = after(resumed(captured(), 5));
    assert!(matches!(continued(event), Mode::Deliver(sent) if number_of(&sent) == 5));
    let (_, event) = after(thrown(captured(), 6));
    assert!(matches!(continued(event), Mode::Throw(Object(6))));
}

fn number_of(value: &doeff_vm_core::Value<TestHost>) -> i64 {
    match value {
        doeff_vm_core::Value::Unit => 0,
        doeff_vm_core::Value::Object(object) => object.0,
    }
}

#[test]
fn the_end_of_the_last_frame_ends_the_program() {
    let mut machine = started();
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(3)));
    let StepEvent::Done(result) = step(&mut machine, mode) else {
        panic!("nothing waits any more")
    };
    assert_eq!(number(result), 3);

    let mut machine = started();
    let mode = receive(&mut machine, PyCallOutcome::GenError(Object::new(9)));
    let event = step(&mut machine, mode);
    assert!(matches!(event, StepEvent::Error(Object(9))));
}

#[test]
fn a_machine_runs_one_program_after_the_other() {
    let mut machine = TestMachine::new();
    for result in 0..3 {
        let mode = machine.start(generator(idle()));
        let event = step(&mut machine, mode);
        assert_eq!(event.name(), ("NeedsPython", "GenSend"));
        let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(result)));
        let StepEvent::Done(found) = step(&mut machine, mode) else {
            panic!("nothing waits any more")
        };
        assert_eq!(number(found), result);
    }
}

#[test]
fn the_effects_of_an_event_are_the_performers() {
    let mut machine = machine(Handled);
    let event = step(&mut machine, Mode::HandleYield(performed(EFFECT, 77)));
    let StepEvent::NeedsPython(PythonCall::CallHandler { captured, effect }) = event else {
        panic!("its handler is there")
    };
    assert_eq!(effect.0, 77);
    assert!(captured.performer().is_some());

    let (_, event) = after(performed(EffectType(9), 78));
    let StepEvent::NeedsPython(PythonCall::Unhandled { effect, declined }) = event else {
        panic!("no handler is there")
    };
    assert_eq!((effect.0, declined), (78, false));
}
