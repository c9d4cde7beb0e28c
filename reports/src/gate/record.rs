//! The committed files: a record for each key, and what was accepted.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Key, Kind, Row, Times};
use crate::write::replace;
use crate::{Engine, Mode, json};

/// The figures of one run, under the key of what decides them: what later ones are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of this layout.
    pub schema: Schema,
    /// What the figures depend on beside the sources.
    pub key: Key,
    /// Quick or full; a quick run has fewer rows.
    pub mode: Mode,
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// The revision of the sources.
    pub revision: Option<String>,
    /// SHA-256 of the text of every workload, in hexadecimal.
    pub workloads: BTreeMap<String, String>,
    /// The hard limits, by what they are of. They may only be lowered.
    pub ceilings: BTreeMap<String, f64>,
    /// The figures, which are exact.
    pub rows: Vec<Row>,
    /// Ratios of times, by the model name of the processor. Empty where none were accepted.
    #[serde(default)]
    pub times: BTreeMap<String, Times>,
}

/// The versions of the layout of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first layout, which has no times.
    #[serde(rename = "doeff-vm/gate/1")]
    V1,
    /// The second layout.
    #[default]
    #[serde(rename = "doeff-vm/gate/2")]
    V2,
}

/// What was accepted, by whatever key: the workloads as they now are, and every change since the last release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The version of this layout.
    pub schema: AcceptedSchema,
    /// SHA-256 of the text of every accepted workload, in hexadecimal.
    pub workloads: BTreeMap<String, String>,
    /// One for each time, the oldest first.
    pub entries: Vec<Entry>,
}

/// The versions of the layout of what was accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AcceptedSchema {
    /// The first layout.
    #[default]
    #[serde(rename = "doeff-vm/accepted/1")]
    V1,
}

/// What was accepted at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When the accepted run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// The revision of the sources, before what was accepted was committed.
    pub revision: Option<String>,
    /// The key, shortened as in the name of its record.
    pub key: String,
    /// Why, in the words of who accepted it.
    pub reason: String,
    /// Whether drift is counted from here on.
    pub release: bool,
    /// What changed by more than is tolerated.
    pub changes: Vec<Change>,
    /// Which workloads were added, removed, renamed or edited, in words.
    pub workloads: Vec<String>,
}

/// A figure that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What the figure is.
    pub kind: Kind,
    /// The label of the row.
    pub label: String,
    /// The engine of the row.
    pub engine: Engine,
    /// What it was.
    pub before: f64,
    /// What it is.
    pub after: f64,
}

/// Why a file of the gate could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("{} is not understood", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl Record {
    /// Reads a record; none, where there is no such file.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn read(path: &Path) -> Result<Option<Self>, FileError> {
        read(path)
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        write(self, path)
    }

    /// The row of the same thing.
    pub fn row(&self, like: &Row) -> Option<&Row> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.is_of(like.kind, &like.label, &like.engine))
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }
}

impl Accepted {
    /// Reads the file; nothing was accepted, where there is none.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Ok(read(path)?.unwrap_or_default())
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        write(self, path)
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }

    /// What was accepted after the last release, or at any time if there was none: what is not in its figures.
    pub fn since_release(&self) -> &[Entry] {
        &self.entries[after_release(&self.entries)..]
    }

    /// What is to be told: what was accepted after the last release, with it, and on the way to it. Otherwise a rise
    /// that is accepted with a release, or just before one, would be told by no run.
    pub fn told(&self) -> &[Entry] {
        let last = after_release(&self.entries).saturating_sub(1);
        &self.entries[after_release(&self.entries[..last])..]
    }

    /// What was accepted and is not yet in `older`.
    pub fn since(&self, older: &Self) -> Vec<&Entry> {
        let entries = self.entries.iter();
        entries
            .filter(|entry| !older.entries.contains(entry))
            .collect()
    }
}

impl Change {
    /// By how much the figure rose; negative where it fell.
    pub fn rise(&self) -> f64 {
        self.after - self.before
    }
}

/// The place after the last release.
fn after_release(entries: &[Entry]) -> usize {
    let release = entries.iter().rposition(|entry| entry.release);
    release.map_or(0, |at| at + 1)
}

/// By how much entries allow a figure to have changed, all together.
pub(super) fn allowance<'a>(entries: impl IntoIterator<Item = &'a Entry>, row: &Row) -> f64 {
    let changes = entries.into_iter().flat_map(|entry| &entry.changes);
    let of_row = changes.filter(|change| row.is_of(change.kind, &change.label, &change.engine));
    of_row.map(Change::rise).sum()
}

fn write(value: &impl Serialize, path: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::Io {
        path: path.to_owned(),
        source,
    };
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    replace(path, &json::pretty(value)).map_err(failed)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, FileError> {
    match fs::read_to_string(path) {
        Ok(text) => match serde_json::from_str(&text) {
            Ok(value) => Ok(Some(value)),
            Err(source) => Err(FileError::Broken {
                path: path.to_owned(),
                source,
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}
