//! Comparing what a run found with what is committed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::record::allowance;
use super::workloads::{Difference, differences};
use super::{Accepted, Entry, Found, JudgedTimes, Record, Row};
use crate::Mode;

/// What the figures are compared with.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Where it comes from.
    pub origin: Origin,
    /// Its figures.
    pub record: Record,
    /// What had been accepted when it was made.
    pub accepted: Accepted,
}

/// Where a baseline comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The committed record of the same key.
    Committed,
    /// An ancestor, which was built and counted for this.
    Built,
}

/// All that a judgement depends on.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the run found.
    pub found: &'a Found,
    /// What it is compared with.
    pub baseline: Option<&'a Baseline>,
    /// The record of the last release, if there is one of the same surroundings.
    pub release: Option<&'a Record>,
    /// What is accepted as of now.
    pub accepted: &'a Accepted,
}

/// What came of a comparison. Each has an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is worse than it may be.
    Ok,
    /// Something has nothing that it could be compared with.
    NoBaseline,
    /// Something is worse.
    Regressed,
    /// The figures say nothing: something was not measured, or what was measured has changed.
    Error,
}

impl Verdict {
    /// The exit code of a command that ends so.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Regressed => 1,
            Self::Error => 2,
            Self::NoBaseline => 3,
        }
    }

    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NoBaseline => "no baseline",
            Self::Regressed => "regressed",
            Self::Error => "error",
        }
    }
}

/// How one figure compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowVerdict {
    /// Within what is tolerated.
    Same,
    /// Lower by more than is tolerated of a rise.
    Better,
    /// Higher by more than is tolerated.
    Regressed,
    /// Accepted, and not in the baseline, which was built.
    New,
    /// There is nothing to compare it with.
    NoBaseline,
    /// It is shown and not judged.
    Beside,
}

/// A figure with what it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The figure.
    #[serde(flatten)]
    pub row: Row,
    /// What it was.
    pub before: Option<f64>,
    /// By how much it may be above that.
    pub tolerance: Option<f64>,
    /// By how much more it may be, since that was accepted.
    pub accepted: f64,
    /// How it compares.
    pub verdict: RowVerdict,
}

/// The comparison with the last release.
#[derive(Clone, Debug, Serialize)]
pub struct Drift {
    /// When the release was counted.
    pub created: String,
    /// Its revision.
    pub revision: Option<String>,
    /// In which parts of the key the release differs.
    pub differences: Vec<&'static str>,
    /// The figures that both have.
    pub rows: Vec<Judged>,
}

/// What a baseline is, without its figures.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// Where it comes from.
    pub origin: Origin,
    /// When it was counted.
    pub created: String,
    /// Its revision.
    pub revision: Option<String>,
    /// In which parts of the key it differs.
    pub differences: Vec<&'static str>,
}

/// The whole comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    /// What came of it.
    pub verdict: Verdict,
    /// When the run began.
    pub created: String,
    /// The revision of the sources.
    pub revision: Option<String>,
    /// The key, shortened.
    pub key: String,
    /// Quick or full.
    pub mode: Mode,
    /// The workloads that were chosen; all, where there are none.
    pub only: Vec<String>,
    /// The suites that were left out.
    pub without: Vec<String>,
    /// What the figures were compared with.
    pub baseline: Option<Head>,
    /// Why the figures say nothing.
    pub errors: Vec<String>,
    /// Hard limits that are broken or were lifted.
    pub broken: Vec<String>,
    /// What has nothing to be compared with.
    pub unjudged: Vec<String>,
    /// The figures.
    pub rows: Vec<Judged>,
    /// Ratios of times.
    pub times: JudgedTimes,
    /// The comparison with the last release.
    pub drift: Option<Drift>,
    /// What was accepted since the last release.
    pub accepted: Vec<Entry>,
}

