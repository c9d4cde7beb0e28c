//! The heap figures are taken in a process of their own, with allocators of their own.

use clap::Parser as _;
use doeff_bench_suites::memory::counter::Counting;
use doeff_bench_suites::memory::{Arguments, run};
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
}
