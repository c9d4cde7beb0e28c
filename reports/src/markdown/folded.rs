//! The whole table, folded away in one line of HTML.

use std::fmt::Write as _;

use crate::folder::Beside;
use crate::stats::noise::Grade;
use crate::table::{Cell, Comparison, Group, Row};
use crate::{Engine, Folder, format};

/// The most characters: a comment on GitHub has room for 65,536.
const ROOM: usize = 56_000;

/// A row per workload, parameters and size, and a column per engine; where that takes too much room, only of the
/// engines that have a fixed place, then only of the sizes that stand for their workload.
pub(super) fn table(folder: &Folder, comparison: &Comparison, grade: Option<Grade>) -> String {
    let all: Vec<_> = comparison.engines.iter().collect();
    let known: Vec<_> = all
        .iter()
        .copied()
        .filter(|engine| engine.has_place())
        .collect();
    let others = folder.other_commits(&[Beside::Instructions]);
    let others = others.map_or_else(String::new, |told| format!("<br>{}", html(&told)));
    let attempts = [
        ("All figures", &all, false),
        ("All sizes, main engines", &known, false),
        ("One size each, main engines", &known, true),
    ];
    let mut tables = attempts.into_iter().map(|(title, engines, one_size)| {
        let table = render(comparison, grade, title, engines, one_size);
        format!("{table}{others}</details>")
    });
    let fitting = tables.find(|table| table.len() <= ROOM);
    fitting.unwrap_or_else(|| {
        "<details><summary>All figures</summary>too many for a comment: see report.html</details>".to_owned()
    })
}

fn render(
    comparison: &Comparison,
    grade: Option<Grade>,
    title: &str,
    engines: &[&Engine],
    one_size: bool,
) -> String {
    let mut text = format!(
        "<details><summary>{title}, ns per operation</summary><table><tr><th>workload</th><th>n</th>"
    );
    for engine in engines {
        let _ = write!(text, "<th>{}</th>", html(engine.name()));
    }
    let subject = subject(comparison);
    let _ = write!(
        text,
        "<th>{} / floor</th><th>instr</th><th>verdict</th></tr>",
        html(subject.name())
    );
    for group in &comparison.groups {
        let mut label = html(&group.label());
        let only = group.representative().filter(|_| one_size);
        let shown = |row: &&Row| only.is_none_or(|only| only.size == row.size);
        for row in group.rows.iter().filter(shown) {
            let _ = write!(
                text,
                "<tr><td>{label}</td><td>{}</td>",
                format::count(row.size)
            );
            label.clear();
            for engine in engines {
                let _ = write!(text, "<td>{}</td>", figure(row.cells.get(engine), grade));
            }
            text += &last(group, row, &subject);
        }
    }
    text + "</table>"
}

fn figure(cell: Option<&Cell>, grade: Option<Grade>) -> String {
    let text = format::cell(cell);
    match cell {
        Some(Cell::Wrong { .. } | Cell::Failed { .. }) => format!("<b>{text}</b>"),
        Some(Cell::Cost(_)) if grade == Some(Grade::D) => format!("<s>{text}</s>"),
        _ => text,
    }
}

/// The engine that the last columns are of: the virtual machine, or of revisions the one that is judged.
fn subject(comparison: &Comparison) -> Engine {
    let mut judged = comparison.references.iter().map(|(engine, _)| engine);
    let engine = match judged.next_back() {
        Some(engine) if !comparison.engines.contains(&Engine::VM) => engine,
        _ => &Engine::VM,
    };
    engine.clone()
}

/// What is told of one engine alone.
fn last(group: &Group, row: &Row, subject: &Engine) -> String {
    let cost = row.cost(subject);
    let floor = cost.and_then(|cost| cost.over_floor);
    let counts = group.counts.get(subject);
    let instructions = counts.and_then(|counts| counts.instructions);
    let verdict = cost.and_then(|cost| cost.verdict.as_ref());
    format!(
        "<td>{}</td><td>{}</td><td>{}</td></tr>",
        floor.map_or_else(|| format::MISSING.to_owned(), |ratio| format::ratio(&ratio)),
        instructions.map_or_else(|| format::MISSING.to_owned(), format::instructions),
        verdict.map(ToString::to_string).unwrap_or_default(),
    )
}

/// Safe within HTML that is within Markdown, on one line.
fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // These begin or end something in Markdown.
            '`' | '*' | '_' | '[' | ']' | '~' | '|' | '\\' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
