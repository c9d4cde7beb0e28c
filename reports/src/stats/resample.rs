//! Resampled medians of nested samples.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// How many resamples every variance is drawn from. Its own relative error is then `sqrt(2 / 2000)`, 3 %: half of
/// that in a standard error, which is little beside what few processes leave unknown.
pub const RESAMPLES: usize = 2_000;

/// How to resample: the seed and the number of resamples.
///
/// The generator is PCG64 MCG (O'Neill 2014), whose numbers depend on neither machine nor release. Every estimate
/// starts it anew, so that an estimate does not depend on which others were made before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    seed: u64,
    resamples: usize,
}

impl Resampling {
    /// [`RESAMPLES`] resamples drawn from this seed.
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            resamples: RESAMPLES,
        }
    }

    /// As many resamples as given, where a simulation needs many estimates and none of them exactly.
    #[must_use]
    pub fn with_resamples(self, resamples: usize) -> Self {
        Self { resamples, ..self }
    }

    pub(super) fn generator(self) -> Draws {
        Draws(Pcg64Mcg::seed_from_u64(self.seed))
    }
}

/// Indices drawn at random.
pub(super) struct Draws(Pcg64Mcg);

impl Draws {
    /// An index below `length`. The multiplication favours some indices by less than `length / 2^32`.
    pub(super) fn below(&mut self, length: usize) -> usize {
        let product = u64::from(self.0.next_u32()) * length as u64;
        usize::try_from(product >> 32).unwrap_or(0)
    }

    /// Puts values in random order.
    pub(super) fn shuffle(&mut self, values: &mut [f64]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

/// The outermost level at which a resampling draws. What lies further out stays as it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Pairs alone.
    Pair,
    /// Processes, then pairs.
    Process,
    /// Builds, then processes, then pairs.
    Build,
}

/// Nested samples by their rank among all of them.
///
/// A resample is then a count per rank and its median a walk over the counts: nothing is sorted or copied again.
pub(super) struct Ranked {
    sorted: Vec<f64>,
    builds: Vec<Vec<Vec<usize>>>,
}

impl Ranked {
    pub(super) fn new(builds: &[Vec<Vec<f64>>]) -> Self {
        let mut sorted: Vec<_> = builds.iter().flatten().flatten().copied().collect();
        let mut order: Vec<_> = (0..sorted.len()).collect();
        order.sort_by(|&a, &b| sorted[a].total_cmp(&sorted[b]));
        let mut ranks = vec![0; order.len()];
        for (rank, &at) in order.iter().enumerate() {
            ranks[at] = rank;
        }
        sorted.sort_by(f64::total_cmp);
        let mut ranks = ranks.into_iter();
        let builds = builds
            .iter()
            .map(|processes| {
                processes
                    .iter()
                    .map(|pairs| ranks.by_ref().take(pairs.len()).collect())
                    .collect()
            })
            .collect();
        Self { sorted, builds }
    }

    /// The median of all samples as measured.
    pub(super) fn median(&self) -> f64 {
        self.median_of(&vec![1; self.sorted.len()])
    }

    /// The variance of the medians of resamples that draw from `level` inwards.
    pub(super) fn variance(&self, level: Level, resampling: Resampling, draws: &mut Draws) -> f64 {
        let mut counts = vec![0; self.sorted.len()];
        let medians: Vec<_> = (0..resampling.resamples)
            .map(|_| {
                counts.fill(0);
                self.draw(level, draws, &mut counts);
                self.median_of(&counts)
            })
            .collect();
        variance(&medians)
    }

    /// Draws one resample.
    fn draw(&self, level: Level, draws: &mut Draws, counts: &mut [u32]) {
        for build in 0..self.builds.len() {
            let build = &self.builds[pick(level >= Level::Build, build, self.builds.len(), draws)];
            for process in 0..build.len() {
                let pairs = &build[pick(level >= Level::Process, process, build.len(), draws)];
                for _ in 0..pairs.len() {
                    counts[pairs[draws.below(pairs.len())]] += 1;
                }
            }
        }
    }

    /// The median of the samples, each taken as often as its count says. The mean of the middle two where there is
    /// an even number of them.
    fn median_of(&self, counts: &[u32]) -> f64 {
        let total: u32 = counts.iter().sum();
        let (lower, upper) = (total.div_ceil(2), total / 2 + 1);
        let mut seen = 0;
        let mut at = 0;
        // Samples that were not drawn are skipped by either walk.
        let mut reach = |rank| {
            while seen < rank {
                seen += counts[at];
                at += 1;
            }
            self.sorted[at - 1]
        };
        f64::midpoint(reach(lower), reach(upper))
    }
}

fn pick(at_random: bool, index: usize, length: usize, draws: &mut Draws) -> usize {
    if at_random {
        draws.below(length)
    } else {
        index
    }
}

fn variance(values: &[f64]) -> f64 {
    // Numbers of resamples are small.
    #[expect(clippy::cast_precision_loss)]
    let count = values.len() as f64;
    // Relative to the first value, so that equal values vary by exactly nothing.
    let origin = values.first().copied().unwrap_or(f64::NAN);
    let mean = values.iter().map(|v| v - origin).sum::<f64>() / count;
    let squares = values.iter().map(|v| (v - origin - mean).powi(2));
    squares.sum::<f64>() / (count - 1.0)
}
