//! The core alone: what the machine costs under a host that costs next to nothing.
//!
//! No Python takes part. Values are integers, bodies are state machines of eight bytes, and a
//! continuation lies in the frame of its clause (`host`). The driver makes the same calls as the one
//! that serves Python (`driver`): directly, as that does while a program simply runs, or by steps, as
//! that does where somebody looks on. So the figures are the machine's own, and may be looked at beside
//! those of languages whose compilers know effects: measured once on a two-core machine in the cloud,
//! perform and continue took 15.5 ns in OCaml 5.2, and 441 ns past 64 handlers.
//!
//! Times and allocations are taken in `benches/core.rs`; instructions are counted here, as the
//! difference between two sizes, each in a process of its own under valgrind.

mod cases;
mod driver;
mod host;
mod report;

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use serde::{Deserialize, Serialize};

pub use cases::{CASES, Case};
pub use driver::{Driver, Way};
pub use report::{Figures, Report, Row};

use crate::instructions::count::{Detail, count_all};
use crate::instructions::region::counted;
use crate::progress::Stage;

/// Operations in the two runs whose difference is counted.
const OPERATIONS: [u32; 2] = [1_000, 21_000];

/// Measures the core alone: nanoseconds, instructions and allocations per operation.
#[derive(Clone, Debug, Parser)]
#[command(name = "core", bin_name = "cargo bench --bench core --")]
pub struct Arguments {
    /// Take less time for the times.
    #[arg(long)]
    pub quick: bool,
    /// Report a figure above its ceiling, and do not fail.
    #[arg(long)]
    pub report_only: bool,
    /// Folder that core.json is written to; `reports/latest` of the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The part of one process, as JSON.
    #[arg(long, hide = true)]
    pub worker: Option<String>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// What one process runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Job {
    case: String,
    way: Way,
    operations: u32,
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            way,
            operations,
        } = self;
        write!(f, "{case}, {way:?}, n = {operations}")
    }
}

/// Does a worker's part.
///
/// # Errors
/// When it is not a job.
pub fn work(job: &str) -> Result<()> {
    let job: Job = serde_json::from_str(job).context("--worker takes a job as JSON")?;
    let case = Case::find(&job.case).with_context(|| format!("there is no case {}", job.case))?;
    let mut driver = Driver::default();
    counted(|| case.run(&mut driver, job.way, job.operations));
    Ok(())
}

/// Something for each case, directly and by steps.
pub type Both<T> = Vec<[T; 2]>;

/// Does something for each case, directly and by steps.
pub fn for_each<T>(mut measure: impl FnMut(&'static Case, Way) -> T) -> Both<T> {
    let cases = CASES.iter();
    let both = cases.map(|case| [Way::Direct, Way::Steps].map(|way| measure(case, way)));
    both.collect()
}

/// Counts the instructions per operation.
///
/// # Errors
/// When valgrind is not installed, or a process failed.
pub fn count_instructions() -> Result<Both<f64>> {
    let jobs = for_each(|case, way| {
        OPERATIONS.map(|operations| Job {
            case: case.name.to_owned(),
            way,
            operations,
        })
    });
    let jobs: Vec<_> = jobs.into_iter().flatten().flatten().collect();
    let stage = Stage::begin("counting", jobs.len());
    let totals = count_all(&jobs, Detail::Plain, &stage);
    stage.end();
    let totals = totals?;
    let mut totals = totals.chunks_exact(2);
    let mut missing = false;
    let counts = for_each(|_, _| {
        let Some([few, many]) = totals.next() else {
            missing = true;
            return 0.0;
        };
        #[expect(clippy::cast_precision_loss)] // far below 2^53
        let more = many.instructions as f64 - few.instructions as f64;
        more / f64::from(OPERATIONS[1] - OPERATIONS[0])
    });
    ensure!(!missing, "a count is missing");
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Arguments, Driver};

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_case_runs_and_can_be_run_again() {
        super::for_each(|case, way| {
            let mut driver = Driver::default();
            for operations in [1, 10, 1_000] {
                case.run(&mut driver, way, operations);
            }
        });
    }
}
