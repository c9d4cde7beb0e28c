//! The control primitives: what each does to the stack, and where results and errors go.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::{AcceptSet, Frame, Mode, PyCallOutcome, Yielded};
use support::driver::performed;
use support::hand::{EFFECT, call, continued, install, push, receive, started, step, yielding};
use support::{
    Act, Ask, Body, Clause, Driver, EffectType, Handler, K, PLACE, UNHANDLED, answering, body,
    catching, generator, handled, handler, idle, k, named_handler, perform, prompt, run, several,
    summing, value,
};

const OTHER: EffectType = EffectType(6);

/// A clause that yields one ask and returns its result or error times `factor`.
fn then(ask: Ask, factor: i64) -> Clause {
    let mut ask = Some(ask);
    Clause::Body(body(move |sent| match (ask.take(), sent) {
        (Some(ask), _) => Act::Yield(ask),
        (None, Ok(value) | Err(value)) => Act::Return(value * factor),
    }))
}

/// A body that notes each thing it is given.
fn noting(log: &Rc<RefCell<Vec<i64>>>, asks: Vec<Ask>, result: i64) -> Body {
    let (log, mut asks) = (log.clone(), asks.into_iter());
    body(move |sent| {
        log.borrow_mut().push(sent.unwrap_or_else(|error| -error));
        asks.next().map_or(Act::Return(result), Act::Yield)
    })
}

// ---- WithHandler and several prompts --------------------------------------------------------------

#[test]
fn with_handler_puts_a_prompt_with_its_own_segment_under_the_body() {
    let mut machine = started();
    let before = machine.stats().segments_live;
    let installed = prompt(named_handler(4, |_, _| Clause::Return(0)), several(1));
    let body = generator(idle());
    let yielded = Yielded::WithHandler {
        prompt: installed,
        body: body.clone(),
    };
    let mode = continued(yielding(&mut machine, yielded));
    assert_eq!(machine.stats().segments_live, before + 1);
    let names: Vec<_> = machine.handlers().map(|handler| handler.name).collect();
    assert_eq!(names, [4]);
    let running = machine.running().expect("the body");
    assert!(Rc::ptr_eq(&running.generator, &body));
    drop(mode);
}

#[test]
fn a_bodys_result_is_the_answer() {
    assert_eq!(
        run(handled(answering(1), 0, body(|_| Act::Return(4)))),
        Ok(4)
    );
    assert_eq!(
        run(handled(answering(1), 0, body(|_| Act::Raise(4)))),
        Err(4)
    );
}

#[test]
fn several_prompts_are_installed_innermost_first() {
    let mut machine = started();
    let prompts = [(1, EFFECT.0), (2, EFFECT.0), (3, OTHER.0)];
    let prompts = prompts.map(|(name, accepts)| {
        let handler = named_handler(name, |_, _| Clause::Return(0));
        prompt(handler, AcceptSet(accepts))
    });
    let install = Yielded::Install {
        prompts: prompts.into(),
        body: generator(idle()),
    };
    push(&mut machine, install);
    let names: Vec<_> = machine.handlers().map(|handler| handler.name).collect();
    assert_eq!(names, [1, 2, 3]);
    let captured = support::hand::perform(&mut machine);
    assert_eq!(captured.handler().map(|handler| handler.name), Some(1));
    let waiting: Vec<_> = machine.segments().map(|segment| segment.waiting).collect();
    assert_eq!(waiting, [1, 0, 0]);
}

#[test]
fn several_prompts_answer_as_nested_ones_do() {
    let nested = vec![
        (answering(1), AcceptSet(EFFECT.0)),
        (answering(20), AcceptSet(OTHER.0)),
        (answering(300), AcceptSet::ALL),
    ];
    let third = EffectType(7);
    let effects = summing([EFFECT, OTHER, third].map(Ask::Perform));
    let program = summing([Ask::Install(nested, effects), Ask::Value(1000)]);
    assert_eq!(run(program), Ok(1321));
    let none = summing([Ask::Install(Vec::new(), body(|_| Act::Return(4)))]);
    assert_eq!(run(none), Ok(4));
}

