//! Segments and frames: pushed, popped, captured, reinstated, used again.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::{
    AcceptSet, Captured, Mode, Part, PyCallOutcome, Released, SegmentKind, StepEvent,
};
use support::driver::resumed;
use support::hand::{
    EFFECT, call, continued, install, install_named, perform, performing, push, receive, started,
    step, yielding,
};
use support::{
    Act, Ask, Body, Clause, Driver, K, TestMachine, answering, body, handled, handler, idle, live,
    number, run, several, summing, under, value,
};

fn waiting(machine: &TestMachine) -> Vec<usize> {
    machine.segments().map(|segment| segment.waiting).collect()
}

fn kinds(machine: &TestMachine) -> Vec<SegmentKind> {
    machine.segments().map(|segment| segment.kind).collect()
}

/// Ends the running frame with a number and gives what the step comes to.
fn ending(machine: &mut TestMachine, result: i64) -> StepEvent<support::TestHost> {
    let mode = receive(machine, PyCallOutcome::GenReturn(value(result)));
    step(machine, mode)
}

/// Ends the running frame; the frame below gets the result.
fn pop(machine: &mut TestMachine) {
    let mode = continued(ending(machine, 1));
    assert_eq!(mode.name(), "Deliver");
    let event = step(machine, mode);
    assert_eq!(event.name(), ("NeedsPython", "GenSend"));
}

#[test]
fn a_new_machine_is_an_empty_stack() {
    let machine = TestMachine::default();
    assert_eq!(kinds(&machine), [SegmentKind::Normal]);
    assert_eq!(waiting(&machine), [0]);
    assert!(machine.running().is_none() && machine.clause().is_none());
    assert_eq!(machine.handlers().count(), 0);
    assert!(!machine.has_released());
}

#[test]
fn a_machine_is_idle_when_it_holds_nothing_and_waits_for_nothing() {
    let mut machine = TestMachine::new();
    assert!(machine.is_idle());
    let mode = machine.start(support::generator(idle()));
    assert!(!machine.is_idle(), "a frame is running");
    let event = step(&mut machine, mode);
    drop(event);
    assert!(!machine.is_idle(), "and a call is pending");
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(1)));
    assert!(!machine.is_idle(), "the frame is still to be dropped");
    drop(machine.take_released());
    assert!(machine.is_idle());
    drop(mode);

    let mut machine = started();
    call(&mut machine, idle());
    drop(machine.finish_frame());
    let refused = PyCallOutcome::GenYield(doeff_vm_core::Yielded::Value(value(0)));
    drop(receive(&mut machine, refused));
    assert!(!machine.is_idle(), "a frame waits");
    drop(machine.finish_frame());
    assert!(machine.is_idle());

    let mut machine = started();
    install(&mut machine);
    drop(machine.finish_frame());
    let refused = PyCallOutcome::GenYield(doeff_vm_core::Yielded::Value(value(0)));
    drop(receive(&mut machine, refused));
    assert!(!machine.is_idle(), "a prompt is there");

    let (machine, captured) = performing();
    drop(captured);
    assert!(!machine.is_idle(), "a call is pending");
    let mut machine = TestMachine::new();
    let event = step(&mut machine, Mode::Return(value(1)));
    assert!(machine.is_idle());
    drop(event);
    let effect = support::driver::performed(EFFECT, 5);
    let event = step(&mut machine, Mode::HandleYield(effect));
    assert_eq!(event.name(), ("NeedsPython", "Unhandled"));
    assert!(!machine.is_idle(), "nothing but a call is pending");
}

/// How many entries of anything an idle machine may have room for, to be kept.
const SMALL: usize = 64;

/// Installs so many prompts and captures them: what they were.
fn captured_prompts(machine: &mut TestMachine, prompts: usize) -> Captured<support::TestHost> {
    install(machine);
    (1..prompts).for_each(|_| install_named(machine, 0, several(0)));
    let captured = perform(machine);
    assert_eq!(captured.depth(), prompts);
    let mode = receive(machine, PyCallOutcome::ClauseReturn(value(0)));
    let mode = continued(step(machine, mode));
    assert_eq!(step(machine, mode).name(), ("NeedsPython", "GenSend"));
    captured
}

