//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::gate::measure::NAMES;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build and install the wheel in `.venv`, then run every test, lint and type check.
    Test(TestArgs),
    /// Build the wheel and print its path.
    Wheel(WheelArgs),
    /// Install what the suites need beside Rust and Python: valgrind, where it can be, and what runs it.
    Tools,
    /// Measure everything that has a ceiling, and write reports/latest/ceilings.md.
    Ceilings(CeilingsArgs),
    /// Count what is exact and judge it against the committed record: exit code 0 ok, 1 regressed, 2 error, 3 no
    /// baseline.
    Gate(GateArgs),
    /// Count instructions per operation over sizes, and tell the law by which they grow.
    Sweep(SweepArgs),
    /// Draw a flame graph of a workload: where its instructions or its time go.
    Profile(ProfileArgs),
    /// Show a record: in the terminal, as Markdown for a pull request, as one HTML page, or as JSON.
    Report(ReportArgs),
    /// Build two revisions, twice each, compare them side by side, and say which workloads take more or less time.
    Ab(AbArgs),
    /// Change vm/core in every place, run the tests against each change, and write vm/core/MUTANTS.md.
    Mutants(MutantsArgs),
    /// Tell which lines of vm/core its tests run, and write vm/core/COVERAGE.md.
    Coverage,
    /// Build and install the wheel in `.venv`, then run programs that are deep or long, within bounds of memory.
    Soak,
    /// Build and install the wheel in `.venv`, then compare the engines on random programs.
    Differential(DifferentialArgs),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct DifferentialArgs {
    /// Options of `tests/differential`, such as `--programs 1000000 --processes 2`, or `--help`.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTION"
    )]
    pub(crate) options: Vec<std::ffi::OsString>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct AbArgs {
    /// The revision before the change.
    #[arg(value_name = "REV")]
    pub(crate) base: String,
    /// The revision after it; the tracked files as they are now by default.
    #[arg(value_name = "REV")]
    pub(crate) head: Option<String>,
    /// How often each is built, in a tree of its own: where the code is placed differs between builds.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) builds: u32,
    /// Compare only workloads that match this regular expression; may be given several times.
    #[arg(long = "filter", value_name = "REGEX")]
    pub(crate) filters: Vec<String>,
    /// Measure fewer sizes with fewer slices.
    #[arg(long)]
    pub(crate) quick: bool,
    /// How long all slices may take together beyond the first of each case and process, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time: Option<u64>,
    /// How many fresh processes of each build are measured: the more, the smaller a difference can be told.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(5..=100))]
    pub(crate) processes: u32,
    /// Seed of the random order.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Draw a flame graph of this workload's instructions too, and of what differs; may be given several times.
    #[arg(long, value_name = "WORKLOAD")]
    pub(crate) profile: Vec<String>,
    /// Folder that the report is written to; `ab/report` in the target folder by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct WheelArgs {
    /// Build it twice, the second time guided by a profile of the benchmarks' programs. Needs the
    /// `llvm-profdata` of the compiler: `rustup component add llvm-tools`.
    #[arg(long)]
    pub(crate) pgo: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ReportArgs {
    /// The folder of the record; what else was counted is read there too.
    #[arg(long, value_name = "DIR", default_value = "reports/latest")]
    pub(crate) from: PathBuf,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub(crate) format: ReportFormat,
    /// The folder of an earlier record, to tell in Markdown what changed since.
    #[arg(long, value_name = "DIR")]
    pub(crate) base: Option<PathBuf>,
    /// Write it into this folder, as report.html, report.md, report.json or report.txt, instead of printing it.
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Make it the published one instead: copy it to reports/published and put its headline table into README.md.
    #[arg(long, conflicts_with_all = ["format", "base", "output"])]
    pub(crate) publish: bool,
    /// With `--publish`: also a record that is partial, quick, filtered or noisy, or of files that differ from the commit.
    #[arg(long, requires = "publish")]
    pub(crate) anyway: bool,
}

/// How a record is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Tables, in colour where the output is a terminal and `NO_COLOR` is not set.
    Terminal,
    /// The summary of a pull request, in 60 lines at most.
    Markdown,
    /// One page that needs no other file.
    Html,
    /// The record itself.
    Json,
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct CeilingsArgs {
    /// Count once, and measure fewer sizes with fewer samples.
    #[arg(long)]
    pub(crate) quick: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct GateArgs {
    /// Count everything, twice, with branches and what a simulated processor does, not only what has a ceiling.
    #[arg(long)]
    pub(crate) full: bool,
    /// Measure only this workload, for a quick look; may be given several times.
    #[arg(long = "workload", value_name = "NAME")]
    pub(crate) workloads: Vec<String>,
    /// Leave this suite out; may be given several times.
    #[arg(long, value_name = "SUITE", value_parser = NAMES)]
    pub(crate) without: Vec<String>,
    /// Judge the records in this folder instead of measuring.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: Option<PathBuf>,
    /// Build and measure this revision, and compare with that, whatever is committed.
    #[arg(long, value_name = "REV")]
    pub(crate) against: Option<String>,
    /// Make what was measured the committed record, for the reason given by `--reason`.
    #[arg(long, requires = "reason", conflicts_with_all = ["against", "workloads", "without"])]
    pub(crate) accept: bool,
    /// Why it is accepted.
    #[arg(long, value_name = "TEXT", requires = "accept")]
    pub(crate) reason: Option<String>,
    /// With `--accept`: count drift from here on.
    #[arg(long, requires = "accept")]
    pub(crate) release: bool,
    /// Folder of what is measured, and of gate.md and gate.json; `reports/latest` by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Folder of the committed records; `reports/gate` by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) records: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct SweepArgs {
    /// Workloads; all by default, which takes long.
    #[arg(value_name = "WORKLOAD")]
    pub(crate) workloads: Vec<String>,
    /// Only this engine, instead of vm and floor; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) engine: Vec<String>,
    /// Only parameters with this value; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// The sizes, ascending and over three decades; by default 14 that suit the workload.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(crate) sizes: Vec<u64>,
    /// Folder that sweep.json is written to; reports/latest by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct ProfileArgs {
    /// The workload.
    #[arg(value_name = "WORKLOAD")]
    pub(crate) workload: String,
    /// The engine.
    #[arg(long, value_name = "NAME", default_value = "vm")]
    pub(crate) engine: String,
    /// Parameters with this value; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// The size; by default the largest of the workload's up to 10,000.
    #[arg(long, value_name = "N")]
    pub(crate) size: Option<u64>,
    /// What is looked at.
    #[arg(long, value_name = "KIND", default_value = "instructions")]
    pub(crate) kind: ProfileKind,
    /// For how many seconds the workload is run over and over; instructions are those of one run.
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// Folded stacks of an earlier profile: draw the difference too.
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// Folder that the files are written to; profile in the target folder by default.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// What a profile is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileKind {
    /// Instructions of all native code, counted by callgrind.
    Instructions,
    /// Time of all native code, sampled by perf.
    Time,
    /// Time of Python's lines, sampled by py-spy.
    Python,
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct TestArgs {
    /// Stop at the first step that fails, instead of running the others too.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Run only the steps of one area.
    #[arg(long, value_name = "AREA")]
    pub(crate) only: Option<Area>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct MutantsArgs {
    /// How many mutants to build and test at once.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) jobs: u32,
    /// Make only the mutants whose names match this regular expression, and leave the page as it is.
    #[arg(long, value_name = "REGEX")]
    pub(crate) only: Option<String>,
}

/// A group of steps. A linter belongs to its language and to the lints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Area {
    /// Formatting, lints, documentation and tests of the Rust crates.
    Rust,
    /// The wheel, and the lints, types and tests of the Python code.
    Python,
    /// Formatting, lints, documentation and types in both languages; no tests.
    Lint,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