// ---- Resume ---------------------------------------------------------------------------------------

#[test]
fn resume_gives_the_clause_the_bodys_result() {
    let resuming = handler(|_, k| then(Ask::Resume(k.clone(), 5), 10));
    assert_eq!(run(handled(resuming, EFFECT.0, perform(1, EFFECT))), Ok(50));
}

#[test]
fn clauses_end_last_in_first_out() {
    let log: Rc<RefCell<Vec<i64>>> = Rc::default();
    let clauses = {
        let log = log.clone();
        handler(move |_, k| {
            let (log, mut k) = (log.clone(), Some(k.clone()));
            let number = i64::try_from(log.borrow().len()).expect("few") + 1;
            log.borrow_mut().push(number);
            Clause::Body(body(move |sent| match (sent, k.take()) {
                (Ok(_), Some(k)) => Act::Yield(Ask::Resume(k, 1)),
                (Ok(value), None) => {
                    log.borrow_mut().push(-number);
                    Act::Return(value * 10)
                }
                (Err(error), _) => Act::Raise(error),
            }))
        })
    };
    assert_eq!(
        run(handled(clauses, EFFECT.0, perform(3, EFFECT))),
        Ok(3000)
    );
    assert_eq!(*log.borrow(), [1, 2, 3, -3, -2, -1]);
}

#[test]
fn an_error_of_the_resumed_body_goes_to_the_clause() {
    let resuming = handler(|_, k| then(Ask::Resume(k.clone(), 5), 10));
    let failing = summing([Ask::Perform(EFFECT), Ask::Call(body(|_| Act::Raise(3)))]);
    assert_eq!(run(handled(resuming, EFFECT.0, failing)), Ok(30));
}

#[test]
fn tail_resumes_cost_no_stack() {
    let mut driver = Driver::default();
    let effects = 20_000;
    let deep = handled(answering(1), EFFECT.0, perform(effects, EFFECT));
    assert_eq!(driver.run(deep), Ok(20_000));
    let stats = driver.machine.stats();
    assert_eq!((stats.segments_live, stats.segments_pooled), (1, 1));

    // Half way, nothing but the program, the body and its prompt are there.
    let mut machine = started();
    install(&mut machine);
    for _ in 0..100 {
        let captured = support::hand::perform(&mut machine);
        let clause = Frame::clause(generator(idle()), k(captured));
        let mode = receive(&mut machine, PyCallOutcome::Clause(clause));
        drop(step(&mut machine, mode));
        let clause = machine.finish_frame().expect("the clause");
        let own = clause.k.expect("its continuation");
        let captured = own.take().expect("unused");
        let mode = continued(yielding(
            &mut machine,
            support::driver::resumed(captured, 1),
        ));
        drop(step(&mut machine, mode));
        let waiting: Vec<_> = machine.segments().map(|segment| segment.waiting).collect();
        assert_eq!(waiting, [1, 0]);
    }
}

#[test]
fn a_tail_resume_outside_a_clause_ends_that_frame() {
    let kept: Rc<RefCell<Option<K>>> = Rc::default();
    let program = handled(keeping(&kept), EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(program), Ok(1));
    let k = kept.take().expect("it was kept");
    let resuming = catching(Ask::TailResume(k, 5), |_| -100);
    assert_eq!(run(summing([Ask::Call(resuming), Ask::Value(10)])), Ok(15));
}

/// A handler that keeps its continuation and answers 1 in its place.
fn keeping(kept: &Rc<RefCell<Option<K>>>) -> Rc<Handler> {
    let kept = kept.clone();
    handler(move |_, k| {
        *kept.borrow_mut() = Some(k.clone());
        Clause::Return(1)
    })
}

// ---- ResumeThrow and a body at the perform site -----------------------------------------------------

#[test]
fn resume_throw_throws_at_the_perform_site() {
    let throwing = || handler(|_, k| then(Ask::ResumeThrow(k.clone(), 5), 10));
    let caught = catching(Ask::Perform(EFFECT), |error| error + 1);
    assert_eq!(run(handled(throwing(), EFFECT.0, caught)), Ok(60));
    let through = perform(1, EFFECT);
    assert_eq!(run(handled(throwing(), EFFECT.0, through)), Ok(50));
    let tail = handler(|_, k| then(Ask::TransferThrow(k.clone(), 5), 10));
    assert_eq!(run(handled(tail, EFFECT.0, perform(1, EFFECT))), Err(5));
}

