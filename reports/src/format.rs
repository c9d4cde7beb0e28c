//! Figures as text, with three significant digits at most where they are measured.

use crate::table::{Cell, Figure, Power};

/// What stands for a figure that is not there.
pub const MISSING: &str = "–";
/// What stands for the figure of a run whose answer was wrong.
pub const WRONG: &str = "wrong answer";
/// What stands for the figure of a run that raised or ended its process.
pub const FAILED: &str = "FAIL";

/// Nanoseconds; the unit is left out below a microsecond: `217`, `1.31 us`, `28.4 ms`.
pub fn ns(nanoseconds: f64) -> String {
    with_unit(nanoseconds, "")
}

/// Nanoseconds, always with a unit: `217 ns`, `1.31 us`.
pub fn time(nanoseconds: f64) -> String {
    with_unit(nanoseconds, " ns")
}

fn with_unit(nanoseconds: f64, smallest: &'static str) -> String {
    if !nanoseconds.is_finite() {
        return MISSING.to_owned();
    }
    let (divisor, unit) = scale(nanoseconds, smallest);
    format!("{}{unit}", significant(nanoseconds / divisor))
}

/// What to divide by, and the unit of the result.
fn scale(nanoseconds: f64, smallest: &'static str) -> (f64, &'static str) {
    // From 999.5 on, three digits would round to 1000 of the smaller unit.
    match nanoseconds {
        v if v < 999.5 => (1.0, smallest),
        v if v < 999.5e3 => (1e3, " us"),
        v if v < 999.5e6 => (1e6, " ms"),
        _ => (1e9, " s"),
    }
}

/// A ratio: `0.16×`, `1.31×`, `12.3×`, `1,480×`.
pub fn times(ratio: f64) -> String {
    if ratio.is_finite() {
        format!("{}×", significant(ratio))
    } else {
        MISSING.to_owned()
    }
}

/// A whole number with a comma between thousands: `1,000,000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Instructions, to a tenth: `24.0`, `2,343.0`.
pub fn instructions(number: f64) -> String {
    if !number.is_finite() {
        return MISSING.to_owned();
    }
    // Beyond u64 the cast saturates, which no count reaches.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let tenths = (number.abs() * 10.0).round() as u64;
    let sign = if number < 0.0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{}", count(tenths / 10), tenths % 10)
}

/// Bytes in GiB: `24.0 GiB`.
pub fn memory(bytes: u64) -> String {
    // A record's memory is far below 2^52 bytes, where an f64 is exact.
    #[expect(clippy::cast_precision_loss)]
    let gib = bytes as f64 / f64::from(1 << 30);
    format!("{gib:.1} GiB")
}

/// Both ends of an interval of nanoseconds, in one unit: `215–219`, `1.31–1.38 us`.
pub fn interval((low, high): (f64, f64)) -> String {
    let (divisor, unit) = scale(high, "");
    if !(low.is_finite() && high.is_finite()) {
        return MISSING.to_owned();
    }
    format!(
        "{}–{}{unit}",
        significant(low / divisor),
        significant(high / divisor)
    )
}

/// A ratio with its interval: `1.31× [1.29, 1.33]`.
pub fn ratio(figure: &Figure) -> String {
    match figure.interval() {
        None => times(figure.median),
        Some((low, high)) => format!(
            "{} [{}, {}]",
            times(figure.median),
            significant(low),
            significant(high)
        ),
    }
}

/// A change in percent, with a sign: `+1.3%`, `-0.2%`.
pub fn change(ratio: f64) -> String {
    let percent = (ratio - 1.0) * 100.0;
    if percent.is_finite() {
        format!("{percent:+.1}%")
    } else {
        MISSING.to_owned()
    }
}

/// An exponent with its 95 % interval: `0.02 ±0.01`.
pub fn exponent(law: &Power) -> String {
    // Adding 0 makes a negative zero positive.
    let rounded = (law.exponent * 100.0).round() / 100.0 + 0.0;
    match law.reach {
        None => format!("{rounded:.2}"),
        Some(reach) if reach < 9.995 => format!("{rounded:.2} ±{reach:.2}"),
        Some(reach) => format!("{rounded:.2} ±{}", significant(reach)),
    }
}

/// A count that is whole most of the time: `12`, `0.5`, `1,024`.
pub fn plain(number: f64) -> String {
    let rounded = (number * 100.0).round() / 100.0 + 0.0;
    if rounded.abs() >= 1_000.0 {
        thousands(rounded)
    } else {
        format!("{rounded}")
    }
}

