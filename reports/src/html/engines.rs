//! The engines by what each of them runs.

use std::collections::BTreeSet;

use super::view::{Cell, Section, Table};
use crate::table::{Comparison, Group};
use crate::{Cell as Ran, Engine, Folder, format};

/// What a machine can be asked for, and the workload, with the parameter where that matters, which cannot be run without
/// it.
const FEATURES: [(&str, &str, Option<&str>); 14] = [
    ("effects answered", "resume_churn", None),
    ("clauses that work on afterwards", "resume_nontail", None),
    ("programs given up", "product_early", None),
    ("clauses that give up their place", "transfer_churn", None),
    ("continuations held for later", "held_continuations", None),
    (
        "effects passed outward",
        "nested_handlers",
        Some("typed=false"),
    ),
    (
        "handlers chosen by type",
        "nested_handlers",
        Some("typed=true"),
    ),
    ("handlers that come and go", "install_handler", None),
    ("handlers nested by recursion", "nested_once", None),
    ("exceptions across programs", "exceptions", None),
    ("programs that call programs", "program_calls", None),
    ("calls nested 100,000 deep", "deep_recursion", None),
    ("iteration turned around", "iterator", None),
    ("state, environment, log built in", "builtin_effects", None),
];

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
    let features = features(comparison);
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
            .map(|engine| cell(&has(comparison, workload, None, engine)));
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
    let mut tables = vec![features, runs, about];
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
            "✓ ran with right answers, (✓) in part, ✗ gave a wrong answer or failed, – did not run. What an engine can \
             do is told by the workload that needs it."
                .to_owned(),
        figures: Vec::new(),
        tables,
    })
}

/// The features of which the workload was run. Engines that are no machine, but the same work written out, have none.
fn features(comparison: &Comparison) -> Table {
    const LEFT_OUT: [Engine; 6] = [
        Engine::VM_AGAIN,
        Engine::VM_WHEEL,
        Engine::LOOP,
        Engine::FLOOR,
        Engine::CALL,
        Engine::NOOP,
    ];
    let machines = comparison.engines.iter();
    let machines: Vec<_> = machines
        .filter(|engine| !LEFT_OUT.contains(engine))
        .collect();
    let names = machines.iter().map(ToString::to_string);
    let header = [String::new()].into_iter().chain(names);
    let header = header.chain(["told by".to_owned()]);
    let mut table = Table::new("What each engine can do", header);
    for (feature, workload, parameter) in FEATURES {
        let mut groups = comparison.groups.iter();
        if !groups.any(|group| is_of(group, workload, parameter)) {
            continue;
        }
        let cells = machines
            .iter()
            .map(|engine| cell(&has(comparison, workload, parameter, engine)));
        let told_by = match parameter {
            None => workload.to_owned(),
            Some(parameter) => format!("{workload} ({parameter})"),
        };
        let feature = [Cell::plain(feature)].into_iter();
        let cells = feature.chain(cells).chain([Cell::plain(told_by)]);
        table.push("", cells.collect::<Vec<_>>());
    }
    table
}

fn is_of(group: &Group, workload: &str, parameter: Option<&str>) -> bool {
    group.workload == workload
        && parameter.is_none_or(|parameter| group.params.pairs().any(|pair| pair == parameter))
}

fn has(comparison: &Comparison, workload: &str, parameter: Option<&str>, engine: &Engine) -> Has {
    let mut has = Has::default();
    for (group, _, one, cell) in comparison.cells() {
        if is_of(group, workload, parameter) && one == engine {
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::FEATURES;

    #[test]
    fn every_feature_is_of_a_workload_that_there_is() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench-suites/programs");
        for (feature, workload, parameter) in FEATURES {
            let path = root.join(format!("{workload}.py"));
            let text = fs::read_to_string(&path);
            let text = text.unwrap_or_else(|error| panic!("{feature}: {workload}: {error}"));
            let name = parameter.and_then(|parameter| parameter.split('=').next());
            assert!(name.is_none_or(|name| text.contains(name)), "{feature}");
        }
    }
}
