//! Making what a run found the next baseline.

use super::judge::{emptied, lifted};
use super::workloads::differences;
use std::collections::BTreeMap;

use super::{Accepted, Change, Entry, Found, JudgedTimes, Record, Times};
use crate::{Engine, Mode};

/// What a revision ends with when files differed from it.
const DIRTY: &str = "-dirty";

/// Why a run cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A hard limit is broken.
    #[error("a ceiling cannot be lifted by accepting:\n{}", .0.join("\n"))]
    Ceiling(Vec<String>),
    /// The figures say nothing.
    #[error("the run went wrong:\n{}", .0.join("\n"))]
    Errors(Vec<String>),
    /// Some of the figures would be lost.
    #[error(
        "the record of this key is of a full run; this one has fewer figures: accept one with `--full`"
    )]
    Quick,
    /// Only a part was measured.
    #[error("only a part was measured; accept a run of everything")]
    Partial,
    /// It would not be known what was measured.
    #[error(
        "files differ from the commit ({0}), so that the record would be of no commit; commit them or put them aside with \
         `git stash`, and measure again"
    )]
    Dirty(String),
    /// It would not be known why.
    #[error("a reason is needed")]
    NoReason,
}

/// What is to be committed for a run to be the next baseline: its record, and what was accepted with it added.
/// `old` is the record that it takes the place of, or the nearest to that; its figures are kept in the entry.
///
/// # Errors
/// When a ceiling is broken or lifted, the run is not whole, or there is no reason.
pub fn accept(
    found: &Found,
    old: Option<&Record>,
    accepted: &Accepted,
    reason: &str,
    release: bool,
) -> Result<(Record, Accepted), Refusal> {
    let record = &found.record;
    let mut broken = found.broken.clone();
    broken.extend(old.iter().flat_map(|old| lifted(found, old)));
    if !broken.is_empty() {
        return Err(Refusal::Ceiling(broken));
    }
    let mut errors = found.errors.clone();
    errors.extend(old.iter().flat_map(|old| emptied(found, old, accepted)));
    if !errors.is_empty() {
        return Err(Refusal::Errors(errors));
    }
    if !found.is_whole() {
        return Err(Refusal::Partial);
    }
    if record.mode == Mode::Quick && old.is_some_and(|old| old.mode == Mode::Full) {
        return Err(Refusal::Quick);
    }
    if let Some(revision) = record
        .revision
        .as_ref()
        .filter(|revision| revision.ends_with(DIRTY))
    {
        return Err(Refusal::Dirty(revision.clone()));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    let workloads = differences(&accepted.workloads, &record.workloads);
    let entry = Entry {
        created: record.created.clone(),
        revision: record.revision.clone(),
        key: record.key.short(),
        reason: reason.trim().to_owned(),
        release,
        changes: old.map(|old| changes(found, old)).unwrap_or_default(),
        workloads: if accepted.workloads.is_empty() {
            Vec::new() // all of them, at the very first time
        } else {
            workloads
                .iter()
                .map(super::workloads::Difference::told)
                .collect()
        },
    };
    let mut next = accepted.clone();
    next.workloads.clone_from(&record.workloads);
    next.entries.push(entry);
    let record = Record {
        times: times(found, old),
        ..record.clone()
    };
    Ok((record, next))
}

/// The ratios of times as they are now on this processor, unless it was too noisy; as they were on others.
fn times(found: &Found, old: Option<&Record>) -> BTreeMap<String, Times> {
    let mut times = old.map(|old| old.times.clone()).unwrap_or_default();
    if let Ok(now) = &found.times
        && !now.is_noisy()
    {
        times.insert(now.cpu.clone(), now.clone());
    }
    times
}

/// What changed by more than is tolerated, either way.
fn changes(found: &Found, old: &Record) -> Vec<Change> {
    let judged = found.record.rows.iter().filter(|row| row.is_judged());
    let changes = judged.filter_map(|row| {
        let before = old.row(row)?.value;
        let change = Change {
            kind: row.kind,
            label: row.label.clone(),
            engine: row.engine.clone(),
            before,
            after: row.value,
        };
        (change.rise().abs() > row.kind.tolerance(before)).then_some(change)
    });
    changes.chain(changes_of_times(found, old)).collect()
}

fn changes_of_times(found: &Found, old: &Record) -> impl Iterator<Item = Change> {
    let rows = JudgedTimes::of(found, Some(old)).rows.into_iter();
    rows.filter_map(|row| {
        let changed = row.is_changed();
        let before = row.before.filter(|_| changed)?;
        Some(Change {
            kind: row.ratio.kind,
            label: row.ratio.label,
            engine: Engine::VM,
            before: before.median,
            after: row.ratio.estimate.median,
        })
    })
}
