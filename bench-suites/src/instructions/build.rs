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
        libc: format!("{libc} {libc_sha256}"),
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

fn hash(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

/// The interpreter's library that this process has loaded.
pub(crate) fn libpython() -> Result<PathBuf> {
    loaded("libpython3")
}

/// The library that this process has loaded, by what its name begins with.
fn loaded(name: &str) -> Result<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps")
        .with_context(|| format!("cannot find the library {name}: /proc/self/maps"))?;
    match find(&maps, name) {
        Some(path) => Ok(path),
        None => bail!("this process has loaded no file called {name}*"),
    }
}

fn find(maps: &str, name: &str) -> Option<PathBuf> {
    // The path follows five fields, and may hold spaces.
    let paths = maps
        .lines()
        .filter_map(|line| line.find('/').map(|at| &line[at..]));
    let mut paths = paths.map(PathBuf::from);
    paths.find(|path| {
        let found = path.file_name().and_then(|found| found.to_str());
        found.is_some_and(|found| found.starts_with(name))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::find;

    #[test]
    fn a_library_is_found_among_the_mapped_files() {
        let maps = "\
00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/instructions
7f0000000000-7f0000001000 rw-p 00000000 00:00 0
7f0000002000-7f0000003000 r--p 00000000 08:02 99 /opt/a b/lib/libpython3.11.so.1.0
7f0000003000-7f0000004000 r--p 00000000 08:02 98 /lib/libcrypt.so.1
7f0000004000-7f0000005000 r--p 00000000 08:02 97 /lib/libc.so.6
";
        let expected = Path::new("/opt/a b/lib/libpython3.11.so.1.0");
        assert_eq!(find(maps, "libpython3").as_deref(), Some(expected));
        assert_eq!(
            find(maps, "libc.").as_deref(),
            Some(Path::new("/lib/libc.so.6"))
        );
        assert_eq!(find("", "libpython3"), None);
    }
}
