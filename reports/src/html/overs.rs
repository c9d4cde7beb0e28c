//! Cost over what workloads have as parameters: the depth of handlers, of calls, of what is captured.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Entry, Figure, Section, Table, svg};
use super::{Detail, HtmlError};
use crate::plot::curves::{self, Axes, Point, Series};
use crate::plot::{look_index, time_tick};
use crate::table::{Comparison, Figure as Cost, Group, Power};
use crate::{Engine, format};

/// A parameter must take so many values to be plotted over.
const FEWEST: usize = 3;

/// Groups that differ in one parameter alone, by its value.
struct Over<'a> {
    workload: &'a str,
    parameter: String,
    /// The other parameters.
    others: String,
    groups: BTreeMap<u64, &'a Group>,
}

/// The section; none where no parameter takes values enough.
pub(super) fn section(
    comparison: &Comparison,
    detail: Detail,
) -> Result<Option<Section>, HtmlError> {
    let mut figures = Vec::new();
    for over in overs(comparison).iter().take(detail.others) {
        figures.extend(figure(comparison, over, detail)?);
    }
    Ok((!figures.is_empty()).then(|| Section {
        id: "over",
        title: "Cost over handler depth, call depth and captured frames",
        intro: "Time per operation over a parameter of the workload, at the largest size that all its values have, \
                both on log scales. A flat line does not care how deep the stack is or how much is captured. (The size of \
                held_continuations is how many are held: what these cost is among the costs over size.)"
            .to_owned(),
        figures,
        tables: Vec::new(),
    }))
}

/// Every numeric parameter with values enough.
fn overs(comparison: &Comparison) -> Vec<Over<'_>> {
    let mut overs = BTreeMap::<(&str, String, String), BTreeMap<u64, &Group>>::new();
    for group in &comparison.groups {
        for (name, value) in group.params.numbers() {
            let others = group
                .params
                .pairs()
                .filter(|pair| !pair.starts_with(&format!("{name}=")));
            let others = others.collect::<Vec<_>>().join(", ");
            let key = (group.workload.as_str(), name.to_owned(), others);
            overs.entry(key).or_default().insert(value, group);
        }
    }
    overs
        .into_iter()
        .filter(|(_, groups)| groups.len() >= FEWEST)
        .map(|((workload, parameter, others), groups)| Over {
            workload,
            parameter,
            others,
            groups,
        })
        .collect()
}

impl Over<'_> {
    /// The largest size that all values have.
    fn size(&self) -> Option<u64> {
        let sizes = |group: &Group| {
            group
                .rows
                .iter()
                .map(|row| row.size)
                .collect::<BTreeSet<_>>()
        };
        let all = self.groups.values().map(|group| sizes(group));
        all.reduce(|a, b| &a & &b)?.last().copied()
    }

    fn costs(&self, engine: &Engine, size: u64) -> Vec<(u64, Cost)> {
        let cost = |group: &Group| {
            let row = group.rows.iter().find(|row| row.size == size)?;
            Some(row.cost(engine)?.ns_per_op)
        };
        let costs = self.groups.iter();
        costs
            .filter_map(|(value, group)| Some((*value, cost(group)?)))
            .collect()
    }
}

fn figure(
    comparison: &Comparison,
    over: &Over,
    detail: Detail,
) -> Result<Option<Figure>, HtmlError> {
    let Some(size) = over.size() else {
        return Ok(None);
    };
    let shown: Vec<_> = comparison
        .engines
        .iter()
        .filter(|engine| detail.draws(engine))
        .map(|engine| (engine, over.costs(engine, size)))
        .filter(|(_, costs)| !costs.is_empty())
        .collect();
    let series: Vec<_> = shown
        .iter()
        .map(|(engine, costs)| series(look_index(comparison, engine), costs))
        .collect();
    let axes = Axes {
        x: &over.parameter,
        names: &[],
        y_tick: time_tick,
    };
    let Some(plot) = curves::plot(&series, &axes)? else {
        return Ok(None);
    };
    let values: Vec<_> = over.groups.keys().copied().collect();
    let header = ["engine".to_owned(), "exponent".to_owned()];
    let columns = values
        .iter()
        .map(|value| format!("{} = {}", over.parameter, format::count(*value)));
    let mut data = Table::new("", header.into_iter().chain(columns));
    for ((engine, costs), series) in shown.iter().zip(&series) {
        let points: Vec<_> = series
            .points
            .iter()
            .map(|point| (point.at, point.value))
            .collect();
        let law = Power::of(&points);
        let head = [
            engine.to_string(),
            law.map_or_else(|| format::MISSING.to_owned(), |law| format::exponent(&law)),
        ];
        let cells = values.iter().map(|value| {
            let found = costs.iter().find(|(at, _)| at == value);
            found.map_or_else(
                || format::MISSING.to_owned(),
                |(_, cost)| with_interval(cost),
            )
        });
        data.row(head.into_iter().chain(cells));
    }
    Ok(Some(Figure {
        title: over.workload.to_owned(),
        small: over.others.clone(),
        legend: shown
            .iter()
            .map(|(engine, _)| Entry::of(comparison, engine))
            .collect(),
        svg: svg(plot),
        narrow: None,
        note: format!("n = {}", format::count(size)),
        data,
    }))
}

fn with_interval(cost: &Cost) -> String {
    let median = format::ns(cost.median);
    match cost.interval() {
        Some(interval) => format!("{median} ({})", format::interval(interval)),
        None => median,
    }
}

fn series(look: usize, costs: &[(u64, Cost)]) -> Series {
    let points = costs
        .iter()
        .filter(|(value, _)| *value > 0)
        .map(|(value, cost)| {
            // Depths are far below 2^52.
            #[expect(clippy::cast_precision_loss)]
            let at = *value as f64;
            Point {
                at,
                value: cost.median,
                interval: cost.interval(),
            }
        });
    Series {
        look,
        points: points.collect(),
        law: Vec::new(),
    }
}
