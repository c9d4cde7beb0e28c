//! The command line of the research.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use doeff_reports::Engine;

use crate::instructions::arguments::JobText;

/// The engines that run in this process.
const HERE: [&str; 5] = ["vm", "cesk", "pure", "floor", "call"];

/// Tells how costs grow, or runs a case while a profiler looks on.
#[derive(Clone, Debug, Parser)]
#[command(name = "research", bin_name = "cargo bench --bench research --")]
pub struct Arguments {
    /// What is asked for; nothing by default.
    #[command(subcommand)]
    pub(super) part: Option<Part>,
    /// The part of one process that valgrind counts, as JSON.
    #[arg(long, hide = true)]
    pub(super) worker: Option<JobText>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Part {
    /// Count instructions per operation over sizes, and fit the law by which they grow.
    Sweep(SweepArguments),
    /// Run one case over and over, or once where valgrind counts it.
    Run(RunArguments),
}

#[derive(Args, Clone, Debug)]
pub(super) struct SweepArguments {
    /// Workloads; all by default.
    #[arg(value_name = "WORKLOAD")]
    pub(super) workloads: Vec<String>,
    /// Only this engine, instead of vm and floor; may be given several times.
    #[arg(long = "engine", value_name = "NAME", value_parser = HERE)]
    engines: Vec<String>,
    /// Only parameters with this value; may be given several times.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(super) params: Vec<String>,
    /// The sizes, ascending; by default 14 between a thousandth of the workload's largest and a little more
    /// than that.
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) sizes: Vec<u64>,
    /// Folder that sweep.json is written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

impl SweepArguments {
    /// The engines to count.
    pub(super) fn engines(&self) -> Vec<Engine> {
        if self.engines.is_empty() {
            vec![Engine::VM, Engine::FLOOR]
        } else {
            self.engines.iter().cloned().map(Engine::new).collect()
        }
    }
}

#[derive(Args, Clone, Debug)]
pub(super) struct RunArguments {
    /// The workload.
    #[arg(value_name = "WORKLOAD")]
    pub(super) workload: String,
    /// The engine.
    #[arg(long, value_name = "NAME", default_value = "vm", value_parser = HERE)]
    pub(super) engine: String,
    /// Only parameters with this value; may be given several times. The first set of parameters that has them all
    /// is run.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(super) params: Vec<String>,
    /// The size; by default the largest of the workload's up to 10,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) size: Option<u64>,
    /// Run it over and over for so many seconds; else once, counted.
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(super) seconds: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    if duration.is_zero() {
        return Err("it must be more than 0".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::{CommandFactory, Parser};
    use doeff_reports::Engine;

    use super::{Arguments, Part};

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn cargos_own_flag_is_accepted_after_ours() {
        let words = "research sweep resume_churn --sizes 10,20 --sizes 30 --bench";
        let arguments = Arguments::parse_from(words.split(' '));
        let Some(Part::Sweep(sweep)) = arguments.part else {
            panic!("a sweep was asked for")
        };
        assert_eq!(sweep.workloads, ["resume_churn"]);
        assert_eq!(sweep.sizes, [10, 20, 30]);
        assert_eq!(sweep.engines(), [Engine::VM, Engine::FLOOR]);
    }

    #[test]
    fn a_run_has_a_duration_or_none() {
        let run = |words: &str| {
            let words = "research run runs"
                .split(' ')
                .chain(words.split_whitespace());
            Arguments::try_parse_from(words).map(|arguments| match arguments.part {
                Some(Part::Run(run)) => run.seconds,
                _ => panic!("a run was asked for"),
            })
        };
        assert_eq!(run("").expect("nothing more is needed"), None);
        let half = Some(Duration::from_millis(500));
        assert_eq!(run("--seconds 0.5").expect("it is a number"), half);
        for wrong in ["--seconds -1", "--seconds 0", "--seconds x", "--engine jvm"] {
            assert!(run(wrong).is_err(), "{wrong}");
        }
    }
}
