//! Mode transitions: what each step comes to, and that what does not fit is refused.

mod support;

use doeff_vm_core::{
    AcceptSet, Frame, Mode, PendingPython, PyCallOutcome, PythonCall, StepEvent, VMError, Value,
    Yielded,
};
use support::{
    Act, Ask, Clause, EffectType, Object, TestMachine, TestOutcome, body, generator, handler,
    mode_name, number, stepping, summing, value,
};

fn idle() -> support::Body {
    body(|_| Act::Return(0))
}

/// A machine whose only frame waits for the outcome of being started.
fn started() -> TestMachine {
    let mut machine = TestMachine::new();
    let mode = machine.start(generator(idle()));
    assert_eq!(mode_name(&mode), "Deliver");
    let event = machine.step(mode);
    assert!(matches!(
        event,
        StepEvent::NeedsPython(PythonCall::GenSend(Value::Unit))
    ));
    machine
}

fn receive(machine: &mut TestMachine, outcome: TestOutcome) -> support::TestMode {
    machine
        .receive_python_result(outcome)
        .expect("a fitting outcome")
}

#[test]
fn a_yielded_program_is_started_on_top_and_its_result_delivered() {
    let mut machine = started();
    let mode = receive(
        &mut machine,
        PyCallOutcome::GenYield(Yielded::Program(generator(idle()))),
    );
    assert_eq!(mode_name(&mode), "HandleYield");
    let StepEvent::Continue(mode) = machine.step(mode) else {
        panic!("a pushed frame is started next")
    };
    assert!(matches!(mode, Mode::Deliver(Value::Unit)));
    assert!(matches!(machine.step(mode), StepEvent::NeedsPython(_)));
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(7)));
    assert_eq!(mode_name(&mode), "Return");
    let StepEvent::Continue(Mode::Deliver(delivered)) = machine.step(mode) else {
        panic!("the caller gets the result")
    };
    assert_eq!(number(delivered), 7);
}

#[test]
fn the_last_frames_result_ends_the_program() {
    let mut machine = started();
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(3)));
    let StepEvent::Done(result) = machine.step(mode) else {
        panic!("nothing waits any more")
    };
    assert_eq!(number(result), 3);
}

#[test]
fn an_error_goes_down_the_callers_and_ends_the_program() {
    let mut machine = started();
    let mode = receive(
        &mut machine,
        PyCallOutcome::GenYield(Yielded::Program(generator(idle()))),
    );
    let StepEvent::Continue(mode) = machine.step(mode) else {
        panic!("a pushed frame is started next")
    };
    let _ = machine.step(mode);
    let mode = receive(&mut machine, PyCallOutcome::GenError(Object::new(9)));
    assert_eq!(mode_name(&mode), "Throw");
    assert!(matches!(
        machine.step(mode),
        StepEvent::NeedsPython(PythonCall::GenThrow(_))
    ));
    let mode = receive(&mut machine, PyCallOutcome::GenError(Object::new(9)));
    assert!(matches!(machine.step(mode), StepEvent::Error(Object(9))));
}

#[test]
fn a_refusal_is_thrown_at_the_yield() {
    let mut machine = started();
    let refused = PyCallOutcome::GenYield(Yielded::Refused(Object::new(4)));
    let mode = receive(&mut machine, refused);
    let StepEvent::Continue(mode) = machine.step(mode) else {
        panic!("a refusal needs no call")
    };
    assert!(matches!(mode, Mode::Throw(Object(4))));
    assert!(machine.running().is_some());
}

#[test]
fn an_effect_without_a_prompt_asks_for_the_error() {
    let mut machine = started();
    let perform = Yielded::Perform {
        effect: Object::new(5),
        effect_type: EffectType(5),
    };
    let mode = receive(&mut machine, PyCallOutcome::GenYield(perform));
    let StepEvent::NeedsPython(PythonCall::Unhandled { effect }) = machine.step(mode) else {
        panic!("no handler is there")
    };
    assert_eq!(effect, Object(5));
    std::mem::forget(Object(5)); // the one compared with; `Object::new` did not count it
    let mode = receive(&mut machine, PyCallOutcome::Error(Object::new(1)));
    assert!(matches!(mode, Mode::Throw(_)));
}

fn performing() -> (TestMachine, StepEvent<support::TestHost>) {
    let mut machine = started();
    let install = Yielded::WithHandler {
        handler: handler(|_, _| Clause::Return(0)),
        accepts: AcceptSet(5),
        body: generator(idle()),
    };
    let mode = receive(&mut machine, PyCallOutcome::GenYield(install));
    let StepEvent::Continue(mode) = machine.step(mode) else {
        panic!("the body is started next")
    };
    let _ = machine.step(mode);
    let perform = Yielded::Perform {
        effect: Object::new(5),
        effect_type: EffectType(5),
    };
    let mode = receive(&mut machine, PyCallOutcome::GenYield(perform));
    let event = machine.step(mode);
    (machine, event)
}

#[test]
fn an_effect_with_a_prompt_asks_for_the_handler_call() {
    let (machine, event) = performing();
    let StepEvent::NeedsPython(PythonCall::CallHandler { captured, effect }) = event else {
        panic!("the prompt accepts it")
    };
    assert_eq!(effect.0, 5);
    assert_eq!(captured.depth(), 1);
    assert!(captured.handler().is_some());
    assert!(captured.performer().is_some());
    assert!(machine.running().is_none());
    assert_eq!(machine.handlers().count(), 0);
    assert_eq!(machine.pending(), PendingPython::Handler);
}

