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

/// As [`program`], for a Python interpreter that finds the modules in `modules` before all others; so
/// do the interpreters that it starts.
pub(crate) fn importing<P, A>(modules: &Path, python: P, args: A, dir: &Path) -> Expression
where
    P: IntoExecutablePath,
    A: IntoIterator,
    A::Item: Into<OsString>,
{
    // What is set further inside wins.
    let started = cmd(python, args).env("PYTHONPATH", modules);
    clean(started, dir)
}

/// `program` with `args`, in the folder `dir`, without input and without a misleading environment.
pub(crate) fn program<P, A>(program: P, args: A, dir: &Path) -> Expression
where
    P: IntoExecutablePath,
    A: IntoIterator,
    A::Item: Into<OsString>,
{
    clean(cmd(program, args), dir)
}

fn clean(started: Expression, dir: &Path) -> Expression {
    MISLEADING
        .iter()
        .fold(started, |command, name| command.env_remove(name))
        .stdin_null()
        .dir(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules_of(command: &Expression) -> String {
        command.read().expect("there is a shell")
    }

    #[test]
    fn only_the_modules_that_are_meant_are_found() {
        let (dir, show) = (Path::new("/"), ["-c", "echo \"${PYTHONPATH-unset}\""]);
        let set = |command: Expression| command.env("PYTHONPATH", "/misleading");
        assert_eq!(modules_of(&set(program("sh", show, dir))), "unset");
        let meant = importing(Path::new("/meant"), "sh", show, dir);
        assert_eq!(modules_of(&set(meant)), "/meant");
    }
}
