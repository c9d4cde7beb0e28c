//! The comparison as GitHub Markdown: the summary of a pull request, and the short table of the README.

mod folded;
mod summary;

use crate::Report;
use crate::format;
use crate::table::{Comparison, Group};
use crate::text::{TextTable, escape};
use crate::{Cell, Engine};

pub use summary::{LINES, summary};

/// The short table of the README: a row per workload and parameters, at one representative size each.
pub fn headline(report: &Report) -> String {
    let rows = headline_rows(&Comparison::of(report));
    headline_table(&rows, false)
}

/// The short table; its figures are struck through where times mean nothing.
fn headline_table(rows: &[[String; 7]], struck: bool) -> String {
    let mut table = TextTable::new(&[
        ("workload", false),
        ("size", true),
        ("vm", true),
        ("floor", true),
        ("× floor", true),
        ("cesk", true),
        ("times faster than cesk", true),
    ]);
    for row in rows {
        let cells = row.iter().enumerate().map(|(index, cell)| {
            if struck && index > 1 && cell != format::MISSING {
                format!("~~{}~~", escape(cell))
            } else {
                escape(cell)
            }
        });
        table.row(cells.collect());
    }
    table.render()
}

/// The cells of the short table: workload, size, vm, floor, multiple of the floor, cesk, times faster than cesk.
pub(crate) fn headline_rows(comparison: &Comparison) -> Vec<[String; 7]> {
    comparison.groups.iter().filter_map(headline_row).collect()
}

fn headline_row(group: &Group) -> Option<[String; 7]> {
    let row = group.representative()?;
    let time = |engine| match row.cells.get(engine) {
        Some(Cell::Cost(cost)) => format::time(cost.ns_per_op.median),
        other => format::cell(other),
    };
    let vm = row.cost(&Engine::VM);
    Some([
        group.label(),
        format::count(row.size),
        time(&Engine::VM),
        time(&Engine::FLOOR),
        format::optional_times(vm.and_then(crate::table::Cost::times_floor)),
        time(&Engine::CESK),
        format::optional_times(vm.and_then(crate::table::Cost::times_faster)),
    ])
}
