//! The file that the interpreter's code was loaded from.

use std::fs;
use std::path::PathBuf;

/// The library that this process has loaded; `None` where the system does not tell.
pub(crate) fn loaded() -> Option<PathBuf> {
    find(&fs::read_to_string("/proc/self/maps").ok()?)
}

fn find(maps: &str) -> Option<PathBuf> {
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

    use super::find;

    #[test]
    fn the_library_is_found_among_the_mapped_files() {
        let maps = "\
00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/instructions
7f0000000000-7f0000001000 rw-p 00000000 00:00 0
7f0000002000-7f0000003000 r--p 00000000 08:02 99 /opt/a b/lib/libpython3.11.so.1.0
";
        let expected = Path::new("/opt/a b/lib/libpython3.11.so.1.0");
        assert_eq!(find(maps).as_deref(), Some(expected));
        assert_eq!(find(""), None);
    }
}
