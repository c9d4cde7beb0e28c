//! The command line of the comparison.

use std::path::PathBuf;

use clap::Parser;
use doeff_reports::Mode;

/// Compares the VM with the other engines: runs every workload on each, checks the answers, prints a
/// table and writes report.json, report.md and report.html.
#[derive(Clone, Debug, Parser)]
#[command(name = "compare", bin_name = "cargo bench --")]
pub struct Arguments {
    /// Measure fewer sizes with fewer samples, within a minute.
    #[arg(long)]
    pub quick: bool,
    /// Run only this workload; may be given several times.
    #[arg(long = "workload", value_name = "NAME")]
    pub workloads: Vec<String>,
    /// Run only this engine; may be given several times.
    #[arg(long = "engine", value_name = "NAME", value_parser = ["vm", "cesk", "pure", "doeff-0.8", "floor", "call"])]
    pub engines: Vec<String>,
    /// Seed of the random order of the measurements; random by default.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Folder that the reports are written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Given by `cargo bench`. Without it, every case runs once for its answer and nothing is
    /// measured, so that `cargo test --benches` is a test.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Arguments {
    /// How thorough the run is to be.
    pub fn mode(&self) -> Mode {
        if self.quick { Mode::Quick } else { Mode::Full }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};
    use doeff_reports::Mode;

    use super::Arguments;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn cargos_own_flag_is_accepted_after_ours() {
        let arguments = Arguments::parse_from(["compare", "--quick", "--engine", "vm", "--bench"]);
        assert!(arguments.bench);
        assert_eq!(arguments.mode(), Mode::Quick);
        assert_eq!(arguments.engines, ["vm"]);
    }

    #[test]
    fn an_unknown_engine_is_refused() {
        let refused = Arguments::try_parse_from(["compare", "--engine", "jvm"]);
        let message = refused.expect_err("there is no such engine").to_string();
        assert!(
            message.contains("jvm") && message.contains("cesk"),
            "{message}"
        );
    }
}
