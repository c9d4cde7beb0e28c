//! The page.

use std::fmt::Write as _;

use doeff_reports::format::{self, MISSING};
use doeff_reports::instructions::{Ceiling, Law, Point, Verdict};
use doeff_reports::text::{TextTable, escape};

use super::records::{CoreRow, Growth, Structure};
use super::summary::{Head, Judged, Summary, Target};

/// The whole page.
pub(super) fn page(summary: &Summary) -> String {
    let mut text = format!("# Ceilings\n\n{}", head(summary));
    let sections = [
        ("Verdict", Some(verdict(summary))),
        ("The VM and the floor", targets(&summary.targets)),
        ("Laws of growth", laws(&summary.laws)),
        ("Memory", memory(&summary.structures, &summary.growth)),
        ("The core alone", core(&summary.core)),
    ];
    for (title, section) in sections {
        if let Some(section) = section {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {title}\n\n{section}");
        }
    }
    text
}

fn head(summary: &Summary) -> String {
    let Head {
        created,
        revision,
        python,
        libpython_sha256,
        rustc,
        cpu,
    } = &summary.head;
    let mut table = TextTable::new(&[("", false), ("", false)]);
    let mode = Some(summary.mode.to_string());
    for (name, value) in [
        ("created", created),
        ("mode", &mode),
        ("revision", revision),
        ("Python", python),
        ("libpython, SHA-256", libpython_sha256),
        ("Rust", rustc),
        ("CPU", cpu),
    ] {
        let value = value.as_deref().unwrap_or("unknown");
        table.row(vec![name.to_owned(), escape(value)]);
    }
    table.render()
}

fn verdict(summary: &Summary) -> String {
    let (measured, broken) = (summary.ceilings.measured, &summary.ceilings.broken);
    let held = measured.saturating_sub(broken.len());
    let mut text = match (measured, broken.is_empty()) {
        (0, _) => "No ceiling was measured.\n".to_owned(),
        (_, true) => format!("All {measured} ceilings that were measured hold.\n"),
        (_, false) => format!(
            "{held} of {measured} ceilings hold. Broken:\n\n{}",
            list(broken)
        ),
    };
    if !summary.failures.is_empty() {
        let _ = write!(text, "\nFailed:\n\n{}", list(&summary.failures));
    }
    text
}

fn list(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| format!("- {}\n", escape(line)));
    lines.collect()
}

const TIMES: &str = "\
Counts and times are of one operation, times in nanoseconds: medians at the size that is nearest to 10,000 of
those that all have. Times are noisy, counts are not, and ceilings are for counts.
";

fn targets(targets: &[Target]) -> Option<String> {
    let mut table = TextTable::new(&[
        ("workload", false),
        ("ceiling", true),
        ("VM, instructions", true),
        ("floor, instructions", true),
        ("VM / floor", true),
        ("verdict", false),
        ("size", true),
        ("VM, ns", true),
        ("floor, ns", true),
        ("doeff 0.8, ns", true),
        ("times faster than doeff 0.8", true),
    ]);
    for target in targets {
        let times = &target.times;
        table.row(vec![
            escape(&target.label),
            optional(target.ceiling, |ceiling| match ceiling {
                Ceiling::TimesFloor(ceiling) => ceiling.to_string(),
                Ceiling::Instructions(ceiling) => format!("{ceiling} instructions"),
            }),
            optional(target.vm, format::instructions),
            optional(target.floor, format::instructions),
            optional(target.ratio, |ratio| format!("{ratio:.3}")),
            shown(target.verdict),
            optional(times.size, format::count),
            optional(times.vm, ns),
            optional(times.floor, ns),
            optional(times.doeff, ns),
            optional(times.faster, format::times),
        ]);
    }
    let mut text = format!("{TIMES}\n{}", table.render());
    // One line for each reason, with all that it holds for.
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for target in targets {
        if let Some(reason) = target.times.no_doeff.as_deref() {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, labels)) => labels.push(&target.label),
                None => reasons.push((reason, vec![&target.label])),
            }
        }
    }
    for (reason, labels) in reasons {
        let all = labels.len() == targets.len();
        let which = if all {
            "all".to_owned()
        } else {
            labels.join("; ")
        };
        let _ = write!(
            text,
            "\nNo time of doeff 0.8 for {}: {}.\n",
            escape(&which),
            escape(reason)
        );
    }
    (!targets.is_empty()).then_some(text)
}