/// Ends the running frame without a step, so that nothing is queued.
fn leave(machine: &mut TestMachine) {
    drop(machine.return_to_waiting().expect("a frame waits"));
}

/// Ends the program, whose last frame is running.
fn end(machine: &mut TestMachine) {
    assert!(matches!(ending(machine, 0), StepEvent::Done(_)));
    while machine.take_released().is_some() {}
    assert!(machine.is_idle());
}

#[test]
fn a_small_machine_is_idle() {
    assert!(TestMachine::new().is_idle_and_small());
    let mut machine = started();
    assert!(!machine.is_idle_and_small());
    call(&mut machine, idle());
    install(&mut machine);
    leave(&mut machine);
    leave(&mut machine);
    end(&mut machine);
    assert!(machine.is_idle_and_small());
}

#[test]
fn a_machine_that_had_many_frames_is_not_small() {
    for (frames, is_small) in [(SMALL, true), (SMALL + 1, false)] {
        let mut machine = started();
        (0..frames).for_each(|_| call(&mut machine, idle()));
        (0..frames).for_each(|_| leave(&mut machine));
        end(&mut machine);
        assert_eq!(machine.is_idle_and_small(), is_small, "after {frames}");
    }
}

#[test]
fn a_machine_that_had_many_prompts_is_not_small() {
    // None of them is left to be used again: the continuation took them with it.
    for (prompts, is_small) in [(SMALL - 1, true), (SMALL, false)] {
        let mut machine = started();
        let captured = captured_prompts(&mut machine, prompts);
        end(&mut machine);
        assert_eq!(machine.stats().segments_pooled, 0);
        assert_eq!(machine.is_idle_and_small(), is_small, "after {prompts}");
        drop(captured);
    }
}

#[test]
fn a_machine_that_keeps_many_segments_is_not_small() {
    // They were left in two parts, neither of them so many.
    for (more, is_small) in [(SMALL / 2, true), (SMALL / 2 + 1, false)] {
        let mut machine = started();
        let captured = captured_prompts(&mut machine, SMALL / 2);
        (0..more).for_each(|_| install(&mut machine));
        (0..more).for_each(|_| leave(&mut machine));
        push(&mut machine, resumed(captured, 0));
        (0..SMALL / 2).for_each(|_| leave(&mut machine));
        end(&mut machine);
        assert_eq!(machine.stats().segments_pooled, SMALL / 2 + more);
        assert_eq!(machine.is_idle_and_small(), is_small, "after {more} more");
    }
}

#[test]
fn a_machine_that_let_go_of_much_at_once_is_not_small() {
    for (frames, is_small) in [(SMALL, true), (SMALL + 1, false)] {
        let mut machine = started();
        for _ in 1..frames {
            call(&mut machine, idle());
            let mode = continued(ending(&mut machine, 0));
            assert_eq!(step(&mut machine, mode).name(), ("NeedsPython", "GenSend"));
        }
        end(&mut machine);
        assert_eq!(machine.is_idle_and_small(), is_small, "after {frames}");
    }
}

#[test]
fn frames_are_pushed_and_popped_one_at_a_time() {
    let mut machine = started();
    assert_eq!(waiting(&machine), [0], "the running frame does not wait");
    call(&mut machine, idle());
    call(&mut machine, idle());
    assert_eq!(waiting(&machine), [2]);
    pop(&mut machine);
    assert_eq!(waiting(&machine), [1]);
    pop(&mut machine);
    assert_eq!(waiting(&machine), [0]);
    assert!(matches!(ending(&mut machine, 1), StepEvent::Done(_)));
}

