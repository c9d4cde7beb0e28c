//! What the controls of a comparison say: the same machine twice, and the wheel beside the embedded machine.

use crate::Engine;
use crate::stats::verdict::{Judgement, MIN_MARGIN};
use crate::table::{Cell, Comparison, Judged};

/// What a wheel's time may differ by from that of the embedded machine: the same sources were compiled and linked
/// twice, and where the linker places the code is worth some percent of a short operation.
pub const WHEEL_MARGIN: f64 = 0.05;

/// Every row in which the virtual machine is called faster or slower than itself, in words: a false alarm, which says
/// that the other verdicts of the record are not to be trusted.
pub fn false_alarms(comparison: &Comparison) -> Vec<String> {
    // Not beyond the margin of the verdict, which the twin itself has set.
    differences(comparison, &Engine::VM_AGAIN, |judged| {
        let Judgement {
            corrected_low: low,
            corrected_high: high,
            ..
        } = judged.judgement;
        let apart = judged.ratio.median.ln().abs() > MIN_MARGIN.ln_1p();
        apart && (low > 1.0 || high < 1.0)
    })
}

/// Every row in which the wheel differs from the embedded machine by more than noise and [`WHEEL_MARGIN`], in words: what
/// users run is then not what was measured.
pub fn wheel_differences(comparison: &Comparison) -> Vec<String> {
    differences(comparison, &Engine::VM_WHEEL, |judged| {
        let judgement = &judged.judgement;
        let bound = 1.0 + WHEEL_MARGIN;
        judgement.corrected_low > bound || judgement.corrected_high < 1.0 / bound
    })
}

fn differences(
    comparison: &Comparison,
    engine: &Engine,
    is_one: impl Fn(&Judged) -> bool,
) -> Vec<String> {
    let rows = comparison.cells().filter(|(_, _, ran, _)| *ran == engine);
    let lines = rows.filter_map(|(group, size, _, cell)| {
        let Cell::Cost(cost) = cell else { return None };
        let judged = cost.verdict.as_ref().filter(|judged| is_one(judged))?;
        Some(format!(
            "{}, n = {size}: {engine} takes {:+.1} % [{:+.1}, {:+.1}] more time than {}",
            group.label(),
            percent(judged.ratio.median),
            percent(judged.judgement.low),
            percent(judged.judgement.high),
            judged.against,
        ))
    });
    lines.collect()
}

fn percent(ratio: f64) -> f64 {
    (ratio - 1.0) * 100.0
}
