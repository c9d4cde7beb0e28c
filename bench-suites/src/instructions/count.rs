//! Counting the instructions of worker processes.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::region;
use crate::progress::Stage;

/// The name of the program that counts.
const VALGRIND: &str = "valgrind";

/// Valgrinds at once, at most.
const PARALLEL: usize = 2;

/// What one process runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) engine: String,
    pub(super) workload: String,
    pub(super) params_index: usize,
    pub(super) size: u64,
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

/// Counts instructions with valgrind.
pub(crate) struct Counter {
    /// Where valgrind's files go.
    folder: TempDir,
    /// What is started: valgrind, perhaps by a program that keeps addresses from being random.
    command: Vec<String>,
    worker: PathBuf,
}

impl Counter {
    /// # Errors
    /// When valgrind is not installed.
    pub(crate) fn new() -> Result<Self> {
        valgrind_version()?;
        let mut command = Vec::new();
        if runs("setarch", &["-R", "true"]) {
            command.extend(["setarch", "-R"].map(str::to_owned));
        }
        command.push(VALGRIND.to_owned());
        Ok(Self {
            folder: tempfile::tempdir().context("cannot make a folder for valgrind's files")?,
            command,
            worker: env::current_exe().context("cannot find this program")?,
        })
    }

    /// The total of each job, in their order. A worker gets its job as JSON after `--worker`.
    ///
    /// # Errors
    /// The first one that failed.
    pub(crate) fn count_all<J>(&self, jobs: &[J], stage: &Stage) -> Result<Vec<u64>>
    where
        J: Serialize + fmt::Display + Sync,
    {
        let next = AtomicUsize::new(0);
        let totals = Mutex::new(vec![None; jobs.len()]);
        let first_error = Mutex::new(None);
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(index) else { return };
                stage.step(job.to_string());
                match self.count(job, index) {
                    Ok(total) => {
                        let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
                        totals[index] = Some(total);
                    }
                    Err(error) => {
                        let mut first = first_error.lock().unwrap_or_else(PoisonError::into_inner);
                        first.get_or_insert(error);
                        next.store(jobs.len(), Ordering::Relaxed);
                    }
                }
                stage.done();
            }
        };
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        thread::scope(|scope| {
            for _ in 0..PARALLEL.min(cores) {
                scope.spawn(work);
            }
        });
        if let Some(error) = first_error
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            return Err(error);
        }
        let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all: Option<Vec<u64>> = totals.into_iter().collect();
        all.ok_or_else(|| anyhow!("a process was not run"))
    }

    /// The instructions of one process.
    fn count(&self, job: &(impl Serialize + fmt::Display), index: usize) -> Result<u64> {
        let file = self.folder.path().join(index.to_string());
        let output = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args(["--quiet", "--tool=callgrind", region::OPTION])
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(&self.worker)
            .arg("--worker")
            .arg(serde_json::to_string(job)?)
            .env_clear()
            .envs(needed())
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {}", self.command.join(" ")))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("{job} failed ({}):\n{}", output.status, errors.trim());
        }
        let text = fs::read_to_string(&file).with_context(|| format!("{job} left no count"))?;
        fs::remove_file(&file)?;
        total(&text).ok_or_else(|| anyhow!("{job}: valgrind's file has no totals"))
    }
}

/// The variables that a worker needs: where programs and, if the user says so, valgrind's own parts
/// are.
fn needed() -> impl Iterator<Item = (String, String)> {
    let names = ["PATH", "VALGRIND_LIB"].into_iter();
    names.filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
}

/// The count in callgrind's file.
fn total(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    line.trim().parse().ok()
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
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
    use super::{total, version_of};

    #[test]
    fn where_valgrind_is_not_installed_the_cure_is_told() {
        let missing = version_of("no-such-valgrind").expect_err("there is none");
        let message = missing.to_string();
        assert!(message.contains("apt-get install valgrind"), "{message}");
    }

    #[test]
    fn the_total_is_read_off_callgrinds_file() {
        let text = "version: 1\nevents: Ir\n\nfn=(1)\n1 5\ntotals: 1234567\n";
        assert_eq!(total(text), Some(1_234_567));
        assert_eq!(total("events: Ir\n"), None);
    }
}
