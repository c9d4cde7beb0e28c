//! The extension module built in a scratch copy, for tests of a machine that was changed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::process::{importing, program};
use crate::python::Venv;
use crate::scratch::{CORE, Scratch};
use crate::workspace::Workspace;

const BINDING: &str = "vm/py";

/// The tests whose programs the machine runs, without those of the baseline.
const TESTS: [&str; 6] = [
    "tests/corpus",
    "tests/conformance",
    "-k",
    "vm",
    "--exitfirst",
    "-q",
];

/// A copy of the machine and its binding, and the package that is built from it.
#[derive(Debug)]
pub(crate) struct Extension<'a> {
    /// Where the copy is.
    pub(crate) root: PathBuf,
    modules: PathBuf,
    workspace: &'a Workspace,
    venv: &'a Venv,
}

impl<'a> Extension<'a> {
    pub(crate) fn scratch(workspace: &'a Workspace, venv: &'a Venv) -> Result<Self> {
        let Scratch { root } = Scratch::make(workspace, "mutants-python", &[CORE, BINDING])?;
        Ok(Self {
            modules: root.join(BINDING).join("python"),
            root,
            workspace,
            venv,
        })
    }

    /// Builds the module and puts it into the copy of the package.
    pub(crate) fn build(&self) -> Result<()> {
        let target = self.root.join("target");
        program(
            "cargo",
            ["build", "--quiet", "--release", "-p", "doeff-vm"],
            &self.root,
        )
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_RELEASE_LTO", "off") // these builds are many, and none is kept
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("PYO3_PYTHON", self.venv.executable())
        .env("PYO3_BUILD_EXTENSION_MODULE", "1")
        .run()
        .context("cannot build the extension module")?;
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let built = target
            .join("release")
            .join(format!("{prefix}doeff_vm{suffix}"));
        let module = self.modules.join("doeff_vm/doeff_vm.so");
        fs::copy(&built, &module).with_context(|| format!("cannot write {}", module.display()))?;
        Ok(())
    }

    /// Whether the Python tests pass with it.
    pub(crate) fn passes(&self) -> Result<bool> {
        let args = ["-P", "-m", "pytest", "-p", "no:cacheprovider"];
        let pytest = args.into_iter().chain(TESTS);
        let ended = importing(
            &self.modules,
            self.venv.executable(),
            pytest,
            &self.workspace.root,
        )
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .run()
        .context("cannot run the Python tests")?;
        Ok(ended.status.success())
    }
}
