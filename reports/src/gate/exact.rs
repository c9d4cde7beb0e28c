//! What the gate takes from the records of a run.

use std::collections::BTreeMap;

use super::{Key, Kind, NoTimes, Record, Row, Schema, Times};
use crate::instructions::{Ceiling, Event};
use crate::{Engine, Instructions, Mode, format};

/// The bench target of the instruction counts.
const INSTRUCTIONS: &str = "instructions";

/// The part by which a number may differ from itself once it was written and read.
const ROUNDING: f64 = 1e-9;

/// A record of exact figures, as the gate sees it. Another kind of record joins by implementing this and being
/// handed to [`Found::join`].
pub trait Exact {
    /// Its figures.
    fn rows(&self) -> Vec<Row>;

    /// Its hard limits, by what they are of.
    fn ceilings(&self) -> BTreeMap<String, f64>;

    /// Every hard limit that is broken, in words.
    fn broken(&self) -> Vec<String>;
}

impl Exact for Instructions {
    fn rows(&self) -> Vec<Row> {
        let costs = self.costs.iter().flat_map(|cost| {
            let row = move |kind, engine: &Engine, value| Row {
                kind,
                suite: INSTRUCTIONS.to_owned(),
                workload: cost.workload.clone(),
                label: cost.label(),
                engine: engine.clone(),
                value,
                quick: cost.ceiling.is_some(),
            };
            let counts = cost.counts.iter();
            let counts = counts.map(move |(engine, &count)| row(Kind::Instructions, engine, count));
            let calls = cost.events.iter().filter_map(move |(engine, events)| {
                let &count = events.get(&Event::SystemCalls)?;
                Some(row(Kind::SystemCalls, engine, count))
            });
            counts.chain(calls)
        });
        let laws = self.laws.iter().flat_map(|law| {
            let row = |kind, label, value| Row {
                kind,
                suite: INSTRUCTIONS.to_owned(),
                workload: law.workload.clone(),
                label,
                engine: Engine::VM,
                value,
                quick: true,
            };
            let name = format!("{} over the {}", law.cost, law.over);
            let points = law.points.iter().map(|point| {
                let label = format!("{}, {} = {}", law.cost, law.over, point.at);
                row(Kind::Instructions, label, point.count)
            });
            let exponent = row(Kind::Exponent, name, law.exponent);
            points.chain([exponent]).collect::<Vec<_>>()
        });
        costs.chain(laws).collect()
    }

    fn ceilings(&self) -> BTreeMap<String, f64> {
        let costs = self.costs.iter().filter_map(|cost| {
            let label = cost.label();
            Some(match cost.ceiling? {
                Ceiling::TimesFloor(ceiling) => (format!("{label}, times the floor"), ceiling),
                Ceiling::Instructions(ceiling) => (format!("{label}, instructions"), ceiling),
            })
        });
        let floors = self.floors.iter().filter_map(|floor| {
            let name = format!("the floor of {}, instructions", floor.label());
            Some((name, floor.limit?))
        });
        let laws = self.laws.iter().map(|law| {
            let name = format!("{} over the {}, exponent", law.cost, law.over);
            (name, law.ceiling)
        });
        costs.chain(floors).chain(laws).collect()
    }

    fn broken(&self) -> Vec<String> {
        self.clone().judged().broken
    }
}

/// What one run found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the next baseline would be.
    pub record: Record,
    /// Every hard limit that is broken.
    pub broken: Vec<String>,
    /// What went wrong, so that the run says nothing.
    pub errors: Vec<String>,
    /// Ratios of times, or why there are none. That is no error.
    pub times: Result<Times, NoTimes>,
    /// The workloads that were chosen, where not all were.
    pub only: Vec<String>,
    /// The suites that were left out.
    pub without: Vec<String>,
}

impl Found {
    /// What the counts of a run say; other records join it.
    pub fn of(counts: &Instructions) -> Self {
        let record = Record {
            schema: Schema::V2,
            key: Key::of(&counts.build),
            mode: counts.mode,
            created: counts.created.clone(),
            revision: counts.build.versions.git_revision.clone(),
            workloads: counts.workloads.clone(),
            ceilings: BTreeMap::new(),
            rows: Vec::new(),
            times: BTreeMap::new(),
        };
        let mut found = Self {
            record,
            broken: Vec::new(),
            errors: Vec::new(),
            times: Err(NoTimes::None),
            only: Vec::new(),
            without: Vec::new(),
        };
        found.join(counts);
        found.errors.extend(contradictions(counts));
        found
    }

    /// Adds what another record says.
    pub fn join(&mut self, exact: &impl Exact) {
        let rows = exact.rows();
        let none = rows
            .iter()
            .filter(|row| row.kind == Kind::Instructions && row.value <= 0.0);
        self.errors.extend(none.map(|row| {
            let value = row.kind.shown(row.value);
            format!(
                "{}: {value} were counted, which nothing can need",
                row.told()
            )
        }));
        self.record.rows.extend(rows);
        self.record.ceilings.extend(exact.ceilings());
        self.broken.extend(exact.broken());
    }

    /// Whether everything was measured.
    pub(super) fn is_whole(&self) -> bool {
        self.only.is_empty() && self.without.is_empty()
    }

    /// Whether it was to have a figure like this one: it depends on the mode, and on what was chosen.
    pub(super) fn has_to_have(&self, row: &Row) -> bool {
        let counted = row.quick || self.record.mode == Mode::Full;
        let any = self.only.is_empty() || row.workload.is_empty();
        let chosen = any || self.only.contains(&row.workload);
        counted && chosen && !self.without.contains(&row.suite)
    }
}

/// Where a record says of a floor what its costs do not.
fn contradictions(counts: &Instructions) -> impl Iterator<Item = String> {
    let costs = counts.costs.iter().filter(|cost| cost.over == "size");
    costs.filter_map(|cost| {
        let count = cost.count(&Engine::FLOOR)?;
        let mut floors = counts.floors.iter();
        let floor = floors.find(|floor| {
            (&floor.workload, &floor.params) == (&cost.workload, &cost.params)
        })?;
        // They are the same number.
        ((count - floor.count).abs() > ROUNDING * count.abs()).then(|| {
            format!(
                "the floor of {} contradicts itself: {} instructions among the costs, {} among the floors",
                cost.label(),
                format::instructions(count),
                format::instructions(floor.count)
            )
        })
    })
}