#[test]
fn the_frame_below_is_the_one_that_called() {
    let mut machine = started();
    let first = machine.running().expect("a frame").generator.clone();
    call(&mut machine, idle());
    let second = machine.running().expect("a frame").generator.clone();
    call(&mut machine, idle());
    for caller in [second, first] {
        pop(&mut machine);
        let running = &machine.running().expect("a frame").generator;
        assert!(Rc::ptr_eq(running, &caller));
    }
}

#[test]
fn segments_are_pushed_with_a_prompt_and_popped_with_their_last_frame() {
    let mut machine = started();
    install(&mut machine);
    assert_eq!(
        kinds(&machine),
        [SegmentKind::Normal, SegmentKind::PromptBoundary]
    );
    assert_eq!(waiting(&machine), [1, 0]);
    assert_eq!(machine.handlers().count(), 1);
    pop(&mut machine);
    assert_eq!(kinds(&machine), [SegmentKind::Normal]);
    assert_eq!(waiting(&machine), [0]);
    assert_eq!(machine.handlers().count(), 0);
}

#[test]
fn an_error_walks_the_callers_through_prompts() {
    let mut machine = started();
    call(&mut machine, idle());
    install(&mut machine);
    call(&mut machine, idle());
    for left in [vec![2, 0], vec![1], vec![0]] {
        let error = PyCallOutcome::GenError(support::Object::new(9));
        let mode = receive(&mut machine, error);
        let event = step(&mut machine, mode);
        assert_eq!(event.name(), ("NeedsPython", "GenThrow"));
        assert_eq!(waiting(&machine), left);
    }
}

#[test]
fn what_ends_is_queued_for_the_driver() {
    let mut machine = started();
    install(&mut machine);
    assert!(!machine.has_released());
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(1)));
    assert!(machine.has_released());
    let mode = continued(step(&mut machine, mode));
    let latest = machine.take_released();
    assert!(matches!(latest, Some(Released::Handler(_))));
    let first = machine.take_released();
    assert!(matches!(first, Some(Released::Frame(_))));
    assert!(machine.take_released().is_none());
    assert!(!machine.has_released());
    drop(mode);
}

#[test]
fn a_finished_frame_is_taken_off_the_innermost_segment() {
    let mut machine = started();
    let first = machine.running().expect("a frame").generator.clone();
    call(&mut machine, idle());
    let second = machine.running().expect("a frame").generator.clone();
    let ended = machine.finish_frame().expect("the running one");
    assert!(Rc::ptr_eq(&ended.generator, &second));
    assert!(machine.running().is_none());
    let ended = machine.finish_frame().expect("the one that waited");
    assert!(Rc::ptr_eq(&ended.generator, &first));
    assert!(machine.finish_frame().is_none());
    assert!(!machine.has_released(), "the driver has them");
}

#[test]
fn no_frame_is_finished_beyond_the_innermost_segment() {
    let mut machine = started();
    install(&mut machine);
    assert!(machine.finish_frame().is_some());
    assert!(machine.finish_frame().is_none());
    assert_eq!(waiting(&machine), [1, 0]);
}

#[test]
fn a_capture_takes_the_segments_and_a_resume_puts_them_back() {
    let mut machine = started();
    call(&mut machine, idle());
    install(&mut machine);
    install_named(&mut machine, 0, several(0));
    call(&mut machine, idle());
    let performer = machine.running().expect("a frame").generator.clone();
    let before: Vec<_> = machine.segments().collect();
    assert_eq!(waiting(&machine), [2, 1, 1]);

    let captured = perform(&mut machine);
    assert_eq!(captured.depth(), 2);
    assert_eq!(waiting(&machine), [2]);
    assert!(machine.running().is_none());
    let held = captured.performer().expect("the performer");
    assert!(Rc::ptr_eq(&held.generator, &performer));

    let mode = continued(yielding(&mut machine, resumed(captured, 8)));
    let Mode::Deliver(sent) = mode else {
        panic!("the performer goes on")
    };
    assert_eq!(number(sent), 8);
    let running = &machine.running().expect("a frame").generator;
    assert!(Rc::ptr_eq(running, &performer));
    let after: Vec<_> = machine.segments().collect();
    assert_eq!(after, before);
}

