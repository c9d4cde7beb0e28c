//! A judgement as GitHub Markdown, which is also what a terminal shows.

mod times;

use std::fmt::Write as _;

use super::judge::{self, Head, Origin};
use super::{
    Accepted, Change, Drift, Entry, Found, Judged, JudgedRatio, Judgement, Kind, Record,
    RowVerdict, Verdict,
};
use crate::format;
use crate::text::{TextTable, escape};

/// What is to be looked at: the verdict, its reasons, what changed, and what was accepted. `commits` are those
/// between the baseline and now, newest first, a line each.
pub fn summary(judgement: &Judgement, commits: &[String]) -> String {
    let mut text = String::new();
    let mut section = |title: &str, content: Option<String>| {
        if let Some(content) = content {
            let _ = write!(text, "\n## {title}\n\n{content}");
        }
    };
    section("Errors", list(&judgement.errors));
    section("Broken limits", list(&judgement.broken));
    section("Nothing to compare with", list(&judgement.unjudged));
    section("Changed", changed(&judgement.rows));
    section("Times", Some(times::told(&judgement.times)));
    section(
        "Commits to look at",
        list(commits).filter(|_| judgement.has_changes()),
    );
    section(
        "Since the last release",
        Some(drift(judgement.drift.as_ref())),
    );
    section("Accepted rises", rises(&judgement.accepted));
    section("Accepted workloads", workloads(&judgement.accepted));
    format!(
        "# Gate: {}\n\n{}{text}",
        judgement.verdict.name(),
        head(judgement)
    )
}

/// All that, and every figure, folded.
pub fn page(judgement: &Judgement, commits: &[String]) -> String {
    let mut text = summary(judgement, commits);
    for (title, table) in [
        ("All figures", figures(&judgement.rows)),
        ("All times", times::table(judgement.times.rows.iter())),
    ] {
        if let Some(table) = table {
            let _ = write!(
                text,
                "\n<details><summary>{title}</summary>\n\n{table}\n</details>\n"
            );
        }
    }
    text
}

impl Judgement {
    fn has_changes(&self) -> bool {
        let of_time = |row: &JudgedRatio| row.verdict == RowVerdict::Better;
        self.verdict != Verdict::Ok
            || self.rows.iter().any(Judged::changed)
            || self.times.rows.iter().any(of_time)
    }

    /// The verdict in a sentence.
    pub fn sentence(&self) -> String {
        let number = |verdict| self.verdicts().filter(|&row| row == verdict).count();
        let (worse, better) = (number(RowVerdict::Regressed), number(RowVerdict::Better));
        let compared = worse + better + number(RowVerdict::Same);
        match self.verdict {
            Verdict::Error => "The figures say nothing: see the errors.".to_owned(),
            Verdict::NoBaseline => "Something has nothing to be compared with.".to_owned(),
            Verdict::Regressed if worse == 0 && !self.broken.is_empty() => {
                "A hard limit is broken.".to_owned()
            }
            Verdict::Regressed if worse == 0 => {
                "More has come together since the last release than is tolerated.".to_owned()
            }
            Verdict::Regressed => {
                format!("{worse} of {compared} figures rose by more than is tolerated.")
            }
            Verdict::Ok if better > 0 => format!(
                "None of {compared} figures rose by more than is tolerated, and {better} fell by as much."
            ),
            Verdict::Ok => {
                format!("None of {compared} figures rose by more than is tolerated.")
            }
        }
    }
}

fn head(judgement: &Judgement) -> String {
    let mut text = format!("{}\n\n", judgement.sentence());
    let revision = judgement.revision.as_deref().unwrap_or("unknown");
    let _ = writeln!(
        text,
        "This: {revision}, a {} run of {}, key {}.",
        judgement.mode, judgement.created, judgement.key
    );
    if let Some(baseline) = &judgement.baseline {
        let _ = writeln!(text, "\n{}", told(baseline));
    }
    if !judgement.only.is_empty() {
        let names = judgement.only.join(", ");
        let _ = writeln!(text, "\nOnly these workloads were measured: {names}.");
    }
    if !judgement.without.is_empty() {
        let names = judgement.without.join(", ");
        let _ = writeln!(text, "\nThese suites were left out: {names}.");
    }
    text
}

fn told(baseline: &Head) -> String {
    let revision = baseline.revision.as_deref().unwrap_or("unknown");
    let created = &baseline.created;
    match baseline.origin {
        Origin::Committed => format!("Before: the committed record of {revision}, {created}."),
        Origin::Built => {
            let differences = differing(&baseline.differences);
            format!("Before: {revision}, which was built and counted for this{differences}.")
        }
    }
}

fn differing(parts: &[&str]) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!("; it differs in {}", parts.join(", "))
    }
}

fn list(lines: &[String]) -> Option<String> {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| format!("- {}\n", escape(line)))
        .collect();
    (!lines.is_empty()).then(|| lines.concat())
}

