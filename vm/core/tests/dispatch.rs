//! The search for a handler: matching by type, busy handlers, completion, the same dispatch going on,
//! and searches so long that they are paused.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::{
    AcceptSet, HandlerAction, Mode, PyCallOutcome, PythonCall, StepEvent, Yielded,
};
use support::driver::{delegated, performed, resumed};
use support::hand::{
    EFFECT, asking, continued, install, install_named, performing, push, receive, started, step,
    yielding,
};
use support::{
    Act, Ask, Body, CONSUMED, Clause, DECLINED, Driver, EffectType, Handler, K, MISSING, Object,
    TestEvent, UNHANDLED, answering, asked, body, catching, generator, handled, handler, idle,
    number, perform, prompt, run, several, store, summing, under, value,
};

const OTHER: EffectType = EffectType(6);

/// How many prompts one step looks at, or leaves, at most.
const BUDGET: usize = 8192;

// ---- matching by type -----------------------------------------------------------------------------

#[test]
fn the_nearest_accepting_prompt_answers() {
    let inner = || handled(answering(10), EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(handled(answering(20), EFFECT.0, inner())), Ok(10));
    let passed_over = handled(answering(10), OTHER.0, perform(1, EFFECT));
    assert_eq!(run(handled(answering(20), EFFECT.0, passed_over)), Ok(20));
}

#[test]
fn a_handler_accepts_all_one_or_several_types() {
    let types = [EFFECT, OTHER, EffectType(7)];
    let sets = [
        (AcceptSet::ALL, [true, true, true]),
        (AcceptSet(OTHER.0), [false, true, false]),
        (several(1 << 5 | 1 << 7), [true, false, true]),
        (several(0), [false, false, false]),
    ];
    for (set, accepted) in sets {
        for (effect, accepted) in types.into_iter().zip(accepted) {
            let program = summing([Ask::WithHandler(answering(1), set, perform(1, effect))]);
            let expected = if accepted { Ok(1) } else { Err(UNHANDLED) };
            assert_eq!(run(program), expected, "{effect:?} under {set:?}");
        }
    }
}

#[test]
fn a_search_asks_each_prompt_once_and_stops_at_the_first_that_accepts() {
    for (outside, between) in [(0, 0), (3, 0), (3, 4)] {
        let mut machine = started();
        (0..outside).for_each(|_| install(&mut machine));
        install(&mut machine);
        (0..between).for_each(|_| install_named(&mut machine, 0, several(0)));
        let before = asked();
        let event = yielding(&mut machine, performed(EFFECT, 5));
        assert_eq!(event.name(), ("NeedsPython", "CallHandler"));
        assert_eq!(asked() - before, between + 1);
    }
}

// ---- busy handlers --------------------------------------------------------------------------------

/// A handler whose clause performs the effect it handles, and resumes with one more.
fn again() -> Rc<Handler> {
    handler(|_, k| {
        let k = k.clone();
        Clause::Body(body(move |sent| match sent {
            Ok(0) => Act::Yield(Ask::Perform(EFFECT)),
            Ok(value) => Act::Yield(Ask::TailResume(k.clone(), value + 1)),
            Err(error) => Act::Raise(error),
        }))
    })
}

#[test]
fn a_busy_handler_never_sees_its_own_effects() {
    let alone = handled(again(), EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(alone), Err(UNHANDLED));
    let nested = handled(again(), EFFECT.0, perform(2, EFFECT));
    assert_eq!(run(handled(answering(5), EFFECT.0, nested)), Ok(12));
}

#[test]
fn nor_do_the_handlers_inside_a_busy_one() {
    let inner = handled(answering(100), OTHER.0, perform(1, EFFECT));
    let asks_other = handler(|_, k| {
        let k = k.clone();
        Clause::Body(body(move |sent| match sent {
            Ok(0) => Act::Yield(Ask::Perform(OTHER)),
            Ok(value) => Act::Yield(Ask::TailResume(k.clone(), value)),
            Err(error) => Act::Raise(error),
        }))
    });
    let program = handled(asks_other, EFFECT.0, inner);
    assert_eq!(run(handled(answering(3), OTHER.0, program)), Ok(3));
}

#[test]
fn a_prompt_is_busy_only_while_its_clause_runs() {
    // Two busy at once, and both answer again after the resumes.
    let program = handled(again(), EFFECT.0, perform(3, EFFECT));
    let program = handled(again(), EFFECT.0, program);
    assert_eq!(run(handled(answering(5), EFFECT.0, program)), Ok(21));
}

