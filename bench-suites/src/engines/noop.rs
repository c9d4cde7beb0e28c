//! Nothing at all: what the clock and the loop around the runs cost.

use doeff_reports::Engine as Name;
use pyo3::prelude::*;

use crate::engine::{Engine, Runnable};
use crate::workload::{Case, Compiled};

/// Gives the right answer without any work.
pub(super) struct Noop;

impl Engine for Noop {
    fn name(&self) -> Name {
        Name::NOOP
    }

    fn effects_module(&self) -> &'static str {
        "doeff_vm"
    }

    fn prepare(&self, py: Python<'_>, _: &Compiled, case: &Case) -> PyResult<Runnable> {
        let answer = case.expected(py);
        Ok(Box::new(move |py: Python<'_>| Ok(answer.clone_ref(py))))
    }
}
