//! An estimate with its interval from samples that are nested in processes and builds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::resample::{Level, Ranked};
pub use super::resample::{RESAMPLES, Resampling};

/// How often an interval is to hold the true value.
pub const CONFIDENCE: f64 = 0.95;

/// Samples of one row by the process, and where there are several the build, that they were taken in.
///
/// A sample is the ratio of two paired slices, or nanoseconds per operation; it is kept as its logarithm.
#[derive(Clone, Debug, PartialEq)]
pub struct Nested {
    builds: Vec<Vec<Vec<f64>>>,
}

/// Samples that say nothing of how much they vary, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NestedError {
    /// Fewer than two processes.
    #[error("samples of {0} process(es) do not show how processes differ; run at least two")]
    Processes(usize),
    /// Fewer than two builds.
    #[error("samples of {0} build(s) do not show how builds differ; build at least twice")]
    Builds(usize),
    /// A build without a process, or a process without a sample.
    #[error("a build or a process has no samples; take at least one in each")]
    Empty,
    /// A sample is zero, negative, infinite or not a number.
    #[error("sample {0} is not a positive, finite number")]
    NotPositive(f64),
}

impl Nested {
    /// Samples by process.
    ///
    /// # Errors
    /// When there are fewer than two processes, one is empty, or a sample is not positive and finite.
    pub fn of_processes(processes: Vec<Vec<f64>>) -> Result<Self, NestedError> {
        if processes.len() < 2 {
            return Err(NestedError::Processes(processes.len()));
        }
        Self::of(vec![processes])
    }

    /// Samples by build, then process.
    ///
    /// # Errors
    /// When there are fewer than two builds, a build or process is empty, or a sample is not positive and finite.
    pub fn of_builds(builds: Vec<Vec<Vec<f64>>>) -> Result<Self, NestedError> {
        if builds.len() < 2 {
            return Err(NestedError::Builds(builds.len()));
        }
        Self::of(builds)
    }

    fn of(mut builds: Vec<Vec<Vec<f64>>>) -> Result<Self, NestedError> {
        if builds.iter().any(Vec::is_empty) || builds.iter().flatten().any(Vec::is_empty) {
            return Err(NestedError::Empty);
        }
        for sample in builds.iter_mut().flatten().flatten() {
            if !(sample.is_finite() && *sample > 0.0) {
                return Err(NestedError::NotPositive(*sample));
            }
            *sample = sample.ln();
        }
        Ok(Self { builds })
    }

    /// How many processes there are, over all builds.
    pub fn processes(&self) -> usize {
        self.builds.iter().map(Vec::len).sum()
    }

    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.builds.iter().flatten().map(Vec::len).sum()
    }
}

/// The median of nested samples and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The exponential of the median of the logarithms: a ratio, or nanoseconds per operation.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub median: f64,
    /// The lower end of the 95 % interval.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub low: f64,
    /// The upper end of the 95 % interval.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub high: f64,
    /// The standard error of the median of the logarithms: 0.01 is 1 %.
    #[schemars(extend("minimum" = 0))]
    pub standard_error: f64,
    /// The degrees of freedom the standard error has.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub degrees: f64,
    /// How many processes the samples come from.
    pub processes: usize,
    /// How many samples there are.
    pub samples: usize,
}

impl Estimate {
    /// Resamples.
    pub fn of(nested: &Nested, resampling: &Resampling) -> Self {
        let ranked = Ranked::new(&nested.builds);
        let (variance, degrees) = Components::of(nested, &ranked, *resampling).total();
        // Not a number where nothing varies; `min` then has the other.
        let degrees = degrees.min(count(nested.processes() - 1));
        let (center, standard_error) = (ranked.median(), variance.sqrt());
        let reach = critical(1.0 - CONFIDENCE, degrees) * standard_error;
        Self {
            median: center.exp(),
            low: (center - reach).exp(),
            high: (center + reach).exp(),
            standard_error,
            degrees,
            processes: nested.processes(),
            samples: nested.samples(),
        }
    }
}

/// What each level adds to the variance of the median, with the degrees of freedom it is known by.
struct Components([(f64, f64); 3]);

impl Components {
    fn of(nested: &Nested, ranked: &Ranked, resampling: Resampling) -> Self {
        let mut draws = resampling.generator();
        let builds = nested.builds.len();
        let processes = nested.processes();
        let mut variance = |level| ranked.variance(level, resampling, &mut draws);
        let pair = variance(Level::Pair);
        let process = variance(Level::Process);
        let build = if builds > 1 {
            variance(Level::Build)
        } else {
            process
        };
        Self([
            (pair, count(nested.samples() - processes)),
            corrected(process - pair, processes, builds),
            corrected(build - process, builds, 1),
        ])
    }

    /// The sum, with its degrees of freedom after Welch and Satterthwaite.
    fn total(&self) -> (f64, f64) {
        let total: f64 = self.0.iter().map(|(variance, _)| variance).sum();
        let spread: f64 = self
            .0
            .iter()
            .filter(|(variance, _)| *variance > 0.0)
            .map(|(variance, degrees)| variance.powi(2) / degrees)
            .sum();
        (total, total.powi(2) / spread)
    }
}

/// What a level of `units` in `groups` adds. Drawing `n` of `n` units shows `(n - 1) / n` of how they vary.
fn corrected(added: f64, units: usize, groups: usize) -> (f64, f64) {
    let degrees = count(units - groups);
    if units == groups {
        return (0.0, 1.0);
    }
    (added.max(0.0) * count(units) / degrees, degrees)
}

// Numbers of samples are small.
#[expect(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

/// How many standard errors an interval reaches to either side so as to miss the true value with this probability.
pub(super) fn critical(miss: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| -t.inverse_cdf(miss / 2.0))
}
