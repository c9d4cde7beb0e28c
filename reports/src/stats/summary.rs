//! The summary of one row's samples.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::statistics::{Data, OrderStatistics};

/// Median and quartiles of the samples of one row, all in nanoseconds per operation.
///
/// The quartiles are Hyndman and Fan's type 8 quantiles (approximately median-unbiased whatever the
/// distribution); the median of an even number of samples is the mean of the middle two.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The median.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub median: f64,
    /// The first quartile.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub low: f64,
    /// The third quartile.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub high: f64,
}

/// Samples that have no summary.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// There is not one sample.
    #[error("there are no samples; take at least one")]
    Empty,
    /// A sample is zero, negative, infinite or not a number.
    #[error(
        "sample {0} is not a positive, finite number of nanoseconds; time more operations at once"
    )]
    NotPositive(f64),
}

impl Summary {
    /// Summarises samples, in nanoseconds per operation.
    ///
    /// # Errors
    /// When there is no sample, or one is not positive and finite.
    pub fn of(samples: &[f64]) -> Result<Self, SampleError> {
        if samples.is_empty() {
            return Err(SampleError::Empty);
        }
        if let Some(&bad) = samples.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
            return Err(SampleError::NotPositive(bad));
        }
        let mut data = Data::new(samples.to_vec());
        Ok(Self {
            median: data.median(),
            low: data.lower_quartile(),
            high: data.upper_quartile(),
        })
    }

    /// Half the interquartile range over the median: 0.02 means that the middle half of the samples lies within
    /// about 2 % of the median.
    pub fn relative_spread(&self) -> f64 {
        (self.high - self.low) / 2.0 / self.median
    }
}

/// The exponent `b` of the power law `y = a * x^b` that fits best: the least-squares slope of `ln y`
/// over `ln x`. 0 where `y` does not depend on `x`, 1 where it is proportional to it. Not a number where
/// there are fewer than two different `x`, or where one is not positive.
pub fn log_log_slope(points: &[(f64, f64)]) -> f64 {
    // Numbers of points are small.
    #[expect(clippy::cast_precision_loss)]
    let count = points.len() as f64;
    let logs: Vec<_> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let (x_sum, y_sum) = logs
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let (x_mean, y_mean) = (x_sum / count, y_sum / count);
    let products = logs.iter().map(|(x, y)| (x - x_mean) * (y - y_mean));
    let squares = logs.iter().map(|(x, _)| (x - x_mean).powi(2));
    products.sum::<f64>() / squares.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::{SampleError, Summary, log_log_slope};

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn one_sample_is_its_own_median_and_quartiles() {
        assert_eq!(
            Summary::of(&[3.5]),
            Ok(Summary {
                median: 3.5,
                low: 3.5,
                high: 3.5
            })
        );
    }

    #[test]
    fn quartiles_are_of_type_8_and_the_order_of_the_samples_is_no_matter() {
        // h = (n + 1/3) p + 1/3 for n = 5: 5/3 and 13/3.
        let summary = Summary::of(&[50.0, 10.0, 40.0, 20.0, 30.0]).expect("samples are good");
        assert!(close(summary.median, 30.0));
        assert!(close(summary.low, 10.0 + 10.0 * 2.0 / 3.0));
        assert!(close(summary.high, 40.0 + 10.0 / 3.0));
    }

    #[test]
    fn an_even_number_of_samples_has_the_mean_of_the_middle_two_as_median() {
        let summary = Summary::of(&[4.0, 1.0, 3.0, 2.0]).expect("samples are good");
        assert!(close(summary.median, 2.5));
    }

    #[test]
    fn one_outlier_moves_neither_median_nor_quartiles_far() {
        let summary =
            Summary::of(&[10.0, 10.0, 11.0, 11.0, 12.0, 12.0, 9_000.0]).expect("samples are good");
        assert!(close(summary.median, 11.0));
        assert!(summary.high <= 13.0 && summary.low >= 10.0);
    }

    #[test]
    fn relative_spread_is_half_the_interquartile_range_over_the_median() {
        let summary = Summary {
            median: 200.0,
            low: 190.0,
            high: 220.0,
        };
        assert!(close(summary.relative_spread(), 0.075));
    }

    #[test]
    fn bad_samples_are_errors() {
        assert_eq!(Summary::of(&[]), Err(SampleError::Empty));
        assert_eq!(Summary::of(&[1.0, 0.0]), Err(SampleError::NotPositive(0.0)));
        assert_eq!(Summary::of(&[-1.0]), Err(SampleError::NotPositive(-1.0)));
        assert!(matches!(
            Summary::of(&[f64::NAN]),
            Err(SampleError::NotPositive(_))
        ));
        assert!(matches!(
            Summary::of(&[f64::INFINITY]),
            Err(SampleError::NotPositive(_))
        ));
    }

    #[test]
    fn the_slope_on_logarithmic_axes_is_the_exponent() {
        let points = |y: fn(f64) -> f64| [1.0, 10.0, 100.0, 1_000.0].map(|x| (x, y(x)));
        assert!(close(log_log_slope(&points(|_| 7.0)), 0.0));
        assert!(close(log_log_slope(&points(|x| 3.0 * x)), 1.0));
        assert!(close(log_log_slope(&points(|x| 0.5 * x * x)), 2.0));
        assert!(close(log_log_slope(&points(|x| 5.0 / x.sqrt())), -0.5));
        assert!(log_log_slope(&[(10.0, 1.0)]).is_nan());
        assert!(log_log_slope(&[(10.0, 1.0), (100.0, 0.0)]).is_nan());
    }
}
