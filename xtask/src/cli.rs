//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    Wheel,
    /// Copy reports/latest to reports/published and put its headline table into README.md.
    Report,
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
