//! How often, and in what order, the cells are measured.

use std::time::Duration;

use doeff_reports::Mode;
use rand::Rng;
use rand::seq::SliceRandom;

/// What a run may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A sample repeats runs until it takes at least this long.
    pub sample_time: Duration,
    /// Samples of each cell, at least.
    pub min_samples: u32,
    /// Samples of each cell, at most.
    pub max_samples: u32,
    /// All samples together take no longer than this, if the least number allows it.
    pub budget: Duration,
}

impl Limits {
    /// The limits of a mode. With the warm-up, a quick run takes about a minute and a full one at most
    /// ten on a slow machine.
    pub fn of(mode: Mode) -> Self {
        match mode {
            Mode::Quick => Self {
                sample_time: Duration::from_millis(2),
                min_samples: 3,
                max_samples: 15,
                budget: Duration::from_secs(30),
            },
            Mode::Full => Self {
                sample_time: Duration::from_millis(5),
                min_samples: 5,
                max_samples: 60,
                budget: Duration::from_secs(400),
            },
        }
    }

    /// How many runs make a sample, when one takes this long.
    pub fn runs_per_sample(&self, run: Duration) -> u32 {
        let run = run.as_nanos().max(1);
        let runs = self.sample_time.as_nanos().div_ceil(run);
        u32::try_from(runs).unwrap_or(u32::MAX).max(1)
    }

    /// How many samples each cell gets, given what one sample of each costs: every cell the same time,
    /// as much as the budget allows.
    pub fn samples(&self, costs: &[Duration]) -> Vec<u32> {
        let with_share = |share: Duration| -> Vec<u32> {
            let of_cell = |cost: &Duration| {
                let fitting = share.as_nanos() / cost.as_nanos().max(1);
                let fitting = u32::try_from(fitting).unwrap_or(u32::MAX);
                fitting.clamp(self.min_samples, self.max_samples)
            };
            costs.iter().map(of_cell).collect()
        };
        let total = |samples: &[u32]| -> Duration {
            costs
                .iter()
                .zip(samples)
                .map(|(&cost, &count)| cost * count)
                .sum()
        };
        // The total grows with the share: halve the interval that the largest fitting one lies in.
        let (mut fits, mut too_large) = (Duration::ZERO, self.budget);
        for _ in 0..40 {
            let middle = (fits + too_large) / 2;
            if total(&with_share(middle)) <= self.budget {
                fits = middle;
            } else {
                too_large = middle;
            }
        }
        with_share(fits)
    }
}

/// The rounds: in each, the indices of the cells that are measured, in random order. Cell `i` is in
/// `samples[i]` rounds, spread evenly over all of them.
pub fn rounds(samples: &[u32], rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let count = samples.iter().copied().max().unwrap_or(0);
    (0..count)
        .map(|round| {
            let before =
                |round: u32, of_cell: u32| u64::from(round) * u64::from(of_cell) / u64::from(count);
            let mut cells: Vec<usize> = samples
                .iter()
                .enumerate()
                .filter(|&(_, &of_cell)| before(round + 1, of_cell) > before(round, of_cell))
                .map(|(cell, _)| cell)
                .collect();
            cells.shuffle(rng);
            cells
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doeff_reports::Mode;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::{Limits, rounds};

    const LIMITS: Limits = Limits {
        sample_time: Duration::from_millis(1),
        min_samples: 3,
        max_samples: 10,
        budget: Duration::from_secs(10),
    };

    #[test]
    fn short_runs_are_repeated_until_a_sample_is_long_enough() {
        assert_eq!(LIMITS.runs_per_sample(Duration::from_micros(1)), 1_000);
        assert_eq!(LIMITS.runs_per_sample(Duration::from_micros(300)), 4);
        assert_eq!(LIMITS.runs_per_sample(Duration::from_secs(1)), 1);
        assert_eq!(LIMITS.runs_per_sample(Duration::ZERO), 1_000_000);
    }

    #[test]
    fn cheap_cells_get_the_most_samples_and_dear_ones_the_least() {
        let costs = [1, 2_500].map(Duration::from_millis);
        assert_eq!(LIMITS.samples(&costs), [10, 3]);
    }

    #[test]
    fn where_the_least_is_too_much_all_cells_get_the_least() {
        let costs = [1, 5_000].map(Duration::from_millis);
        assert_eq!(LIMITS.samples(&costs), [3, 3]);
    }

    #[test]
    fn the_budget_is_kept_and_used() {
        let costs: Vec<_> = [2, 100, 300, 700, 900].map(Duration::from_millis).into();
        let samples = LIMITS.samples(&costs);
        let total: Duration = costs.iter().zip(&samples).map(|(&c, &n)| c * n).sum();
        assert!(total <= LIMITS.budget, "{samples:?}");
        assert!(total > LIMITS.budget * 8 / 10, "{samples:?}");
        assert!(samples.is_sorted_by(|a, b| a >= b), "{samples:?}");
    }

    #[test]
    fn every_cell_is_in_as_many_rounds_as_it_has_samples() {
        let samples = [10, 3, 7, 1];
        let rounds = rounds(&samples, &mut StdRng::seed_from_u64(1));
        assert_eq!(rounds.len(), 10);
        for (cell, &expected) in samples.iter().enumerate() {
            let times = rounds
                .iter()
                .flatten()
                .filter(|&&other| other == cell)
                .count();
            assert_eq!(times, expected as usize);
        }
        let with_second: Vec<_> = (0..10)
            .filter(|&round| rounds[round].contains(&1))
            .collect();
        assert_eq!(with_second, [3, 6, 9]);
    }

    #[test]
    fn the_order_is_random_and_follows_the_seed() {
        let samples = [5; 20];
        let order = |seed| rounds(&samples, &mut StdRng::seed_from_u64(seed));
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        assert_ne!(order(1)[0], order(1)[1]);
    }

    #[test]
    fn nothing_to_measure_is_no_round() {
        assert!(rounds(&[], &mut StdRng::seed_from_u64(1)).is_empty());
        assert!(LIMITS.samples(&[]).is_empty());
    }

    #[test]
    fn a_quick_run_has_at_least_three_samples_and_a_full_one_five() {
        assert!(Limits::of(Mode::Quick).min_samples >= 3);
        assert!(Limits::of(Mode::Full).min_samples >= 5);
    }
}
