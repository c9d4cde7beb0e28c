//! Variances shared between the rows of a table.
//!
//! The standard error of one row rests on few processes, so that after correction for many rows its interval is too
//! wide ever to decide. The rows together tell how much variances differ between rows; each row's own is drawn
//! towards the common one the more, the less they differ, and gains the degrees of freedom the common one is worth.
//! This is the moderated t statistic of Smyth (2004), "Linear models and empirical Bayes methods for assessing
//! differential expression in microarray experiments", section 6.2.

use statrs::function::gamma::digamma;

/// A variance of a logarithm and the degrees of freedom it is known by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Variance {
    pub(super) value: f64,
    pub(super) degrees: f64,
}

/// Where a variance is nothing, as of a clock too coarse to see any, it counts as this part of the median variance.
const SMALLEST: f64 = 1e-5;

/// Draws variances towards what they have in common. As they are where they have nothing.
pub(super) fn share(rows: &[Variance]) -> Vec<Variance> {
    let Some(prior) = prior(rows) else {
        return rows.to_vec();
    };
    let pooled: f64 = rows.iter().map(|row| row.degrees).sum();
    let moderated = |row: &Variance| {
        let degrees = (row.degrees + prior.degrees).min(pooled);
        let weight = prior.degrees / (row.degrees + prior.degrees);
        let weight = if weight.is_nan() { 1.0 } else { weight };
        Variance {
            value: weight * prior.value + (1.0 - weight) * row.value,
            degrees,
        }
    };
    rows.iter().map(moderated).collect()
}

/// What the variances have in common: the scaled inverse chi-squared distribution whose moments fit the logarithms
/// of the variances. Its degrees are infinite where the variances differ by no more than chance.
fn prior(rows: &[Variance]) -> Option<Variance> {
    let mut sorted: Vec<_> = rows.iter().map(|row| row.value).collect();
    sorted.sort_by(f64::total_cmp);
    let floor = SMALLEST * sorted.get(sorted.len() / 2)?;
    if rows.len() < 2 || floor <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss)]
    let count = rows.len() as f64;
    let logs: Vec<_> = rows
        .iter()
        .map(|row| {
            let half = row.degrees / 2.0;
            row.value.max(floor).ln() - digamma(half) + half.ln()
        })
        .collect();
    let mean = logs.iter().sum::<f64>() / count;
    let spread = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let chance = rows
        .iter()
        .map(|row| trigamma(row.degrees / 2.0))
        .sum::<f64>()
        / count;
    let half = if spread > chance {
        inverse_trigamma(spread - chance)
    } else {
        f64::INFINITY
    };
    let shift = if half.is_finite() {
        digamma(half) - half.ln()
    } else {
        0.0
    };
    Some(Variance {
        value: (mean + shift).exp(),
        degrees: 2.0 * half,
    })
}

/// The derivative of the digamma function, for positive `x`: its asymptotic series (Abramowitz and Stegun 6.4.12),
/// shifted to where it converges by the recurrence 6.4.6.
fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 15.0 {
        sum += x.powi(-2);
        x += 1.0;
    }
    let square = x.powi(-2);
    let series = 1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square / 30.0));
    sum + 1.0 / x + square / 2.0 + square / x * series
}

/// Where the trigamma function, which falls, has this positive value. Infinity where it is too small to matter.
fn inverse_trigamma(value: f64) -> f64 {
    let (mut low, mut high) = (1e-6_f64.ln(), 1e6_f64.ln());
    if value <= trigamma(high.exp()) {
        return f64::INFINITY;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if trigamma(middle.exp()) > value {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.exp()
}

#[cfg(test)]
mod tests {
    use super::{Variance, inverse_trigamma, prior, share, trigamma};

    fn rows(values: &[f64]) -> Vec<Variance> {
        let row = |&value| Variance {
            value,
            degrees: 4.0,
        };
        values.iter().map(row).collect()
    }

    #[test]
    fn trigamma_has_its_known_values_and_its_inverse_undoes_it() {
        let squared = std::f64::consts::PI.powi(2);
        for (x, value) in [
            (1.0, squared / 6.0),
            (0.5, squared / 2.0),
            (2.0, squared / 6.0 - 1.0),
        ] {
            assert!((trigamma(x) - value).abs() < 1e-12, "{x}");
        }
        for x in [0.01, 0.7, 3.0, 100.0] {
            assert!(
                (inverse_trigamma(trigamma(x)) / x - 1.0).abs() < 1e-9,
                "{x}"
            );
        }
        assert_eq!(inverse_trigamma(1e-9).to_bits(), f64::INFINITY.to_bits());
    }

    #[test]
    fn variances_that_are_alike_become_one_with_all_degrees() {
        let shared = share(&rows(&[1.0, 1.1, 0.9, 1.05]));
        for row in &shared {
            assert!((row.value / shared[0].value - 1.0).abs() < 1e-12);
            assert!((row.degrees - 16.0).abs() < 1e-12);
        }
    }

    #[test]
    fn variances_that_are_unlike_stay_nearly_as_they_are() {
        let shared = share(&rows(&[1e-6, 1e-4, 1e-2, 1.0, 1e2]));
        assert!(
            shared
                .iter()
                .all(|row| row.degrees > 4.0 && row.degrees < 5.0)
        );
        for pair in shared.windows(2) {
            assert!(pair[1].value > 20.0 * pair[0].value, "{pair:?}");
        }
    }

    #[test]
    fn no_variance_at_all_is_left_alone() {
        assert_eq!(prior(&rows(&[0.0, 0.0])), None);
        assert_eq!(prior(&[]), None);
        assert_eq!(share(&rows(&[0.0; 3])), rows(&[0.0; 3]));
        assert!(
            share(&rows(&[0.0, 1.0, 1.0]))
                .iter()
                .all(|row| row.degrees.is_finite())
        );
    }
}