fn laws(laws: &[Judged<Law>]) -> Option<String> {
    let mut table = TextTable::new(&[
        ("cost", false),
        ("over", false),
        ("from", true),
        ("to", true),
        ("exponent", true),
        ("ceiling", true),
        ("verdict", false),
    ]);
    for Judged { of: law, verdict } in laws {
        let end = |point: Option<&Point>| optional(point.map(|point| point.at), format::count);
        table.row(vec![
            escape(&law.cost),
            escape(&law.over),
            end(law.points.first()),
            end(law.points.last()),
            format!("{:.4}", law.exponent),
            law.ceiling.to_string(),
            shown(*verdict),
        ]);
    }
    (!laws.is_empty()).then(|| table.render())
}

fn memory(structures: &[Judged<Structure>], growth: &[Judged<Growth>]) -> Option<String> {
    let mut parts = TextTable::new(&[
        ("bytes of each", false),
        ("Rust", true),
        ("Python, ours", true),
        ("Python's own", true),
        ("ours", true),
        ("ceiling", true),
        ("verdict", false),
    ]);
    for Judged { of, verdict } in structures {
        parts.row(vec![
            escape(&of.what),
            bytes(of.rust),
            bytes(of.python_ours),
            bytes(of.python_own),
            bytes(of.ours),
            optional(of.ceiling, |ceiling| ceiling.to_string()),
            shown(*verdict),
        ]);
    }
    let mut loops = TextTable::new(&[
        ("bytes more after a longer loop", false),
        ("from", true),
        ("to", true),
        ("Rust", true),
        ("Python", true),
        ("ceiling", true),
        ("verdict", false),
    ]);
    for Judged { of, verdict } in growth {
        loops.row(vec![
            escape(&of.what),
            format::count(of.from),
            format::count(of.to),
            of.rust.to_string(),
            of.python.to_string(),
            "0".to_owned(),
            shown(*verdict),
        ]);
    }
    let there = !structures.is_empty() || !growth.is_empty();
    there.then(|| format!("{}\n{}", parts.render(), loops.render()))
}

fn core(rows: &[CoreRow]) -> Option<String> {
    let mut table = TextTable::new(&[
        ("operation", false),
        ("way", false),
        ("instructions", true),
        ("ceiling", true),
        ("allocations", true),
        ("ns, least", true),
        ("verdict", false),
    ]);
    for row in rows {
        for (way, figures, ceiling) in row.ways() {
            let within = ceiling.is_none_or(|ceiling| figures.instructions <= ceiling);
            let holds = within && figures.allocates_nothing();
            table.row(vec![
                escape(&row.what),
                way.to_owned(),
                format::instructions(figures.instructions),
                optional(ceiling, |ceiling| ceiling.to_string()),
                figures.allocations.to_string(),
                format!("{:.1}", figures.ns),
                shown(if holds {
                    Verdict::Holds
                } else {
                    Verdict::Broken
                }),
            ]);
        }
    }
    (!rows.is_empty()).then(|| table.render())
}

fn optional<T>(figure: Option<T>, show: impl Fn(T) -> String) -> String {
    figure.map_or_else(|| MISSING.to_owned(), show)
}

/// Nanoseconds in one unit, so that a column can be compared.
fn ns(figure: f64) -> String {
    if figure.abs() < 100.0 {
        format!("{figure:.1}")
    } else {
        // The tenth of a large figure is noise.
        let whole = format::instructions(figure.round());
        whole.trim_end_matches(".0").to_owned()
    }
}

fn bytes(figure: f64) -> String {
    let text = format!("{figure:.2}");
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        text
    }
}

fn shown(verdict: Verdict) -> String {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Broken => "**broken**",
        Verdict::Open => "",
    }
    .to_owned()
}
