//! Direct transitions: each leaves the machine as the steps up to the next call do, and what it
//! refuses it leaves alone.

mod support;

use doeff_vm_core::{
    AcceptSet, HandlerAction, PendingPython, PyCallOutcome, PythonCall, StepEvent, Yielded,
};
use support::driver::{performed, resumed};
use support::hand::{EFFECT, receive, step};
use support::stacks::{
    BUDGET, accepting, alike, asked_for, clause, dismantled, frame_name, handler_name, held,
    in_clause, named, nested, nothing, performing, program, put_under, quiet, seen, stepped,
    storing, very_deep, within,
};
use support::{
    GET, Object, TestHost, TestMachine, TestOutcome, asked, named_store, prompt, stepping, value,
};

/// The transition does what the outcome does by way of steps, up to that call.
fn does_as_steps<T>(
    setup: impl Fn() -> TestMachine,
    outcome: impl FnOnce() -> TestOutcome,
    call: &str,
    direct: impl FnOnce(&mut TestMachine) -> T,
) {
    let mut by_steps = setup();
    assert_eq!(stepped(&mut by_steps, outcome()).name(), call);
    let mut directly = setup();
    let given = stepping(|| direct(&mut directly));
    drop(given);
    alike(directly, by_steps);
}

/// The transition gives nothing and changes nothing.
fn is_refused<T>(
    setup: impl Fn() -> TestMachine,
    direct: impl FnOnce(&mut TestMachine) -> Option<T>,
) {
    let mut machine = setup();
    assert!(stepping(|| direct(&mut machine)).is_none());
    alike(machine, setup());
}

// ---- programs and prompts -------------------------------------------------------------------------

/// The running frame is the only one under its prompt, and a frame waits around.
fn prompted() -> TestMachine {
    let mut machine = program();
    put_under(&mut machine, quiet(10), nothing(), 2);
    put_under(&mut machine, quiet(11), nothing(), 3);
    machine
}

/// Nothing waits between two prompts.
fn twice_prompted() -> TestMachine {
    let mut machine = program();
    let prompts = [11, 10].map(|name| prompt(quiet(name), nothing()));
    let install = Yielded::Install {
        prompts: prompts.into(),
        body: named(2),
    };
    assert_eq!(asked_for(&mut machine, install).name(), "GenSend");
    machine
}

/// Nothing waits at the bottom of the stack.
fn prompted_alone() -> TestMachine {
    let mut machine = program();
    drop(machine.finish_frame());
    put_under(&mut machine, quiet(10), nothing(), 2);
    machine
}

#[test]
fn start_directly_starts_a_program() {
    let mut machine = TestMachine::new();
    stepping(|| machine.start_directly(named(1)));
    assert_eq!(machine.pending(), PendingPython::Generator);
    assert_eq!(machine.stats().steps, 1);
    alike(machine, program());
}

#[test]
fn end_program_ends_the_last_frame() {
    let mut machine = program();
    let ended = stepping(|| machine.end_program());
    assert_eq!(ended.as_ref().map(frame_name), Some("frame 1".into()));
    let mut by_steps = program();
    assert_eq!(dismantled(&mut by_steps), ["frame 1"]);
    assert_eq!(seen(&machine), seen(&by_steps));
    assert!(machine.is_idle());
}

#[test]
fn end_program_leaves_a_stack_alone_that_is_not_over() {
    let called = || {
        let mut machine = program();
        asked_for(&mut machine, Yielded::Program(named(2)));
        machine
    };
    for setup in [called, prompted, twice_prompted, prompted_alone] {
        is_refused(setup, TestMachine::end_program);
    }
}

#[test]
fn call_program_pushes_a_frame() {
    for setup in [program, nested, prompted, twice_prompted] {
        let outcome = || PyCallOutcome::GenYield(Yielded::Program(named(9)));
        does_as_steps(setup, outcome, "GenSend", |machine| {
            machine.call_program(named(9));
        });
    }
}

#[test]
fn value_at_once_keeps_the_frame() {
    let outcome = || PyCallOutcome::GenYield(Yielded::Value(value(1)));
    does_as_steps(nested, outcome, "GenSend", TestMachine::value_at_once);
}

#[test]
fn install_pushes_a_prompt_and_its_body() {
    for setup in [program, nested, prompted, twice_prompted] {
        let yielded = || Yielded::WithHandler {
            prompt: prompt(quiet(9), accepting()),
            body: named(9),
        };
        let outcome = || PyCallOutcome::GenYield(yielded());
        does_as_steps(setup, outcome, "GenSend", |machine| {
            machine.install(prompt(quiet(9), accepting()), named(9));
        });
        let mut machine = setup();
        let slot = machine.stats().segments_live;
        machine.install(prompt(quiet(9), accepting()), named(9));
        assert_eq!(machine.nearest(EFFECT), Some(slot), "with what it accepts");
    }
}

