//! What decides how memory is used.

use anyhow::Result;
use doeff_reports::allocations::Build;
use pyo3::Python;

use crate::{loaded, python, record};

/// What runs in this process.
///
/// # Errors
/// When the interpreter's library cannot be found or read; what Python raises when asked about itself.
pub(crate) fn build(py: Python<'_>) -> Result<Build> {
    Ok(Build {
        versions: record::versions(py, python::workspace())?,
        libpython_sha256: loaded::sha256(&loaded::libpython()?)?,
        debug_build: cfg!(debug_assertions),
    })
}
