//! The statistics of the reports: the [summary](Summary) of one row's samples, an
//! [estimate with its interval](bootstrap) from samples of several fresh processes, the [verdicts](verdict) on
//! a table of them, the [noise grade](noise) of a run, and [where a series settles](warmup).

pub mod bootstrap;
pub mod noise;
mod resample;
mod shared;
#[cfg(test)]
mod simulation;
mod summary;
pub mod verdict;
pub mod warmup;

pub use summary::{SampleError, Summary, log_log_slope};

/// The median of values, which it reorders. Not a number where there are none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let length = values.len();
    if length == 0 {
        return f64::NAN;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(length / 2, f64::total_cmp);
    if length % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(lower, upper)
}
