//! Comparing ratios of times with those that are committed.

use serde::Serialize;

use super::{NoTimes, Ratio, Times};
use crate::gate::judge::same_text;
use crate::gate::{Found, Record, RowVerdict};
use crate::stats::bootstrap::Estimate;
use crate::stats::noise::Grade;
use crate::stats::verdict::{self, Judgement};

/// What came of looking at times.
#[derive(Clone, Debug, Default, Serialize)]
pub struct JudgedTimes {
    /// Why they were not judged; none where they were.
    pub not_judged: Option<String>,
    /// How noisy the machine was, now and when they were accepted.
    pub grades: [Option<Grade>; 2],
    /// The ratios; none where there is no comparison.
    pub rows: Vec<JudgedRatio>,
}

/// A ratio of times with what it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedRatio {
    /// The ratio.
    #[serde(flatten)]
    pub ratio: Ratio,
    /// What it was.
    pub before: Option<Estimate>,
    /// By how much it may be above that, for the noise of both; none where it is not judged.
    pub tolerance: Option<f64>,
    /// How it compares.
    pub verdict: RowVerdict,
}

impl JudgedTimes {
    /// Compares what a run found with what was accepted on the same processor.
    pub(in crate::gate) fn of(found: &Found, baseline: Option<&Record>) -> Self {
        let times = match &found.times {
            Ok(times) => times,
            Err(reason) => return Self::without(reason),
        };
        let before = baseline.and_then(|baseline| baseline.times.get(&times.cpu));
        let chosen = times.ratios.iter().filter(|ratio| {
            let only = &found.only;
            only.is_empty() || only.contains(&ratio.workload)
        });
        let mut rows: Vec<_> = chosen
            .map(|ratio| {
                let comparable = baseline
                    .is_some_and(|baseline| same_text(baseline, &found.record, &ratio.workload));
                let before = before.filter(|_| comparable);
                JudgedRatio {
                    ratio: ratio.clone(),
                    before: before.and_then(|before| Some(before.ratio(ratio)?.estimate)),
                    tolerance: None,
                    verdict: RowVerdict::Beside,
                }
            })
            .collect();
        let not_judged = not_judged(times, before);
        if not_judged.is_none() {
            judge(&mut rows);
        }
        Self {
            not_judged,
            grades: [times.grade, before.and_then(|before| before.grade)],
            rows,
        }
    }

    fn without(reason: &NoTimes) -> Self {
        Self {
            not_judged: Some(reason.to_string()),
            ..Self::default()
        }
    }
}

impl JudgedRatio {
    /// Whether the ratio differs from the one before by more than is tolerated.
    pub(in crate::gate) fn is_changed(&self) -> bool {
        [RowVerdict::Regressed, RowVerdict::Better].contains(&self.verdict)
    }
}

/// Why times are shown and not judged.
fn not_judged(now: &Times, before: Option<&Times>) -> Option<String> {
    let noisy = |times: &Times| match times.grade {
        Some(grade) => format!("the machine was too noisy: grade {grade}"),
        None => "it is not known how noisy the machine was".to_owned(),
    };
    match before {
        _ if now.is_noisy() => Some(noisy(now)),
        None => Some(format!(
            "there is no baseline for times on this processor, {}",
            now.cpu
        )),
        Some(before) if before.is_noisy() => Some(format!("when accepted, {}", noisy(before))),
        Some(_) => None,
    }
}

/// All rows are one table: the more there are, the more certain each has to be.
fn judge(rows: &mut [JudgedRatio]) {
    let (compared, changes): (Vec<_>, Vec<_>) = rows
        .iter_mut()
        .filter_map(|row| {
            let before = row.before?;
            let change = row.ratio.estimate.over(&before);
            let margin = row.ratio.kind.tolerance(before.median) / before.median;
            Some(((row, before), (change, margin)))
        })
        .unzip();
    let judgements = verdict::judge(&changes);
    for (((row, before), (change, _)), judgement) in
        compared.into_iter().zip(&changes).zip(judgements)
    {
        row.tolerance = Some(before.median * reach(change, &judgement));
        row.verdict = match judgement.verdict {
            verdict::Verdict::Slower => RowVerdict::Regressed,
            verdict::Verdict::Faster => RowVerdict::Better,
            verdict::Verdict::Same | verdict::Verdict::CannotTell => RowVerdict::Same,
        };
    }
}

/// By which part a ratio may rise: the margin, or what its noise may come to, whichever is more.
fn reach(change: &Estimate, judgement: &Judgement) -> f64 {
    let noise = judgement.corrected_high / change.median - 1.0;
    judgement.margin.max(noise)
}
