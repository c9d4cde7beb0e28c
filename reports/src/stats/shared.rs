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
pub(super) fn prior(rows: &[Variance]) -> Option<Variance> {
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
