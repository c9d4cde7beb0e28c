//! Folders of records: what is absent, what is broken, and those that are kept.

mod common;

use std::fs;
use std::path::Path;

use common::story;
use doeff_reports::{Comparison, Engine, Folder, FolderError, Report, write};

fn lay(dir: &Path, folder: &Folder) {
    fs::create_dir_all(dir).expect("the folder is writable");
    fs::write(dir.join("report.json"), folder.report.to_json()).expect("it is writable");
    let write = |written: Result<(), doeff_reports::WriteError>| written.expect("it is writable");
    if let Some(allocations) = &folder.allocations {
        write(allocations.write(dir));
    }
    if let Some(refcounts) = &folder.refcounts {
        write(refcounts.write(dir));
    }
    if let Some(instructions) = &folder.instructions {
        write(instructions.write(dir));
    }
    if let Some(sweep) = &folder.sweep {
        write(sweep.write(dir));
    }
}

#[test]
fn everything_that_is_there_is_read() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let folder = story::folder();
    lay(dir.path(), &folder);
    let read = Folder::read(dir.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read, folder);
}

#[test]
fn only_the_times_must_be_there() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    assert!(matches!(
        Folder::read(dir.path()),
        Err(FolderError::Report(_))
    ));
    let bare = Folder::from(common::report());
    lay(dir.path(), &bare);
    assert_eq!(Folder::read(dir.path()).ok(), Some(bare));
}

#[test]
fn a_broken_record_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    lay(dir.path(), &Folder::from(common::report()));
    for name in [
        "instructions.json",
        "allocations.json",
        "refcounts.json",
        "sweep.json",
    ] {
        let path = dir.path().join(name);
        fs::write(&path, "{}").expect("it is writable");
        let error = Folder::read(dir.path()).expect_err("it is broken");
        assert!(matches!(error, FolderError::Counts(_)), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        fs::remove_file(path).expect("it is there");
    }
}

#[test]
fn the_record_is_written_even_where_what_lies_beside_it_is_broken() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("sweep.json"), "{}").expect("it is writable");
    let report = common::noisy().report;
    let error = write(&report, dir.path()).expect_err("it is broken");
    assert!(
        error.to_string().contains("report.json is written"),
        "{error}"
    );
    let read = Report::read(&dir.path().join("report.json")).expect("it was written");
    assert_eq!(read, report);
}

#[test]
fn kept_records_come_oldest_first_and_older_layouts_are_passed_over() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    assert!(
        Folder::history(&dir.path().join("none"))
            .expect("there is none")
            .is_empty()
    );
    for (name, created) in [("b", "2025-01-01T00:00:00Z"), ("a", "2026-01-01T00:00:00Z")] {
        let mut folder = common::noisy();
        created.clone_into(&mut folder.report.created);
        lay(&dir.path().join(name), &folder);
    }
    fs::create_dir(dir.path().join("empty")).expect("the folder is writable");
    let old = dir.path().join("old");
    fs::create_dir(&old).expect("the folder is writable");
    fs::write(
        old.join("report.json"),
        r#"{"schema": "doeff-vm/report/1"}"#,
    )
    .expect("it is writable");
    let history = Folder::history(dir.path()).unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<_> = history.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    fs::write(old.join("report.json"), "{").expect("it is writable");
    assert!(Folder::history(dir.path()).is_err());
}

#[test]
fn counts_stand_beside_the_times() {
    let comparison = Comparison::of_folder(&story::folder());
    let churn = comparison
        .groups
        .iter()
        .find(|group| group.workload == "resume_churn");
    let counts = &churn.expect("it ran").counts;
    let vm = counts.get(&Engine::VM).expect("it was counted");
    assert_eq!(
        (vm.instructions, vm.allocations, vm.bytes_kept),
        (Some(2_343.0), Some(2.0), Some(0.0))
    );
    let cesk = counts.get(&Engine::CESK).expect("it was counted");
    assert_eq!((cesk.instructions, cesk.allocations), (None, Some(57.0)));
    assert_eq!(counts.get(&Engine::CALL), None);
}