/// Compares.
pub fn judge(question: Question<'_>) -> Judgement {
    let Question {
        found,
        baseline,
        release,
        accepted,
    } = question;
    let record = &found.record;
    let mut judgement = Judgement {
        verdict: Verdict::Ok,
        created: record.created.clone(),
        revision: record.revision.clone(),
        key: record.key.short(),
        mode: record.mode,
        only: found.only.clone(),
        without: found.without.clone(),
        baseline: baseline.map(|baseline| Head::of(baseline, record)),
        errors: found.errors.clone(),
        broken: found.broken.clone(),
        unjudged: Vec::new(),
        rows: question.rows(),
        times: JudgedTimes::of(found, baseline.map(|baseline| &baseline.record)),
        drift: release.map(|release| drift(found, release, accepted)),
        accepted: accepted.told().to_vec(),
    };
    judgement.compare_workloads(question.accepted_workloads(), &record.workloads);
    match baseline {
        None => judgement.unjudged.push(
            "there is no record for this key, and no ancestor that could be compared with"
                .to_owned(),
        ),
        Some(baseline) => {
            judgement.broken.extend(lifted(found, &baseline.record));
            judgement.errors.extend(question.missing(baseline));
            if baseline.origin == Origin::Committed {
                judgement
                    .errors
                    .extend(emptied(found, &baseline.record, accepted));
            }
            let new = judgement.rows.iter();
            let new = new.filter(|row| row.verdict == RowVerdict::NoBaseline);
            let new: Vec<_> = new.map(|row| row.row.told()).collect();
            judgement.unjudged.extend(new);
        }
    }
    judgement.verdict = judgement.sum();
    judgement
}

impl Head {
    fn of(baseline: &Baseline, found: &Record) -> Self {
        Self {
            origin: baseline.origin,
            created: baseline.record.created.clone(),
            revision: baseline.record.revision.clone(),
            differences: found.key.differences(&baseline.record.key),
        }
    }
}

impl Judgement {
    /// A change of a workload makes its figures others, whatever they are.
    fn compare_workloads(
        &mut self,
        accepted: Option<&BTreeMap<String, String>>,
        now: &BTreeMap<String, String>,
    ) {
        for difference in differences(accepted.unwrap_or(now), now) {
            let told = format!("{}; `--accept` accepts it", difference.told());
            match difference {
                Difference::Added(_) => self.unjudged.push(told),
                _ => self.errors.push(told),
            }
        }
    }

    /// Those of all figures, exact and not, since the baseline.
    pub(super) fn verdicts(&self) -> impl Iterator<Item = RowVerdict> {
        let times = self.times.rows.iter().map(|row| row.verdict);
        self.rows.iter().map(|row| row.verdict).chain(times)
    }

    fn sum(&self) -> Verdict {
        let drift = self.drift.iter().flat_map(|drift| &drift.rows);
        let drift = drift.map(|row| row.verdict);
        let regressed = self
            .verdicts()
            .chain(drift)
            .any(|row| row == RowVerdict::Regressed);
        if !self.errors.is_empty() {
            Verdict::Error
        } else if regressed || !self.broken.is_empty() {
            Verdict::Regressed
        } else if !self.unjudged.is_empty() {
            Verdict::NoBaseline
        } else {
            Verdict::Ok
        }
    }
}

impl Question<'_> {
    /// The workloads as they were accepted; as they were in the baseline, where nothing ever was.
    fn accepted_workloads(&self) -> Option<&BTreeMap<String, String>> {
        let accepted = Some(&self.accepted.workloads);
        let baseline = self.baseline.map(|baseline| &baseline.record.workloads);
        let known = |workloads: &&BTreeMap<_, _>| !workloads.is_empty();
        accepted.filter(known).or(baseline.filter(known))
    }

    fn rows(&self) -> Vec<Judged> {
        let rows = self.found.record.rows.iter();
        rows.map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &Row) -> Judged {
        let comparable = self.baseline.filter(|baseline| {
            let now = &self.found.record;
            same_text(&baseline.record, now, &row.workload)
        });
        let before = comparable.and_then(|baseline| baseline.record.row(row));
        let allowed = self.baseline.map_or(0.0, |baseline| {
            allowance(self.accepted.since(&baseline.accepted), row)
        });
        if let Some(before) = before {
            return Judged::compared(row, before.value, allowed);
        }
        let built = self.baseline.is_some_and(|b| b.origin == Origin::Built);
        let hash = |workloads: &BTreeMap<String, String>| workloads.get(&row.workload).cloned();
        let is_accepted = hash(&self.accepted.workloads) == hash(&self.found.record.workloads);
        let verdict = match row.is_judged() {
            false => RowVerdict::Beside,
            true if built && is_accepted => RowVerdict::New,
            true => RowVerdict::NoBaseline,
        };
        Judged {
            row: row.clone(),
            before: None,
            tolerance: None,
            accepted: 0.0,
            verdict,
        }
    }

    /// Figures and ceilings that the baseline has and the run should have.
    fn missing(&self, baseline: &Baseline) -> Vec<String> {
        let found = &self.found.record;
        let rows = baseline.record.rows.iter();
        let expected = rows.filter(|row| {
            row.is_judged()
                && self.found.has_to_have(row)
                && same_text(&baseline.record, found, &row.workload)
        });
        let missing = expected.filter(|row| found.row(row).is_none());
        missing
            .map(|row| format!("{} was not measured any more", row.told()))
            .collect()
    }
}

