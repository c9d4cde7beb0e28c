//! Running what is exact, and reading what it wrote.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use doeff_reports::gate::{Exact, Found, read_instructions};
use doeff_reports::{Allocations, Refcounts};
use duct::Expression;

use crate::ceilings::exact;
use crate::process::program;

/// The bench targets of the gate, each with the record that it writes.
const INSTRUCTIONS: Bench = ("instructions", "instructions.json");
const CORE: Bench = ("core", "core.json");
const HEAP: Bench = ("heap", "allocations.json");
const REFCOUNT: Bench = ("refcount", "refcounts.json");

/// How many lines of what a run that failed has said are told again.
const TOLD: usize = 24;

type Bench = (&'static str, &'static str);

/// A run of everything that is exact, in some tree.
pub(super) struct Measurement<'a> {
    /// The tree.
    pub(super) root: &'a Path,
    /// Where build products go, where that is not the usual place.
    pub(super) target: Option<PathBuf>,
    pub(super) full: bool,
    /// Only these, if any are named.
    pub(super) workloads: &'a [String],
}

impl Measurement<'_> {
    /// Runs it. What failed is told, a line each; that a ceiling is broken is one of the reasons.
    pub(super) fn run(&self, output: &Path) -> Result<Vec<String>> {
        let mut failures = Vec::new();
        for (target, record) in self.benches() {
            remove(&output.join(record))?; // an older one must not pass for this one's
            eprintln!("\n== cargo bench --bench {target}");
            let mut words: Vec<OsString> = ["bench", "--bench", target, "--", "--output"]
                .map(Into::into)
                .into();
            words.push(output.into());
            if !self.full {
                words.push("--quick".into());
            }
            if target != CORE.0 {
                for workload in self.chosen() {
                    words.extend(["--workload".into(), workload.into()]);
                }
            }
            let mut command = program("cargo", words, self.root);
            if let Some(target) = &self.target {
                command = command.env("CARGO_TARGET_DIR", target);
            }
            if let Some(problem) = problem(&command)? {
                failures.push(format!("cargo bench --bench {target} failed: {problem}"));
            }
        }
        Ok(failures)
    }

    /// The workloads that were named, without what is none.
    fn chosen(&self) -> impl Iterator<Item = &String> {
        self.workloads.iter().filter(|name| *name != exact::CORE)
    }

    fn benches(&self) -> Vec<Bench> {
        let mut benches = vec![INSTRUCTIONS, HEAP, REFCOUNT];
        if self.with_core() {
            benches.push(CORE);
        }
        benches
    }

    fn with_core(&self) -> bool {
        self.workloads.is_empty() || self.workloads.iter().any(|name| name == exact::CORE)
    }

    /// Adds a record, which has to be there; only an ancestor may be from before there was such a record.
    fn join<T: Exact>(&self, found: &mut Found, record: Result<T>) -> Result<()> {
        match record {
            Ok(record) => found.join(&record),
            Err(error) if self.target.is_some() => eprintln!("nothing to compare with: {error:#}"),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// What a run wrote into a folder. Every record has to be there.
    pub(super) fn read(&self, folder: &Path) -> Result<Found> {
        let counts = read_instructions(&folder.join(INSTRUCTIONS.1))?;
        let mut found = Found::of(&counts);
        let path = |bench: Bench| folder.join(bench.1);
        self.join(&mut found, Allocations::read(&path(HEAP)).context(HEAP.1))?;
        self.join(
            &mut found,
            Refcounts::read(&path(REFCOUNT)).context(REFCOUNT.1),
        )?;
        if self.with_core() {
            self.join(&mut found, exact::core(&path(CORE)).context(CORE.1))?;
        }
        found.only = self.workloads.to_vec();
        Ok(found)
    }
}

/// Runs a command, whose output is passed on; what it said last, where it fails.
fn problem(command: &Expression) -> Result<Option<String>> {
    let output = command.stderr_to_stdout().unchecked().reader()?;
    let mut last = VecDeque::new();
    for line in BufReader::new(&output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        eprintln!("{line}");
        if last.len() == TOLD {
            last.pop_front();
        }
        last.push_back(line);
    }
    let ended = output
        .try_wait()?
        .context("its output has ended, but it has not")?;
    if ended.status.success() {
        return Ok(None);
    }
    // What comes before the error that it ended with was not the reason.
    let error = last.iter().rposition(|line| line.starts_with("error"));
    let lines: Vec<_> = last.into_iter().skip(error.unwrap_or(0)).collect();
    Ok(Some(format!(
        "{}: {}",
        ended.status,
        lines.join("\n").trim()
    )))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn said(script: &str) -> Option<String> {
        let command = program("sh", ["-c", script], Path::new("/"));
        problem(&command).expect("there is a shell")
    }

    #[test]
    fn of_what_fails_the_last_error_is_told() {
        assert_eq!(said("echo fine"), None);
        let told = said("echo error: first; echo error: second >&2; echo more; exit 3");
        assert_eq!(told.as_deref(), Some("exit status: 3: error: second\nmore"));
    }

    #[test]
    fn a_record_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let measurement = Measurement {
            root: folder.path(),
            target: None,
            full: false,
            workloads: &[],
        };
        let missing = measurement.read(folder.path()).expect_err("there is none");
        assert!(
            missing.to_string().contains("instructions.json"),
            "{missing}"
        );
    }
}
