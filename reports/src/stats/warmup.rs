//! Where a series of samples settles.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::median;
use super::resample::{Draws, Resampling};

/// How improbable a change must be under reordering to be seen.
pub const SIGNIFICANCE: f64 = 0.005;

/// The smallest change of level that matters: 1 %.
pub const SMALLEST_CHANGE: f64 = 0.01;

/// Of how many slices a series consists at least.
pub const MIN_SLICES: usize = 8;

/// How many reorderings a change is compared with.
const REORDERINGS: usize = 999;

/// The seed of the reorderings. Fixed: the same samples always settle at the same place.
const SEED: u64 = 0x5e77_1e00;

/// Whether and where series settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Settling {
    /// No change of level is to be seen.
    FromStart,
    /// The last change of level comes after so many slices.
    After(usize),
    /// The level still changes in the second half.
    Never,
    /// There are too few slices to tell.
    Unknown,
}

/// What the samples of several processes tell of warm-up.
///
/// It is *seen*, not assumed: nothing is thrown away on its account.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Warmup {
    /// Whether and where the series settle.
    pub settling: Settling,
    /// The median before it settles over the median after: 1.2 where the first slices take 20 % longer. None where
    /// it does not settle, or settles from the start.
    pub before: Option<f64>,
    /// How many slices of every process were looked at.
    pub slices: usize,
}

impl Warmup {
    /// Looks for changes of level in the samples of every process, in the order they were taken. Looks at as many
    /// slices as the shortest series has.
    ///
    /// Every process is taken relative to its own median, and every slice is the median over the processes. The
    /// change point is where the means of the slices before and after differ most, each weighted by its length (the
    /// cumulative sum statistic). It counts when the medians differ by [`SMALLEST_CHANGE`] or more and the slices of
    /// every process, put in random order, differ as much in less than [`SIGNIFICANCE`] of the cases: without a
    /// change their order would not matter. The rest is searched on from there. A series whose last change comes in
    /// its second half never settles; Barrett et al. (2017), "Virtual machine warmup blows hot and cold", section
    /// 4, likewise ask for a last stretch without change.
    pub fn of(samples_by_process: &[&[f64]]) -> Self {
        let slices = samples_by_process
            .iter()
            .map(|s| s.len())
            .min()
            .unwrap_or(0);
        let unsettled = |settling| Self {
            settling,
            before: None,
            slices,
        };
        let mut series = relative(samples_by_process, slices);
        if slices < MIN_SLICES || series.iter().flatten().any(|log| !log.is_finite()) {
            return unsettled(Settling::Unknown);
        }
        let levels = across(&series);
        let mut settled = 0;
        let mut draws = Resampling::seeded(SEED).generator();
        while let Some(at) = change(&series, &mut draws) {
            settled += at;
            if settled * 2 > slices {
                return unsettled(Settling::Never);
            }
            for one in &mut series {
                one.drain(..at);
            }
        }
        if settled == 0 {
            return unsettled(Settling::FromStart);
        }
        Self {
            settling: Settling::After(settled),
            before: Some(step(&levels, settled).exp()),
            slices,
        }
    }
}

impl fmt::Display for Warmup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.settling {
            Settling::FromStart => f.pad("settled from the start"),
            Settling::After(1) => f.pad("settled after 1 slice"),
            Settling::After(slices) => f.pad(&format!("settled after {slices} slices")),
            Settling::Never => f.pad("never settled"),
            Settling::Unknown => f.pad("too few slices to tell"),
        }
    }
}

/// The logarithm of every sample over the median of its process.
fn relative(samples_by_process: &[&[f64]], slices: usize) -> Vec<Vec<f64>> {
    samples_by_process
        .iter()
        .map(|samples| {
            let mut logs: Vec<_> = samples[..slices].iter().map(|s| s.ln()).collect();
            let own = median(&mut logs.clone());
            for log in &mut logs {
                *log -= own;
            }
            logs
        })
        .collect()
}

/// The median over the processes, slice by slice.
fn across(series: &[Vec<f64>]) -> Vec<f64> {
    let mut slice = vec![0.0; series.len()];
    (0..series.first().map_or(0, Vec::len))
        .map(|at| {
            for (value, one) in slice.iter_mut().zip(series) {
                *value = one[at];
            }
            median(&mut slice)
        })
        .collect()
}

/// Where the level changes, if it does.
fn change(series: &[Vec<f64>], draws: &mut Draws) -> Option<usize> {
    let levels = across(series);
    let (at, size) = widest(&levels)?;
    if step(&levels, at).abs() < SMALLEST_CHANGE.ln_1p() {
        return None;
    }
    let mut reordered = series.to_vec();
    let mut as_wide = 1;
    // Numbers of reorderings are small.
    #[expect(clippy::cast_precision_loss)]
    let allowed = SIGNIFICANCE * (REORDERINGS + 1) as f64;
    for _ in 0..REORDERINGS {
        for one in &mut reordered {
            draws.shuffle(one);
        }
        if widest(&across(&reordered)).is_some_and(|(_, other)| other >= size) {
            as_wide += 1;
            // Most series have no change, and show it after a few reorderings.
            if f64::from(as_wide) >= allowed {
                return None;
            }
        }
    }
    Some(at)
}

