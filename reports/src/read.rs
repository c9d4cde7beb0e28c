//! Reading the records that are one JSON file each and can tell whether they contradict themselves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Why a record cannot be used. Each message names the file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read the record {}: {cause}", path.display())]
    Io {
        /// The record's file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is not JSON, has another schema, or a field is missing, unknown or of the wrong type.
    #[error("the record {} is broken: {cause}", path.display())]
    Broken {
        /// The record's file.
        path: PathBuf,
        /// What is wrong, and at which line and column.
        cause: serde_json::Error,
    },
    /// The record has the right layout but contradicts itself.
    #[error("the record {} is inconsistent: {problem}", path.display())]
    Inconsistent {
        /// The record's file.
        path: PathBuf,
        /// What contradicts what.
        problem: String,
    },
}

/// Reads a record and checks it.
pub(crate) fn read<T: DeserializeOwned>(
    path: &Path,
    check: impl FnOnce(&T) -> Result<(), String>,
) -> Result<T, ReadError> {
    let path = path.to_owned();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) => return Err(ReadError::Io { path, cause }),
    };
    let record = match serde_json::from_str(&text) {
        Ok(record) => record,
        Err(cause) => return Err(ReadError::Broken { path, cause }),
    };
    match check(&record) {
        Ok(()) => Ok(record),
        Err(problem) => Err(ReadError::Inconsistent { path, problem }),
    }
}
