//! The records of memory: their schemas, how they are read, what they call a leak.

use std::path::Path;
use std::{env, fs};

use doeff_reports::allocations::{self, Build, Row, Run};
use doeff_reports::gate::{self, Exact as _};
use doeff_reports::refcounts::{self, Ending, Growth, Kind};
use doeff_reports::{Allocations, Engine, Mode, Params, Refcounts, Versions};
use serde_json::{Value, json};

fn build() -> Build {
    Build {
        versions: Versions {
            doeff_vm: "0.1.0".to_owned(),
            python: "3.11.7 (main)".to_owned(),
            python_prefix: "/usr".to_owned(),
            rustc: "rustc 1.95.0".to_owned(),
            git_revision: None,
        },
        libpython_sha256: "0123456789abcdef".repeat(4),
        debug_build: false,
    }
}

fn run(size: u64, mem: u64, obj: u64) -> Run {
    Run {
        size,
        operations: size,
        rust: 1,
        raw: 0,
        mem,
        obj,
        kept: 0,
        garbage: 0,
        peak: size.cast_signed() * 8 + 100,
    }
}

fn row(runs: Vec<Run>) -> Option<Row> {
    let params = Params::default();
    Row::of("resume_churn", params, Engine::VM, "effect", true, runs)
}

fn allocations() -> Allocations {
    let runs = vec![run(100, 7, 220), run(200, 9, 420), run(300, 10, 620)];
    Allocations {
        schema: allocations::Schema::V1,
        created: "2026-02-03T04:05:06Z".to_owned(),
        mode: Mode::Quick,
        build: build(),
        rows: vec![row(runs).expect("there are runs enough")],
        left_out: Vec::new(),
    }
}

fn growth(kind: Kind, object: &str, grown: [i64; 2]) -> Growth {
    Growth {
        kind,
        object: object.to_owned(),
        grown,
    }
}

fn refcounts() -> Refcounts {
    Refcounts {
        schema: refcounts::Schema::V1,
        created: "2026-02-03T04:05:06Z".to_owned(),
        mode: Mode::Quick,
        build: build(),
        rows: vec![refcounts::Row {
            workload: "resume_churn".to_owned(),
            params: Params::default(),
            engine: Engine::VM,
            size: 20,
            ending: Ending::Abandonment,
            runs: [4, 12],
            objects: vec![
                growth(Kind::Bytes, "bytes of Rust's allocator", [0, 0]),
                growth(Kind::Objects, "dict", [1, 0]),
                growth(Kind::Blocks, "sys.getallocatedblocks()", [0, 3]),
                growth(Kind::Objects, "list", [2, 2]),
            ],
            resident_bytes: 4096,
            failures: Vec::new(),
        }],
        left_out: Vec::new(),
        leaks: Vec::new(),
    }
    .judged()
}

#[test]
fn a_figure_is_the_slope_over_the_first_three_sizes() {
    let row = &allocations().rows[0];
    assert_eq!((row.from, row.to), (100, 300));
    assert_eq!((row.obj.per_operation, row.obj.exact), (2.0, true));
    assert_eq!((row.rust.per_operation, row.rust.exact), (0.0, true));
    assert_eq!((row.peak.per_operation, row.peak.exact), (8.0, true));
    // A list that grew twice, and then once.
    assert_eq!((row.mem.per_operation, row.mem.exact), (0.015, false));
    assert_eq!((row.mem.low, row.mem.high), (0.01, 0.02));
    assert!(!row.is_exact());
    assert!((row.requests() - 2.015).abs() < 1e-12);
}

#[test]
fn a_further_size_says_whether_it_is_exact_and_does_not_change_the_figure() {
    let quick = vec![run(100, 0, 220), run(200, 0, 420), run(300, 0, 620)];
    let full = |obj| [quick.clone(), vec![run(1_000, 0, obj)]].concat();
    let figure = |runs| row(runs).expect("there are runs enough").obj;
    assert_eq!(figure(full(2_020)), figure(quick.clone()));
    let grown = figure(full(2_720));
    assert_eq!((grown.per_operation, grown.exact), (2.0, false));
    assert_eq!((grown.low, grown.high), (2.0, 3.0));
}

#[test]
fn runs_that_do_not_differ_have_no_slope() {
    assert_eq!(row(vec![run(100, 0, 0)]), None);
    assert_eq!(row(vec![run(100, 0, 0), run(100, 0, 0)]), None);
    assert_eq!(row(Vec::new()), None);
}

#[test]
fn growth_in_both_batches_with_the_runs_is_a_leak_and_nothing_else() {
    let leaks = |grown| growth(Kind::Objects, "list", grown).is_leak();
    assert!(leaks([4, 12]) && leaks([1, 2]));
    // What is made once, in either batch; what every batch costs; what shrinks.
    assert!(!leaks([1, 0]) && !leaks([0, 5]) && !leaks([3, 3]) && !leaks([-1, -3]));
    let leak = growth(Kind::Objects, "list", [5, 13]);
    assert!((leak.per_run([4, 12]) - 1.0).abs() < 1e-12);
}

