//! The figures, as tables and as JSON.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use doeff_reports::{Machine, Versions, format};
use pyo3::prelude::*;
use serde::Serialize;
use statrs::statistics::{Data, Max as _, Min as _, OrderStatistics};

use super::plan::{Cell, Companion, Way, Worker};
use super::threads::Done;
use crate::{python, record};

/// What was done in each round, by cell.
pub(super) type Samples = Vec<(Cell, Vec<Vec<Done>>)>;

/// How late, in nanoseconds, the sleeper may get on during a long search.
const LATEST: f64 = 100e6;

/// One figure of all rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Figure {
    median: f64,
    least: f64,
    most: f64,
}

impl Figure {
    fn of(rounds: impl IntoIterator<Item = f64>) -> Self {
        let rounds: Vec<f64> = rounds.into_iter().collect();
        let mut data = Data::new(rounds);
        Self {
            median: data.median(),
            least: data.min(),
            most: data.max(),
        }
    }

    fn shown(&self, unit: impl Fn(f64) -> String) -> String {
        let [median, least, most] = [self.median, self.least, self.most].map(unit);
        format!("{median} [{least}, {most}]")
    }
}

/// How late a sleeper got on, in nanoseconds.
#[derive(Debug, Serialize)]
struct Late {
    median: Figure,
    percentile_99: Figure,
    longest: Figure,
}

impl Late {
    fn of(rounds: &[Vec<Done>], seat: usize) -> Self {
        let each = |read: fn(&mut Data<Vec<f64>>) -> f64| {
            let late = rounds.iter().map(|done| done[seat].late.clone());
            Figure::of(late.map(|late| read(&mut Data::new(late))))
        };
        Self {
            median: each(OrderStatistics::median),
            percentile_99: each(|late| late.percentile(99)),
            longest: each(|late| late.max()),
        }
    }

    fn shown(&self) -> [String; 3] {
        [&self.median, &self.percentile_99, &self.longest].map(|figure| figure.shown(format::time))
    }
}

/// A thread that has the process to itself.
#[derive(Debug, Serialize)]
struct Alone {
    workload: &'static str,
    way: &'static str,
    ns_per_operation: Figure,
    /// Over the time of `VM(gil="adaptive")` in the same round.
    of_adaptive: Option<Figure>,
    late: Option<Late>,
}

/// A thread in company.
#[derive(Debug, Serialize)]
struct Pair {
    workload: &'static str,
    way: &'static str,
    companion: Companion,
    ns_per_operation: Figure,
    /// Operations in a second, over those of the same thread alone.
    of_alone: Figure,
    /// As above, of the companion; a second machine is compared with the first one alone.
    companion_of_alone: Option<Figure>,
    /// Both together.
    sum: Option<Figure>,
    late: Option<Late>,
}

/// Whether others get on during a long search.
#[derive(Debug, Serialize)]
struct Promise {
    way: &'static str,
    /// How often the sleeper got on in a round.
    naps: Figure,
    /// How late it got on at most in a round; none where it never did.
    longest: Option<Figure>,
    kept: bool,
}

/// All figures of a run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    created: String,
    machine: Machine,
    versions: Versions,
    rounds: u32,
    seconds: f64,
    /// CPython's own, in seconds.
    switch_interval: f64,
    alone: Vec<Alone>,
    pairs: Vec<Pair>,
    promises: Vec<Promise>,
}

impl Report {
    /// The report of these samples; of the promise, how late the sleeper got on, by round.
    ///
    /// # Errors
    /// What Python raises; when a cell is missing.
    pub(super) fn new(
        py: Python<'_>,
        rounds: u32,
        seconds: f64,
        samples: &Samples,
        promises: &[(Way, Vec<Vec<f64>>)],
    ) -> Result<Self> {
        let rates = Rates(samples);
        let mut alone = Vec::new();
        let mut pairs = Vec::new();
        for (cell, _) in samples {
            match *cell {
                Cell::Alone(worker) => alone.push(rates.alone(worker)?),
                Cell::Pair(worker, companion) => pairs.push(rates.pair(worker, companion)?),
            }
        }
        pairs.sort_by_key(|pair| pair.companion as usize); // stable: the rest stays as it is
        let interval = py.import("sys")?.call_method0("getswitchinterval")?;
        Ok(Self {
            created: record::now(),
            machine: record::machine(),
            versions: record::versions(py, python::workspace())?,
            rounds,
            seconds,
            switch_interval: interval.extract()?,
            alone,
            pairs,
            promises: promises
                .iter()
                .map(|(way, rounds)| Promise::of(*way, rounds))
                .collect(),
        })
    }

