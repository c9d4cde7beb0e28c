//! How the cost per operation grows with the size.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::{Cell, Row};
use crate::Engine;
use crate::fit::Fit;
use crate::stats::log_log_slope;

/// How the cost per operation grows with the size.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// The smallest size measured.
    pub from: u64,
    /// The largest size measured.
    pub to: u64,
    /// Median cost per operation at the largest size over that at the smallest: 1 for a flat law.
    pub ratio: f64,
    /// The power law that fits best.
    pub law: Power,
    /// The law that it follows, where there are sizes enough to tell.
    pub fit: Option<Fit>,
}

/// The power law `factor * size ^ exponent`, by least squares of the logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// The cost at size 1.
    pub factor: f64,
    /// 0 for a flat law, 1 where the cost is in proportion to the size.
    pub exponent: f64,
    /// How far the ends of the exponent's 95 % interval are from it, by Student's t distribution; `None` below three
    /// points.
    pub reach: Option<f64>,
}

impl Power {
    /// The law of points `(size, cost)`; `None` below two different sizes, or with a number that is not positive.
    pub fn of(points: &[(f64, f64)]) -> Option<Self> {
        let exponent = log_log_slope(points);
        if !exponent.is_finite() {
            return None;
        }
        #[expect(clippy::cast_precision_loss)] // a few sizes
        let count = points.len() as f64;
        let mean =
            |value: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
        let (x, y) = (mean(&|point| point.0.ln()), mean(&|point| point.1.ln()));
        let squares = mean(&|point| (point.0.ln() - x).powi(2)) * count;
        let left =
            mean(&|point| (point.1.ln() - y - exponent * (point.0.ln() - x)).powi(2)) * count;
        let degrees = count - 2.0;
        let reach = (degrees > 0.0).then(|| {
            let error = (left / degrees / squares).sqrt();
            StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| t.inverse_cdf(0.975)) * error
        });
        Some(Self {
            factor: (y - exponent * x).exp(),
            exponent,
            reach: reach.filter(|reach| reach.is_finite()),
        })
    }

    /// The cost at a size.
    pub fn at(&self, size: f64) -> f64 {
        self.factor * size.powf(self.exponent)
    }
}

/// The growth of each engine with right answers at two sizes or more.
pub(super) fn growth(rows: &[Row]) -> BTreeMap<Engine, Growth> {
    let mut medians = BTreeMap::<&Engine, Vec<(u64, f64)>>::new();
    for row in rows {
        for (engine, cell) in &row.cells {
            if let Cell::Cost(cost) = cell {
                let median = cost.ns_per_op.median;
                medians.entry(engine).or_default().push((row.size, median));
            }
        }
    }
    let grown = medians
        .into_iter()
        .filter_map(|(engine, medians)| Some((engine.clone(), Growth::of(&medians)?)));
    grown.collect()
}

impl Growth {
    fn of(medians: &[(u64, f64)]) -> Option<Self> {
        let [(from, first), .., (to, last)] = *medians else {
            return None;
        };
        #[expect(clippy::cast_precision_loss)] // sizes are far below 2^52
        let points: Vec<_> = medians
            .iter()
            .map(|&(size, cost)| (size as f64, cost))
            .collect();
        Some(Self {
            from,
            to,
            ratio: last / first,
            law: Power::of(&points)?,
            fit: Fit::of(&points).ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Power;

    #[test]
    fn a_power_law_is_found_with_its_interval() {
        let points = [10.0, 100.0, 1_000.0, 10_000.0].map(|n: f64| (n, 3.0 * n.powf(0.5)));
        let law = Power::of(&points).expect("there are sizes");
        assert!((law.exponent - 0.5).abs() < 1e-12 && (law.factor - 3.0).abs() < 1e-9);
        assert!(law.reach.is_some_and(|reach| reach < 1e-6));
        assert!((law.at(400.0) - 60.0).abs() < 1e-6);
    }

    #[test]
    fn the_interval_is_that_of_the_regression() {
        // By hand for ln n = 0, 1, 2 and ln y = 0, 1, 0: slope 0, sum of squares left 2/3, one degree of freedom,
        // so that the standard error is sqrt(1/3) and the reach 12.706 times that.
        let e = std::f64::consts::E;
        let law = Power::of(&[(1.0, 1.0), (e, e), (e * e, 1.0)]).expect("there are sizes");
        assert!(law.exponent.abs() < 1e-12);
        let reach = law.reach.expect("there are three points");
        assert!(
            (reach - 12.706_2 * (1.0_f64 / 3.0).sqrt()).abs() < 1e-3,
            "{reach}"
        );
    }

    #[test]
    fn two_points_have_no_interval_and_one_has_no_law() {
        let law = Power::of(&[(1.0, 2.0), (10.0, 20.0)]).expect("there are sizes");
        assert!((law.exponent - 1.0).abs() < 1e-12 && law.reach.is_none());
        assert_eq!(Power::of(&[(1.0, 2.0)]), None);
    }
}
