//! The summary of a pull request, in so few lines that it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{folded, headline_row, headline_table};
use crate::changes::{Change, Changes};
use crate::head::{self, Head};
use crate::stats::noise::Grade;
use crate::stats::verdict::Verdict;
use crate::table::{Cell, Comparison, Group};
use crate::text::{TextTable, escape};
use crate::{Engine, Folder, Mode, format};

/// The most lines of a summary.
pub const LINES: usize = 60;

/// The most rows of its table, and the most problems that it tells one by one.
const ROWS: usize = 28;
const PROBLEMS: usize = 8;

/// The verdict in a sentence, the rows that changed, the whole table folded away, and the command to repeat it, in
/// [`LINES`] lines at most. `changes` are those between two records; those that the record itself holds are found
/// here.
pub fn summary(folder: &Folder, comparison: &Comparison, changes: Option<&Changes>) -> String {
    let head = Head::of(folder);
    let within = Changes::within(folder, comparison);
    let changes = changes.or(within.as_ref());
    let problems = comparison.problems();
    let sentence = match changes {
        Some(changes) => verdict(changes),
        None => standing(comparison),
    };
    let mut above = format!("### {}\n\n", outcome(changes, &problems, &head));
    let _ = writeln!(above, "{sentence}");
    above += &failures(&problems);
    for warning in &head.warnings {
        let _ = writeln!(above, "\n> {}", escape(warning));
    }
    if let Some((told, [before, _])) =
        changes.and_then(|changes| Some((changes.counted_elsewhere.as_ref()?, &changes.names)))
    {
        let _ = writeln!(above, "\n> In {}: {}", escape(before), escape(told));
    }
    above += &absent(folder, comparison);
    let _ = writeln!(above, "\n{}\n", place(folder, &head));
    let told = match report_arguments(folder) {
        Some(_) => "To repeat it:",
        None => "To repeat it, as far as the record tells:",
    };
    let below = format!(
        "\n{}\n\n{told}\n\n```sh\n{}\n```\n",
        folded::table(folder, comparison, head.grade),
        command(folder, within.as_ref())
    );
    // The table's own head, and the line on what it leaves out, take two each.
    let taken = above.lines().count() + below.lines().count() + 4;
    let most = ROWS.min(LINES.saturating_sub(taken));
    let table = match changes {
        Some(changes) => changed(changes, head.grade, most),
        None => one_each(comparison, head.grade, most),
    };
    above + &table + &below
}

/// Engines of which nothing ran, with the reasons.
fn absent(folder: &Folder, comparison: &Comparison) -> String {
    let ran: BTreeSet<_> = comparison
        .cells()
        .filter(|(.., cell)| !matches!(cell, Cell::LeftOut { .. }))
        .map(|(_, _, engine, _)| engine)
        .collect();
    let mut reasons = BTreeMap::<&Engine, BTreeSet<&str>>::new();
    for absence in &folder.report.left_out {
        if !ran.contains(&absence.engine) {
            let of_engine = reasons.entry(&absence.engine).or_default();
            of_engine.insert(&absence.reason);
        }
    }
    let parts = reasons.into_iter().map(|(engine, reasons)| {
        let reasons = reasons.into_iter().map(escape).collect::<Vec<_>>();
        format!("{} ({})", escape(engine.name()), reasons.join("; "))
    });
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("\nDid not run: {}.\n", parts.join(", "))
}