#[test]
fn a_resume_puts_the_segments_on_top_of_whatever_is_there() {
    let (_, captured) = performing();
    let mut other = started();
    install(&mut other);
    let asking = other.running().expect("a frame").generator.clone();
    let mode = continued(yielding(&mut other, resumed(captured, 8)));
    assert_eq!(waiting(&other), [1, 1, 0]);
    assert_eq!(other.handlers().count(), 2);
    drop(mode);
    let event = step(&mut other, Mode::Deliver(value(0)));
    assert_eq!(event.name(), ("NeedsPython", "GenSend"));
    pop(&mut other);
    let running = &other.running().expect("a frame").generator;
    assert!(Rc::ptr_eq(running, &asking), "the result goes to who asked");
    assert_eq!(waiting(&other), [1, 0]);
}

#[test]
fn every_part_of_a_continuation_is_shown_innermost_first() {
    let mut machine = started();
    install(&mut machine);
    call(&mut machine, idle());
    install_named(&mut machine, 2, several(0));
    call(&mut machine, idle());
    call(&mut machine, idle());
    let captured = perform(&mut machine);
    let mut handlers = Vec::new();
    let all = captured.visit(|part| {
        handlers.push(match part {
            Part::Frame(_) => None,
            Part::Handler(handler) => Some(handler.name),
        });
        Ok::<(), ()>(())
    });
    assert_eq!(all, Ok(()));
    let expected = [None, None, None, Some(2), None, None, Some(0)];
    assert_eq!(handlers, expected);

    for stop in 1..=7 {
        let mut seen = 0;
        let result = captured.visit(|_| {
            seen += 1;
            if seen == stop { Err(seen) } else { Ok(()) }
        });
        assert_eq!((result, seen), (Err(stop), stop));
    }
}

#[test]
fn the_frames_of_a_continuation_come_out_innermost_first() {
    let mut machine = started();
    install(&mut machine);
    let mut frames = vec![machine.running().expect("a frame").generator.clone()];
    for _ in 0..2 {
        call(&mut machine, idle());
        frames.push(machine.running().expect("a frame").generator.clone());
        install_named(&mut machine, 0, several(0));
        frames.push(machine.running().expect("a frame").generator.clone());
    }
    let mut captured = perform(&mut machine);
    assert_eq!(captured.depth(), 3);
    while let Some(expected) = frames.pop() {
        let frame = captured.pop_frame().expect("as many as there were");
        assert!(Rc::ptr_eq(&frame.generator, &expected));
    }
    assert!(captured.pop_frame().is_none());
    assert_eq!(captured.depth(), 1);
}

#[test]
fn emptied_segments_are_dropped_with_their_handlers() {
    let before = live();
    let mut captured = {
        let mut machine = started();
        install(&mut machine);
        install(&mut machine);
        let event = yielding(&mut machine, support::driver::performed(EFFECT, 5));
        drop(event);
        let mut machine = started();
        install(&mut machine);
        for _ in 0..3 {
            install_named(&mut machine, 0, several(0));
        }
        perform(&mut machine)
    };
    // A body and a handler for each of four prompts.
    assert_eq!(live() - before, 8);
    while captured.pop_frame().is_some() {}
    assert_eq!(live() - before, 1, "the outermost handler is still there");
    drop(captured);
    assert_eq!(live(), before);
}

#[test]
fn left_segments_are_used_again() {
    let mut driver = Driver::default();
    let once = || handled(answering(1), 0, idle());
    let asks = (0..100).map(move |_| Ask::Call(once()));
    assert_eq!(driver.run(summing(asks)), Ok(0));
    let stats = driver.machine.stats();
    assert_eq!((stats.segments_live, stats.segments_pooled), (1, 1));
}

