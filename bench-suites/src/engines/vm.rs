//! The Rust VM.

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use super::machine;
use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled};

/// `doeff_vm`.
pub(super) struct Vm;

impl Engine for Vm {
    fn name(&self) -> Name {
        Name::VM
    }

    fn effects_module(&self) -> &'static str {
        "doeff_vm"
    }

    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        machine::prepare(py, self.effects_module(), program, case)
    }
}
