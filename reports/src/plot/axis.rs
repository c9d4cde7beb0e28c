//! Logarithmic axes: their range, their ticks and the ticks' labels.

use plotters::coord::combinators::{BindKeyPoints, IntoLogRange, LogCoord, WithKeyPoints};

pub(crate) type LogAxis = WithKeyPoints<LogCoord<f64>>;

/// A positive range on a log axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Span {
    /// The range of the values; `None` without any.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        values.fold(None, |span, value| match span {
            None => Some(Self {
                low: value,
                high: value,
            }),
            Some(Self { low, high }) => Some(Self {
                low: low.min(value),
                high: high.max(value),
            }),
        })
    }

    /// Widened about its middle so that its ends are at least `ratio` apart: a small difference must look small.
    pub(crate) fn at_least(self, ratio: f64) -> Self {
        let missing = (ratio / (self.high / self.low)).max(1.0).sqrt();
        Self {
            low: self.low / missing,
            high: self.high * missing,
        }
    }

    /// Widened at both ends by a fraction of its length on the axis.
    pub(crate) fn padded(self, fraction: f64) -> Self {
        self.padded_each(fraction, fraction)
    }

    pub(crate) fn padded_each(self, below: f64, above: f64) -> Self {
        let ratio = self.high / self.low;
        // The padding is part of the result, so it is a fraction of a longer range.
        let rest = (1.0 - below - above).max(0.2);
        Self {
            low: self.low / ratio.powf(below / rest),
            high: self.high * ratio.powf(above / rest),
        }
    }

    /// Powers of ten in the range, and their double and fivefold where there is room.
    pub(crate) fn ticks(self) -> Vec<f64> {
        let steps: &[f64] = if self.high / self.low > 300.0 {
            &[1.0]
        } else {
            &[1.0, 2.0, 5.0]
        };
        let mut decade = 10_f64.powf(self.low.log10().floor());
        let mut ticks = Vec::new();
        while decade <= self.high {
            ticks.extend(
                steps
                    .iter()
                    .map(|step| step * decade)
                    .filter(|tick| (self.low..=self.high).contains(tick)),
            );
            decade *= 10.0;
        }
        ticks
    }

    /// Ticks at equal distances where the range is too short for those of [`Self::ticks`].
    pub(crate) fn fine_ticks(self) -> Vec<f64> {
        if self.high / self.low > 5.0 {
            return self.ticks();
        }
        let rough = (self.high - self.low) / 5.0;
        let decade = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
        let step = steps
            .into_iter()
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        let first = (self.low / step).ceil();
        (0..8)
            .map(|index| (first + f64::from(index)) * step)
            .take_while(|tick| *tick <= self.high)
            .collect()
    }

    /// The axis with its own ticks.
    pub(crate) fn axis(self) -> LogAxis {
        self.axis_with(self.ticks())
    }

    /// The axis with other ticks.
    pub(crate) fn axis_with(self, ticks: Vec<f64>) -> LogAxis {
        (self.low..self.high).log_scale().with_key_points(ticks)
    }
}

/// A tick on an axis of plain numbers: `0.1`, `100`, `5k`, `1M`.
pub(crate) fn plain_tick(value: f64) -> String {
    match value {
        v if v >= 0.999e6 => format!("{}M", number(v / 1e6)),
        v if v >= 0.999e3 => format!("{}k", number(v / 1e3)),
        v => number(v),
    }
}

/// A tick on an axis of times: `50 ns`, `2 us`.
pub(crate) fn time_tick(nanoseconds: f64) -> String {
    match nanoseconds {
        v if v >= 0.999e9 => format!("{} s", number(v / 1e9)),
        v if v >= 0.999e6 => format!("{} ms", number(v / 1e6)),
        v if v >= 0.999e3 => format!("{} us", number(v / 1e3)),
        v => format!("{} ns", number(v)),
    }
}

/// A tick's number without the noise of repeated multiplication, and without trailing zeros.
fn number(value: f64) -> String {
    if value >= 1.0 {
        format!("{}", value.round())
    } else {
        format!("{}", (value * 1e6).round() / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, plain_tick, time_tick};

    #[test]
    fn ticks_are_few_and_round() {
        let labels = |low, high, text: fn(f64) -> String| {
            Span { low, high }
                .ticks()
                .into_iter()
                .map(text)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(70.0, 1.4e6, plain_tick),
            ["100", "1k", "10k", "100k", "1M"]
        );
        assert_eq!(labels(150.0, 4e3, plain_tick), ["200", "500", "1k", "2k"]);
        assert_eq!(
            labels(0.03, 0.6, time_tick),
            ["0.05 ns", "0.1 ns", "0.2 ns", "0.5 ns"]
        );
        assert_eq!(
            labels(40.0, 3e6, time_tick),
            ["100 ns", "1 us", "10 us", "100 us", "1 ms"]
        );
    }

    #[test]
    fn a_span_is_wide_enough_to_have_ticks() {
        let one = Span::of([300.0].into_iter())
            .expect("there is a value")
            .at_least(4.0);
        assert!(one.low < 151.0 && one.high > 599.0);
        assert_eq!(one.ticks().len(), 2);
        assert_eq!(
            Span {
                low: 1.0,
                high: 100.0
            }
            .at_least(4.0),
            Span {
                low: 1.0,
                high: 100.0
            }
        );
        assert_eq!(Span::of(std::iter::empty()), None);
    }

    #[test]
    fn padding_is_a_fraction_of_the_result() {
        let padded = Span {
            low: 1.0,
            high: 100.0,
        }
        .padded_each(0.0, 0.5);
        assert!((padded.high - 1e4).abs() < 1e-6);
    }
}
