//! Built-in handlers: asked like any other, answered by the driver without a capture.

mod support;

use doeff_vm_core::{AcceptSet, HandlerAction, HandlerKind, Mode, PyCallOutcome, Yielded};
use support::hand::{asking, continued, install, receive, started, step};
use support::{
    Act, Ask, Clause, Driver, FAIL, FAILED, GET, Object, PUT, RUN, UNHANDLED, body, catching,
    generator, handled, handler, number, perform, prompt, run, store, summing, value,
};

#[test]
fn what_is_put_is_got() {
    let effects = summing([
        Ask::Perform(GET),
        Ask::Perform(PUT),
        Ask::Perform(PUT),
        Ask::Perform(GET),
    ]);
    assert_eq!(run(handled(store(10), 0, effects)), Ok(22));
}

#[test]
fn a_built_in_handler_captures_nothing() {
    let mut driver = Driver::default();
    assert_eq!(driver.run(handled(store(1), 0, perform(10, GET))), Ok(10));
    assert!(driver.calls.is_empty());
    assert_eq!(driver.machine.stats().dispatches, 10);
}

#[test]
fn a_failing_operation_is_thrown_at_the_perform_site() {
    let program = |ask| handled(store(1), 0, catching(ask, |error| error * 10));
    assert_eq!(run(program(Ask::Perform(FAIL))), Ok(FAILED * 10));
    assert_eq!(run(handled(store(1), 0, perform(1, FAIL))), Err(FAILED));
}

#[test]
fn a_body_can_be_run_at_the_perform_site() {
    assert_eq!(run(handled(store(1), 0, perform(3, RUN))), Ok(21));
    let mut machine = asking(RUN);
    let run = HandlerAction::Run(generator(body(|_| Act::Return(7))));
    let mode = receive(&mut machine, PyCallOutcome::Action(run));
    let mode = continued(step(&mut machine, mode));
    assert!(matches!(mode, Mode::Deliver(doeff_vm_core::Value::Unit)));
    assert_eq!(
        machine.handlers().count(),
        1,
        "under the performer's handlers"
    );
    let waiting: Vec<_> = machine.segments().map(|segment| segment.waiting).collect();
    assert_eq!(waiting, [1, 1], "the performer waits for it");
}

#[test]
fn the_nearest_store_answers_alone() {
    let inner = handled(store(1), 0, perform(1, GET));
    assert_eq!(run(handled(store(50), 0, inner)), Ok(1));
}

#[test]
fn inv_09_a_handler_inside_intercepts_the_effects_of_a_built_in_one() {
    let doubling = handler(|effect, k| Clause::Tail(Ask::TailResume(k.clone(), effect * 2)));
    let inner = handled(
        doubling,
        GET.0,
        summing([Ask::Perform(GET), Ask::Perform(PUT)]),
    );
    assert_eq!(run(handled(store(1), 0, inner)), Ok(200));
    let silent = handler(|_, _| Clause::Return(-7));
    let outside = handled(store(1), 0, perform(1, GET));
    assert_eq!(
        run(handled(silent, 0, outside)),
        Ok(1),
        "but not one outside"
    );
}

#[test]
fn inv_09_without_its_handler_an_effect_of_a_built_in_one_is_unhandled() {
    for effect in [GET, PUT, RUN, FAIL] {
        assert_eq!(run(perform(1, effect)), Err(UNHANDLED));
        let elsewhere = summing([Ask::Call(handled(store(1), 0, perform(1, GET)))]);
        let program = summing([Ask::Call(elsewhere), Ask::Perform(effect)]);
        assert_eq!(run(program), Err(UNHANDLED), "and after it has gone");
    }
}

#[test]
fn a_clause_reaches_the_store_outside_its_prompt() {
    let reading = handler(|_, k| {
        let k = k.clone();
        Clause::Body(body(move |sent| match sent {
            Ok(0) => Act::Yield(Ask::Perform(GET)),
            Ok(value) => Act::Yield(Ask::TailResume(k.clone(), value + 1)),
            Err(error) => Act::Raise(error),
        }))
    });
    let hidden = handled(store(100), GET.0, perform(1, support::hand::EFFECT));
    let program = handled(reading, support::hand::EFFECT.0, hidden);
    assert_eq!(run(handled(store(4), 0, program)), Ok(5));
}

#[test]
fn a_captured_store_goes_on_where_its_continuation_does() {
    // The effect crosses the store on its way out; what was put is still there after the resume.
    let crossing = summing([
        Ask::Perform(PUT),
        Ask::Perform(support::hand::EFFECT),
        Ask::Perform(PUT),
        Ask::Perform(GET),
    ]);
    let only = |effects: &[u32]| AcceptSet(effects[0]);
    let inner = summing([Ask::WithHandler(store(0), only(&[GET.0]), crossing)]);
    let inner = summing([Ask::WithHandler(store(9), only(&[PUT.0]), inner)]);
    let resuming = handler(|_, k| Clause::Body(summing([Ask::Resume(k.clone(), 30)])));
    assert_eq!(
        run(handled(resuming, support::hand::EFFECT.0, inner)),
        Ok(30)
    );
}

#[test]
fn the_machine_tells_which_handler_is_asked() {
    let mut machine = started();
    install(&mut machine);
    let outer = prompt(support::named_store(1, 0), AcceptSet(GET.0));
    let inner = prompt(support::named_store(2, 0), AcceptSet(PUT.0));
    assert_eq!(outer.kind, HandlerKind::Stdlib);
    for prompt in [outer, inner] {
        let body = generator(support::idle());
        support::hand::push(&mut machine, Yielded::WithHandler { prompt, body });
    }
    for (effect, name) in [(PUT, 2), (GET, 1), (PUT, 2)] {
        let performed = support::driver::performed(effect, 0);
        let event = support::hand::yielding(&mut machine, performed);
        assert_eq!(event.name(), ("NeedsPython", "CallStdlib"));
        let asked = machine.stdlib_handler().map(|handler| handler.name);
        assert_eq!(asked, Some(name));
        let answer = HandlerAction::Resume(value(3));
        let mode = receive(&mut machine, PyCallOutcome::Action(answer));
        assert!(machine.stdlib_handler().is_none(), "it has answered");
        let Mode::Deliver(sent) = mode else {
            panic!("the performer goes on")
        };
        assert_eq!(number(sent), 3);
        let event = step(&mut machine, Mode::Throw(Object::new(1)));
        assert_eq!(event.name(), ("NeedsPython", "GenThrow"));
    }
}

#[test]
fn callbacks_are_counted() {
    let mut machine = started();
    assert_eq!(machine.stats().callbacks, 0);
    let first = machine.begin_callback();
    let second = machine.begin_callback();
    assert_ne!(first, second);
    assert_eq!(machine.stats().callbacks, 2);
}
