//! What a worker knows of an engine that runs in its own process.

use std::time::{Duration, Instant};

use doeff_reports::Engine as Name;
use pyo3::prelude::*;
use rustix::time::{ClockId, clock_gettime};

use crate::workload::{Case, Compiled};

/// A case that is ready to run. Everything that is not the run itself was done before.
pub type Runnable = Box<dyn Run>;

/// Runs a case, and looks at the clock. A function that runs it once will do.
pub trait Run {
    /// Runs it so many times.
    ///
    /// # Errors
    /// What a run raised.
    fn time(&self, py: Python<'_>, runs: u32) -> PyResult<Timed>;
}

/// What came of some runs.
pub struct Timed {
    /// How long they took together.
    pub elapsed: Duration,
    /// How long the process ran on a processor meanwhile.
    pub cpu: Duration,
    /// Their answers.
    pub answers: Vec<Py<PyAny>>,
}

impl<F> Run for F
where
    F: Fn(Python<'_>) -> PyResult<Py<PyAny>>,
{
    fn time(&self, py: Python<'_>, runs: u32) -> PyResult<Timed> {
        let mut answers = Vec::with_capacity(runs as usize);
        let cpu = processor_time();
        let began = Instant::now();
        for _ in 0..runs {
            answers.push(self(py)?);
        }
        let elapsed = began.elapsed();
        Ok(Timed {
            elapsed,
            cpu: processor_time().saturating_sub(cpu),
            answers,
        })
    }
}

/// What this process has had of the processors.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Something that runs workloads.
pub trait Engine {
    /// Its name in reports.
    fn name(&self) -> Name;

    /// The Python module that a workload's import of `effects` gives for this engine.
    fn effects_module(&self) -> &'static str;

    /// Makes one case ready to run. `program` is this engine's own copy of the workload.
    ///
    /// # Errors
    /// What the workload's functions raised; `ValueError` for a workload that the engine cannot run.
    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable>;
}
