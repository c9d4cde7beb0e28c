//! `cargo xtask test`: the steps and their order.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use duct::Expression;

use crate::cli::Area::{self, Lint, Python, Rust};
use crate::cli::{TestArgs, WheelArgs};
use crate::doeff::Environment;
use crate::process::program;
use crate::python::Venv;
use crate::suite::{self, Step};
use crate::wheel;
use crate::workspace::Workspace;

/// What a step works with.
struct Context {
    workspace: Workspace,
    venv: Venv,
    wheel: OnceCell<PathBuf>,
    /// The interpreter of the environment with doeff, where its packages can be had.
    doeff: OnceCell<PathBuf>,
}

type Action = fn(&Context) -> Result<()>;

const ENVIRONMENT: &str = "environment";
const WHEEL: &str = "wheel";
const INSTALLATION: &str = "installation";

/// Every step with the areas it belongs to and the steps it needs. The slow ones come last in each language.
const STEPS: [(&str, &[Area], &[&str], Action); 13] = [
    (ENVIRONMENT, &[Python, Lint], &[], |c| c.venv.prepare()),
    (WHEEL, &[Python], &[ENVIRONMENT], Context::build_wheel),
    (INSTALLATION, &[Python], &[WHEEL], Context::install_wheel),
    ("doeff", &[Python], &[WHEEL], Context::install_doeff),
    ("cargo fmt", &[Rust, Lint], &[], Context::cargo_fmt),
    ("cargo clippy", &[Rust, Lint], &[], Context::cargo_clippy),
    ("cargo doc", &[Rust, Lint], &[], Context::cargo_doc),
    ("cargo test", &[Rust], &[], Context::cargo_test),
    ("ruff check", &[Python, Lint], &[ENVIRONMENT], |c| {
        c.module(&["ruff", "check"])
    }),
    ("ruff format", &[Python, Lint], &[ENVIRONMENT], |c| {
        c.module(&["ruff", "format", "--check"])
    }),
    ("pyright", &[Python, Lint], &[ENVIRONMENT], Context::pyright),
    ("workflows", &[Lint], &[ENVIRONMENT], Context::workflows),
    ("pytest", &[Python], &[INSTALLATION], Context::pytest),
];

/// Runs the steps that `arguments` ask for.
pub(crate) fn run(workspace: Workspace, arguments: TestArgs) -> Result<ExitCode> {
    let context = Context {
        venv: Venv::of(&workspace)?,
        workspace,
        wheel: OnceCell::new(),
        doeff: OnceCell::new(),
    };
    let summary = suite::run(&steps(arguments.only), &context, arguments.fail_fast);
    eprintln!("\n{summary}");
    Ok(if summary.passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The steps of one area, or all.
fn steps(only: Option<Area>) -> Vec<Step<Context>> {
    STEPS
        .into_iter()
        .filter(|(_, areas, ..)| only.is_none_or(|area| areas.contains(&area)))
        .map(|(name, _, needs, action)| Step {
            name,
            needs,
            action,
        })
        .collect()
}

impl Context {
    fn build_wheel(&self) -> Result<()> {
        let wheel = wheel::build(&self.workspace, &self.venv, WheelArgs::default())?;
        eprintln!("the wheel is {}", wheel.display());
        self.wheel
            .set(wheel)
            .ok()
            .context("the wheel is built already")
    }

    fn install_wheel(&self) -> Result<()> {
        let wheel = self.wheel.get().context("the wheel is not built yet")?;
        wheel::install(&self.venv, wheel)
    }

    /// Without a network there is no doeff, and its tests say why they are skipped.
    fn install_doeff(&self) -> Result<()> {
        let wheel = self.wheel.get().context("the wheel is not built yet")?;
        let environment = Environment::of(&self.workspace, &self.venv);
        if let Err(error) = environment.prepare() {
            eprintln!("the tests with doeff will be skipped: {error:#}");
            return Ok(());
        }
        environment.install(wheel)?;
        self.doeff
            .set(environment.executable())
            .ok()
            .context("the environment is made already")
    }

    fn pytest(&self) -> Result<()> {
        let pytest = self.venv.python(["-m", "pytest"]);
        let pytest = match self.doeff.get() {
            Some(python) => pytest.env("DOEFF_PYTHON", python),
            None => pytest.env_remove("DOEFF_PYTHON"),
        };
        pytest.run()?;
        Ok(())
    }

    /// A run of cargo. PyO3 gets the base interpreter: a test that embeds Python must find its library.
    fn cargo(&self, args: &[&str]) -> Expression {
        program("cargo", args, &self.workspace.root).env("PYO3_PYTHON", &self.venv.base.executable)
    }

    fn cargo_fmt(&self) -> Result<()> {
        self.cargo(&["fmt", "--all", "--check"]).run()?;
        Ok(())
    }

    fn cargo_clippy(&self) -> Result<()> {
        let all = ["clippy", "--workspace", "--all-targets", "--keep-going"];
        let lints = ["--", "-D", "warnings"];
        self.cargo(&[&all[..], &lints].concat()).run()?;
        Ok(())
    }

    fn cargo_doc(&self) -> Result<()> {
        let all = ["doc", "--workspace", "--no-deps", "--keep-going"];
        self.cargo(&[&all[..], &["--document-private-items"]].concat())
            .env("RUSTDOCFLAGS", "-D warnings")
            .run()?;
        Ok(())
    }

    fn cargo_test(&self) -> Result<()> {
        self.cargo(&["test", "--workspace", "--no-fail-fast"])
            .run()?;
        Ok(())
    }

    /// Runs a tool of the environment by the name of its module.
    fn module(&self, args: &[&str]) -> Result<()> {
        self.venv.python([&["-m"], args].concat()).run()?;
        Ok(())
    }

    /// GitHub's workflows: whether they are ones, and whether they are safe.
    fn workflows(&self) -> Result<()> {
        let folder = self.workspace.root.join(".github/workflows");
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).context("cannot list the workflows")? {
            files.push(entry?.path().into_os_string());
        }
        let schema = ["--builtin-schema", "vendor.github-workflows"].map(OsString::from);
        for (tool, args) in [
            (
                "check-jsonschema",
                schema.into_iter().chain(files).collect(),
            ),
            ("zizmor", vec!["--offline".into(), folder.into_os_string()]),
        ] {
            program(self.venv.tool(tool), args, &self.workspace.root).run()?;
        }
        Ok(())
    }

    fn pyright(&self) -> Result<()> {
        let python = ["-m", "pyright", "--pythonpath"].map(OsString::from);
        self.venv
            .python(python.into_iter().chain([self.venv.executable().into()]))
            // No look-up of a newer version: the pinned one is meant.
            .env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1")
            .run()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::{Area, steps};

    #[test]
    fn in_every_area_a_step_comes_after_those_it_needs() {
        let areas = Area::value_variants().iter().copied().map(Some);
        for only in areas.chain([None]) {
            let mut earlier = Vec::new();
            for step in steps(only) {
                for need in step.needs {
                    assert!(earlier.contains(need), "{need} before {}", step.name);
                }
                assert!(!earlier.contains(&step.name), "{} twice", step.name);
                earlier.push(step.name);
            }
            assert!(!earlier.is_empty());
        }
    }
}