    /// The promises that are not kept.
    pub(super) fn broken(&self) -> Vec<String> {
        let promises = self.promises.iter().filter(|promise| !promise.kept);
        let promises = promises.map(|promise| {
            let (way, [naps, longest]) = (promise.way, promise.shown());
            format!(
                "with {way} another thread got on {naps} times during long searches, at most {longest} late"
            )
        });
        let pairs = self.pairs.iter().filter(|pair| !pair.lets_others_in());
        let pairs = pairs.map(|pair| {
            let Pair { workload, way, .. } = pair;
            format!("another thread starves beside {workload} with {way}")
        });
        promises.chain(pairs).collect()
    }

    /// Writes `gil.json` and `gil.md`.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)? + "\n";
        for (name, text) in [("gil.json", json), ("gil.md", format!("{self}\n"))] {
            let path = folder.join(name);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// What was done in each round.
struct Rates<'a>(&'a Samples);

impl Rates<'_> {
    fn of(&self, cell: Cell) -> Result<&[Vec<Done>]> {
        let found = self.0.iter().find(|(of, _)| *of == cell);
        let (_, rounds) = found.with_context(|| format!("{cell:?} was not measured"))?;
        Ok(rounds)
    }

    fn alone(&self, worker: Worker) -> Result<Alone> {
        let rounds = self.of(Cell::Alone(worker))?;
        let of_adaptive = if let Worker::Machine(workload, _) = worker {
            let adaptive = self.of(Cell::Alone(Worker::Machine(workload, Way::Adaptive)))?;
            let both = rounds.iter().zip(adaptive);
            Some(Figure::of(
                both.map(|(done, other)| other[0].rate / done[0].rate),
            ))
        } else {
            None
        };
        let [workload, way] = worker.names();
        let is_sleeper = worker == Worker::Sleeper;
        Ok(Alone {
            workload,
            way,
            ns_per_operation: Figure::of(rounds.iter().map(|done| 1.0 / done[0].rate)),
            of_adaptive,
            late: is_sleeper.then(|| Late::of(rounds, 0)),
        })
    }

    fn pair(&self, worker: Worker, companion: Companion) -> Result<Pair> {
        let rounds = self.of(Cell::Pair(worker, companion))?;
        let of_alone = |seat: usize, worker| -> Result<Vec<f64>> {
            let both = rounds.iter().zip(self.of(Cell::Alone(worker))?);
            Ok(both
                .map(|(done, alone)| done[seat].rate / alone[0].rate)
                .collect())
        };
        let first = of_alone(0, worker)?;
        let second = of_alone(1, companion.beside(worker))?;
        let sum = first
            .iter()
            .zip(&second)
            .map(|(first, second)| first + second);
        let [workload, way] = worker.names();
        let is_sleeper = companion == Companion::Sleeper;
        Ok(Pair {
            workload,
            way,
            companion,
            ns_per_operation: Figure::of(rounds.iter().map(|done| 1.0 / done[0].rate)),
            of_alone: Figure::of(first.iter().copied()),
            sum: (!is_sleeper).then(|| Figure::of(sum)),
            companion_of_alone: (!is_sleeper).then(|| Figure::of(second.iter().copied())),
            late: is_sleeper.then(|| Late::of(rounds, 1)),
        })
    }
}

impl Pair {
    /// Whether the companion got something done in every round, and in most of them was never too late.
    fn lets_others_in(&self) -> bool {
        let counted = self
            .companion_of_alone
            .is_none_or(|share| share.least > 0.0);
        let late = self.late.as_ref();
        counted && late.is_none_or(|late| late.longest.median < LATEST)
    }
}

impl Promise {
    /// Kept where the sleeper got on in every round, and in most of them was never too late: where
    /// the lock is kept, it is too late in all of them.
    fn of(way: Way, rounds: &[Vec<f64>]) -> Self {
        #[expect(clippy::cast_precision_loss)] // a few hundred
        let naps = Figure::of(rounds.iter().map(|late| late.len() as f64));
        let got_on = naps.least > 0.0;
        let longest = |late: &Vec<f64>| Data::new(late.clone()).max();
        let longest = got_on.then(|| Figure::of(rounds.iter().map(longest)));
        Self {
            way: way.name(),
            naps,
            longest,
            kept: longest.is_some_and(|longest| longest.median < LATEST),
        }
    }

