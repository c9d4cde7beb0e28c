//! What an operation of each workload asks of the allocators.
//!
//! A workload is run at three sizes or four, again and again until the counts are those of the time before:
//! what is filled once is filled by then. The collector is off, and comes by before each run and after it; so does nothing else, and everything is counted.
//! The differences between the sizes are what the operations in between need. Sizes lie above 256, the largest
//! int of which CPython keeps a copy.

use anyhow::{Context as _, Result, anyhow, ensure};
use comfy_table::Table;
use doeff_reports::allocations::{Allocations, Figure, Row, Run, Schema};
use doeff_reports::{Engine as Name, Mode};
use pyo3::prelude::*;

use super::counter::{peak, peak_from_now};
use super::measure::Snapshot;
use super::report::{figure, table as table_of};
use super::sweep::Sweep;
use super::{Arguments, build};
use crate::engine::{Engine, Runnable};
use crate::progress::Stage;
use crate::workload::{Case, Compiled, Workload};
use crate::{compare, engines, python, record};

/// What is counted; the machine in Python for comparison.
const ENGINES: [Name; 3] = [Name::VM, Name::FLOOR, Name::CESK];

/// The sizes; a quick run leaves the last one out.
const SIZES: [u64; 4] = [500, 1_000, 1_500, 3_000];
/// The clauses of the sieve grow almost with the square of the size.
const SIEVE_SIZES: [u64; 4] = [300, 400, 500, 600];

/// How often everything is counted again at most.
const ATTEMPTS: u32 = 8;

fn sizes(workload: &str, mode: Mode) -> &'static [u64] {
    let sizes: &[u64; 4] = match workload {
        "handler_sieve" => &SIEVE_SIZES,
        _ => &SIZES,
    };
    match mode {
        Mode::Quick => &sizes[..3],
        Mode::Full => sizes,
    }
}

/// Counts for every workload.
///
/// # Errors
/// When a workload is not sound, a run raised or its answer was wrong.
pub(super) fn measure(py: Python<'_>, arguments: &Arguments) -> Result<Allocations> {
    let mode = if arguments.quick {
        Mode::Quick
    } else {
        Mode::Full
    };
    let workloads = compare::workloads(py, &arguments.workloads)?;
    let mut engines = engines::all();
    engines.retain(|engine| ENGINES.contains(&engine.name()));
    let mut found = Allocations {
        schema: Schema::V1,
        created: record::now(),
        mode,
        build: build::build(py)?,
        rows: Vec::new(),
        left_out: Vec::new(),
    };
    let stage = Stage::begin("allocations", workloads.len());
    for workload in &workloads {
        stage.step(workload.source().name().to_owned());
        for engine in &engines {
            measure_one(py, workload, engine.as_ref(), &mut found)?;
        }
        stage.done();
    }
    stage.end();
    Ok(found)
}

/// Counts for one workload on one engine, with all its parameters.
fn measure_one(
    py: Python<'_>,
    workload: &Workload,
    engine: &dyn Engine,
    found: &mut Allocations,
) -> Result<()> {
    let (name, engine_name) = (workload.source().name(), engine.name());
    let program = workload.source().compile(py, engine.effects_module())?;
    for (index, params) in workload.params().iter().enumerate() {
        let sizes = sizes(name, found.mode);
        let cases = sizes.iter().map(|&size| workload.case(py, index, size));
        let mut cases = cases.collect::<Result<Vec<_>, _>>()?;
        let mut fits = Vec::new();
        for case in &cases {
            fits.push(workload.is_for(py, &engine_name, case)?);
        }
        let mut fits = fits.into_iter();
        cases.retain(|_| fits.next() == Some(true));
        let label = cases.first().map(|case| workload.label(case));
        let row = match label.filter(|_| cases.len() > 1) {
            Some(label) => {
                let subject = Subject {
                    engine,
                    program: &program,
                };
                let counted = subject.count(py, &cases);
                let (repeats, runs) =
                    counted.with_context(|| format!("{label} on {engine_name}"))?;
                Row::of(
                    name,
                    params.clone(),
                    engine_name.clone(),
                    &workload.operation,
                    repeats,
                    runs,
                )
            }
            None => None,
        };
        match row {
            Some(row) => found.rows.push(row),
            None => found.left_out.push(format!(
                "{name} ({params}) on {engine_name}: it runs at fewer than two of the sizes"
            )),
        }
    }
    Ok(())
}

