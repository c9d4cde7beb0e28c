//! doeff in two environments that differ in the wheel alone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use doeff_reports::doeff::Beside;
use doeff_reports::{FileHash, Params};

use super::file;
use crate::python::workspace;
use crate::roster::{build_wheel, environment, environments, require};
use crate::workers::Worker;
use crate::workers::environment::Environment;
use crate::workers::protocol::{Request, Times};

/// The pin that our wheel takes the place of.
const REPLACED: &str = "doeff-vm==";

/// Both environments, made ready.
pub(super) struct Wheels {
    environments: Beside<Environment>,
    /// The file of ours.
    pub(super) wheel: FileHash,
}

impl Wheels {
    /// Makes them; `wheel` is ours, which is built of these sources if none is given.
    ///
    /// # Errors
    /// When the wheel cannot be built, or a package cannot be had.
    pub(super) fn prepare(wheel: Option<&Path>) -> Result<Self> {
        let pins = workspace().join("bench-suites/peers/doeff_0_8/requirements.txt");
        let text =
            fs::read_to_string(&pins).with_context(|| format!("cannot read {}", pins.display()))?;
        let others = without_the_machine(&text)?;
        // The same as of the comparison.
        let published = environment("doeff-0.8", pins);
        published
            .prepare()
            .context("the published doeff cannot be had")?;
        let ours = environment("doeff-ours", environments().join("doeff-ours.txt"));
        let wheel = match wheel {
            Some(wheel) => fs::canonicalize(wheel)
                .with_context(|| format!("cannot find {}", wheel.display()))?,
            None => build_wheel()?,
        };
        let wheel = require(&wheel, &others, &ours.requirements)?;
        ours.prepare()
            .context("doeff cannot be installed beside our wheel")?;
        Ok(Self {
            environments: Beside { published, ours },
            wheel,
        })
    }

    /// Starts a fresh process of each.
    ///
    /// # Errors
    /// When one does not start.
    pub(super) fn start(&self) -> Result<[Worker; 2]> {
        let Beside { published, ours } = &self.environments;
        let effects = workspace().join("bench-suites/doeff/effects.py");
        let start = |environment: &Environment| -> Result<Worker> {
            Ok(Worker::of_package(&environment.python(), &effects)?)
        };
        Ok([start(published)?, start(ours)?])
    }
}

/// The pins of doeff without the wheel.
fn without_the_machine(pins: &str) -> Result<String> {
    let others: Vec<_> = pins
        .lines()
        .filter(|line| !line.starts_with(REPLACED))
        .collect();
    ensure!(
        others.len() + 1 == pins.lines().count(),
        "the pins of doeff have no line {REPLACED}"
    );
    Ok(others.join("\n") + "\n")
}

/// What each worker says of its wheel.
///
/// # Errors
/// When one says nothing, or it is the other's.
pub(super) fn described(workers: &mut [Worker; 2]) -> Result<Beside<String>> {
    let [published, ours] = workers;
    let (published, ours) = (describe(published)?, describe(ours)?);
    if !published.starts_with("published,") || ours.starts_with("published,") {
        bail!("the wheels are mixed up: {published}; {ours}");
    }
    Ok(Beside { published, ours })
}

fn describe(worker: &mut Worker) -> Result<String> {
    let (path, params) = (file("wheel"), Params::default());
    let text = read(&path)?;
    let case = worker.ask(&Request::Prepare {
        name: "wheel",
        path: &path,
        text: &text,
        params: &params,
        size: 1,
    })?;
    let times: Times = worker.ask(&Request::Run {
        case,
        runs: 1,
        warm: false,
    })?;
    let said = times.answers.first().context("a wheel says nothing")?;
    Ok(said.trim_matches('\'').to_owned())
}

/// A file's text.
pub(super) fn read(path: &PathBuf) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::without_the_machine;

    #[test]
    fn our_wheel_takes_the_place_of_one_pin() {
        let pins = "# pins\ndoeff==0.8.0\ndoeff-vm==0.8.0\nfrozendict==2.5.1\n";
        let others = without_the_machine(pins).expect("it is there");
        assert_eq!(others, "# pins\ndoeff==0.8.0\nfrozendict==2.5.1\n");
        assert!(without_the_machine("doeff==0.8.0\n").is_err());
    }
}
