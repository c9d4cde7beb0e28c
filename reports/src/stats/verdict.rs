//! Verdicts on a table of ratios.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bootstrap::{CONFIDENCE, Estimate, critical};
use super::shared::{Variance, share};

/// How probable one false alarm or more may be in a whole table where nothing has changed.
pub const FAMILY_ERROR: f64 = 0.01;

/// From how many rows on these share what they tell of their variances.
pub const SHARED_FROM: usize = 10;

/// The smallest margin: code placement alone is worth about half of it.
pub const MIN_MARGIN: f64 = 0.01;

/// How probably the [smallest detectable](smallest_detectable) change is called one.
pub const POWER: f64 = 0.95;

/// What can be said of a ratio of times, new over old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It takes less time.
    Faster,
    /// It takes more time.
    Slower,
    /// It takes the same time, within the margin.
    Same,
    /// The interval is too wide to say any of these.
    CannotTell,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Same => "same",
            Self::CannotTell => "cannot tell",
        })
    }
}

/// The verdict on one row of a table, and what it rests on. Ends of intervals are ratios.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Within which margin *same* is meant: 0.01 is 1 %.
    pub margin: f64,
    /// The lower end of the row's 95 % interval, from the shared variance.
    pub low: f64,
    /// The upper end of the row's 95 % interval, from the shared variance.
    pub high: f64,
    /// The lower end of the interval corrected for the number of rows.
    pub corrected_low: f64,
    /// The upper end of the interval corrected for the number of rows.
    pub corrected_high: f64,
    /// The smallest slowdown that is called one 19 times of 20: 0.03 is 3 %.
    pub detectable: f64,
}

/// Judges a whole table: every row by its estimate and its [margin].
///
/// *Faster* and *slower* are said where the interval, corrected for the number of rows after Bonferroni, lies wholly
/// beyond 1 and the estimate beyond the margin: with a probability of at most [`FAMILY_ERROR`] one of them is said in
/// a table where nothing has changed. *Same* is said where the row's 95 % interval lies within the margin. That is
/// not corrected, and need not be: "all these rows are the same" is a conjunction, which is no more often wrong than
/// its parts (the intersection-union principle of Berger 1982). Otherwise *cannot tell*.
///
/// From [`SHARED_FROM`] rows on the rows share what they tell of their variances, by moderated t statistics. A row
/// gains degrees of freedom by that; its standard error is only ever raised, never lowered, so that a table of many
/// quiet rows does not talk the noisy one among them into a verdict.
///
/// The simulations that chose all this: tables of 1 to 300 rows, six processes of twenty pairs or two builds of
/// three processes, noise of pairs, processes and builds alone and mixed, alike in all rows or ten times as large in
/// some, or a process in ten off by 3 %. Where nothing had changed, fewer than 1 table in 100 raised an alarm, of
/// whatever kind, and none of 280 tables of 300 rows. +10 % among 3 % noise a pair and 1 % between processes was
/// called slower in 999 rows of 1,000; but with two builds and fewer than ten rows, which share no variances, in
/// 71 % to 88 % only.
pub fn judge(rows: &[(Estimate, f64)]) -> Vec<Judgement> {
    let own: Vec<_> = rows.iter().map(|(row, _)| variance_of(row)).collect();
    let shared = if rows.len() >= SHARED_FROM {
        share(&own)
    } else {
        own.clone()
    };
    rows.iter()
        .zip(own.iter().zip(shared))
        .map(|((estimate, margin), (own, shared))| {
            let value = shared.value.max(own.value);
            judge_row(
                estimate.median.ln(),
                Variance { value, ..shared },
                *margin,
                rows.len(),
            )
        })
        .collect()
}

fn judge_row(center: f64, variance: Variance, margin: f64, rows: usize) -> Judgement {
    let corrected = Reach::new(variance, FAMILY_ERROR, rows).around(center);
    let row = Reach::new(variance, 1.0 - CONFIDENCE, 1).around(center);
    let bound = margin.ln_1p();
    let verdict = if corrected.0 > 0.0 && center > bound {
        Verdict::Slower
    } else if corrected.1 < 0.0 && center < -bound {
        Verdict::Faster
    } else if row.0 >= -bound && row.1 <= bound {
        Verdict::Same
    } else {
        Verdict::CannotTell
    };
    Judgement {
        verdict,
        margin,
        low: row.0.exp(),
        high: row.1.exp(),
        corrected_low: corrected.0.exp(),
        corrected_high: corrected.1.exp(),
        detectable: detectable(variance, margin, rows),
    }
}

/// The margin that measured A/A asks for: the farthest its 95 % interval reaches from 1, [`MIN_MARGIN`] at least.
pub fn margin(aa: &Estimate) -> f64 {
    (aa.high.max(1.0 / aa.low) - 1.0).max(MIN_MARGIN)
}

/// The smallest slowdown that a row as noisy as this one, in a table of so many rows, would be called slower for with
/// a probability of [`POWER`]: 0.03 is 3 %.
///
/// It takes the row's variance for itself. In a table of [`SHARED_FROM`] rows and more the row may do better; there
/// [`Judgement::detectable`] says by how much.
pub fn smallest_detectable(row: &Estimate, rows: usize) -> f64 {
    detectable(variance_of(row), MIN_MARGIN, rows)
}

fn detectable(variance: Variance, margin: f64, rows: usize) -> f64 {
    let needed = Reach::new(variance, FAMILY_ERROR, rows)
        .0
        .max(margin.ln_1p());
    let one_sided = Reach::new(variance, 2.0 * (1.0 - POWER), 1);
    (needed + one_sided.0).exp_m1()
}

fn variance_of(row: &Estimate) -> Variance {
    Variance {
        value: row.standard_error.powi(2),
        degrees: row.degrees,
    }
}

