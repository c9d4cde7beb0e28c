//! An ancestor that is built and measured, where there is no record to compare with.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use doeff_reports::gate::{Baseline, Origin};

use super::folder::Folder;
use super::measure::Measurement;
use super::resolve;
use crate::process::program;
use crate::scratch::copy_tree;
use crate::workspace::Workspace;
use crate::worktree;

/// How many ancestors are tried: one that does not build says nothing.
const TRIED: usize = 5;

/// The branch that changes are made for, as it may be called in a clone.
const MAIN: [&str; 2] = ["origin/main", "main"];

/// The first of the named revision, or else the newest ancestors, that can be built and measured.
pub(super) fn baseline(
    workspace: &Workspace,
    named: Option<&str>,
    measurement: &Measurement<'_>,
) -> Result<Option<Baseline>> {
    let root = &workspace.root;
    let revisions = match named {
        Some(name) => vec![resolve(root, name)?],
        None => ancestors(root)?,
    };
    let scratch = Tree::of(workspace);
    scratch.check_tools()?;
    for revision in revisions {
        eprintln!("\n== {revision}, to compare with");
        match scratch.measure(&revision, measurement) {
            Ok(baseline) => return Ok(Some(baseline)),
            Err(error) if named.is_some() => return Err(error),
            Err(error) => eprintln!("{revision} cannot be compared with: {error:#}"),
        }
    }
    Ok(None)
}

/// The newest ancestors that a change can be compared with, newest first: of a branch, what it branched from;
/// of what is not committed, the last commit.
fn ancestors(root: &Path) -> Result<Vec<String>> {
    let head = resolve(root, "HEAD")?;
    let bases = MAIN.iter().filter_map(|main| {
        let base = program("git", ["merge-base", main, "HEAD"], root);
        base.stderr_null().read().ok()
    });
    let base = bases.into_iter().find(|base| *base != head);
    let changed = ["status", "--porcelain", "--untracked-files=no"];
    let dirty = !program("git", changed, root).read()?.is_empty();
    let newest = match base {
        Some(base) => base,
        None if dirty => head,
        None => match resolve(root, "HEAD^") {
            Ok(parent) => parent,
            Err(_) => return Ok(Vec::new()), // the first commit, or a clone of the last one alone
        },
    };
    let count = format!("--max-count={TRIED}");
    let listed = program("git", ["rev-list", "--first-parent", &count, &newest], root).read()?;
    Ok(listed.lines().map(str::to_owned).collect())
}

/// A worktree beside what is built here, with a target folder of its own.
struct Tree<'a> {
    repository: &'a Path,
    /// Where Cargo puts installed tools, for this target folder.
    tools: PathBuf,
    root: PathBuf,
    target: PathBuf,
    output: PathBuf,
}

impl<'a> Tree<'a> {
    fn of(workspace: &'a Workspace) -> Self {
        let place = workspace.target.join("gate");
        Self {
            repository: &workspace.root,
            tools: workspace.target.join("tools"),
            root: place.join("tree"),
            target: place.join("target"),
            output: place.join("records"),
        }
    }

    fn measure(&self, revision: &str, like: &Measurement<'_>) -> Result<Baseline> {
        worktree::check_out(self.repository, &self.root, revision)?;
        let measured = self.measure_tree(like);
        // What was built stays: the next time takes less.
        let removed = worktree::remove(self.repository, &self.root);
        let baseline = measured?;
        removed?;
        Ok(baseline)
    }

    fn measure_tree(&self, like: &Measurement<'_>) -> Result<Baseline> {
        self.lend_tools()?;
        let measurement = Measurement {
            root: &self.root,
            target: Some(self.target.clone()),
            ..*like
        };
        // A ceiling may be broken there: only what is read counts.
        let failures = measurement.run(&self.output)?;
        let found = measurement.read(&self.output, &failures)?;
        Ok(Baseline {
            origin: Origin::Built,
            record: found.record,
            accepted: Folder::within(&self.root).accepted()?,
        })
    }

    /// That there are tools, without which no ancestor can be counted.
    fn check_tools(&self) -> Result<()> {
        ensure!(
            self.tools.is_dir(),
            "an ancestor has to be counted to compare with, but {} is not there, which has what counts: run `cargo xtask \
             tools`",
            self.tools.display()
        );
        Ok(())
    }

    /// The benches look for tools in their own target folder.
    fn lend_tools(&self) -> Result<()> {
        copy_tree(&self.tools, &self.target.join("tools"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::repository::{commit, git, init};

    #[test]
    fn the_newest_ancestor_depends_on_where_one_is() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let root = folder.path();
        init(root);
        let commit = |text: &str| commit(root, "file", text);
        let first = commit("first");
        let found = || ancestors(root).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(found(), [""; 0]);
        let second = commit("second");
        assert_eq!(found(), [first.as_str()]);
        fs::write(root.join("file"), "not committed").expect("the folder is writable");
        assert_eq!(found(), [second.as_str(), &first]);
        git(root, &["checkout", "--quiet", "-b", "branch", "--force"]);
        commit("third");
        commit("fourth");
        assert_eq!(found(), [second.as_str(), &first]);
        assert!(resolve(root, "nowhere").is_err());
    }

    #[test]
    fn without_tools_the_cure_is_told() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let workspace = Workspace {
            root: folder.path().to_owned(),
            target: folder.path().join("target"),
        };
        let tree = Tree::of(&workspace);
        let error = tree.check_tools().expect_err("there are none").to_string();
        assert!(error.contains("cargo xtask tools"), "{error}");
        fs::create_dir_all(&tree.tools).expect("the folder is writable");
        assert!(tree.check_tools().is_ok());
    }
}