#[test]
fn return_to_waiting_ends_a_frame_or_a_prompt_too() {
    for (setup, handler, frame) in [
        (nested as fn() -> _, None, "frame 4"),
        (prompted, Some("handler 11"), "frame 3"),
    ] {
        let outcome = || PyCallOutcome::GenReturn(value(1));
        does_as_steps(setup, outcome, "GenSend", TestMachine::return_to_waiting);
        let ended = setup().return_to_waiting().expect("a frame waits");
        assert_eq!(ended.handler.map(|h| handler_name(&h)).as_deref(), handler);
        assert_eq!(frame_name(&ended.frame), frame);
    }
}

#[test]
fn throw_to_waiting_ends_a_frame_or_a_prompt_too() {
    for (setup, handler, frame) in [
        (nested as fn() -> _, None, "frame 4"),
        (prompted, Some("handler 11"), "frame 3"),
    ] {
        let outcome = || PyCallOutcome::GenError(Object::new(1));
        does_as_steps(setup, outcome, "GenThrow", TestMachine::throw_to_waiting);
        let ended = setup().throw_to_waiting().expect("a frame waits");
        assert_eq!(ended.handler.map(|h| handler_name(&h)).as_deref(), handler);
        assert_eq!(frame_name(&ended.frame), frame);
    }
}

#[test]
fn a_frame_is_not_left_where_none_waits_for_it() {
    for setup in [program as fn() -> _, twice_prompted, prompted_alone] {
        is_refused(setup, TestMachine::return_to_waiting);
        is_refused(setup, TestMachine::throw_to_waiting);
    }
}

#[test]
fn a_left_prompt_is_used_again() {
    let mut machine = prompted();
    let pooled = machine.stats().segments_pooled;
    drop(machine.return_to_waiting());
    assert_eq!(machine.stats().segments_pooled, pooled + 1);
    machine.install(prompt(quiet(12), nothing()), named(4));
    assert_eq!(machine.stats().segments_pooled, pooled);
    let handlers: Vec<_> = machine.handlers().map(|handler| handler.name).collect();
    assert_eq!(handlers, [12, 10]);
}

// ---- effects --------------------------------------------------------------------------------------

#[test]
fn nearest_finds_the_innermost_prompt_that_accepts() {
    for between in 0..4 {
        let machine = within(between);
        let before = asked();
        assert_eq!(stepping(|| machine.nearest(EFFECT)), Some(2));
        let asked = asked() - before;
        assert_eq!(i64::try_from(asked), Ok(between + 1), "each is asked once");
    }
}

#[test]
fn nearest_finds_none_where_none_accepts() {
    for setup in [TestMachine::new, program, nested, prompted, twice_prompted] {
        assert_eq!(setup().nearest(EFFECT), None); // nor is the bottom of the stack asked
    }
}

#[test]
fn nearest_finds_what_one_step_finds_and_no_more() {
    for prompts in [BUDGET - 1, BUDGET, BUDGET + 1, BUDGET + 2] {
        let mut machine = very_deep(prompts);
        let found = stepping(|| machine.nearest(EFFECT));
        let mode = receive(&mut machine, PyCallOutcome::GenYield(performed(EFFECT, 5)));
        match step(&mut machine, mode) {
            StepEvent::NeedsPython(_) => assert_eq!(found, Some(1), "under {prompts}"),
            StepEvent::Paused(_) => assert_eq!(found, None, "under {prompts}"),
            other => panic!("expected to find or to pause, got {other:?}"),
        }
        assert_eq!(found.is_some(), prompts <= BUDGET);
    }
}

#[test]
fn is_stdlib_tells_built_in_handlers_from_those_of_the_program() {
    let mut machine = program();
    put_under(&mut machine, named_store(9, 5), AcceptSet::ALL, 2);
    put_under(&mut machine, quiet(10), AcceptSet::ALL, 3);
    let kinds: Vec<_> = (0..4).map(|slot| machine.is_stdlib(slot)).collect();
    assert_eq!(kinds, [false, true, false, false]);
    let names: Vec<_> = (0..4)
        .map(|slot| machine.handler_at(slot).map(|handler| handler.name))
        .collect();
    assert_eq!(names, [None, Some(9), Some(10), None]);
}