#[test]
fn handlers_that_a_clause_installs_see_its_effects() {
    let installing = handler(|_, k| {
        let mut k = Some(k.clone());
        let mut inner = Some(handled(answering(8), EFFECT.0, perform(1, EFFECT)));
        Clause::Body(body(move |sent| match (inner.take(), sent) {
            (Some(inner), _) => Act::Yield(Ask::Call(inner)),
            (None, Ok(value)) => match k.take() {
                Some(k) => Act::Yield(Ask::TailResume(k, value)),
                None => Act::Return(value),
            },
            (None, Err(error)) => Act::Raise(error),
        }))
    });
    assert_eq!(
        run(handled(installing, EFFECT.0, perform(1, EFFECT))),
        Ok(8)
    );
}

// ---- when a dispatch is over ----------------------------------------------------------------------

#[test]
fn a_dispatch_is_over_when_its_handler_has_the_continuation() {
    let (machine, captured) = performing();
    assert!(machine.dispatch().is_none());
    assert!(machine.stdlib_handler().is_none());
    assert_eq!(machine.stats().dispatches, 1);
    drop(captured);
}

#[test]
fn a_dispatch_goes_on_while_a_built_in_handler_is_asked() {
    let machine = asking(DECLINED);
    assert!(machine.dispatch().is_some());
    assert!(machine.stdlib_handler().is_some());
}

#[test]
fn a_dispatch_is_over_when_nobody_handles_the_effect() {
    let mut machine = started();
    let event = yielding(&mut machine, performed(EFFECT, 5));
    assert_eq!(event.name(), ("NeedsPython", "Unhandled"));
    assert!(machine.dispatch().is_none());
}

/// Whether the continuation of the first effect is left unused by a clause, and the result.
fn ending(clause: impl Fn(&K) -> Clause + 'static) -> (bool, Result<i64, i64>) {
    let seen: Rc<RefCell<Option<K>>> = Rc::default();
    let noting = {
        let seen = seen.clone();
        handler(move |_, k| {
            seen.borrow_mut().get_or_insert_with(|| k.clone());
            clause(k)
        })
    };
    let caught = catching(Ask::Perform(EFFECT), |error| error * 10);
    let program = handled(answering(7), OTHER.0, handled(noting, EFFECT.0, caught));
    let result = run(program);
    let k = seen.take().expect("the handler was called");
    let unused = k.borrow().is_some();
    (unused, result)
}

/// A clause that yields one ask.
fn asking_for(ask: fn(K) -> Ask) -> impl Fn(&K) -> Clause {
    move |k| Clause::Body(summing([ask(k.clone())]))
}

#[test]
fn only_a_clause_that_returns_leaves_its_continuation_unused() {
    type Ending = Box<dyn Fn(&K) -> Clause>;
    assert_eq!(ending(|_| Clause::Return(3)), (true, Ok(3)));
    assert_eq!(
        ending(|_| Clause::Body(body(|_| Act::Return(3)))),
        (true, Ok(3))
    );
    let used: [(Ending, i64); 12] = [
        (Box::new(|_| Clause::Raise(4)), 40),
        (Box::new(|_| Clause::Body(body(|_| Act::Raise(4)))), 40),
        (Box::new(|k| Clause::Tail(Ask::TailResume(k.clone(), 4))), 4),
        (Box::new(asking_for(|k| Ask::Resume(k, 4))), 4),
        (Box::new(asking_for(|k| Ask::TailResume(k, 4))), 4),
        (Box::new(asking_for(|k| Ask::Transfer(k, 4))), 4),
        (Box::new(asking_for(|k| Ask::ResumeThrow(k, 4))), 40),
        (Box::new(asking_for(|k| Ask::TransferThrow(k, 4))), 40),
        (Box::new(asking_for(|k| Ask::ResumeProgram(k, idle()))), 0),
        (Box::new(asking_for(|k| Ask::Delegate(Some(k), OTHER))), 7),
        (Box::new(asking_for(|_| Ask::Pass(None, OTHER))), 7),
        (Box::new(asking_for(|_| Ask::Pass(None, EFFECT))), -10),
    ];
    for (index, (clause, result)) in used.into_iter().enumerate() {
        assert_eq!(ending(clause), (false, Ok(result)), "ending {index}");
    }
}

