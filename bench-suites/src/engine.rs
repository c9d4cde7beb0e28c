//! What the harness knows of an engine.

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use crate::workload::{Case, Compiled};

/// Runs a case once and gives its answer. Everything that is not the run itself was done before.
pub type Runnable = Box<dyn Fn(Python<'_>) -> PyResult<Py<PyAny>>>;

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
