//! The command line of the instruction counts.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use doeff_reports::{Engine, Mode};

use super::count::Job;

/// Counts instructions per operation of the VM and of the floor with valgrind, shows how near one is to
/// the other, and fails where a ceiling is broken.
#[derive(Clone, Debug, Parser)]
#[allow(clippy::struct_excessive_bools)] // they are flags
#[command(
    name = "instructions",
    bin_name = "cargo bench --bench instructions --"
)]
pub struct Arguments {
    /// Count only what has a ceiling, and only once.
    #[arg(long)]
    pub quick: bool,
    /// Count only this workload; may be given several times.
    #[arg(long = "workload", value_name = "NAME")]
    pub workloads: Vec<String>,
    /// Count only this engine, instead of vm and floor; may be given several times.
    #[arg(long = "engine", value_name = "NAME", value_parser = ["vm", "cesk", "pure", "floor", "call"])]
    engines: Vec<String>,
    /// Show what would be counted.
    #[arg(long)]
    pub list: bool,
    /// Record what the floor costs on this interpreter in bench-suites/floors.json.
    #[arg(long)]
    pub accept: bool,
    /// Folder that the reports are written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The part of one process: a [`Job`] as JSON.
    #[arg(long, hide = true)]
    pub(super) worker: Option<JobText>,
    /// Given by `cargo bench`. Without it nothing is counted.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// A job as it is handed to a worker.
#[derive(Clone, Debug)]
pub(crate) struct JobText(String);

impl From<String> for JobText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl JobText {
    pub(crate) fn parse(&self) -> anyhow::Result<Job> {
        serde_json::from_str(&self.0).context("--worker takes a job as JSON")
    }
}

impl Arguments {
    /// How thorough the run is to be.
    pub fn mode(&self) -> Mode {
        if self.quick { Mode::Quick } else { Mode::Full }
    }

    /// The engines to count.
    pub fn engines(&self) -> Vec<Engine> {
        if self.engines.is_empty() {
            vec![Engine::VM, Engine::FLOOR]
        } else {
            self.engines.iter().cloned().map(Engine::new).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};
    use doeff_reports::Engine;

    use super::Arguments;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn vm_and_floor_are_counted_by_default() {
        let arguments = Arguments::parse_from(["instructions", "--bench"]);
        assert_eq!(arguments.engines(), [Engine::VM, Engine::FLOOR]);
        let arguments = Arguments::parse_from(["instructions", "--engine", "call"]);
        assert_eq!(arguments.engines(), [Engine::CALL]);
    }
}