#[test]
fn a_used_continuation_stays_used_whatever_the_clause_does() {
    let throws = |k: &K| {
        let mut asks = vec![Ask::Resume(k.clone(), 1)].into_iter();
        Clause::Body(body(move |sent| match (asks.next(), sent) {
            (Some(ask), _) => Act::Yield(ask),
            (None, Ok(_)) => Act::Raise(9),
            (None, Err(error)) => Act::Raise(error),
        }))
    };
    assert_eq!(ending(throws), (false, Err(9)), "past the perform site");
}

// ---- the same dispatch going on -------------------------------------------------------------------

#[test]
fn delegate_goes_on_in_the_same_dispatch_with_another_capture() {
    let mut machine = started();
    install_named(&mut machine, 1, AcceptSet::ALL);
    install_named(&mut machine, 2, AcceptSet::ALL);
    let first = support::hand::perform(&mut machine);
    assert_eq!(first.handler().map(|handler| handler.name), Some(2));
    let (dispatch, id) = (first.dispatch(), first.id());
    let mode = receive(&mut machine, clause());
    drop(step(&mut machine, mode));

    let event = yielding(&mut machine, delegated(first, OTHER, false));
    let StepEvent::NeedsPython(PythonCall::CallHandler { captured, effect }) = event else {
        panic!("the handler further out is asked")
    };
    assert_eq!(effect.0, i64::from(OTHER.0));
    assert_eq!(captured.dispatch(), dispatch);
    assert_ne!(captured.id(), id);
    assert_eq!(captured.handler().map(|handler| handler.name), Some(1));
    assert_eq!(captured.depth(), 2);
    assert_eq!(machine.stats().dispatches, 1);

    // The next effect is another dispatch.
    drop(machine.receive_python_result(PyCallOutcome::ClauseReturn(value(0))));
    let mut machine = started();
    install(&mut machine);
    let first = support::hand::perform(&mut machine);
    let earlier = first.dispatch();
    let event = yielding(&mut machine, resumed(first, 0));
    drop(step(&mut machine, continued(event)));
    assert_ne!(support::hand::perform(&mut machine).dispatch(), earlier);
}

fn clause() -> support::TestOutcome {
    let k = Rc::new(RefCell::new(None));
    PyCallOutcome::Clause(doeff_vm_core::Frame::clause(generator(idle()), k))
}

#[test]
fn pass_and_delegate_are_the_performers_dispatch_however_often() {
    let passing = || handler(|_, _| Clause::Body(summing([Ask::Pass(None, EFFECT)])));
    let delegating = || handler(|_, _| Clause::Body(summing([Ask::Delegate(None, EFFECT)])));
    let inner = handled(passing(), EFFECT.0, perform(2, EFFECT));
    let inner = handled(delegating(), EFFECT.0, inner);
    let mut driver = Driver::default();
    let result = driver.run(handled(answering(4), EFFECT.0, inner));
    assert_eq!(result, Ok(8));
    let [first, .., last] = driver.calls[..] else {
        panic!("six calls, not {:?}", driver.calls)
    };
    assert_eq!(driver.calls, [first, first, first, last, last, last]);
    assert_ne!(first, last);
    assert_eq!(driver.machine.stats().dispatches, 2);
}

#[test]
fn the_search_goes_on_outside_the_continuations_prompt() {
    let innermost = || handled(answering(50), OTHER.0, perform(1, EFFECT));
    let passing = || handler(|_, _| Clause::Body(summing([Ask::Pass(None, OTHER)])));
    let program = || handled(passing(), 0, innermost());
    assert_eq!(run(handled(answering(6), 0, program())), Ok(6));
    assert_eq!(run(program()), Err(UNHANDLED));
}

// ---- what a built-in handler declines -------------------------------------------------------------

#[test]
fn a_declined_effect_is_asked_of_those_further_out() {
    let declining = || handled(store(1), 0, perform(1, DECLINED));
    assert_eq!(run(declining()), Err(MISSING));
    assert_eq!(run(handled(store(2), 0, declining())), Err(MISSING));
    assert_eq!(run(handled(answering(6), 0, declining())), Ok(6));
    let passing = handler(|_, _| Clause::Body(summing([Ask::Pass(None, DECLINED)])));
    assert_eq!(run(handled(passing, 0, declining())), Err(UNHANDLED));
    let declined = handler(|_, _| Clause::Body(summing([Ask::Decline(None, EFFECT)])));
    assert_eq!(run(handled(declined, 0, perform(1, EFFECT))), Err(MISSING));
}

