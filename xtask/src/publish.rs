//! `cargo xtask report --publish`: makes a record the published one.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use doeff_reports::{Folder, Report, markdown};

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

/// Copies the record in `from` to `reports/published` and puts its headline table into the README; says so.
pub(crate) fn publish(root: &Path, from: &Path) -> Result<String> {
    let to = root.join("reports/published");
    let latest = from.join("report.json");
    let report = Report::read(&latest)?;
    if report.results.iter().any(|row| !row.answer_ok()) {
        bail!(
            "the record {} has wrong answers or failures; mend the engine that gave them and run `cargo bench` again",
            latest.display()
        );
    }
    if !report.complete {
        bail!(
            "the record {} is that of a run which was stopped; let `cargo bench` come to its end",
            latest.display()
        );
    }
    let path = root.join("README.md");
    let old =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let new = readme::with(&old, Part::Headline, &markdown::headline(&report))?;
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    for name in BESIDE.iter().chain(&FURTHER) {
        let source = from.join(name);
        if source.exists() {
            fs::copy(&source, to.join(name))
                .with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    let history = Folder::history(&root.join(KEPT))?;
    let (folder, comparison) = doeff_reports::write_with_history(&report, &to, &history)?;
    let summary = markdown::summary(&folder, &comparison, None);
    let new = readme::with(&new, Part::Summary, &summary)?;
    fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(format!(
        "published the {} run of {} to reports/published and README.md",
        report.mode, report.created
    ))
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
        publish(root, &root.join("reports/latest"))
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
    fn a_run_that_was_stopped_is_not_published() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        let mut partial = record(true);
        partial["complete"] = json!(false);
        lay(root.path(), &partial);
        let error = try_publish(root.path()).expect_err("it is partial");
        assert!(error.to_string().contains("was stopped"), "{error}");
    }
}
