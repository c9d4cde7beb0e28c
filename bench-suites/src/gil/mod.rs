//! What the two ways to deal with the interpreter's lock cost, and what they give other threads.
//!
//! Threads are Python's own, and look at the clock themselves (`threads.py`). A workload runs over
//! and over under handlers that are installed once, before the clock starts, so that only effects are
//! measured. All cells are measured once in each round, those of a workload one after the other in
//! random order: the two ways share what noise the machine has. A figure in company is compared with
//! the one alone of the same round.

mod plan;
mod report;
mod threads;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use pyo3::Python;

use plan::{Cell, LONG_SEARCH, WORKLOADS, Way, Worker, cells};
use report::{Report, Samples};
use threads::{Seat, Subject, Threads};

use crate::compare::Turn;
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
    /// Run only this workload; may be given several times.
    #[arg(long = "workload", value_name = "NAME", value_parser = WORKLOADS.map(|planned| planned.name))]
    pub workloads: Vec<String>,
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
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    doeff_reports::check_writable(&folder)?;
    let _turn = Turn::take(python::workspace())?;
    python::check()?;
    python::start()?;
    let report = Python::attach(|py| measure(py, arguments))?;
    println!("{report}");
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

/// The places of the workloads that are asked for.
fn chosen(arguments: &Arguments) -> Vec<usize> {
    let all = 0..WORKLOADS.len();
    let names = &arguments.workloads;
    all.filter(|&place| names.is_empty() || names.iter().any(|name| name == WORKLOADS[place].name))
        .collect()
}

fn measure(py: Python<'_>, arguments: &Arguments) -> Result<Report> {
    let (rounds, seconds) = if arguments.quick { (3, 0.15) } else { (9, 0.4) };
    let threads = Threads::load(py)?;
    let subjects: Vec<_> = WORKLOADS
        .iter()
        .map(|planned| Subject::load(py, planned))
        .collect::<Result<_>>()?;
    let seat = |worker| match worker {
        Worker::Counter => threads.counter(),
        Worker::Sleeper => threads.sleeper(),
        Worker::Machine(workload, way) => threads.machine(&subjects[workload], way),
    };
    let cells: Vec<(Cell, Vec<Seat>)> = cells(&chosen(arguments))
        .into_iter()
        .map(|cell| {
            let seats = match cell {
                Cell::Alone(worker) => vec![seat(worker)?],
                Cell::Pair(worker, companion) => {
                    vec![seat(worker)?, seat(companion.beside(worker))?]
                }
            };
            Ok((cell, seats))
        })
        .collect::<Result<_>>()?;

    let mut samples: Samples = cells.iter().map(|(cell, _)| (*cell, Vec::new())).collect();
    let mut promises = Way::OF_A_VM.map(|way| (way, Vec::new()));
    let alone: Vec<_> = (0..cells.len()).collect();
    let order = schedule::rounds(&vec![rounds; cells.len()], &alone, &mut rand::rng());
    let stage = Stage::begin("gil", order.iter().map(Vec::len).sum());
    for mut round in order {
        round.sort_by_key(|&index| cells[index].0.worker().group()); // else as random as it was
        for index in round {
            let (cell, seats) = &cells[index];
            stage.step(format!("{cell:?}"));
            samples[index].1.push(threads.together(seats, seconds)?);
            stage.done();
        }
        for (way, late) in &mut promises {
            late.push(threads.promise(&subjects[LONG_SEARCH], *way, SEARCHES)?);
        }
    }
    stage.end();
    Report::new(py, rounds, seconds, &samples, &promises)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;
    use super::plan::{LONG_SEARCH, WORKLOADS, Way};
    use super::threads::{Subject, Threads};
    use crate::python::with_python;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn all_workloads_load_and_their_answers_are_checked() {
        with_python(|py| {
            let threads = Threads::load(py).expect("it loads");
            for planned in &WORKLOADS {
                let subject = Subject::load(py, planned).expect("it is a workload");
                for way in Way::ALL {
                    let seat = threads.machine(&subject, way).expect("it is a program");
                    let done = threads
                        .together(&[seat, threads.sleeper().expect("it is there")], 0.01)
                        .expect("it runs");
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
            let [long, short] = [LONG_SEARCH, 0]
                .map(|place| Subject::load(py, &WORKLOADS[place]).expect("it is a workload"));
            for way in Way::ALL {
                let late = threads.promise(&long, way, 300).expect("it runs");
                assert!(!late.is_empty(), "{way:?}");
            }
            let late = threads.promise(&short, Way::Adaptive, 10).expect("it runs");
            assert!(late.is_empty(), "{late:?}");
        });
    }
}
