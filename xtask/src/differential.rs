//! `cargo xtask differential`: random programs on all engines, as many as one likes.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{DifferentialArgs, WheelArgs};
use crate::process::importing;
use crate::python::Venv;
use crate::wheel;
use crate::workspace::Workspace;

/// Builds and installs the wheel and runs the comparison with the given options.
pub(crate) fn run(workspace: &Workspace, arguments: &DifferentialArgs) -> Result<ExitCode> {
    let venv = Venv::of(workspace)?;
    venv.prepare()?;
    let wheel = wheel::build(workspace, &venv, WheelArgs::default())?;
    wheel::install(&venv, &wheel)?;
    // The processes that it starts must find the module as well.
    let module = ["-P", "-m", "differential"].map(OsString::from);
    let arguments = module.into_iter().chain(arguments.options.iter().cloned());
    let tests = workspace.root.join("tests");
    let ended = importing(&tests, venv.executable(), arguments, &workspace.root)
        .unchecked()
        .run()?;
    Ok(match ended.status.code() {
        Some(0) => ExitCode::SUCCESS,
        Some(2) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    })
}
