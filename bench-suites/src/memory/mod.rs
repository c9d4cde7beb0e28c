//! What the embedded VM needs of memory, in bytes requested.
//!
//! Rust's side is counted by the process's allocator ([`counter`]), Python's by wrappers around its
//! three domains ([`hooks`]). A structure is built at two sizes; the difference of what is alive at
//! its peak, divided by that of the sizes, is what one part of it needs. The same structure made of
//! plain generators says what of that is CPython's own. `survey` tells what the rest consists of.
//! The collector is off meanwhile, so that nothing depends on when it comes by. Free lists hide
//! nothing: the structures are far larger than any of them.
//!
//! After that the workloads of the comparison are run, for what an operation of each asks of the allocators
//! (`allocations`).

mod allocations;
pub(crate) mod build;
pub mod counter;
pub mod hooks;
pub(crate) mod measure;
pub(crate) mod report;
pub(crate) mod survey;
pub(crate) mod sweep;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use pyo3::Python;

use counter::RUST;
use measure::{Program, Programs};
use report::{Growth, Part, Report, Requests, Structure};
use survey::Kind;

use crate::python::{self, Hashing};

/// A structure to be measured.
struct Planned {
    /// What builds it on the machine.
    name: &'static str,
    /// What builds it of plain generators.
    plain: &'static str,
    /// One part of it.
    what: &'static str,
    /// The most bytes that one part may need beyond what the plain generators need.
    ceiling: Option<f64>,
}

const STRUCTURES: [Planned; 5] = [
    Planned {
        name: "frames",
        plain: "plain_frames",
        what: "suspended frame",
        ceiling: Some(40.0),
    },
    Planned {
        name: "continuations",
        plain: "plain_continuations",
        what: "held continuation of one frame",
        ceiling: Some(144.0),
    },
    Planned {
        name: "clauses",
        plain: "plain_clauses",
        what: "pending clause",
        ceiling: Some(120.0),
    },
    Planned {
        name: "longer_continuations",
        plain: "plain_longer_continuations",
        what: "held continuation of two frames",
        ceiling: None,
    },
    Planned {
        name: "prompts",
        plain: "plain_prompts",
        what: "installed prompt and its frame",
        ceiling: None,
    },
];

/// The loops. None of them may grow.
const LOOPS: [(&str, &str); 5] = [
    ("tail_resume", "tail Resume, generator handler"),
    ("plain_handler", "tail Resume, plain handler"),
    ("ask", "Ask"),
    ("put", "Put"),
    ("program_call", "program call"),
];

