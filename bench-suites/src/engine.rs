//! What the harness knows of an engine.

use std::time::{Duration, Instant};

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use crate::measure::Collector;
use crate::workload::{Case, Compiled};

/// A case that is ready to run. Everything that is not the run itself was done before.
pub type Runnable = Box<dyn Run>;

/// Runs a case, and looks at the clock. A function that runs it once, in this process, will do.
pub trait Run {
    /// Runs it so many times.
    ///
    /// # Errors
    /// What a run raised.
    fn time(&self, py: Python<'_>, runs: u32) -> PyResult<Timed>;

    /// Collects all garbage where the runs take place.
    ///
    /// # Errors
    /// What Python raises.
    fn collect(&self, py: Python<'_>, collector: &Collector) -> PyResult<()> {
        collector.collect(py)
    }
}

/// What came of some runs.
pub struct Timed {
    /// How long they took together.
    pub elapsed: Duration,
    /// Their answers; equal ones may be given once.
    pub answers: Vec<Py<PyAny>>,
}

impl<F> Run for F
where
    F: Fn(Python<'_>) -> PyResult<Py<PyAny>>,
{
    fn time(&self, py: Python<'_>, runs: u32) -> PyResult<Timed> {
        let mut answers = Vec::with_capacity(runs as usize);
        let began = Instant::now();
        for _ in 0..runs {
            answers.push(self(py)?);
        }
        let elapsed = began.elapsed();
        Ok(Timed { elapsed, answers })
    }
}

/// Why an engine cannot be had here, in one line.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// Something that runs workloads.
pub trait Engine {
    /// Its name in reports.
    fn name(&self) -> Name;

    /// The Python module that a workload's import of `effects` gives for this engine.
    fn effects_module(&self) -> &'static str;

    /// Makes the engine ready, once, before it prepares cases.
    ///
    /// # Errors
    /// When it cannot be had here; the comparison then goes on without it.
    fn start(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    /// Why the engine cannot express a case of a workload; `None` if it can. What it cannot is left out.
    fn cannot_express(&self, _workload: &str, _case: &Case) -> Option<&'static str> {
        None
    }

    /// Makes one case ready to run. `program` is this engine's own copy of the workload.
    ///
    /// # Errors
    /// What the workload's functions raised; `ValueError` for a workload that the engine cannot run.
    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable>;
}
