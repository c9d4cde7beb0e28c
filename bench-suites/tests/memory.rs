//! The heap figures are taken in a process of their own, with allocators of their own.

use std::path::Path;

use clap::Parser as _;
use doeff_bench_suites::memory::counter::Counting;
use doeff_bench_suites::memory::{Arguments, run};
use doeff_reports::{Allocations, Engine, Params};
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn every_figure_is_taken_and_adds_up() {
    let folder = tempfile::tempdir().expect("there is room");
    let output = folder.path().to_str().expect("is UTF-8");
    let arguments = [
        "heap",
        "--report-only",
        "--size",
        "8000",
        "--quick",
        "--workload",
        "resume_churn",
        "--workload",
        "builtin_effects",
        "--output",
        output,
    ];
    run(&Arguments::parse_from(arguments)).expect("it runs");

    let text = std::fs::read_to_string(folder.path().join("heap.json")).expect("is written");
    let report: Value = serde_json::from_str(&text).expect("is JSON");
    let list = |of: &Value, name: &str| of[name].as_array().expect("is a list").clone();
    let number = |of: &Value, name: &str| of[name].as_f64().expect("is a number");
    assert_eq!(list(&report, "structures").len(), 5);
    for structure in list(&report, "structures") {
        let blocks = list(&structure, "parts");
        let sum = |owner: &str| -> f64 {
            let parts = blocks.iter().filter(|part| part["owner"] == owner);
            parts.map(|part| number(part, "bytes")).sum()
        };
        // What was looked at block by block is what the counters say, but for what both sizes share.
        let python = number(&structure, "python_ours") + number(&structure, "python_own");
        assert!(
            (sum("ours") + sum("python") - python).abs() < 1.0,
            "{structure}"
        );
        assert!(
            sum("rust") <= number(&structure, "rust") + 1.0,
            "{structure}"
        );
        // A suspended generator is larger than its head.
        assert!(number(&structure, "python_own") > 100.0, "{structure}");
    }
    for growth in list(&report, "growth") {
        let grown = (growth["rust"].as_i64(), growth["python"].as_i64());
        assert_eq!(grown, (Some(0), Some(0)), "{growth}");
    }
    // Each clause and each called program is a generator, which CPython requests once.
    for requests in list(&report, "requests") {
        let generators = match requests["name"].as_str() {
            Some("tail_resume" | "program_call") => 1.0,
            _ => 0.0,
        };
        assert!(
            (number(&requests, "obj") - generators).abs() < 0.01,
            "{requests}"
        );
    }

    check_allocations(folder.path());
}

/// What an operation asks for can be told from the code of the workload.
#[expect(clippy::float_cmp)] // exact is what they are to be
fn check_allocations(folder: &Path) {
    let found = Allocations::read(&folder.join("allocations.json")).expect("it is sound");
    assert_eq!(found.rows.len(), 3 * 7);
    assert!(found.rows.iter().all(|row| row.repeats));
    let row = |workload, params: &[(&str, &str)], engine| {
        let params = params
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.into()));
        let params: Params = params.collect();
        found
            .row(workload, &params, &engine)
            .expect("it was run")
            .clone()
    };
    // The clause's generator, the counter of the loop and the sum; nothing of the machine's.
    let churn = row("resume_churn", &[], Engine::VM);
    assert!(churn.is_exact());
    let requests = [churn.rust, churn.raw, churn.mem, churn.obj];
    assert_eq!(
        requests.map(|figure| figure.per_operation),
        [0.0, 0.0, 0.0, 3.0]
    );
    let of_bytes = [churn.kept, churn.garbage, churn.peak];
    assert_eq!(of_bytes.map(|figure| figure.per_operation), [0.0; 3]);
    assert_eq!(row("resume_churn", &[], Engine::FLOOR).requests(), 3.0);
    assert!(row("resume_churn", &[], Engine::CESK).requests() > 10.0);
    // A log is a list, which grows by leaps, and all of it is alive at the end: eight bytes for a place in
    // it and 32 for an int, beside what the list has in store.
    let tell = row("builtin_effects", &[("effect", "tell")], Engine::VM);
    assert!(
        !tell.mem.exact && tell.mem.low > 0.0 && tell.mem.high < 0.1,
        "{tell:?}"
    );
    assert!(
        tell.peak.per_operation > 36.0 && tell.peak.per_operation < 45.0,
        "{tell:?}"
    );
}
