//! How a cost grows with the size: which of four laws it follows, and the exponent of the power law.
//!
//! A law is fitted to the relative residuals, since what disturbs a cost is in proportion to it, with coefficients
//! that let no cost fall. The residuals are taken to follow Student's t distribution with four degrees of
//! freedom: a few sizes at which something else happens (small integers are cached, a collector has not run yet)
//! then do not hide how the cost grows at the others, as they would with least squares. Laws are ranked by the
//! Bayesian information criterion (Schwarz 1978), which for `m` points and `k` coefficients is `k ln m` less twice
//! the logarithm of the likelihood. The best is not simply taken:
//!
//! - A law that contains another one fits at least as well whatever is measured. So the simpler stands unless
//!   the other is better by [`DECISIVE`]: all contain the constant, and the quadratic contains the linear.
//! - Of two laws that do not contain each other, the better must be so by [`STRONG`].
//! - That no growth was seen makes a cost constant only where the exponent's interval is near 0 ([`FLAT`]).
//! - Where the best law grows by less than [`MATERIAL`] over all sizes, and the exponent's interval is near 0, the
//!   cost is constant, whatever the evidence.
//! - A law whose curve is far from the points ([`LOOSE`]) is none that the cost follows.
//!
//! Otherwise the fit is undecided.

mod regression;

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use crate::stats::log_log_slope;
use regression::{Row, count, fit, mean_square};

/// The fewest sizes.
pub const FEWEST_SIZES: usize = 7;

/// The smallest ratio of the largest size to the smallest.
pub const NARROWEST_RANGE: f64 = 1_000.0;

/// By how much a law must be better than one that it contains. In a simulation noise alone did that in one of 750
/// series of 7 sizes, and in none of 1,500 of 13.
pub const DECISIVE: f64 = 14.0;

/// By how much a law must be better than one that it does not contain: strong evidence as Kass and Raftery
/// have it (1995, section 3.2).
pub const STRONG: f64 = 6.0;

/// How far from 0 the interval of the exponent of a constant cost may reach: 15 % over three decades.
pub const FLAT: f64 = 0.02;

/// The largest scatter around the curve of a law that a cost follows.
pub const LOOSE: f64 = 0.1;

/// The growth over all sizes that matters: 2 %.
pub const MATERIAL: f64 = 0.02;

/// What a cost may follow; `n` is the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// `a`
    Constant,
    /// `a + b ln n`
    Logarithmic,
    /// `a + b n`
    Linear,
    /// `a + b n + c n²`
    Quadratic,
}

impl Law {
    /// All, the simplest first.
    pub const ALL: [Self; 4] = [
        Self::Constant,
        Self::Logarithmic,
        Self::Linear,
        Self::Quadratic,
    ];

    /// Its name, such as "linear".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Logarithmic => "logarithmic",
            Self::Linear => "linear",
            Self::Quadratic => "quadratic",
        }
    }

    /// Whether every curve of `other` is one of this law too.
    const fn contains(self, other: Self) -> bool {
        matches!(
            (self, other),
            (
                Self::Logarithmic | Self::Linear | Self::Quadratic,
                Self::Constant
            ) | (Self::Quadratic, Self::Linear)
        )
    }

    /// How many coefficients it has.
    const fn coefficients(self) -> u8 {
        match self {
            Self::Constant => 1,
            Self::Logarithmic | Self::Linear => 2,
            Self::Quadratic => 3,
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A law with the coefficients that fit best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The law.
    pub law: Law,
    /// `a`, `b` and `c`, 0 where the law has none, in the unit of the cost.
    pub coefficients: [f64; 3],
    /// The root of the mean squared residual, relative to the cost: 0.01 is 1 %.
    pub scatter: f64,
    /// The Bayesian information criterion: the smaller, the better.
    pub bic: f64,
}

impl Curve {
    /// The cost at a size.
    pub fn at(&self, size: f64) -> f64 {
        let [a, b, c] = self.coefficients;
        match self.law {
            Law::Logarithmic => b.mul_add(size.ln(), a),
            _ => (c * size).mul_add(size, b.mul_add(size, a)),
        }
    }
}

/// The exponent `p` of the power law `a n^p` that fits best, by least squares of the logarithms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exponent {
    /// The best estimate.
    pub estimate: f64,
    /// Lower end of the 95 % interval, by Student's t distribution.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl fmt::Display for Exponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            estimate,
            low,
            high,
        } = self;
        // Adding 0 takes the sign off a 0.
        let [estimate, low, high] =
            [estimate, low, high].map(|number| (number * 1e4).round() / 1e4 + 0.0);
        write!(f, "{estimate:.4} [{low:.4}, {high:.4}]")
    }
}

