//! Machines that are driven by hand, one step at a time.

use doeff_vm_core::{AcceptSet, Captured, PendingPython, PyCallOutcome, PythonCall, StepEvent};

use super::driver::performed;
use super::{
    Body, Clause, EffectType, GET, TestEvent, TestMachine, TestMode, TestOutcome, TestYielded,
    generator, idle, named_handler, prompt, stepping, store,
};

/// The effect that [`performing`] machines perform.
pub const EFFECT: EffectType = EffectType(5);

/// One step, in which nothing of the host may be dropped.
pub fn step(machine: &mut TestMachine, mode: TestMode) -> TestEvent {
    stepping(|| machine.step(mode))
}

/// The mode that follows an outcome which fits.
pub fn receive(machine: &mut TestMachine, outcome: TestOutcome) -> TestMode {
    stepping(|| machine.receive_python_result(outcome)).expect("a fitting outcome")
}

/// What the step comes to when the running frame yields this.
pub fn yielding(machine: &mut TestMachine, yielded: TestYielded) -> TestEvent {
    let mode = receive(machine, PyCallOutcome::GenYield(yielded));
    step(machine, mode)
}

/// The mode to go on with.
pub fn continued(event: TestEvent) -> TestMode {
    match event {
        StepEvent::Continue(mode) => mode,
        other => panic!("expected to go on, got {other:?}"),
    }
}

/// A machine whose only frame waits for the outcome of being started.
pub fn started() -> TestMachine {
    let mut machine = TestMachine::new();
    let mode = machine.start(generator(idle()));
    let event = step(&mut machine, mode);
    assert_eq!(event.name(), ("NeedsPython", "GenSend"));
    machine
}

/// Lets the running frame yield what pushes a frame, and starts that one.
pub fn push(machine: &mut TestMachine, yielded: TestYielded) {
    let mode = continued(yielding(machine, yielded));
    let event = step(machine, mode);
    assert_eq!(event.name(), ("NeedsPython", "GenSend"));
}

/// Lets the running frame call a program.
pub fn call(machine: &mut TestMachine, body: Body) {
    push(machine, TestYielded::Program(generator(body)));
}

/// Lets the running frame install a handler of [`EFFECT`] around an idle body.
pub fn install(machine: &mut TestMachine) {
    install_named(machine, 0, AcceptSet(EFFECT.0));
}

/// Lets the running frame install a handler around an idle body.
pub fn install_named(machine: &mut TestMachine, name: i64, accepts: AcceptSet) {
    let prompt = prompt(named_handler(name, |_, _| Clause::Return(0)), accepts);
    let body = generator(idle());
    push(machine, TestYielded::WithHandler { prompt, body });
}

/// Lets the running frame perform [`EFFECT`], which a handler of the program gets.
pub fn perform(machine: &mut TestMachine) -> Captured<super::TestHost> {
    let event = yielding(machine, performed(EFFECT, EFFECT.0.into()));
    let StepEvent::NeedsPython(PythonCall::CallHandler { captured, effect }) = event else {
        panic!("a prompt accepts it")
    };
    assert_eq!(effect.0, i64::from(EFFECT.0));
    captured
}

/// A machine that waits for a handler's call, and what it captured for it.
pub fn performing() -> (TestMachine, Captured<super::TestHost>) {
    let mut machine = started();
    install(&mut machine);
    let captured = perform(&mut machine);
    (machine, captured)
}

/// A machine that waits for a built-in handler of everything.
pub fn asking(effect_type: EffectType) -> TestMachine {
    let mut machine = started();
    let prompt = prompt(store(5), AcceptSet::ALL);
    let body = generator(idle());
    push(&mut machine, TestYielded::WithHandler { prompt, body });
    let effect = performed(effect_type, effect_type.0.into());
    let event = yielding(&mut machine, effect);
    assert_eq!(event.name(), ("NeedsPython", "CallStdlib"));
    machine
}

pub const PENDING: [PendingPython; 5] = [
    PendingPython::Nothing,
    PendingPython::Generator,
    PendingPython::Handler,
    PendingPython::Stdlib,
    PendingPython::Unhandled,
];

/// A machine that waits for a call of this kind.
pub fn waiting_for(pending: PendingPython) -> TestMachine {
    let machine = match pending {
        PendingPython::Nothing => TestMachine::new(),
        PendingPython::Generator => started(),
        PendingPython::Handler => performing().0,
        PendingPython::Stdlib => asking(GET),
        PendingPython::Unhandled => {
            let mut machine = started();
            let event = yielding(&mut machine, performed(EFFECT, EFFECT.0.into()));
            assert_eq!(event.name(), ("NeedsPython", "Unhandled"));
            machine
        }
    };
    assert_eq!(machine.pending(), pending);
    machine
}
