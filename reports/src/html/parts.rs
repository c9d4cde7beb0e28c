//! Whose instructions the virtual machine's are.

use super::view::{self, Entry, Figure, Section, Table, svg};
use super::{Detail, HtmlError};
use crate::folder::Beside;
use crate::instructions::{Cost, Part};
use crate::plot::bars::{self, Bar};
use crate::plot::lanes::Labels;
use crate::{Engine, Folder, format};

/// How a part looks, by its place among [`LOOKS`](crate::plot::LOOKS).
fn look(part: Part) -> usize {
    match part {
        Part::Cpython => 5,
        Part::Binding => 6,
        Part::Core => 0,
        Part::Other => 2,
    }
}

/// The section; none where instructions were not told apart.
pub(super) fn section(folder: &Folder, detail: Detail) -> Result<Option<Section>, HtmlError> {
    let costs = folder
        .instructions
        .iter()
        .flat_map(|counted| &counted.costs);
    let costs: Vec<_> = costs.filter(|cost| !cost.parts.is_empty()).collect();
    let bars: Vec<_> = costs
        .iter()
        .take(detail.others)
        .map(|cost| bar(cost))
        .collect();
    let (Some(wide), Some(narrow)) = (
        bars::plot(&bars, Labels::Beside)?,
        bars::plot(&bars, Labels::Above)?,
    ) else {
        return Ok(None);
    };
    let legend = Part::ALL.map(|part| Entry {
        glyph: "■",
        ..Entry::named(look(part), part.title())
    });
    let shown = detail.shows_first(costs.len()).unwrap_or_default();
    let figure = Figure {
        title: "Parts of an operation".to_owned(),
        small: "of the instructions of vm".to_owned(),
        legend: legend.into(),
        svg: svg(wide),
        narrow: Some(svg(narrow)),
        note: format!("The figure at the right end is the number of instructions.{shown}"),
        data: data(&costs),
    };
    Ok(Some(Section {
        id: "parts",
        title: "Whose instructions they are",
        intro: "An operation's instructions on vm, told apart by the function that makes them: those of CPython's library \
                and extension modules, of the binding (the classes and the driver that Python sees), of the core, which \
                knows nothing of Python, and the rest, such as the C library's. What the compiler puts into a caller \
                counts as the caller's, which is how the binding comes by some of the core's work."
            .to_owned()
            + &view::other_commits(folder, &[Beside::Instructions]),
        figures: vec![figure],
        tables: Vec::new(),
    }))
}

fn bar(cost: &Cost) -> Bar {
    let parts = Part::ALL.iter().filter_map(|&part| {
        let &count = cost.parts.get(&part)?;
        Some((look(part), count))
    });
    let count = cost.count(&Engine::VM);
    Bar {
        label: cost.label(),
        note: count.map(format::instructions).unwrap_or_default(),
        parts: parts.collect(),
    }
}

fn data(costs: &[&Cost]) -> Table {
    let header = ["workload", "vm"].into_iter();
    let mut table = Table::new("", header.chain(Part::ALL.map(Part::title)));
    let shown =
        |count: Option<f64>| count.map_or_else(|| format::MISSING.to_owned(), format::instructions);
    for cost in costs {
        let parts = Part::ALL
            .iter()
            .map(|part| shown(cost.parts.get(part).copied()));
        let head = [cost.label(), shown(cost.count(&Engine::VM))];
        table.row(head.into_iter().chain(parts));
    }
    table
}
