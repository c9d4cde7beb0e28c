//! What decides how many instructions there are: the interpreter's library, the compiler, valgrind.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use doeff_reports::instructions::Build;
use pyo3::prelude::*;
use sha2::{Digest, Sha256};

use super::count::valgrind_version;
use crate::{python, record};

/// What this run counts, and with what.
pub(crate) fn build() -> Result<Build> {
    let library = libpython()?;
    let bytes = fs::read(&library).with_context(|| format!("cannot read {}", library.display()))?;
    Ok(Build {
        versions: Python::attach(|py| record::versions(py, python::workspace()))?,
        libpython_sha256: hex::encode(Sha256::digest(bytes)),
        valgrind: valgrind_version()?,
    })
}

/// The library that this process has loaded.
fn libpython() -> Result<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps")
        .context("cannot find the interpreter's library: /proc/self/maps")?;
    match find_libpython(&maps) {
        Some(path) => Ok(path),
        None => bail!("this process has loaded no file called libpython3*"),
    }
}

fn find_libpython(maps: &str) -> Option<PathBuf> {
    // The path follows five fields, and may hold spaces.
    let paths = maps
        .lines()
        .filter_map(|line| line.find('/').map(|at| &line[at..]));
    let mut paths = paths.map(PathBuf::from);
    paths.find(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("libpython3"))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::find_libpython;

    #[test]
    fn the_library_is_found_among_the_mapped_files() {
        let maps = "\
00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/instructions
7f0000000000-7f0000001000 rw-p 00000000 00:00 0
7f0000002000-7f0000003000 r--p 00000000 08:02 99 /opt/a b/lib/libpython3.11.so.1.0
";
        let expected = Path::new("/opt/a b/lib/libpython3.11.so.1.0");
        assert_eq!(find_libpython(maps).as_deref(), Some(expected));
        assert_eq!(find_libpython(""), None);
    }
}
