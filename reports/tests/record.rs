//! Reading, writing and the JSON schema of records.

mod common;

use std::path::Path;
use std::{env, fs};

use doeff_reports::record::Inconsistency;
use doeff_reports::{Absence, Engine, Outcome, Params, RecordError, Report, WriteError, write};
use jsonschema::Validator;
use serde_json::{Value, json};

fn parse(record: &Value) -> Result<Report, RecordError> {
    Report::parse(&record.to_string(), Path::new("latest/report.json"))
}

fn as_json(report: &Report) -> Value {
    serde_json::to_value(report).expect("a record is JSON")
}

fn validator() -> Validator {
    let schema = serde_json::from_str(&Report::json_schema()).expect("the schema is JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is valid")
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, Report::json_schema()).expect("the schema is writable");
    }
    let committed =
        fs::read_to_string(&path).expect("the schema is readable; UPDATE_SCHEMA=1 writes it");
    assert_eq!(
        committed,
        Report::json_schema(),
        "UPDATE_SCHEMA=1 rewrites it"
    );
}

#[test]
fn a_record_is_valid_under_its_schema() {
    let record = as_json(&common::report());
    let errors: Vec<_> = validator()
        .iter_errors(&record)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(record["versions"]["git_revision"].is_null());
}

#[test]
fn what_is_no_record_is_invalid_under_the_schema() {
    let validator = validator();
    let changes: [fn(&mut Value); 6] = [
        |record| record["schema"] = json!("doeff-vm/report/1"),
        |record| record["mode"] = json!("slow"),
        |record| record["created"] = json!("yesterday"),
        |record| record["results"][0]["size"] = json!(-1),
        |record| record["results"][0]["slices"][0] = json!([0, 0, 0, 1, -5, 5]),
        |record| record["results"][0]["speed"] = json!(1),
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut record = as_json(&common::report());
        change(&mut record);
        assert!(!validator.is_valid(&record), "change {index}");
    }
}

#[test]
fn floats_read_back_to_the_same_value() {
    let mut report = common::empty();
    let values = [
        0.1 + 0.2,
        1.0 / 3.0,
        217.300_000_000_000_04,
        1e-7,
        123_456_789.123_456_79,
    ];
    for (round, value) in report.rounds.iter_mut().zip(values) {
        round.calibration_ns = value;
    }
    let back = Report::parse(&report.to_json(), Path::new("x")).expect("it was just written");
    assert_eq!(back, report);
}

#[test]
fn a_row_has_a_line_of_its_own_and_a_slice_is_an_array() {
    let text = common::report().to_json();
    let rows = text.lines().filter(|line| line.contains("\"slices\":[["));
    assert_eq!(rows.count(), common::report().results.len());
    assert!(text.contains("[0,0,10000,1,"), "{text}");
}

#[test]
fn figures_are_per_operation_and_pairs_are_of_the_same_round() {
    let none = Params::default();
    let mut vm = common::row("w", &none, 10, "vm", 300.0);
    let floor = common::row("w", &none, 10, "floor", 200.0);
    assert!(
        (vm.samples()[0] - 298.8).abs() < 1e-6,
        "0.4 % less in the first process"
    );
    let ratios = vm.ratios_to(&floor);
    assert_eq!(ratios.iter().map(Vec::len).collect::<Vec<_>>(), [4; 5]);
    assert!(
        ratios
            .iter()
            .flatten()
            .all(|ratio| (ratio - 1.5).abs() < 1e-6)
    );
    assert_eq!(vm.samples_by_process().concat(), vm.samples());
    // A slice without a counterpart is in no pair.
    vm.slices.remove(5);
    let ratios = vm.ratios_to(&floor);
    assert_eq!(
        ratios.iter().map(Vec::len).collect::<Vec<_>>(),
        [4, 3, 4, 4, 4]
    );
}

#[test]
fn an_unknown_schema_is_an_error_that_names_file_schema_and_cure() {
    let mut record = as_json(&common::report());
    record["schema"] = json!("doeff-vm/report/9");
    let error = parse(&record).expect_err("the schema is unknown");
    assert!(matches!(error, RecordError::Schema { .. }));
    assert_eq!(
        error.to_string(),
        "the record latest/report.json has the schema \"doeff-vm/report/9\", but this version reads \
         \"doeff-vm/report/2\"; read it with the version that wrote it, or run `cargo bench` to write a new one"
    );
    let error = parse(&json!({})).expect_err("the schema is missing");
    assert!(
        error.to_string().contains("has the schema of no name"),
        "{error}"
    );
}

#[test]
fn broken_json_is_an_error_that_names_file_place_and_cure() {
    let path = Path::new("latest/report.json");
    let error =
        Report::parse("{\"schema\": \"doeff-vm/rep", path).expect_err("the text is cut off");
    assert!(matches!(error, RecordError::Broken { .. }));
    let text = error.to_string();
    assert!(
        text.contains("latest/report.json")
            && text.contains("line 1")
            && text.contains("cargo bench"),
        "{text}"
    );

    let mut record = as_json(&common::report());
    record["machine"]
        .as_object_mut()
        .expect("it is an object")
        .remove("cpu");
    let text = parse(&record).expect_err("a field is missing").to_string();
    assert!(text.contains("missing field `cpu`"), "{text}");
}

#[test]
fn a_missing_file_is_an_error_that_names_file_and_cure() {
    let error = Report::read(Path::new("nowhere/report.json")).expect_err("there is no such file");
    let text = error.to_string();
    assert!(
        text.contains("nowhere/report.json") && text.contains("cargo bench"),
        "{text}"
    );
}

