//! The files that this process's code was loaded from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use sha2::{Digest as _, Sha256};

/// The interpreter's library.
///
/// # Errors
/// When the system does not tell.
pub(crate) fn libpython() -> Result<PathBuf> {
    library("libpython3")
}

/// The library whose file has a name that begins so.
///
/// # Errors
/// When the system does not tell, or there is none.
pub(crate) fn library(name: &str) -> Result<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps")
        .with_context(|| format!("cannot find the library {name}: /proc/self/maps"))?;
    find(&maps, name).ok_or_else(|| anyhow!("this process has loaded no file called {name}*"))
}

/// SHA-256 of a file's content, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

fn find(maps: &str, name: &str) -> Option<PathBuf> {
    // The path follows five fields, and may hold spaces.
    let paths = maps
        .lines()
        .filter_map(|line| line.find('/').map(|at| &line[at..]));
    let mut paths = paths.map(PathBuf::from);
    paths.find(|path| {
        let file = path.file_name().and_then(|file| file.to_str());
        file.is_some_and(|file| file.starts_with(name))
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
        let libc = Path::new("/lib/libc.so.6");
        assert_eq!(find(maps, "libc.").as_deref(), Some(libc));
        assert_eq!(find(maps, "libm."), None);
        assert_eq!(find("", "libpython3"), None);
    }
}