/// What one cell needs, or what stands for it.
pub fn cell(cell: Option<&Cell>) -> String {
    match cell {
        None | Some(Cell::LeftOut { .. }) => MISSING.to_owned(),
        Some(Cell::Wrong { .. }) => WRONG.to_owned(),
        Some(Cell::Failed { .. }) => FAILED.to_owned(),
        Some(Cell::Cost(cost)) => ns(cost.ns_per_op.median),
    }
}

/// An optional ratio, as [`times`] shows it.
pub fn optional_times(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| MISSING.to_owned(), times)
}

/// Three significant digits from 1 on, two below; no fraction from 100 on.
fn significant(value: f64) -> String {
    match value.abs() {
        // The bounds are where rounding reaches the next digit.
        v if v >= 999.5 => thousands(value),
        v if v >= 99.95 => format!("{value:.0}"),
        v if v >= 9.995 => format!("{value:.1}"),
        v if v >= 0.0995 || v == 0.0 => format!("{value:.2}"),
        v if v >= 0.00995 => format!("{value:.3}"),
        v if v >= 0.000_995 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

fn thousands(value: f64) -> String {
    // Beyond u64 the cast saturates, which no duration or ratio reaches.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = value.abs().round() as u64;
    format!("{}{}", if value < 0.0 { "-" } else { "" }, count(whole))
}

#[cfg(test)]
mod tests {
    use super::{change, count, exponent, instructions, interval, memory, ns, plain, time, times};
    use crate::table::Power;

    #[test]
    fn durations_have_three_digits_and_the_fitting_unit() {
        let cases = [
            (0.5, "0.50"),
            (9.876, "9.88"),
            (9.996, "10.0"),
            (62.13, "62.1"),
            (99.96, "100"),
            (217.4, "217"),
            (999.4, "999"),
            (999.6, "1.00 us"),
            (1_314.0, "1.31 us"),
            (281_000.0, "281 us"),
            (999_600.0, "1.00 ms"),
            (28_440_000.0, "28.4 ms"),
            (1.5e9, "1.50 s"),
            (7.2e12, "7,200 s"),
        ];
        for (value, text) in cases {
            assert_eq!(ns(value), text, "{value}");
        }
        assert_eq!(time(217.4), "217 ns");
        assert_eq!(time(1_314.0), "1.31 us");
    }

    #[test]
    fn what_is_no_number_is_shown_as_missing() {
        assert_eq!(ns(f64::NAN), "–");
        assert_eq!(times(f64::INFINITY), "–");
        assert_eq!(change(f64::NAN), "–");
    }

    #[test]
    fn ratios() {
        assert_eq!(times(0.0042), "0.0042×");
        assert_eq!(times(0.0868), "0.087×");
        assert_eq!(times(0.163), "0.16×");
        assert_eq!(times(1.305), "1.30×");
        assert_eq!(times(12.34), "12.3×");
        assert_eq!(times(1_480.4), "1,480×");
    }

    #[test]
    fn changes_counts_and_memory() {
        assert_eq!(change(1.0041), "+0.4%");
        assert_eq!(change(0.9), "-10.0%");
        assert_eq!(plain(12.0), "12");
        assert_eq!(plain(-0.001), "0");
        assert_eq!(plain(0.333), "0.33");
        assert_eq!(plain(1_024.4), "1,024");
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(2_000), "2,000");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(memory(24 << 30), "24.0 GiB");
    }

    #[test]
    fn instructions_have_one_digit_after_the_point() {
        assert_eq!(instructions(24.04), "24.0");
        assert_eq!(instructions(2_342.96), "2,343.0");
        assert_eq!(instructions(1_234_567.25), "1,234,567.3");
        assert_eq!(instructions(-3.25), "-3.3");
        assert_eq!(instructions(-0.01), "0.0");
        assert_eq!(instructions(f64::NAN), "–");
    }

    #[test]
    fn intervals_have_one_unit() {
        assert_eq!(interval((215.2, 219.4)), "215–219");
        assert_eq!(interval((980.0, 1_040.0)), "0.98–1.04 us");
        assert_eq!(interval((f64::NAN, 1.0)), "–");
        let law = |slope, reach| Power {
            factor: 1.0,
            exponent: slope,
            reach,
        };
        assert_eq!(exponent(&law(-0.001, Some(0.02))), "0.00 ±0.02");
        assert_eq!(exponent(&law(0.987, None)), "0.99");
    }
}
