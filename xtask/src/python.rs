//! The interpreter, and the virtual environment with the pinned tools.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use duct::Expression;
use serde::Deserialize;

use crate::process::program;
use crate::workspace::Workspace;

const OLDEST: (u8, u8) = (3, 11);

/// Installs the dependency groups; the pip that comes with an interpreter may be too old to know them.
const PIP: &str = "pip==26.3";

/// The dependency groups of pyproject.toml that the environment gets.
const GROUPS: [&str; 3] = ["wheel", "test", "lint"];

/// Tells what [`Interpreter`] holds.
const PROBE: &str = "xtask/python/interpreter.py";

/// A CPython outside of any virtual environment.
#[derive(Debug, Deserialize)]
pub(crate) struct Interpreter {
    /// The base interpreter where the one found belongs to a virtual environment: a program that embeds
    /// Python finds the standard library by the base interpreter only.
    pub(crate) executable: PathBuf,
    implementation: String,
    pub(crate) version: String,
    version_info: (u8, u8),
    makes_venvs: bool,
}

impl Interpreter {
    /// The interpreter that `PYO3_PYTHON` names, else the `python3` on the `PATH`.
    fn find(root: &Path) -> Result<Self> {
        let wanted = env::var_os("PYO3_PYTHON").unwrap_or_else(|| "python3".into());
        let name = wanted.to_string_lossy().into_owned();
        let found = program(wanted, [PROBE], root).read().with_context(|| {
            format!(
                "cannot run the Python interpreter '{name}'; install CPython {}.{} or newer, or set \
                 PYO3_PYTHON to the path of one",
                OLDEST.0, OLDEST.1
            )
        })?;
        let interpreter: Self = serde_json::from_str(&found)
            .with_context(|| format!("cannot understand what '{name}' says of itself"))?;
        interpreter.check()?;
        Ok(interpreter)
    }

    fn check(&self) -> Result<()> {
        let Self {
            executable,
            version_info: (major, minor),
            ..
        } = self;
        let executable = executable.display();
        if self.implementation != "cpython" || self.version_info < OLDEST {
            bail!(
                "{executable} is {} {major}.{minor}, but CPython {}.{} or newer is needed; set PYO3_PYTHON to \
                 the path of one",
                self.implementation,
                OLDEST.0,
                OLDEST.1
            );
        }
        if !self.makes_venvs {
            bail!(
                "{executable} cannot make virtual environments; install its modules venv and ensurepip (on \
                 Debian the package python{major}.{minor}-venv), or set PYO3_PYTHON to another CPython"
            );
        }
        Ok(())
    }
}

/// The workspace's own virtual environment, `.venv`.
#[derive(Debug)]
pub(crate) struct Venv {
    root: PathBuf,
    dir: PathBuf,
    pub(crate) base: Interpreter,
}

impl Venv {
    /// The environment of `workspace`, not yet made.
    pub(crate) fn of(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            root: workspace.root.clone(),
            dir: workspace.root.join(".venv"),
            base: Interpreter::find(&workspace.root)?,
        })
    }

    /// A run of the environment's interpreter in the workspace's root. `-P` keeps that folder off the
    /// module path, so that nothing but the environment's own packages can be imported.
    pub(crate) fn python<A>(&self, args: A) -> Expression
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        let args = args.into_iter().map(Into::into);
        let args = [OsString::from("-P")].into_iter().chain(args);
        program(self.executable(), args, &self.root)
    }

    /// The environment's interpreter.
    pub(crate) fn executable(&self) -> PathBuf {
        self.dir.join("bin").join("python")
    }

    /// A program that comes with one of the environment's packages.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.dir.join("bin").join(name)
    }

    /// Makes the environment and installs the pinned tools, unless all is there as wanted.
    pub(crate) fn prepare(&self) -> Result<()> {
        let stamp = self.dir.join("prepared-for");
        let wanted = self.wanted()?;
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            eprintln!("{} is up to date", self.dir.display());
            return Ok(());
        }
        eprintln!(
            "making {} anew with {} ({})",
            self.dir.display(),
            self.base.executable.display(),
            self.base.version
        );
        let make = [OsString::from("-m"), "venv".into(), "--clear".into()];
        program(
            &self.base.executable,
            make.into_iter().chain([self.dir.clone().into()]),
            &self.root,
        )
        .stdout_to_stderr()
        .run()
        .context("cannot make the virtual environment")?;
        self.pip(["install", "--upgrade", PIP])?;
        self.pip(
            ["install"]
                .into_iter()
                .chain(GROUPS.into_iter().flat_map(|group| ["--group", group])),
        )?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
    }

    /// Runs the environment's pip.
    pub(crate) fn pip<A>(&self, args: A) -> Result<()>
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        let pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
        self.python(
            pip.into_iter()
                .map(OsString::from)
                .chain(args.into_iter().map(Into::into)),
        )
        .stdout_to_stderr()
        .run()
        .context("pip failed")?;
        Ok(())
    }

    /// What the environment depends on, as text: the interpreter and every pin.
    fn wanted(&self) -> Result<String> {
        let path = self.root.join("pyproject.toml");
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let project: toml::Table =
            toml::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))?;
        let groups = project
            .get("dependency-groups")
            .with_context(|| format!("{} has no [dependency-groups]", path.display()))?;
        let Interpreter {
            executable,
            version,
            ..
        } = &self.base;
        Ok(format!(
            "{}\n{version}\n{}\n{PIP}\n{groups}\n",
            self.dir.display(),
            executable.display(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Interpreter;

    fn interpreter(implementation: &str, version_info: (u8, u8), makes_venvs: bool) -> Interpreter {
        Interpreter {
            executable: "/opt/python".into(),
            implementation: implementation.to_owned(),
            version: "text".to_owned(),
            version_info,
            makes_venvs,
        }
    }

    fn refusal(interpreter: &Interpreter) -> String {
        let error = interpreter.check().expect_err("it is unfit");
        error.to_string()
    }

    #[test]
    fn cpython_3_11_and_newer_will_do() {
        for version in [(3, 11), (3, 13), (4, 0)] {
            assert!(interpreter("cpython", version, true).check().is_ok());
        }
    }

    #[test]
    fn an_unfit_interpreter_is_refused_with_the_cure() {
        let old = refusal(&interpreter("cpython", (3, 10), true));
        assert!(
            old.contains("is cpython 3.10, but CPython 3.11 or newer is needed"),
            "{old}"
        );
        assert!(old.contains("PYO3_PYTHON"), "{old}");
        let other = refusal(&interpreter("pypy", (3, 11), true));
        assert!(other.contains("is pypy 3.11"), "{other}");
        let bare = refusal(&interpreter("cpython", (3, 11), false));
        assert!(bare.contains("python3.11-venv"), "{bare}");
    }
}