    fn shown(&self) -> [String; 2] {
        let longest = self.longest.map(|longest| longest.shown(format::time));
        [
            self.naps.shown(|naps| naps.to_string()),
            longest.unwrap_or_else(|| format::MISSING.to_owned()),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rounds, seconds, ..
        } = self;
        writeln!(
            f,
            "Medians of {rounds} rounds of {seconds} s each, with the least and the most of them.\n"
        )?;

        writeln!(f, "One thread, an operation:\n")?;
        let working = self.alone.iter().filter(|alone| alone.late.is_none());
        let rows = working.map(|alone| {
            vec![
                alone.workload.to_owned(),
                alone.way.to_owned(),
                alone.ns_per_operation.shown(format::time),
                share(alone.of_adaptive),
            ]
        });
        let header = ["workload", "way", "time", "of adaptive"];
        writeln!(f, "{}\n", table(&header, rows))?;

        writeln!(
            f,
            "Beside a thread that counts; what each gets done, of what it does alone:\n"
        )?;
        let header = ["workload", "way", "itself", "counting", "both"];
        writeln!(f, "{}\n", self.shares(Companion::Counter, &header))?;

        writeln!(f, "Beside a second VM with the same workload:\n")?;
        let header = ["workload", "way", "first VM", "second VM", "both"];
        writeln!(f, "{}\n", self.shares(Companion::Machine, &header))?;

        writeln!(
            f,
            "Beside a thread that sleeps for 1 ms at a time; how late that gets on:\n"
        )?;
        let alone = self
            .alone
            .iter()
            .map(|alone| (["nothing", ""], None, &alone.late));
        let pairs = self.of(Companion::Sleeper).map(|pair| {
            let names = [pair.workload, pair.way];
            (names, Some(pair.of_alone), &pair.late)
        });
        let rows = alone.chain(pairs).filter_map(|(names, of_alone, late)| {
            let row = [&names.map(str::to_owned)[..], &[share(of_alone)]].concat();
            Some([&row[..], &late.as_ref()?.shown()].concat())
        });
        let header = [
            "workload",
            "way",
            "itself",
            "late, median",
            "99th percentile",
            "longest",
        ];
        writeln!(f, "{}\n", table(&header, rows))?;

        writeln!(
            f,
            "The same during `long_search`, where no thread asks another for the interpreter:\n"
        )?;
        let rows = self.promises.iter().map(|promise| {
            let way = [promise.way.to_owned()];
            let kept = [if promise.kept { "yes" } else { "NO" }.to_owned()];
            [&way[..], &promise.shown(), &kept].concat()
        });
        let header = ["way", "got on", "longest", "kept"];
        write!(f, "{}", table(&header, rows))
    }
}

impl Report {
    fn of(&self, companion: Companion) -> impl Iterator<Item = &Pair> {
        let pairs = self.pairs.iter();
        pairs.filter(move |pair| pair.companion == companion)
    }

    fn shares(&self, companion: Companion, header: &[&str]) -> Table {
        let rows = self.of(companion).map(|pair| {
            vec![
                pair.workload.to_owned(),
                pair.way.to_owned(),
                pair.of_alone.shown(format::times),
                share(pair.companion_of_alone),
                share(pair.sum),
            ]
        });
        table(header, rows)
    }
}

fn share(figure: Option<Figure>) -> String {
    let shown = figure.map(|figure| figure.shown(format::times));
    shown.unwrap_or_default()
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_header(header)
        .add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::plan::{Companion, Way};
    use super::{Figure, Late, Pair, Promise};

    #[test]
    fn a_figure_has_the_median_of_the_rounds_and_their_range() {
        let figure = Figure::of([3.0, 1.0, 9.0]);
        assert_eq!((figure.median, figure.least, figure.most), (3.0, 1.0, 9.0));
    }

    #[test]
    fn a_companion_starves_that_does_nothing_in_one_round_or_is_late_in_most() {
        let pair = |share: Option<[f64; 3]>, late: Option<[f64; 3]>| Pair {
            workload: "w",
            way: "adaptive",
            companion: Companion::Counter,
            ns_per_operation: Figure::of([1.0]),
            of_alone: Figure::of([1.0]),
            companion_of_alone: share.map(Figure::of),
            sum: None,
            late: late.map(|rounds| Late {
                median: Figure::of([1.0]),
                percentile_99: Figure::of([1.0]),
                longest: Figure::of(rounds),
            }),
        };
        assert!(pair(Some([0.5, 0.1, 0.5]), None).lets_others_in());
        assert!(!pair(Some([0.5, 0.0, 0.5]), None).lets_others_in());
        assert!(pair(None, Some([5e6, 5e6, 200e6])).lets_others_in());
        assert!(!pair(None, Some([5e6, 150e6, 200e6])).lets_others_in());
    }

    #[test]
    fn a_promise_is_kept_where_the_sleeper_gets_on_in_every_round_and_in_time() {
        let kept = |rounds: &[Vec<f64>]| Promise::of(Way::Adaptive, rounds).kept;
        assert!(kept(&[vec![1e6, 2e6], vec![3e6]]));
        assert!(!kept(&[vec![1e6, 2e6], vec![]]));
        assert!(!kept(&[vec![1e6, 200e6], vec![300e6], vec![1e6]]));
        assert!(kept(&[vec![1e6, 200e6], vec![3e6], vec![1e6]]));
    }
}
