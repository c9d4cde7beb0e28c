//! The record of one comparison: its types, how it is read, and its JSON schema.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Engine, Summary};

/// Everything one run of the comparison found, with what is needed to judge it. Samples keep full precision.
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
    /// How it ran.
    pub settings: Settings,
    /// One row per workload, parameters, size and engine.
    pub results: Vec<Measurement>,
}

/// The versions of the record's layout that this crate reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first layout.
    #[default]
    #[serde(rename = "doeff-vm/report/1")]
    V1,
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

/// The machine a run took place on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Model name of the processor.
    pub cpu: String,
    /// Logical cores that the run could use.
    pub cores: u32,
    /// Size of the memory in bytes.
    pub memory_bytes: u64,
    /// Operating system and its version.
    pub os: String,
    /// Kernel and its version.
    pub kernel: String,
}

/// The versions of what ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// Version of `doeff_vm`.
    pub doeff_vm: String,
    /// `sys.version` of the interpreter that ran, in full.
    pub python: String,
    /// `sys.prefix` of the interpreter that ran.
    pub python_prefix: String,
    /// Version of the Rust compiler.
    pub rustc: String,
    /// Revision of the sources, with `-dirty` appended when files differed from it; null when unknown.
    pub git_revision: Option<String>,
}

/// How a run was set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Seed of the random order of the measurements.
    pub seed: u64,
    /// Further settings, by name.
    #[serde(flatten)]
    pub further: BTreeMap<String, Value>,
}

/// One row: one engine on one workload with its parameters, at one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Name of the workload.
    pub workload: String,
    /// Parameters of the workload, by name.
    pub params: Params,
    /// Size of the run: the n that cost per operation is plotted over.
    pub size: u64,
    /// What ran it.
    pub engine: Engine,
    /// What one operation is, such as "effect".
    pub operation: String,
    /// Whether every run gave the expected answer; the figures count only if so.
    pub answer_ok: bool,
    /// Summary of the samples.
    pub ns_per_op: Summary,
    /// Nanoseconds per operation of every sample, in the order taken.
    pub samples: Vec<f64>,
}

/// Parameters of a workload by name. Ordered by name, then by value, numbers as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, Value>);

impl Settings {
    const LEFT_OUT: &str = "left_out";

    /// What the run left out, a line each with the reason.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let lines = self.further.get(Self::LEFT_OUT).and_then(Value::as_array);
        lines.into_iter().flatten().filter_map(Value::as_str)
    }

    /// All further settings but what was left out.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.further
            .iter()
            .filter(|(name, _)| *name != Self::LEFT_OUT)
    }
}

impl Params {
    /// Each parameter as `name=value`.
    pub fn pairs(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        })
    }

    /// The value of one of them.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Value)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.pairs().collect::<Vec<_>>().join(", "))
    }
}

impl Ord for Params {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairwise = self
            .0
            .iter()
            .zip(&other.0)
            .map(|((name_a, a), (name_b, b))| {
                name_a.cmp(name_b).then_with(|| compare_values(a, b))
            });
        pairwise
            .fold(Ordering::Equal, Ordering::then)
            .then(self.0.len().cmp(&other.0.len()))
    }
}

impl PartialOrd for Params {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn compare_values(a: &Value, b: &Value) -> Ordering {
    let numeric = match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Ordering::Equal,
    };
    // The text decides what numbers do not: other types, and numbers that an f64 cannot tell apart.
    numeric.then_with(|| a.to_string().cmp(&b.to_string()))
}

/// Why a record cannot be used. Each message names the file and the cure.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be read.
    #[error("cannot read the record {}: {source}; run `cargo bench` to write one", path.display())]
    Io {
        /// The record's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not JSON, or a field is missing, unknown or of the wrong type.
    #[error("the record {} is broken: {source}; restore the file, or run `cargo bench` to write a new one", path.display())]
    Broken {
        /// The record's file.
        path: PathBuf,
        /// What is wrong, and at which line and column.
        source: serde_json::Error,
    },
    /// The record has another layout.
    #[error(
        "the record {} has the schema {found}, but this version reads \"doeff-vm/report/1\"; \
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
    /// A row's samples have no summary.
    #[error("the row for {0}: {1}")]
    Samples(String, crate::stats::SampleError),
    /// A row's `ns_per_op` is not the summary of its samples.
    #[error("the row for {0}: ns_per_op is not the median and quartiles of the samples")]
    Summary(String),
}

impl Report {
    /// Reads the record at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not JSON, has another schema, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let text = fs::read_to_string(path).map_err(|source| RecordError::Io {
            path: path.to_owned(),
            source,
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

        let broken = |source| RecordError::Broken {
            path: path.to_owned(),
            source,
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

    /// Checks what types alone do not: rows are unique, and each summary follows from its samples.
    ///
    /// # Errors
    /// The first contradiction found.
    pub fn check(&self) -> Result<(), Inconsistency> {
        let mut seen = BTreeSet::new();
        for row in &self.results {
            if !seen.insert((&row.workload, &row.params, row.size, &row.engine)) {
                return Err(Inconsistency::Duplicate(row.label()));
            }
            let summary =
                Summary::of(&row.samples).map_err(|e| Inconsistency::Samples(row.label(), e))?;
            if !summary.is_close_to(&row.ns_per_op) {
                return Err(Inconsistency::Summary(row.label()));
            }
        }
        Ok(())
    }

    /// The record as indented JSON with a final newline. Floats read back to the very same value.
    ///
    /// # Panics
    /// Never: every map in a record has strings as keys.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a record has string keys only");
        text.push('\n');
        text
    }

    /// The JSON schema of a record, as indented JSON with a final newline.
    ///
    /// # Panics
    /// Never: a schema is JSON already.
    pub fn json_schema() -> String {
        let mut text =
            serde_json::to_string_pretty(&schemars::schema_for!(Self)).expect("a schema is JSON");
        text.push('\n');
        text
    }
}

impl Measurement {
    /// What was measured, in words.
    pub fn label(&self) -> String {
        let Self {
            workload,
            params,
            size,
            engine,
            ..
        } = self;
        if params.is_empty() {
            format!("{workload}, size {size}, engine {engine}")
        } else {
            format!("{workload} ({params}), size {size}, engine {engine}")
        }
    }
}
