//! How often, and in what order, the cells are measured.

use std::time::Duration;

use doeff_reports::Mode;
use rand::Rng;
use rand::seq::SliceRandom;

/// What a slice costs beside its runs: a collection of garbage, and a request and its reply.
const OVERHEAD: Duration = Duration::from_millis(3);

/// What a run may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A slice repeats runs until it takes about as long.
    pub slice_time: Duration,
    /// Generations of fresh processes.
    pub processes: u32,
    /// Slices of each cell in each process, at most; a power of two. At least there is one.
    pub max_slices: u32,
    /// The slices beyond the first of each cell and process take no longer than this, all together.
    pub budget: Duration,
}

impl Limits {
    /// The limits of a mode.
    pub fn of(mode: Mode) -> Self {
        let slice_time = Duration::from_millis(1);
        match mode {
            Mode::Quick => Self {
                slice_time,
                processes: 5,
                max_slices: 4,
                budget: Duration::from_secs(60),
            },
            Mode::Full => Self {
                slice_time,
                processes: 6,
                max_slices: 16,
                budget: Duration::from_secs(600),
            },
        }
    }

    /// The length of a slice, in nanoseconds.
    pub fn slice_ns(&self) -> u64 {
        u64::try_from(self.slice_time.as_nanos()).unwrap_or(u64::MAX)
    }

    /// How many runs make a slice, when one takes this many nanoseconds.
    pub fn runs_per_slice(&self, run_ns: u64) -> u32 {
        let runs = self.slice_ns().div_ceil(run_ns.max(1));
        u32::try_from(runs).unwrap_or(u32::MAX).max(1)
    }

    /// How many slices each cell gets in each process, given how many nanoseconds the runs of one take: one, and
    /// beyond that every cell the same time, as much as the budget allows. So what is dear takes nothing from what is
    /// cheap. Numbers are powers of two, so that the rounds of a dear cell are among
    /// those of a cheap one and their slices are pairs.
    pub fn slices(&self, runs_ns: &[u64]) -> Vec<u32> {
        let costs: Vec<_> = runs_ns
            .iter()
            .map(|&ns| Duration::from_nanos(ns) + OVERHEAD)
            .collect();
        let budget = self.budget / self.processes.max(1);
        let with_share = |share: Duration| -> Vec<u32> {
            let of_cell = |cost: &Duration| {
                let fitting = share.as_nanos() / cost.as_nanos().max(1);
                let fitting = u32::try_from(fitting).unwrap_or(u32::MAX);
                power_of_two(fitting.saturating_add(1).min(self.max_slices))
            };
            costs.iter().map(of_cell).collect()
        };
        let total = |slices: &[u32]| -> Duration {
            costs
                .iter()
                .zip(slices)
                .map(|(&cost, &count)| cost * (count - 1))
                .sum()
        };
        // The total grows with the share: halve the interval that the largest fitting one lies in.
        let (mut fits, mut too_large) = (Duration::ZERO, budget);
        for _ in 0..40 {
            let middle = (fits + too_large) / 2;
            if total(&with_share(middle)) <= budget {
                fits = middle;
            } else {
                too_large = middle;
            }
        }
        with_share(fits)
    }
}

/// The largest power of two that is not above a positive number.
fn power_of_two(number: u32) -> u32 {
    1 << number.max(1).ilog2()
}

/// The rounds of one process: in each, the indices of the cells of which a slice is taken, in order. Cell `i` is in
/// `slices[i]` rounds, spread evenly over all of them. The cells of a group follow each other, so that their slices
/// are pairs; the order of groups, and of cells in a group, is random.
pub fn rounds(slices: &[u32], groups: &[usize], rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let count = slices.iter().copied().max().unwrap_or(0);
    (1..=count)
        .map(|round| {
            let taken = (0..slices.len()).filter(|&cell| {
                let of_cell = slices[cell];
                of_cell > 0 && round.is_multiple_of(count / of_cell)
            });
            in_random_order(taken, groups, rng)
        })
        .collect()
}

