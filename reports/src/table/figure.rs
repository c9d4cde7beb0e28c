//! A figure with its interval.

use crate::Measurement;
use crate::stats::Summary;
use crate::stats::bootstrap::{Estimate, Nested, Resampling};

/// A median, and how well it is known: nanoseconds per operation, or the ratio of two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The median of all samples.
    pub median: f64,
    /// The same with its 95 % interval; `None` where it was not asked for, or fewer than two processes took samples.
    pub estimate: Option<Estimate>,
}

impl Figure {
    /// The figure of samples by process. `None` without a sample, or with one that is not positive.
    pub fn of(processes: Vec<Vec<f64>>, resampling: Option<&Resampling>) -> Option<Self> {
        let all: Vec<_> = processes.iter().flatten().copied().collect();
        let median = Summary::of(&all).ok()?.median;
        let estimate = resampling.and_then(|resampling| {
            let nested = Nested::of_processes(processes).ok()?;
            Some(Estimate::of(&nested, resampling))
        });
        Some(Self { median, estimate })
    }

    /// The figure of ratios of several builds, each by process.
    pub(super) fn of_builds(
        builds: Vec<Vec<Vec<f64>>>,
        resampling: Option<&Resampling>,
    ) -> Option<Self> {
        let all: Vec<_> = builds.iter().flatten().flatten().copied().collect();
        let median = Summary::of(&all).ok()?.median;
        let estimate = resampling.and_then(|resampling| {
            let nested = Nested::of_builds(builds).ok()?;
            Some(Estimate::of(&nested, resampling))
        });
        Some(Self { median, estimate })
    }

    /// What a row needs for an operation, in nanoseconds.
    pub(super) fn cost(row: &Measurement, resampling: Option<&Resampling>) -> Option<Self> {
        row.answer_ok()
            .then(|| Self::of(row.samples_by_process(), resampling))?
    }

    /// A row's cost over another's, by pairs of slices.
    pub(crate) fn ratio(
        row: &Measurement,
        other: &Measurement,
        resampling: Option<&Resampling>,
    ) -> Option<Self> {
        (row.answer_ok() && other.answer_ok())
            .then(|| Self::of(row.ratios_to(other), resampling))?
    }

    /// The 95 % interval.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.estimate.map(|estimate| (estimate.low, estimate.high))
    }
}