#[test]
fn an_effect_that_a_built_in_handler_lets_pass_is_not_declined() {
    let foreign = || handled(store(1), 0, perform(1, EFFECT));
    assert_eq!(run(foreign()), Err(UNHANDLED));
    assert_eq!(run(handled(answering(6), 0, foreign())), Ok(6));
    // A decline further in is remembered.
    let mut machine = started();
    for name in [1, 2] {
        let prompt = prompt(support::named_store(name, 0), AcceptSet::ALL);
        let body = generator(idle());
        push(&mut machine, Yielded::WithHandler { prompt, body });
    }
    let mut event = yielding(&mut machine, performed(DECLINED, 0));
    for declined in [true, false] {
        assert_eq!(event.name(), ("NeedsPython", "CallStdlib"));
        let effect = Object::new(0);
        let pass = HandlerAction::Pass { effect, declined };
        let mode = receive(&mut machine, PyCallOutcome::Action(pass));
        event = step(&mut machine, mode);
    }
    let StepEvent::NeedsPython(PythonCall::Unhandled { declined, .. }) = event else {
        panic!("nobody else is there")
    };
    assert!(declined);
}

#[test]
fn a_decline_is_forgotten_with_its_dispatch() {
    let twice = body({
        let mut turn = 0;
        move |sent| {
            turn += 1;
            match (turn, sent) {
                (1, _) => Act::Yield(Ask::Perform(DECLINED)),
                (2, Err(MISSING)) => Act::Yield(Ask::Perform(EFFECT)),
                (_, Ok(value)) => Act::Return(value),
                (_, Err(error)) => Act::Raise(error),
            }
        }
    });
    let program = summing([Ask::WithHandler(store(1), AcceptSet(DECLINED.0), twice)]);
    assert_eq!(run(program), Err(UNHANDLED));
}

fn declining(effect: Object) -> HandlerAction<support::TestHost> {
    let declined = true;
    HandlerAction::Pass { effect, declined }
}

#[test]
fn a_declining_handler_is_not_asked_again() {
    let mut machine = asking(DECLINED);
    let effect = Object::new(DECLINED.0.into());
    let pass = declining(effect);
    let mode = receive(&mut machine, PyCallOutcome::Action(pass));
    assert!(machine.dispatch().is_some());
    let event = step(&mut machine, mode);
    let StepEvent::NeedsPython(PythonCall::Unhandled { effect, declined }) = event else {
        panic!("nobody else is there")
    };
    assert_eq!((effect.0, declined), (DECLINED.0.into(), true));
}

// ---- long searches and long ways down -------------------------------------------------------------

/// What a machine does with an effect under so many prompts that do not accept it: how many pauses
/// there are, and what comes after them. No step looks at more prompts than it may.
fn searching(prompts: usize, accepting: bool) -> (usize, TestEvent) {
    let mut machine = started();
    if accepting {
        install(&mut machine);
    }
    (0..prompts).for_each(|_| install_named(&mut machine, 0, several(0)));
    let mut looked_at = asked();
    let mut event = yielding(&mut machine, performed(EFFECT, 5));
    let mut pauses = 0;
    while let StepEvent::Paused(mode) = event {
        assert_eq!(asked() - looked_at, BUDGET, "a pause comes when it is due");
        looked_at = asked();
        assert!(matches!(mode, Mode::HandleYield(Yielded::Search { .. })));
        assert!(machine.dispatch().is_some());
        assert!(machine.stdlib_handler().is_none());
        pauses += 1;
        event = step(&mut machine, mode);
    }
    (pauses, event)
}

#[test]
fn a_search_is_paused_beyond_its_budget() {
    for (prompts, expected) in [
        (BUDGET - 1, 0),
        (BUDGET, 0),
        (BUDGET + 1, 1),
        (2 * BUDGET, 1),
        (2 * BUDGET + 1, 2),
    ] {
        let (pauses, event) = searching(prompts, false);
        assert_eq!(pauses, expected, "{prompts} prompts");
        assert_eq!(event.name(), ("NeedsPython", "Unhandled"));
    }
}

#[test]
fn a_paused_search_finds_the_handler_beyond() {
    for (prompts, expected) in [(BUDGET - 1, 0), (BUDGET, 1), (3 * BUDGET, 3)] {
        let (pauses, event) = searching(prompts, true);
        assert_eq!(pauses, expected, "{prompts} prompts");
        let StepEvent::NeedsPython(PythonCall::CallHandler { captured, effect }) = event else {
            panic!("it is found")
        };
        assert_eq!((captured.depth(), effect.0), (prompts + 1, 5));
    }
}

