//! Samples made up with known noise, and what the statistics make of them.
//!
//! The numbers of resamples and of trials are small enough for a debug build; the figures in the documentation come from longer runs.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, Normal};

use super::bootstrap::{Estimate, Nested, Resampling};
use super::verdict::{MIN_MARGIN, Verdict, judge};

/// Standard deviations of the logarithms.
#[derive(Clone, Copy)]
pub(super) struct Model {
    pub(super) pair: f64,
    pub(super) process: f64,
    pub(super) build: f64,
}

/// 3 % per pair and 1 % between processes.
pub(super) const USUAL: Model = Model {
    pair: 0.03,
    process: 0.01,
    build: 0.0,
};

pub(super) struct Chance {
    generator: Pcg64Mcg,
    normal: Normal,
}

impl Chance {
    pub(super) fn seeded(seed: u64) -> Self {
        Self {
            generator: Pcg64Mcg::seed_from_u64(seed),
            normal: Normal::standard(),
        }
    }

    /// A normal deviate with this standard deviation.
    pub(super) fn normal(&mut self, deviation: f64) -> f64 {
        let uniform = (f64::from(self.generator.next_u32()) + 0.5) / 2_f64.powi(32);
        deviation * self.normal.inverse_cdf(uniform)
    }

    /// The ratios of twenty pairs in each of `processes`.
    pub(super) fn processes(
        &mut self,
        ratio: f64,
        model: Model,
        processes: usize,
    ) -> Vec<Vec<f64>> {
        let build = self.normal(model.build);
        (0..processes)
            .map(|_| {
                let process = build + self.normal(model.process);
                (0..20)
                    .map(|_| ratio * (process + self.normal(model.pair)).exp())
                    .collect()
            })
            .collect()
    }
}

fn resampling() -> Resampling {
    Resampling::seeded(1).with_resamples(60)
}

fn estimate(processes: Vec<Vec<f64>>) -> Estimate {
    let nested = Nested::of_processes(processes).expect("the samples are good");
    Estimate::of(&nested, &resampling())
}

fn verdicts(rows: &[Estimate]) -> Vec<Verdict> {
    let rows: Vec<_> = rows.iter().map(|row| (*row, MIN_MARGIN)).collect();
    judge(&rows).iter().map(|row| row.verdict).collect()
}

/// How many of 300 intervals hold the true ratio.
fn covered(model: Model, processes: usize) -> usize {
    let mut chance = Chance::seeded(11);
    (0..300)
        .map(|_| estimate(chance.processes(1.2, model, processes)))
        .filter(|row| (row.low..=row.high).contains(&1.2))
        .count()
}

#[test]
fn intervals_hold_the_truth_whatever_the_noise_comes_from() {
    let pairs_alone = Model {
        process: 0.0,
        ..USUAL
    };
    let processes_alone = Model {
        pair: 0.001,
        process: 0.03,
        ..USUAL
    };
    for processes in [2, 5, 6] {
        for model in [USUAL, pairs_alone, processes_alone] {
            let covered = covered(model, processes);
            // 95 % of 300 is 285; below 275 would be chance once in 300 times.
            assert!(covered >= 275, "{processes} processes: {covered}");
        }
    }
}

#[test]
fn intervals_of_two_builds_hold_the_truth_although_the_builds_differ() {
    let model = Model {
        pair: 0.01,
        process: 0.003,
        build: 0.004,
    };
    let mut chance = Chance::seeded(12);
    let covered = (0..300)
        .filter(|_| {
            let builds = vec![
                chance.processes(0.9, model, 3),
                chance.processes(0.9, model, 3),
            ];
            let nested = Nested::of_builds(builds).expect("the samples are good");
            let row = Estimate::of(&nested, &resampling());
            (row.low..=row.high).contains(&0.9)
        })
        .count();
    assert!(covered >= 270, "{covered}");
}

#[test]
fn twenty_whole_tables_in_which_nothing_changed_raise_no_alarm() {
    for seed in 0..20 {
        let mut chance = Chance::seeded(100 + seed);
        let rows: Vec<_> = (0..300)
            .map(|row| {
                // A tenth of the rows is three times as noisy as the others.
                let factor = if row % 10 == 0 { 3.0 } else { 1.0 };
                let model = Model {
                    pair: 0.03 * factor,
                    process: 0.01 * factor,
                    build: 0.0,
                };
                estimate(chance.processes(1.0, model, 6))
            })
            .collect();
        let alarms = verdicts(&rows)
            .iter()
            .filter(|verdict| matches!(verdict, Verdict::Faster | Verdict::Slower))
            .count();
        assert_eq!(alarms, 0, "table {seed}");
    }
}

#[test]
fn a_slowdown_by_a_tenth_is_called_slower_19_times_of_20_alone_and_in_a_table() {
    for rows in [1, 9, 10, 300] {
        let called = (0..20)
            .filter(|seed| {
                let mut chance = Chance::seeded(200 + seed);
                let table: Vec<_> = (0..rows)
                    .map(|row| {
                        let ratio = if row == 0 { 1.1 } else { 1.0 };
                        estimate(chance.processes(ratio, USUAL, 6))
                    })
                    .collect();
                verdicts(&table)[0] == Verdict::Slower
            })
            .count();
        assert!(called >= 19, "{called} of 20 in a table of {rows}");
    }
}

#[test]
fn same_is_said_of_quiet_rows_and_hardly_ever_of_rows_that_changed_by_the_margin() {
    let quiet = Model {
        pair: 0.01,
        process: 0.002,
        build: 0.0,
    };
    let same = |ratio: f64| {
        let mut chance = Chance::seeded(300);
        let rows: Vec<_> = (0..200)
            .map(|_| estimate(chance.processes(ratio, quiet, 6)))
            .collect();
        verdicts(&rows)
            .iter()
            .filter(|verdict| **verdict == Verdict::Same)
            .count()
    };
    assert!(same(1.0) >= 190, "{}", same(1.0));
    assert!(same(1.0 + MIN_MARGIN) <= 8, "{}", same(1.0 + MIN_MARGIN));
}