#[test]
fn a_body_at_the_perform_site_is_under_the_performers_handlers() {
    let local = handler(|_, k| {
        let inner = summing([Ask::Perform(OTHER), Ask::Perform(OTHER)]);
        then(Ask::ResumeProgram(k.clone(), inner), 10)
    });
    let inside = handled(answering(4), OTHER.0, perform(1, EFFECT));
    let program = handled(local, EFFECT.0, inside);
    assert_eq!(run(handled(answering(100), OTHER.0, program)), Ok(80));
}

#[test]
fn an_error_of_a_body_at_the_perform_site_is_the_performers() {
    let local = handler(|_, k| {
        let inner = body(|_| Act::Raise(4));
        then(Ask::ResumeProgram(k.clone(), inner), 10)
    });
    let caught = catching(Ask::Perform(EFFECT), |error| error + 1);
    assert_eq!(run(handled(local, EFFECT.0, caught)), Ok(50));
}

// ---- Transfer -------------------------------------------------------------------------------------

#[test]
fn transfer_finishes_the_clause_first() {
    let log: Rc<RefCell<Vec<i64>>> = Rc::default();
    let transferring = {
        let log = log.clone();
        handler(move |_, k| Clause::Body(noting(&log, vec![Ask::Transfer(k.clone(), 5)], -1)))
    };
    assert_eq!(
        run(handled(transferring, EFFECT.0, perform(1, EFFECT))),
        Ok(5)
    );
    assert_eq!(*log.borrow(), [0], "it was started and never gone on with");
}

#[test]
fn transfer_finishes_the_programs_of_the_clause_too() {
    let log: Rc<RefCell<Vec<i64>>> = Rc::default();
    let transferring = {
        let log = log.clone();
        handler(move |_, k| {
            let innermost = noting(&log, vec![Ask::Transfer(k.clone(), 5)], -1);
            let called = noting(&log, vec![Ask::Call(innermost)], -2);
            Clause::Body(noting(&log, vec![Ask::Call(called)], -3))
        })
    };
    let program = handled(transferring, EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(summing([Ask::Call(program), Ask::Value(20)])), Ok(25));
    assert_eq!(*log.borrow(), [0, 0, 0]);
}

#[test]
fn what_a_transfer_comes_to_goes_where_the_clauses_result_would_have() {
    let kept: Rc<RefCell<Option<K>>> = Rc::default();
    let first = handled(
        keeping(&kept),
        EFFECT.0,
        summing([Ask::Perform(EFFECT), Ask::Value(10)]),
    );
    let switching = {
        let kept = kept.clone();
        handler(move |_, _| {
            let k = kept.take().expect("it was kept");
            then(Ask::Transfer(k, 5), 100)
        })
    };
    let second = handled(switching, OTHER.0, perform(1, OTHER));
    let program = summing([Ask::Call(first), Ask::Call(second), Ask::Value(1000)]);
    // The second clause's own performer is dropped with the clause.
    assert_eq!(run(program), Ok(1016));
}

#[test]
fn some_primitives_work_only_in_a_clause() {
    let kept: Rc<RefCell<Option<K>>> = Rc::default();
    let asks: [fn(K) -> Ask; 6] = [
        |k| Ask::Transfer(k, 1),
        |k| Ask::TransferThrow(k, 1),
        |k| Ask::Delegate(Some(k), EFFECT),
        |_| Ask::Delegate(None, EFFECT),
        |k| Ask::Pass(Some(k), EFFECT),
        |_| Ask::Pass(None, EFFECT),
    ];
    let program = handled(keeping(&kept), EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(program), Ok(1));
    let k = kept.take().expect("it was kept");
    for ask in asks {
        assert_eq!(run(summing([ask(k.clone())])), Err(PLACE));
        // A body under a prompt is not the clause that installed it.
        let inner = {
            let k = k.clone();
            handler(move |_, own| {
                let under = handled(answering(0), OTHER.0, summing([ask(k.clone())]));
                let refused = catching(Ask::Call(under), |error| error * 10);
                Clause::Body(summing([Ask::Call(refused), Ask::Resume(own.clone(), 1)]))
            })
        };
        let program = handled(inner, EFFECT.0, perform(1, EFFECT));
        assert_eq!(run(program), Ok(PLACE * 10 + 1));
    }
    assert!(k.borrow().is_some(), "what is refused changes nothing");
}