#[test]
fn a_used_again_segment_is_as_good_as_new() {
    let mut machine = started();
    install(&mut machine);
    let first = machine.segments().last().expect("the prompt's");
    pop(&mut machine);
    assert_eq!(machine.stats().segments_pooled, 1);
    install(&mut machine);
    assert_eq!(machine.stats().segments_pooled, 0);
    let second = machine.segments().last().expect("the prompt's");
    assert_eq!(second.id, first.id);
    assert_ne!(second.marker, first.marker);
    assert_eq!(second.waiting, 0);
}

#[test]
fn captured_segments_are_used_again_once_they_are_left() {
    // Each effect passes two prompts; nothing grows with the number of effects.
    let effects = support::perform(1000, EFFECT);
    let inner = summing([Ask::WithHandler(answering(-1), several(0), effects)]);
    let mut driver = Driver::default();
    assert_eq!(driver.run(handled(answering(2), EFFECT.0, inner)), Ok(2000));
    let stats = driver.machine.stats();
    assert_eq!((stats.segments_live, stats.segments_pooled), (1, 2));
    assert_eq!(stats.dispatches, 1000);
}

#[test]
fn a_continuation_moves_with_all_its_prompts() {
    // The effect passes a prompt on its way out, whose handler must answer again after the resume.
    let inner = handled(
        answering(1),
        7,
        summing([Ask::Perform(EFFECT), Ask::Perform(support::EffectType(7))]),
    );
    assert_eq!(run(handled(answering(20), EFFECT.0, inner)), Ok(21));
}

#[test]
fn an_abandoned_continuation_keeps_its_frames_until_it_is_closed() {
    let seen: Rc<RefCell<Option<K>>> = Rc::default();
    let storing = {
        let seen = seen.clone();
        handler(move |_, k| {
            *seen.borrow_mut() = Some(k.clone());
            Clause::Return(0)
        })
    };
    let caller = summing([Ask::Call(support::perform(1, EFFECT))]);
    let inner = handled(answering(1), 7, caller);
    assert_eq!(run(handled(storing, EFFECT.0, inner)), Ok(0));
    let k = seen.take().expect("stored");
    let mut captured = k.take().expect("unused");
    assert_eq!(captured.depth(), 2);
    // The performer, its caller, and the program that installed the inner prompt.
    let frames = std::iter::from_fn(|| captured.pop_frame()).count();
    assert_eq!(frames, 3);
}

#[test]
fn nothing_of_the_host_is_left_behind() {
    let before = live();
    let passing = handler(|_, _| Clause::Body(summing([Ask::Pass(None, EFFECT)])));
    let inner = handled(passing, EFFECT.0, support::perform(50, EFFECT));
    assert_eq!(run(handled(answering(1), EFFECT.0, inner)), Ok(50));
    let dropping = handler(|_, _| Clause::Return(0));
    let abandoned = handled(
        dropping,
        EFFECT.0,
        handled(answering(1), 7, support::perform(1, EFFECT)),
    );
    assert_eq!(run(abandoned), Ok(0));
    assert_eq!(live(), before);
}

#[test]
fn a_deep_stack_lives_on_the_heap() {
    fn nest(depth: usize) -> Body {
        let mut next = (depth > 0).then(|| depth - 1);
        body(move |sent| match (next.take(), sent) {
            (Some(depth), Ok(_)) => Act::Yield(Ask::Call(nest(depth))),
            (None, Ok(value)) => Act::Return(value + 1),
            (_, Err(error)) => Act::Raise(error),
        })
    }
    assert_eq!(run(nest(100_000)), Ok(100_001));
}

#[test]
fn many_prompts_are_searched_and_moved() {
    let program = under(1000, support::perform(2, EFFECT));
    assert_eq!(run(handled(answering(3), EFFECT.0, program)), Ok(6));
}

#[test]
fn handlers_are_listed_innermost_first() {
    let mut machine = started();
    for name in 1..=3 {
        install_named(&mut machine, name, AcceptSet(EFFECT.0));
    }
    let names: Vec<i64> = machine.handlers().map(|handler| handler.name).collect();
    assert_eq!(names, [3, 2, 1]);
}
