//! The comparison drawn from a record, computed once and shown by every renderer.

mod counts;
mod figure;
mod growth;
mod judged;
mod parallel;

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::bootstrap::Resampling;
use crate::stats::verdict::MIN_MARGIN;
use crate::{Absence, Engine, Folder, Measurement, Outcome, Params, Report};

pub use counts::Counts;
pub use figure::Figure;
pub use growth::{Growth, Power};
pub use judged::{Judged, References, Twin};

/// Sizes that a workload is best known by, preferred where a table has one row per workload.
const PREFERRED_SIZES: [(&str, u64); 1] = [("resume_churn", 2_000)];

/// All rows of a record side by side, ordered by workload, parameters and size.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Every engine with a row, or with a reason why it has none, in the fixed order.
    pub engines: Vec<Engine>,
    /// One group per workload and parameters.
    pub groups: Vec<Group>,
    /// What each engine's verdicts are against.
    pub references: References,
    /// The virtual machine against itself.
    pub twins: Vec<Twin>,
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
    /// What was counted per operation, for engines with a count.
    pub counts: BTreeMap<Engine, Counts>,
    /// How much counts as the same, from the virtual machine against itself: 0.01 is 1 %.
    pub margin: f64,
}

/// One size of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The size.
    pub size: u64,
    /// What each engine did; an engine that has neither run nor a reason is not in it.
    pub cells: BTreeMap<Engine, Cell>,
}

/// What one engine did at one size.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// The answer was right.
    Cost(Box<Cost>),
    /// The answer was wrong, so its time says nothing.
    Wrong {
        /// The first wrong answer.
        answer: String,
        /// The right one.
        expected: String,
    },
    /// It raised, or its process ended.
    Failed {
        /// What happened.
        reason: String,
    },
    /// It did not run.
    LeftOut {
        /// Why.
        reason: String,
    },
}

/// What one engine needed for one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Nanoseconds per operation.
    pub ns_per_op: Figure,
    /// Its cost over the floor's, by pairs; `None` without a floor at this size.
    pub over_floor: Option<Figure>,
    /// Its cost over that of cesk, by pairs; `None` without cesk at this size.
    pub over_cesk: Option<Figure>,
    /// What may be said of it against the engine that it is compared with.
    pub verdict: Option<Judged>,
}

impl Cost {
    /// Multiples of the floor.
    pub fn times_floor(&self) -> Option<f64> {
        self.over_floor.map(|ratio| ratio.median)
    }

    /// How many times as long cesk takes.
    pub fn times_faster(&self) -> Option<f64> {
        self.over_cesk.map(|ratio| ratio.median.recip())
    }
}

impl Comparison {
    /// The comparison that a record holds, with medians but without their intervals: quick, for where they are not
    /// shown.
    pub fn of(report: &Report) -> Self {
        Self::with(report, None)
    }

    /// The whole comparison of a folder's records: intervals by resampling from the record's seed, and counts.
    pub fn of_folder(folder: &Folder) -> Self {
        Self::resampled(folder, &Resampling::seeded(folder.report.settings.seed))
    }

    /// As [`Self::of_folder`], with a resampling of one's own.
    pub fn resampled(folder: &Folder, resampling: &Resampling) -> Self {
        let mut comparison = Self::with(&folder.report, Some(resampling));
        for group in &mut comparison.groups {
            group.counts = counts::of(folder, group, &comparison.engines);
        }
        judged::fill(&mut comparison, &folder.report, resampling);
        comparison
    }

