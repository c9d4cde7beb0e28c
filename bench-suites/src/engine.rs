//! What the harness knows of an engine.

use std::fmt;
use std::time::{Duration, Instant};

use doeff_reports::{Engine as Name, format};
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

/// A part of a workload that an engine leaves out, and why.
#[derive(Clone, Copy, Debug)]
pub struct LeftOut {
    workload: &'static str,
    /// As `name=value`; `None` for all parameters.
    parameter: Option<&'static str>,
    /// Only what is larger than this.
    above: Option<u64>,
    /// What is missing, or does not work.
    pub reason: &'static str,
}

impl LeftOut {
    /// A whole workload.
    pub(crate) const fn all(workload: &'static str, reason: &'static str) -> Self {
        Self {
            workload,
            parameter: None,
            above: None,
            reason,
        }
    }

    /// The part of a workload that has this parameter, as `name=value`.
    pub(crate) const fn with(
        workload: &'static str,
        parameter: &'static str,
        reason: &'static str,
    ) -> Self {
        Self {
            workload,
            parameter: Some(parameter),
            above: None,
            reason,
        }
    }

    /// Only what is larger than this of it.
    pub(crate) const fn above(self, size: u64) -> Self {
        Self {
            above: Some(size),
            ..self
        }
    }

    /// Whether a case belongs to it.
    pub(crate) fn concerns(&self, workload: &str, case: &Case) -> bool {
        let has = |parameter| case.params.pairs().any(|pair| pair == parameter);
        self.workload == workload
            && self.parameter.is_none_or(has)
            && self.above.is_none_or(|above| case.size > above)
    }

    /// The line that tells that an engine leaves it out.
    pub(crate) fn told_of(&self, engine: &Name) -> String {
        format!("{self} on {engine}: {}", self.reason)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.workload)?;
        if let Some(parameter) = self.parameter {
            write!(f, " ({parameter})")?;
        }
        if let Some(above) = self.above {
            write!(f, " above n = {}", format::count(above))?;
        }
        Ok(())
    }
}

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

    /// The part of a workload that the engine leaves out and that a case belongs to; `None` if it runs it.
    fn left_out(&self, _workload: &str, _case: &Case) -> Option<LeftOut> {
        None
    }

    /// Makes one case ready to run. `program` is this engine's own copy of the workload.
    ///
    /// # Errors
    /// What the workload's functions raised; `ValueError` for a workload that the engine cannot run.
    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable>;
}
