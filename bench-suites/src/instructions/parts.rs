//! Whose instructions they are that a run made, from the files that callgrind has written of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use doeff_reports::callgrind::own_costs;
use doeff_reports::instructions::Part;

/// What the names of callgrind's files begin with, but for logs.
const FILE: &str = "callgrind.";

/// The instructions by what they belong to, over the files in `folder` whose names have `id`: one for each thread.
/// Their sum is the total, which is checked.
///
/// # Errors
/// When a file cannot be read, or not all instructions are in them.
pub(super) fn read(folder: &Path, id: &str, total: u64) -> Result<BTreeMap<Part, u64>> {
    let mut parts = BTreeMap::new();
    for path in files(folder, id)? {
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        own_costs(&String::from_utf8_lossy(&text), |own| {
            *parts.entry(Part::of(own.object, own.function)).or_default() += own.count;
        })?;
    }
    let sum: u64 = parts.values().sum();
    if sum != total {
        bail!("callgrind counted {total} instructions, but {sum} in all functions of {id}");
    }
    Ok(parts)
}

fn files(folder: &Path, id: &str) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let mut words = name.split('.');
        let of_job = name.starts_with(FILE) && words.any(|word| word == id);
        if of_job && words.any(|word| word == "out") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_job_are_added_up_and_checked() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("the folder is writable");
        };
        let python = "ob=/lib/libpython3.11.so.1.0\nfn=PyGen_am_send\n";
        write(
            "callgrind.job_1.t1.out",
            &format!("{python}0 7\nob=/bin/a\nfn=doeff_vm::f\n0 2\n"),
        );
        write("callgrind.job_1.t2.out", &format!("{python}0 5\n"));
        write("callgrind.job_1.t1.log", "nothing of use");
        write("callgrind.job_12.out", &format!("{python}0 90\n"));
        let read = |total| read(folder.path(), "job_1", total);
        let parts = read(14).expect("they add up");
        assert_eq!(parts, [(Part::Cpython, 12), (Part::Binding, 2)].into());
        let error = read(15).expect_err("one is not there");
        assert!(
            error.to_string().contains("15 instructions, but 14"),
            "{error}"
        );
    }
}