/// After which slice the cumulative sum is farthest from where it would be without a change, and how far in
/// proportion to how far chance takes it there.
fn widest(levels: &[f64]) -> Option<(usize, f64)> {
    // Numbers of slices are small.
    #[expect(clippy::cast_precision_loss)]
    let count = |number: usize| number as f64;
    let length = levels.len();
    let mean = levels.iter().sum::<f64>() / count(length);
    let mut sum = 0.0;
    (1..length)
        .map(|at| {
            sum += levels[at - 1] - mean;
            let chance = count(at) * count(length - at) / count(length);
            (at, sum.abs() / chance.sqrt())
        })
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// The median before `at` less the median from there on.
fn step(levels: &[f64], at: usize) -> f64 {
    let (before, after) = levels.split_at(at);
    median(&mut before.to_vec()) - median(&mut after.to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::simulation::Chance;
    use super::{Settling, Warmup};

    /// Twenty slices in each of five processes, of levels by the slice, with 1 % noise; processes differ by 2 %.
    fn series(seed: u64, level: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
        let mut chance = Chance::seeded(seed);
        (0..5)
            .map(|_| {
                let process = chance.normal(0.02);
                (0..20)
                    .map(|slice| 500.0 * level(slice) * (process + chance.normal(0.01)).exp())
                    .collect()
            })
            .collect()
    }

    fn warmup(series: &[Vec<f64>]) -> Warmup {
        Warmup::of(&series.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn a_level_series_is_settled_from_the_start() {
        let settled = (0..40)
            .filter(|seed| warmup(&series(*seed, |_| 1.0)).settling == Settling::FromStart)
            .count();
        assert!(settled >= 39, "{settled} of 40");
    }

    #[test]
    fn slow_first_slices_are_seen_where_they_end() {
        for (slices, factor) in [(1, 1.3), (2, 1.2), (5, 1.1), (8, 1.5)] {
            for seed in 0..10 {
                let warmup = warmup(&series(seed, |at| if at < slices { factor } else { 1.0 }));
                assert_eq!(warmup.settling, Settling::After(slices), "seed {seed}");
                let before = warmup.before.expect("it settles");
                assert!((before / factor - 1.0).abs() < 0.03, "{before}");
            }
        }
    }

    #[test]
    fn a_series_may_settle_in_two_steps_and_become_slower() {
        let two = warmup(&series(1, |at| {
            [1.6, 1.6, 1.2, 1.2, 1.2, 1.2].get(at).map_or(1.0, |x| *x)
        }));
        assert_eq!(two.settling, Settling::After(6));
        let slower = warmup(&series(2, |at| if at < 4 { 0.8 } else { 1.0 }));
        assert_eq!(slower.settling, Settling::After(4));
        assert!(slower.before.is_some_and(|before| before < 0.85));
    }

    #[test]
    fn a_drift_and_a_late_change_never_settle() {
        #[expect(clippy::cast_precision_loss)]
        let drift = warmup(&series(3, |at| 1.0 + at as f64 / 20.0));
        assert_eq!(drift.settling, Settling::Never);
        let late = warmup(&series(4, |at| if at < 15 { 1.0 } else { 1.2 }));
        assert_eq!(late.settling, Settling::Never);
    }

    #[test]
    fn a_change_too_small_to_matter_and_an_odd_slice_of_one_process_are_none() {
        let quiet: Vec<_> = (0..5)
            .map(|_| (0..20).map(|at| if at < 5 { 1.005 } else { 1.0 }).collect())
            .collect();
        assert_eq!(warmup(&quiet).settling, Settling::FromStart);
        let mut odd = series(5, |_| 1.0);
        odd[2][0] *= 3.0;
        assert_eq!(warmup(&odd).settling, Settling::FromStart);
    }

    #[test]
    fn too_few_slices_tell_nothing() {
        assert_eq!(Warmup::of(&[]).settling, Settling::Unknown);
        assert_eq!(
            Warmup::of(&[&[1.0; 7], &[1.0; 20]]).settling,
            Settling::Unknown
        );
        let bad = [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(Warmup::of(&[&bad]).settling, Settling::Unknown);
    }

    #[test]
    fn it_is_said_in_words() {
        let words = |settling| {
            let warmup = Warmup {
                settling,
                before: None,
                slices: 20,
            };
            warmup.to_string()
        };
        assert_eq!(words(Settling::FromStart), "settled from the start");
        assert_eq!(words(Settling::After(1)), "settled after 1 slice");
        assert_eq!(words(Settling::After(3)), "settled after 3 slices");
        assert_eq!(words(Settling::Never), "never settled");
        assert_eq!(words(Settling::Unknown), "too few slices to tell");
    }
}
