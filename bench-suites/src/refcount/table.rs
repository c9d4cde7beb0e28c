//! The figures, as tables.

use std::collections::BTreeMap;

use comfy_table::Table;
use doeff_reports::refcounts::{Ending, Refcounts};

use crate::memory::report::{figure, table};

/// The columns.
const ENDINGS: [Ending; 7] = {
    let [a, b, c, d, e, f] = Ending::WITHIN_A_PROCESS;
    [a, b, c, d, e, f, Ending::InterpreterExit]
};

/// What each ending of each workload left behind, in short: how much was looked at, and how much of it
/// grows.
pub(super) fn endings(found: &Refcounts) -> Table {
    let mut rows = BTreeMap::<_, Vec<String>>::new();
    for (place, row) in found.rows.iter().enumerate() {
        let first = found.rows.iter().position(|other| {
            (&other.workload, &other.params, &other.engine)
                == (&row.workload, &row.params, &row.engine)
        });
        let start = || {
            let mut cells = vec![String::new(); 2 + ENDINGS.len()];
            cells[0] = row.label();
            cells[1] = row.engine.to_string();
            cells
        };
        let cells = rows.entry(first.unwrap_or(place)).or_insert_with(start);
        let column = ENDINGS.iter().position(|ending| *ending == row.ending);
        let leaks = row.leaking().count();
        let cell = if !row.failures.is_empty() {
            "FAILED".to_owned()
        } else if leaks > 0 {
            format!("{leaks} GROW")
        } else if row.ending == Ending::InterpreterExit {
            "well".to_owned()
        } else {
            format!("none of {}", row.objects.len())
        };
        if let Some(column) = column {
            cells[2 + column] = cell;
        }
    }
    let header = ["what grows after", "engine"].map(str::to_owned);
    let header: Vec<_> = header
        .into_iter()
        .chain(ENDINGS.map(|ending| ending.to_string()))
        .collect();
    let header: Vec<_> = header.iter().map(String::as_str).collect();
    table(&header, rows.into_values())
}

/// What grows.
pub(super) fn leaks(found: &Refcounts) -> Table {
    let rows = found.rows.iter().flat_map(|row| {
        let place = [row.label(), row.engine.to_string(), row.ending.to_string()];
        let grown = row.leaking().map(|growth| {
            let each = figure(growth.per_run(row.runs));
            [growth.to_string(), each]
        });
        let failed = row.failures.iter().map(|text| {
            let last = text.lines().last().unwrap_or_default();
            [last.to_owned(), "failed".to_owned()]
        });
        let cells: Vec<_> = grown.chain(failed).collect();
        cells
            .into_iter()
            .map(move |cells| [&place[..], &cells[..]].concat())
    });
    let header = ["workload", "engine", "ending", "object", "growth per run"];
    table(&header, rows)
}
