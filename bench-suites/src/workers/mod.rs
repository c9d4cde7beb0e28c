//! Workers: a process for each engine, asked through pipes.
//!
//! A worker imports a workload on its engine, prepares cases of it, and is then asked for slices: to collect its
//! garbage and make so many runs of a case. It reads the clock itself, around the runs and nothing else. Between
//! requests it sleeps. An engine of ours is served by this program ([`serve()`]), a package by `peers/worker.py` in an
//! environment of its own.

pub mod environment;
mod process;
pub mod protocol;
mod serve;
#[cfg(test)]
mod tests;

pub use process::{Worker, WorkerError, last_line};
pub use serve::serve;

/// Why an engine cannot be had here, in one line.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);
