//! Ratios of times on the page.

use std::fmt::Write as _;

use super::{change, missing, word};
use crate::gate::{JudgedRatio, JudgedTimes};
use crate::stats::bootstrap::Estimate;
use crate::stats::noise::Grade;
use crate::text::{TextTable, escape};

/// What came of the times, with those that changed.
pub(super) fn told(times: &JudgedTimes) -> String {
    let compared = times.rows.iter().filter(|row| row.tolerance.is_some());
    let changed = times.rows.iter().filter(|row| row.is_changed());
    let mut text = match &times.not_judged {
        Some(reason) if times.rows.is_empty() => format!("Not looked at: {}.\n", escape(reason)),
        Some(reason) => format!(
            "Shown and not judged: {}. {} ratios were measured.\n",
            escape(reason),
            times.rows.len()
        ),
        None => {
            let [now, before] = times.grades.map(grade);
            let (compared, changed) = (compared.count(), changed.clone().count());
            format!(
                "{changed} of {compared} ratios changed by more than is tolerated. Noise: grade {now} now, {before} \
                 when accepted.\n"
            )
        }
    };
    if let Some(table) = table(changed) {
        let _ = write!(text, "\n{table}");
    }
    text
}

fn grade(grade: Option<Grade>) -> String {
    grade.map_or_else(missing, |grade| grade.to_string())
}

/// A row for each ratio.
pub(super) fn table<'a>(rows: impl Iterator<Item = &'a JudgedRatio>) -> Option<String> {
    let mut table = TextTable::new(&[
        ("what", false),
        ("figure", false),
        ("before", true),
        ("now", true),
        ("change", true),
        ("tolerated", true),
        ("verdict", false),
    ]);
    let mut empty = true;
    for row in rows {
        empty = false;
        let JudgedRatio { ratio, before, .. } = row;
        let kind = ratio.kind;
        let known = |estimate: &Estimate| {
            let [median, low, high] = [estimate.median, estimate.low, estimate.high];
            let [median, low, high] = [median, low, high].map(|value| kind.shown(value));
            format!("{median} ({low} to {high})")
        };
        let tolerance = row.tolerance;
        table.row(vec![
            escape(&ratio.label),
            kind.unit().to_owned(),
            before.as_ref().map_or_else(missing, known),
            known(&ratio.estimate),
            before.map_or_else(missing, |before| {
                change(kind, before.median, ratio.estimate.median)
            }),
            tolerance.map_or_else(missing, |tolerance| format!("+{}", kind.shown(tolerance))),
            word(row.verdict).to_owned(),
        ]);
    }
    (!empty).then(|| table.render())
}
