//! The end of an interpreter that holds continuations, in a process of its own.

use std::env;
use std::process::{Command, Output};
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow, ensure};
use pyo3::ffi;
use pyo3::prelude::*;
use serde::{Deserialize, Serialize};

use super::subject::Subject;
use crate::engines;
use crate::python::{self, Hashing};
use crate::workload::{Source, Workload};

/// What one process does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) workload: String,
    pub(super) engine: String,
    pub(super) params_index: usize,
    pub(super) size: u64,
}

/// What the process prints for each frame that is closed while its interpreter ends: one is of a
/// continuation that is held, one of a continuation in a cycle.
const CLOSED: &str = "closed\nclosed\n";

impl FromStr for Job {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("--worker takes a job as JSON")
    }
}

impl Job {
    /// Does it in another process, and says what is wrong with its end.
    ///
    /// # Errors
    /// When the process does not start.
    pub(super) fn failures(&self) -> Result<Vec<String>> {
        let program = env::current_exe().context("cannot find this program")?;
        let job = serde_json::to_string(self)?;
        let mut command = Command::new(program);
        let output = command.args(["--worker", &job]).output();
        Ok(judge(&output.context("cannot start a process")?))
    }

    /// Does it in this process, whose interpreter must not have been started, and ends that.
    ///
    /// # Errors
    /// When a run raised, or the interpreter could not end.
    pub(super) fn work(&self) -> Result<()> {
        python::start_hashing(Hashing::Fixed)?;
        Python::attach(|py| self.hold(py))?;
        let status = end_interpreter();
        ensure!(status == 0, "the interpreter's end failed");
        Ok(())
    }

    fn hold(&self, py: Python<'_>) -> Result<()> {
        let mut all = engines::all().into_iter();
        let engine = all.find(|engine| engine.name().name() == self.engine);
        let engine = engine.ok_or_else(|| anyhow!("there is no engine {}", self.engine))?;
        let file = format!("bench-suites/programs/{}.py", self.workload);
        let source = Source::read(&python::workspace().join(file))?;
        let workload = Workload::check(py, source)?;
        let subject = Subject::new(py, &workload, engine.as_ref(), self.params_index, self.size)?;
        let hold = || -> PyResult<()> {
            let closed = py.eval(
                c"__import__('functools').partial(__import__('os').write, 1, b'closed\\n')",
                None,
                None,
            )?;
            let held = subject.hold(&closed)?;
            py.import("__main__")?.setattr("held", held)
        };
        hold().map_err(|error| anyhow!(python::describe(py, &error)))
    }
}

/// Ends the interpreter of this process, for good.
fn end_interpreter() -> i32 {
    // SAFETY: the interpreter runs, this is the thread that started it, and nothing of this process uses
    // it afterwards: what was made of it is either gone or its own.
    unsafe {
        ffi::PyGILState_Ensure();
        ffi::Py_FinalizeEx()
    }
}

/// What is wrong with how a process ended.
fn judge(output: &Output) -> Vec<String> {
    let mut failures = Vec::new();
    if !output.status.success() {
        failures.push(format!("the process ended with {}", output.status));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    if said != CLOSED {
        let times = said.matches("closed").count();
        failures.push(format!("{times} of 2 suspended frames were closed"));
    }
    let complaints = String::from_utf8_lossy(&output.stderr);
    if !complaints.is_empty() {
        failures.push(format!("it complained: {}", complaints.trim_end()));
    }
    failures
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Job, judge};

    #[test]
    fn a_process_must_end_well_and_close_its_frames_in_silence() {
        let ended = |script| {
            let output = Command::new("sh").args(["-c", script]).output();
            judge(&output.expect("there is a shell"))
        };
        assert_eq!(ended("echo closed; echo closed"), [""; 0]);
        assert_eq!(
            ended("echo closed"),
            ["1 of 2 suspended frames were closed"]
        );
        let complaint = "echo closed; echo closed; echo lost >&2";
        assert_eq!(ended(complaint), ["it complained: lost"]);
        let aborted = ended("kill -ABRT $$");
        assert!(aborted[0].contains("signal: 6"), "{aborted:?}");
    }

    #[test]
    fn a_job_is_told_as_json() {
        let text = r#"{"workload": "runs", "engine": "vm", "params_index": 0, "size": 20}"#;
        let job: Job = text.parse().expect("it is a job");
        let again: Job = serde_json::to_string(&job)
            .expect("it is JSON")
            .parse()
            .expect("it is a job");
        assert_eq!((again, job.size), (job.clone(), 20));
        assert!("{}".parse::<Job>().is_err());
    }
}
