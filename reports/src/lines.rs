//! The rows of a group as text, one per engine and size: what the terminal and the page show in full.

use crate::Engine;
use crate::format;
use crate::table::{Cell, Comparison, Cost, Group, Row};

/// The titles of the columns, and whether they are aligned right.
pub(crate) const COLUMNS: [(&str, bool); 12] = [
    ("engine", false),
    ("n", true),
    ("ns/op", true),
    ("95 % interval", true),
    ("instr/op", true),
    ("× floor", true),
    ("× cesk", true),
    ("alloc/op", true),
    ("kept/op", true),
    ("exponent", true),
    ("answer", false),
    ("verdict", false),
];

/// The columns that times decide, which a noisy machine spoils.
pub(crate) const TIMES: [usize; 6] = [2, 3, 5, 6, 9, 11];

/// One row.
pub(crate) struct Line {
    /// What is said of the row as a whole.
    pub(crate) kind: Kind,
    /// The cells, as many as there are columns. What belongs to all sizes of an engine stands in its first row.
    pub(crate) cells: [String; COLUMNS.len()],
}

/// What is said of a row as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its figures count.
    Right,
    /// Its answer was wrong, or it failed.
    Bad,
    /// It did not run.
    LeftOut,
}

/// The rows of a group, by engine and then by size. An engine that runs no size has one row.
pub(crate) fn lines(comparison: &Comparison, group: &Group) -> Vec<Line> {
    let engines = comparison.engines.iter();
    engines
        .flat_map(|engine| of_engine(group, engine))
        .collect()
}

fn of_engine(group: &Group, engine: &Engine) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let cells = group
        .rows
        .iter()
        .filter_map(|row| Some((row, row.cells.get(engine)?)));
    for (row, cell) in cells {
        let left_out = matches!(cell, Cell::LeftOut { .. });
        match lines.last_mut() {
            // Sizes that were left out one after the other are one row.
            Some(line) if left_out && line.kind == Kind::LeftOut => {
                let from = line.cells[1].split('–').next().unwrap_or_default();
                line.cells[1] = format!("{from}–{}", format::count(row.size));
            }
            _ => lines.push(line(row, cell)),
        }
    }
    if let Some(first) = lines.first_mut() {
        first.cells[0] = engine.to_string();
        let counts = group.counts.get(engine).copied().unwrap_or_default();
        let ran = first.kind != Kind::LeftOut;
        let figure = |figure: Option<f64>, text: fn(f64) -> String| {
            let missing = if ran { format::MISSING } else { "" };
            figure.map_or_else(|| missing.to_owned(), text)
        };
        first.cells[4] = figure(counts.instructions, format::instructions);
        first.cells[7] = figure(counts.allocations, format::plain);
        first.cells[8] = figure(counts.bytes_kept, format::plain);
        if let Some(growth) = group.growth.get(engine) {
            first.cells[9] = format::exponent(&growth.law);
        }
    }
    lines
}

fn line(row: &Row, cell: &Cell) -> Line {
    let (kind, answer) = match cell {
        Cell::Cost(_) => (Kind::Right, "right"),
        Cell::Wrong { .. } => (Kind::Bad, format::WRONG),
        Cell::Failed { .. } => (Kind::Bad, format::FAILED),
        Cell::LeftOut { .. } => (Kind::LeftOut, "left out"),
    };
    let mut cells: [String; COLUMNS.len()] = Default::default();
    cells[1] = format::count(row.size);
    answer.clone_into(&mut cells[10]);
    if let Cell::Cost(cost) = cell {
        costs(&mut cells, cost);
    }
    Line { kind, cells }
}

fn costs(cells: &mut [String; COLUMNS.len()], cost: &Cost) {
    let or_missing = |text: Option<String>| text.unwrap_or_else(|| format::MISSING.to_owned());
    cells[2] = format::ns(cost.ns_per_op.median);
    cells[3] = or_missing(cost.ns_per_op.interval().map(format::interval));
    cells[5] = format::optional_times(cost.times_floor());
    cells[6] = format::optional_times(cost.over_cesk.map(|ratio| ratio.median));
    cells[11] = cost
        .verdict
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
}
