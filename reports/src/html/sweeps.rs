//! Instructions over the size, with the law that each engine follows.

use super::HtmlError;
use super::counts::plotted;
use super::view::{self, Cell, Entry, Figure, Section, Table, svg};
use crate::fit::Fit;
use crate::folder::Beside;
use crate::plot::curves::{self, Axes, Series};
use crate::plot::{look_index, plain_tick};
use crate::sweep;
use crate::table::Comparison;
use crate::{Folder, format};

/// The section; none without a record of sweeps.
pub(super) fn section(
    folder: &Folder,
    comparison: &Comparison,
) -> Result<Option<Section>, HtmlError> {
    let Some(sweep) = &folder.sweep else {
        return Ok(None);
    };
    let mut figures = Vec::new();
    for group in sweep
        .series
        .chunk_by(|a, b| a.workload == b.workload && a.params == b.params)
    {
        figures.extend(figure(comparison, group)?);
    }
    Ok((!figures.is_empty()).then(|| Section {
        id: "sweeps",
        title: "Instructions over size",
        intro: "Counted at many sizes, both on log scales. The thin line is the law that fits best: constant, \
                logarithmic, linear or quadratic. The table names it, the exponent of the power law with its 95 % \
                interval, and the runner-up."
            .to_owned()
            + &view::other_commits(folder, &[Beside::Sweep]),
        figures,
        tables: Vec::new(),
    }))
}

fn figure(comparison: &Comparison, group: &[sweep::Series]) -> Result<Option<Figure>, HtmlError> {
    let Some(first) = group.first() else {
        return Ok(None);
    };
    let series: Vec<_> = group.iter().map(|one| series(comparison, one)).collect();
    let axes = Axes {
        x: "n",
        names: &[],
        y_tick: plain_tick,
    };
    let Some(plot) = curves::plot(&series, &axes)? else {
        return Ok(None);
    };
    Ok(Some(Figure {
        title: first.workload.clone(),
        small: first.params.to_string(),
        legend: group
            .iter()
            .map(|one| Entry::of(comparison, &one.engine))
            .collect(),
        svg: svg(plot),
        narrow: None,
        note: format!("instructions per {}", first.operation),
        data: data(group),
    }))
}

fn series(comparison: &Comparison, one: &sweep::Series) -> Series {
    let points: Vec<_> = one
        .points
        .iter()
        .map(|point| (point.size(), point.count))
        .collect();
    let points = plotted(&points);
    let law = one.fit.as_ref().map(Fit::best);
    let law = law.map(|curve| curves::along(&points, |at| curve.at(at)));
    Series {
        look: look_index(comparison, &one.engine),
        law: law.unwrap_or_default(),
        points,
    }
}

/// A row per size, and the law in the last.
fn data(group: &[sweep::Series]) -> Table {
    let engines = group.iter().map(|one| one.engine.to_string());
    let mut table = Table::new("", ["sizes".to_owned()].into_iter().chain(engines));
    let longest = group.iter().max_by_key(|one| one.points.len());
    for point in longest.into_iter().flat_map(|one| &one.points) {
        let sizes = format!("{}–{}", format::count(point.from), format::count(point.to));
        let counts = group.iter().map(|one| {
            let mut points = one.points.iter();
            let same = points.find(|other| (other.from, other.to) == (point.from, point.to));
            same.map_or_else(
                || format::MISSING.to_owned(),
                |same| format::instructions(same.count),
            )
        });
        table.row([sizes].into_iter().chain(counts));
    }
    let laws = group.iter().map(sweep::Series::verdict);
    let laws = laws.map(|law| Cell::set(law, "list"));
    table.push("", [Cell::plain("law")].into_iter().chain(laws));
    table
}
