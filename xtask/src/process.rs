//! Starting other programs.

use std::ffi::OsString;
use std::path::Path;

use duct::{Expression, IntoExecutablePath, cmd};

/// What an activated environment or a shell's settings leave behind, and what would make a child find
/// another interpreter or other modules than the ones meant.
const MISLEADING: [&str; 5] = [
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
];

/// `program` with `args`, in the folder `dir`, without input and without a misleading environment.
pub(crate) fn program<P, A>(program: P, args: A, dir: &Path) -> Expression
where
    P: IntoExecutablePath,
    A: IntoIterator,
    A::Item: Into<OsString>,
{
    MISLEADING
        .iter()
        .fold(cmd(program, args), |command, name| command.env_remove(name))
        .stdin_null()
        .dir(dir)
}
