//! Direct transitions that use continuations, what identities and notes they keep, and whole
//! programs by way of them.

mod support;

use std::collections::HashSet;

use doeff_vm_core::{PendingPython, PyCallOutcome, PythonCall, Yielded};
use support::driver::{delegated, resumed};
use support::hand::EFFECT;
use support::stacks::{
    BUDGET, Continuation, accepting, alike, asked_for, clause, closed, frame_name, held, in_clause,
    named, nested, nothing, performing, program, put_under, quiet, seen, stepped, storing,
    very_deep, within,
};
use support::{
    Ask, Body, Clause, Driver, Object, TestMachine, Way, answering, hand, handled, handler,
    perform, stepping, summing, under,
};

#[test]
fn resume_goes_on_on_top_of_the_clause() {
    for between in 0..4 {
        let (mut by_steps, captured) = in_clause(between);
        assert_eq!(
            asked_for(&mut by_steps, resumed(captured, 1)).name(),
            "GenSend"
        );
        let (mut machine, captured) = in_clause(between);
        stepping(|| machine.resume(captured));
        let clause = machine.segments().nth(1).expect("that of the outer prompt");
        assert_eq!(clause.waiting, 2, "the installer and the clause");
        alike(machine, by_steps);
    }
}

#[test]
fn resume_tail_goes_on_in_the_place_of_the_clause() {
    for between in 0..4 {
        let (mut by_steps, captured) = in_clause(between);
        drop(by_steps.finish_frame());
        assert_eq!(
            asked_for(&mut by_steps, resumed(captured, 1)).name(),
            "GenSend"
        );
        let (mut machine, captured) = in_clause(between);
        let finished = stepping(|| machine.finish_running());
        assert_eq!(finished.as_ref().map(frame_name), Some("clause 3".into()));
        assert!(
            machine.finish_running().is_none(),
            "it takes that one alone"
        );
        stepping(|| machine.resume_tail(captured));
        alike(machine, by_steps);
    }
}

#[test]
fn both_go_on_after_a_handler_call_too() {
    for between in 0..4 {
        for resume in [TestMachine::resume_tail, TestMachine::resume] {
            let (mut by_steps, captured) = performing(between);
            assert_eq!(
                asked_for(&mut by_steps, resumed(captured, 1)).name(),
                "GenSend"
            );
            let (mut machine, captured) = performing(between);
            stepping(|| resume(&mut machine, captured));
            assert_eq!(machine.pending(), PendingPython::Generator);
            alike(machine, by_steps);
        }
    }
}

/// The clause has finished, and passes what was captured on by steps: what is captured then.
fn passed_by_steps(machine: &mut TestMachine, captured: Continuation) -> Continuation {
    let call = asked_for(machine, delegated(captured, EFFECT, false));
    let PythonCall::CallHandler { captured, .. } = call else {
        panic!("a prompt accepts it")
    };
    captured
}

/// A clause is called, and has finished.
fn finish_a_clause(machine: &mut TestMachine) {
    let call = stepped(machine, PyCallOutcome::Clause(clause(3)));
    assert_eq!(call.name(), "GenSend");
    drop(machine.finish_frame());
}

/// Prompts, of which these accept, outermost first, each with two frames; the first effect has been
/// captured.
fn layered(layers: &[bool]) -> (TestMachine, Continuation) {
    let mut machine = program();
    for (name, &accepts) in (0..).zip(layers) {
        let accepts = if accepts { accepting() } else { nothing() };
        put_under(&mut machine, quiet(10 + name), accepts, 20 + name);
        let call = asked_for(&mut machine, Yielded::Program(named(30 + name)));
        assert_eq!(call.name(), "GenSend");
    }
    let captured = hand::perform(&mut machine);
    (machine, captured)
}

const LAYERS: [bool; 9] = [true, false, true, false, false, true, true, false, true];

/// The parts of the innermost so many [`LAYERS`].
fn innermost(layers: usize) -> Vec<String> {
    let layers = (LAYERS.len() - layers..LAYERS.len()).rev();
    let parts = layers.flat_map(|n| {
        let frames = [30, 20].map(|first| format!("frame {}", first + n));
        frames.into_iter().chain([format!("handler {}", 10 + n)])
    });
    parts.collect()
}

