//! The command line of the instruction counts.

use anyhow::Context;
use clap::Parser;

use super::count::Job;

/// Counts instructions per operation of the VM and of the floor with valgrind, and shows how near one
/// is to the other.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "instructions",
    bin_name = "cargo bench --bench instructions --"
)]
pub struct Arguments {
    /// Count only this workload; may be given several times.
    #[arg(long = "workload", value_name = "NAME")]
    pub workloads: Vec<String>,
    /// Count only this engine, instead of vm and floor; may be given several times.
    #[arg(long = "engine", value_name = "NAME", value_parser = ["vm", "cesk", "floor", "call"])]
    engines: Vec<String>,
    /// Show what would be counted.
    #[arg(long)]
    pub list: bool,
    /// The part of one process: a [`Job`] as JSON.
    #[arg(long, hide = true)]
    pub(super) worker: Option<JobText>,
    /// Given by `cargo bench`. Without it nothing is counted.
    #[arg(long, hide = true)]
    pub bench: bool,
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
    /// The engines to count.
    pub fn engines(&self) -> Vec<String> {
        if self.engines.is_empty() {
            vec!["vm".to_owned(), "floor".to_owned()]
        } else {
            self.engines.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Arguments;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn vm_and_floor_are_counted_by_default() {
        let arguments = Arguments::parse_from(["instructions", "--bench"]);
        assert_eq!(arguments.engines(), ["vm", "floor"]);
        let arguments = Arguments::parse_from(["instructions", "--engine", "call"]);
        assert_eq!(arguments.engines(), ["call"]);
    }
}
