//! The fastest machine in plain Python.

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use super::machine;
use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled};

/// `pure_machine`.
pub(super) struct Pure;

impl Engine for Pure {
    fn name(&self) -> Name {
        Name::PURE
    }

    fn effects_module(&self) -> &'static str {
        "pure_machine"
    }

    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        machine::prepare(py, self.effects_module(), program, case)
    }
}
