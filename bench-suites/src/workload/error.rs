//! What can be wrong with a workload.

use std::io;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;

use crate::python;

/// A file that is no workload.
#[derive(Debug, thiserror::Error)]
#[error("the workload {}: {problem}", path.display())]
pub struct WorkloadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a workload.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file or folder cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Running the file, or one of its functions, raised.
    #[error("{doing} raised\n{error}")]
    Raised {
        /// What was being done.
        doing: String,
        /// The exception with its traceback.
        error: String,
    },
    /// No docstring, or one that does not begin with the name.
    #[error("its docstring must begin with \"{0}: \" and say what it measures and why it is here")]
    Docstring(String),
    /// A name is not defined.
    #[error("does not define {0}")]
    Missing(&'static str),
    /// A name is defined as something else than it should be.
    #[error("{name} must be {expected}, but is {found}")]
    Wrong {
        /// The name.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
        /// Its repr.
        found: String,
    },
    /// The expected answer depends on running the workload.
    #[error(
        "expected() must find the answer without running the workload, but it uses {0}; give a closed form or \
         an independent computation"
    )]
    ExpectedRuns(String),
}

pub(super) fn in_file(path: &Path, problem: Problem) -> WorkloadError {
    WorkloadError {
        path: path.to_owned(),
        problem,
    }
}

pub(super) fn raised(py: Python<'_>, doing: &str, error: &PyErr) -> Problem {
    Problem::Raised {
        doing: doing.to_owned(),
        error: python::describe(py, error),
    }
}

pub(super) fn wrong(
    name: &'static str,
    expected: &'static str,
    found: &Bound<'_, PyAny>,
) -> Problem {
    Problem::Wrong {
        name,
        expected,
        found: found
            .repr()
            .map_or_else(|_| "?".to_owned(), |repr| repr.to_string()),
    }
}