// ---- Delegate and Pass ----------------------------------------------------------------------------

#[test]
fn delegate_lets_an_outer_handler_answer_and_the_clause_waits() {
    let delegating = |to| handler(move |_, _| then(Ask::Delegate(None, to), 10));
    let inner = handled(delegating(EFFECT), EFFECT.0, perform(2, EFFECT));
    assert_eq!(run(handled(answering(4), EFFECT.0, inner)), Ok(800));
    let replaced = handled(delegating(OTHER), EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(handled(answering(4), OTHER.0, replaced)), Ok(40));
}

#[test]
fn pass_finishes_the_clause_first() {
    let passing = || handler(|_, k| then(Ask::Pass(Some(k.clone()), EFFECT), 10));
    let inner = handled(passing(), EFFECT.0, perform(2, EFFECT));
    assert_eq!(run(handled(answering(4), EFFECT.0, inner)), Ok(8));
    let nowhere = handled(passing(), EFFECT.0, perform(1, EFFECT));
    assert_eq!(run(nowhere), Err(UNHANDLED));
}

#[test]
fn what_nobody_further_out_handles_is_thrown_at_the_perform_site() {
    for ask in [Ask::Delegate, Ask::Pass] {
        let asking = handler(move |_, _| Clause::Body(summing([ask(None, OTHER)])));
        let caught = catching(Ask::Perform(EFFECT), |error| error * 10);
        assert_eq!(run(handled(asking, EFFECT.0, caught)), Ok(UNHANDLED * 10));
    }
}

#[test]
fn an_outer_handler_that_abandons_skips_the_clauses_that_delegated() {
    let log: Rc<RefCell<Vec<i64>>> = Rc::default();
    let delegating = {
        let log = log.clone();
        handler(move |_, _| Clause::Body(noting(&log, vec![Ask::Delegate(None, EFFECT)], -1)))
    };
    let inner = handled(delegating, EFFECT.0, perform(1, EFFECT));
    let abandoning = handler(|_, _| Clause::Return(9));
    assert_eq!(run(handled(abandoning, EFFECT.0, inner)), Ok(9));
    assert_eq!(*log.borrow(), [0]);
}

#[test]
fn another_continuations_effect_is_performed_at_its_perform_site() {
    // For the handlers outside the clause that passes it, not for those of the other's own.
    let kept: Rc<RefCell<Option<K>>> = Rc::default();
    let stored = handled(answering(100), OTHER.0, perform(1, EFFECT));
    let stored = handled(keeping(&kept), EFFECT.0, stored);
    let passing = {
        let kept = kept.clone();
        handler(move |_, _| {
            let k = kept.take().expect("it was kept");
            then(Ask::Pass(Some(k), OTHER), 1000)
        })
    };
    let second = handled(passing, OTHER.0, perform(1, OTHER));
    let program = summing([Ask::Call(stored), Ask::Call(second)]);
    assert_eq!(run(handled(answering(7), OTHER.0, program)), Ok(8));
}

// ---- TailCall -------------------------------------------------------------------------------------

#[test]
fn tail_calls_cost_no_stack() {
    fn count(left: i64) -> Body {
        body(move |_| {
            if left == 0 {
                Act::Return(7)
            } else {
                Act::Yield(Ask::TailCall(count(left - 1)))
            }
        })
    }
    assert_eq!(
        run(summing([Ask::Call(count(10_000)), Ask::Value(1)])),
        Ok(8)
    );
    let mut machine = started();
    call(&mut machine, idle());
    for _ in 0..10 {
        drop(machine.finish_frame());
        push(
            &mut machine,
            Yielded::TailCall(Frame::program(generator(idle()))),
        );
        let waiting: Vec<_> = machine.segments().map(|segment| segment.waiting).collect();
        assert_eq!(waiting, [1]);
    }
}

