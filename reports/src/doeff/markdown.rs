//! The table of two wheels as a page.

use std::fmt::Write as _;

use super::{Doeff, Row};
use crate::stats::bootstrap::Estimate;
use crate::stats::noise::Grade;
use crate::text::{TextTable, escape};
use crate::{format, head};

const INTRODUCTION: &str = "\
Times of an operation, and how many times faster ours is: the median ratio of paired slices, with its 95 % interval. \
*Python* is the part that is not the machine, measured without one in the same processes: the effects made by \
doeff's classes, the loops, and the clauses' code as plain functions. The *rest* is the whole without it, a difference of \
lower quartiles. A dash stands where the clauses are too much of doeff's to run without a machine.

Built-in effects must be 5 times faster: whole where doeff's Python has no part in it, which is a state that is asked by \
one effect object; else, where it makes each effect or answers it, in the rest. Everything else is required of the whole. \
A scenario without a requirement must not be called slower, at a margin of 3 %.";

/// The page.
pub(super) fn page(doeff: &Doeff) -> String {
    let run = &doeff.run;
    let mut page = format!(
        "# doeff on two wheels\n\n{INTRODUCTION}\n\n{}\n",
        table(&doeff.rows)
    );
    if doeff.noise.grade == Some(Grade::D) {
        page += "**The machine was too noisy for times.**\n\n";
    }
    page += &wholes_below(doeff);
    let problems = doeff.problems();
    if problems.is_empty() {
        page += "Every requirement is met, and no scenario is called slower.\n";
    } else {
        page += "**Not as it must be:**\n\n";
        for problem in problems {
            let _ = writeln!(page, "* {}", escape(&problem));
        }
    }
    let facts = [
        ("noise", head::sentence(&doeff.noise)),
        ("published", run.wheels.published.clone()),
        ("ours", run.wheels.ours.clone()),
        ("our wheel", run.wheel.to_string()),
        (
            "revision of the harness",
            run.revision.clone().unwrap_or_else(|| "unknown".to_owned()),
        ),
        ("CPython", run.python.clone()),
        (
            "processor",
            format!("{}, {} cores", run.machine.cpu, run.machine.cores),
        ),
        (
            "system",
            format!("{}, kernel {}", run.machine.os, run.machine.kernel),
        ),
        (
            "created",
            format!("{}, {} run, seed {}", run.created, run.mode, run.seed),
        ),
    ];
    page.push('\n');
    for (name, fact) in facts {
        let _ = writeln!(page, "* {name}: {}", escape(&fact));
    }
    page
}

/// Names the rows whose requirement is one of the rest and would be missed by the whole.
fn wholes_below(doeff: &Doeff) -> String {
    let below: Vec<_> = doeff
        .rows
        .iter()
        .filter_map(|row| {
            let times = row.required?.times;
            let whole = format::times(row.whole.median);
            (row.whole.median < times).then(|| format!("{} ({whole})", row.name))
        })
        .collect();
    if below.is_empty() {
        return String::new();
    }
    format!(
        "Whole, with doeff's Python, these are below their figure: {}.\n\n",
        escape(&below.join(", "))
    )
}

fn table(rows: &[Row]) -> String {
    let mut table = TextTable::new(&[
        ("scenario", false),
        ("lives in", false),
        ("published", true),
        ("ours", true),
        ("times faster", true),
        ("Python", true),
        ("rest, times faster", true),
        ("required", false),
        ("met", false),
        ("verdict", false),
    ]);
    for row in rows {
        let missing = || format::MISSING.to_owned();
        let python = row
            .python_ns
            .map_or_else(missing, |python| format::time(python.ours));
        let met = match row.met() {
            None => format::MISSING,
            Some(true) => "yes",
            Some(false) => "**missed**",
        };
        let verdict = row.judgement.map(|judged| judged.verdict.to_string());
        table.row(vec![
            row.name.clone(),
            row.lives_in.to_string(),
            format::time(row.whole_ns.published),
            format::time(row.whole_ns.ours),
            with_interval(&row.whole),
            python,
            row.rest.as_ref().map_or_else(missing, with_interval),
            row.required
                .map_or_else(missing, |required| required.to_string()),
            met.to_owned(),
            verdict.unwrap_or_else(missing),
        ]);
    }
    table.render()
}

fn with_interval(estimate: &Estimate) -> String {
    let Estimate {
        median, low, high, ..
    } = *estimate;
    format!("{} [{low:.2}, {high:.2}]", format::times(median))
}
