//! The comparison from beginning to end.

mod run;
mod selection;
#[cfg(test)]
mod tests;
mod turn;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use doeff_reports::controls;
use doeff_reports::terminal::{self, Style};
use doeff_reports::{Outcome, Report};
use pyo3::prelude::*;

use crate::arguments::{Arguments, Format};
use crate::cell::Cell;
use crate::progress::Stage;
use crate::python;
use crate::record;
use crate::seat::Seat;
use crate::workers;

use run::Run;
use selection::Selection;
pub use selection::workloads;
use turn::Interrupt;
pub(crate) use turn::Turn;

/// The exit code of a run that was interrupted: that of a shell for SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs the comparison. The exit code is a failure when an answer was wrong or an engine failed.
///
/// # Errors
/// When the interpreter is not the right one, a workload is not one, another run is going on, or the report cannot be
/// written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(engine) = &arguments.serve {
        workers::serve(engine)?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.bench && !arguments.list {
        doeff_reports::check_writable(&output(arguments))?;
    }
    python::check()?;
    python::start()?;
    let selection = Selection::of(arguments)?;
    if arguments.list {
        println!("{}", selection.list(arguments.format)?);
        return Ok(ExitCode::SUCCESS);
    }
    let _turn = Turn::take(python::workspace())?;
    let selection = selection.available();
    Python::attach(|py| {
        let (cells, groups) = selection.cells(py)?;
        if cells.is_empty() {
            bail!("nothing to run: no chosen engine runs a chosen workload");
        }
        if arguments.bench {
            measure(py, arguments, &selection, cells, &groups)
        } else {
            Ok(check(py, &selection, cells))
        }
    })
}

/// Runs each cell once.
fn check<'a>(py: Python<'_>, selection: &'a Selection, mut cells: Vec<Cell<'a>>) -> ExitCode {
    let stage = Stage::begin("checking", cells.len());
    let mut seats: Vec<_> = selection.entrants.iter().map(Seat::new).collect();
    for cell in &mut cells {
        stage.step(cell.label());
        cell.check(py, &mut seats[cell.entrant]);
        stage.done();
    }
    stage.end();
    println!("Only the answers were checked; `cargo bench` measures.");
    verdict(&failures(&cells))
}

fn measure<'a>(
    py: Python<'_>,
    arguments: &Arguments,
    selection: &'a Selection,
    cells: Vec<Cell<'a>>,
    groups: &[usize],
) -> Result<ExitCode> {
    let (created, began) = (record::now(), Instant::now());
    let versions = record::versions(py, python::workspace())?;
    eprintln!("Python {} ({})", versions.python, versions.python_prefix);
    let interrupt = Interrupt::watch()?;
    let mut run = Run::new(arguments, cells, groups, began);
    let complete = run.measure(py, &selection.entrants, &interrupt);
    let mut failures = failures(&run.cells);
    let report = Report {
        schema: doeff_reports::Schema::V2,
        created,
        mode: arguments.mode(),
        machine: record::machine(),
        versions,
        provenance: record::provenance(py, &selection.entrants, &arguments.revisions)?,
        settings: record::settings(run.seed, &run.limits, arguments.choices()),
        complete,
        left_out: selection.left_out(),
        rounds: run.rounds,
        results: run.cells.into_iter().map(Cell::into_measurement).collect(),
    };
    let output = output(arguments);
    let (folder, comparison) = doeff_reports::write(&report, &output)?;
    match arguments.format {
        Format::Table => println!(
            "{}",
            terminal::report(&folder, &comparison, Style::of_stdout())
        ),
        Format::Json => println!("{}", report.to_json().trim_end()),
    }
    eprintln!(
        "report.json, report.md and report.html are in {}",
        output.display()
    );
    if !complete {
        eprintln!("INTERRUPTED: the report is marked as partial");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    for alarm in controls::false_alarms(&comparison) {
        eprintln!("FALSE ALARM of the control, so trust no verdict of this run: {alarm}");
    }
    failures.extend(controls::wheel_differences(&comparison));
    Ok(verdict(&failures))
}

/// Where the reports are written to.
fn output(arguments: &Arguments) -> PathBuf {
    let usual = || python::workspace().join("reports/latest");
    arguments.out.clone().unwrap_or_else(usual)
}

/// What was wrong or failed, a line each.
fn failures(cells: &[Cell<'_>]) -> Vec<String> {
    let lines = cells.iter().filter_map(|cell| match cell.outcome() {
        Outcome::Right {} => None,
        Outcome::Wrong { answer, expected } => Some(format!(
            "{}: the answer is {answer}, not {expected}",
            cell.label()
        )),
        Outcome::Failed { reason } => Some(format!("{}: {reason}", cell.label())),
    });
    lines.collect()
}

fn verdict(failures: &[String]) -> ExitCode {
    if failures.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("FAIL:");
    for line in failures {
        eprintln!("  {line}");
    }
    ExitCode::FAILURE
}
