//! Who takes part: every engine by its name, how its worker is started, and what it leaves out.

use std::cell::OnceCell;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use doeff_reports::{Absence, Engine as Name, FileHash, Params};
use pyo3::prelude::*;

use crate::engines::published;
use crate::left_out::LeftOut;
use crate::loaded;
use crate::python::{self, target, workspace};
use crate::workers::environment::Environment;
use crate::workers::{Unavailable, Worker, WorkerError, last_line};
use crate::workload::{Case, Workload, WorkloadError};

/// The names of all engines, in the order of reports.
pub const NAMES: [&str; 16] = [
    "vm",
    "vm-again",
    "vm-wheel",
    "cesk",
    "pure",
    "doeff-0.8",
    "floor",
    "call",
    "asyncio",
    "doeff-0.4",
    "effect",
    "effectful",
    "greenlet",
    "loop",
    "stateless",
    "noop",
];

/// An engine that takes part.
pub struct Entrant {
    /// Its name in reports.
    pub name: Name,
    /// The engine that it is another copy or build of, or it itself: the limits of that one in the workloads are its
    /// own too.
    pub like: Name,
    /// The only workload that it runs; `None` for all.
    only: Option<&'static str>,
    left_out: Vec<LeftOut>,
    home: Home,
}

/// Where an engine's worker comes from.
enum Home {
    /// A build of this program, and the engine that it serves.
    Ours { program: PathBuf, engine: Name },
    /// A package in an environment of its own, and its stand-in for `effects`.
    Package {
        environment: Environment,
        effects: PathBuf,
    },
    /// The wheel of these sources, which is built first.
    Wheel {
        environment: Environment,
        effects: PathBuf,
        wheel: OnceCell<FileHash>,
    },
}

/// All engines, in the order of reports.
///
/// # Errors
/// When this program cannot tell its own path.
pub fn all() -> io::Result<Vec<Entrant>> {
    let program = env::current_exe()?;
    let ours = [
        Name::VM,
        Name::CESK,
        Name::PURE,
        Name::FLOOR,
        Name::CALL,
        Name::NOOP,
    ];
    let ours = ours.map(|name| Entrant::ours(name.clone(), &program, name));
    let again = Entrant::ours(Name::VM_AGAIN, &program, Name::VM);
    let peers = published::entrants();
    let mut all: Vec<_> = ours
        .into_iter()
        .chain([again, wheel()])
        .chain(peers)
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

fn wheel() -> Entrant {
    Entrant {
        like: Name::VM,
        home: Home::Wheel {
            environment: environment("vm-wheel", environments().join("vm-wheel.txt")),
            effects: workspace().join("bench-suites/wheel/effects.py"),
            wheel: OnceCell::new(),
        },
        ..Entrant::new(Name::VM_WHEEL)
    }
}

/// Where the environments lie.
pub(crate) fn environments() -> PathBuf {
    target().join("peers")
}

pub(crate) fn environment(name: &str, requirements: PathBuf) -> Environment {
    Environment {
        python: python::executable().to_owned(),
        folder: environments().join(name),
        requirements,
    }
}

impl Entrant {
    fn new(name: Name) -> Self {
        Self {
            like: name.clone(),
            only: None,
            left_out: Vec::new(),
            home: Home::Ours {
                program: PathBuf::new(),
                engine: name.clone(),
            },
            name,
        }
    }

    /// An engine of ours, or another build of one, that `program` serves.
    pub fn ours(name: Name, program: &Path, engine: Name) -> Self {
        Self {
            like: engine.clone(),
            // It shows what the clock and the loop cost, which one workload tells.
            only: (engine == Name::NOOP).then_some("resume_churn"),
            home: Home::Ours {
                program: program.to_owned(),
                engine,
            },
            ..Self::new(name)
        }
    }

    /// The package whose requirements and stand-in for `effects` are in a folder of `peers/`.
    pub(crate) fn package(name: Name, folder: &str, left_out: Vec<LeftOut>) -> Self {
        let files = workspace().join("bench-suites/peers").join(folder);
        Self {
            left_out,
            home: Home::Package {
                environment: environment(name.name(), files.join("requirements.txt")),
                effects: files.join("effects.py"),
            },
            ..Self::new(name)
        }
    }

    /// Makes its environment ready, once.
    ///
    /// # Errors
    /// When it cannot be had here; the comparison then goes on without it.
    pub fn make_ready(&self) -> Result<(), Unavailable> {
        match &self.home {
            Home::Ours { .. } => Ok(()),
            Home::Package { environment, .. } => environment.prepare(),
            Home::Wheel {
                environment, wheel, ..
            } => {
                let built = require(&build_wheel()?, "", &environment.requirements)?;
                wheel.get_or_init(|| built);
                environment.prepare()
            }
        }
    }

    /// Starts a worker of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self) -> Result<Worker, WorkerError> {
        match &self.home {
            Home::Ours { program, engine } => Worker::of_engine(program, engine.name()),
            Home::Package {
                environment,
                effects,
            }
            | Home::Wheel {
                environment,
                effects,
                ..
            } => Worker::of_package(&environment.python(), effects),
        }
    }

    /// The wheel that was installed for it.
    pub fn wheel(&self) -> Option<&FileHash> {
        match &self.home {
            Home::Wheel { wheel, .. } => wheel.get(),
            _ => None,
        }
    }

    /// What it says of a part of a workload that it leaves out; `None` if it does not.
    pub fn left_out(&self, workload: &str, params: &Params, size: u64) -> Option<Absence> {
        let mut parts = self.left_out.iter();
        let part = parts.find(|part| part.concerns(workload, params, size))?;
        Some(part.absence(&self.name))
    }

    /// Whether it is to run a case at all.
    ///
    /// # Errors
    /// What the workload's `max_size` raised.
    pub fn takes(
        &self,
        py: Python<'_>,
        workload: &Workload,
        case: &Case,
    ) -> Result<bool, WorkloadError> {
        let of_its_own = self
            .only
            .is_none_or(|only| only == workload.source().name());
        Ok(of_its_own && workload.is_for(py, &self.like, case)?)
    }
}