/// How a cost grows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// The law that the cost follows; none where that is undecided.
    pub law: Option<Law>,
    /// All laws. First the one chosen, or the one that fits best where it is undecided; then the
    /// [runner-up](Self::runner_up) and the others.
    pub curves: [Curve; 4],
    /// The power law's exponent.
    pub exponent: Exponent,
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// There are too few sizes.
    #[error("{0} sizes are too few to tell laws apart; measure at least {FEWEST_SIZES}")]
    TooFew(usize),
    /// The sizes lie too close together.
    #[error("the largest size is {0:.0} times the smallest; measure over three decades at least")]
    TooNarrow(f64),
    /// A size or a cost is not a number that has a logarithm.
    #[error("{0} is not a positive, finite number")]
    NotPositive(f64),
}

impl Fit {
    /// Fits the laws to sizes and costs, in any order.
    ///
    /// # Errors
    /// When there are fewer than [`FEWEST_SIZES`] different sizes, they are not three decades apart, or a number is not
    /// positive and finite.
    pub fn of(points: &[(f64, f64)]) -> Result<Self, FitError> {
        check(points)?;
        let exponent = exponent(points);
        let mut curves = Law::ALL.map(|law| curve(law, points));
        curves.sort_by(|a, b| a.bic.total_cmp(&b.bic));
        let law = choose(&curves, exponent, range(points));
        // The chosen one comes first, even where one that contains it fits a little better.
        curves.sort_by(|a, b| match law {
            Some(law) => (b.law == law).cmp(&(a.law == law)),
            None => Ordering::Equal,
        });
        Ok(Self {
            law,
            curves,
            exponent,
        })
    }

    /// The best of the laws that were not chosen.
    pub fn runner_up(&self) -> &Curve {
        &self.curves[1]
    }

    /// The first law, with its coefficients.
    pub fn best(&self) -> &Curve {
        &self.curves[0]
    }

    /// By how much the criterion prefers the first law to the runner-up. Negative where the runner-up contains the
    /// first one and fits better, but not decisively.
    pub fn margin(&self) -> f64 {
        self.runner_up().bic - self.best().bic
    }

    /// The law's name, or "undecided".
    pub fn verdict(&self) -> &'static str {
        self.law.map_or("undecided", Law::name)
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verdict, second) = (self.verdict(), self.runner_up().law);
        write!(f, "{verdict}, exponent {}; ", self.exponent)?;
        match self.law {
            Some(_) => write!(f, "runner-up {second}")?,
            None => write!(f, "best {}, then {second}", self.best().law)?,
        }
        write!(f, " (BIC {:+.1})", self.margin())
    }
}

pub(crate) fn check(points: &[(f64, f64)]) -> Result<(), FitError> {
    let mut numbers = points.iter().flat_map(|&(n, cost)| [n, cost]);
    if let Some(bad) = numbers.find(|number| !(number.is_finite() && *number > 0.0)) {
        return Err(FitError::NotPositive(bad));
    }
    let mut sizes: Vec<f64> = points.iter().map(|&(n, _)| n).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else {
        return Err(FitError::TooFew(0));
    };
    if sizes.len() < FEWEST_SIZES {
        return Err(FitError::TooFew(sizes.len()));
    }
    let range = last / first;
    // A range of three decades may come out a little less.
    if range < NARROWEST_RANGE * (1.0 - 1e-9) {
        return Err(FitError::TooNarrow(range));
    }
    Ok(())
}