/// The title: what a reader has to know first.
fn outcome(changes: Option<&Changes>, problems: &[String], head: &Head) -> String {
    let mut parts = Vec::new();
    if !problems.is_empty() {
        let failed = rows(problems.len());
        parts.push(format!("FAIL: {failed} without a right answer"));
    }
    match changes {
        None if parts.is_empty() => parts.push("comparison of engines".to_owned()),
        None => {}
        Some(_) if head.grade == Some(Grade::D) => {
            parts.push("cannot tell: the machine was too noisy".to_owned());
        }
        Some(changes) => parts.extend(found(changes)),
    }
    let text = parts.join("; ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What was found, and of how many rows nothing can be told.
fn found(changes: &Changes) -> Vec<String> {
    if changes.rows.is_empty() {
        return vec!["nothing in common to compare".to_owned()];
    }
    let count = |wanted: Verdict| changes.count(|verdict| *verdict == wanted);
    let (slower, faster) = (count(Verdict::Slower), count(Verdict::Faster));
    let (same, unknown) = (count(Verdict::Same), count(Verdict::CannotTell));
    let counted = changes.rows.iter().filter(|row| row.is_dearer()).count();
    // Of most rows it must be known that they did not change.
    let nothing = slower + faster + counted == 0 && same > unknown;
    let parts = [
        ("slower", slower),
        ("faster", faster),
        ("higher counts", if slower == 0 { counted } else { 0 }),
        (if nothing { "no change" } else { "same" }, same),
        ("cannot tell", unknown),
    ];
    let parts = parts.into_iter().filter(|(_, count)| *count > 0);
    parts
        .map(|(what, count)| format!("{what}: {}", rows(count)))
        .collect()
}

fn rows(count: usize) -> String {
    if count == 1 {
        "1 row".to_owned()
    } else {
        format!("{count} rows")
    }
}

/// The verdict on two revisions in a sentence.
fn verdict(changes: &Changes) -> String {
    let [before, after] = changes.names.each_ref().map(|name| escape(name));
    let count = |wanted: Verdict| changes.count(|verdict| *verdict == wanted);
    let parts = [
        (count(Verdict::Slower), "slower"),
        (count(Verdict::Faster), "faster"),
        (count(Verdict::Same), "the same within its margin"),
        (count(Verdict::CannotTell), "not to be told"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let mut sentence = format!(
        "{after} against {before}, {} in common: {}.",
        rows(changes.rows.len()),
        parts.join(", ")
    );
    if !changes.paired {
        sentence += " These are two runs at different times: how the machine differed between them is not in the \
                     intervals.";
    }
    sentence
}

/// Where the virtual machine stands, in a sentence, where nothing is compared with an earlier revision.
fn standing(comparison: &Comparison) -> String {
    let costs: Vec<_> = comparison
        .groups
        .iter()
        .filter_map(|group| group.representative()?.cost(&Engine::VM))
        .collect();
    let range = |figures: Vec<f64>| {
        let low = figures.iter().copied().fold(f64::INFINITY, f64::min);
        let high = figures.iter().copied().fold(0.0, f64::max);
        (!figures.is_empty()).then(|| {
            let [low, high] = [low, high].map(format::times);
            format!("{low} to {high}")
        })
    };
    let floor = range(costs.iter().filter_map(|cost| cost.times_floor()).collect());
    let cesk = range(
        costs
            .iter()
            .filter_map(|cost| cost.times_faster())
            .collect(),
    );
    let mut parts = Vec::new();
    parts.extend(floor.map(|range| format!("takes {range} the time of the floor")));
    parts.extend(cesk.map(|range| format!("is {range} as fast as cesk")));
    if parts.is_empty() {
        return "There is nothing to compare the virtual machine with.".to_owned();
    }
    format!(
        "The virtual machine {} over {} workloads.",
        parts.join(" and "),
        costs.len()
    )
}

fn failures(problems: &[String]) -> String {
    let mut text = String::new();
    for problem in problems.iter().take(PROBLEMS) {
        let _ = write!(text, "\n- **FAIL** {}", escape(problem));
    }
    if problems.len() > PROBLEMS {
        let _ = write!(text, "\n- and {} more", problems.len() - PROBLEMS);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// What ran where, in a line.
fn place(folder: &Folder, head: &Head) -> String {
    let report = &folder.report;
    let python = report.versions.python.split_whitespace().next();
    let revision = report.versions.git_revision.as_deref();
    let parts = [
        format!("noise {}", head.noise),
        format!("commit {}", revision.unwrap_or("unknown")),
        format!(
            "CPython {} {}",
            python.unwrap_or_default(),
            head::build(folder)
        ),
        report.machine.cpu.clone(),
        format!("{} run, seed {}", report.mode, report.settings.seed),
    ];
    format!("<sub>{}</sub>", escape(&parts.join(" · ")))
}

/// The rows that changed, the largest change first.
fn changed(changes: &Changes, grade: Option<Grade>, most: usize) -> String {
    let mut rows: Vec<_> = changes.rows.iter().filter(|row| row.is_change()).collect();
    if rows.is_empty() {
        return "No row changed.\n".to_owned();
    }
    rows.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
    let mut table = TextTable::new(&[
        ("workload", false),
        ("size", true),
        ("before", true),
        ("after", true),
        ("change", true),
        ("instructions", true),
        ("allocations", true),
        ("verdict", false),
    ]);
    for row in rows.iter().take(most) {
        table.row(cells(row, grade));
    }
    let mut text = table.render();
    if rows.len() > most {
        let _ = writeln!(text, "\nand {} more that changed less", rows.len() - most);
    }
    text
}

fn cells(row: &Change, grade: Option<Grade>) -> Vec<String> {
    let time = |text: String| {
        if grade == Some(Grade::D) {
            format!("~~{text}~~")
        } else {
            text
        }
    };
    let interval = row
        .interval
        .map(|(low, high)| format!(" ({} to {})", format::change(low), format::change(high)));
    let [before, after] = row.counts;
    let pair = |pair: Option<(f64, f64)>, text: fn(f64) -> String| match pair {
        None => format::MISSING.to_owned(),
        Some((before, after)) => {
            let [before, after] = [before, after].map(text);
            if before == after {
                before
            } else {
                format!("{before} → {after}")
            }
        }
    };
    let verdict = match row.verdict {
        Verdict::Slower => "**slower**".to_owned(),
        other => other.to_string(),
    };
    vec![
        escape(&row.label),
        format::count(row.size),
        time(format::time(row.before)),
        time(format::time(row.after)),
        time(format::change(row.ratio) + &interval.unwrap_or_default()),
        pair(
            before.instructions.zip(after.instructions),
            format::instructions,
        ),
        pair(before.allocations.zip(after.allocations), format::plain),
        verdict,
    ]
}

/// One row per workload: of its parameters those that are furthest from the floor.
fn one_each(comparison: &Comparison, grade: Option<Grade>, most: usize) -> String {
    let mut workloads = BTreeMap::<&str, &Group>::new();
    for group in &comparison.groups {
        let multiple = |group: &Group| {
            let cost = group.representative().and_then(|row| row.cost(&Engine::VM));
            cost.and_then(crate::table::Cost::times_floor)
                .unwrap_or(0.0)
        };
        let chosen = workloads.entry(&group.workload).or_insert(group);
        if multiple(group) > multiple(chosen) {
            *chosen = group;
        }
    }
    let rows: Vec<_> = workloads
        .values()
        .filter_map(|group| headline_row(group))
        .collect();
    let mut text = headline_table(&rows[..rows.len().min(most)], grade == Some(Grade::D));
    if rows.len() > most {
        let _ = writeln!(text, "\nand {} more workloads", rows.len() - most);
    }
    text
}

/// The options that the run was given, as far as the record has them.
fn report_arguments(folder: &Folder) -> Option<&[String]> {
    folder.report.settings.arguments.as_deref()
}

/// What to run for the same rows in the same order.
fn command(folder: &Folder, within: Option<&Changes>) -> String {
    let report = &folder.report;
    let mut words: Vec<String> = Vec::new();
    match within {
        Some(Changes {
            names: [before, after],
            ..
        }) => {
            words.extend(["cargo", "xtask", "ab", before, after].map(str::to_owned));
            let revisions = report.provenance.revisions.keys();
            let builds = revisions.filter(|name| name.split('-').next() == Some("base"));
            words.extend(["--builds".to_owned(), builds.count().to_string()]);
        }
        None => words.extend(["cargo", "bench", "--bench", "compare", "--"].map(str::to_owned)),
    }
    if report.mode == Mode::Quick {
        words.push("--quick".to_owned());
    }
    words.extend(report_arguments(folder).into_iter().flatten().cloned());
    words.extend(["--seed".to_owned(), report.settings.seed.to_string()]);
    let words: Vec<_> = words.iter().map(|word| shell(word)).collect();
    words.join(" ")
}

/// A word as a shell takes it, on one line.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let shown = word.chars().map(|c| if c.is_control() { ' ' } else { c });
    format!("'{}'", shown.collect::<String>().replace('\'', "'\\''"))
}