/// Builds the wheel of these sources; its path.
///
/// # Errors
/// When it cannot be built.
pub(crate) fn build_wheel() -> Result<PathBuf, Unavailable> {
    let failed = |problem: String| Unavailable(format!("its wheel cannot be built: {problem}"));
    eprintln!("building the wheel");
    let output = Command::new("cargo")
        .args(["xtask", "wheel"])
        .current_dir(workspace())
        .output()
        .map_err(|error| failed(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(last_line(&said).to_owned()));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    Ok(PathBuf::from(last_line(&printed)))
}

/// Writes what installs a wheel, and further pins, to `requirements`; what the wheel is.
///
/// # Errors
/// When the one cannot be read or the other not be written.
pub(crate) fn require(
    wheel: &Path,
    pins: &str,
    requirements: &Path,
) -> Result<FileHash, Unavailable> {
    let failed =
        |problem: String| Unavailable(format!("cannot use {}: {problem}", wheel.display()));
    let sha256 = loaded::sha256(wheel).map_err(|error| failed(format!("{error:#}")))?;
    // The hash makes the environment anew when the wheel is another of the same version.
    let lines = format!("# sha256 {sha256}\n{}\n{pins}", wheel.display());
    let folder = requirements.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(requirements, lines))
        .map_err(|error| failed(error.to_string()))?;
    let name = wheel.file_name().unwrap_or_default();
    Ok(FileHash {
        path: name.to_string_lossy().into_owned(),
        sha256,
    })
}

#[cfg(test)]
mod tests {
    use doeff_reports::Engine as Name;

    use super::{NAMES, all, environments};

    #[test]
    fn environments_lie_where_cargo_builds() {
        let program = std::env::current_exe().expect("this program has a path");
        // target/PROFILE/deps/PROGRAM
        let target = program.ancestors().nth(3).expect("it is that deep");
        assert_eq!(environments(), target.join("peers"));
    }

    #[test]
    fn every_engine_has_its_name_and_reports_say_what_it_is() {
        let all = all().expect("this program has a path");
        let names: Vec<_> = all.iter().map(|entrant| entrant.name.clone()).collect();
        assert_eq!(names.iter().map(Name::name).collect::<Vec<_>>(), NAMES);
        for name in &names {
            assert!(name.about().is_some(), "{name}");
        }
    }
}