/// Measures what the VM needs of memory beyond CPython's own objects, and what the workloads ask of the
/// allocators.
#[derive(Clone, Debug, Parser)]
#[command(name = "heap", bin_name = "cargo bench --bench heap --")]
pub struct Arguments {
    /// How many parts the structures have.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(4_000..))]
    pub size: u64,
    /// Run the workloads at fewer sizes; the figures are the same.
    #[arg(long)]
    pub quick: bool,
    /// Run only this workload; may be given several times.
    #[arg(long = "workload", value_name = "NAME")]
    pub workloads: Vec<String>,
    /// Report a figure above its ceiling, and do not fail.
    #[arg(long)]
    pub report_only: bool,
    /// Folder that heap.json and allocations.json are written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<std::path::PathBuf>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// Measures, prints tables and writes `heap.json` and `allocations.json`. The exit code is a failure when a
/// figure is above its ceiling.
///
/// # Errors
/// When the allocators are not counted, the interpreter does not start, a program raised, or the
/// report cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let before = RUST.read().requests;
    drop(std::hint::black_box(Box::new(0_u8)));
    ensure!(
        RUST.read().requests > before,
        "Rust's allocator is not counted"
    );
    python::check()?;
    hooks::install()?;
    python::start_hashing(Hashing::Fixed)?;
    let report = Python::attach(|py| measure(py, arguments.size))?;
    println!("{report}");
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    report.write(&folder)?;
    let found = Python::attach(|py| allocations::measure(py, arguments))?;
    println!("\n{}", allocations::table(&found));
    found.write(&folder)?;
    let above = report.above();
    for figure in &above {
        eprintln!("TOO MUCH: {figure}");
    }
    Ok(if above.is_empty() || arguments.report_only {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn measure(py: Python<'_>, size: u64) -> Result<Report> {
    let programs = Programs::load(py)?;
    calibrate(&programs, size)?;
    let mut report = Report::new(py, size)?;
    for planned in &STRUCTURES {
        report.structures.push(structure(&programs, planned, size)?);
    }
    for (name, what) in LOOPS {
        let program = programs.get(name)?;
        program.end(size)?; // warms up
        report.growth.push(growth(&program, what, size)?);
        report.requests.push(requests(&program, what, size)?);
    }
    Ok(report)
}

/// Measures something that is known: `programs.py` holds objects for which CPython requests 100 bytes.
fn calibrate(programs: &Programs<'_>, size: u64) -> Result<()> {
    let found = slope(&programs.get("hundreds")?, size)?;
    ensure!(
        (found.rust, found.python) == (0.0, 100.0),
        "objects of 100 bytes of Python's are counted as {} bytes of Python's and {} of Rust's",
        found.python,
        found.rust
    );
    Ok(())
}

/// What one part of a structure needs.
struct Slope {
    /// Bytes of Rust's allocator.
    rust: f64,
    /// Bytes of Python's allocators.
    python: f64,
    /// Blocks of Rust's allocator, by size.
    rust_blocks: Vec<f64>,
}

fn slope(program: &Program, size: u64) -> Result<Slope> {
    let half = size / 2;
    program.peak(half / 2, size)?; // what is made once, is made before
    let [smaller, larger] = [program.peak(half, size)?, program.peak(size, size)?];
    let each = |difference: i64| signed(difference) / float(size - half);
    let rust_blocks = larger.rust_blocks.iter().zip(&smaller.rust_blocks);
    Ok(Slope {
        rust: each(larger.rust.bytes - smaller.rust.bytes),
        python: each(larger.python_bytes() - smaller.python_bytes()),
        rust_blocks: rust_blocks
            .map(|(&more, &less)| each(more - less))
            .collect(),
    })
}

/// Measures a structure of `size` parts.
fn structure(programs: &Programs<'_>, planned: &Planned, size: u64) -> Result<Structure> {
    let program = programs.get(planned.name)?;
    let found = slope(&program, size)?;
    let plain = slope(&programs.get(planned.plain)?, size)?;
    ensure!(
        plain.rust == 0.0,
        "{} needs {} bytes of Rust's side for each generator",
        planned.plain,
        plain.rust
    );
    let half = size / 2;
    let [smaller, larger] = [
        program.peak_survey(half, size)?,
        program.peak_survey(size, size)?,
    ];
    let rust = found.rust_blocks.iter().enumerate();
    let rust = rust.map(|(size, &blocks)| (Kind::rust(size), blocks));
    let parts = rust.chain(larger.since(&smaller, float(size - half)));
    Ok(Structure {
        name: planned.name,
        what: planned.what,
        rust: found.rust,
        python_ours: found.python - plain.python,
        python_own: plain.python,
        ours: found.rust + found.python - plain.python,
        ceiling: planned.ceiling,
        parts: parts
            .filter_map(|(kind, blocks)| Part::of(kind, blocks))
            .collect(),
    })
}

/// Measures how much more is alive at the end of a loop of ten times `size` steps.
fn growth(program: &Program, what: &'static str, size: u64) -> Result<Growth> {
    let [smaller, larger] = [program.end(size)?, program.end(size * 10)?];
    Ok(Growth {
        name: program.name(),
        what,
        from: size,
        to: size * 10,
        rust: larger.rust.bytes - smaller.rust.bytes,
        python: larger.python_bytes() - smaller.python_bytes(),
    })
}

/// Counts the requests of `size` further steps of a loop.
fn requests(program: &Program, what: &'static str, size: u64) -> Result<Requests> {
    // From the end of one loop to that of the next.
    let until_next = |size| -> Result<[u64; 4]> {
        let [before, after] = [program.end(1)?, program.end(size)?].map(|end| end.requests());
        Ok([0, 1, 2, 3].map(|side: usize| after[side] - before[side]))
    };
    let [shorter, longer] = [until_next(size)?, until_next(size * 2)?];
    let [rust, raw, mem, obj] =
        [0, 1, 2, 3].map(|side: usize| (float(longer[side]) - float(shorter[side])) / float(size));
    Ok(Requests {
        name: program.name(),
        what,
        rust,
        raw,
        mem,
        obj,
    })
}

#[expect(clippy::cast_precision_loss)] // the figures are far below 2^53
fn float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss)] // as above
fn signed(number: i64) -> f64 {
    number as f64
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
