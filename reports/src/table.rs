//! The comparison drawn from a record, computed once and shown by every renderer.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Engine, Measurement, Outcome, Params, Report, Summary};

/// Sizes that a workload is best known by, preferred where a table has one row per workload.
const PREFERRED_SIZES: [(&str, u64); 1] = [("resume_churn", 2_000)];

/// All rows of a record side by side, ordered by workload, parameters and size.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Every engine with a row, in the fixed order.
    pub engines: Vec<Engine>,
    /// One group per workload and parameters.
    pub groups: Vec<Group>,
}

/// One workload with its parameters, over all sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Name of the workload.
    pub workload: String,
    /// Its parameters.
    pub params: Params,
    /// What one operation is.
    pub operation: String,
    /// One row per size, smallest first; never empty.
    pub rows: Vec<Row>,
    /// Growth per engine, for engines with right answers at two sizes or more.
    pub growth: BTreeMap<Engine, Growth>,
}

/// One size of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The size.
    pub size: u64,
    /// What each engine did; an engine that did not run is not in it.
    pub cells: BTreeMap<Engine, Cell>,
}

/// What one engine did at one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// The answer was right.
    Cost(Cost),
    /// The answer was wrong, so its time says nothing.
    WrongAnswer,
    /// It raised, or its process ended.
    Failed,
}

/// What one engine needed for one operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Nanoseconds per operation.
    pub ns_per_op: Summary,
    /// Its median over the floor's; `None` without a floor at this size.
    pub times_floor: Option<f64>,
    /// The median of cesk over its own; `None` without cesk at this size.
    pub times_faster: Option<f64>,
}

/// How the cost per operation grows with the size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// The smallest size measured.
    pub from: u64,
    /// The largest size measured.
    pub to: u64,
    /// Median cost per operation at the largest size over that at the smallest: 1 for a flat law.
    pub ratio: f64,
}

impl Comparison {
    /// The comparison that a record holds.
    pub fn of(report: &Report) -> Self {
        let engines: BTreeSet<_> = report
            .results
            .iter()
            .map(|row| row.engine.clone())
            .collect();
        let mut groups = BTreeMap::<_, Vec<&Measurement>>::new();
        for row in &report.results {
            groups
                .entry((&row.workload, &row.params))
                .or_default()
                .push(row);
        }
        Self {
            engines: engines.into_iter().collect(),
            groups: groups
                .into_values()
                .filter_map(|rows| Group::of(&rows))
                .collect(),
        }
    }

    /// The engines to show as multiples of the floor: all others, if there is a floor.
    pub fn over_floor(&self) -> Vec<&Engine> {
        self.all_but(&[Engine::FLOOR], &Engine::FLOOR)
    }

    /// The engines to compare with cesk: all but cesk and the floor, if there is a cesk.
    pub fn against_cesk(&self) -> Vec<&Engine> {
        self.all_but(&[Engine::CESK, Engine::FLOOR], &Engine::CESK)
    }

    fn all_but(&self, left_out: &[Engine], reference: &Engine) -> Vec<&Engine> {
        if self.engines.contains(reference) {
            self.engines
                .iter()
                .filter(|engine| !left_out.contains(engine))
                .collect()
        } else {
            Vec::new()
        }
    }

    /// Whether any run gave a wrong answer or failed.
    pub fn has_wrong_answers(&self) -> bool {
        let mut cells = self
            .groups
            .iter()
            .flat_map(|group| &group.rows)
            .flat_map(|row| row.cells.values());
        cells.any(|cell| matches!(cell, Cell::WrongAnswer | Cell::Failed))
    }
}

impl Group {
    fn of(measurements: &[&Measurement]) -> Option<Self> {
        let first = measurements.first()?;
        let mut sizes = BTreeMap::<u64, Vec<&Measurement>>::new();
        for measurement in measurements {
            sizes.entry(measurement.size).or_default().push(measurement);
        }
        let rows: Vec<_> = sizes
            .iter()
            .map(|(&size, measurements)| Row::of(size, measurements))
            .collect();
        Some(Self {
            workload: first.workload.clone(),
            params: first.params.clone(),
            operation: first.operation.clone(),
            growth: growth(&rows),
            rows,
        })
    }

    /// The workload and, in brackets, its parameters: `nested_handlers (depth=4, typed=true)`.
    pub fn label(&self) -> String {
        if self.params.is_empty() {
            self.workload.clone()
        } else {
            format!("{} ({})", self.workload, self.params)
        }
    }

    /// The smallest and largest size that any engine ran.
    pub fn sizes(&self) -> Option<(u64, u64)> {
        Some((self.rows.first()?.size, self.rows.last()?.size))
    }

    /// The row to quote where there is room for one: of the rows with the most of vm, cesk, floor and call, the one at
    /// the workload's best-known size, or else the largest.
    pub fn representative(&self) -> Option<&Row> {
        let known = [Engine::VM, Engine::CESK, Engine::FLOOR, Engine::CALL];
        self.rows.iter().max_by_key(|row| {
            let present = known
                .iter()
                .filter(|engine| row.cost(engine).is_some())
                .count();
            (
                present,
                PREFERRED_SIZES.contains(&(self.workload.as_str(), row.size)),
                row.size,
            )
        })
    }
}

impl Row {
    fn of(size: u64, measurements: &[&Measurement]) -> Self {
        let median = |engine: &Engine| {
            let row = measurements.iter().find(|row| row.engine == *engine)?;
            Some(right(row)?.median)
        };
        let (floor, cesk) = (median(&Engine::FLOOR), median(&Engine::CESK));
        let cell = |row: &Measurement| {
            let ns_per_op = match &row.outcome {
                Outcome::Right {} => row.summary().ok()?,
                Outcome::Wrong { .. } => return Some(Cell::WrongAnswer),
                Outcome::Failed { .. } => return Some(Cell::Failed),
            };
            let own = ns_per_op.median;
            Some(Cell::Cost(Cost {
                ns_per_op,
                times_floor: floor.map(|floor| own / floor),
                times_faster: cesk.map(|cesk| cesk / own),
            }))
        };
        Self {
            size,
            cells: measurements
                .iter()
                .filter_map(|row| Some((row.engine.clone(), cell(row)?)))
                .collect(),
        }
    }

    /// What the engine needed, if it ran and its answer was right.
    pub fn cost(&self, engine: &Engine) -> Option<&Cost> {
        match self.cells.get(engine)? {
            Cell::Cost(cost) => Some(cost),
            Cell::WrongAnswer | Cell::Failed => None,
        }
    }
}

/// The summary of a row whose answers were right.
fn right(row: &Measurement) -> Option<Summary> {
    row.answer_ok().then(|| row.summary().ok())?
}

fn growth(rows: &[Row]) -> BTreeMap<Engine, Growth> {
    let mut medians = BTreeMap::<&Engine, Vec<(u64, f64)>>::new();
    for row in rows {
        for (engine, cell) in &row.cells {
            if let Cell::Cost(cost) = cell {
                medians
                    .entry(engine)
                    .or_default()
                    .push((row.size, cost.ns_per_op.median));
            }
        }
    }
    let over_sizes = medians
        .into_iter()
        .filter_map(|(engine, medians)| match medians[..] {
            [(from, first), .., (to, last)] => Some((
                engine.clone(),
                Growth {
                    from,
                    to,
                    ratio: last / first,
                },
            )),
            _ => None,
        });
    over_sizes.collect()
}
