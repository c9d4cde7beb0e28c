//! What runs leave behind, by the way in which they end.

use std::collections::BTreeSet;

use super::view::{self, Cell, Section, Table};
use crate::Folder;
use crate::folder::Beside;
use crate::format;
use crate::refcounts::{Ending, Growth, Kind, Refcounts, Row};

/// The section: bytes and live objects after each ending, a table each; none without a record.
pub(super) fn section(folder: &Folder) -> Option<Section> {
    let record = folder.refcounts.as_ref()?;
    let mut tables = vec![
        table(record, "Bytes and blocks per run", |growth| {
            matches!(growth.kind, Kind::Bytes | Kind::Blocks | Kind::Contents)
        }),
        table(record, "Live objects and references per run", |growth| {
            matches!(
                growth.kind,
                Kind::Objects | Kind::References | Kind::Beyond | Kind::Stats
            )
        }),
    ];
    if !record.leaks.is_empty() {
        let mut leaks = Table::new("Leaks", ["what grows"]);
        for leak in &record.leaks {
            leaks.push("bad", [Cell::set(leak.clone(), "list")]);
        }
        tables.insert(0, leaks);
    }
    Some(Section {
        id: "endings",
        title: "What is left after each ending",
        intro: "What a further run adds to what is alive once it has ended and the collector has come by: nothing, \
                unless something leaks. What is made once, such as a cache, is not in it. Each cell names what grows, \
                or else is 0."
            .to_owned()
            + &view::other_commits(folder, &[Beside::Refcounts]),
        figures: Vec::new(),
        tables,
    })
}

fn table(record: &Refcounts, title: &str, shown: fn(&Growth) -> bool) -> Table {
    let endings: BTreeSet<_> = record.rows.iter().map(|row| row.ending).collect();
    let header = ["workload and engine".to_owned()];
    let columns = endings.iter().map(ToString::to_string);
    let mut table = Table::new(title, header.into_iter().chain(columns));
    let name = |row: &Row| format!("{} on {}", row.label(), row.engine);
    let names: BTreeSet<_> = record.rows.iter().map(name).collect();
    for of in names {
        let cells = endings.iter().map(|ending: &Ending| {
            let mut rows = record.rows.iter();
            let row = rows.find(|row| row.ending == *ending && name(row) == of);
            row.map_or_else(|| Cell::plain(format::MISSING), |row| cell(row, shown))
        });
        let cells: Vec<_> = [Cell::plain(of.clone())].into_iter().chain(cells).collect();
        table.push("", cells);
    }
    table
}

fn cell(row: &Row, shown: fn(&Growth) -> bool) -> Cell {
    if !row.failures.is_empty() {
        return Cell::set(format::FAILED, "bad");
    }
    let growing = row.leaking().filter(|growth| shown(growth));
    let growing: Vec<_> = growing
        .map(|growth| format!("{growth} {:+.2}", growth.per_run(row.runs)))
        .collect();
    if growing.is_empty() {
        Cell::set("0", "ok")
    } else {
        Cell::set(growing.join(", "), "bad")
    }
}
