//! `cargo xtask report --publish`: makes a record the published one.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use doeff_reports::stats::noise::Grade;
use doeff_reports::{Folder, Mode, Report, markdown};
use serde_json::Value;

use crate::readme::{self, Part};
use crate::report::KEPT;

/// What is published beside the report, where it is there.
pub(crate) const BESIDE: [&str; 6] = [
    "ceilings.md",
    "ceilings.json",
    "instructions.md",
    "instructions.json",
    "core.json",
    "heap.json",
];

/// Further records that are copied; the ceilings have no part in them.
const FURTHER: [&str; 3] = ["allocations.json", "refcounts.json", "sweep.json"];

/// Copies the record in `from` to `reports/published` and puts its headline table into the README; says so, and which
/// of the records beside it are of another commit. One that is less than it should be is published only `anyway`.
pub(crate) fn publish(root: &Path, from: &Path, anyway: bool) -> Result<String> {
    let to = root.join("reports/published");
    let latest = from.join("report.json");
    let report = Report::read(&latest)?;
    if report.results.iter().any(|row| !row.answer_ok()) {
        bail!(
            "the record {} has wrong answers or failures; mend the engine that gave them and run `cargo bench` again",
            latest.display()
        );
    }
    let shortcomings = shortcomings(&report);
    if !anyway && !shortcomings.is_empty() {
        bail!(
            "the record {} is not one to publish: {}; --anyway publishes it as it is",
            latest.display(),
            shortcomings.join("; ")
        );
    }
    let path = root.join("README.md");
    let old =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let new = readme::with(&old, Part::Headline, &markdown::headline(&report))?;
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    // The published record may be published again, to be shown anew: a file copied to itself would be lost.
    let is_published = from.canonicalize().ok() == to.canonicalize().ok();
    for name in BESIDE.iter().chain(&FURTHER) {
        let source = from.join(name);
        if source.exists() && !is_published {
            fs::copy(&source, to.join(name))
                .with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    let history = Folder::history(&root.join(KEPT))?;
    let (folder, comparison) = doeff_reports::write_with_history(&report, &to, &history)?;
    let summary = markdown::summary(&folder, &comparison, None);
    let new = readme::with(&new, Part::Summary, &summary)?;
    fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))?;
    let mut told = format!(
        "published the {} run of {} to reports/published and README.md",
        report.mode, report.created
    );
    let others = of_other_commits(&report, from, &to)?;
    if !others.is_empty() {
        let commit = report.versions.git_revision.as_deref().unwrap_or("unknown");
        let _ = write!(
            told,
            "\nNOT of the commit of the times ({commit}): {}",
            others.join(", ")
        );
    }
    Ok(told)
}

/// What makes a record less than one to quote, each with the cure.
fn shortcomings(report: &Report) -> Vec<String> {
    let chosen = report.settings.narrowed_by();
    let revision = report.versions.git_revision.as_deref();
    let mut found = Vec::new();
    if !report.complete {
        found.push("its run was stopped, so let `cargo bench` come to its end".to_owned());
    }
    if report.mode == Mode::Quick {
        found.push("it is a quick run, so run `cargo bench` without --quick".to_owned());
    }
    if !chosen.is_empty() {
        let chosen: Vec<_> = chosen.into_iter().collect();
        found.push(format!(
            "it is of a part, so run `cargo bench` without {}",
            chosen.join(" and ")
        ));
    }
    if report.grade() == Some(Grade::D) {
        found.push("the machine was too noisy (grade D), so run it on a quiet one".to_owned());
    }
    if revision.is_some_and(|revision| revision.ends_with("-dirty")) {
        found.push("files differed from the commit, so commit them and run it again".to_owned());
    }
    found
}

