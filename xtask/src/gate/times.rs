//! The record of the comparison, where there is one of what is judged.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use doeff_reports::Report;
use doeff_reports::gate::{NoTimes, Record, Times};

use super::SOURCES;
use crate::process::program;

/// The comparison's record.
const FILE: &str = "report.json";

/// The ratios of times of the comparison in `folder`, if that is of the same sources as `record`.
pub(super) fn read(root: &Path, folder: &Path, record: &Record) -> Result<Times, NoTimes> {
    let path = folder.join(FILE);
    let report = Report::read(&path)?;
    let times = Times::of(&report, record)?;
    match changed_after(root, modified(&path)) {
        Some(source) => Err(NoTimes::Older(source)),
        None => Ok(times),
    }
}

/// A source that differs from its commit and was changed after that time: the revision alone does not tell.
fn changed_after(root: &Path, time: Option<SystemTime>) -> Option<String> {
    let words = ["diff", "--name-only", "HEAD", "--"];
    let git = program("git", words.into_iter().chain(SOURCES), root);
    let names = git.stderr_null().read().unwrap_or_default();
    let mut names = names.lines();
    let name = names.find(|name| modified(&root.join(name)) > time)?; // one that is gone has none
    Some(name.to_owned())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::repository::{commit, init};

    #[test]
    fn only_a_change_after_the_comparison_tells_that_it_is_of_something_else() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let root = folder.path();
        let path = root.join("Cargo.toml");
        init(root);
        commit(root, "Cargo.toml", "one");
        let then = modified(&path).expect("it was just written");
        let [before, after] = [
            then - Duration::from_secs(60),
            then + Duration::from_secs(60),
        ];
        assert_eq!(changed_after(root, Some(before)), None);
        fs::write(&path, "other").expect("the folder is writable");
        let found = changed_after(root, Some(before));
        assert_eq!(found.as_deref(), Some("Cargo.toml"));
        assert_eq!(changed_after(root, Some(after)), None);
    }
}