fn changed(rows: &[Judged]) -> Option<String> {
    let is_changed = |row: &&Judged| {
        let beside = row.verdict == RowVerdict::Beside && row.changed();
        beside || [RowVerdict::Regressed, RowVerdict::Better].contains(&row.verdict)
    };
    table(rows.iter().filter(is_changed))
}

fn figures(rows: &[Judged]) -> Option<String> {
    table(rows.iter())
}

fn table<'a>(rows: impl Iterator<Item = &'a Judged>) -> Option<String> {
    let mut table = TextTable::new(&[
        ("what", false),
        ("engine", false),
        ("figure", false),
        ("before", true),
        ("now", true),
        ("change", true),
        ("tolerated", true),
        ("verdict", false),
    ]);
    let mut empty = true;
    for judged in rows {
        empty = false;
        let Judged { row, before, .. } = judged;
        let shown = |value| row.kind.shown(value);
        let optional = |value: Option<f64>| value.map_or_else(missing, shown);
        table.row(vec![
            escape(&row.label),
            escape(row.engine.name()),
            row.kind.unit().to_owned(),
            optional(*before),
            shown(row.value),
            before.map_or_else(missing, |before| change(row.kind, before, row.value)),
            tolerated(judged),
            word(judged.verdict).to_owned(),
        ]);
    }
    (!empty).then(|| table.render())
}

fn missing() -> String {
    format::MISSING.to_owned()
}

/// The difference, in the unit and, of what is never next to nothing, in percent.
fn change(kind: Kind, before: f64, after: f64) -> String {
    let difference = after - before;
    let sign = if difference < 0.0 { "−" } else { "+" };
    let shown = format!("{sign}{}", kind.shown(difference.abs()));
    let in_percent = [Kind::Instructions, Kind::TimesFloor, Kind::TimesCesk].contains(&kind);
    if before == 0.0 || !in_percent {
        return shown;
    }
    let percent = (difference / before * 100.0).abs();
    format!("{shown} ({sign}{percent:.2} %)")
}

fn tolerated(judged: &Judged) -> String {
    let Some(tolerance) = judged.tolerance else {
        return missing();
    };
    let kind = judged.row.kind;
    let tolerance = format!("+{}", kind.shown(tolerance));
    if judged.accepted > 0.0 {
        format!("{tolerance}, +{} accepted", kind.shown(judged.accepted))
    } else {
        tolerance
    }
}

fn word(verdict: RowVerdict) -> &'static str {
    match verdict {
        RowVerdict::Same => "same",
        RowVerdict::Better => "better",
        RowVerdict::Regressed => "**regressed**",
        RowVerdict::New => "new",
        RowVerdict::NoBaseline => "**no baseline**",
        RowVerdict::Beside => "not judged",
    }
}

/// The comparison of a run with the last release, as it is told before another takes that one's place.
pub fn since_release(found: &Found, release: Option<&Record>, accepted: &Accepted) -> String {
    let compared = release.map(|release| judge::drift(found, release, accepted));
    let rises = rises(accepted.since_release());
    let rises = rises.map_or_else(String::new, |table| format!("\nAccepted rises:\n\n{table}"));
    drift(compared.as_ref()) + &rises
}

fn drift(drift: Option<&Drift>) -> String {
    let Some(drift) = drift else {
        return "No release is recorded for this interpreter.\n".to_owned();
    };
    let revision = drift.revision.as_deref().unwrap_or("unknown");
    let mut text = format!(
        "Compared with {revision}, {}{}: ",
        drift.created,
        differing(&drift.differences)
    );
    match changed(&drift.rows) {
        None => {
            let number = drift.rows.len();
            let _ = writeln!(text, "none of {number} figures drifted.");
        }
        Some(table) => {
            let _ = write!(text, "\n\n{table}");
        }
    }
    text
}

fn rises(entries: &[Entry]) -> Option<String> {
    let mut table = TextTable::new(&[
        ("what", false),
        ("engine", false),
        ("figure", false),
        ("before", true),
        ("after", true),
        ("change", true),
        ("reason", false),
        ("accepted", false),
    ]);
    let mut empty = true;
    for entry in entries {
        for rise in entry.changes.iter().filter(|change| change.rise() > 0.0) {
            empty = false;
            let Change {
                kind,
                label,
                engine,
                before,
                after,
            } = rise;
            table.row(vec![
                escape(label),
                escape(engine.name()),
                kind.unit().to_owned(),
                kind.shown(*before),
                kind.shown(*after),
                change(*kind, *before, *after),
                escape(&entry.reason),
                escape(&accepted(entry)),
            ]);
        }
    }
    (!empty).then(|| table.render())
}

/// When it was accepted, and whether with a release.
fn accepted(entry: &Entry) -> String {
    if entry.release {
        format!("{}, with a release", entry.created)
    } else {
        entry.created.clone()
    }
}

fn workloads(entries: &[Entry]) -> Option<String> {
    let lines = entries.iter().flat_map(|entry| {
        let told = entry.workloads.iter();
        told.map(|told| format!("{told}: {} ({})", entry.reason, accepted(entry)))
    });
    list(&lines.collect::<Vec<_>>())
}
