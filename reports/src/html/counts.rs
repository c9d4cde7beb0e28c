//! Instruction counts: what an operation costs, and what it grows with.

use super::HtmlError;
use super::view::{self, Cell, Entry, Figure, Section, Table, svg};
use crate::folder::Beside;
use crate::instructions::{Ceiling, Cost, Instructions, Law, Verdict};
use crate::plot::curves::{self, Axes, Point, Series};
use crate::plot::plain_tick;
use crate::table::Power;
use crate::{Engine, Folder, format};

/// The section; none without a record of the instructions.
pub(super) fn section(folder: &Folder) -> Result<Option<Section>, HtmlError> {
    let Some(counted) = &folder.instructions else {
        return Ok(None);
    };
    let mut figures = Vec::new();
    for law in &counted.laws {
        figures.extend(law_figure(law)?);
    }
    let revision = counted.build.versions.git_revision.as_deref();
    let intro = format!(
        "Counted by valgrind {} at commit {}: they repeat to a fraction of an instruction, whatever else the machine \
         does. What one operation costs is the difference of two sizes over the operations that one has more.{}",
        counted.build.valgrind.trim_start_matches("valgrind-"),
        revision.unwrap_or("unknown"),
        view::other_commits(folder, &[Beside::Instructions]),
    );
    Ok(Some(Section {
        id: "instructions",
        title: "Instructions",
        intro,
        figures,
        tables: vec![costs(counted)],
    }))
}

fn law_figure(law: &Law) -> Result<Option<Figure>, HtmlError> {
    // Sizes are far below 2^52.
    #[expect(clippy::cast_precision_loss)]
    let points: Vec<_> = law
        .points
        .iter()
        .map(|point| (point.at as f64, point.count))
        .collect();
    let power = Power::of(&points);
    let drawn = plotted(&points);
    let line = power.map(|power| curves::along(&drawn, |at| power.at(at)));
    let series = Series {
        look: 0,
        law: line.unwrap_or_default(),
        points: drawn,
    };
    let axes = Axes {
        x: &law.over,
        names: &[],
        y_tick: plain_tick,
    };
    let Some(plot) = curves::plot(&[series], &axes)? else {
        return Ok(None);
    };
    let mut data = Table::new("", [law.over.as_str(), "instructions", "by the law"]);
    for (point, (at, count)) in law.points.iter().zip(&points) {
        let fitted = power.as_ref().map(|power| power.at(*at));
        data.row([
            format::count(point.at),
            format::instructions(*count),
            fitted.map_or_else(|| format::MISSING.to_owned(), format::instructions),
        ]);
    }
    Ok(Some(Figure {
        title: law.cost.clone(),
        small: format!("over the {}", law.over),
        legend: vec![Entry::named(0, "vm")],
        svg: svg(plot),
        narrow: None,
        note: format!(
            "instructions; fitted exponent {:.4}, at most {} is allowed: it {}",
            law.exponent,
            law.ceiling,
            holds(law.verdict()),
        ),
        data,
    }))
}

/// Points without intervals: counts repeat.
pub(super) fn plotted(points: &[(f64, f64)]) -> Vec<Point> {
    let points = points.iter().map(|&(at, value)| Point {
        at,
        value,
        interval: None,
    });
    points.collect()
}

fn holds(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Broken => "is BROKEN",
        Verdict::Open => "is open",
    }
}

fn costs(counted: &Instructions) -> Table {
    let header = [
        "workload",
        "per",
        "vm",
        "floor",
        "vm / floor",
        "at most",
        "ceiling",
    ];
    let mut table = Table::new("Instructions per operation", header);
    for cost in &counted.costs {
        let class = if cost.verdict() == Verdict::Broken {
            "bad"
        } else {
            ""
        };
        table.push(class, row(cost).map(Cell::plain));
    }
    table
}

fn row(cost: &Cost) -> [String; 7] {
    let count = |engine| {
        let count = cost.count(engine);
        count.map_or_else(|| format::MISSING.to_owned(), format::instructions)
    };
    let ceiling = match cost.ceiling {
        None => format::MISSING.to_owned(),
        Some(Ceiling::TimesFloor(times)) => format::times(times),
        Some(Ceiling::Instructions(count)) => format::instructions(count),
    };
    [
        cost.label(),
        cost.operation.clone(),
        count(&Engine::VM),
        count(&Engine::FLOOR),
        format::optional_times(cost.times_floor()),
        ceiling,
        holds(cost.verdict()).to_owned(),
    ]
}