/// Cells in random order, those of a group one after the other.
pub fn in_random_order(
    cells: impl IntoIterator<Item = usize>,
    groups: &[usize],
    rng: &mut impl Rng,
) -> Vec<usize> {
    let mut by_group = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    for cell in cells {
        by_group.entry(groups[cell]).or_default().push(cell);
    }
    let mut by_group: Vec<_> = by_group.into_values().collect();
    by_group.shuffle(rng);
    for group in &mut by_group {
        group.shuffle(rng);
    }
    by_group.concat()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doeff_reports::Mode;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::{Limits, OVERHEAD, rounds};

    const LIMITS: Limits = Limits {
        slice_time: Duration::from_millis(1),
        processes: 2,
        max_slices: 8,
        budget: Duration::from_secs(20),
    };

    const MS: u64 = 1_000_000;

    #[test]
    fn short_runs_are_repeated_until_a_slice_is_long_enough() {
        assert_eq!(LIMITS.runs_per_slice(1_000), 1_000);
        assert_eq!(LIMITS.runs_per_slice(300_000), 4);
        assert_eq!(LIMITS.runs_per_slice(1_000_000_000), 1);
        assert_eq!(LIMITS.runs_per_slice(0), 1_000_000);
    }

    #[test]
    fn cheap_cells_get_the_most_slices_and_dear_ones_the_least() {
        assert_eq!(LIMITS.slices(&[MS, 25_000 * MS]), [8, 1]);
    }

    #[test]
    fn the_budget_is_kept_and_used() {
        let costs = [2, 100, 300, 700, 900, 60_000].map(|ms| ms * MS);
        let slices = LIMITS.slices(&costs);
        let total: Duration = costs
            .iter()
            .zip(&slices)
            .map(|(&cost, &count)| (Duration::from_nanos(cost) + OVERHEAD) * (count - 1))
            .sum();
        let budget = LIMITS.budget / LIMITS.processes;
        assert!(total <= budget, "{slices:?}");
        assert!(total > budget / 4, "{slices:?}");
        assert!(slices.is_sorted_by(|a, b| a >= b), "{slices:?}");
        assert!(
            slices.iter().all(|count| count.is_power_of_two()),
            "{slices:?}"
        );
    }

    #[test]
    fn every_cell_is_in_as_many_rounds_as_it_has_slices_and_dear_ones_with_cheap_ones() {
        let slices = [8, 2, 4, 1, 0];
        let rounds = rounds(&slices, &[0, 0, 1, 1, 1], &mut StdRng::seed_from_u64(1));
        assert_eq!(rounds.len(), 8);
        let of = |cell: usize| -> Vec<usize> {
            (0..8)
                .filter(|&round| rounds[round].contains(&cell))
                .collect()
        };
        assert_eq!(of(0).len(), 8);
        assert_eq!(of(1), [3, 7]);
        assert_eq!(of(2), [1, 3, 5, 7]);
        assert_eq!(of(3), [7]);
        assert!(of(4).is_empty());
    }

    #[test]
    fn the_cells_of_a_group_follow_each_other_in_an_order_that_follows_the_seed() {
        let groups: Vec<usize> = (0..40).map(|cell| cell / 4).collect();
        let order = |seed| rounds(&[2; 40], &groups, &mut StdRng::seed_from_u64(seed));
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let rounds = order(1);
        assert_ne!(rounds[0], rounds[1]);
        for round in &rounds {
            let mut seen: Vec<_> = round.iter().map(|&cell| groups[cell]).collect();
            seen.dedup();
            assert_eq!(seen.len(), 10, "{round:?}");
            assert!(!seen.is_sorted(), "{round:?}");
            assert!(
                !round[..4].is_sorted() || !round[4..8].is_sorted() || !round[8..12].is_sorted()
            );
        }
    }

    #[test]
    fn nothing_to_measure_is_no_round() {
        assert!(rounds(&[], &[], &mut StdRng::seed_from_u64(1)).is_empty());
        assert!(LIMITS.slices(&[]).is_empty());
    }

    #[test]
    fn a_verdict_needs_at_least_five_processes() {
        for mode in [Mode::Quick, Mode::Full] {
            let limits = Limits::of(mode);
            assert!(limits.processes >= 5 && limits.max_slices.is_power_of_two());
        }
    }
}
