//! How a cost grows with the size: which of four laws it follows, and the exponent of the power law.
//!
//! A law is fitted to the relative residuals, since what disturbs a cost is in proportion to it, with coefficients
//! that let no cost fall. The residuals are taken to follow Student's t distribution with [`FREEDOM`] degrees of
//! freedom: a few sizes at which something else happens (small integers are cached, a collector has not run yet)
//! then do not hide how the cost grows at the others, as they would with least squares. Laws are ranked by the
//! Bayesian information criterion (Schwarz 1978), which for `m` points and `k` coefficients is `k ln m` less twice
//! the logarithm of the likelihood. The best is not simply taken:
//!
//! - A law that contains another one fits at least as well whatever is measured. So the simpler stands unless
//!   the other is better by [`DECISIVE`]: all contain the constant, and the quadratic contains the linear.
//! - Of two laws that do not contain each other, the better must be so by [`STRONG`].
//! - That no growth was seen makes a cost constant only where the exponent's interval is near 0 ([`FLAT`]).
//! - A law whose curve is far from the points ([`LOOSE`]) is none that the cost follows.
//!
//! Otherwise the fit is undecided.

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use crate::stats::log_log_slope;

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

/// Degrees of freedom of the residuals' distribution: few, for long tails; the customary four.
pub const FREEDOM: f64 = 4.0;

/// The smallest scale of that distribution. Costs that differ by so little, three in ten thousand, are the same.
const FINEST: f64 = 3e-4;

/// The most rounds in which the scale and the weights are found, each from the other.
const ROUNDS: u32 = 60;

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
        let law = choose(&curves, exponent);
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

fn check(points: &[(f64, f64)]) -> Result<(), FitError> {
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

/// The law that the evidence is for, given the curves with the best first.
fn choose(curves: &[Curve; 4], exponent: Exponent) -> Option<Law> {
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
    let flat = exponent.low >= -FLAT && exponent.high <= FLAT;
    (scatter <= LOOSE && (law != Law::Constant || flat)).then_some(law)
}

/// A point as the fits see it: the terms of the law at its size, each divided by the cost.
type Row = [f64; 3];

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

/// Twice the negative logarithm of the largest likelihood, but for a constant, and the coefficients that have it, by
/// expectation and maximisation. None where the columns depend on each other.
fn fit(rows: &[Row], subset: &[usize]) -> Option<(f64, [f64; 3])> {
    let (mut weights, mut deviance) = (vec![1.0; rows.len()], f64::INFINITY);
    let mut coefficients = [0.0; 3];
    for _ in 0..ROUNDS {
        coefficients = least_squares(rows, &weights, subset)?;
        let squares: Vec<f64> = squares(rows, coefficients).collect();
        let weighted: f64 = squares.iter().zip(&weights).map(|(s, w)| s * w).sum();
        let scale = (weighted / count(rows.len())).max(FINEST * FINEST);
        let distances = squares.iter().map(|square| square / scale / FREEDOM);
        let terms = distances
            .clone()
            .map(|distance| (FREEDOM + 1.0).mul_add(distance.ln_1p(), scale.ln()));
        let before = std::mem::replace(&mut deviance, terms.sum());
        if (before - deviance).abs() < 1e-6 {
            break;
        }
        weights = distances
            .map(|distance| (FREEDOM + 1.0) / FREEDOM / (1.0 + distance))
            .collect();
    }
    Some((deviance, coefficients))
}

/// The squared residuals, which are relative to the costs.
fn squares(rows: &[Row], [a, b, c]: [f64; 3]) -> impl Iterator<Item = f64> {
    let residuals = rows
        .iter()
        .map(move |[x, y, z]| a * x + b * y + c * z - 1.0);
    residuals.map(|residual| residual * residual)
}

/// Their mean.
fn mean_square(rows: &[Row], coefficients: [f64; 3]) -> f64 {
    squares(rows, coefficients).sum::<f64>() / count(rows.len())
}

/// A number of points.
#[expect(clippy::cast_precision_loss)] // They are few.
fn count(points: usize) -> f64 {
    points as f64
}

/// The coefficients of the columns in `subset`, 0 for the others, whose combination is nearest to 1 in all rows, each
/// with its weight; by modified Gram-Schmidt, which does without the squared condition of the normal equations. None where the columns
/// depend on each other.
fn least_squares(rows: &[Row], weights: &[f64], subset: &[usize]) -> Option<[f64; 3]> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
    let mut right = roots.clone();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    // The upper triangle, by columns, and the right side.
    let (mut triangle, mut sides) = ([[0.0; 3]; 3], [0.0; 3]);
    for (place, &column) in subset.iter().enumerate() {
        let weighted = rows.iter().zip(&roots);
        let mut vector: Vec<f64> = weighted.map(|(row, root)| row[column] * root).collect();
        let length = dot(&vector, &vector).sqrt();
        for (earlier, unit) in basis.iter().enumerate() {
            let share = dot(&vector, unit);
            triangle[place][earlier] = share;
            vector
                .iter_mut()
                .zip(unit)
                .for_each(|(v, u)| *v -= share * u);
        }
        let rest = dot(&vector, &vector).sqrt();
        if rest <= 1e-12 * length {
            return None;
        }
        triangle[place][place] = rest;
        for v in &mut vector {
            *v /= rest;
        }
        sides[place] = dot(&right, &vector);
        right
            .iter_mut()
            .zip(&vector)
            .for_each(|(r, u)| *r -= sides[place] * u);
        basis.push(vector);
    }
    let mut found = [0.0; 3];
    for (place, &column) in subset.iter().enumerate().rev() {
        let later = subset.iter().enumerate().skip(place + 1);
        let known: f64 = later
            .map(|(at, &column)| triangle[at][place] * found[column])
            .sum();
        found[column] = (sides[place] - known) / triangle[place][place];
    }
    Some(found)
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
