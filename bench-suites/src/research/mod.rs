//! What performance engineers ask for: how a cost grows with the size (`sweep`), and where it arises, for which
//! a profiler looks on while a case runs (`case`).
//!
//! `cargo xtask sweep` and `cargo xtask profile` start this. None of it has a ceiling or a verdict.

pub mod arguments;
mod case;
mod choice;
mod sweep;

use std::process::ExitCode;

use anyhow::Result;

use crate::instructions::worker;
use arguments::{Arguments, Part};

/// Does what is asked for, or a worker's part.
///
/// # Errors
/// When valgrind is missing, the interpreter is not the right one, there is no such workload, a run raised, an
/// answer was wrong, or the record cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(job) = &arguments.worker {
        worker::run(&job.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match &arguments.part {
        None => println!("Nothing was done; `cargo xtask sweep` and `cargo xtask profile` ask."),
        Some(Part::Sweep(arguments)) => sweep::run(arguments)?,
        Some(Part::Run(arguments)) => case::run(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