#[test]
fn pass_captures_further_out_in_the_same_dispatch() {
    let (mut machine, mut captured) = layered(&LAYERS);
    let (mut by_steps, mut expected) = layered(&LAYERS);
    for depth in [3, 4, 7, 9] {
        let before = held(&captured);
        finish_a_clause(&mut machine);
        captured = stepping(|| machine.pass(captured, EFFECT)).expect("a prompt accepts it");
        finish_a_clause(&mut by_steps);
        expected = passed_by_steps(&mut by_steps, expected);
        let after = held(&captured);
        assert_eq!(after, held(&expected));
        assert_eq!(after.parts, innermost(depth));
        assert_eq!(after.depth, depth);
        assert_ne!(
            after.id, before.id,
            "each capture has an identity of its own"
        );
        assert_eq!(after.dispatch, before.dispatch);
        assert_eq!(machine.pending(), PendingPython::Handler);
        assert_eq!(seen(&machine), seen(&by_steps));
    }
    // Resumed, the slots stand as they stood.
    stepping(|| machine.resume_tail(captured));
    asked_for(&mut by_steps, resumed(expected, 1));
    let handlers: Vec<_> = machine.handlers().map(|handler| handler.name).collect();
    assert_eq!(handlers, [18, 17, 16, 15, 14, 13, 12, 11, 10]);
    // And they are captured again, by way of the buffer that the continuation keeps.
    for machine in [&mut machine, &mut by_steps] {
        let captured = hand::perform(machine);
        finish_a_clause(machine);
        let captured = machine.pass(captured, EFFECT).expect("a prompt accepts it");
        assert_eq!(held(&captured).parts, innermost(3));
        machine.resume_tail(captured);
    }
    alike(machine, by_steps);
}

#[test]
fn a_passed_continuation_is_closed_innermost_first() {
    let (mut machine, mut captured) = layered(&LAYERS);
    for _ in 0..3 {
        finish_a_clause(&mut machine);
        captured = machine.pass(captured, EFFECT).expect("a prompt accepts it");
    }
    let mut frames = innermost(7);
    frames.retain(|part| part.starts_with("frame"));
    assert_eq!(closed(captured), frames);
}

/// Passing on is refused: the continuation is given back, and steps go on with it.
fn pass_is_refused(setup: impl Fn() -> (TestMachine, Continuation)) {
    let (mut machine, captured) = setup();
    finish_a_clause(&mut machine);
    let (before, expected) = (seen(&machine), held(&captured));
    let Err(captured) = stepping(|| machine.pass(captured, EFFECT)) else {
        panic!("it takes steps")
    };
    assert_eq!(held(&captured), expected);
    assert_eq!(seen(&machine), before);
    let (mut by_steps, expected) = setup();
    finish_a_clause(&mut by_steps);
    for (machine, captured) in [(&mut machine, captured), (&mut by_steps, expected)] {
        drop(asked_for(machine, resumed(captured, 1)));
    }
    alike(machine, by_steps);
}

#[test]
fn pass_leaves_to_steps_what_no_handler_of_the_program_is_nearest_to() {
    pass_is_refused(|| layered(&[true, false]));
    pass_is_refused(|| layered(&[false, true]));
    pass_is_refused(|| {
        let mut machine = storing();
        put_under(&mut machine, quiet(11), accepting(), 5);
        let captured = hand::perform(&mut machine);
        (machine, captured)
    });
}

#[test]
fn pass_goes_as_far_as_one_step() {
    let deep = |prompts| {
        let mut machine = very_deep(prompts);
        put_under(&mut machine, quiet(11), accepting(), 5);
        let captured = hand::perform(&mut machine);
        (machine, captured)
    };
    let (mut machine, captured) = deep(BUDGET);
    finish_a_clause(&mut machine);
    let captured = machine.pass(captured, EFFECT).expect("a step reaches it");
    assert_eq!(captured.depth(), BUDGET + 1);
    pass_is_refused(|| deep(BUDGET + 1));
}