    fn with(report: &Report, resampling: Option<&Resampling>) -> Self {
        let mut groups = BTreeMap::<_, Vec<&Measurement>>::new();
        for row in &report.results {
            let group = (&row.workload, &row.params);
            groups.entry(group).or_default().push(row);
        }
        let rows: Vec<_> = groups.into_values().collect();
        let group = |rows: &Vec<&Measurement>| Group::of(rows, &report.left_out, resampling);
        Self {
            engines: engines(report),
            groups: parallel::map(&rows, group).into_iter().flatten().collect(),
            references: References::default(),
            twins: Vec::new(),
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

    /// Every cell with the group and the size it is of.
    pub fn cells(&self) -> impl Iterator<Item = (&Group, u64, &Engine, &Cell)> {
        self.groups.iter().flat_map(|group| {
            group.rows.iter().flat_map(move |row| {
                let cells = row.cells.iter();
                cells.map(move |(engine, cell)| (group, row.size, engine, cell))
            })
        })
    }

    /// What went wrong, a line each: wrong answers and failures.
    pub fn problems(&self) -> Vec<String> {
        let problem = |(group, size, engine, cell): (&Group, u64, &Engine, &Cell)| {
            let place = format!("{} at n = {size} on {engine}", group.label());
            match cell {
                Cell::Wrong { answer, expected } => Some(format!(
                    "{place}: the answer was {answer} instead of {expected}"
                )),
                Cell::Failed { reason } => Some(format!("{place}: {reason}")),
                Cell::Cost(_) | Cell::LeftOut { .. } => None,
            }
        };
        self.cells().filter_map(problem).collect()
    }
}

/// The engines with a row, and those that were left out altogether.
fn engines(report: &Report) -> Vec<Engine> {
    let ran = report.results.iter().map(|row| &row.engine);
    let absent = report.left_out.iter().map(|absence| &absence.engine);
    let all: BTreeSet<_> = ran.chain(absent).cloned().collect();
    all.into_iter().collect()
}

impl Group {
    fn of(
        measurements: &[&Measurement],
        left_out: &[Absence],
        resampling: Option<&Resampling>,
    ) -> Option<Self> {
        let first = measurements.first()?;
        let mut sizes = BTreeMap::<u64, Vec<&Measurement>>::new();
        for measurement in measurements {
            sizes.entry(measurement.size).or_default().push(measurement);
        }
        let row = |(&size, rows): (&u64, &Vec<&Measurement>)| {
            let mut row = Row::of(size, rows, resampling);
            let concerned = left_out
                .iter()
                .filter(|absence| absence.concerns(&first.workload, &first.params, size));
            for absence in concerned {
                let reason = absence.reason.clone();
                let cell = row.cells.entry(absence.engine.clone());
                cell.or_insert(Cell::LeftOut { reason });
            }
            row
        };
        let rows: Vec<_> = sizes.iter().map(row).collect();
        Some(Self {
            workload: first.workload.clone(),
            params: first.params.clone(),
            operation: first.operation.clone(),
            growth: growth::growth(&rows),
            rows,
            counts: BTreeMap::new(),
            margin: MIN_MARGIN,
        })
    }

    /// The workload and, in brackets, its parameters: `nested_handlers (depth=4, typed=true)`.
    pub fn label(&self) -> String {
        self.params.label(&self.workload)
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
    fn of(size: u64, measurements: &[&Measurement], resampling: Option<&Resampling>) -> Self {
        let find = |engine: &Engine| {
            let mut rows = measurements.iter();
            rows.find(|row| row.engine == *engine).copied()
        };
        let (floor, cesk) = (find(&Engine::FLOOR), find(&Engine::CESK));
        let ratio = |row: &Measurement, other: Option<&Measurement>| {
            let other = other.filter(|other| other.engine != row.engine)?;
            Figure::ratio(row, other, resampling)
        };
        let cell = |row: &Measurement| {
            let cost = |ns_per_op| {
                Box::new(Cost {
                    ns_per_op,
                    over_floor: ratio(row, floor),
                    over_cesk: ratio(row, cesk),
                    verdict: None,
                })
            };
            match &row.outcome {
                // Without a slice, which a run that was cut short may leave, there is no figure.
                Outcome::Right {} => Figure::cost(row, resampling).map(cost).map(Cell::Cost),
                Outcome::Wrong { answer, expected } => Some(Cell::Wrong {
                    answer: answer.clone(),
                    expected: expected.clone(),
                }),
                Outcome::Failed { reason } => Some(Cell::Failed {
                    reason: reason.clone(),
                }),
            }
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
            _ => None,
        }
    }
}
