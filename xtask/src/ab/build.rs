//! A build of a revision in a tree and a target folder of its own.
//!
//! Two builds of one revision differ in where the linker puts the code, as the paths of their trees do: that alone is
//! worth 0.4 % of the time, which one build would take for a difference of the revisions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::built;
use crate::process::program;
use crate::profile::{Profile, callgrind};
use crate::research::{self, Case};
use crate::workspace::Workspace;

/// One build.
#[derive(Debug)]
pub(super) struct Build {
    /// What it is called in the comparison.
    pub(super) name: String,
    /// The commit.
    pub(super) revision: String,
    /// The program that serves its engines.
    pub(super) program: PathBuf,
    tree: PathBuf,
    target: PathBuf,
}

impl Build {
    /// Builds a commit. What was built of it before under the same name is used again.
    pub(super) fn of(workspace: &Workspace, name: &str, revision: &str) -> Result<Self> {
        let place = workspace.target.join("ab").join(name);
        let tree = place.join("tree");
        check_out(&workspace.root, &tree, revision)?;
        eprintln!("\n== building {revision} as {name}");
        let target = place.join("target");
        let program = built::bench(&tree, Some(&target), "compare")
            .with_context(|| format!("cannot build {revision}"))?;
        Ok(Self {
            name: name.to_owned(),
            revision: revision.to_owned(),
            program,
            tree,
            target,
        })
    }

    /// Where the instructions of a workload go in this build.
    pub(super) fn profile(&self, workload: &str) -> Result<Profile> {
        let program = built::bench(&self.tree, Some(&self.target), research::TARGET)?;
        let words = ["run", "--engine", "vm", workload];
        let case = Case {
            program,
            args: words.map(Into::into).into(),
        };
        let files = tempfile::tempdir().context("cannot make a folder for callgrind's files")?;
        callgrind::record(&case, files.path())
    }
}

/// Puts a commit's files into `tree`. The tree stays, as what is built runs its Python files.
fn check_out(repository: &Path, tree: &Path, revision: &str) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| format!("cannot remove {}", tree.display()))?;
    }
    program("git", ["worktree", "prune"], repository).run()?;
    let path = tree.display().to_string();
    let words = ["worktree", "add", "--quiet", "--detach", &path, revision];
    program("git", words, repository).run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check_out;
    use crate::process::program;

    #[test]
    fn a_tree_is_of_the_commit_and_can_be_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repository = folder.path().join("repository");
        std::fs::create_dir(&repository).expect("the folder is writable");
        let git = |words: &[&str]| {
            let identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
            let said = program("git", [&identity, words].concat(), &repository).read();
            said.unwrap_or_else(|error| panic!("{error}"))
        };
        let commit = |text: &str| {
            std::fs::write(repository.join("file"), text).expect("the folder is writable");
            git(&["add", "file"]);
            git(&["commit", "--quiet", "--message", text]);
            git(&["rev-parse", "HEAD"])
        };
        git(&["init", "--quiet"]);
        let (one, other) = (commit("one"), commit("other"));
        let tree = folder.path().join("tree");
        let text = |tree: &Path| std::fs::read_to_string(tree.join("file")).expect("it is there");
        for (revision, expected) in [(one, "one"), (other, "other")] {
            check_out(&repository, &tree, &revision).unwrap_or_else(|error| panic!("{error:#}"));
            assert_eq!(text(&tree), expected);
        }
    }
}
