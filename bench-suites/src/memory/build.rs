//! What decides how memory is used.

use std::fs;

use anyhow::{Context as _, Result};
use doeff_reports::allocations::Build;
use pyo3::Python;
use sha2::{Digest as _, Sha256};

use crate::instructions::build::libpython;
use crate::{python, record};

/// What runs in this process.
///
/// # Errors
/// When the interpreter's library cannot be found or read; what Python raises when asked about itself.
pub(crate) fn build(py: Python<'_>) -> Result<Build> {
    let library = libpython()?;
    let bytes = fs::read(&library).with_context(|| format!("cannot read {}", library.display()))?;
    Ok(Build {
        versions: record::versions(py, python::workspace())?,
        libpython_sha256: hex::encode(Sha256::digest(bytes)),
        debug_build: cfg!(debug_assertions),
    })
}
