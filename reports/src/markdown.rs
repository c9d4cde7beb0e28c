//! The comparison as GitHub Markdown: the whole report, and the short table of the README.

use std::fmt::Write as _;

use crate::format;
use crate::table::{Comparison, Group, Row};
use crate::text::{TextTable, escape};
use crate::{Engine, Report};

/// The whole report: what ran where, how to read it, the table, the growth and the method.
pub fn report(report: &Report) -> String {
    let comparison = Comparison::of(report);
    let mut text = String::from("# Comparison of engines\n\n");
    text += &provenance(report);
    if comparison.has_wrong_answers() {
        text += "\n> **Wrong answers.** At least one run gave a wrong answer. Its figures count for nothing and enter no \
                 ratio.\n";
    }
    text += "\n## At a glance\n\n";
    text += &headline_of(&comparison);
    text += "\n## How to read it\n\n";
    text += READING;
    text += "\n## Engines\n\n";
    for engine in &comparison.engines {
        let about = engine
            .about()
            .unwrap_or("an engine this report has no description of");
        let _ = writeln!(text, "- **{}**: {about}.", escape(engine.name()));
    }
    if !report.left_out.is_empty() {
        text += "\n## Left out\n\n";
    }
    for line in report.left_out.iter().map(ToString::to_string) {
        let _ = writeln!(text, "- {}", escape(&line));
    }
    text += "\n## Cost per operation\n\n";
    text += &costs(&comparison);
    text += "\n## Growth\n\n";
    text += &growth(&comparison);
    text += "\n## Method\n\n";
    text += METHOD;
    text
}

/// The short table of the README: a row per workload and parameters, at one representative size each.
pub fn headline(report: &Report) -> String {
    headline_of(&Comparison::of(report))
}

const READING: &str = "\
- A cell is the median of the samples, in nanoseconds per operation where no unit is given, ± half the
  interquartile range in percent of the median.
- *x / floor* is a multiple of the floor: 1× would be a machine that costs nothing.
- *cesk / x* is how many times faster than cesk an engine is.
- Growth is the cost per operation at the largest size over that at the smallest: 1× means that nothing
  gets dearer as a run gets longer.
- – means that an engine was not run at that size.
";

pub(crate) const METHOD: &str = "\
Every engine runs the same workload in one process, a published package in a process of its own, in
random order with the others, so that a disturbance of the machine meets all of them alike. Each sample times whole runs and divides by the
operations in them; each engine compiles its own copy of a workload's source; and every answer is checked
against one that was computed independently. The quartiles are quantiles of type 8 after Hyndman and Fan.
Every sample is in report.json at full precision.
";

fn provenance(report: &Report) -> String {
    let mut table = TextTable::new(&[("", false), ("", false)]);
    for (name, value) in facts(report) {
        table.row(vec![name.to_owned(), escape(&value)]);
    }
    table.render()
}

/// What ran where and how, as pairs of name and value.
pub(crate) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let Report {
        machine,
        versions,
        settings,
        ..
    } = report;
    let mut set = vec![format!("seed={}", settings.seed)];
    set.extend(
        settings
            .further
            .iter()
            .map(|(name, value)| format!("{name}={value}")),
    );
    vec![
        ("created", report.created.clone()),
        ("mode", report.mode.to_string()),
        (
            "processor",
            format!("{}, {} cores", machine.cpu, machine.cores),
        ),
        ("memory", format::memory(machine.memory_bytes)),
        (
            "system",
            format!("{}, kernel {}", machine.os, machine.kernel),
        ),
        ("doeff_vm", versions.doeff_vm.clone()),
        (
            "Python",
            format!("{} ({})", versions.python, versions.python_prefix),
        ),
        ("Rust", versions.rustc.clone()),
        (
            "revision",
            versions
                .git_revision
                .clone()
                .unwrap_or_else(|| "unknown".to_owned()),
        ),
        ("settings", set.join(", ")),
    ]
}