#[test]
fn the_tail_call_of_a_clause_is_the_clause() {
    let passing = handler(|_, _| {
        let tail = summing([Ask::Pass(None, EFFECT)]);
        Clause::Body(summing([Ask::TailCall(tail)]))
    });
    let inner = handled(passing, EFFECT.0, perform(2, EFFECT));
    assert_eq!(run(handled(answering(4), EFFECT.0, inner)), Ok(8));

    let failing = handler(|_, _| Clause::Body(summing([Ask::TailCall(body(|_| Act::Raise(3)))])));
    let caught = catching(Ask::Perform(EFFECT), |error| error * 10);
    assert_eq!(run(handled(failing, EFFECT.0, caught)), Ok(30));

    let returning =
        handler(|_, _| Clause::Body(summing([Ask::TailCall(body(|_| Act::Return(3)))])));
    assert_eq!(run(handled(returning, EFFECT.0, perform(1, EFFECT))), Ok(3));
}

// ---- whose continuation it is ---------------------------------------------------------------------

#[test]
fn the_clause_of_a_frame_is_the_nearest_one_in_its_segment() {
    let mut machine = started();
    assert!(machine.clause().is_none());
    install(&mut machine);
    let captured = support::hand::perform(&mut machine);
    assert!(machine.clause().is_none());
    let own = k(captured);
    let clause = Frame::clause(generator(idle()), own.clone());
    let mode = receive(&mut machine, PyCallOutcome::Clause(clause));
    drop(step(&mut machine, mode));
    let is_own = |found: Option<&K>| found.is_some_and(|found| Rc::ptr_eq(found, &own));
    assert!(is_own(machine.clause()));
    call(&mut machine, idle());
    call(&mut machine, idle());
    assert!(is_own(machine.clause()), "in the programs it calls");

    let second = k(support::hand::performing().1);
    let nested = Frame::clause(generator(idle()), second.clone());
    push(&mut machine, Yielded::TailCall(nested));
    let found = machine.clause().expect("a clause in a clause");
    assert!(Rc::ptr_eq(found, &second));
    install(&mut machine);
    assert!(machine.clause().is_none(), "up to the next prompt");
    let mode = receive(&mut machine, PyCallOutcome::GenReturn(value(0)));
    drop(step(&mut machine, mode));
    assert!(machine.clause().is_some());
}

#[test]
fn a_handler_call_that_asks_at_once_needs_no_clause() {
    type Make = fn(&K) -> Ask;
    let asks: [(Make, i64); 6] = [
        (|k| Ask::TailResume(k.clone(), 4), 8),
        (|k| Ask::Resume(k.clone(), 4), 8),
        (
            |k| Ask::ResumeProgram(k.clone(), body(|_| Act::Return(4))),
            8,
        ),
        (|k| Ask::Pass(Some(k.clone()), OTHER), 12),
        (|k| Ask::Delegate(Some(k.clone()), OTHER), 12),
        (|_| Ask::Value(4), 4),
    ];
    for (ask, expected) in asks {
        let at_once = handler(move |_, k| Clause::Tail(ask(k)));
        let program = handled(at_once, EFFECT.0, perform(2, EFFECT));
        assert_eq!(run(handled(answering(6), OTHER.0, program)), Ok(expected));
    }
}

#[test]
fn an_effect_at_once_is_performed_outside_the_prompt() {
    let mut machine = started();
    install(&mut machine);
    install(&mut machine);
    let first = support::hand::perform(&mut machine);
    let event = yielding(&mut machine, performed(EFFECT, 5));
    assert_eq!(event.name(), ("NeedsPython", "CallHandler"));
    assert_eq!(machine.handlers().count(), 0);
    assert_eq!(first.depth(), 1);
    let mode = receive(&mut machine, PyCallOutcome::ClauseReturn(value(1)));
    assert!(matches!(mode, Mode::Return(_)));
}