/// How far an interval reaches to either side, on the logarithmic scale.
struct Reach(f64);

impl Reach {
    /// Of the interval that misses the truth with this probability in one of so many rows or more.
    fn new(variance: Variance, miss: f64, rows: usize) -> Self {
        // Numbers of rows are small.
        #[expect(clippy::cast_precision_loss)]
        let miss = miss / rows.max(1) as f64;
        Self(critical(miss, variance.degrees) * variance.value.sqrt())
    }

    fn around(&self, center: f64) -> (f64, f64) {
        (center - self.0, center + self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Judgement, MIN_MARGIN, Verdict, judge, margin, smallest_detectable};

    /// An estimate of six processes.
    fn estimate(median: f64, standard_error: f64) -> Estimate {
        let reach = 2.571 * standard_error;
        Estimate {
            median,
            low: median * (-reach).exp(),
            high: median * reach.exp(),
            standard_error,
            degrees: 5.0,
            processes: 6,
            samples: 120,
        }
    }

    fn alone(median: f64, standard_error: f64) -> Judgement {
        judge(&[(estimate(median, standard_error), MIN_MARGIN)])[0]
    }

    #[test]
    fn every_verdict_is_said() {
        assert_eq!(alone(1.1, 0.01).verdict, Verdict::Slower);
        assert_eq!(alone(0.9, 0.01).verdict, Verdict::Faster);
        assert_eq!(alone(1.001, 0.003).verdict, Verdict::Same);
        assert_eq!(alone(1.001, 0.01).verdict, Verdict::CannotTell);
        assert_eq!(alone(1.1, 0.04).verdict, Verdict::CannotTell);
    }

    #[test]
    fn what_is_certain_but_within_the_margin_is_no_alarm() {
        assert_eq!(alone(1.005, 0.0001).verdict, Verdict::Same);
        assert_eq!(alone(0.995, 0.0001).verdict, Verdict::Same);
        assert_eq!(alone(1.011, 0.0001).verdict, Verdict::Slower);
        let wide = judge(&[(estimate(1.03, 0.0001), 0.05)])[0];
        assert_eq!(wide.verdict, Verdict::Same);
    }

    #[test]
    fn samples_without_noise_are_judged_by_the_margin() {
        assert_eq!(alone(1.0, 0.0).verdict, Verdict::Same);
        assert_eq!(alone(1.02, 0.0).verdict, Verdict::Slower);
        let rows = [(estimate(1.0, 0.0), MIN_MARGIN); 12];
        assert!(judge(&rows).iter().all(|row| row.verdict == Verdict::Same));
    }

    #[test]
    fn more_rows_need_more_certainty() {
        let row = (estimate(1.03, 0.006), MIN_MARGIN);
        assert_eq!(judge(&[row])[0].verdict, Verdict::Slower);
        let nine = judge(&[row; 9]);
        assert_eq!(nine[0].verdict, Verdict::CannotTell);
        assert!(nine[0].corrected_low < alone(1.03, 0.006).corrected_low);
        assert_eq!(nine[0].low.to_bits(), alone(1.03, 0.006).low.to_bits());
    }

    #[test]
    fn many_rows_lend_each_other_what_they_know_of_their_variances() {
        let row = (estimate(1.03, 0.006), MIN_MARGIN);
        assert_eq!(judge(&[row; 100])[0].verdict, Verdict::Slower);
    }

    #[test]
    fn a_noisy_row_among_quiet_ones_keeps_its_noise() {
        let mut rows = vec![(estimate(1.0, 0.002), MIN_MARGIN); 50];
        rows.push((estimate(1.06, 0.03), MIN_MARGIN));
        assert_eq!(judge(&rows)[50].verdict, Verdict::CannotTell);
    }

    #[test]
    fn the_margin_is_how_far_the_same_thing_seemed_to_differ() {
        assert!((margin(&estimate(1.0, 0.0001)) - MIN_MARGIN).abs() < 1e-12);
        let slow = estimate(1.01, 0.01);
        assert!((margin(&slow) - (slow.high - 1.0)).abs() < 1e-12);
        let fast = estimate(1.0 / 1.01, 0.01);
        assert!((margin(&fast) - margin(&slow)).abs() < 1e-12);
    }

    #[test]
    fn the_smallest_detectable_change_grows_with_the_noise_and_the_rows() {
        let of = |error, rows| smallest_detectable(&estimate(1.0, error), rows);
        assert!((of(0.0, 1) - MIN_MARGIN).abs() < 1e-12);
        assert!(of(0.01, 1) < of(0.02, 1));
        assert!(of(0.01, 1) < of(0.01, 9));
        // t of 5 degrees: 4.032 for 1 %, 2.015 for 95 % on one side.
        assert!((of(0.01, 1) - (0.01_f64 * (4.032 + 2.015)).exp_m1()).abs() < 1e-4);
        assert!((alone(1.0, 0.01).detectable - of(0.01, 1)).abs() < 1e-12);
    }

    #[test]
    fn verdicts_are_words_in_text_and_in_records() {
        let words = |verdict: Verdict| {
            let record = serde_json::to_string(&verdict).expect("it is a unit");
            (verdict.to_string(), record)
        };
        let expected = |text: &str, record: &str| (text.to_owned(), format!("\"{record}\""));
        assert_eq!(words(Verdict::Faster), expected("faster", "faster"));
        assert_eq!(words(Verdict::Slower), expected("slower", "slower"));
        assert_eq!(words(Verdict::Same), expected("same", "same"));
        assert_eq!(
            words(Verdict::CannotTell),
            expected("cannot tell", "cannot-tell")
        );
    }

    #[test]
    fn an_empty_table_has_no_verdicts() {
        assert_eq!(judge(&[]), []);
    }
}
