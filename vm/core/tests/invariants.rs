//! The invariants that hold whatever a program does. INV-3 is in `one_shot.rs`, INV-9 also in
//! `stdlib.rs`, INV-14 in `protocol.rs`.

mod support;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use doeff_vm_core::{AcceptSet, PyCallOutcome, StepEvent};
use support::{
    Act, Ask, Body, Clause, DECLINED, Driver, EffectType, FAIL, GET, Object, PUT, RUN, answering,
    body, catching, handled, handler, live, perform, run, several, stepping, store, summing, under,
};

const EFFECT: EffectType = EffectType(5);

/// A program that does everything a program can do, under several handlers.
fn everything() -> Body {
    let failing = || handled(handler(|_, _| Clause::Raise(3)), 0, perform(1, EFFECT));
    let abandoning = handled(handler(|_, _| Clause::Return(3)), 0, perform(1, EFFECT));
    let passing = handler(|_, _| Clause::Body(summing([Ask::Pass(None, EFFECT)])));
    let delegating = handler(|_, _| Clause::Body(summing([Ask::Delegate(None, EFFECT)])));
    let resuming = handler(|_, k| Clause::Body(summing([Ask::Resume(k.clone(), 2)])));
    let twice = handler(|_, k| {
        let asks = [Ask::Resume(k.clone(), 2), Ask::Resume(k.clone(), 2)];
        Clause::Body(summing(asks))
    });
    let throwing = handler(|_, k| Clause::Body(summing([Ask::TransferThrow(k.clone(), 4)])));
    let caught = |program| Ask::Call(catching(Ask::Call(program), |error| error));
    let built_in = [GET, PUT, RUN, FAIL, DECLINED];
    let built_in = built_in.map(|effect| caught(perform(1, effect)));
    let others = [
        caught(failing()),
        Ask::Call(abandoning),
        Ask::Call(handled(passing, EFFECT.0, perform(3, EFFECT))),
        Ask::Call(handled(delegating, EFFECT.0, perform(3, EFFECT))),
        Ask::Call(handled(resuming, EFFECT.0, perform(3, EFFECT))),
        caught(handled(twice, EFFECT.0, perform(2, EFFECT))),
        caught(handled(throwing, EFFECT.0, perform(2, EFFECT))),
        Ask::Call(under(20, perform(2, EFFECT))),
        Ask::Install(
            vec![(answering(1), AcceptSet::ALL), (store(1), several(0))],
            perform(2, EFFECT),
        ),
        Ask::TailCall(body(|_| Act::Return(1))),
    ];
    let asks: Vec<Ask> = built_in.into_iter().chain(others).collect();
    let program = handled(store(5), 0, handled(answering(2), EFFECT.0, summing(asks)));
    summing([Ask::Call(program)])
}

#[test]
fn inv_01_a_step_touches_and_drops_nothing_of_the_host() {
    // The objects themselves watch over it: see `support::Object`.
    let before = live();
    let mut driver = Driver::default();
    assert!(driver.run(everything()).is_ok());
    assert!(driver.machine.stats().steps > 100);
    drop(driver);
    assert_eq!(live(), before, "and nothing of it stays behind");
}

#[test]
fn inv_01_the_watch_is_kept() {
    let dropped = catch_unwind(AssertUnwindSafe(|| stepping(|| drop(Object::new(1)))));
    assert!(dropped.is_err());
    stepping(|| ());
    let object = Object::new(1);
    let touched = catch_unwind(AssertUnwindSafe(|| stepping(|| format!("{object:?}"))));
    assert!(touched.is_err());
    stepping(|| ());
    drop(object);
}

#[test]
fn inv_01_the_core_depends_on_nothing() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let manifest = manifest.expect("it is there");
    let sections: Vec<&str> = manifest
        .lines()
        .filter(|line| line.starts_with('['))
        .collect();
    assert!(!sections.is_empty());
    for section in sections {
        let foreign = section.contains("dependencies") && section != "[dev-dependencies]";
        assert!(!foreign, "{section}");
    }
}

#[test]
fn inv_01_what_ends_outside_a_step_is_the_drivers_to_drop() {
    let mut machine = support::hand::started();
    let outcome = PyCallOutcome::GenReturn(support::value(1));
    let mode = stepping(|| machine.receive_python_result(outcome)).expect("a fitting outcome");
    let event = stepping(|| machine.step(mode));
    assert!(matches!(event, StepEvent::Done(_)));
    assert!(machine.take_released().is_some());
    assert!(machine.take_released().is_none());
}

#[test]
fn inv_09_every_effect_is_a_dispatch() {
    let mut driver = Driver::default();
    let effects = [GET, PUT, RUN, FAIL, DECLINED, EFFECT, EffectType(9)];
    let caught = effects.map(|effect| Ask::Call(catching(Ask::Perform(effect), |_| 0)));
    let program = handled(store(1), GET.0, summing(caught));
    let program = handled(answering(1), EFFECT.0, program);
    assert!(driver.run(program).is_ok());
    assert_eq!(driver.machine.stats().dispatches, 7);
}

#[test]
fn inv_09_the_nearest_handler_gets_any_effect_before_those_outside() {
    for effect in [GET, PUT, RUN, FAIL, DECLINED, EFFECT] {
        let program = handled(answering(77), 0, perform(1, effect));
        assert_eq!(run(handled(store(1), GET.0, program)), Ok(77));
    }
}

#[test]
fn the_queue_of_released_objects_does_not_grow() {
    // The driver of these tests empties it after each step, as every driver has to.
    let mut driver = Driver::default();
    assert!(driver.run(everything()).is_ok());
    assert!(!driver.machine.has_released());
}
