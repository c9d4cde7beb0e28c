//! Measuring both wheels: generations of fresh processes, and rounds of short slices in each.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use doeff_reports::doeff::{Beside, Samples, Scenario};
use doeff_reports::{Mode, Params, Round};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use super::file;
use super::scenarios::Planned;
use super::wheels::{Wheels, described, read};
use crate::noise::Watch;
use crate::progress::Stage;
use crate::schedule::{Limits, in_random_order, rounds};
use crate::workers::Worker;
use crate::workers::protocol::{Request, Times};

/// The wheels' names, by their place.
const NAMES: [&str; 2] = ["published", "ours"];

/// What is measured at a time: the whole of a scenario or its Python, on one wheel.
struct Cell<'a> {
    scenario: &'a Planned,
    whole: bool,
    wheel: usize,
    /// Runs of a slice; zero before that is known.
    runs: u32,
    /// Its number in the worker that is alive.
    case: u32,
    samples: Samples,
}

/// What came of it.
pub(super) struct Measured {
    pub(super) wheels: Beside<String>,
    pub(super) rounds: Vec<Round>,
    pub(super) scenarios: Vec<Scenario>,
}

/// Slices of a cell in each process: as many as keep a run at two minutes, and at ten.
fn slices(mode: Mode) -> u32 {
    match mode {
        Mode::Quick => 16,
        Mode::Full => 96,
    }
}

/// Measures the scenarios.
///
/// # Errors
/// When a worker does not start, ends or raises, or an answer is wrong.
pub(super) fn measure(
    wheels: &Wheels,
    scenarios: &[&Planned],
    mode: Mode,
    seed: u64,
) -> Result<Measured> {
    let limits = Limits::of(mode);
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut cells, groups) = cells(scenarios);
    let mut watch = Watch::begin(Instant::now());
    let (mut happened, mut said) = (Vec::new(), None);
    for process in 0..limits.processes {
        // Never are two generations alive.
        let mut workers = wheels.start()?;
        said = Some(described(&mut workers)?);
        let stage = Stage::begin(format!("warming up {}", process + 1), cells.len());
        for index in in_random_order(0..cells.len(), &groups, &mut rng) {
            stage.step(cells[index].label());
            cells[index].warm_up(&mut workers, &limits)?;
            stage.done();
        }
        stage.end();
        if process == 0 {
            align(&mut cells);
        }
        let order = rounds(&vec![slices(mode); cells.len()], &groups, &mut rng);
        let steps = order.iter().map(Vec::len).sum();
        let stage = Stage::begin(format!("measuring {}", process + 1), steps);
        for indices in order {
            let mut round = watch.round(process);
            for index in indices {
                stage.step(cells[index].label());
                cells[index].slice(&mut workers)?;
                stage.done();
            }
            watch.end(&mut round);
            happened.push(round);
        }
        stage.end();
    }
    Ok(Measured {
        wheels: said.context("no process was started")?,
        rounds: happened,
        scenarios: scenarios
            .iter()
            .map(|planned| taken(planned, &mut cells))
            .collect(),
    })
}

/// The cells of some scenarios, and the group of each. Those of a scenario are a group: their slices are taken one after
/// the other.
fn cells<'a>(scenarios: &[&'a Planned]) -> (Vec<Cell<'a>>, Vec<usize>) {
    let mut cells = Vec::new();
    let mut groups = Vec::new();
    for (group, &scenario) in scenarios.iter().enumerate() {
        for whole in [true, false] {
            if !whole && !scenario.has_python {
                continue;
            }
            for wheel in 0..NAMES.len() {
                cells.push(Cell {
                    scenario,
                    whole,
                    wheel,
                    runs: 0,
                    case: 0,
                    samples: Vec::new(),
                });
                groups.push(group);
            }
        }
    }
    (cells, groups)
}

