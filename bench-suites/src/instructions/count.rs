//! Counting the instructions of worker processes.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use doeff_reports::instructions::{Event, Part};
use serde::{Deserialize, Serialize};

use super::callgrind;
use crate::progress::Stage;

/// The name of the program that counts.
const VALGRIND: &str = "valgrind";

/// What one process runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) engine: String,
    pub(crate) workload: String,
    pub(crate) params_index: usize,
    pub(crate) size: u64,
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} [{}], n = {}, on {}",
            self.workload, self.params_index, self.size, self.engine
        )
    }
}

/// How much is to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Detail {
    /// Instructions and system calls.
    Plain,
    /// Branches, and what a simulated processor does, too.
    Simulated,
}

/// What one process did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) instructions: u64,
    pub(crate) events: BTreeMap<Event, u64>,
    /// The instructions by what they belong to.
    pub(crate) parts: BTreeMap<Part, u64>,
}

/// The total of each job, in their order. A worker gets its job as JSON after `--worker`.
///
/// # Errors
/// When valgrind or what runs it is not installed, or a job failed.
pub(crate) fn count_all<J>(jobs: &[J], detail: Detail, stage: &Stage) -> Result<Vec<Total>>
where
    J: Serialize + fmt::Display,
{
    check_installed()?;
    let texts: Vec<String> = jobs
        .iter()
        .map(serde_json::to_string)
        .collect::<Result<_, _>>()?;
    let mut totals = vec![None; jobs.len()];
    callgrind::run_jobs(texts, detail, |number, total| {
        if let Some((place, job)) = totals.get_mut(number).zip(jobs.get(number)) {
            stage.step(job.to_string());
            *place = Some(total);
            stage.done();
        }
    })?;
    let all: Option<Vec<Total>> = totals.into_iter().collect();
    all.ok_or_else(|| anyhow!("a process was not run"))
}

/// Checks that valgrind and what runs it are there.
///
/// # Errors
/// When one is not installed.
pub(crate) fn check_installed() -> Result<()> {
    valgrind_version()?;
    callgrind::check_runner()
}

/// What valgrind says that it is.
///
/// # Errors
/// When it is not installed.
pub(super) fn valgrind_version() -> Result<String> {
    version_of(VALGRIND)
}

fn version_of(valgrind: &str) -> Result<String> {
    let output = match Command::new(valgrind).arg("--version").output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "valgrind, which counts the instructions, is not installed; install it with the system's \
             package manager, on Debian and Ubuntu with `apt-get install valgrind`"
        ),
        Err(error) => return Err(error).context("cannot run valgrind"),
    };
    if !output.status.success() {
        bail!("`valgrind --version` failed: {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn where_valgrind_is_not_installed_the_cure_is_told() {
        let missing = version_of("no-such-valgrind").expect_err("there is none");
        let message = missing.to_string();
        assert!(message.contains("apt-get install valgrind"), "{message}");
    }
}
