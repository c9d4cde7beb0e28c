//! What the engines with a `run` and a `WithHandler` have in common.

use pyo3::prelude::*;

use crate::engine::Runnable;
use crate::workload::{Case, Compiled};

/// `module.run` of the body under its handlers, or what the workload's `drive` does with it. The
/// program is built once: programs are reusable.
pub(super) fn prepare(
    py: Python<'_>,
    module: &str,
    program: &Compiled,
    case: &Case,
) -> PyResult<Runnable> {
    let module = py.import(module)?;
    let run = module.getattr("run")?;
    if let Some(drive) = program.bind_drive(py, case, &run)? {
        let drive = drive.unbind();
        return Ok(Box::new(move |py: Python<'_>| drive.call0(py)));
    }
    let with_handler = module.getattr("WithHandler")?;
    let mut whole = program.body(py, case)?;
    for (handler, effects) in program.handlers(py, case)? {
        whole = match effects {
            Some(effects) => with_handler.call1((handler, whole, effects))?,
            None => with_handler.call1((handler, whole))?,
        };
    }
    let (run, whole) = (run.unbind(), whole.unbind());
    Ok(Box::new(move |py: Python<'_>| run.call1(py, (&whole,))))
}
