//! Running what is exact, and reading what it wrote.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::iter;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use doeff_reports::gate::{Exact, Found, read_instructions};
use doeff_reports::{Allocations, Refcounts};
use duct::Expression;

use crate::ceilings::exact;
use crate::process::program;

/// A bench target of the gate, and the record that it writes.
#[derive(Clone, Copy)]
struct Suite {
    name: &'static str,
    record: &'static str,
    /// Whether workloads can be chosen.
    has_workloads: bool,
}

/// What is always measured: its record tells what the others depend on too.
const INSTRUCTIONS: Suite = Suite {
    name: "instructions",
    record: "instructions.json",
    has_workloads: true,
};

const CORE: Suite = Suite {
    name: "core",
    record: "core.json",
    has_workloads: false,
};

const HEAP: Suite = Suite {
    name: "heap",
    record: "allocations.json",
    has_workloads: true,
};

const REFCOUNT: Suite = Suite {
    name: "refcount",
    record: "refcounts.json",
    has_workloads: true,
};

/// What can be left out.
const FURTHER: [Suite; 3] = [CORE, HEAP, REFCOUNT];

/// The names of what can be left out.
pub(crate) const NAMES: [&str; FURTHER.len()] = [CORE.name, HEAP.name, REFCOUNT.name];

/// How many errors of a run that failed are told again.
const TOLD: usize = 8;

/// How Cargo says that a bench has failed, which is told anyway.
const OF_CARGO: &str = "error: bench failed";

/// A suite that failed.
#[derive(Debug)]
pub(super) struct Failure {
    suite: &'static str,
    /// In a line.
    told: String,
}

/// A run of everything that is exact, in some tree.
pub(super) struct Measurement<'a> {
    /// The tree.
    pub(super) root: &'a Path,
    /// Where build products go, where that is not the usual place.
    pub(super) target: Option<PathBuf>,
    pub(super) full: bool,
    /// Only these, if any are named.
    pub(super) workloads: &'a [String],
    /// The suites that are left out.
    pub(super) without: &'a [String],
}

impl Measurement<'_> {
    /// Runs it; what failed. That a ceiling is broken is one of the reasons.
    pub(super) fn run(&self, output: &Path) -> Result<Vec<Failure>> {
        let mut failures = Vec::new();
        for suite in self.suites() {
            let name = suite.name;
            remove(&output.join(suite.record))?; // an older one must not pass for this one's
            eprintln!("\n== cargo bench --bench {name}");
            let mut words: Vec<OsString> = ["bench", "--bench", name, "--", "--output"]
                .map(Into::into)
                .into();
            words.push(output.into());
            if !self.full {
                words.push("--quick".into());
            }
            if suite.has_workloads {
                for workload in self.workloads {
                    words.extend(["--workload".into(), workload.into()]);
                }
            }
            let mut command = program("cargo", words, self.root);
            if let Some(target) = &self.target {
                command = command.env("CARGO_TARGET_DIR", target);
            }
            if let Some(problem) = problem(&command)? {
                let told = format!("cargo bench --bench {name} failed: {problem}");
                failures.push(Failure { suite: name, told });
            }
        }
        Ok(failures)
    }

    fn has(&self, suite: Suite) -> bool {
        self.without.iter().all(|name| name != suite.name)
    }

    fn suites(&self) -> impl Iterator<Item = Suite> {
        let further = FURTHER.into_iter().filter(|&suite| self.has(suite));
        iter::once(INSTRUCTIONS).chain(further)
    }

    /// What a run, whose failures are these, wrote into a folder. Every record has to be there. A failure is an error
    /// of what is found, but for that of a suite that broke a limit: that is why it failed.
    pub(super) fn read(&self, folder: &Path, failures: &[Failure]) -> Result<Found> {
        let path = |suite: Suite| folder.join(suite.record);
        let counts = read_instructions(&path(INSTRUCTIONS));
        let counts = match told(failures, INSTRUCTIONS) {
            Some(told) => counts.with_context(|| told.to_owned())?,
            None => counts?,
        };
        let mut found = Found::of(&counts);
        excuse(&mut found, 0, told(failures, INSTRUCTIONS));
        if self.has(CORE) {
            self.join(&mut found, CORE, exact::core(&path(CORE)), failures)?;
        }
        if self.has(HEAP) {
            let record = Allocations::read(&path(HEAP)).map_err(Into::into);
            self.join(&mut found, HEAP, record, failures)?;
        }
        if self.has(REFCOUNT) {
            let record = Refcounts::read(&path(REFCOUNT)).map_err(Into::into);
            self.join(&mut found, REFCOUNT, record, failures)?;
        }
        found.only = self.workloads.to_vec();
        found.without = self.without.to_vec();
        Ok(found)
    }

    /// Adds a record, which has to be there; only an ancestor may be from before there was such a record.
    fn join<T: Exact>(
        &self,
        found: &mut Found,
        suite: Suite,
        record: Result<T>,
        failures: &[Failure],
    ) -> Result<()> {
        let told = told(failures, suite);
        match record.with_context(|| format!("cannot use {}", suite.record)) {
            Ok(record) => {
                let broken = found.broken.len();
                found.join(&record);
                excuse(found, broken, told);
            }
            Err(error) if self.target.is_some() => eprintln!("nothing to compare with: {error:#}"),
            Err(error) => match told {
                Some(told) => return Err(error.context(told.to_owned())),
                None => return Err(error),
            },
        }
        Ok(())
    }
}

