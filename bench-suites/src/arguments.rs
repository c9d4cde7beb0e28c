//! The command line of the comparison.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use doeff_reports::Mode;
use regex::Regex;

use crate::roster;

/// Compares the VM with the other engines: runs every workload on each, checks the answers, prints a
/// table and writes report.json, report.md and report.html.
#[derive(Clone, Debug, Parser)]
#[command(name = "compare", bin_name = "cargo bench --")]
pub struct Arguments {
    /// Measure fewer sizes with fewer slices, in a few minutes.
    #[arg(long)]
    pub quick: bool,
    /// Tell what would run, and run nothing.
    #[arg(long)]
    pub list: bool,
    /// Run only the workloads whose name, followed by the parameters in brackets as `--list` shows them, matches this
    /// regular expression; may be given several times.
    #[arg(long = "filter", value_name = "REGEX")]
    pub filters: Vec<Regex>,
    /// Run only this engine; may be given several times.
    #[arg(long = "engine", value_name = "NAME", value_parser = roster::NAMES)]
    pub engines: Vec<String>,
    /// Run this size, in place of those that the workloads name; may be given several times.
    #[arg(long = "size", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sizes: Vec<u64>,
    /// How long all slices may take together beyond the first of each case and process, which come on top as the
    /// warm-up does.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub time: Option<u64>,
    /// How many generations of fresh processes are measured, 5 at least; 5 with `--quick` and 6 without by default.
    /// The more there are, the smaller a difference can be told.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(5..=100))]
    pub processes: Option<u32>,
    /// Seed of the random order of the measurements; random by default.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Folder that the reports are written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR", alias = "output")]
    pub out: Option<PathBuf>,
    /// What is printed at the end.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Compare another build of this program too: NAME=PROGRAM, which serves its VM under that name; may be given
    /// several times. Without `--engine`, only such builds run.
    #[arg(long = "revision", value_name = "NAME=PROGRAM", value_parser = revision, hide = true)]
    pub revisions: Vec<Revision>,
    /// Serve requests for an engine on standard input, which is what a worker does.
    #[arg(long, value_name = "ENGINE", hide = true, exclusive = true)]
    pub serve: Option<String>,
    /// Given by `cargo bench`. Without it, every case runs once for its answer and nothing is
    /// measured, so that `cargo test --benches` is a test.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// How the outcome is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As tables.
    #[default]
    Table,
    /// As JSON: the record, or what `--list` tells.
    Json,
}

/// Another build of this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its name in reports.
    pub name: String,
    /// Its path.
    pub program: PathBuf,
}

fn revision(text: &str) -> Result<Revision, String> {
    match text.split_once('=') {
        Some((name, program)) if !name.is_empty() && !program.is_empty() => Ok(Revision {
            name: name.to_owned(),
            program: program.into(),
        }),
        _ => Err("expected NAME=PROGRAM, such as base=/tmp/base/compare".to_owned()),
    }
}

impl Arguments {
    /// How thorough the run is to be.
    pub fn mode(&self) -> Mode {
        if self.quick { Mode::Quick } else { Mode::Full }
    }

    /// How long all slices may take, where that was said.
    pub fn budget(&self) -> Option<Duration> {
        self.time.map(Duration::from_secs)
    }

    /// The options that choose what is run and for how long, in words, as a record keeps them beside its mode and
    /// seed.
    pub fn choices(&self) -> Vec<String> {
        let filters = self
            .filters
            .iter()
            .map(|filter| ("--filter", filter.to_string()));
        let engines = self.engines.iter().map(|name| ("--engine", name.clone()));
        let sizes = self.sizes.iter().map(|size| ("--size", size.to_string()));
        let time = self.time.iter().map(|time| ("--time", time.to_string()));
        let processes = self.processes.iter();
        let processes = processes.map(|count| ("--processes", count.to_string()));
        let pairs = filters.chain(engines).chain(sizes).chain(time);
        let pairs = pairs.chain(processes);
        pairs
            .flat_map(|(option, value)| [option.to_owned(), value])
            .collect()
    }

    /// Whether a workload with its parameters, `name` or `name (a=1, b=2)`, is to run.
    pub fn chooses(&self, label: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.is_match(label))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use clap::{CommandFactory, Parser};
    use doeff_reports::Mode;

    use super::{Arguments, Format, Revision};

    fn parse<const N: usize>(words: [&str; N]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(["compare"].into_iter().chain(words))
    }

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn cargos_own_flag_is_accepted_after_ours() {
        let arguments = parse(["--quick", "--engine", "vm", "--time", "5", "--bench"]);
        let arguments = arguments.expect("they are right");
        assert!(arguments.bench);
        assert_eq!(arguments.mode(), Mode::Quick);
        assert_eq!(arguments.engines, ["vm"]);
        assert_eq!(arguments.budget(), Some(Duration::from_secs(5)));
        assert_eq!(arguments.format, Format::Table);
    }

    #[test]
    fn an_unknown_engine_is_refused() {
        let refused = parse(["--engine", "jvm"]);
        let message = refused.expect_err("there is no such engine").to_string();
        assert!(
            ["jvm", "cesk", "doeff-0.4", "asyncio"]
                .iter()
                .all(|name| message.contains(name)),
            "{message}"
        );
    }

    #[test]
    fn a_filter_is_a_regular_expression_over_name_and_parameters() {
        let arguments = parse(["--filter", "^resume_churn$", "--filter", "depth=4,"]);
        let arguments = arguments.expect("they are right");
        assert!(arguments.chooses("resume_churn"));
        assert!(arguments.chooses("nested_handlers (depth=4, typed=true)"));
        assert!(!arguments.chooses("nested_handlers (depth=64, typed=true)"));
        let refused = parse(["--filter", "("]).expect_err("it does not end");
        assert!(refused.to_string().contains("unclosed group"), "{refused}");
    }

    #[test]
    fn what_chooses_the_rows_is_kept_and_parsed_again() {
        let words = "--quick --seed 7 --out o --engine vm --filter ^runs --size 10 --time 5 --size 20 --engine floor \
                     --processes 9";
        let words = words.split(' ');
        let arguments = Arguments::try_parse_from(["compare"].into_iter().chain(words));
        let choices = arguments.expect("they are right").choices();
        assert_eq!(
            choices.join(" "),
            "--filter ^runs --engine vm --engine floor --size 10 --size 20 --time 5 --processes 9"
        );
        let words = ["compare".to_owned()].into_iter().chain(choices.clone());
        let again = Arguments::try_parse_from(words).expect("they are right");
        assert_eq!(again.choices(), choices);
    }

    #[test]
    fn sizes_and_times_are_positive_and_a_revision_has_a_name_and_a_program() {
        for wrong in [
            ["--size", "0"],
            ["--time", "0"],
            ["--processes", "4"],
            ["--revision", "base"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        let arguments = parse(["--revision", "base=a=b"]).expect("it is right");
        let expected = Revision {
            name: "base".to_owned(),
            program: PathBuf::from("a=b"),
        };
        assert_eq!(arguments.revisions, [expected]);
    }
}
