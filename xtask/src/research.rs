//! The bench target that does the measuring for `sweep` and `profile`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use crate::built;
use crate::workspace::Workspace;

/// Its name.
pub(crate) const TARGET: &str = "research";

/// The command line of its part that runs one case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The built program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
}

/// Builds it; the path of the program.
///
/// # Errors
/// When it does not build.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    built::bench(&workspace.root, None, TARGET)
}
