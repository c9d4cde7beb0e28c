//! doeff's own scenarios on two wheels: the published `doeff-vm`, and the one of these sources.
//!
//! doeff runs unchanged in both environments, with its scheduler in Python. Workers, order and clock are those of the
//! comparison: short slices of both wheels follow each other in random order, in several generations of fresh
//! processes, and each answer is checked. `doeff_reports::doeff` draws the table.

mod measure;
mod scenarios;
mod wheels;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use doeff_reports::doeff::{Doeff, Run};
use doeff_reports::stats::noise::Grade;
use doeff_reports::{Mode, check_writable};

use measure::measure;
use scenarios::SCENARIOS;
use wheels::Wheels;

use crate::compare::Turn;
use crate::python::{built_against, workspace};
use crate::record;

/// Runs doeff's own scenarios on the published wheel and on ours, prints the table, and writes `doeff.md` and
/// `doeff.json`.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::struct_excessive_bools)] // they are flags
#[command(name = "doeff", bin_name = "cargo bench --bench doeff --")]
pub struct Arguments {
    /// Measure fewer slices.
    #[arg(long)]
    pub quick: bool,
    /// Run only this scenario; may be given several times.
    #[arg(long = "scenario", value_name = "NAME", value_parser = SCENARIOS.map(|planned| planned.name))]
    pub scenarios: Vec<String>,
    /// Measure this wheel, instead of building that of these sources.
    #[arg(long, value_name = "FILE")]
    pub wheel: Option<PathBuf>,
    /// Report what is missed, and do not fail.
    #[arg(long)]
    pub report_only: bool,
    /// Folder that doeff.md and doeff.json are written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Write them into `reports/published` too.
    #[arg(long, conflicts_with = "scenarios")]
    pub publish: bool,
    /// Seed of the random order of the measurements; random by default.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// Measures, prints the table, and writes it. The exit code is a failure where a figure is missed or a scenario slower.
///
/// # Errors
/// When an environment cannot be made, a scenario raised or gave a wrong answer, another run is going on, or the report
/// cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let reports = workspace().join("reports");
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| reports.join("latest"));
    check_writable(&output)?;
    let revision = record::git_revision(workspace());
    if arguments.publish {
        check_committed(revision.as_deref())?;
    }
    let _turn = Turn::take(workspace())?;
    let mode = if arguments.quick {
        Mode::Quick
    } else {
        Mode::Full
    };
    // Whatever reads the record as JSON must be able to hold it.
    let seed = arguments
        .seed
        .unwrap_or_else(|| rand::random::<u32>().into());
    let names = &arguments.scenarios;
    let chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    let scenarios: Vec<_> = SCENARIOS
        .iter()
        .filter(|planned| chosen(planned.name))
        .collect();
    if scenarios.is_empty() {
        bail!("there is nothing to run");
    }
    let wheels = Wheels::prepare(arguments.wheel.as_deref())?;
    let created = record::now();
    let measured = measure(&wheels, &scenarios, mode, seed)?;
    let doeff = Doeff::of(Run {
        created,
        mode,
        machine: record::machine(),
        python: built_against().version,
        revision,
        wheels: measured.wheels,
        wheel: wheels.wheel,
        seed,
        rounds: measured.rounds,
        scenarios: measured.scenarios,
    })?;
    println!("{}", doeff.to_markdown());
    doeff.write(&output)?;
    if arguments.publish {
        if doeff.noise.grade == Some(Grade::D) {
            bail!(
                "the machine was too noisy (grade D) for a table to publish; it is in {}; run it on a quiet one",
                output.display()
            );
        }
        doeff.write(&reports.join("published"))?;
    }
    let problems = doeff.problems();
    for problem in &problems {
        eprintln!("MISSED: {problem}");
    }
    Ok(if problems.is_empty() || arguments.report_only {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// That a table to publish will be of a commit.
fn check_committed(revision: Option<&str>) -> Result<()> {
    match revision {
        Some(revision) if revision.ends_with("-dirty") => bail!(
            "files differ from the commit {}, so that nobody else could measure what is published; commit them first",
            revision.trim_end_matches("-dirty")
        ),
        _ => Ok(()),
    }
}

/// The file of some scenarios.
fn file(name: &str) -> PathBuf {
    workspace().join(format!("bench-suites/doeff/scenarios/{name}.py"))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Arguments, check_committed};

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_part_of_the_table_is_not_published() {
        let parse = |words: &[&str]| {
            let words = ["doeff"].iter().chain(words);
            Arguments::try_parse_from(words)
        };
        assert!(parse(&["--publish", "--quick", "--bench"]).is_ok());
        assert!(parse(&["--publish", "--scenario", "writer"]).is_err());
        assert!(parse(&["--scenario", "no such"]).is_err());
    }

    #[test]
    fn a_table_of_what_is_not_committed_is_not_published() {
        assert!(check_committed(Some("2197af361c2b")).is_ok());
        let error = check_committed(Some("2197af361c2b-dirty")).expect_err("files differ");
        assert!(error.to_string().contains("the commit 2197af361c2b,"));
    }
}
