//! What people see who look inside: names, statistics, segments.

mod support;

use doeff_vm_core::{
    Frame, HandlerAction, Mode, PyCallOutcome, SegmentKind, StepEvent, Subject, Value, Yielded,
};
use support::driver::{delegated, performed, resumed, thrown};
use support::hand::{EFFECT, asking, call, install, performing, started, step};
use support::{
    Driver, GET, Object, TestHost, TestMode, TestOutcome, TestYielded, answering, generator,
    handled, idle, k, perform, prompt, store, value,
};

/// The kind of an object, and the number in it.
type Shown = Option<(char, i64)>;

fn shown(subject: Option<Subject<'_, TestHost>>) -> Shown {
    subject.map(|subject| match subject {
        Subject::Object(object) => ('o', object.0),
        Subject::Error(error) => ('e', error.0),
        Subject::Generator(_) => ('g', 0),
    })
}

/// Everything that can be yielded, its name, and the object that it is about.
fn yields() -> Vec<(TestYielded, &'static str, Shown)> {
    let body = || generator(idle());
    let captured = || performing().1;
    let with_handler = Yielded::WithHandler {
        prompt: prompt(store(0), doeff_vm_core::AcceptSet::ALL),
        body: body(),
    };
    let install = Yielded::Install {
        prompts: [].into(),
        body: body(),
    };
    let resume_program = Yielded::ResumeProgram {
        captured: captured(),
        body: body(),
    };
    let search = Yielded::Search {
        effect: Object::new(9),
    };
    let generator = Some(('g', 0));
    vec![
        (Yielded::Program(body()), "Program", generator),
        (Yielded::Value(value(1)), "Value", Some(('o', 1))),
        (Yielded::Value(Value::Unit), "Value", None),
        (Yielded::Refused(Object::new(2)), "Refused", Some(('e', 2))),
        (performed(EFFECT, 3), "Perform", Some(('o', 3))),
        (with_handler, "WithHandler", generator),
        (install, "Install", generator),
        (
            Yielded::TailCall(Frame::program(body())),
            "TailCall",
            generator,
        ),
        (resumed(captured(), 4), "Resume", Some(('o', 4))),
        (thrown(captured(), 5), "ResumeThrow", Some(('e', 5))),
        (resume_program, "ResumeProgram", generator),
        (
            delegated(captured(), EFFECT, false),
            "Delegate",
            Some(('o', 5)),
        ),
        (search, "Search", Some(('o', 9))),
    ]
}

#[test]
fn what_is_yielded_has_a_name_and_an_object() {
    for (yielded, name, object) in yields() {
        assert_eq!(yielded.name(), name);
        assert_eq!(shown(yielded.object()), object, "{name}");
        let mode = TestMode::HandleYield(yielded);
        assert_eq!(shown(mode.object()), object, "{name}");
        assert_eq!(mode.name(), "HandleYield");
    }
}

#[test]
fn modes_have_names_and_objects() {
    let modes: [(TestMode, &str, Shown); 5] = [
        (Mode::Deliver(Value::Unit), "Deliver", None),
        (Mode::Deliver(value(1)), "Deliver", Some(('o', 1))),
        (Mode::Throw(Object::new(2)), "Throw", Some(('e', 2))),
        (Mode::Return(value(3)), "Return", Some(('o', 3))),
        (Mode::Return(Value::Unit), "Return", None),
    ];
    for (mode, name, object) in modes {
        assert_eq!((mode.name(), shown(mode.object())), (name, object));
    }
}

#[test]
fn events_are_named_with_what_comes_next() {
    let paused: StepEvent<TestHost> = StepEvent::Paused(Mode::Throw(Object::new(0)));
    assert_eq!(paused.name(), ("Paused", "Throw"));
    let going_on: StepEvent<TestHost> = StepEvent::Continue(Mode::Return(Value::Unit));
    assert_eq!(going_on.name(), ("Continue", "Return"));
    let done: StepEvent<TestHost> = StepEvent::Done(Value::Unit);
    assert_eq!(done.name(), ("Done", ""));
    let error: StepEvent<TestHost> = StepEvent::Error(Object::new(0));
    assert_eq!(error.name(), ("Error", ""));
    let mut machine = started();
    let refused = machine.step(Mode::Deliver(Value::Unit));
    assert_eq!(refused.name(), ("Refused", ""));
}