#[test]
fn a_leak_is_told_by_workload_engine_ending_object_and_growth() {
    assert_eq!(refcounts().leaks, [""; 0]);
    let mut record = refcounts();
    record.rows[0].objects = vec![
        growth(Kind::References, "ASK, an effect", [8, 24]),
        growth(Kind::Beyond, "the continuation", [4, 12]),
        growth(Kind::Objects, "generator", [4, 12]),
        growth(Kind::Stats, "segments_pooled", [4, 12]),
    ];
    record.rows[0].resident_bytes = refcounts::RESIDENT_BOUND + 1;
    record.rows[0].failures = vec!["the exit code was 134".to_owned()];
    let place = "resume_churn on vm, abandonment";
    assert_eq!(
        record.judged().leaks,
        [
            format!("{place}: references to ASK, an effect grow by 2.00 a run"),
            format!("{place}: references to the continuation after its end grow by 1.00 a run"),
            format!("{place}: objects of generator grow by 1.00 a run"),
            format!("{place}: segments_pooled of VM.stats() grow by 1.00 a run"),
            format!("{place}: the resident set grew by 33554433 bytes in all"),
            format!("{place}: the exit code was 134"),
        ]
    );
}

#[test]
fn endings_are_called_in_records_as_in_json() {
    for ending in Ending::WITHIN_A_PROCESS
        .into_iter()
        .chain([Ending::InterpreterExit])
    {
        assert_eq!(json!(ending), json!(ending.name()));
    }
}

fn written(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("the folder is writable");
    path
}

#[test]
fn records_are_written_and_read_back_and_contradictions_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    allocations().write(folder).expect("it is writable");
    refcounts().write(folder).expect("it is writable");
    let [first, second] = ["allocations.json", "refcounts.json"].map(|name| folder.join(name));
    assert_eq!(Allocations::read(&first).ok(), Some(allocations()));
    assert_eq!(Refcounts::read(&second).ok(), Some(refcounts()));

    let refused = |text: String| {
        let path = written(folder, "broken.json", &text);
        let first = Allocations::read(&path).map_err(|error| error.to_string());
        first.err().unwrap_or_default()
    };
    let mut record = allocations();
    record.rows[0].obj.per_operation = 1.0;
    let told = refused(record.to_json());
    assert!(
        told.contains("resume_churn on vm are not those of its runs"),
        "{told}"
    );
    let mut record = allocations();
    record.rows.push(record.rows[0].clone());
    assert!(refused(record.to_json()).contains("two rows for resume_churn on vm"));
    let other = allocations()
        .to_json()
        .replace("allocations/1", "allocations/2");
    assert!(refused(other).contains("doeff-vm/allocations/1"));

    let refused = |record: &Refcounts| {
        let path = written(folder, "broken.json", &record.to_json());
        Refcounts::read(&path)
            .expect_err("it contradicts itself")
            .to_string()
    };
    let mut record = refcounts();
    record.rows[0].objects[0].grown = [4, 12];
    assert!(refused(&record).contains("the leaks are not those of the rows"));
    let mut record = refcounts();
    record.rows[0].runs = [4, 4];
    assert!(refused(&record).contains("of 4 and 4 runs"));
}

fn check_schema(file: &str, schema: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, schema).expect("the file is writable");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        schema, committed,
        "{file} differs; UPDATE_SCHEMA=1 rewrites it"
    );
}

#[test]
fn the_committed_schemas_are_those_of_the_types_and_records_are_valid_under_them() {
    let schemas = [Allocations::json_schema(), Refcounts::json_schema()];
    check_schema("schema/allocations.schema.json", &schemas[0]);
    check_schema("schema/refcounts.schema.json", &schemas[1]);
    let records = [allocations().to_json(), refcounts().to_json()];
    for (schema, record) in schemas.iter().zip(&records) {
        let schema = serde_json::from_str(schema).expect("a schema is JSON");
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("the schema is valid");
        let mut record: Value = serde_json::from_str(record).expect("it is JSON");
        assert!(validator.is_valid(&record));
        record["created"] = json!("yesterday");
        assert!(!validator.is_valid(&record));
    }
}

#[test]
fn the_gate_takes_each_domain_and_each_ending() {
    let rows = allocations().rows();
    let figures = rows.iter().map(|row| (row.label.as_str(), row.value));
    let expected = [
        ("resume_churn, Rust", 0.0),
        ("resume_churn, Python, raw", 0.0),
        ("resume_churn, Python, mem", 0.015),
        ("resume_churn, Python, obj", 2.0),
    ];
    assert_eq!(figures.collect::<Vec<_>>(), expected);
    let kind = gate::Kind::Allocations;
    assert!(
        rows.iter()
            .all(|row| row.suite == "heap" && row.kind == kind)
    );

    let mut leaking = refcounts();
    assert_eq!(leaking.broken(), [""; 0]);
    assert_eq!(leaking.rows()[0].label, "resume_churn, abandonment");
    leaking.rows[0]
        .objects
        .push(growth(Kind::References, "the effect", [4, 12]));
    assert!(leaking.rows()[0].value > 0.5);
    assert!(leaking.broken()[0].contains("references to the effect grow by 1.00 a run"));
}
