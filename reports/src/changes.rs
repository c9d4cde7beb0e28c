//! What changed between two revisions: in one record that has both, or between two records.

use std::collections::BTreeMap;

use crate::folder::Beside;
use crate::gate::Kind;
use crate::stats::verdict::{self, MIN_MARGIN, Verdict};
use crate::table::{Comparison, Cost, Counts, Group};
use crate::{Engine, Folder};

/// One row before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The workload with its parameters.
    pub label: String,
    /// The size.
    pub size: u64,
    /// Nanoseconds per operation.
    pub before: f64,
    /// The same after the change.
    pub after: f64,
    /// The cost after over that before.
    pub ratio: f64,
    /// The ratio's interval.
    pub interval: Option<(f64, f64)>,
    /// What may be said of the times.
    pub verdict: Verdict,
    /// Counts per operation before and after.
    pub counts: [Counts; 2],
}

/// All rows that two revisions have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// What is before and what after, by name.
    pub names: [String; 2],
    /// Whether both ran side by side, so that a disturbance of the machine met both.
    pub paired: bool,
    /// What was counted before the change at another commit than what was timed, in words.
    pub counted_elsewhere: Option<String>,
    /// The rows.
    pub rows: Vec<Change>,
}

impl Change {
    /// Whether anything is worth a look: the times as far as they can be told, or a count.
    pub fn is_change(&self) -> bool {
        self.is_dearer() || matches!(self.verdict, Verdict::Faster) || self.is_cheaper_by_count()
    }

    /// Whether it takes longer, or more by count.
    pub fn is_dearer(&self) -> bool {
        matches!(self.verdict, Verdict::Slower)
            || self.counted().any(|(before, after)| after > before)
    }

    fn is_cheaper_by_count(&self) -> bool {
        self.counted().any(|(before, after)| after < before)
    }

    /// The pairs of counts that differ.
    fn counted(&self) -> impl Iterator<Item = (f64, f64)> {
        let [before, after] = self.counts;
        let instructions = before.instructions.zip(after.instructions);
        let instructions = instructions.filter(|pair| differs(Kind::Instructions, *pair));
        let allocations = before.allocations.zip(after.allocations);
        let allocations = allocations.filter(|pair| differs(Kind::Allocations, *pair));
        instructions.into_iter().chain(allocations)
    }

    /// How far it is from no change, for sorting.
    pub(crate) fn distance(&self) -> f64 {
        let counts = self.counted().map(|(before, after)| {
            // From nothing to something is as far as can be.
            if before > 0.0 && after > 0.0 {
                (after / before).ln().abs()
            } else {
                f64::MAX
            }
        });
        counts.fold(self.ratio.ln().abs(), f64::max)
    }
}

impl Changes {
    /// The changes that a comparison holds, where it is one of revisions.
    pub fn within(folder: &Folder, comparison: &Comparison) -> Option<Self> {
        let revisions = &folder.report.provenance.revisions;
        let mut pairs = comparison.references.iter();
        let (after, before) = pairs.find(|(one, other)| {
            let both = [one, other].map(|engine| revisions.contains_key(engine.name()));
            both == [true, true] && !one.name().starts_with(&format!("{other}-"))
        })?;
        let mut rows = Vec::new();
        for group in &comparison.groups {
            let counts = [before, after].map(|engine| counts(group, engine));
            for row in &group.rows {
                if let (Some(old), Some(new)) = (row.cost(before), row.cost(after))
                    && let Some(judged) = &new.verdict
                {
                    rows.push(Change {
                        label: group.label(),
                        size: row.size,
                        before: old.ns_per_op.median,
                        after: new.ns_per_op.median,
                        ratio: judged.ratio.median,
                        interval: Some((judged.judgement.low, judged.judgement.high)),
                        verdict: judged.judgement.verdict,
                        counts,
                    });
                }
            }
        }
        Some(Self {
            names: [before, after].map(|engine| name_of(revisions, engine)),
            paired: true,
            counted_elsewhere: None,
            rows,
        })
    }

    /// The changes of the virtual machine from one record to another. They are judged as all verdicts are: all rows
    /// are one table, with a correction for their number, by the smallest margin: how far processes of one program differ is
    /// in the intervals of both records, and a twin's margin on top would call the same what is not.
    pub fn between(base: (&Folder, &Comparison), new: (&Folder, &Comparison)) -> Self {
        let (mut rows, mut estimates) = (Vec::new(), Vec::new());
        for group in &new.1.groups {
            let Some(old) = base
                .1
                .groups
                .iter()
                .find(|old| old.workload == group.workload && old.params == group.params)
            else {
                continue;
            };
            let counts = [old, group].map(|group| counts(group, &Engine::VM));
            for row in &group.rows {
                let Some((before, after)) = cost(old, row.size).zip(row.cost(&Engine::VM)) else {
                    continue;
                };
                let [before, after] = [before, after].map(|cost| cost.ns_per_op);
                let known = before.estimate.zip(after.estimate);
                estimates.push(known.map(|(before, after)| (after.over(&before), MIN_MARGIN)));
                rows.push(Change {
                    label: group.label(),
                    size: row.size,
                    before: before.median,
                    after: after.median,
                    ratio: after.median / before.median,
                    interval: None,
                    verdict: Verdict::CannotTell,
                    counts,
                });
            }
        }
        let known: Vec<_> = estimates.iter().copied().flatten().collect();
        let judged = rows.iter_mut().zip(&estimates);
        let judged = judged.filter_map(|(row, estimate)| estimate.is_some().then_some(row));
        for (row, judgement) in judged.zip(verdict::judge(&known)) {
            row.interval = Some((judgement.low, judgement.high));
            row.verdict = judgement.verdict;
        }
        let name = |folder: &Folder| {
            let revision = folder.report.versions.git_revision.clone();
            revision.unwrap_or_else(|| folder.report.created.clone())
        };
        Self {
            names: [name(base.0), name(new.0)],
            paired: false,
            counted_elsewhere: base
                .0
                .other_commits(&[Beside::Instructions, Beside::Allocations]),
            rows,
        }
    }

    /// How many rows have a verdict.
    pub fn count(&self, verdict: impl Fn(&Verdict) -> bool) -> usize {
        self.rows.iter().filter(|row| verdict(&row.verdict)).count()
    }
}

/// The commit of a revision, or its name where that is not known.
fn name_of(revisions: &BTreeMap<String, String>, engine: &Engine) -> String {
    let commit = revisions.get(engine.name());
    let commit = commit.filter(|text| text.chars().all(|c| c.is_ascii_hexdigit()));
    commit.map_or_else(
        || engine.to_string(),
        |commit| commit.chars().take(12).collect(),
    )
}

fn counts(group: &Group, engine: &Engine) -> Counts {
    group.counts.get(engine).copied().unwrap_or_default()
}

fn cost(group: &Group, size: u64) -> Option<&Cost> {
    let row = group.rows.iter().find(|row| row.size == size)?;
    row.cost(&Engine::VM)
}

/// Whether a count differs by more than the gate tolerates.
fn differs(kind: Kind, (before, after): (f64, f64)) -> bool {
    (after - before).abs() > kind.tolerance(before)
}