/// The smallest and the largest size.
fn range(points: &[(f64, f64)]) -> (f64, f64) {
    let sizes = points.iter().map(|&(n, _)| n);
    sizes.fold((f64::INFINITY, 0.0), |(low, high), n| {
        (low.min(n), high.max(n))
    })
}

/// The law that the evidence is for, given the curves with the best first, and the smallest and the largest size.
fn choose(curves: &[Curve; 4], exponent: Exponent, (first, last): (f64, f64)) -> Option<Law> {
    let flat = exponent.low >= -FLAT && exponent.high <= FLAT;
    let grows = curves[0].at(last) >= (1.0 + MATERIAL) * curves[0].at(first);
    if flat && !grows && curves[0].scatter <= LOOSE {
        return Some(Law::Constant);
    }
    let stands = |simple: &Curve| {
        let mut others = curves.iter().filter(|other| other.law != simple.law);
        others.all(|other| {
            let needed = if other.law.contains(simple.law) {
                -DECISIVE
            } else if simple.law.contains(other.law) {
                DECISIVE
            } else {
                STRONG
            };
            other.bic - simple.bic >= needed
        })
    };
    let Curve { law, scatter, .. } = *curves.iter().find(|curve| stands(curve))?;
    (scatter <= LOOSE && (law != Law::Constant || flat)).then_some(law)
}

/// Fits a law. Where the best coefficient of what grows is negative, the term is left out: costs do not fall.
fn curve(law: Law, points: &[(f64, f64)]) -> Curve {
    let terms = |n: f64| match law {
        Law::Logarithmic => [1.0, n.ln(), 0.0],
        _ => [1.0, n, n * n],
    };
    let rows: Vec<Row> = points
        .iter()
        .map(|&(n, cost)| terms(n).map(|term| term / cost))
        .collect();
    let subsets: &[&[usize]] = match law {
        Law::Constant => &[&[0]],
        Law::Logarithmic | Law::Linear => &[&[0], &[0, 1]],
        Law::Quadratic => &[&[0], &[0, 1], &[0, 2], &[0, 1, 2]],
    };
    let solved = subsets.iter().filter_map(|subset| fit(&rows, subset));
    let allowed = solved.filter(|(_, [_, b, c])| *b >= 0.0 && *c >= 0.0);
    let best = allowed.min_by(|(a, _), (b, _)| a.total_cmp(b));
    let (deviance, coefficients) = best.unwrap_or((f64::INFINITY, [0.0; 3]));
    Curve {
        law,
        coefficients,
        scatter: mean_square(&rows, coefficients).sqrt(),
        bic: f64::from(law.coefficients()).mul_add(count(points.len()).ln(), deviance),
    }
}

fn exponent(points: &[(f64, f64)]) -> Exponent {
    let count = count(points.len());
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (x_mean, y_mean) = (mean(|(n, _)| n.ln()), mean(|(_, cost)| cost.ln()));
    let estimate = log_log_slope(points);
    let residuals = points
        .iter()
        .map(|(n, cost)| cost.ln() - y_mean - estimate * (n.ln() - x_mean));
    let squares = points.iter().map(|(n, _)| (n.ln() - x_mean).powi(2));
    let freedom = count - 2.0;
    let variance = residuals.map(|r| r * r).sum::<f64>() / freedom / squares.sum::<f64>();
    // There are seven points at least, so there is such a distribution.
    let quantile =
        StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    let half = quantile * variance.sqrt();
    Exponent {
        estimate,
        low: estimate - half,
        high: estimate + half,
    }
}

#[cfg(test)]
mod tests;
