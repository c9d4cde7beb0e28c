//! The record of what runs leave behind, by the way in which they end.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::allocations::Build;
use crate::read::{ReadError, read};
use crate::{Engine, Mode, Params, WriteError, json};

/// How much the resident set may grow while one ending is measured, in bytes: what an allocator takes from the
/// system comes in leaps of a megabyte.
pub const RESIDENT_BOUND: i64 = 32 << 20;

/// Everything one run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refcounts {
    /// The version of this layout.
    pub schema: Schema,
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// Quick or full: a quick run makes fewer runs of each ending, with fewer parameters.
    pub mode: Mode,
    /// What was counted.
    pub build: Build,
    /// One row per workload, parameters, engine and ending.
    pub rows: Vec<Row>,
    /// What was left out, a line each with the reason.
    pub left_out: Vec<String>,
    /// Every leak, in words. Empty when nothing grows.
    pub leaks: Vec<String>,
}

/// The versions of the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first layout.
    #[default]
    #[serde(rename = "doeff-vm/refcounts/1")]
    V1,
}

/// The ways in which a run ends.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It gives its result.
    NormalEnd,
    /// A clause ends without its continuation, which is dropped at once.
    Abandonment,
    /// A continuation leaves the run as its result, and is dropped later.
    DroppedLater,
    /// An exception leaves it.
    Exception,
    /// A continuation is resumed for the second time, and that exception leaves it.
    OneShotViolation,
    /// A continuation is left in a cycle through its own frames, which the collector finds.
    Cycle,
    /// The interpreter ends while continuations are held.
    InterpreterExit,
}

impl Ending {
    /// Those after which the process goes on.
    pub const WITHIN_A_PROCESS: [Self; 6] = [
        Self::NormalEnd,
        Self::Abandonment,
        Self::DroppedLater,
        Self::Exception,
        Self::OneShotViolation,
        Self::Cycle,
    ];

    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NormalEnd => "normal_end",
            Self::Abandonment => "abandonment",
            Self::DroppedLater => "dropped_later",
            Self::Exception => "exception",
            Self::OneShotViolation => "one_shot_violation",
            Self::Cycle => "cycle",
            Self::InterpreterExit => "interpreter_exit",
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NormalEnd => "normal end",
            Self::Abandonment => "abandonment",
            Self::DroppedLater => "dropped later",
            Self::Exception => "exception",
            Self::OneShotViolation => "one-shot violation",
            Self::Cycle => "cycle",
            Self::InterpreterExit => "interpreter exit",
        })
    }
}

/// One ending of one workload with its parameters on one engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Name of the workload.
    pub workload: String,
    /// Parameters of the workload, by name.
    pub params: Params,
    /// What ran it.
    pub engine: Engine,
    /// Size of each run.
    pub size: u64,
    /// How the runs end.
    pub ending: Ending,
    /// How many runs there were in each of the two batches, fewer in the first. A run is one by the machine's
    /// `run`, one by a `VM` and, where it ends normally, one of the workload as it is; of the interpreter's
    /// exit, it is one process.
    pub runs: [u32; 2],
    /// What was looked at. An object that is not alive before or after is not in it.
    pub objects: Vec<Growth>,
    /// Bytes that the resident set grew by in both batches.
    pub resident_bytes: i64,
    /// What is wrong with how the runs ended, in words.
    pub failures: Vec<String>,
}

/// What kind of thing is counted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// References to an object that lives on.
    References,
    /// References to what a run made, beyond the one that is looked at, when it has ended.
    Beyond,
    /// Live objects of a type, as the collector knows them.
    Objects,
    /// Blocks of `sys.getallocatedblocks()`.
    Blocks,
    /// Bytes alive in an allocator.
    Bytes,
    /// Blocks of an allocator by the type of what is in them, tracked by the collector or not. They are looked
    /// through where blocks or bytes grow.
    Contents,
    /// A count of a `VM`'s `stats()` that says how much is alive.
    Stats,
}

/// How much more there is of something after two batches of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// What kind of thing it is.
    pub kind: Kind,
    /// What it is called.
    pub object: String,
    /// By how much it grew in each batch.
    pub grown: [i64; 2],
}

impl Growth {
    /// The growth per further run: what is made once, in either batch, is not in it.
    pub fn per_run(&self, runs: [u32; 2]) -> f64 {
        let [few, many] = self.grown;
        #[expect(clippy::cast_precision_loss)] // counts are far below 2^53
        let more = (many - few) as f64;
        more / (f64::from(runs[1]) - f64::from(runs[0]))
    }

    /// Whether it grew in both batches, and more in the one of more runs.
    pub fn is_leak(&self) -> bool {
        self.grown[0] > 0 && self.grown[1] > self.grown[0]
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match self.kind {
            Kind::References => write!(f, "references to {object}"),
            Kind::Beyond => write!(f, "references to {object} after its end"),
            Kind::Objects => write!(f, "objects of {object}"),
            Kind::Blocks | Kind::Bytes => f.write_str(object),
            Kind::Contents => write!(f, "blocks of {object}"),
            Kind::Stats => write!(f, "{object} of VM.stats()"),
        }
    }
}

impl Row {
    /// The workload with its parameters.
    pub fn label(&self) -> String {
        self.params.label(&self.workload)
    }

    /// What grows with the runs.
    pub fn leaking(&self) -> impl Iterator<Item = &Growth> {
        self.objects.iter().filter(|growth| growth.is_leak())
    }

    fn problems(&self) -> Vec<String> {
        let place = format!("{} on {}, {}", self.label(), self.engine, self.ending);
        let leaks = self.leaking().map(|growth| {
            let each = growth.per_run(self.runs);
            format!("{place}: {growth} grow by {each:.2} a run")
        });
        let resident = (self.resident_bytes > RESIDENT_BOUND).then(|| {
            let grown = self.resident_bytes;
            format!("{place}: the resident set grew by {grown} bytes in all")
        });
        let failures = self.failures.iter().map(|text| format!("{place}: {text}"));
        leaks.chain(resident).chain(failures).collect()
    }
}

impl Refcounts {
    /// Fills in what leaks.
    #[must_use]
    pub fn judged(mut self) -> Self {
        self.leaks = self.rows.iter().flat_map(Row::problems).collect();
        self
    }

    /// Reads the record at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not JSON, has another schema, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        read(path, Self::check)
    }

    /// Checks what types alone do not: rows are unique, their batches differ, and the leaks are theirs.
    ///
    /// # Errors
    /// The first contradiction found.
    pub fn check(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            let place = format!("{} on {}, {}", row.label(), row.engine, row.ending);
            if !seen.insert((&row.workload, &row.params, &row.engine, row.ending)) {
                return Err(format!("two rows for {place}"));
            }
            let [few, many] = row.runs;
            if few == 0 || (few >= many && !row.objects.is_empty()) {
                return Err(format!(
                    "the batches of {place} are of {few} and {many} runs"
                ));
            }
        }
        if self.clone().judged().leaks != self.leaks {
            return Err("the leaks are not those of the rows".to_owned());
        }
        Ok(())
    }

    /// The record as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        json::pretty(self)
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }

    /// Writes `refcounts.json` into `dir`, which is made if need be.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), WriteError> {
        json::write_into(dir, &[("refcounts.json", self.to_json())])
    }
}