/// Whether a workload has the same text in both, as far as that is known.
pub(super) fn same_text(one: &Record, other: &Record, workload: &str) -> bool {
    let [one, other] = [one, other].map(|record| record.workloads.get(workload));
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Ceilings that are higher than they were, or gone.
pub(super) fn lifted(found: &Found, baseline: &Record) -> Vec<String> {
    let now = &found.record.ceilings;
    let lifted = baseline.ceilings.iter().filter_map(|(name, &before)| {
        let message = match now.get(name) {
            Some(&now) if now <= before => return None,
            Some(now) => format!("was lifted from {before} to {now}"),
            None if found.is_whole() => "was removed".to_owned(),
            None => return None,
        };
        Some(format!(
            "the ceiling of {name} {message}; a ceiling may only be lowered"
        ))
    });
    lifted.collect()
}

/// Ceilings that are higher than a record of any other surroundings has them. Those of one interpreter alone may be
/// missing here.
pub fn lifted_since(found: &Found, kept: &[Record]) -> Vec<String> {
    let of_record = |record: &Record| {
        let now = &found.record.ceilings;
        let ceilings = record
            .ceilings
            .iter()
            .filter(|(name, _)| now.contains_key(*name));
        let common = Record {
            ceilings: ceilings
                .map(|(name, &ceiling)| (name.clone(), ceiling))
                .collect(),
            ..record.clone()
        };
        lifted(found, &common)
    };
    let lifted: BTreeSet<_> = kept.iter().flat_map(of_record).collect();
    lifted.into_iter().collect()
}

/// What a committed record has lost, so that nothing would be compared with it.
pub(super) fn emptied(found: &Found, committed: &Record, accepted: &Accepted) -> Vec<String> {
    let now = &found.record;
    let lost = [
        (
            "the ceilings of the committed record",
            committed.ceilings.is_empty() && !now.ceilings.is_empty(),
        ),
        (
            "the workloads of the committed record",
            committed.workloads.is_empty() && !now.workloads.is_empty(),
        ),
        (
            "the workloads of accepted.json",
            accepted.workloads.is_empty() && !now.workloads.is_empty(),
        ),
    ];
    let lost = lost.into_iter().filter(|(_, is_lost)| *is_lost);
    lost.map(|(what, _)| format!("{what} are gone; restore them from an earlier commit"))
        .collect()
}

pub(super) fn drift(found: &Found, release: &Record, accepted: &Accepted) -> Drift {
    let now = &found.record;
    let rows = now.rows.iter().filter_map(|row| {
        let comparable = row.is_judged() && same_text(release, now, &row.workload);
        let before = release.row(row).filter(|_| comparable)?;
        let allowed = allowance(accepted.since_release(), row);
        Some(Judged::compared(row, before.value, allowed))
    });
    Drift {
        created: release.created.clone(),
        revision: release.revision.clone(),
        differences: now.key.differences(&release.key),
        rows: rows.collect(),
    }
}

impl Judged {
    /// Compares with a figure that may have been exceeded by `accepted`.
    fn compared(row: &Row, before: f64, accepted: f64) -> Self {
        let tolerance = row.kind.tolerance(before);
        let rise = row.value - before;
        let verdict = if !row.is_judged() {
            RowVerdict::Beside
        } else if !rise.is_finite() || rise > tolerance + accepted.max(0.0) {
            RowVerdict::Regressed
        } else if rise < -tolerance {
            RowVerdict::Better
        } else {
            RowVerdict::Same
        };
        Self {
            row: row.clone(),
            before: Some(before),
            tolerance: Some(tolerance),
            accepted,
            verdict,
        }
    }

    /// Whether the figure differs from the one before by more than is tolerated.
    pub fn changed(&self) -> bool {
        let before = self.before.zip(self.tolerance);
        before.is_some_and(|(before, tolerance)| (self.row.value - before).abs() > tolerance)
    }
}

impl Row {
    /// What it is of, in words.
    pub(super) fn told(&self) -> String {
        let Self {
            label,
            engine,
            kind,
            ..
        } = self;
        format!("{label} on {engine}, {}", kind.unit())
    }
}