// ---- what is kept ---------------------------------------------------------------------------------

#[test]
fn a_note_goes_where_its_frame_goes() {
    let (mut machine, captured) = performing(1);
    machine.enter_clause(clause(3));
    let clause = machine.running_mut().expect("the clause");
    clause.note = Some(Object::new(77));
    let noted = Some("frame 3 with 77".to_owned());
    assert_eq!(machine.running().map(frame_name), noted);
    // Called from, resumed from, captured and resumed, it is the clause's still.
    machine.call_program(named(4));
    assert_eq!(machine.clause_frame().map(frame_name), noted);
    machine.resume(captured);
    assert_eq!(
        machine.clause_frame().map(frame_name),
        None,
        "not in this segment"
    );
    drop(machine.return_to_waiting());
    drop(machine.return_to_waiting());
    assert_eq!(machine.clause_frame().map(frame_name), noted);
    let slot = machine
        .nearest(EFFECT)
        .expect("the outer prompt accepts it");
    let id = machine.begin_dispatch();
    let captured = machine.capture_for(slot, id).expect("a prompt accepts it");
    let parts = ["frame 4", "frame 3 with 77", "frame 2", "handler 9"];
    assert_eq!(held(&captured).parts, parts);
    machine.resume_tail(captured);
    drop(machine.return_to_waiting());
    let ended = machine.return_to_waiting().expect("a frame waits");
    assert_eq!(Some(frame_name(&ended.frame)), noted);
}

#[test]
fn running_mut_is_the_running_frame() {
    assert!(TestMachine::new().running_mut().is_none());
    assert_eq!(
        nested().running_mut().map(|frame| frame_name(frame)),
        Some("frame 4".into())
    );
}

#[test]
fn identities_are_unique_whichever_way_they_are_given() {
    let mut machine = within(0);
    let (mut dispatches, mut identities) = (HashSet::new(), HashSet::new());
    for turn in 0..20 {
        let captured = if turn % 3 == 0 {
            hand::perform(&mut machine)
        } else {
            let slot = machine.nearest(EFFECT).expect("a prompt accepts it");
            let id = machine.begin_dispatch();
            machine.capture_for(slot, id).expect("a prompt accepts it")
        };
        assert!(dispatches.insert(captured.dispatch()));
        assert!(identities.insert(captured.id()));
        finish_a_clause(&mut machine);
        let captured = if turn % 2 == 0 {
            machine.pass(captured, EFFECT).expect("a prompt accepts it")
        } else {
            passed_by_steps(&mut machine, captured)
        };
        assert!(identities.insert(captured.id()));
        machine.resume_tail(captured);
    }
    assert_eq!(machine.stats().dispatches, 20);
}

// ---- whole programs -------------------------------------------------------------------------------

/// What a program comes to by each way: its result, the figures and how many steps were paused.
fn by_each_way(program: impl Fn() -> Body) {
    let comes_to = |way| {
        let mut driver = Driver::new(way);
        let result = driver.run(program());
        (result, driver.machine.stats(), driver.calls, driver.pauses)
    };
    let by_steps = comes_to(Way::Steps);
    assert!(by_steps.0.is_ok());
    assert_eq!(comes_to(Way::Direct), by_steps);
    for seed in 0..4 {
        assert_eq!(comes_to(Way::Mixed(seed)), by_steps);
    }
}

#[test]
fn searches_that_are_paused_go_by_steps() {
    for prompts in [BUDGET - 1, BUDGET, 2 * BUDGET] {
        by_each_way(|| {
            let performing = under(prompts, perform(2, EFFECT));
            handled(answering(1), EFFECT.0, performing)
        });
    }
}

#[test]
fn passing_over_very_many_prompts_goes_by_steps() {
    for prompts in [BUDGET - 1, BUDGET, BUDGET + 1] {
        by_each_way(|| {
            let passing = handler(|_, _| Clause::Body(summing([Ask::Pass(None, EFFECT)])));
            let performing = handled(passing, EFFECT.0, perform(2, EFFECT));
            let performing = under(prompts, performing);
            handled(answering(1), EFFECT.0, performing)
        });
    }
}
