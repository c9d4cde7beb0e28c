//! Tools that Cargo installs, pinned, into the target folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use duct::Expression;

use crate::process::program;
use crate::workspace::Workspace;

/// A program that comes as a package.
#[derive(Debug)]
pub(crate) struct Tool {
    package: &'static str,
    version: &'static str,
    features: &'static [&'static str],
}

/// Changes the code, one place at a time, and tells which changes no test sees.
pub(crate) const MUTANTS: Tool = Tool {
    package: "cargo-mutants",
    version: "27.1.0",
    features: &[],
};

/// Tells which lines the tests run.
pub(crate) const TARPAULIN: Tool = Tool {
    package: "cargo-tarpaulin",
    version: "0.37.5",
    features: &["--no-default-features"], // those are for uploading
};

/// Runs valgrind for the benches that count instructions, which depend on the same version of the library.
const GUNGRAUN: Tool = Tool {
    package: "gungraun-runner",
    version: "0.20.0",
    features: &[],
};

/// Installs what the suites need.
///
/// # Errors
/// When something cannot be installed here; the error says by what it could be.
pub(crate) fn prepare(workspace: &Workspace) -> Result<()> {
    println!("{}", GUNGRAUN.install(workspace)?.display());
    println!("{}", valgrind(workspace)?);
    Ok(())
}

/// The version of valgrind.
///
/// # Errors
/// When it is not there and cannot be installed.
pub(crate) fn valgrind(workspace: &Workspace) -> Result<String> {
    of_the_system(workspace, "valgrind", "valgrind")
}

/// The version of perf.
///
/// # Errors
/// When it is not there and cannot be installed.
pub(crate) fn perf(workspace: &Workspace) -> Result<String> {
    of_the_system(workspace, "perf", "linux-perf")
}

/// The version of a program of the system's, which is installed where it is not there and Debian's packages can be had.
fn of_the_system(workspace: &Workspace, name: &str, package: &str) -> Result<String> {
    let version = || {
        program(name, ["--version"], &workspace.root)
            .stderr_null()
            .read()
    };
    if let Ok(version) = version() {
        return Ok(version);
    }
    let install = ["install", "-qq", "--yes", package];
    for step in [&["update", "-qq"][..], &install] {
        program("apt-get", step, &workspace.root)
            .stdout_to_stderr()
            .run()
            .with_context(|| {
                format!(
                    "{name} is not installed; install it with the system's package manager (on Debian \
                     {package})"
                )
            })?;
    }
    version().with_context(|| format!("{name} was installed but does not run"))
}

impl Tool {
    /// Installs it, unless it is there in the pinned version; the path of the program.
    pub(crate) fn install(&self, workspace: &Workspace) -> Result<PathBuf> {
        let root = workspace.target.join("tools");
        let pinned = format!("{}@{}", self.package, self.version);
        let options = ["install", "--locked", "--quiet"]
            .iter()
            .chain(self.features);
        let options = options.map(OsString::from);
        let places = ["--root".into(), root.clone().into(), pinned.into()];
        program("cargo", options.chain(places), &workspace.root)
            .run()
            .with_context(|| format!("cannot install {}", self.package))?;
        Ok(root.join("bin").join(self.package))
    }
}

/// A run of Cargo through an installed tool: `path` of `cargo-NAME` with `NAME` and `args`.
pub(crate) fn subcommand<A>(path: &Path, name: &str, args: A, dir: &Path) -> Expression
where
    A: IntoIterator,
    A::Item: Into<OsString>,
{
    let args = args.into_iter().map(Into::into);
    program(path, [OsString::from(name)].into_iter().chain(args), dir)
}
