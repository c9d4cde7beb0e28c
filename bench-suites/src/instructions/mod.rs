//! How near the VM is to the floor, in instructions per operation.
//!
//! Instructions are counted by valgrind, in a process of its own for each engine, case and size, so
//! that a figure depends on nothing else that the machine does. A process starts the interpreter,
//! warms the code up and runs the case once; the difference between two sizes is what the operations
//! in between cost. Python's garbage collector stays as users have it.

pub mod arguments;
mod count;
mod plan;
mod worker;

use std::process::ExitCode;

use anyhow::{Result, bail};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use pyo3::prelude::*;

use crate::compare;
use crate::progress::Stage;
use crate::python;
use arguments::Arguments;
use count::{Counter, Job};
use plan::Row;

/// Counts, or does a worker's part.
///
/// # Errors
/// When valgrind is missing, the interpreter is not the right one, a run raised or its answer was
/// wrong.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(job) = &arguments.worker {
        worker::run(&job.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !arguments.bench {
        println!("Nothing was checked; `cargo bench --bench instructions` counts.");
        return Ok(ExitCode::SUCCESS);
    }
    python::check()?;
    python::start()?;
    let rows = Python::attach(|py| {
        let workloads = compare::workloads(py, &arguments.workloads)?;
        plan::rows(py, &workloads)
    })?;
    if arguments.list {
        for row in &rows {
            println!("{}", row.label());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let engines = arguments.engines();
    let counts = count_all(&rows, &engines)?;
    println!("{}", table(&rows, &engines, &counts));
    Ok(ExitCode::SUCCESS)
}

/// Instructions per operation, by row and engine.
fn count_all(rows: &[Row], engines: &[String]) -> Result<Vec<Vec<f64>>> {
    let mut jobs = Vec::new();
    for row in rows {
        for engine in engines {
            for size in row.sizes {
                jobs.push(Job {
                    engine: engine.clone(),
                    workload: row.workload.clone(),
                    params_index: row.params_index,
                    size,
                });
            }
        }
    }
    let counter = Counter::new()?;
    let stage = Stage::begin("counting", jobs.len());
    let totals = counter.count_all(&jobs, &stage);
    stage.end();
    let totals = totals?;
    let mut totals = totals.chunks_exact(2);
    let mut counts = Vec::new();
    for row in rows {
        let mut per_engine = Vec::new();
        for _ in engines {
            let Some(&[small, large]) = totals.next() else {
                bail!("a count is missing");
            };
            per_engine.push(row.per_operation(small, large));
        }
        counts.push(per_engine);
    }
    Ok(counts)
}

fn table(rows: &[Row], engines: &[String], counts: &[Vec<f64>]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let of = |name: &str| engines.iter().position(|engine| engine == name);
    let both = of("vm").zip(of("floor"));
    let mut header = vec!["workload".to_owned()];
    header.extend(engines.iter().cloned());
    if both.is_some() {
        header.extend(["vm - floor".to_owned(), "vm / floor".to_owned()]);
    }
    let columns = header.len();
    table.set_header(header);
    for (row, counts) in rows.iter().zip(counts) {
        let mut cells = vec![row.label()];
        cells.extend(counts.iter().map(|count| format!("{count:.1}")));
        if let Some((vm, floor)) = both {
            cells.push(format!("{:.1}", counts[vm] - counts[floor]));
            cells.push(format!("{:.3}", counts[vm] / counts[floor]));
        }
        table.add_row(cells);
    }
    for index in 1..columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
