//! What runs leave behind, however they end.
//!
//! Each workload is ended in each way (`Ending`), in two batches of runs, the second larger. Before
//! and after a batch everything is counted that could grow: references to the objects that live on, live
//! objects by type, blocks and bytes of CPython's allocators and of Rust's, and what a `VM` says of itself.
//! What grows in both batches, and more in the larger one, is a leak; what is made once is not.
//!
//! A workload is not changed for this. It is compiled with a machine that lets a program be interrupted half
//! way (`meddling.py`), and the handlers that end it lie outside of its own (`endings.py`).

mod counters;
mod exit;
mod subject;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
pub use doeff_reports::refcounts::Ending;
use doeff_reports::refcounts::{Refcounts, Row, Schema};
use doeff_reports::{Engine as Name, Mode};
use pyo3::prelude::*;

use crate::engine::Engine;
use crate::memory::{build, hooks};
use crate::progress::Stage;
use crate::python::{self, Hashing};
use crate::workload::{Source, Workload};
use crate::{compare, engines, record};
use exit::Job;
use subject::Subject;

/// The machines that are looked at.
const ENGINES: [&str; 2] = ["vm", "cesk"];

/// Tells what runs leave behind, however they end; fails where that grows.
#[derive(Clone, Debug, Parser)]
#[command(name = "refcount", bin_name = "cargo bench --bench refcount --")]
pub struct Arguments {
    /// Make fewer and smaller runs, in about a minute.
    #[arg(long)]
    pub quick: bool,
    /// Run only this workload; may be given several times.
    #[arg(long = "workload", value_name = "NAME")]
    pub workloads: Vec<String>,
    /// Run only this engine; may be given twice.
    #[arg(long = "engine", value_name = "NAME", value_parser = ENGINES)]
    pub engines: Vec<String>,
    /// Tell of a leak, and do not fail.
    #[arg(long)]
    pub report_only: bool,
    /// Folder that refcounts.json is written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The part of one process, as JSON.
    #[arg(long, hide = true)]
    pub worker: Option<String>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Arguments {
    fn mode(&self) -> Mode {
        if self.quick { Mode::Quick } else { Mode::Full }
    }

    fn engines(&self) -> Vec<Box<dyn Engine>> {
        let mut chosen = engines::all();
        chosen.retain(|engine| {
            let name = engine.name();
            let wanted = self.engines.is_empty() || self.engines.iter().any(|e| e == name.name());
            wanted && ENGINES.contains(&name.name())
        });
        chosen
    }
}

/// What is not told of.
const KNOWN_OF_CESK: &str = "on cesk: that a continuation which the collector finds in a cycle cannot close the \
    generator that is being closed";

/// How many runs, and how large each.
struct Effort {
    runs: [u32; 2],
    size: u64,
}

fn effort(workload: &str, mode: Mode) -> Effort {
    let (runs, size) = match mode {
        Mode::Quick => ([3, 9], 20),
        Mode::Full => ([10, 50], 50),
    };
    let size = match workload {
        // Its lists are this long.
        "product_early" => 100,
        _ => size,
    };
    Effort { runs, size }
}

/// Ends every workload in every way, prints tables and writes `refcounts.json`; or does a worker's part.
/// The exit code is a failure when something grows or ends badly.
///
/// # Errors
/// When the interpreter does not start, a workload is not sound, or the record cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(job) = &arguments.worker {
        job.parse::<Job>()?.work()?;
        return Ok(ExitCode::SUCCESS);
    }
    python::check()?;
    hooks::install()?;
    python::start_hashing(Hashing::Fixed)?;
    let found = Python::attach(|py| {
        let workloads = compare::workloads(py, &arguments.workloads)?;
        measure(py, arguments, &workloads, true)
    })?;
    println!("{}", table::endings(&found));
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    found.write(&folder)?;
    if found.leaks.is_empty() {
        println!("\nNothing grows.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nWhat grows:\n\n{}", table::leaks(&found));
    for leak in &found.leaks {
        eprintln!("LEAK: {leak}");
    }
    Ok(if arguments.report_only {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Ends the runs of other workloads than those of the comparison; the interpreter must have been started by
/// [`run`]. The end of an interpreter is left out: the process that ends would not find them.
///
/// # Errors
/// When a workload is not sound.
pub fn run_workloads(arguments: &Arguments, sources: Vec<Source>) -> Result<Refcounts> {
    Python::attach(|py| {
        let checked = sources
            .into_iter()
            .map(|source| Workload::check(py, source));
        let workloads = checked.collect::<Result<Vec<_>, _>>()?;
        measure(py, arguments, &workloads, false)
    })
}

fn measure(
    py: Python<'_>,
    arguments: &Arguments,
    workloads: &[Workload],
    exits: bool,
) -> Result<Refcounts> {
    // What is read must not depend on when the collector comes by.
    py.import("gc")?.call_method0("disable")?;
    let engines = arguments.engines();
    let mut found = Refcounts {
        schema: Schema::V1,
        created: record::now(),
        mode: arguments.mode(),
        build: build::build(py)?,
        rows: Vec::new(),
        left_out: Vec::new(),
        leaks: Vec::new(),
    };
    let stage = Stage::begin("endings", workloads.len());
    if engines.iter().any(|engine| engine.name() == Name::CESK) {
        found.left_out.push(KNOWN_OF_CESK.to_owned());
    }
    for workload in workloads {
        stage.step(workload.source().name().to_owned());
        for engine in &engines {
            measure_one(py, workload, engine.as_ref(), exits, &mut found)?;
        }
        stage.done();
    }
    stage.end();
    Ok(found.judged())
}

/// Ends one workload on one engine, with all its parameters.
fn measure_one(
    py: Python<'_>,
    workload: &Workload,
    engine: &dyn Engine,
    exits: bool,
    found: &mut Refcounts,
) -> Result<()> {
    let (name, engine_name) = (workload.source().name(), engine.name());
    let Effort { runs, size } = effort(name, found.mode);
    for (index, params) in workload.params().iter().enumerate() {
        let case = workload.case(py, index, size)?;
        if !workload.is_for(py, &engine_name, &case)? {
            let label = workload.label(&case);
            found.left_out.push(format!(
                "{label} on {engine_name}: the workload is not for it at n = {size}"
            ));
            continue;
        }
        let context = || format!("{} on {engine_name}", workload.label(&case));
        let subject = Subject::new(py, workload, engine, index, size).with_context(context)?;
        let row = Row {
            workload: name.to_owned(),
            params: params.clone(),
            engine: engine_name.clone(),
            size,
            ending: Ending::InterpreterExit,
            runs: [1, 1],
            objects: Vec::new(),
            resident_bytes: 0,
            failures: Vec::new(),
        };
        for ending in Ending::WITHIN_A_PROCESS {
            let measured = subject.measure(ending, runs, row.clone());
            let measured = measured.map_err(|error| anyhow::anyhow!(python::describe(py, &error)));
            found.rows.push(measured.with_context(context)?);
        }
        if !exits {
            continue;
        }
        let job = Job {
            workload: name.to_owned(),
            engine: engine_name.name().to_owned(),
            params_index: index,
            size,
        };
        let failures = job.failures().with_context(context)?;
        found.rows.push(Row { failures, ..row });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }
}
