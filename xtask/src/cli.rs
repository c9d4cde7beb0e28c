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
    /// Copy reports/latest to reports/published and put its headline table into README.md.
    Report,
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

#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct WheelArgs {
    /// Build it twice, the second time guided by a profile of the benchmarks' programs. Needs the
    /// `llvm-profdata` of the compiler: `rustup component add llvm-tools`.
    #[arg(long)]
    pub(crate) pgo: bool,
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
