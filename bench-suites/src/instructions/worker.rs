//! What one process does: one engine, one case, one size.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use pyo3::prelude::*;

use super::count::Job;
use super::region::counted;
use crate::engines;
use crate::python::{self, Hashing};
use crate::workload::{Source, Workload};

/// How large the run is after which the bytecode is specialised and the free lists are filled.
const WARM_UP: u64 = 100;

/// Does the job in this process, whose interpreter must not have been started.
pub(crate) fn run(job: &Job) -> Result<()> {
    python::start_hashing(Hashing::Fixed)?;
    Python::attach(|py| {
        let flags = py.import("sys")?.getattr("flags")?;
        if flags.getattr("hash_randomization")?.extract::<u8>()? != 0 {
            bail!("the interpreter hashes at random, so that counts would not repeat");
        }
        let file = format!("bench-suites/programs/{}.py", job.workload);
        run_workload(py, job, &python::workspace().join(file))
    })
}

/// Runs the case once, after a small run, and checks both answers.
fn run_workload(py: Python<'_>, job: &Job, path: &Path) -> Result<()> {
    let engine =
        engines::named(&job.engine).ok_or_else(|| anyhow!("there is no engine {}", job.engine))?;
    let workload = Workload::check(py, Source::read(path)?)?;
    let program = workload.source().compile(py, engine.effects_module())?;
    let run = |size, counting: bool| -> Result<()> {
        let case = workload.case(py, job.params_index, size)?;
        let described = |error: PyErr| anyhow!(python::describe(py, &error));
        let runnable = engine.prepare(py, &program, &case).map_err(described)?;
        let timed = if counting {
            counted(|| runnable.time(py, 1))
        } else {
            runnable.time(py, 1)
        };
        let timed = timed.map_err(described)?;
        let mut answers = timed.answers.iter();
        if let Some(answer) = answers.find(|answer| !case.accepts(answer.bind(py))) {
            let shown = answer.bind(py).repr().map_err(described)?;
            bail!("the answer {shown} for n = {size} is wrong");
        }
        Ok(())
    };
    run(WARM_UP, false)?;
    run(job.size, true)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Job, run_workload};
    use crate::python::{with_python, workspace};

    /// What comes of a job with the text of `runs`, in which a part is replaced.
    fn outcome(engine: &str, size: u64, part: &str, by: &str) -> Result<(), String> {
        let original = workspace().join("bench-suites/programs/runs.py");
        let text = fs::read_to_string(original).expect("the workload is there");
        assert!(text.contains(part), "{part}");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("runs.py");
        fs::write(&path, text.replace(part, by)).expect("the folder is writable");
        let job = Job {
            engine: engine.to_owned(),
            workload: "runs".to_owned(),
            params_index: 0,
            size,
        };
        with_python(|py| run_workload(py, &job, &path)).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_right_answer_is_accepted_on_every_engine() {
        for engine in ["vm", "floor", "cesk", "pure", "call"] {
            assert_eq!(
                outcome(engine, 10, "return size - 1", "return size - 1"),
                Ok(())
            );
        }
    }

    #[test]
    fn a_wrong_answer_of_either_run_is_an_error() {
        let sometimes_wrong = |size| format!("return size - 1 if size != {size} else 0");
        let told = |size| outcome("vm", 10, "return size - 1", &sometimes_wrong(size));
        let warm_up = told(100).expect_err("the first answer is wrong");
        assert!(
            warm_up.contains("the answer 99 for n = 100 is wrong"),
            "{warm_up}"
        );
        let counted = told(10).expect_err("the second answer is wrong");
        assert!(
            counted.contains("the answer 9 for n = 10 is wrong"),
            "{counted}"
        );
    }

    #[test]
    fn what_the_run_raises_is_an_error() {
        let raised = outcome(
            "floor",
            10,
            "result = run(body(number))",
            "raise KeyError(number)",
        );
        let raised = raised.expect_err("it raises");
        assert!(raised.contains("KeyError: 0"), "{raised}");
    }

    #[test]
    fn an_unknown_engine_is_named() {
        let unknown = outcome("jvm", 10, "run", "run").expect_err("there is none");
        assert!(unknown.contains("no engine jvm"), "{unknown}");
    }
}
