//! What decides how many instructions there are: the interpreter's library, the compiler, valgrind.

use anyhow::Result;
use doeff_reports::instructions::Build;
use pyo3::prelude::*;

use super::count::valgrind_version;
use crate::{loaded, python, record};

/// What this run counts, and with what.
pub(super) fn build() -> Result<Build> {
    Ok(Build {
        versions: Python::attach(|py| record::versions(py, python::workspace()))?,
        libpython_sha256: loaded::sha256(&loaded::libpython()?)?,
        valgrind: valgrind_version()?,
    })
}
