//! Multiples of the floor over the records that were kept.

use std::collections::BTreeMap;

use super::HtmlError;
use super::view::{Entry, Figure, Section, Table, svg};
use crate::plot::LOOKS;
use crate::plot::curves::{self, Axes, Point, Series};
use crate::table::{Comparison, Cost};
use crate::{Engine, Folder, format};

/// One record: its name, its commit, and the multiples of the floor by workload.
struct Record {
    name: String,
    commit: String,
    created: String,
    multiples: BTreeMap<String, f64>,
}

/// The section: this record after the kept ones; none where there are none.
pub(super) fn section(
    folder: &Folder,
    comparison: &Comparison,
    history: &[(String, Folder)],
) -> Result<Option<Section>, HtmlError> {
    let kept = history
        .iter()
        .filter(|(_, kept)| kept.report.created != folder.report.created);
    let mut records: Vec<_> = kept
        .map(|(name, kept)| record(name, kept, &Comparison::of(&kept.report)))
        .collect();
    if records.is_empty() {
        return Ok(None);
    }
    records.push(record("this record", folder, comparison));
    let workloads = workloads(&records);
    let names: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(index, record)| (place(index), record.commit.clone()))
        .collect();
    let mut data = Table::new(
        "",
        ["record", "commit", "created"]
            .map(str::to_owned)
            .into_iter()
            .chain(workloads.clone()),
    );
    for record in &records {
        let head = [
            record.name.clone(),
            record.commit.clone(),
            record.created.clone(),
        ];
        let figures = workloads
            .iter()
            .map(|workload| format::optional_times(record.multiples.get(workload).copied()));
        data.row(head.into_iter().chain(figures));
    }
    let drawn: Vec<_> = workloads.iter().take(LOOKS.len()).collect();
    let series = drawn.iter().enumerate().map(|(look, workload)| Series {
        look,
        points: points(&records, workload),
        law: Vec::new(),
    });
    let axes = Axes {
        x: "commit",
        names: &names,
        y_tick: |ratio| format!("{}×", format::plain(ratio)),
    };
    let Some(plot) = curves::plot(&series.collect::<Vec<_>>(), &axes)? else {
        return Ok(None);
    };
    let figure = Figure {
        title: "vm over the floor, by commit".to_owned(),
        small: String::new(),
        legend: drawn
            .iter()
            .enumerate()
            .map(|(look, workload)| Entry::named(look, workload.as_str()))
            .collect(),
        svg: svg(plot),
        narrow: None,
        note: "Records stand at equal distances.".to_owned(),
        data,
    };
    Ok(Some(Section {
        id: "history",
        title: "History",
        intro: "The multiple of the floor in each record that was kept, which depends less on the machine than a time \
                does."
            .to_owned(),
        figures: vec![figure],
        tables: Vec::new(),
    }))
}

/// Where a record stands on a log axis whose records are at equal distances.
fn place(index: usize) -> f64 {
    10_f64.powi(i32::try_from(index).unwrap_or(0))
}

fn record(name: &str, folder: &Folder, comparison: &Comparison) -> Record {
    let multiples = comparison.groups.iter().filter_map(|group| {
        let cost = group.representative()?.cost(&Engine::VM);
        Some((group.label(), cost.and_then(Cost::times_floor)?))
    });
    let commit = folder.report.versions.git_revision.as_deref();
    let (hash, dirty) = match commit.unwrap_or("unknown").split_once("-dirty") {
        Some((hash, _)) => (hash, "+"),
        None => (commit.unwrap_or("unknown"), ""),
    };
    let short: String = hash.chars().take(7).collect();
    Record {
        name: name.to_owned(),
        commit: short + dirty,
        created: folder.report.created.clone(),
        multiples: multiples.collect(),
    }
}

/// The workloads of two records or more, by name; of one with parameters, only the first.
fn workloads(records: &[Record]) -> Vec<String> {
    let mut count = BTreeMap::<&str, usize>::new();
    for label in records.iter().flat_map(|record| record.multiples.keys()) {
        *count.entry(label).or_default() += 1;
    }
    let mut seen = Vec::new();
    let mut labels = Vec::new();
    for (label, _) in count.into_iter().filter(|(_, count)| *count > 1) {
        let workload = label.split(" (").next().unwrap_or(label);
        if !seen.contains(&workload) {
            seen.push(workload);
            labels.push(label.to_owned());
        }
    }
    labels
}

fn points(records: &[Record], workload: &str) -> Vec<Point> {
    let points = records.iter().enumerate().filter_map(|(index, record)| {
        Some(Point {
            at: place(index),
            value: *record.multiples.get(workload)?,
            interval: None,
        })
    });
    points.collect()
}
