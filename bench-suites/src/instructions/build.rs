//! What decides how many instructions there are: the interpreter, the compiler and what it is told, valgrind.

use std::collections::BTreeMap;

use anyhow::Result;
use doeff_reports::instructions::Build;
use pyo3::prelude::*;
use sha2::{Digest, Sha256};

use super::callgrind;
use super::count::valgrind_version;
use crate::workload::Source;
use crate::{loaded, python, record};

/// How the compiler was told to optimise; the build script finds that out.
const PROFILE: &str = env!("DOEFF_BENCH_PROFILE");

/// What this run counts, and with what.
pub(crate) fn build() -> Result<Build> {
    let libc = Python::attach(libc_version)?;
    let libc_sha256 = loaded::sha256(&loaded::library("libc.")?)?;
    Ok(Build {
        versions: Python::attach(|py| record::versions(py, python::workspace()))?,
        libpython_sha256: loaded::sha256(&loaded::libpython()?)?,
        lock_sha256: loaded::sha256(&python::workspace().join("Cargo.lock"))?,
        profile_sha256: hex::encode(Sha256::digest(PROFILE)),
        profile: PROFILE.to_owned(),
        valgrind: valgrind_version()?,
        gungraun: callgrind::version()?,
        libc: format!("{libc} {libc_sha256}, {}", callgrind::FUNCTIONS),
    })
}

/// What the C library calls itself.
fn libc_version(py: Python<'_>) -> PyResult<String> {
    let os = py.import("os")?;
    os.call_method1("confstr", ("CS_GNU_LIBC_VERSION",))?
        .extract()
}

/// SHA-256 of the text of each workload that there is.
pub(super) fn workloads() -> Result<BTreeMap<String, String>> {
    let sources = Source::read_all(&python::workspace().join("bench-suites/programs"))?;
    let hash = |source: &Source| hex::encode(Sha256::digest(source.text()));
    let hashes = sources
        .iter()
        .map(|source| (source.name().to_owned(), hash(source)));
    Ok(hashes.collect())
}