fn headline_of(comparison: &Comparison) -> String {
    let mut table = TextTable::new(&[
        ("workload", false),
        ("size", true),
        ("vm", true),
        ("floor", true),
        ("× floor", true),
        ("cesk", true),
        ("times faster than cesk", true),
    ]);
    for line in headline_rows(comparison) {
        table.row(line.map(|cell| escape(&cell)).into());
    }
    table.render()
}

/// The cells of the short table: workload, size, vm, floor, multiple of the floor, cesk, times faster than cesk.
pub(crate) fn headline_rows(comparison: &Comparison) -> Vec<[String; 7]> {
    let line = |group: &Group| {
        let row = group.representative()?;
        let time = |engine| {
            row.cost(engine).map_or_else(
                || format::cell(row.cells.get(engine)),
                |c| format::time(c.ns_per_op.median),
            )
        };
        let vm = row.cost(&Engine::VM);
        Some([
            group.label(),
            format::count(row.size),
            time(&Engine::VM),
            time(&Engine::FLOOR),
            format::optional_times(vm.and_then(|cost| cost.times_floor)),
            time(&Engine::CESK),
            format::optional_times(vm.and_then(|cost| cost.times_faster)),
        ])
    };
    comparison.groups.iter().filter_map(line).collect()
}

fn costs(comparison: &Comparison) -> String {
    let mut header = vec![
        ("workload".to_owned(), false),
        ("params".to_owned(), false),
        ("size".to_owned(), true),
    ];
    header.extend(
        comparison
            .engines
            .iter()
            .map(|engine| (escape(engine.name()), true)),
    );
    header.extend(
        comparison
            .over_floor()
            .iter()
            .map(|engine| (format!("{} / floor", escape(engine.name())), true)),
    );
    header.extend(
        comparison
            .against_cesk()
            .iter()
            .map(|engine| (format!("cesk / {}", escape(engine.name())), true)),
    );
    let mut table = TextTable::new(&header);
    for group in &comparison.groups {
        for row in &group.rows {
            table.row(cost_cells(comparison, group, row));
        }
    }
    table.render()
}

fn cost_cells(comparison: &Comparison, group: &Group, row: &Row) -> Vec<String> {
    let mut cells = vec![
        escape(&group.workload),
        escape(&group.params.to_string()),
        format::count(row.size),
    ];
    cells.extend(
        comparison
            .engines
            .iter()
            .map(|engine| format::cell(row.cells.get(engine))),
    );
    cells.extend(
        comparison.over_floor().iter().map(|engine| {
            format::optional_times(row.cost(engine).and_then(|cost| cost.times_floor))
        }),
    );
    cells.extend(
        comparison.against_cesk().iter().map(|engine| {
            format::optional_times(row.cost(engine).and_then(|cost| cost.times_faster))
        }),
    );
    cells
}

fn growth(comparison: &Comparison) -> String {
    let grown: Vec<_> = comparison
        .groups
        .iter()
        .filter(|group| !group.growth.is_empty())
        .collect();
    if grown.is_empty() {
        return "No workload was run at two sizes.\n".to_owned();
    }
    let mut header = vec![
        ("workload".to_owned(), false),
        ("params".to_owned(), false),
        ("sizes".to_owned(), true),
    ];
    header.extend(
        comparison
            .engines
            .iter()
            .map(|engine| (escape(engine.name()), true)),
    );
    let mut table = TextTable::new(&header);
    for group in grown {
        let sizes = group
            .sizes()
            .map(|(from, to)| format!("{}–{}", format::count(from), format::count(to)));
        let mut cells = vec![
            escape(&group.workload),
            escape(&group.params.to_string()),
            sizes.unwrap_or_default(),
        ];
        let figures = comparison
            .engines
            .iter()
            .map(|engine| format::growth(group.growth.get(engine), group.sizes()));
        cells.extend(figures);
        table.row(cells);
    }
    table.render()
}