/// What is told of a suite that failed.
fn told(failures: &[Failure], suite: Suite) -> Option<&str> {
    let mut failures = failures.iter();
    let failed = failures.find(|failed| failed.suite == suite.name)?;
    Some(&failed.told)
}

/// A failure is an error, unless more limits are broken than before: that is why the suite failed.
fn excuse(found: &mut Found, broken: usize, told: Option<&str>) {
    if found.broken.len() == broken {
        found.errors.extend(told.map(str::to_owned));
    }
}

/// Runs a command, whose output is passed on; the errors that it told, where it fails.
fn problem(command: &Expression) -> Result<Option<String>> {
    let output = command.stderr_to_stdout().unchecked().reader()?;
    let mut errors = Vec::new();
    for line in BufReader::new(&output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        eprintln!("{line}");
        if line.starts_with("error") && !line.starts_with(OF_CARGO) && errors.len() < TOLD {
            errors.push(line.trim_end_matches(':').to_owned());
        }
    }
    let ended = output
        .try_wait()?
        .context("its output has ended, but it has not")?;
    if ended.status.success() {
        return Ok(None);
    }
    errors.insert(0, ended.status.to_string());
    Ok(Some(errors.join("; ")))
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
    fn of_what_fails_the_errors_are_told() {
        assert_eq!(said("echo error: fine"), None);
        let script = "echo error: one; echo more; echo error: two >&2; \
                      echo error: bench failed, to rerun; exit 3";
        let told = "exit status: 3; error: one; error: two";
        assert_eq!(said(script).as_deref(), Some(told));
        assert_eq!(said("exit 1").as_deref(), Some("exit status: 1"));
    }

    fn failure(suite: &'static str, told: &str) -> Failure {
        let told = told.to_owned();
        Failure { suite, told }
    }

    #[test]
    fn a_broken_limit_excuses_its_own_suite_and_no_other() {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ceilings/golden");
        let measurement = Measurement {
            root: &golden,
            target: None,
            full: false,
            workloads: &[],
            without: &[HEAP, REFCOUNT].map(|suite| suite.name.to_owned()),
        };
        let failed = [
            failure("instructions", "a ceiling"),
            failure("core", "it crashed"),
        ];
        let found = measurement
            .read(&golden, &failed)
            .unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!((found.broken.len(), found.errors.len()), (2, 0));
        // The same core within its limits.
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let place = |name: &str| folder.path().join(name);
        fs::copy(golden.join("instructions.json"), place("instructions.json"))
            .expect("it is there");
        let core = fs::read_to_string(golden.join("core.json")).expect("it is there");
        let mended = core.replace("\"allocations\": 0.5", "\"allocations\": 0.0");
        fs::write(place("core.json"), mended).expect("the folder is writable");
        let found = measurement
            .read(folder.path(), &failed)
            .unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!((found.broken.len(), found.errors.len()), (1, 1));
        assert_eq!(found.errors, ["it crashed"]);
    }

    #[test]
    fn a_record_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let measurement = Measurement {
            root: folder.path(),
            target: None,
            full: false,
            workloads: &[],
            without: &[],
        };
        let missing = measurement
            .read(folder.path(), &[])
            .expect_err("there is none");
        assert!(
            missing.to_string().contains("instructions.json"),
            "{missing}"
        );
        let failed = [failure("instructions", "it crashed")];
        let missing = measurement
            .read(folder.path(), &failed)
            .expect_err("there is none");
        assert_eq!(missing.to_string(), "it crashed");
    }
}
