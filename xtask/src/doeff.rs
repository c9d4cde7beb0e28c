//! The environment of doeff's users: its published packages on our wheel.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::process::program;
use crate::python::Venv;
use crate::workspace::Workspace;

/// The pinned packages.
const REQUIREMENTS: &str = "tests/doeff/requirements.txt";

/// A virtual environment with doeff's packages and nothing else; the workspace's own installs into it.
#[derive(Debug)]
pub(crate) struct Environment<'a> {
    root: &'a Path,
    dir: PathBuf,
    venv: &'a Venv,
}

impl<'a> Environment<'a> {
    /// The one in the target folder, not yet made.
    pub(crate) fn of(workspace: &'a Workspace, venv: &'a Venv) -> Self {
        Self {
            root: &workspace.root,
            dir: workspace.target.join("doeff"),
            venv,
        }
    }

    /// Its interpreter.
    pub(crate) fn executable(&self) -> PathBuf {
        self.dir.join("bin").join("python")
    }

    /// Makes it, unless it is there as wanted. An error is told where the packages cannot be had.
    pub(crate) fn prepare(&self) -> Result<()> {
        let requirements = self.root.join(REQUIREMENTS);
        let pins = fs::read_to_string(&requirements)
            .with_context(|| format!("cannot read {}", requirements.display()))?;
        let base = &self.venv.base;
        let wanted = format!("{}\n{}\n{pins}", base.executable.display(), base.version);
        let stamp = self.dir.join("prepared-for");
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        eprintln!("making {}", self.dir.display());
        let make = ["-m", "venv", "--clear", "--without-pip"].map(OsString::from);
        let make = make.into_iter().chain([self.dir.clone().into()]);
        program(&base.executable, make, self.root)
            .stdout_to_stderr()
            .run()
            .context("cannot make the virtual environment")?;
        let install = [
            "install",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--requirement",
        ];
        self.pip(install, Some(&requirements))?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
    }

    /// Installs `wheel`, and checks that it is what the packages require.
    pub(crate) fn install(&self, wheel: &Path) -> Result<()> {
        let install = ["install", "--force-reinstall", "--no-deps", "--no-index"];
        self.pip(install, Some(wheel))?;
        self.pip(["check"], None)
    }

    fn pip<const N: usize>(&self, args: [&str; N], path: Option<&Path>) -> Result<()> {
        let here = [OsString::from("--python"), self.executable().into()];
        let args = here.into_iter().chain(args.map(OsString::from));
        self.venv.pip(args.chain(path.map(Into::into)))
    }
}
