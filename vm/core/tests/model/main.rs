//! The machine against a model of what programs mean: random programs must come to the same result
//! by the same events. `PROPTEST_CASES` says how many; 256 otherwise.

mod machine;
mod program;
#[path = "../support/mod.rs"]
mod support;
mod tree;

use std::cell::Cell;
use std::thread;

use doeff_vm_core::DispatchId;
use proptest::prop_assert_eq;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

use program::Program;

/// The model recurses natively, once or more for each event.
const STACK: usize = 1 << 30;

/// What the programs did, all together.
#[derive(Default)]
struct Totals {
    programs: Cell<u64>,
    answers: Cell<u64>,
    steps: Cell<u64>,
    dispatches: Cell<u64>,
    calls: Cell<u64>,
}

fn add(total: &Cell<u64>, more: u64) {
    total.set(total.get() + more);
}

fn agree(program: &Program, totals: &Totals) -> TestCaseResult {
    let before = support::live();
    let found = machine::run(program);
    prop_assert_eq!(
        support::live(),
        before,
        "nothing of the host is left behind"
    );
    let expected = tree::run(program);
    prop_assert_eq!(&found.log, &expected.log);
    prop_assert_eq!(found.result, expected.result);
    let called: Vec<DispatchId> = expected.called.into_iter().map(Into::into).collect();
    prop_assert_eq!(&found.called, &called);
    prop_assert_eq!(found.dispatches, u64::from(expected.dispatches));
    add(&totals.programs, 1);
    add(&totals.answers, u64::from(found.result.is_ok()));
    add(&totals.steps, found.steps);
    add(&totals.dispatches, found.dispatches);
    add(&totals.calls, found.called.len() as u64);
    Ok(())
}

#[test]
fn the_machine_agrees_with_the_model() {
    let compare = || {
        let config = Config {
            failure_persistence: None,
            ..Config::default()
        };
        let totals = Totals::default();
        let mut runner = TestRunner::new(config);
        let result = runner.run(&program::program(), |program| agree(&program, &totals));
        if let Err(failure) = result {
            panic!("{failure}");
        }
        totals
    };
    let comparing = thread::Builder::new().stack_size(STACK).spawn(compare);
    let totals = comparing
        .expect("there is room for the stack")
        .join()
        .expect("the machine agrees with the model");

    // The programs are long enough to matter, and most come to an answer.
    let programs = totals.programs.get();
    let average = |total: &Cell<u64>| total.get() / programs;
    println!(
        "{programs} programs, {} answers; on average {} steps, {} dispatches, {} handler calls",
        totals.answers.get(),
        average(&totals.steps),
        average(&totals.dispatches),
        average(&totals.calls)
    );
    assert!(average(&totals.steps) >= 500);
    assert!(average(&totals.calls) >= 50);
    assert!(totals.answers.get() * 10 >= programs * 8);
}
