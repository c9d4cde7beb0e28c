//! A build of a revision in a tree and a target folder of its own.
//!
//! Two builds of one revision differ in where the linker puts the code, as the paths of their trees do: that alone is
//! worth 0.4 % of the time, which one build would take for a difference of the revisions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process::program;
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
}

impl Build {
    /// Builds a commit. What was built of it before under the same name is used again.
    pub(super) fn of(workspace: &Workspace, name: &str, revision: &str) -> Result<Self> {
        let place = workspace.target.join("ab").join(name);
        let tree = place.join("tree");
        check_out(&workspace.root, &tree, revision)?;
        eprintln!("\n== building {revision} as {name}");
        let program = compile(&tree, &place.join("target"))
            .with_context(|| format!("cannot build {revision}"))?;
        Ok(Self {
            name: name.to_owned(),
            revision: revision.to_owned(),
            program,
        })
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

/// Builds the comparison's program; its path.
fn compile(tree: &Path, target: &Path) -> Result<PathBuf> {
    let words = [
        "bench",
        "--bench",
        "compare",
        "--no-run",
        "--message-format",
        "json-render-diagnostics",
    ];
    let messages = program("cargo", words, tree)
        .env("CARGO_TARGET_DIR", target)
        .read()?;
    executable(&messages).context("cargo built no program called compare")
}

/// The executable that Cargo's messages name.
fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_it =
            message["reason"] == "compiler-artifact" && message["target"]["name"] == "compare";
        let path = message["executable"].as_str().filter(|_| is_it)?;
        Some(path.into())
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{check_out, executable};
    use crate::process::program;

    #[test]
    fn the_program_is_the_one_that_cargo_names() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"doeff_reports\"},\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"compare\"},\"executable\":\"/t/compare-1\"}\n\
                        {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(executable(messages), Some(PathBuf::from("/t/compare-1")));
        assert_eq!(executable("Compiling\n"), None);
    }

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
