//! The vocabulary of the Python package `doeff`: its names for what the machine does, and where they say
//! something else than ours, what they mean.
//!
//! The machine, the driver and the classes are the same. What differs between the two contracts is decided by
//! [`Driver::doeff`](crate::driver::Driver), which is set in a run that [`pyvm::PyVM`] has started, and only
//! looked at off the common paths.

use pyo3::prelude::*;

pub mod arguments;
pub mod control;
pub mod errors;
pub mod expand;
pub mod install;
pub mod observe;
mod opener;
pub mod parts;
pub mod pyvm;
mod questions;
pub mod trace;
pub mod values;

pub use questions::describe;

/// Adds what only doeff has to the module.
///
/// # Errors
/// What Python raises.
pub fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<pyvm::PyVM>()?;
    module.add_class::<values::Callable>()?;
    module.add_class::<values::IRStream>()?;
    module.add_class::<values::HandlerSpec>()?;
    module.add_class::<opener::BindOpener>()?;
    for name in ["PyVM", "Callable", "IRStream", "HandlerSpec", "BindOpener"] {
        // Messages name a type so.
        module.getattr(name)?.setattr("__name__", name)?;
    }
    module.add_function(wrap_pyfunction!(pyvm::vm_live_counts, module)?)?;
    module.add_function(wrap_pyfunction!(pyvm::vm_work_counts, module)?)?;
    module.add_function(wrap_pyfunction!(pyvm::invariant_checks_enabled, module)?)?;
    module.add_function(wrap_pyfunction!(pyvm::set_invariant_checks, module)?)?;
    module.add_function(wrap_pyfunction!(pyvm::vm_scan_counts, module)?)?;
    module.add_function(wrap_pyfunction!(
        pyvm::set_scheduler_trace_installed,
        module
    )?)?;
    module.add_function(wrap_pyfunction!(
        pyvm::set_scheduler_step_budget_armed,
        module
    )?)
}
