//! `cargo xtask soak`: programs that are very deep or very long, within bounds of memory.

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::WheelArgs;
use crate::python::Venv;
use crate::wheel;
use crate::workspace::Workspace;

const SCRIPT: &str = "tests/soak/soak.py";

/// Builds and installs the wheel and runs the script, which prints each figure.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let venv = Venv::of(workspace)?;
    venv.prepare()?;
    let wheel = wheel::build(workspace, &venv, WheelArgs::default())?;
    wheel::install(&venv, &wheel)?;
    let ended = venv.python([SCRIPT]).unchecked().run()?;
    Ok(if ended.status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