#[test]
fn outcomes_are_named_with_their_details() {
    let action = |action| PyCallOutcome::Action(action);
    let effect = Object::new(0);
    let failed = PyCallOutcome::OperationFailed {
        captured: performing().1,
        error: Object::new(0),
    };
    let clause = Frame::clause(generator(idle()), k(performing().1));
    let outcomes: Vec<(TestOutcome, _)> = vec![
        (
            PyCallOutcome::GenYield(Yielded::Value(Value::Unit)),
            ("GenYield", "Value"),
        ),
        (PyCallOutcome::GenReturn(Value::Unit), ("GenReturn", "")),
        (PyCallOutcome::GenError(Object::new(0)), ("GenError", "")),
        (failed, ("OperationFailed", "")),
        (PyCallOutcome::Clause(clause), ("Clause", "")),
        (
            PyCallOutcome::ClauseReturn(Value::Unit),
            ("ClauseReturn", ""),
        ),
        (PyCallOutcome::Error(Object::new(0)), ("Error", "")),
        (
            action(HandlerAction::Resume(Value::Unit)),
            ("Action", "Resume"),
        ),
        (
            action(HandlerAction::Throw(Object::new(0))),
            ("Action", "Throw"),
        ),
        (
            action(HandlerAction::Run(generator(idle()))),
            ("Action", "Run"),
        ),
        (
            action(HandlerAction::Pass {
                effect,
                declined: false,
            }),
            ("Action", "Pass"),
        ),
    ];
    for (outcome, name) in outcomes {
        assert_eq!(outcome.name(), name);
    }
}

#[test]
fn calls_have_names() {
    let mut machine = started();
    let thrown = step_from(&mut machine, Mode::Throw(Object::new(1)));
    assert_eq!(thrown, ("NeedsPython", "GenThrow"));
    let mut machine = asking(GET);
    assert_eq!(machine.pending(), doeff_vm_core::PendingPython::Stdlib);
    let delivered = step_from(&mut machine, Mode::Deliver(Value::Unit));
    assert_eq!(delivered, ("Refused", ""), "it waits for the answer");
}

/// The name of the event, after the call that is pending was answered with a refusal.
fn step_from(machine: &mut support::TestMachine, mode: TestMode) -> (&'static str, &'static str) {
    if machine.pending() == doeff_vm_core::PendingPython::Generator {
        let outcome = PyCallOutcome::GenYield(Yielded::Value(Value::Unit));
        drop(support::hand::receive(machine, outcome));
    }
    machine.step(mode).name()
}

#[test]
fn steps_dispatches_and_segments_are_counted() {
    let mut machine = support::TestMachine::new();
    let fresh = machine.stats();
    assert_eq!((fresh.steps, fresh.dispatches, fresh.callbacks), (0, 0, 0));
    assert_eq!((fresh.segments_live, fresh.segments_pooled), (1, 0));
    let mode = machine.start(generator(idle()));
    drop(step(&mut machine, mode));
    assert_eq!(machine.stats().steps, 1);
    install(&mut machine);
    assert_eq!(machine.stats().steps, 3);
    assert_eq!(machine.stats().segments_live, 2);
    drop(support::hand::perform(&mut machine));
    let stats = machine.stats();
    assert_eq!((stats.steps, stats.dispatches), (4, 1));
    assert_eq!(stats.segments_live, 1, "what `k` holds is not on the stack");
    let refused = machine.step(Mode::Deliver(Value::Unit));
    assert_eq!(refused.name().0, "Refused");
    assert_eq!(machine.stats().steps, 4, "a refused step is none");
}

#[test]
fn statistics_begin_at_nothing_and_stay_comparable() {
    let mut driver = Driver::default();
    let before = driver.machine.stats();
    assert_eq!(
        before,
        doeff_vm_core::Stats {
            segments_live: 1,
            ..Default::default()
        }
    );
    let program = || handled(answering(1), EFFECT.0, perform(2, EFFECT));
    assert_eq!(driver.run(program()), Ok(2));
    let first = driver.machine.stats();
    assert_eq!(driver.run(program()), Ok(2));
    let second = driver.machine.stats();
    assert_eq!(second.steps, 2 * first.steps);
    assert_eq!(second.dispatches, 2 * first.dispatches);
    assert_eq!(second.segments_pooled, first.segments_pooled);
}

#[test]
fn segments_show_their_kind_and_how_many_frames_wait() {
    let mut machine = started();
    call(&mut machine, idle());
    install(&mut machine);
    call(&mut machine, idle());
    call(&mut machine, idle());
    let views: Vec<_> = machine.segments().collect();
    let shown: Vec<_> = views.iter().map(|view| (view.kind, view.waiting)).collect();
    assert_eq!(
        shown,
        [(SegmentKind::Normal, 2), (SegmentKind::PromptBoundary, 2)]
    );
    assert_ne!(views[0].id, views[1].id);
    assert_ne!(views[0].marker, views[1].marker);
}
