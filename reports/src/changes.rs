//! What changed between two revisions: in one record that has both, or between two records.

use std::collections::BTreeMap;

use crate::stats::verdict::Verdict;
use crate::table::{Comparison, Cost, Counts, Figure, Group, Row};
use crate::{Engine, Folder};

/// A part of a count, and a number, that two counts may differ by: what is larger of the two decides.
const SAME_INSTRUCTIONS: (f64, f64) = (0.003, 3.0);

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
        let (part, number) = SAME_INSTRUCTIONS;
        let instructions = instructions
            .filter(|(before, after)| (after - before).abs() > (before * part).max(number));
        let allocations = before.allocations.zip(after.allocations);
        let allocations = allocations.filter(|(before, after)| (after - before).abs() > 1e-6);
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
            rows,
        })
    }

    /// The changes of the virtual machine from one record to another.
    pub fn between(base: (&Folder, &Comparison), new: (&Folder, &Comparison)) -> Self {
        let mut rows = Vec::new();
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
            let margin = old.margin.max(group.margin);
            for row in &group.rows {
                if let (Some(before), Some(after)) = (cost(old, row.size), row.cost(&Engine::VM)) {
                    rows.push(unpaired(group, row, (before, after), margin, counts));
                }
            }
        }
        let name = |folder: &Folder| {
            let revision = folder.report.versions.git_revision.clone();
            revision.unwrap_or_else(|| folder.report.created.clone())
        };
        Self {
            names: [name(base.0), name(new.0)],
            paired: false,
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

/// A row of two runs. How far the interval of the ratio reaches to either side follows from how far the two do, by
/// the rule for independent errors.
fn unpaired(
    group: &Group,
    row: &Row,
    (before, after): (&Cost, &Cost),
    margin: f64,
    counts: [Counts; 2],
) -> Change {
    let ratio = after.ns_per_op.median / before.ns_per_op.median;
    let reach = |figure: &Figure| figure.interval().map(|(low, high)| (high / low).ln() / 2.0);
    let reaches = reach(&before.ns_per_op).zip(reach(&after.ns_per_op));
    let interval = reaches.map(|(old, new)| {
        let reach = old.hypot(new);
        (ratio * (-reach).exp(), ratio * reach.exp())
    });
    let verdict = match interval {
        Some((_, high)) if high < 1.0 - margin => Verdict::Faster,
        Some((low, _)) if low > 1.0 + margin => Verdict::Slower,
        Some((low, high)) if low > 1.0 - margin && high < 1.0 + margin => Verdict::Same,
        _ => Verdict::CannotTell,
    };
    Change {
        label: group.label(),
        size: row.size,
        before: before.ns_per_op.median,
        after: after.ns_per_op.median,
        ratio,
        interval,
        verdict,
        counts,
    }
}
