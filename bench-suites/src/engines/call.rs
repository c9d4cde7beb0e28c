//! Plain function calls: what the work costs in Python without effects.

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled};

/// The workload's `plain`.
pub(super) struct Call;

impl Engine for Call {
    fn name(&self) -> Name {
        Name::CALL
    }

    /// `plain` uses no machine, but the file that defines it imports one.
    fn effects_module(&self) -> &'static str {
        "doeff_vm"
    }

    fn prepare(&self, py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        let plain = program.bind_plain(py, case)?.unbind();
        Ok(Box::new(move |py: Python<'_>| plain.call0(py)))
    }
}