#[test]
fn capture_for_captures_what_a_step_captures() {
    for between in 0..4 {
        let (mut by_steps, expected) = performing(between);
        let mut machine = within(between);
        let captured = stepping(|| {
            let slot = machine.nearest(EFFECT)?;
            let id = machine.begin_dispatch();
            machine.capture_for(slot, id)
        });
        let captured = captured.expect("a prompt accepts it");
        assert_eq!(held(&captured), held(&expected));
        let innermost_first = (0..=between).rev();
        let parts = innermost_first.flat_map(|inner| {
            [
                format!("frame {}", 20 + inner),
                format!("handler {}", 10 + inner),
            ]
        });
        assert!(parts.eq(held(&captured).parts));
        assert_eq!(machine.pending(), PendingPython::Handler);
        assert_eq!(seen(&machine), seen(&by_steps));
        for (machine, captured) in [(&mut machine, captured), (&mut by_steps, expected)] {
            asked_for(machine, resumed(captured, 1));
        }
        alike(machine, by_steps);
    }
}

#[test]
fn answered_resumes_the_performer() {
    let mut by_steps = storing();
    let call = asked_for(&mut by_steps, performed(GET, 100));
    assert_eq!(call.name(), "CallStdlib");
    let answer = PyCallOutcome::Action(HandlerAction::Resume(value(5)));
    assert_eq!(stepped(&mut by_steps, answer).name(), "GenSend");
    let mut machine = storing();
    let id = stepping(|| {
        let id = machine.begin_dispatch();
        machine.answered();
        id
    });
    assert_eq!(id, 0.into());
    alike(machine, by_steps);
}

#[test]
fn ask_stdlib_waits_for_the_action_of_the_handler() {
    type Action = fn() -> HandlerAction<TestHost>;
    let actions: [(&str, Action); 5] = [
        ("GenSend", || HandlerAction::Resume(value(5))),
        ("GenThrow", || HandlerAction::Throw(Object::new(5))),
        ("GenSend", || HandlerAction::Run(named(7))),
        ("Unhandled", || HandlerAction::Pass {
            effect: Object::new(100),
            declined: true,
        }),
        ("Unhandled", || HandlerAction::Pass {
            effect: Object::new(100),
            declined: false,
        }),
    ];
    for (expected, action) in actions {
        let mut by_steps = storing();
        drop(asked_for(&mut by_steps, performed(GET, 100)));
        let mut machine = storing();
        stepping(|| {
            let slot = machine.nearest(GET).expect("the store accepts it");
            let id = machine.begin_dispatch();
            machine.ask_stdlib(slot, id, GET);
        });
        let handler = machine.stdlib_handler().expect("it is being asked");
        assert_eq!(handler.name, 9);
        assert_eq!(machine.pending(), PendingPython::Stdlib);
        assert_eq!(seen(&machine), seen(&by_steps));
        let mut told = Vec::new();
        for machine in [&mut machine, &mut by_steps] {
            let call = stepped(machine, PyCallOutcome::Action(action()));
            assert_eq!(call.name(), expected);
            if let PythonCall::Unhandled { declined, .. } = call {
                told.push(declined);
                let error = HandlerAction::Throw(Object::new(1));
                stepped(machine, PyCallOutcome::Action(error));
            }
        }
        assert!(told.windows(2).all(|both| both[0] == both[1]));
        alike(machine, by_steps);
    }
}

#[test]
fn what_a_built_in_handler_passes_on_goes_to_those_further_out() {
    let mut machine = storing();
    let slot = machine.nearest(EFFECT).expect("the store accepts it");
    assert!(machine.is_stdlib(slot));
    let id = machine.begin_dispatch();
    machine.ask_stdlib(slot, id, EFFECT);
    let (effect, declined) = (Object::new(5), false);
    let pass = HandlerAction::Pass { effect, declined };
    let call = stepped(&mut machine, PyCallOutcome::Action(pass));
    let PythonCall::CallHandler { captured, .. } = call else {
        panic!("the outer prompt accepts it")
    };
    assert_eq!(captured.handler().map(|handler| handler.name), Some(8));
    assert_eq!(captured.dispatch(), id);
}

#[test]
fn enter_clause_starts_a_clause_around_its_prompt() {
    for between in 0..3 {
        let (by_steps, _captured) = in_clause(between);
        let (mut machine, _captured) = performing(between);
        stepping(|| machine.enter_clause(clause(3)));
        assert!(machine.running().is_some_and(|frame| frame.k.is_some()));
        alike(machine, by_steps);
    }
}
