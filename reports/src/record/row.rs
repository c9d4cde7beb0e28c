//! One row: an engine on a workload with its parameters at a size, with every slice that was timed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Params;
use crate::stats::SampleError;
use crate::{Engine, Summary};

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
    /// Operations in one run.
    #[schemars(extend("minimum" = 1))]
    pub operations: u64,
    /// Whether the answers were right; the times count only if so.
    pub outcome: Outcome,
    /// The runs before the first slice of each process, in the order taken. They warm up and are not part of any figure.
    pub warm_up: Vec<Slice>,
    /// Every slice that was timed, in the order taken.
    pub slices: Vec<Slice>,
}

/// What came of running a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Outcome {
    /// Every answer was the expected one.
    Right {},
    /// An answer was another.
    Wrong {
        /// The first wrong answer, as a Python literal.
        answer: String,
        /// The right one.
        expected: String,
    },
    /// It raised, or its process ended.
    Failed {
        /// What happened, in one line.
        reason: String,
    },
}

/// Some runs that were timed as one: the shortest stretch that the clock is read around. In JSON an array
/// `[process, round, at_us, runs, ns, cpu_ns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Compact", into = "Compact")]
#[schemars(with = "Compact")]
pub struct Slice {
    /// Which generation of fresh processes it ran in, from 0 on.
    pub process: u32,
    /// Index of its round among the record's rounds. The slices of one workload, parameters and size in one round
    /// were taken one right after the other, in random order: those of two engines are a pair.
    pub round: u32,
    /// When it began, in microseconds after the run did.
    pub at_us: u64,
    /// Runs in it.
    pub runs: u32,
    /// Nanoseconds that they took, by the worker's own clock.
    pub ns: u64,
    /// Nanoseconds of processor time that they took.
    pub cpu_ns: u64,
}

type Compact = (u32, u32, u64, u32, u64, u64);

impl From<Compact> for Slice {
    fn from((process, round, at_us, runs, ns, cpu_ns): Compact) -> Self {
        Self {
            process,
            round,
            at_us,
            runs,
            ns,
            cpu_ns,
        }
    }
}

impl From<Slice> for Compact {
    fn from(slice: Slice) -> Self {
        let Slice {
            process,
            round,
            at_us,
            runs,
            ns,
            cpu_ns,
        } = slice;
        (process, round, at_us, runs, ns, cpu_ns)
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
        let label = params.label(workload);
        format!("{label}, size {size}, engine {engine}")
    }

    /// Whether every answer was the expected one.
    pub fn answer_ok(&self) -> bool {
        self.outcome == Outcome::Right {}
    }

    /// Nanoseconds per operation in a slice.
    #[expect(clippy::cast_precision_loss)] // far below 2^52 nanoseconds and operations
    pub fn ns_per_op(&self, slice: &Slice) -> f64 {
        slice.ns as f64 / self.operations_in(slice)
    }

    /// Nanoseconds of processor time per operation in a slice.
    #[expect(clippy::cast_precision_loss)] // as above
    pub fn cpu_ns_per_op(&self, slice: &Slice) -> f64 {
        slice.cpu_ns as f64 / self.operations_in(slice)
    }

    #[expect(clippy::cast_precision_loss)] // as above
    fn operations_in(&self, slice: &Slice) -> f64 {
        u64::from(slice.runs).saturating_mul(self.operations) as f64
    }

    /// Nanoseconds per operation of every slice, in the order taken.
    pub fn samples(&self) -> Vec<f64> {
        self.slices
            .iter()
            .map(|slice| self.ns_per_op(slice))
            .collect()
    }

    /// As [`Self::samples`], apart for each process that it ran in.
    pub fn samples_by_process(&self) -> Vec<Vec<f64>> {
        by_process(
            self.slices
                .iter()
                .map(|slice| (slice.process, self.ns_per_op(slice))),
        )
    }

    /// Its cost over that of another row in each pair of slices, apart for each process. Slices are a pair when they
    /// are of the same round; the other row is to be of the same workload, parameters and size.
    pub fn ratios_to(&self, other: &Self) -> Vec<Vec<f64>> {
        let others: BTreeMap<_, _> = other
            .slices
            .iter()
            .map(|slice| ((slice.process, slice.round), other.ns_per_op(slice)))
            .collect();
        by_process(self.slices.iter().filter_map(|slice| {
            let other = others.get(&(slice.process, slice.round))?;
            Some((slice.process, self.ns_per_op(slice) / other))
        }))
    }

    /// Median and quartiles of the samples.
    ///
    /// # Errors
    /// When there is no slice, or one took no time.
    pub fn summary(&self) -> Result<Summary, SampleError> {
        Summary::of(&self.samples())
    }
}

fn by_process(figures: impl Iterator<Item = (u32, f64)>) -> Vec<Vec<f64>> {
    let mut processes = BTreeMap::<u32, Vec<f64>>::new();
    for (process, figure) in figures {
        processes.entry(process).or_default().push(figure);
    }
    processes.into_values().collect()
}
