//! What the two ways to deal with the interpreter's lock cost, and what they give other threads.
//!
//! Threads are Python's own, and look at the clock themselves (`threads.py`). A workload runs over
//! and over under handlers that are installed once, before the clock starts, so that only effects are
//! measured. All cells are measured once in each round, in random order: the two ways share what noise
//! the machine has. A figure in company is compared with the one alone of the same round.

mod plan;
mod report;
mod threads;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use pyo3::Python;

use plan::{Cell, Companion, LONG_SEARCH, WORKLOADS, Way, cells};
use report::{Report, Samples};
use threads::{Done, Seat, Subject, Threads};

use crate::progress::Stage;
use crate::{python, schedule};

/// How often the long search is made for the promise: fewer calls than there are between two looks
/// of the driver at the clock, so that only the searches themselves let others in.
const SEARCHES: u32 = 300;

/// Measures what `VM(gil=...)` costs on one thread, and what a second thread gets.
#[derive(Clone, Debug, Parser)]
#[command(name = "gil", bin_name = "cargo bench --bench gil --")]
pub struct Arguments {
    /// Measure fewer rounds, each shorter.
    #[arg(long)]
    pub quick: bool,
    /// Report a promise that is not kept, and do not fail.
    #[arg(long)]
    pub report_only: bool,
    /// Folder that gil.md and gil.json are written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// Measures, prints tables, and writes `gil.md` and `gil.json`. The exit code is a failure when the
/// promise is not kept.
///
/// # Errors
/// When the interpreter does not start, a program raised or gave a wrong answer, or the report cannot
/// be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    python::check()?;
    python::start()?;
    let report = Python::attach(|py| measure(py, arguments.quick))?;
    println!("{report}");
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    report.write(&folder)?;
    let broken = report.broken();
    for promise in &broken {
        eprintln!("NOT KEPT: {promise}");
    }
    Ok(if broken.is_empty() || arguments.report_only {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// All seats of one workload.
struct Seats<'a, 'py> {
    /// The way, and two seats of it: the second is for a machine's companion.
    machines: Vec<(Way, [Seat<'a, 'py>; 2])>,
}

impl<'py> Seats<'_, 'py> {
    fn of(&self, way: Way) -> Result<&[Seat<'_, 'py>; 2]> {
        let found = self.machines.iter().find(|(of, _)| *of == way);
        found.map(|(_, seats)| seats).context("all ways have seats")
    }
}

fn measure(py: Python<'_>, quick: bool) -> Result<Report> {
    let (rounds, seconds) = if quick { (3, 0.15) } else { (9, 0.4) };
    let threads = Threads::load(py)?;
    let (counter, sleeper) = (threads.counter()?, threads.sleeper()?);
    let subjects: Vec<_> = WORKLOADS
        .iter()
        .map(|planned| Subject::load(py, planned))
        .collect::<Result<_>>()?;
    let seats: Vec<_> = subjects
        .iter()
        .map(|subject| {
            let machines = Way::ALL.map(|way| {
                let seats = [
                    threads.machine(subject, way)?,
                    threads.machine(subject, way)?,
                ];
                Ok((way, seats))
            });
            let machines = machines.into_iter().collect::<Result<_>>()?;
            Ok(Seats { machines })
        })
        .collect::<Result<_>>()?;
    let long_search = subjects
        .iter()
        .find(|subject| subject.name() == LONG_SEARCH)
        .context("the long search is one of them")?;

    let cells = cells();
    let mut samples: Samples = cells.iter().map(|&cell| (cell, Vec::new())).collect();
    let mut promises = Way::OF_A_VM.map(|way| (way, Vec::new()));
    let take = |cell: Cell| -> Result<Vec<Done>> {
        let alone = |companion| match companion {
            Companion::Counter => &counter,
            Companion::Sleeper | Companion::Machine => &sleeper,
        };
        match cell {
            Cell::Companion(companion) => threads.together(&[alone(companion)], seconds),
            Cell::Alone(workload, way) => {
                threads.together(&[&seats[workload].of(way)?[0]], seconds)
            }
            Cell::Pair(workload, way, companion) => {
                let [first, second] = seats[workload].of(way)?;
                let second = match companion {
                    Companion::Machine => second,
                    other => alone(other),
                };
                threads.together(&[first, second], seconds)
            }
        }
    };
    let order = schedule::rounds(&vec![rounds; cells.len()], &mut rand::rng());
    let stage = Stage::begin("gil", order.iter().map(Vec::len).sum());
    for round in order {
        for index in round {
            stage.step(format!("{:?}", cells[index]));
            samples[index].1.push(take(cells[index])?);
            stage.done();
        }
        for (way, late) in &mut promises {
            late.push(threads.promise(long_search, *way, SEARCHES)?);
        }
    }
    stage.end();
    Report::new(py, rounds, seconds, &samples, &promises)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use pyo3::prelude::*;

    use super::Arguments;
    use super::plan::{LONG_SEARCH, WORKLOADS, Way};
    use super::threads::{Subject, Threads};
    use crate::python::with_python;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    fn subject(py: Python<'_>, name: &str) -> Subject {
        let planned = WORKLOADS.iter().find(|planned| planned.name == name);
        Subject::load(py, planned.expect("it is planned")).expect("it is a workload")
    }

    #[test]
    fn all_workloads_load_and_their_answers_are_checked() {
        with_python(|py| {
            let threads = Threads::load(py).expect("it loads");
            let sleeper = threads.sleeper().expect("it is there");
            for planned in &WORKLOADS {
                let subject = subject(py, planned.name);
                for way in Way::ALL {
                    let seat = threads.machine(&subject, way).expect("it is a program");
                    let done = threads.together(&[&seat, &sleeper], 0.01).expect("it runs");
                    assert!(done[0].rate > 0.0 && done[0].late.is_empty());
                    assert!(!done[1].late.is_empty());
                }
            }
        });
    }

    #[test]
    fn a_sleeper_gets_on_during_long_searches_and_not_during_short_ones() {
        with_python(|py| {
            let threads = Threads::load(py).expect("it loads");
            let long = subject(py, LONG_SEARCH);
            for way in Way::ALL {
                let late = threads.promise(&long, way, 50).expect("it runs");
                assert!(!late.is_empty(), "{way:?}");
            }
            let short = subject(py, "nested_handlers typed 64");
            let late = threads.promise(&short, Way::Adaptive, 10).expect("it runs");
            assert!(late.is_empty(), "{late:?}");
        });
    }
}
