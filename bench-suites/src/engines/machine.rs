//! What the engines with a `run` and a `WithHandler` have in common.

use pyo3::prelude::*;

use crate::engine::Runnable;
use crate::workload::{Case, Compiled};

/// `module.run` of the body under its handlers. The program is built once: programs are reusable.
pub(super) fn prepare(
    py: Python<'_>,
    module: &str,
    program: &Compiled,
    case: &Case,
) -> PyResult<Runnable> {
    let module = py.import(module)?;
    let with_handler = module.getattr("WithHandler")?;
    let mut whole = program.body(py, case)?;
    for (handler, effects) in program.handlers(py, case)? {
        whole = match effects {
            Some(effects) => with_handler.call1((handler, whole, effects))?,
            None => with_handler.call1((handler, whole))?,
        };
    }
    let (run, whole) = (module.getattr("run")?.unbind(), whole.unbind());
    Ok(Box::new(move |py| run.call1(py, (&whole,))))
}