#[test]
fn a_record_that_contradicts_itself_is_refused() {
    let mut twice = common::report();
    twice.results.push(twice.results[0].clone());
    assert_eq!(
        twice.check(),
        Err(Inconsistency::Duplicate(
            "resume_churn, size 1000000, engine floor".to_owned()
        ))
    );

    let mut unsampled = common::report();
    unsampled.results[0].slices.clear();
    assert!(matches!(unsampled.check(), Err(Inconsistency::Samples(..))));
    unsampled.complete = false;
    assert_eq!(unsampled.check(), Ok(()), "a run that was interrupted");

    let mut timeless = common::report();
    timeless.results[0].slices[0].ns = 0;
    assert!(matches!(timeless.check(), Err(Inconsistency::Samples(..))));
    timeless.results[0].outcome = Outcome::Failed {
        reason: "it ended".to_owned(),
    };
    assert_eq!(timeless.check(), Ok(()), "its times say nothing");

    let mut misplaced = common::report();
    misplaced.results[0].slices[0].process = 3;
    assert!(matches!(
        misplaced.check(),
        Err(Inconsistency::Round(_, 0, 3))
    ));

    let mut doubled = common::report();
    doubled.results[0].slices[1].round = 0;
    assert!(matches!(
        doubled.check(),
        Err(Inconsistency::TwoSlices(_, 0))
    ));

    let mut idle = common::report();
    idle.results[0].operations = 0;
    let error = parse(&as_json(&idle)).expect_err("there is nothing to divide by");
    assert!(
        error.to_string().contains("it has no operations"),
        "{error}"
    );
}

#[test]
fn what_did_not_run_is_told_in_a_line() {
    let whole = Absence::of_engine(Engine::GREENLET, "it cannot be installed");
    assert_eq!(whole.to_string(), "greenlet: it cannot be installed");
    let part = Absence {
        workload: Some("nested_handlers".to_owned()),
        parameter: Some("typed=true".to_owned()),
        above: Some(1_000),
        ..whole.clone()
    };
    assert_eq!(
        part.to_string(),
        "nested_handlers (typed=true) above n = 1,000 on greenlet: it cannot be installed"
    );
    let typed = common::params(json!({"depth": 4, "typed": true}));
    assert!(part.concerns("nested_handlers", &typed, 1_001));
    assert!(!part.concerns("nested_handlers", &typed, 1_000));
    assert!(!part.concerns("nested_handlers", &Params::default(), 1_001));
    assert!(!part.concerns("resume_churn", &typed, 1_001));
    assert!(whole.concerns("resume_churn", &Params::default(), 1));
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().join("reports/latest");
    let report = common::report();
    write(&report, &dir).expect("the folder is writable");
    write(&report, &dir).expect("files are replaced");
    let mut names: Vec<_> = fs::read_dir(&dir)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a plain name")
        })
        .collect();
    names.sort();
    assert_eq!(names, ["report.html", "report.json", "report.md"]);
    assert_eq!(
        Report::read(&dir.join("report.json")).expect("it was just written"),
        report
    );

    let before = fs::read(dir.join("report.json")).expect("it is readable");
    let mut bad = report.clone();
    bad.results[0].slices.clear();
    assert!(matches!(
        write(&bad, &dir),
        Err(WriteError::Inconsistent(_))
    ));
    assert_eq!(
        fs::read(dir.join("report.json")).expect("it is readable"),
        before
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("the folder is writable");
    let error = write(&common::report(), &file).expect_err("a file is no folder");
    assert!(error.to_string().contains("file"), "{error}");
    assert!(matches!(error, WriteError::Io { .. }));
}

#[test]
fn parameters_are_ordered_as_numbers_and_shown_as_pairs() {
    let mut all = [
        json!({"d": 16}),
        json!({"d": 4}),
        json!({}),
        json!({"d": 4, "typed": true}),
    ]
    .map(common::params);
    all.sort();
    assert_eq!(
        all.each_ref().map(ToString::to_string),
        ["", "d=4", "d=4, typed=true", "d=16"]
    );
    assert_eq!(
        common::params(json!({"kind": "a b"})).to_string(),
        "kind=a b"
    );
}

/// An error as programs print it: with all its causes.
fn printed(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        text = format!("{text}: {one}");
        cause = one.source();
    }
    text
}

#[test]
fn a_cause_is_printed_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("nowhere");
    let times = |text: &str, part: &str| text.matches(part).count();
    let absent = Report::read(&missing).expect_err("there is none");
    assert_eq!(
        times(&printed(&absent), "No such file"),
        1,
        "{}",
        printed(&absent)
    );
    let broken = Report::parse("{", &missing).expect_err("it is broken");
    assert_eq!(times(&printed(&broken), "EOF"), 1, "{}", printed(&broken));
    fs::write(&missing, "").expect("the folder is writable");
    let unwritable = write(&common::report(), &missing).expect_err("it is a file");
    assert_eq!(
        times(&printed(&unwritable), "exists"),
        2,
        "{}",
        printed(&unwritable)
    ); // once of them in the advice
    let mut twice = common::report();
    twice.results.push(twice.results[0].clone());
    let inconsistent = write(&twice, folder.path()).expect_err("a row is there twice");
    assert_eq!(
        times(&printed(&inconsistent), "two rows"),
        1,
        "{}",
        printed(&inconsistent)
    );
}

#[test]
fn a_folder_is_tried_before_a_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = folder.path().join("a/b");
    doeff_reports::check_writable(&new).expect("it can be made");
    let left = fs::read_dir(&new).expect("it is there");
    assert_eq!(left.count(), 0);
    let file = folder.path().join("file");
    fs::write(&file, "").expect("the folder is writable");
    let error = doeff_reports::check_writable(&file.join("c")).expect_err("it is a file");
    assert!(error.to_string().contains("cannot write"), "{error}");
}
