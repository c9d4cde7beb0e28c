//! What one process does: one engine, one case, one size.

use anyhow::{Result, anyhow, bail};
use pyo3::prelude::*;

use super::count::Job;
use super::region::counted;
use crate::engines;
use crate::python::{self, Hashing};
use crate::workload::{Source, Workload};

/// How large the run is after which the bytecode is specialised and the free lists are filled.
const WARM_UP: u64 = 100;

/// Runs the case once, after a small run, and checks both answers.
pub(super) fn run(job: &Job) -> Result<()> {
    python::start_hashing(Hashing::Fixed)?;
    Python::attach(|py| {
        let mut engines = engines::all().into_iter();
        let engine = engines
            .find(|engine| engine.name().name() == job.engine)
            .ok_or_else(|| anyhow!("there is no engine {}", job.engine))?;
        let file = format!("bench-suites/programs/{}.py", job.workload);
        let workload = Workload::check(py, Source::read(&python::workspace().join(file))?)?;
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
                bail!("the answer {shown} is wrong");
            }
            Ok(())
        };
        run(WARM_UP, false)?;
        run(job.size, true)
    })
}
