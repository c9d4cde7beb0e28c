//! The page of small records, compared with files; `UPDATE_GOLDEN=1` rewrites them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Result;
use doeff_reports::{Absence, Engine, Mode, Outcome, Report};
use serde_json::Value;

use super::records::{Core, Heap, Read, Records};
use super::summary::Summary;
use super::{Ended, clear, markdown, workloads};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/ceilings/golden")
        .join(name)
}

fn read<T: Read>(name: &str) -> T {
    T::read(&golden(name)).unwrap_or_else(|error| panic!("{name}: {error:#}"))
}

/// All that is in the files; of the ceilings, one of a count, an allocation and a loop are broken.
fn records() -> Records {
    Records {
        instructions: Some(read("instructions.json")),
        core: Some(read("core.json")),
        heap: Some(read("heap.json")),
        times: Some(read("report.json")),
        failures: Vec::new(),
    }
}

/// The same where everything holds.
fn good() -> Records {
    let mut records = records();
    let mut counted = records.instructions.take().expect("it was read");
    counted.costs.retain(|cost| cost.workload != "resume_churn");
    records.instructions = Some(counted.judged());
    let core = records.core.as_mut().expect("it was read");
    core.rows.retain(|row| row.name == "tail_resume");
    let heap = records.heap.as_mut().expect("it was read");
    heap.growth.retain(|growth| growth.python == 0);
    records
}

/// The comparison, changed.
fn times(change: impl FnOnce(&mut Report)) -> Report {
    let mut times = read::<Report>("report.json");
    change(&mut times);
    times
}

fn wrong() -> Outcome {
    Outcome::Wrong {
        answer: "1".to_owned(),
        expected: "2".to_owned(),
    }
}

fn check(name: &str, rendered: &str) {
    let path = golden(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, rendered).expect("the golden file is writable");
    }
    let expected = fs::read_to_string(&path).expect("UPDATE_GOLDEN=1 writes it");
    assert_eq!(rendered, expected, "UPDATE_GOLDEN=1 rewrites {name}");
}

#[test]
fn the_page_shows_all_there_is() {
    let summary = Summary::of(Mode::Quick, &records());
    check("ceilings.md", &markdown::page(&summary));
    assert!(!summary.is_good());
}

#[test]
fn the_page_shows_what_is_there_when_measurements_failed() {
    let records = Records {
        heap: Some(read("heap.json")),
        failures: vec!["instructions and core: valgrind is not installed".to_owned()],
        ..Records::default()
    };
    let summary = Summary::of(Mode::Full, &records);
    check("ceilings_partial.md", &markdown::page(&summary));
    let only_times = Records {
        times: Some(read("report.json")),
        ..Records::default()
    };
    let timed = markdown::page(&Summary::of(Mode::Full, &only_times));
    assert!(timed.contains("| resume_churn "), "{timed}");
    let empty = markdown::page(&Summary::of(Mode::Full, &Records::default()));
    assert!(empty.contains("No ceiling was measured."), "{empty}");
}

#[test]
fn it_is_good_when_all_was_measured_and_holds() {
    let mut records = good();
    let summary = Summary::of(Mode::Quick, &records);
    assert!(summary.is_good(), "{summary:?}");
    records.failures.push("heap: it wrote no record".to_owned());
    assert!(!Summary::of(Mode::Quick, &records).is_good());
}

#[test]
fn a_ceiling_without_a_figure_and_a_wrong_answer_are_failures() {
    let mut records = good();
    records.times = Some(times(|times| times.results[0].outcome = wrong()));
    let counted = records.instructions.as_mut().expect("it is there");
    counted.costs[0].counts.clear();
    let failures = Summary::of(Mode::Quick, &records).failures;
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(failures[0].contains("builtin_effects (effect=modify): nothing to compare"));
    assert!(failures[1].contains("resume_churn"), "{failures:?}");
}

#[test]
fn a_missing_engine_is_told_once_and_is_no_failure() {
    let mut records = good();
    records.times = Some(times(|times| {
        times.results.retain(|row| row.engine.name() != "doeff-0.8");
        let absence = Absence::of_engine(Engine::DOEFF_0_8, "it cannot be installed");
        times.left_out = vec![absence];
    }));
    let summary = Summary::of(Mode::Quick, &records);
    let page = markdown::page(&summary);
    let line = "No time of doeff 0.8 for all: it cannot be installed.";
    assert_eq!(page.matches(line).count(), 1, "{page}");
    assert!(summary.is_good());
}

#[test]
fn the_data_have_the_figures_and_the_verdicts() {
    let text = Summary::of(Mode::Quick, &records()).to_json();
    let data: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(data["ceilings"]["measured"], 14);
    assert_eq!(data["ceilings"]["broken"].as_array().map(Vec::len), Some(3));
    let target = &data["targets"][2];
    assert_eq!(target["label"], "resume_churn");
    assert_eq!(target["verdict"], "broken");
    assert_eq!(target["times"]["size"], 2_000);
    assert_eq!(target["times"]["faster"], 10.0);
    assert_eq!(data["laws"][0]["verdict"], "holds");
}

#[test]
fn only_workloads_with_a_ceiling_are_timed() {
    let found: Vec<_> = workloads(&records()).into_iter().collect();
    assert_eq!(
        found,
        ["builtin_effects", "nested_handlers", "resume_churn"]
    );
    assert!(workloads(&Records::default()).is_empty());
}

fn kept<T: Read>(record: Result<T>, success: bool) -> (bool, Vec<String>) {
    let mut records = Records::default();
    let is_there = records.keep("bench", Ended { record, success }).is_some();
    (is_there, records.failures)
}

#[test]
fn a_run_may_fail_for_its_ceilings_alone() {
    assert_eq!(kept(Ok(read::<Heap>("heap.json")), false), (true, vec![]));
    assert_eq!(kept(Ok(read::<Core>("core.json")), false), (true, vec![]));
    let sound = kept(Ok(good().heap.expect("it is there")), false);
    assert_eq!((sound.0, sound.1.len()), (true, 1));
    let none = kept(Heap::read(&golden("none.json")), false);
    assert_eq!(
        none,
        (
            false,
            vec!["bench: it wrote no record: No such file or directory (os error 2)".to_owned()]
        )
    );
}

#[test]
fn what_an_earlier_run_wrote_is_removed_and_a_full_report_stays() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let latest = folder.path();
    clear(latest).expect("there is nothing to remove");
    fs::create_dir(latest.join("ceilings")).expect("the folder is writable");
    let files = [
        "instructions.md",
        "heap.json",
        "ceilings.md",
        "ceilings/report.json",
        "report.json",
    ];
    for name in files {
        fs::write(latest.join(name), name).expect("it is writable");
    }
    clear(latest).expect("all can be removed");
    let left = files.map(|name| latest.join(name).exists());
    assert_eq!(left, [false, false, false, false, true]);
}