#[test]
fn a_paused_search_remembers_a_decline() {
    let mut machine = started();
    (0..BUDGET + 10).for_each(|_| install_named(&mut machine, 0, several(0)));
    let prompt = prompt(store(5), AcceptSet::ALL);
    let body = generator(idle());
    push(&mut machine, Yielded::WithHandler { prompt, body });
    let event = yielding(&mut machine, performed(DECLINED, 0));
    assert_eq!(event.name(), ("NeedsPython", "CallStdlib"));
    let effect = Object::new(0);
    let pass = declining(effect);
    let mode = receive(&mut machine, PyCallOutcome::Action(pass));
    let StepEvent::Paused(mode) = step(&mut machine, mode) else {
        panic!("the way out is long")
    };
    let event = step(&mut machine, mode);
    let StepEvent::NeedsPython(PythonCall::Unhandled { declined, .. }) = event else {
        panic!("nobody else is there")
    };
    assert!(declined);
}

#[test]
fn the_type_of_a_paused_search_can_be_replaced() {
    let mut machine = started();
    assert!(machine.searched_type_mut().is_none());
    install(&mut machine);
    (0..BUDGET + 10).for_each(|_| install_named(&mut machine, 0, several(0)));
    let StepEvent::Paused(mode) = yielding(&mut machine, performed(OTHER, 0)) else {
        panic!("the way out is long")
    };
    let searched = machine.searched_type_mut().expect("a search is paused");
    assert_eq!(*searched, OTHER);
    *searched = EFFECT;
    let event = step(&mut machine, mode);
    assert_eq!(event.name(), ("NeedsPython", "CallHandler"));
}

#[test]
fn the_way_down_through_many_prompts_is_paused() {
    for (prompts, expected) in [
        (BUDGET - 1, 0),
        (BUDGET, 1),
        (BUDGET + 1, 1),
        (2 * BUDGET - 1, 1),
        (2 * BUDGET, 2),
    ] {
        for (outcome, name) in [
            (PyCallOutcome::GenReturn(value(4)), "Return"),
            (PyCallOutcome::GenError(Object::new(4)), "Throw"),
        ] {
            let mut machine = started();
            let waiting = machine.running().expect("it").generator.clone();
            // One prompt, and the others in its place: no frame waits between them.
            let prompts_at_once: Vec<_> = (0..prompts)
                .map(|_| prompt(handler(|_, _| Clause::Return(0)), several(0)))
                .collect();
            let install = Yielded::Install {
                prompts: prompts_at_once.into(),
                body: generator(idle()),
            };
            push(&mut machine, install);
            let mode = receive(&mut machine, outcome);
            let mut event = step(&mut machine, mode);
            let mut pauses = 0;
            while let StepEvent::Paused(mode) = event {
                assert_eq!(mode.name(), name);
                assert!(machine.running().is_none());
                pauses += 1;
                assert_eq!(machine.stats().segments_live, prompts + 1 - pauses * BUDGET);
                event = step(&mut machine, mode);
            }
            assert_eq!(pauses, expected, "{prompts} prompts");
            let running = machine.running().expect("who installed them");
            assert!(Rc::ptr_eq(&running.generator, &waiting));
            match event {
                StepEvent::Continue(Mode::Deliver(result)) => assert_eq!(number(result), 4),
                StepEvent::NeedsPython(PythonCall::GenThrow(error)) => assert_eq!(error.0, 4),
                other => panic!("expected the result or the error, got {other:?}"),
            }
        }
    }
}

#[test]
fn a_program_under_very_many_prompts_is_answered() {
    let mut driver = Driver::default();
    let deep: Body = under(3 * BUDGET, perform(2, EFFECT));
    let result = driver.run(handled(answering(3), EFFECT.0, deep));
    assert_eq!(result, Ok(6));
    assert_eq!(driver.pauses, 6, "three for each effect");
    let twice = handler(|_, k| {
        let (k, mut turn) = (k.clone(), 0);
        Clause::Body(body(move |sent| {
            turn += 1;
            match (turn, sent) {
                (1 | 2, Ok(_)) => Act::Yield(Ask::Resume(k.clone(), 1)),
                (_, Ok(value)) => Act::Return(value),
                (_, Err(error)) => Act::Raise(error),
            }
        }))
    });
    let deep = under(BUDGET, perform(1, EFFECT));
    assert_eq!(run(handled(twice, EFFECT.0, deep)), Err(CONSUMED));
}