#[test]
fn a_clause_runs_where_its_prompt_was_installed() {
    let (mut machine, event) = performing();
    let StepEvent::NeedsPython(PythonCall::CallHandler { captured, .. }) = event else {
        panic!("the prompt accepts it")
    };
    let k = std::rc::Rc::new(std::cell::RefCell::new(Some(captured)));
    let clause = Frame::clause(generator(idle()), k.clone());
    let mode = receive(&mut machine, PyCallOutcome::Clause(clause));
    assert!(matches!(mode, Mode::Deliver(Value::Unit)));
    assert!(machine.clause().is_some());
    let _ = machine.step(mode);
    let resume = Yielded::Resume {
        captured: k.take().expect("unused"),
        value: value(8),
    };
    let mode = receive(&mut machine, PyCallOutcome::GenYield(resume));
    let StepEvent::Continue(Mode::Deliver(sent)) = machine.step(mode) else {
        panic!("the performer goes on")
    };
    assert_eq!(number(sent), 8);
    assert_eq!(machine.handlers().count(), 1);
    assert!(machine.clause().is_none(), "the performer is no clause");
}

/// Every outcome, with the pending calls that it fits.
fn outcomes() -> Vec<(TestOutcome, &'static [PendingPython])> {
    use PendingPython::{Generator, Handler, Unhandled};
    let captured = || match performing().1 {
        StepEvent::NeedsPython(PythonCall::CallHandler { captured, .. }) => captured,
        _ => panic!("the prompt accepts it"),
    };
    let k = || std::rc::Rc::new(std::cell::RefCell::new(None));
    vec![
        (
            PyCallOutcome::GenYield(Yielded::Value(Value::Unit)),
            &[Generator, Handler],
        ),
        (PyCallOutcome::GenReturn(Value::Unit), &[Generator]),
        (PyCallOutcome::GenError(Object::new(0)), &[Generator]),
        (
            PyCallOutcome::OperationFailed {
                captured: captured(),
                error: Object::new(0),
            },
            &[Generator, Handler],
        ),
        (
            PyCallOutcome::Clause(Frame::clause(generator(idle()), k())),
            &[Handler],
        ),
        (PyCallOutcome::ClauseReturn(Value::Unit), &[Handler]),
        (PyCallOutcome::Error(Object::new(0)), &[Handler, Unhandled]),
    ]
}

fn waiting_for(pending: PendingPython) -> TestMachine {
    let machine = match pending {
        PendingPython::Nothing => TestMachine::new(),
        PendingPython::Generator => started(),
        PendingPython::Handler => performing().0,
        PendingPython::Unhandled => {
            let mut machine = started();
            let perform = Yielded::Perform {
                effect: Object::new(5),
                effect_type: EffectType(5),
            };
            let mode = receive(&mut machine, PyCallOutcome::GenYield(perform));
            let _ = machine.step(mode);
            machine
        }
    };
    assert_eq!(machine.pending(), pending);
    machine
}

const PENDING: [PendingPython; 4] = [
    PendingPython::Nothing,
    PendingPython::Generator,
    PendingPython::Handler,
    PendingPython::Unhandled,
];

#[test]
fn an_outcome_fits_only_its_own_call() {
    for pending in PENDING {
        for (outcome, fitting) in outcomes() {
            let mut machine = waiting_for(pending);
            let result = machine.receive_python_result(outcome);
            assert_eq!(result.is_ok(), fitting.contains(&pending));
            if let Err(VMError { expected, found }) = result {
                assert_ne!(expected, found);
                assert_eq!(machine.pending(), pending, "a refusal changes nothing");
            }
        }
    }
}

#[test]
fn a_step_is_refused_while_a_call_is_pending() {
    for pending in PENDING.into_iter().skip(1) {
        let mut machine = waiting_for(pending);
        let event = machine.step(Mode::Throw(Object::new(0)));
        assert!(matches!(event, StepEvent::Refused(_)));
        assert_eq!(machine.pending(), pending);
    }
}

#[test]
fn a_value_is_refused_without_a_frame_and_a_return_with_one() {
    let mut machine = TestMachine::new();
    let event = machine.step(Mode::Deliver(Value::Unit));
    assert!(matches!(event, StepEvent::Refused(_)));

    let mut machine = TestMachine::new();
    drop(machine.start(generator(idle())));
    let event = machine.step(Mode::Return(Value::Unit));
    assert!(matches!(event, StepEvent::Refused(_)));
}

#[test]
fn ended_frames_are_queued_for_the_driver() {
    let mut machine = started();
    assert!(!machine.has_released());
    let outcome = PyCallOutcome::GenReturn(value(1));
    let mode = stepping(|| machine.receive_python_result(outcome)).expect("a fitting outcome");
    assert!(machine.has_released());
    assert!(machine.take_released().is_some());
    assert!(machine.take_released().is_none());
    drop(mode);
}

#[test]
fn asks_are_answered_in_order() {
    // The support driver itself, so that a broken one cannot make other tests pass.
    let doubled = handler(|effect, k| Clause::Tail(Ask::Resume(k.clone(), effect * 2)));
    let program = summing([Ask::WithHandler(
        doubled,
        AcceptSet::ALL,
        summing([Ask::Perform(EffectType(3)), Ask::Perform(EffectType(4))]),
    )]);
    assert_eq!(support::run(program), Ok(14));
}
