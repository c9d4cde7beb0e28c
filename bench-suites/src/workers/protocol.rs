//! What is said on the pipes to and from a worker: one JSON object a line.

use std::path::Path;

use doeff_reports::Params;
use serde::{Deserialize, Serialize};

/// What a worker can be asked for.
#[derive(Clone, Copy, Serialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Request<'a> {
    /// To make a case ready; gives its number.
    Prepare {
        /// The workload's name.
        name: &'a str,
        /// Its file, for tracebacks.
        path: &'a Path,
        /// Its text.
        text: &'a str,
        /// The case's parameters.
        params: &'a Params,
        /// The case's size.
        size: u64,
    },
    /// To collect all garbage and then run a case some times; gives [`Times`].
    Run {
        /// The case's number.
        case: u32,
        /// How often.
        runs: u32,
        /// Whether to run it once more before them, untimed. To collect garbage is to go through the whole heap, which
        /// leaves little else in the caches.
        warm: bool,
    },
}

/// As [`Request`], on the other side.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Asked {
    Prepare {
        name: String,
        path: std::path::PathBuf,
        text: String,
        params: Params,
        size: u64,
    },
    Run {
        case: u32,
        runs: u32,
        warm: bool,
    },
}

/// What came of some runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Times {
    /// How long they took together, by the worker's own clock.
    pub nanoseconds: u64,
    /// How long its process ran on a processor meanwhile.
    pub cpu_nanoseconds: u64,
    /// Their answers as Python literals, equal ones once.
    pub answers: Vec<String>,
}

/// What a worker replies.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reply<T> {
    /// What was asked for.
    Ok(T),
    /// What was raised, as Python prints it.
    Error(String),
}
