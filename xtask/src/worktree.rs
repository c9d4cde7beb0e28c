//! A commit's files in a worktree of git's.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::process::program;

/// Puts a commit's files into `tree`, in place of what is there. Where they are there already, they are left
/// alone, so that what was built of them counts as built.
///
/// # Errors
/// When there is no such commit, or the tree cannot be written.
pub(crate) fn check_out(repository: &Path, tree: &Path, revision: &str) -> Result<()> {
    if is_at(tree, revision) {
        return Ok(());
    }
    remove(repository, tree)?;
    let path = tree.display().to_string();
    let words = ["worktree", "add", "--quiet", "--detach", &path, revision];
    program("git", words, repository).run()?;
    Ok(())
}

/// Whether `tree` has a commit's files, all of them as they are in it.
fn is_at(tree: &Path, revision: &str) -> bool {
    let git = |words: &[&str]| {
        program("git", words.iter().copied(), tree)
            .stderr_null()
            .read()
    };
    tree.exists()
        && git(&["rev-parse", "HEAD"]).is_ok_and(|head| head == revision)
        && git(&["status", "--porcelain"]).is_ok_and(|changed| changed.is_empty())
}

/// Removes the tree, if it is there, and what the repository knows of it.
///
/// # Errors
/// When it cannot be removed.
pub(crate) fn remove(repository: &Path, tree: &Path) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| format!("cannot remove {}", tree.display()))?;
    }
    program("git", ["worktree", "prune"], repository).run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check_out, remove};
    use crate::repository::{commit, git, init};

    #[test]
    fn a_tree_is_of_the_commit_and_can_be_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repository = folder.path().join("repository");
        std::fs::create_dir(&repository).expect("the folder is writable");
        init(&repository);
        let [one, other] = ["one", "other"].map(|text| commit(&repository, "file", text));
        let tree = folder.path().join("tree");
        let text = |tree: &Path| std::fs::read_to_string(tree.join("file")).expect("it is there");
        for (revision, expected) in [(&one, "one"), (&other, "other")] {
            check_out(&repository, &tree, revision).unwrap_or_else(|error| panic!("{error:#}"));
            assert_eq!(text(&tree), expected);
        }
        let built = |tree: &Path| {
            let file = std::fs::metadata(tree.join("file"));
            file.and_then(|file| file.modified())
                .expect("the file has a time")
        };
        let before = built(&tree);
        check_out(&repository, &tree, &other).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(built(&tree), before);
        std::fs::write(tree.join("file"), "changed").expect("the file is writable");
        check_out(&repository, &tree, &other).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(text(&tree), "other");
        for _ in 0..2 {
            remove(&repository, &tree).unwrap_or_else(|error| panic!("{error:#}"));
            assert!(!tree.exists());
        }
        let listed = git(&repository, &["worktree", "list"]);
        assert_eq!(listed.lines().count(), 1, "{listed}");
    }
}
