//! The record of one comparison: its types, how it is read, and its JSON schema.

mod absence;
mod machine;
mod params;
mod row;

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json;
use crate::stats::SampleError;

pub use absence::Absence;
pub use machine::{FileHash, Machine, Provenance, Round, Settings, Versions};
pub use params::Params;
pub use row::{Measurement, Outcome, Slice};

/// Everything one run of the comparison found, with what is needed to judge it: every slice that was timed is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of this layout.
    pub schema: Schema,
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// Quick or full.
    pub mode: Mode,
    /// Where it ran.
    pub machine: Machine,
    /// What ran.
    pub versions: Versions,
    /// The very files that ran.
    pub provenance: Provenance,
    /// How it ran.
    pub settings: Settings,
    /// Whether the run came to its end; if not, rows have fewer slices than they were to have, or none.
    pub complete: bool,
    /// What did not run, and why.
    pub left_out: Vec<Absence>,
    /// The rounds, in the order that they took place in.
    pub rounds: Vec<Round>,
    /// One row per workload, parameters, size and engine.
    pub results: Vec<Measurement>,
}

/// The versions of the record's layout that this crate reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The second layout, which has the slices of every process. The first, which had samples only, is not read.
    #[default]
    #[serde(rename = "doeff-vm/report/2")]
    V2,
}

/// How thorough a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Fewer sizes and samples, for a first look.
    Quick,
    /// All sizes, for figures to quote.
    Full,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quick => "quick",
            Self::Full => "full",
        })
    }
}

/// Why a record cannot be used. Each message names the file and the cure.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be read.
    #[error("cannot read the record {}: {cause}; run `cargo bench` to write one", path.display())]
    Io {
        /// The record's file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is not JSON, or a field is missing, unknown or of the wrong type.
    #[error("the record {} is broken: {cause}; restore the file, or run `cargo bench` to write a new one", path.display())]
    Broken {
        /// The record's file.
        path: PathBuf,
        /// What is wrong, and at which line and column.
        cause: serde_json::Error,
    },
    /// The record has another layout.
    #[error(
        "the record {} has the schema {found}, but this version reads \"doeff-vm/report/2\"; \
         read it with the version that wrote it, or run `cargo bench` to write a new one",
        path.display()
    )]
    Schema {
        /// The record's file.
        path: PathBuf,
        /// The `schema` field as JSON, or "of no name".
        found: String,
    },
    /// The record has the right layout but contradicts itself.
    #[error("the record {} is inconsistent: {problem}; run `cargo bench` to write a new one", path.display())]
    Inconsistent {
        /// The record's file.
        path: PathBuf,
        /// What contradicts what.
        problem: Inconsistency,
    },
}

/// What makes a record contradict itself.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Inconsistency {
    /// Two rows have the same workload, parameters, size and engine.
    #[error("two rows for {0}")]
    Duplicate(String),
    /// A row with right answers has no summary.
    #[error("the row for {0}: {1}")]
    Samples(String, SampleError),
    /// A row has no operations.
    #[error("the row for {0}: it has no operations")]
    NoOperations(String),
    /// A slice is of no round, or of one of another process.
    #[error(
        "the row for {0}: a slice is of round {1} of process {2}, which is not among the rounds"
    )]
    Round(String, u32, u32),
    /// Two slices of a row are of the same round.
    #[error("the row for {0}: two slices are of round {1}")]
    TwoSlices(String, u32),
}

impl Report {
    /// Reads the record at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not JSON, has another schema, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let text = fs::read_to_string(path).map_err(|cause| RecordError::Io {
            path: path.to_owned(),
            cause,
        })?;
        Self::parse(&text, path)
    }

    /// Parses a record's text; `path` is what errors call it.
    ///
    /// # Errors
    /// When the text is not JSON, has another schema, or contradicts itself.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Head {
            schema: Option<Value>,
        }

        let broken = |cause| RecordError::Broken {
            path: path.to_owned(),
            cause,
        };
        let head: Head = serde_json::from_str(text).map_err(broken)?;
        let known = head
            .schema
            .as_ref()
            .is_some_and(|schema| Schema::deserialize(schema).is_ok());
        if !known {
            let found = head
                .schema
                .map_or_else(|| "of no name".to_owned(), |schema| schema.to_string());
            return Err(RecordError::Schema {
                path: path.to_owned(),
                found,
            });
        }
        let report: Self = serde_json::from_str(text).map_err(broken)?;
        match report.check() {
            Ok(()) => Ok(report),
            Err(problem) => Err(RecordError::Inconsistent {
                path: path.to_owned(),
                problem,
            }),
        }
    }

    /// Checks what types alone do not: rows are unique, slices belong to rounds, and rows with right answers have some.
    ///
    /// # Errors
    /// The first contradiction found.
    pub fn check(&self) -> Result<(), Inconsistency> {
        let mut seen = BTreeSet::new();
        for row in &self.results {
            if !seen.insert((&row.workload, &row.params, row.size, &row.engine)) {
                return Err(Inconsistency::Duplicate(row.label()));
            }
            self.check_row(row)?;
        }
        Ok(())
    }

    fn check_row(&self, row: &Measurement) -> Result<(), Inconsistency> {
        if row.operations == 0 {
            return Err(Inconsistency::NoOperations(row.label()));
        }
        let mut seen = BTreeSet::new();
        for slice in &row.slices {
            let round = self.rounds.get(slice.round as usize);
            if round.is_none_or(|round| round.process != slice.process) {
                let (round, process) = (slice.round, slice.process);
                return Err(Inconsistency::Round(row.label(), round, process));
            }
            if !seen.insert(slice.round) {
                return Err(Inconsistency::TwoSlices(row.label(), slice.round));
            }
        }
        let without = !self.complete && row.slices.is_empty();
        match row.summary() {
            Err(problem) if row.answer_ok() && !without => {
                Err(Inconsistency::Samples(row.label(), problem))
            }
            _ => Ok(()),
        }
    }

    /// The record as JSON with a final newline: a line for each field, round and row. Floats read back to the very
    /// same value.
    ///
    /// # Panics
    /// Never: every map in a record has strings as keys.
    pub fn to_json(&self) -> String {
        let value = serde_json::to_value(self).expect("a record has string keys only");
        let Value::Object(fields) = value else {
            unreachable!("a struct is an object")
        };
        let fields = fields.iter().map(|(name, value)| {
            let text = match value {
                Value::Array(items) if !items.is_empty() => lines(items),
                other => other.to_string(),
            };
            format!("  {}: {text}", Value::from(name.as_str()))
        });
        format!("{{\n{}\n}}\n", fields.collect::<Vec<_>>().join(",\n"))
    }

    /// The JSON schema of a record, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }
}

/// An array with a line for each item.
fn lines(items: &[Value]) -> String {
    let mut text = String::from("[");
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n    {item}"); // writing to a string does not fail
    }
    text + "\n  ]"
}
