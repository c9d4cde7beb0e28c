//! The rules of handling and of one-shot continuations, on the core alone.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use doeff_vm_core::AcceptSet;
use support::{
    Act, Ask, Body, CONSUMED, Clause, EffectType, Handler, K, UNHANDLED, body, handled, handler,
    live, run, summing,
};

const ASK: EffectType = EffectType(1);
const TELL: EffectType = EffectType(2);

fn perform(times: usize, effect: EffectType) -> Body {
    summing((0..times).map(move |_| Ask::Perform(effect)))
}

/// Answers with `answer` by a tail resume out of a clause with a body.
fn answering(answer: i64) -> Rc<Handler> {
    handler(move |_, k| Clause::Body(summing([Ask::TailResume(k.clone(), answer)])))
}

#[test]
fn rule_06_the_nearest_accepting_prompt_answers() {
    let inner = handled(answering(10), ASK.0, perform(1, ASK));
    assert_eq!(run(handled(answering(20), ASK.0, inner)), Ok(10));
    let passed_over = handled(answering(10), TELL.0, perform(1, ASK));
    assert_eq!(run(handled(answering(20), ASK.0, passed_over)), Ok(20));
}

#[test]
fn rule_07_a_clause_is_outside_its_own_prompt() {
    let again = handler(|_, k| {
        let k = k.clone();
        Clause::Body(body(move |sent| match sent {
            Ok(0) => Act::Yield(Ask::Perform(ASK)),
            Ok(value) => Act::Yield(Ask::TailResume(k.clone(), value + 1)),
            Err(error) => Act::Raise(error),
        }))
    });
    let program = handled(again.clone(), ASK.0, perform(1, ASK));
    assert_eq!(run(handled(answering(5), ASK.0, program)), Ok(6));
    assert_eq!(run(handled(again, ASK.0, perform(1, ASK))), Err(UNHANDLED));
}

#[test]
fn rule_10_an_unhandled_effect_can_be_caught_where_it_was_performed() {
    let catching = body(|sent| match sent {
        Ok(_) => Act::Yield(Ask::Perform(ASK)),
        Err(error) => Act::Return(error * 100),
    });
    assert_eq!(run(catching), Ok(UNHANDLED * 100));
}

#[test]
fn rule_11_a_clause_that_does_not_resume_answers_for_the_body() {
    let dropping = handler(|_, _| Clause::Return(42));
    assert_eq!(run(handled(dropping, ASK.0, perform(3, ASK))), Ok(42));
}

#[test]
fn rule_11_a_clause_that_raises_fails_the_operation() {
    let failing: [Rc<Handler>; 2] = [
        handler(|_, _| Clause::Raise(9)),
        handler(|_, _| Clause::Body(body(|_| Act::Raise(9)))),
    ];
    for failing in failing {
        let catching = body(|sent| match sent {
            Ok(0) => Act::Yield(Ask::Perform(ASK)),
            Ok(value) => Act::Return(value),
            Err(error) => Act::Return(error + 1),
        });
        assert_eq!(run(handled(failing, ASK.0, catching)), Ok(10));
    }
}

#[test]
fn rule_12_clauses_end_last_in_first_out() {
    let log: Rc<RefCell<Vec<i64>>> = Rc::default();
    let noting = {
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
    assert_eq!(run(handled(noting, ASK.0, perform(3, ASK))), Ok(3000));
    assert_eq!(*log.borrow(), [1, 2, 3, -3, -2, -1]);
}

#[test]
fn rule_16_a_passed_effect_is_answered_further_out() {
    let passing = handler(|_, k| Clause::Body(summing([Ask::Pass(k.clone(), ASK)])));
    let inner = handled(passing.clone(), ASK.0, perform(2, ASK));
    assert_eq!(run(handled(answering(4), ASK.0, inner)), Ok(8));
    let nowhere = handled(passing, ASK.0, perform(1, ASK));
    assert_eq!(run(nowhere), Err(UNHANDLED));
}

#[test]
fn rule_18_the_second_use_is_refused_and_changes_nothing() {
    let uses: [fn(K) -> Ask; 3] = [
        |k| Ask::Resume(k, 7),
        |k| Ask::TailResume(k, 7),
        |k| Ask::Pass(k, ASK),
    ];
    for second in uses {
        let twice = handler(move |_, k| {
            let k = k.clone();
            let mut turn = 0;
            Clause::Body(body(move |sent| {
                turn += 1;
                match (turn, sent) {
                    (1, _) => Act::Yield(Ask::Resume(k.clone(), 1)),
                    (2, _) => Act::Yield(second(k.clone())),
                    (_, Ok(_)) => Act::Return(-100),
                    (_, Err(error)) => Act::Return(error * 1000),
                }
            }))
        });
        let program = handled(twice, ASK.0, perform(1, ASK));
        assert_eq!(run(program), Ok(CONSUMED * 1000));
    }
}

#[test]
fn a_continuation_moves_with_all_its_prompts() {
    // The effect passes a prompt on its way out, whose handler must answer again after the resume.
    let inner = handled(
        answering(1),
        TELL.0,
        summing([Ask::Perform(ASK), Ask::Perform(TELL)]),
    );
    assert_eq!(run(handled(answering(20), ASK.0, inner)), Ok(21));
}

#[test]
fn an_abandoned_continuation_is_closed_innermost_first() {
    let seen: Rc<RefCell<Option<K>>> = Rc::default();
    let storing = {
        let seen = seen.clone();
        handler(move |_, k| {
            *seen.borrow_mut() = Some(k.clone());
            Clause::Return(0)
        })
    };
    let inner = handled(answering(1), TELL.0, summing([Ask::Call(perform(1, ASK))]));
    assert_eq!(run(handled(storing, ASK.0, inner)), Ok(0));
    let k = seen.take().expect("stored");
    let mut captured = k.take().expect("unused");
    assert_eq!(captured.depth(), 2);
    // The performer, its caller, and the program that installed the inner prompt.
    let mut frames = 0;
    while let Some(frame) = captured.pop_frame() {
        assert!(frame.k.is_none());
        frames += 1;
    }
    assert_eq!(frames, 3);
}

#[test]
fn nothing_of_the_host_is_left_behind() {
    let before = live();
    let passing = handler(|_, k| Clause::Body(summing([Ask::Pass(k.clone(), ASK)])));
    let inner = handled(passing, ASK.0, perform(50, ASK));
    assert_eq!(run(handled(answering(1), ASK.0, inner)), Ok(50));
    let dropping = handler(|_, _| Clause::Return(0));
    let abandoned = handled(
        dropping,
        ASK.0,
        handled(answering(1), TELL.0, perform(1, ASK)),
    );
    assert_eq!(run(abandoned), Ok(0));
    assert_eq!(live(), before);
}

#[test]
fn rule_03_a_deep_stack_lives_on_the_heap() {
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
    let mut program = perform(2, ASK);
    for _ in 0..1000 {
        program = summing([Ask::WithHandler(answering(-1), AcceptSet(TELL.0), program)]);
    }
    assert_eq!(run(handled(answering(3), ASK.0, program)), Ok(6));
}
