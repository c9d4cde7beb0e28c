//! What decides how many instructions there are: the interpreter's library, the compiler, valgrind.

use std::fs;

use anyhow::{Context, Result};
use doeff_reports::instructions::Build;
use pyo3::prelude::*;
use sha2::{Digest, Sha256};

use super::count::valgrind_version;
use crate::{libpython, python, record};

/// What this run counts, and with what.
pub(super) fn build() -> Result<Build> {
    let library = libpython::loaded().context(
        "cannot find the interpreter's library: /proc/self/maps names no file called libpython3*",
    )?;
    let bytes = fs::read(&library).with_context(|| format!("cannot read {}", library.display()))?;
    Ok(Build {
        versions: Python::attach(|py| record::versions(py, python::workspace()))?,
        libpython_sha256: hex::encode(Sha256::digest(bytes)),
        valgrind: valgrind_version()?,
    })
}
