//! What the measurements wrote, as far as it is shown.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use doeff_reports::instructions::Verdict;
use doeff_reports::{Instructions, Machine, Report, Versions};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Ended;
use super::summary::Tally;

/// The records of one run of everything; one that failed is not there.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) instructions: Option<Instructions>,
    pub(super) core: Option<Core>,
    pub(super) heap: Option<Heap>,
    pub(super) times: Option<Report>,
    /// What failed, a line each.
    pub(super) failures: Vec<String>,
}

/// `core.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Core {
    pub(super) created: String,
    pub(super) machine: Machine,
    pub(super) rustc: String,
    pub(super) git_revision: Option<String>,
    pub(super) rows: Vec<CoreRow>,
}

/// One operation of the core.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct CoreRow {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) direct: Figures,
    pub(super) steps: Figures,
    /// The most instructions that it may take directly.
    pub(super) ceiling: Option<f64>,
}

/// What it costs, one way.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct Figures {
    pub(super) ns: f64,
    pub(super) instructions: f64,
    pub(super) allocations: f64,
}

/// `heap.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Heap {
    pub(super) created: String,
    pub(super) machine: Machine,
    pub(super) versions: Versions,
    pub(super) structures: Vec<Structure>,
    pub(super) growth: Vec<Growth>,
}

/// Bytes that one part of a structure needs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Structure {
    pub(super) what: String,
    pub(super) rust: f64,
    pub(super) python_ours: f64,
    pub(super) python_own: f64,
    pub(super) ours: f64,
    pub(super) ceiling: Option<f64>,
}

/// Bytes that a longer loop leaves alive, beyond what a shorter one does.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Growth {
    pub(super) what: String,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) rust: i64,
    pub(super) python: i64,
}

impl CoreRow {
    /// Both ways, with the instructions that each may take.
    pub(super) fn ways(&self) -> [(&'static str, Figures, Option<f64>); 2] {
        [
            ("directly", self.direct, self.ceiling),
            ("by steps", self.steps, None),
        ]
    }
}

impl Figures {
    pub(super) fn allocates_nothing(self) -> bool {
        self.allocations == 0.0
    }
}

impl Structure {
    pub(super) fn verdict(&self) -> Verdict {
        match self.ceiling {
            None => Verdict::Open,
            Some(ceiling) if self.ours <= ceiling => Verdict::Holds,
            Some(_) => Verdict::Broken,
        }
    }
}

impl Growth {
    pub(super) fn verdict(&self) -> Verdict {
        if (self.rust, self.python) == (0, 0) {
            Verdict::Holds
        } else {
            Verdict::Broken
        }
    }
}

/// A record that can be read from a file.
pub(super) trait Read: Sized {
    /// Reads it.
    fn read(path: &Path) -> Result<Self>;

    /// Whether the record itself says why its run failed.
    fn explains_failure(&self) -> bool;
}

impl Read for Report {
    fn read(path: &Path) -> Result<Self> {
        Ok(Self::read(path)?)
    }

    fn explains_failure(&self) -> bool {
        self.results.iter().any(|row| !row.answer_ok())
    }
}

impl Read for Instructions {
    fn read(path: &Path) -> Result<Self> {
        json::<Self>(path).map(Self::judged)
    }

    fn explains_failure(&self) -> bool {
        !self.broken.is_empty()
    }
}

impl Read for Core {
    fn read(path: &Path) -> Result<Self> {
        json(path)
    }

    fn explains_failure(&self) -> bool {
        !Tally::of_core(self).broken.is_empty()
    }
}

impl Read for Heap {
    fn read(path: &Path) -> Result<Self> {
        json(path)
    }

    fn explains_failure(&self) -> bool {
        !Tally::of_heap(self).broken.is_empty()
    }
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).context("it wrote no record")?;
    serde_json::from_str(&text).with_context(|| format!("cannot understand {}", path.display()))
}

impl Records {
    /// Takes down what failed.
    pub(super) fn failed(&mut self, line: String) {
        eprintln!("{line}");
        self.failures.push(line);
    }

    /// The record of a run, if there is one; what else went wrong is taken down.
    pub(super) fn keep<T: Read>(&mut self, name: &str, ended: Ended<T>) -> Option<T> {
        match ended.record {
            Ok(record) => {
                if !ended.success && !record.explains_failure() {
                    self.failed(format!("{name}: it failed, though it wrote a sound record"));
                }
                Some(record)
            }
            Err(error) => {
                self.failed(format!("{name}: {error:#}"));
                None
            }
        }
    }

    /// The machine that all ran on.
    pub(super) fn machine(&self) -> Option<&Machine> {
        let times = self.times.as_ref().map(|record| &record.machine);
        let core = self.core.as_ref().map(|record| &record.machine);
        let heap = self.heap.as_ref().map(|record| &record.machine);
        times.or(heap).or(core)
    }

    /// The versions of what ran; the core alone knows nothing of Python.
    pub(super) fn versions(&self) -> Option<&Versions> {
        let counted = self.instructions.as_ref();
        let counted = counted.map(|record| &record.build.versions);
        let heap = self.heap.as_ref().map(|record| &record.versions);
        let times = self.times.as_ref().map(|record| &record.versions);
        counted.or(heap).or(times)
    }

    /// When the first of them began: RFC 3339 in UTC sorts by time.
    pub(super) fn created(&self) -> Option<&str> {
        let counted = self.instructions.as_ref().map(|record| &record.created);
        let core = self.core.as_ref().map(|record| &record.created);
        let heap = self.heap.as_ref().map(|record| &record.created);
        let times = self.times.as_ref().map(|record| &record.created);
        let all = [counted, core, heap, times].into_iter().flatten();
        all.min().map(String::as_str)
    }
}
