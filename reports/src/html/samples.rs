//! Samples against time.

use std::collections::BTreeMap;

use super::view::{Cell, Entry, Figure, Section, Table, svg};
use super::{Detail, HtmlError};
use crate::plot::samples::{self, COUNTED, Process, WARM_UP};
use crate::stats::Summary;
use crate::stats::warmup::Warmup;
use crate::table::{Comparison, Group};
use crate::{Engine, Folder, Measurement, Slice, format};

/// The most points of one process that are drawn, of those that count and of those that do not.
const SAMPLES: usize = 48;
const WARM_UPS: usize = 24;
/// How many places are left free between two processes.
const GAP: u32 = 2;

/// The section: the virtual machine at one size of each workload.
pub(super) fn section(
    folder: &Folder,
    comparison: &Comparison,
    detail: Detail,
) -> Result<Option<Section>, HtmlError> {
    let mut workloads = BTreeMap::<&str, &Group>::new();
    for group in &comparison.groups {
        workloads.entry(&group.workload).or_insert(group);
    }
    let mut figures = Vec::new();
    for group in workloads.into_values().take(detail.samples) {
        if let Some(row) = row(folder, group) {
            figures.extend(figure(group, row)?);
        }
    }
    let intro = format!(
        "In the order taken, process after process: each is a fresh start of vm, drawn from its first run on. The runs \
         before the first slice warm up: they are shown and kept, but count for nothing. Whether and where the samples \
         settle is looked for, not assumed. Of a long series {SAMPLES} samples at equal distances are drawn; \
         report.json has all, with the time of each."
    );
    Ok((!figures.is_empty()).then(|| Section {
        id: "samples",
        title: "Samples against time",
        intro,
        figures,
        tables: Vec::new(),
    }))
}

fn row<'a>(folder: &'a Folder, group: &Group) -> Option<&'a Measurement> {
    let size = group.representative()?.size;
    let mut rows = folder.report.results.iter();
    rows.find(|row| {
        row.workload == group.workload
            && row.params == group.params
            && row.size == size
            && row.engine == Engine::VM
            && row.answer_ok()
    })
}

fn figure(group: &Group, row: &Measurement) -> Result<Option<Figure>, HtmlError> {
    let warm_ups = by_process(&row.warm_up);
    let slices = by_process(&row.slices);
    let mut next = 0;
    let mut place = |count: usize, gap: u32| {
        let from = next;
        // Few enough for a page.
        next += u32::try_from(count).unwrap_or(0) + gap;
        from
    };
    let processes: Vec<_> = slices
        .iter()
        .map(|(process, slices)| {
            let warm_up = thinned(warm_ups.get(process).map_or(&[], Vec::as_slice), WARM_UPS);
            let slices = thinned(slices, SAMPLES);
            Process {
                warm_up: points(row, &warm_up, place(warm_up.len(), 0)),
                samples: points(row, &slices, place(slices.len(), GAP)),
            }
        })
        .collect();
    let Some(plot) = samples::plot(&processes)? else {
        return Ok(None);
    };
    let from_start: Vec<Vec<f64>> = slices
        .iter()
        .map(|(process, slices)| {
            let all = warm_ups.get(process).into_iter().flatten().chain(slices);
            all.map(|slice| row.ns_per_op(slice)).collect()
        })
        .collect();
    let from_start: Vec<_> = from_start.iter().map(Vec::as_slice).collect();
    Ok(Some(Figure {
        title: group.workload.clone(),
        small: format!("{} n = {}", group.params, format::count(row.size)),
        legend: vec![
            Entry::named(COUNTED, "samples"),
            Entry::named(WARM_UP, "warm-up"),
        ],
        svg: svg(plot),
        narrow: None,
        note: Warmup::of(&from_start).to_string(),
        data: data(row, &warm_ups, &slices, &processes),
    }))
}

type ByProcess<'a> = BTreeMap<u32, Vec<&'a Slice>>;

fn by_process(slices: &[Slice]) -> ByProcess<'_> {
    let mut processes = ByProcess::new();
    for slice in slices {
        processes.entry(slice.process).or_default().push(slice);
    }
    processes
}

/// So many of them at equal distances, the first and the last among them.
fn thinned<'a>(slices: &[&'a Slice], most: usize) -> Vec<&'a Slice> {
    let kept = slices.len().min(most);
    let index = |point: usize| match kept {
        0 | 1 => 0,
        _ => point * (slices.len() - 1) / (kept - 1),
    };
    (0..kept).map(|point| slices[index(point)]).collect()
}

fn points(row: &Measurement, slices: &[&Slice], from: u32) -> Vec<(f64, f64)> {
    let places = (from..).map(f64::from);
    let points = places.zip(slices);
    points
        .map(|(place, slice)| (place, row.ns_per_op(slice)))
        .collect()
}

fn data(row: &Measurement, warm_ups: &ByProcess, slices: &ByProcess, drawn: &[Process]) -> Table {
    let header = [
        "process",
        "warm-ups",
        "the first",
        "samples",
        "median",
        "quartiles",
        "drawn, ns/op",
    ];
    let mut table = Table::new("", header);
    for ((process, slices), drawn) in slices.iter().zip(drawn) {
        let warm_up = warm_ups.get(process).map_or(&[][..], Vec::as_slice);
        let samples: Vec<_> = slices.iter().map(|slice| row.ns_per_op(slice)).collect();
        let summary = Summary::of(&samples).ok();
        let first = warm_up
            .first()
            .map(|slice| format::ns(row.ns_per_op(slice)));
        let values = drawn.warm_up.iter().chain(&drawn.samples);
        let values: Vec<_> = values.map(|(_, ns)| format::ns(*ns)).collect();
        let mut cells: Vec<_> = [
            process.to_string(),
            warm_up.len().to_string(),
            first.unwrap_or_default(),
            samples.len().to_string(),
            summary.map_or_else(String::new, |summary| format::ns(summary.median)),
            summary.map_or_else(String::new, |summary| {
                format::interval((summary.low, summary.high))
            }),
        ]
        .map(Cell::plain)
        .into();
        cells.push(Cell::set(values.join(", "), "list"));
        table.push("", cells);
    }
    table
}
