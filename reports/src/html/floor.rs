//! Multiples of the floor.

use super::view::{Entry, Figure, Section, Table, svg};
use super::{Detail, HtmlError};
use crate::plot::lanes::{self, Axis, Dot, Labels, Lane};
use crate::plot::{look_index, plain_tick};
use crate::table::{Comparison, Group};
use crate::{Engine, format};

/// The section; none without a floor.
pub(super) fn section(
    comparison: &Comparison,
    detail: Detail,
) -> Result<Option<Section>, HtmlError> {
    let dotted = |engine: &&Engine| {
        let mut rows = comparison.groups.iter().filter_map(Group::representative);
        rows.any(|row| {
            row.cost(engine)
                .is_some_and(|cost| cost.over_floor.is_some())
        })
    };
    let engines = comparison.over_floor().into_iter();
    let engines: Vec<_> = engines
        .filter(|engine| detail.draws(engine))
        .filter(dotted)
        .collect();
    let lanes = comparison.groups.iter();
    let lanes: Vec<_> = lanes
        .filter_map(|group| lane(comparison, group, &engines))
        .take(detail.others)
        .collect();
    let axis = Axis {
        at_least: 10.0,
        ticks: Vec::new(),
        label: |ratio| format!("{}×", plain_tick(ratio)),
    };
    let (Some(wide), Some(narrow)) = (
        lanes::plot(&lanes, &axis, Labels::Beside)?,
        lanes::plot(&lanes, &axis, Labels::Above)?,
    ) else {
        return Ok(None);
    };
    let legend = engines.iter().map(|engine| Entry::of(comparison, engine));
    let figure = Figure {
        title: "Multiples of the floor".to_owned(),
        small: "at one size of each workload".to_owned(),
        legend: legend.collect(),
        svg: svg(wide),
        narrow: Some(svg(narrow)),
        note: "The figure at the right end is that of vm.".to_owned()
            + &detail
                .shows_first(comparison.groups.len())
                .unwrap_or_default(),
        data: data(comparison, &engines),
    };
    Ok(Some(Section {
        id: "floor",
        title: "Multiples of the floor",
        intro: "The floor is the cheapest native loop that does the same Python-side work with no machine at all: 1× \
                would be a machine that costs nothing. Median and 95 % interval of the ratios of pairs of slices, on a \
                log scale."
            .to_owned(),
        figures: vec![figure],
        tables: Vec::new(),
    }))
}

fn lane(comparison: &Comparison, group: &Group, engines: &[&Engine]) -> Option<Lane> {
    let row = group.representative()?;
    // In reverse, so that the first engine lies on top.
    let dots = engines.iter().rev().filter_map(|engine| {
        let ratio = row.cost(engine)?.over_floor?;
        Some(Dot {
            look: look_index(comparison, engine),
            value: ratio.median,
            interval: ratio.interval(),
        })
    });
    let dots: Vec<_> = dots.collect();
    let vm = row
        .cost(&Engine::VM)
        .and_then(crate::table::Cost::times_floor);
    (!dots.is_empty()).then(|| Lane {
        label: group.label(),
        note: vm.map(format::times).unwrap_or_default(),
        dots,
        margin: None,
    })
}

fn data(comparison: &Comparison, engines: &[&Engine]) -> Table {
    let header = ["workload", "n", "vm", "floor"].map(str::to_owned);
    let ratios = engines.iter().map(|engine| format!("{engine} / floor"));
    let mut table = Table::new("", header.into_iter().chain(ratios));
    for group in &comparison.groups {
        let Some(row) = group.representative() else {
            continue;
        };
        let time = |engine| format::cell(row.cells.get(engine));
        let head = [
            group.label(),
            format::count(row.size),
            time(&Engine::VM),
            time(&Engine::FLOOR),
        ];
        let ratios = engines.iter().map(|engine| {
            let ratio = row.cost(engine).and_then(|cost| cost.over_floor);
            ratio.map_or_else(
                || match row.cells.get(engine) {
                    Some(crate::Cell::Cost(_)) | None => format::MISSING.to_owned(),
                    other => format::cell(other),
                },
                |ratio| format::ratio(&ratio),
            )
        });
        table.row(head.into_iter().chain(ratios));
    }
    table
}
