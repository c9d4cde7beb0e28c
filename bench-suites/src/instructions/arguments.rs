//! The command line of the instruction counts.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use clap::Parser;
use doeff_reports::instructions::Cost;
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
    #[arg(long = "engine", value_name = "NAME", value_parser = ["vm", "cesk", "floor", "call"])]
    engines: Vec<String>,
    /// Show what would be counted.
    #[arg(long)]
    pub list: bool,
    /// Record what the floor costs on this interpreter in bench-suites/floors.json.
    #[arg(long)]
    pub accept: bool,
    /// The ceiling of this workload is known to be missed: the report says so, but the command fails only where
    /// the VM costs more than so many times the floor. May be given several times.
    #[arg(long = "missed", value_name = "NAME=TIMES")]
    pub missed: Vec<Missed>,
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

/// A ceiling that is known to be missed, and by how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// The workload.
    pub workload: String,
    /// How many times the floor it may cost nevertheless.
    pub times_floor: f64,
}

impl FromStr for Missed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=');
        let parsed = parts.and_then(|(workload, times)| {
            Some(Self {
                workload: workload.to_owned(),
                times_floor: times.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| format!("expected NAME=TIMES, such as resume_nontail=1.2, got {text}"))
    }
}

impl Missed {
    /// Whether this is about a row, and the row is not worse.
    pub(super) fn allows(&self, cost: &Cost) -> bool {
        let times = cost.times_floor();
        self.workload == cost.workload && times.is_some_and(|times| times <= self.times_floor)
    }
}

/// A job as it is handed to a worker.
#[derive(Clone, Debug)]
pub(super) struct JobText(String);

impl From<String> for JobText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl JobText {
    pub(super) fn parse(&self) -> anyhow::Result<Job> {
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
    use doeff_reports::instructions::Cost;
    use doeff_reports::{Engine, Params};

    use super::{Arguments, Missed};

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

    fn cost(workload: &str, vm: f64) -> Cost {
        Cost {
            workload: workload.to_owned(),
            params: Params::default(),
            operation: "effect".to_owned(),
            over: "size".to_owned(),
            from: 1,
            to: 2,
            counts: [(Engine::VM, vm), (Engine::FLOOR, 100.0)].into(),
            ceiling: None,
        }
    }

    #[test]
    fn a_missed_ceiling_is_allowed_as_far_as_it_says() {
        let missed: Missed = "resume_nontail=1.25".parse().expect("it is one");
        assert!(missed.allows(&cost("resume_nontail", 125.0)));
        assert!(!missed.allows(&cost("resume_nontail", 125.1)));
        assert!(!missed.allows(&cost("resume_churn", 101.0)));
    }

    #[test]
    fn what_is_no_missed_ceiling_is_refused() {
        for text in ["resume_nontail", "resume_nontail=much", ""] {
            let refused = text.parse::<Missed>().expect_err("it is none");
            assert!(refused.contains("NAME=TIMES"), "{refused}");
        }
    }
}
