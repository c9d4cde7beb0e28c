//! Cost over size, with all figures of each workload.

use std::fmt::Write as _;

use super::view::{self, Cell, Entry, Figure, Section, Table, svg};
use super::{Detail, HtmlError};
use crate::folder::Beside;
use crate::plot::curves::{self, Axes, Point, Series};
use crate::plot::{look_index, time_tick};
use crate::table::{Comparison, Group};
use crate::{Engine, Folder, lines};

/// The section: a plot per workload and parameters as far as there is room, and all figures of each.
pub(super) fn section(
    folder: &Folder,
    comparison: &Comparison,
    detail: Detail,
) -> Result<Option<Section>, HtmlError> {
    let (mut figures, mut tables, mut missing) = (Vec::new(), Vec::new(), 0);
    for (index, group) in comparison.groups.iter().enumerate() {
        let data = data(comparison, group);
        let plot = if index < detail.costs {
            let engines = shown(comparison, group, detail);
            let axes = Axes {
                x: "n",
                names: &[],
                y_tick: time_tick,
            };
            let all = engines
                .iter()
                .map(|engine| series(comparison, group, engine));
            let plot = curves::plot(&all.collect::<Vec<_>>(), &axes)?;
            plot.map(|plot| (plot, engines))
        } else {
            None
        };
        match plot {
            Some((plot, engines)) => figures.push(Figure {
                title: group.workload.clone(),
                small: group.params.to_string(),
                legend: engines
                    .iter()
                    .map(|engine| Entry::of(comparison, engine))
                    .collect(),
                svg: svg(plot),
                narrow: None,
                note: format!(
                    "per {}; the same within ±{:.1} %",
                    group.operation,
                    group.margin * 100.0
                ),
                data,
            }),
            None if tables.len() < detail.tables => tables.push(data),
            None => missing += 1,
        }
    }
    let mut intro = "Time per operation over n, both on log scales, with 95 % intervals where they are wider than the \
                 marker. A flat line costs the same however long the run. The thin line is the law that fits vm and cesk \
                 best: a power law, whose exponent is in the table with all other figures, or where there are seven \
                 sizes over three decades the one of four laws that fits best. Instructions, allocations and \
                 bytes kept are slopes over two sizes, so they stand once per engine."
        .to_owned();
    intro += &view::other_commits(folder, &[Beside::Instructions, Beside::Allocations]);
    if missing > 0 {
        let _ = write!(
            intro,
            " {missing} workloads have no place on a page of this size; report.json has them."
        );
    }
    Ok(
        (!figures.is_empty() || !tables.is_empty()).then(|| Section {
            id: "sizes",
            title: "Cost over size, and all figures",
            intro,
            figures,
            tables,
        }),
    )
}

/// The engines that ran the group.
fn shown<'a>(comparison: &'a Comparison, group: &Group, detail: Detail) -> Vec<&'a Engine> {
    let engines = comparison.engines.iter();
    engines
        .filter(|engine| detail.draws(engine))
        .filter(|engine| group.rows.iter().any(|row| row.cost(engine).is_some()))
        .collect()
}

fn series(comparison: &Comparison, group: &Group, engine: &Engine) -> Series {
    let points = group.rows.iter().filter_map(|row| {
        // A size of zero has no place on a log axis, and no plot can show the difference beyond 2^52.
        #[expect(clippy::cast_precision_loss)]
        let at = (row.size > 0).then_some(row.size as f64)?;
        let ns = row.cost(engine)?.ns_per_op;
        Some(Point {
            at,
            value: ns.median,
            interval: ns.interval(),
        })
    });
    let points: Vec<_> = points.collect();
    let fitted = [Engine::VM, Engine::CESK].contains(engine) && points.len() > 2;
    let law = group.growth.get(engine).filter(|_| fitted);
    let law = law.map(|growth| match &growth.fit {
        Some(fit) => curves::along(&points, |at| fit.best().at(at)),
        None => curves::along(&points, |at| growth.law.at(at)),
    });
    Series {
        look: look_index(comparison, engine),
        law: law.unwrap_or_default(),
        points,
    }
}

/// All figures of a group.
fn data(comparison: &Comparison, group: &Group) -> Table {
    let title = format!("{}, per {}", group.label(), group.operation);
    let mut table = Table::new(title, lines::COLUMNS.map(|(title, _)| title));
    for line in lines::lines(comparison, group) {
        let class = match line.kind {
            lines::Kind::Right => "",
            lines::Kind::Bad => "bad",
            lines::Kind::LeftOut => "out",
        };
        table.push(class, line.cells.map(Cell::plain));
    }
    table
}
