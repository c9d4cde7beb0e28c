//! The record of the allocations: what an operation of each workload asks of the allocators, what is kept,
//! and how much is alive at once.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::read::{ReadError, read};
use crate::{Engine, Mode, Params, Versions, WriteError, json};

/// Everything one run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allocations {
    /// The version of this layout.
    pub schema: Schema,
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// Quick or full: a quick run takes fewer sizes. The figures are those of the same two sizes in both.
    pub mode: Mode,
    /// What was counted.
    pub build: Build,
    /// One row per workload, parameters and engine.
    pub rows: Vec<Row>,
    /// What was left out, a line each with the reason.
    pub left_out: Vec<String>,
}

/// The versions of the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first layout.
    #[default]
    #[serde(rename = "doeff-vm/allocations/1")]
    V1,
}

/// What decides how memory is used: counts of two runs may be compared where this is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The versions of what ran.
    pub versions: Versions,
    /// SHA-256 of the interpreter's library, in hexadecimal.
    pub libpython_sha256: String,
    /// Whether it was built without optimisation, which may request memory that a release does not.
    pub debug_build: bool,
}

/// One engine on one workload with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Name of the workload.
    pub workload: String,
    /// Parameters of the workload, by name.
    pub params: Params,
    /// What ran it.
    pub engine: Engine,
    /// What one operation is, such as "effect".
    pub operation: String,
    /// The smaller of the two sizes that the figures are of: the first of `runs`.
    pub from: u64,
    /// The larger one: the third of `runs`, where there are so many.
    pub to: u64,
    /// Requests to Rust's allocator per operation.
    pub rust: Figure,
    /// Requests to the raw domain of CPython's allocators.
    pub raw: Figure,
    /// Requests to its mem domain.
    pub mem: Figure,
    /// Requests to its obj domain.
    pub obj: Figure,
    /// Bytes that stay when the run has ended and the collector has come by.
    pub kept: Figure,
    /// Bytes that wait for the collector when the run has ended.
    pub garbage: Figure,
    /// Bytes that are alive at the moment when most are, on both sides together.
    pub peak: Figure,
    /// Whether all runs came to give the same counts when they were made again.
    pub repeats: bool,
    /// What the figures come of, smallest size first.
    pub runs: Vec<Run>,
}

/// What one operation needs: the difference between two runs over the operations that one makes more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Between the row's two sizes.
    pub per_operation: f64,
    /// Whether it is the same between all neighbouring sizes. It is not where something grows by leaps,
    /// such as a list or a dict; `low` and `high` then say how far apart the figures lie.
    pub exact: bool,
    /// The least between two neighbouring sizes.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// What was counted in one run, in requests and in bytes beyond those before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The size.
    pub size: u64,
    /// How many operations it made.
    pub operations: u64,
    /// Requests to Rust's allocator.
    pub rust: u64,
    /// Requests to the raw domain of CPython's allocators.
    pub raw: u64,
    /// Requests to its mem domain.
    pub mem: u64,
    /// Requests to its obj domain.
    pub obj: u64,
    /// Bytes that stay.
    pub kept: i64,
    /// Bytes that wait for the collector.
    pub garbage: i64,
    /// The most bytes alive at once.
    pub peak: i64,
}

/// How many sizes the figures span: the others of a full run only tell whether these are exact.
const SPANNED: usize = 3;