/// Lets both wheels make as many runs a slice, so that what the first ones of a slice cost more is shared alike.
fn align(cells: &mut [Cell<'_>]) {
    for pair in cells.chunks_mut(NAMES.len()) {
        let most = pair.iter().map(|cell| cell.runs).max().unwrap_or(1);
        for cell in pair {
            cell.runs = most;
        }
    }
}

/// What was measured of a scenario, out of its cells.
fn taken(planned: &Planned, cells: &mut [Cell<'_>]) -> Scenario {
    let mut samples = |whole| {
        let mut of_wheel = |wheel| {
            let mut cells = cells.iter_mut();
            let cell = cells.find(|cell| {
                cell.scenario.name == planned.name && cell.whole == whole && cell.wheel == wheel
            });
            cell.map(|cell| std::mem::take(&mut cell.samples))
                .unwrap_or_default()
        };
        Beside {
            published: of_wheel(0),
            ours: of_wheel(1),
        }
    };
    Scenario {
        name: planned.name.to_owned(),
        lives_in: planned.lives_in,
        required: planned.required,
        operations: planned.size,
        whole: samples(true),
        python: planned.has_python.then(|| samples(false)),
    }
}

impl Cell<'_> {
    fn label(&self) -> String {
        let part = if self.whole { "" } else { ", Python alone" };
        format!("{}{part}, {}", self.scenario.name, NAMES[self.wheel])
    }

    /// Prepares it in a fresh worker and runs it uncounted: at first until it is known how many runs make a slice, later
    /// once cold and once as long as a slice.
    fn warm_up(&mut self, workers: &mut [Worker; 2], limits: &Limits) -> Result<()> {
        self.prepare(&mut workers[self.wheel])
            .with_context(|| self.label())?;
        self.samples.push(Vec::new());
        let mut runs = 1;
        let mut ns = self.run(workers, runs, false)?;
        if self.runs > 0 {
            self.run(workers, self.runs, false)?;
            return Ok(());
        }
        // The first run is cold, and half a slice is the least to judge by.
        loop {
            let a_run = ns / u64::from(runs);
            let wanted = limits.runs_per_slice(a_run);
            if runs > 1 && ns >= limits.slice_ns() / 2 || a_run >= limits.slice_ns() {
                self.runs = wanted;
                return Ok(());
            }
            runs = wanted.min(runs.saturating_mul(10)).max(2);
            ns = self.run(workers, runs, false)?;
        }
    }

    fn prepare(&mut self, worker: &mut Worker) -> Result<()> {
        let (name, scenario) = self.scenario.place;
        let path = file(name);
        let params: Params = [("scenario", json!(scenario)), ("whole", json!(self.whole))]
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect();
        self.case = worker.ask(&Request::Prepare {
            name,
            path: &path,
            text: &read(&path)?,
            params: &params,
            size: self.scenario.size,
        })?;
        Ok(())
    }

    /// Times a slice, and keeps it.
    #[expect(clippy::cast_precision_loss)] // a slice takes far less than 2^52 nanoseconds
    fn slice(&mut self, workers: &mut [Worker; 2]) -> Result<()> {
        let operations = u64::from(self.runs) * self.scenario.size;
        let ns = self.run(workers, self.runs, true)? as f64 / operations as f64;
        let process = self.samples.last_mut().context("it was not warmed up")?;
        process.push(ns);
        Ok(())
    }

    /// Makes some runs, before them an untimed one if `warm`, and checks their answers; the nanoseconds.
    fn run(&self, workers: &mut [Worker; 2], runs: u32, warm: bool) -> Result<u64> {
        let case = self.case;
        let times: Times = workers[self.wheel]
            .ask(&Request::Run { case, runs, warm })
            .with_context(|| self.label())?;
        let wanted = (self.scenario.answer)(self.scenario.size).to_string();
        match times.answers.iter().find(|answer| **answer != wanted) {
            Some(answer) => bail!("{}: the answer is {answer}, not {wanted}", self.label()),
            None => Ok(times.nanoseconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{align, cells, taken};
    use crate::doeff::scenarios::SCENARIOS;

    #[test]
    fn both_wheels_make_as_many_runs_a_slice() {
        let scenarios: Vec<_> = SCENARIOS.iter().collect();
        let (mut cells, groups) = cells(&scenarios);
        assert_eq!(cells.len(), groups.len());
        for (runs, cell) in (1..).zip(&mut cells) {
            cell.runs = runs;
        }
        align(&mut cells);
        for (pair, place) in cells.chunks(2).zip(1..) {
            assert!(pair.iter().all(|cell| cell.runs == 2 * place));
            assert_eq!(pair[0].scenario.name, pair[1].scenario.name);
            assert_eq!(pair[0].whole, pair[1].whole);
            assert_eq!((pair[0].wheel, pair[1].wheel), (0, 1));
        }
    }

    #[test]
    fn each_sample_comes_to_its_place() {
        let scenarios: Vec<_> = SCENARIOS.iter().collect();
        let (mut cells, _) = cells(&scenarios);
        for (number, cell) in (0_u32..).zip(&mut cells) {
            cell.samples = vec![vec![f64::from(number)]];
        }
        let first = taken(&SCENARIOS[0], &mut cells);
        let python = first.python.expect("it has some");
        assert_eq!(
            (first.whole.published[0][0], first.whole.ours[0][0]),
            (0.0, 1.0)
        );
        assert_eq!((python.published[0][0], python.ours[0][0]), (2.0, 3.0));
        let last = taken(&SCENARIOS[SCENARIOS.len() - 1], &mut cells);
        assert!(last.python.is_none() && last.whole.ours[0][0] > 3.0);
    }
}
