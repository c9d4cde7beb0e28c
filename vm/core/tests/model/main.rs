//! The machine against a model of what programs mean: random programs must come to the same result
//! by the same events, whether the machine makes steps, direct transitions or some of both.
//! `PROPTEST_CASES` says how many; 256 otherwise.

mod machine;
mod program;
#[path = "../support/mod.rs"]
mod support;
mod tree;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::thread;

use doeff_vm_core::DispatchId;
use proptest::arbitrary::any;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use proptest::{prop_assert, prop_assert_eq};

use machine::Run;
use program::Program;
use support::Way;

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
    /// How often each direct transition was made (`true`) or refused.
    taken: RefCell<BTreeMap<(&'static str, bool), u64>>,
}

/// What the random programs make of direct transitions (`true`), or have refused: each of them.
const TAKEN: [(&str, bool); 24] = [
    ("a prompt is left", true),
    ("answered", true),
    ("ask_stdlib", true),
    ("begin_dispatch", true),
    ("call_program", true),
    ("capture_for", true),
    ("end_program", false),
    ("end_program", true),
    ("enter_clause", true),
    ("finish_running", true),
    ("install", true),
    ("nearest", false),
    ("nearest", true),
    ("pass", false),
    ("pass", true),
    ("resume", true),
    ("resume_tail", true),
    ("resume_tail after a handler call", true),
    ("return_to_waiting", false),
    ("return_to_waiting", true),
    ("start_directly", true),
    ("throw_to_waiting", false),
    ("throw_to_waiting", true),
    ("value_at_once", true),
];

fn add(total: &Cell<u64>, more: u64) {
    total.set(total.get() + more);
}

/// Runs the program by the machine, and expects nothing of the host to be left behind.
fn run(program: &Program, way: Way) -> Result<Run, TestCaseError> {
    let before = support::live();
    let run = machine::run(program, way);
    prop_assert_eq!(support::live(), before, "of the host's objects");
    Ok(run)
}

fn agree(program: &Program, seed: u64, totals: &Totals) -> TestCaseResult {
    let found = run(program, Way::Steps)?;
    let expected = tree::run(program);
    prop_assert_eq!(&found.log, &expected.log);
    prop_assert_eq!(found.result, expected.result);
    let called: Vec<DispatchId> = expected.called.into_iter().map(Into::into).collect();
    prop_assert_eq!(&found.called, &called);
    prop_assert_eq!(found.stats.dispatches, u64::from(expected.dispatches));
    prop_assert!(found.taken.is_empty());
    for way in [Way::Direct, Way::Mixed(seed)] {
        same(&run(program, way)?, &found, totals)?;
    }
    add(&totals.programs, 1);
    add(&totals.answers, u64::from(found.result.is_ok()));
    add(&totals.steps, found.stats.steps);
    add(&totals.dispatches, found.stats.dispatches);
    add(&totals.calls, found.called.len() as u64);
    Ok(())
}

/// Whether direct transitions came to the same as steps, and by the same way.
fn same(direct: &Run, steps: &Run, totals: &Totals) -> TestCaseResult {
    let calls = direct.trace.iter().zip(&steps.trace);
    for (call, (direct, steps)) in calls.enumerate() {
        prop_assert_eq!(direct, steps, "at call {}", call);
    }
    prop_assert_eq!(direct.trace.len(), steps.trace.len());
    prop_assert_eq!(&direct.log, &steps.log);
    prop_assert_eq!(direct.result, steps.result);
    prop_assert_eq!(&direct.called, &steps.called);
    prop_assert_eq!(direct.stats, steps.stats);
    for (&name, &times) in &direct.taken {
        *totals.taken.borrow_mut().entry(name).or_default() += times;
    }
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
        let cases = (program::program(), any::<u64>());
        let mut runner = TestRunner::new(config);
        let result = runner.run(&cases, |(program, seed)| agree(&program, seed, &totals));
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
    let taken = totals.taken.borrow();
    println!("direct transitions: {taken:?}");
    assert!(taken.keys().eq(&TAKEN), "{taken:?}");
}
