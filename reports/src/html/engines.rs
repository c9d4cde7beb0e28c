//! The engines by what each of them runs.

use std::collections::BTreeSet;

use super::view::{Cell, Section, Table};
use crate::table::Comparison;
use crate::{Cell as Ran, Engine, Folder, format};

/// What a workload has of an engine, over all its parameters and sizes.
#[derive(Default)]
struct Has {
    right: bool,
    bad: bool,
    left_out: bool,
}

/// The section; none without an engine.
pub(super) fn section(folder: &Folder, comparison: &Comparison) -> Option<Section> {
    if comparison.engines.is_empty() {
        return None;
    }
    let workloads: BTreeSet<&str> = comparison
        .groups
        .iter()
        .map(|group| group.workload.as_str())
        .collect();
    let header = ["workload".to_owned()];
    let names = comparison.engines.iter().map(ToString::to_string);
    let mut runs = Table::new("What each engine runs", header.into_iter().chain(names));
    for workload in workloads {
        let cells = comparison
            .engines
            .iter()
            .map(|engine| cell(&has(comparison, workload, engine)));
        let cells: Vec<_> = [Cell::plain(workload)].into_iter().chain(cells).collect();
        runs.push("", cells);
    }
    let mut about = Table::new("What each engine is", ["engine", "what it is"]);
    for engine in &comparison.engines {
        let text = engine
            .about()
            .unwrap_or("an engine this report has no description of");
        about.push("", [Cell::plain(engine.name()), Cell::set(text, "list")]);
    }
    let mut tables = vec![runs, about];
    if !folder.report.left_out.is_empty() {
        let header = ["engine", "workload", "why it was left out"];
        let mut left_out = Table::new("What was left out, and why", header);
        for absence in &folder.report.left_out {
            let part = absence.workload.clone().unwrap_or_else(|| "all".to_owned());
            let parameter = absence
                .parameter
                .iter()
                .map(|parameter| format!(" ({parameter})"));
            let above = absence
                .above
                .iter()
                .map(|n| format!(" above n = {}", format::count(*n)));
            let part = part + &parameter.chain(above).collect::<String>();
            let cells = [
                Cell::plain(absence.engine.name()),
                Cell::set(part, "list"),
                Cell::set(absence.reason.clone(), "list"),
            ];
            left_out.push("", cells);
        }
        tables.push(left_out);
    }
    Some(Section {
        id: "engines",
        title: "The engines",
        intro:
            "✓ ran with right answers, (✓) in part, ✗ gave a wrong answer or failed, – did not run."
                .to_owned(),
        figures: Vec::new(),
        tables,
    })
}

fn has(comparison: &Comparison, workload: &str, engine: &Engine) -> Has {
    let mut has = Has::default();
    for (group, _, one, cell) in comparison.cells() {
        if group.workload == workload && one == engine {
            match cell {
                Ran::Cost(_) => has.right = true,
                Ran::Wrong { .. } | Ran::Failed { .. } => has.bad = true,
                Ran::LeftOut { .. } => has.left_out = true,
            }
        }
    }
    has
}

fn cell(has: &Has) -> Cell {
    match has {
        Has { bad: true, .. } => Cell::set("✗", "bad"),
        Has {
            right: true,
            left_out: true,
            ..
        } => Cell::set("(✓)", "ok"),
        Has { right: true, .. } => Cell::set("✓", "ok"),
        _ => Cell::set(format::MISSING, "out"),
    }
}
