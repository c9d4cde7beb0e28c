//! The comparison as tables for the terminal.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::folder::Beside;
use crate::head::Head;
use crate::lines::{COLUMNS, Kind, Line, TIMES, lines};
use crate::stats::noise::Grade;
use crate::table::{Comparison, Group};
use crate::{Folder, format};

const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Whether text may have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// ANSI escape sequences.
    Colour,
}

impl Style {
    /// Colours where the standard output is a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub fn of_stdout() -> Self {
        let forbidden = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if io::stdout().is_terminal() && !forbidden {
            Self::Colour
        } else {
            Self::Plain
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

const BOLD: &str = "1";
const DIM: &str = "2";
const ALARM: &str = "1;31";

/// The whole report: the head, a block per workload and its parameters, what was left out, and how to read it.
/// `comparison` is that of the folder.
pub fn report(folder: &Folder, comparison: &Comparison, style: Style) -> String {
    let head = Head::of(folder);
    let mut text = head_lines(&head, style).join("\n");
    for problem in comparison.problems() {
        let line = format!("FAIL {}", harmless(&problem));
        let _ = write!(text, "\n{}", style.paint(ALARM, &line));
    }
    text += "\n\n";
    text += &blocks(comparison, head.grade, style);
    if let Some(told) = folder.other_commits(&[Beside::Instructions, Beside::Allocations]) {
        let _ = writeln!(text, "{}", harmless(&told));
    }
    if !folder.report.left_out.is_empty() {
        text += "\nleft out:\n";
    }
    for absence in &folder.report.left_out {
        let _ = writeln!(text, "  {}", harmless(&absence.to_string()));
    }
    text
}

/// The blocks of a comparison without a head, and how to read them.
pub fn table(comparison: &Comparison) -> String {
    blocks(comparison, None, Style::Plain)
}

/// A text of the record without what a terminal would take for a command.
fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(shown).collect()
}

fn head_lines(head: &Head, style: Style) -> Vec<String> {
    let width = head.facts.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or(0);
    let first = format!("{:width$}  {}", "noise", head.noise);
    let alarm = if head.grade == Some(Grade::D) {
        ALARM
    } else {
        BOLD
    };
    let mut lines = vec![style.paint(alarm, &first)];
    let warnings = head.warnings.iter();
    lines.extend(warnings.map(|warning| style.paint(ALARM, &format!("! {warning}"))));
    // Settings take lines of their own; the other renderings have them.
    let facts = head.facts.iter().filter(|(name, _)| *name != "settings");
    lines.extend(facts.map(|(name, value)| format!("{name:width$}  {}", harmless(value))));
    lines
}

fn blocks(comparison: &Comparison, grade: Option<Grade>, style: Style) -> String {
    let blocks: Vec<(&Group, Vec<Line>)> = comparison
        .groups
        .iter()
        .map(|group| (group, lines(comparison, group)))
        .collect();
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_header(COLUMNS.map(|(title, _)| title));
    for line in blocks.iter().flat_map(|(_, lines)| lines) {
        table.add_row(cells(line, grade));
    }
    for (column, (index, (_, right))) in table.column_iter_mut().zip(COLUMNS.iter().enumerate()) {
        column.set_padding((if index == 0 { 2 } else { 1 }, u16::from(!right)));
        column.set_cell_alignment(if *right {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        });
    }
    // A cell has no line break, so that every row is one line; what stands between rows is put there afterwards.
    let table = table.trim_fmt();
    let mut rows = table.lines();
    let mut text = String::new();
    for header in rows.by_ref().take(2) {
        let _ = writeln!(text, "{header}");
    }
    for (group, lines) in &blocks {
        let title = format!("{}, per {}", group.label(), group.operation);
        let _ = writeln!(text, "\n{}", style.paint(BOLD, &harmless(&title)));
        for (line, row) in lines.iter().zip(rows.by_ref()) {
            let _ = writeln!(text, "{}", painted(line.kind, row, style));
        }
    }
    for rest in rows {
        let _ = writeln!(text, "{rest}");
    }
    text + &legend(comparison, grade)
}

fn cells(line: &Line, grade: Option<Grade>) -> Vec<String> {
    let cells = line.cells.iter().enumerate();
    let struck = |(index, cell): (usize, &String)| {
        let is_time = TIMES.contains(&index) && !cell.is_empty() && cell != format::MISSING;
        if grade == Some(Grade::D) && is_time {
            format!("~{cell}~")
        } else {
            cell.clone()
        }
    };
    cells.map(struck).collect()
}

fn painted(kind: Kind, row: &str, style: Style) -> String {
    match kind {
        Kind::Right if style == Style::Colour => strike(row),
        Kind::Right => row.to_owned(),
        Kind::Bad => style.paint(ALARM, row),
        Kind::LeftOut => style.paint(DIM, row),
    }
}

/// Strikes through what stands between tildes, which give their place to spaces.
fn strike(row: &str) -> String {
    let mut text = String::new();
    for (index, part) in row.split('~').enumerate() {
        if index % 2 == 1 {
            let _ = write!(text, " \x1b[9m{part}\x1b[29m ");
        } else {
            text += part;
        }
    }
    text
}

fn legend(comparison: &Comparison, grade: Option<Grade>) -> String {
    let mut lines = vec![
        "ns/op: median, in nanoseconds where no unit is given; its interval by resampling processes, then slices",
        "× floor, × cesk: medians of paired ratios; exponent: of the power law in n that fits best, 0 for a flat cost",
        "instr, alloc, kept: instructions, requests to all allocators, and bytes that stay, by the slope over two sizes",
    ];
    if grade == Some(Grade::D) {
        lines.push("~: the machine was too noisy for this figure");
    }
    let mut text = lines.join("\n") + "\n";
    let references = comparison.references.iter();
    let references: Vec<_> = references
        .map(|(engine, against)| format!("{engine} against {against}"))
        .collect();
    if !references.is_empty() {
        let _ = writeln!(text, "verdict: {}", references.join(", "));
    }
    text
}
