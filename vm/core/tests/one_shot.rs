//! One shot: the second use of a continuation is refused, whatever the two uses are, and changes
//! nothing else.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use support::{
    Act, Ask, Body, CONSUMED, Clause, EffectType, Handler, K, answering, body, catching, handled,
    handler, idle, perform, run, summing,
};

const FIRST: EffectType = EffectType(1);
const SECOND: EffectType = EffectType(2);
const OUTER: EffectType = EffectType(3);

type Use = fn(K) -> Ask;

const USES: [(&str, Use); 9] = [
    ("Resume", |k| Ask::Resume(k, 7)),
    ("ResumeThrow", |k| Ask::ResumeThrow(k, 7)),
    ("ResumeProgram", |k| Ask::ResumeProgram(k, answer())),
    ("TailResume", |k| Ask::TailResume(k, 7)),
    ("Transfer", |k| Ask::Transfer(k, 7)),
    ("TransferThrow", |k| Ask::TransferThrow(k, 7)),
    ("Delegate", |k| Ask::Delegate(Some(k), OUTER)),
    ("Pass", |k| Ask::Pass(Some(k), OUTER)),
    ("Decline", |k| Ask::Decline(Some(k), OUTER)),
];

fn answer() -> Body {
    body(|_| Act::Return(7))
}

/// Performs `FIRST`, whose answer or error is always 7.
fn performer() -> Body {
    catching(Ask::Perform(FIRST), |error| error)
}

/// A handler that keeps its continuation in `kept` and gives the clause of `act`.
fn keeping(kept: &Rc<RefCell<Option<K>>>, act: impl Fn(&K) -> Clause + 'static) -> Rc<Handler> {
    let kept = kept.clone();
    handler(move |_, k| {
        *kept.borrow_mut() = Some(k.clone());
        act(k)
    })
}

/// A handler whose clause uses the continuation that was kept, and resumes its own performer with
/// what came of it: an error times 1,000.
fn using(kept: &Rc<RefCell<Option<K>>>, again: Use) -> Rc<Handler> {
    let kept = kept.clone();
    handler(move |_, own| {
        let old = kept.borrow().clone().expect("it was kept");
        let (mut again, own) = (Some(again(old)), own.clone());
        Clause::Body(body(move |sent| match (again.take(), sent) {
            (Some(again), _) => Act::Yield(again),
            (None, Ok(value)) => Act::Yield(Ask::TailResume(own.clone(), value)),
            (None, Err(error)) => Act::Yield(Ask::TailResume(own.clone(), error * 1000)),
        }))
    })
}

/// Uses a continuation first in its own clause and then in another handler's.
fn both(first: impl Fn(&K) -> Clause + 'static, second: Use) -> Result<i64, i64> {
    let kept = Rc::default();
    let once = handled(keeping(&kept, first), FIRST.0, performer());
    let program = summing([Ask::Call(once), Ask::Perform(SECOND)]);
    let program = handled(using(&kept, second), SECOND.0, program);
    run(handled(answering(7), OUTER.0, program))
}

#[test]
fn inv_03_every_pair_of_uses_is_one_too_many() {
    for (first_name, first) in USES {
        for (second_name, second) in USES {
            let result = both(move |k| Clause::Body(summing([first(k.clone())])), second);
            let expected = Ok(7 + CONSUMED * 1000);
            assert_eq!(result, expected, "{second_name} after {first_name}");
        }
    }
}

#[test]
fn inv_03_the_tail_of_a_handler_call_is_a_use_too() {
    for (first_name, first) in USES {
        for (second_name, second) in USES {
            let result = both(move |k| Clause::Tail(first(k.clone())), second);
            let expected = Ok(7 + CONSUMED * 1000);
            assert_eq!(result, expected, "{second_name} after {first_name}");
        }
    }
}

#[test]
fn inv_03_a_failed_operation_has_used_its_continuation() {
    for (name, second) in USES {
        let expected = Ok(7 + CONSUMED * 1000);
        assert_eq!(both(|_| Clause::Raise(7), second), expected, "{name}");
        let clause = |_: &K| Clause::Body(body(|_| Act::Raise(7)));
        assert_eq!(both(clause, second), expected, "{name}");
    }
}

#[test]
fn inv_03_a_clause_that_goes_on_cannot_use_its_own_again() {
    for (first_name, first) in USES.into_iter().take(3) {
        for (second_name, second) in USES {
            let twice = handler(move |_, k| {
                let k = k.clone();
                let mut asks = [first(k.clone()), second(k)].into_iter();
                Clause::Body(body(move |sent| match (asks.next(), sent) {
                    (Some(ask), _) => Act::Yield(ask),
                    (None, Ok(_)) => Act::Return(-100),
                    (None, Err(error)) => Act::Return(error * 1000),
                }))
            });
            let program = handled(twice, FIRST.0, performer());
            let result = run(handled(answering(7), OUTER.0, program));
            assert_eq!(
                result,
                Ok(CONSUMED * 1000),
                "{second_name} after {first_name}"
            );
        }
    }
}

#[test]
fn a_kept_continuation_is_used_once_wherever_that_is() {
    // Abandoned by its own clause, used by another one: its result is that clause's.
    for (name, use_it) in USES {
        let kept = Rc::default();
        let once = handled(
            keeping(&kept, |_| Clause::Return(1)),
            FIRST.0,
            summing([Ask::Call(performer())]),
        );
        let program = summing([Ask::Call(once), Ask::Perform(SECOND)]);
        let program = handled(using(&kept, use_it), SECOND.0, program);
        let result = run(handled(answering(7), OUTER.0, program));
        // A use that finishes the clause drops the clause's own continuation.
        let finishes = ["TailResume", "Transfer", "TransferThrow", "Pass", "Decline"];
        let expected = if finishes.contains(&name) { 7 } else { 8 };
        assert_eq!(result, Ok(expected), "{name}");
        assert!(kept.borrow().as_ref().is_some_and(|k| k.borrow().is_none()));
    }
}

#[test]
fn a_continuation_may_be_used_on_another_machine_and_only_once_there_too() {
    let kept: Rc<RefCell<Option<K>>> = Rc::default();
    let once = handled(keeping(&kept, |_| Clause::Return(1)), FIRST.0, performer());
    assert_eq!(run(once), Ok(1));
    let k = kept.take().expect("it was kept");
    let resume = || summing([Ask::Resume(k.clone(), 5)]);
    assert_eq!(run(resume()), Ok(5));
    assert_eq!(run(resume()), Err(CONSUMED));
}

#[test]
fn a_refused_use_is_an_error_at_its_yield_and_nothing_more() {
    for (name, second) in USES {
        let kept = Rc::default();
        let resuming = keeping(&kept, |k| {
            Clause::Body(summing([Ask::Resume(k.clone(), 7)]))
        });
        let once = handled(resuming, FIRST.0, perform(1, FIRST));
        let program = summing([
            Ask::Call(once),
            Ask::Perform(SECOND),
            Ask::Perform(OUTER),
            Ask::Call(idle()),
        ]);
        let program = handled(using(&kept, second), SECOND.0, program);
        let result = run(handled(answering(20), OUTER.0, program));
        assert_eq!(result, Ok(27 + CONSUMED * 1000), "{name}");
    }
}