/// A workload on an engine.
struct Subject<'a> {
    engine: &'a dyn Engine,
    program: &'a Compiled,
}

impl Subject<'_> {
    /// Counts each case, the smallest first, until it makes no difference to count once more. The first is
    /// whether it came to that.
    fn count(&self, py: Python<'_>, cases: &[Case]) -> Result<(bool, Vec<Run>)> {
        let described = |error: PyErr| anyhow!(python::describe(py, &error));
        let prepare = |case| self.engine.prepare(py, self.program, case);
        let runnables = cases.iter().map(prepare).collect::<PyResult<Vec<_>>>();
        let runnables = runnables.map_err(described)?;
        let sweep = Sweep::new(py)?;
        let once = || -> Result<Vec<Run>> {
            let pairs = cases.iter().zip(&runnables);
            let counted = pairs.map(|(case, runnable)| {
                let (run, right) = count_run(&sweep, case, runnable).map_err(described)?;
                ensure!(right, "the answer for n = {} is wrong", run.size);
                Ok(run)
            });
            counted.collect()
        };
        let mut last = once()?;
        for _ in 0..ATTEMPTS {
            let next = once()?;
            if next == last {
                return Ok((true, next));
            }
            last = next;
        }
        Ok((false, last))
    }
}

/// Runs a case once, and says whether its answer was right.
fn count_run(sweep: &Sweep<'_>, case: &Case, runnable: &Runnable) -> PyResult<(Run, bool)> {
    let py = sweep.py();
    sweep.sweep()?;
    let before = Snapshot::take();
    let alive = peak_from_now();
    let timed = runnable.time(py, 1)?;
    let (after, peak) = (Snapshot::take(), peak() - alive);
    let right = timed
        .answers
        .iter()
        .all(|answer| case.accepts(answer.bind(py)));
    drop(timed);
    let left = Snapshot::take().bytes();
    sweep.sweep()?;
    let kept = Snapshot::take().bytes() - before.bytes();
    let [rust, raw, mem, obj] =
        [0, 1, 2, 3].map(|side: usize| after.requests()[side] - before.requests()[side]);
    let run = Run {
        size: case.size,
        operations: case.operations,
        rust,
        raw,
        mem,
        obj,
        kept,
        garbage: left - before.bytes() - kept,
        peak,
    };
    Ok((run, right))
}

/// The figures per operation. One that is not exact is followed by what it lies between.
pub(super) fn table(found: &Allocations) -> Table {
    let rows = found.rows.iter().map(|row| {
        let figures = [
            row.rust,
            row.raw,
            row.mem,
            row.obj,
            row.kept,
            row.garbage,
            row.peak,
        ];
        let names = [row.label(), row.engine.to_string()];
        let repeats = if row.repeats { "yes" } else { "NO" };
        let figures = figures.iter().map(shown);
        let cells = names.into_iter().chain(figures);
        cells.chain([repeats.to_owned()]).collect()
    });
    let header = [
        "requests and bytes per operation",
        "engine",
        "Rust",
        "Python raw",
        "Python mem",
        "Python obj",
        "bytes kept",
        "bytes of garbage",
        "bytes at the peak",
        "repeats",
    ];
    table_of(&header, rows)
}

fn shown(found: &Figure) -> String {
    let each = figure(found.per_operation);
    if found.exact {
        each
    } else {
        format!("{each} ({} to {})", figure(found.low), figure(found.high))
    }
}
