//! A build of a revision in a tree and a target folder of its own.
//!
//! Two builds of one revision differ in where the linker puts the code, as the paths of their trees do: that alone is
//! worth 0.4 % of the time, which one build would take for a difference of the revisions.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::built;
use crate::profile::{Profile, callgrind};
use crate::research::{self, Case};
use crate::workspace::Workspace;
use crate::worktree;

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
        // It stays, as what is built runs its Python files.
        worktree::check_out(&workspace.root, &tree, revision)?;
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