impl Figure {
    /// The figure of what was counted in runs of so many operations, as `(operations, count)`, of which there
    /// are at least two with more operations each; the first `spanned` of them give it.
    fn of(counts: &[(u64, i64)], spanned: usize) -> Option<Self> {
        let counts: Vec<_> = counts
            .iter()
            .map(|&(operations, count)| (i128::from(operations), i128::from(count)))
            .collect();
        let between = |a: (i128, i128), b: (i128, i128)| (b.1 - a.1, b.0 - a.0);
        let steps: Vec<_> = counts.windows(2).map(|w| between(w[0], w[1])).collect();
        if steps.iter().any(|&(_, operations)| operations <= 0) {
            return None;
        }
        let first = *steps.first()?;
        let exact = steps
            .iter()
            .all(|step| step.0 * first.1 == first.0 * step.1);
        let each = steps.iter().copied().map(quotient);
        let whole = between(*counts.first()?, *counts.iter().take(spanned).next_back()?);
        let per_operation = quotient(whole);
        if exact {
            return Some(Self {
                per_operation,
                exact,
                low: per_operation,
                high: per_operation,
            });
        }
        Some(Self {
            per_operation,
            exact,
            low: each.clone().fold(f64::INFINITY, f64::min),
            high: each.fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

#[expect(clippy::cast_precision_loss)] // counts are far below 2^53
fn quotient((count, operations): (i128, i128)) -> f64 {
    count as f64 / operations as f64
}

impl Row {
    /// The row of some runs, smallest size first. `None` unless there are two, and each makes more
    /// operations than the one before.
    pub fn of(
        workload: impl Into<String>,
        params: Params,
        engine: Engine,
        operation: impl Into<String>,
        repeats: bool,
        runs: Vec<Run>,
    ) -> Option<Self> {
        let spanned = SPANNED.min(runs.len());
        let figure = |count: fn(&Run) -> i64| {
            let counts: Vec<_> = runs
                .iter()
                .map(|run| (run.operations, count(run)))
                .collect();
            Figure::of(&counts, spanned)
        };
        Some(Self {
            workload: workload.into(),
            params,
            engine,
            operation: operation.into(),
            from: runs.first()?.size,
            to: runs[..spanned].last()?.size,
            rust: figure(|run| run.rust.cast_signed())?,
            raw: figure(|run| run.raw.cast_signed())?,
            mem: figure(|run| run.mem.cast_signed())?,
            obj: figure(|run| run.obj.cast_signed())?,
            kept: figure(|run| run.kept)?,
            garbage: figure(|run| run.garbage)?,
            peak: figure(|run| run.peak)?,
            repeats,
            runs,
        })
    }

    /// Requests per operation to all allocators.
    pub fn requests(&self) -> f64 {
        let all = [self.rust, self.raw, self.mem, self.obj];
        all.iter().map(|figure| figure.per_operation).sum()
    }

    /// Whether all counts of requests are exact.
    pub fn is_exact(&self) -> bool {
        [self.rust, self.raw, self.mem, self.obj]
            .iter()
            .all(|figure| figure.exact)
    }

    /// The workload with its parameters.
    pub fn label(&self) -> String {
        self.params.label(&self.workload)
    }
}

impl Allocations {
    /// Reads the record at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not JSON, has another schema, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        read(path, Self::check)
    }

    /// Checks what types alone do not: rows are unique, and their figures are those of their runs.
    ///
    /// # Errors
    /// The first contradiction found.
    pub fn check(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            let label = format!("{} on {}", row.label(), row.engine);
            if !seen.insert((&row.workload, &row.params, &row.engine)) {
                return Err(format!("two rows for {label}"));
            }
            let again = Row::of(
                row.workload.clone(),
                row.params.clone(),
                row.engine.clone(),
                row.operation.clone(),
                row.repeats,
                row.runs.clone(),
            );
            if again.as_ref() != Some(row) {
                return Err(format!("the figures of {label} are not those of its runs"));
            }
        }
        Ok(())
    }

    /// The row of a workload with its parameters on an engine.
    pub fn row(&self, workload: &str, params: &Params, engine: &Engine) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.workload == workload && row.params == *params && row.engine == *engine)
    }

    /// The record as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        json::pretty(self)
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }

    /// Writes `allocations.json` into `dir`, which is made if need be.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), WriteError> {
        json::write_into(dir, &[("allocations.json", self.to_json())])
    }
}