/// The records beside the report that are of another commit, each with that, and whether they were there before.
fn of_other_commits(report: &Report, from: &Path, to: &Path) -> Result<Vec<String>> {
    let mut others = Vec::new();
    for name in BESIDE.iter().chain(&FURTHER) {
        let path = to.join(name);
        let is_record = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if !is_record || !path.exists() {
            continue;
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let record: Value = serde_json::from_str(&text).unwrap_or_default();
        let commit = commit(&record);
        if commit != report.versions.git_revision.as_deref() {
            let commit = commit.unwrap_or("unknown");
            let older = if from.join(name).exists() {
                ""
            } else {
                ", from before"
            };
            others.push(format!("{name} ({commit}{older})"));
        }
    }
    Ok(others)
}

/// The commit of a record, whatever its kind.
fn commit(record: &Value) -> Option<&str> {
    let places = [
        "/build/versions/git_revision",
        "/versions/git_revision",
        "/git_revision",
        "/head/revision",
    ];
    let mut found = places.iter().filter_map(|place| record.pointer(place));
    found.next()?.as_str()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use doeff_reports::Report;
    use serde_json::{Value, json};

    use super::publish;

    const README: &str =
        "# Title\n\n<!-- headline -->\n<!-- /headline -->\n<!-- summary -->\n<!-- /summary -->\n";

    fn record(answer_ok: bool) -> Value {
        let outcome = if answer_ok {
            json!({"right": {}})
        } else {
            json!({"wrong": {"answer": "1", "expected": "2"}})
        };
        let round = json!({
            "process": 0, "at_us": 0, "calibration_ns": 1e6, "steal": null, "throttled": null, "load": null,
        });
        let row = |engine| {
            json!({
                "workload": "resume_churn", "params": {}, "size": 100, "engine": engine,
                "operation": "effect", "operations": 100, "outcome": outcome, "warm_up": [],
                "slices": [[0, 0, 5, 1, 200, 200], [0, 1, 7, 1, 201, 201]],
            })
        };
        let results = ["vm", "floor", "cesk", "call"].map(row);
        json!({
            "schema": "doeff-vm/report/2",
            "created": "2026-02-03T04:05:06Z",
            "mode": "full",
            "machine": {"cpu": "a CPU", "cores": 2, "memory_bytes": 1, "os": "an OS",
                "kernel": "a kernel", "clock_resolution_ns": 1},
            "versions": {
                "doeff_vm": "0.1.0", "python": "3.11", "python_prefix": "/usr", "rustc": "rustc",
                "git_revision": null,
            },
            "provenance": {
                "libpython": null, "python_pgo": null, "python_lto": null, "wheel": null, "revisions": {},
            },
            "settings": {"seed": 7},
            "complete": true,
            "left_out": [],
            "rounds": [round, round],
            "results": results,
        })
    }

    fn try_publish(root: &Path) -> anyhow::Result<String> {
        publish(root, &root.join("reports/latest"), false)
    }

    fn lay(root: &Path, record: &Value) {
        fs::create_dir_all(root.join("reports/latest")).expect("the folder is writable");
        let write =
            |name: &str, text: &str| fs::write(root.join(name), text).expect("it is writable");
        write("reports/latest/report.json", &record.to_string());
        write("README.md", README);
    }

    #[test]
    fn the_record_is_copied_and_the_readme_shows_it() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), &record(true));
        try_publish(root.path()).unwrap_or_else(|error| panic!("{error:#}"));
        let published = root.path().join("reports/published");
        let copy = Report::read(&published.join("report.json")).expect("the copy is sound");
        let original = Report::read(&root.path().join("reports/latest/report.json"));
        assert_eq!(
            copy.to_json(),
            original.expect("it is still there").to_json()
        );
        assert!(published.join("report.md").exists() && published.join("report.html").exists());
        let readme = fs::read_to_string(root.path().join("README.md")).expect("it is still there");
        assert!(readme.contains("| resume_churn |"), "{readme}");
    }

    #[test]
    fn what_else_was_measured_is_copied_where_it_is_there() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), &record(true));
        let latest = root.path().join("reports/latest");
        for name in ["ceilings.md", "heap.json"] {
            fs::write(latest.join(name), name).expect("it is writable");
        }
        try_publish(root.path()).unwrap_or_else(|error| panic!("{error:#}"));
        let published = |name| fs::read_to_string(root.path().join("reports/published").join(name));
        assert_eq!(
            published("ceilings.md").ok().as_deref(),
            Some("ceilings.md")
        );
        assert_eq!(published("heap.json").ok().as_deref(), Some("heap.json"));
        assert!(published("core.json").is_err());
    }

    #[test]
    fn the_published_record_can_be_published_again() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), &record(true));
        let latest = root.path().join("reports/latest");
        fs::write(latest.join("ceilings.md"), "the ceilings").expect("it is writable");
        try_publish(root.path()).unwrap_or_else(|error| panic!("{error:#}"));
        let published = root.path().join("reports/latest/../published");
        publish(root.path(), &published, false).unwrap_or_else(|error| panic!("{error:#}"));
        let ceilings = fs::read_to_string(published.join("ceilings.md"));
        assert_eq!(ceilings.ok().as_deref(), Some("the ceilings"));
        assert!(Report::read(&published.join("report.json")).is_ok());
    }

    #[test]
    fn wrong_answers_are_not_published() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), &record(false));
        let error = try_publish(root.path()).expect_err("the answers are wrong");
        assert!(error.to_string().contains("wrong answers"), "{error}");
        assert!(!root.path().join("reports/published").exists());
        let readme = fs::read_to_string(root.path().join("README.md")).expect("it is still there");
        assert_eq!(readme, README);
    }

    #[test]
    fn what_is_less_than_it_should_be_is_not_published_but_anyway() {
        type Case = (fn(&mut Value), &'static str);
        let cases: [Case; 6] = [
            (|record| record["complete"] = json!(false), "was stopped"),
            (|record| record["mode"] = json!("quick"), "without --quick"),
            (
                |record| {
                    let words = ["--filter", "a", "--time", "5", "--size", "1"];
                    record["settings"]["arguments"] = json!(words);
                },
                "without --filter and --size",
            ),
            (
                |record| record["versions"]["git_revision"] = json!("0123-dirty"),
                "commit them",
            ),
            (
                |record| {
                    let round = |at: u32| {
                        json!({
                            "process": 0, "at_us": 0, "calibration_ns": 1e6 * f64::from(1 + at % 5), "steal": 0.5,
                            "throttled": null, "load": null,
                        })
                    };
                    record["rounds"] = (0..20).map(round).collect();
                },
                "too noisy (grade D)",
            ),
            (
                |record| {
                    record["complete"] = json!(false);
                    record["mode"] = json!("quick");
                },
                "end; it is a quick run",
            ),
        ];
        for (change, told) in cases {
            let root = tempfile::tempdir().expect("there is room for a folder");
            let mut lesser = record(true);
            change(&mut lesser);
            lay(root.path(), &lesser);
            let error = try_publish(root.path())
                .expect_err("it is less")
                .to_string();
            assert!(
                error.contains(told) && error.contains("--anyway"),
                "{error}"
            );
            assert!(!root.path().join("reports/published").exists());
            let published = publish(root.path(), &root.path().join("reports/latest"), true);
            assert!(published.is_ok(), "{published:?}");
        }
    }

    #[test]
    fn records_of_other_commits_beside_it_are_told() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        let mut newer = record(true);
        newer["versions"]["git_revision"] = json!("cafe");
        lay(root.path(), &newer);
        let write = |name: &str, record: Value| {
            let path = root.path().join("reports").join(name);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is writable");
            fs::write(path, record.to_string()).expect("it is writable");
        };
        write(
            "latest/heap.json",
            json!({"versions": {"git_revision": "beef"}}),
        );
        write("latest/core.json", json!({"git_revision": "cafe"}));
        write(
            "published/ceilings.json",
            json!({"head": {"revision": "feed"}}),
        );
        let told = try_publish(root.path()).unwrap_or_else(|error| panic!("{error:#}"));
        assert!(
            told.ends_with("(cafe): ceilings.json (feed, from before), heap.json (beef)"),
            "{told}"
        );
    }
}
