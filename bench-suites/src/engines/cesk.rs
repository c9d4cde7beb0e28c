//! The CESK machine in plain Python.

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use super::machine;
use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled};

/// `cesk_v3`.
pub(super) struct Cesk;

impl Engine for Cesk {
    fn name(&self) -> Name {
        Name::CESK
    }

    fn effects_module(&self) -> &'static str {
        "cesk_v3"
    }

    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        machine::prepare(py, self.effects_module(), program, case)
    }
}
