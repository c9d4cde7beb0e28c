//! Measuring all cells: generations of fresh processes, and rounds in each.

use std::collections::BTreeMap;
use std::time::Instant;

use doeff_reports::Round;
use pyo3::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::turn::Interrupt;
use crate::arguments::Arguments;
use crate::cell::{Cell, Moment};
use crate::noise::Watch;
use crate::progress::Stage;
use crate::roster::Entrant;
use crate::schedule::{Limits, in_random_order, rounds};
use crate::seat::Seat;

/// A run, with what was measured so far.
pub(super) struct Run<'a> {
    /// What it may spend.
    pub(super) limits: Limits,
    /// Seed of the order.
    pub(super) seed: u64,
    /// What is measured.
    pub(super) cells: Vec<Cell<'a>>,
    /// The group of each.
    groups: &'a [usize],
    /// The rounds that took place.
    pub(super) rounds: Vec<Round>,
    watch: Watch,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    pub(super) fn new(
        arguments: &Arguments,
        cells: Vec<Cell<'a>>,
        groups: &'a [usize],
        began: Instant,
    ) -> Self {
        let mut limits = Limits::of(arguments.mode());
        limits.budget = arguments.budget().unwrap_or(limits.budget);
        limits.processes = arguments.processes.unwrap_or(limits.processes);
        Self {
            limits,
            // Whatever reads the record as JSON must be able to hold it.
            seed: arguments
                .seed
                .unwrap_or_else(|| rand::random::<u32>().into()),
            cells,
            groups,
            rounds: Vec::new(),
            watch: Watch::begin(began),
        }
    }

    /// Measures all cells; whether it came to its end.
    pub(super) fn measure(
        &mut self,
        py: Python<'_>,
        entrants: &'a [Entrant],
        interrupt: &Interrupt,
    ) -> bool {
        let mut rng = StdRng::seed_from_u64(self.seed);
        let mut slices = Vec::new();
        for process in 0..self.limits.processes {
            // Never are two generations alive.
            let mut seats: Vec<_> = entrants.iter().map(Seat::new).collect();
            let order = in_random_order(0..self.cells.len(), self.groups, &mut rng);
            let stage = Stage::begin(format!("warming up {}", process + 1), order.len());
            for index in order {
                if interrupt.came() {
                    return false;
                }
                self.warm_up(py, &mut seats, index, process, &stage);
            }
            stage.end();
            if process == 0 {
                self.align(entrants);
                let costs: Vec<_> = self.cells.iter().map(Cell::slice_ns).collect();
                slices = self.limits.slices(&costs);
            }
            let rounds = rounds(&slices, self.groups, &mut rng);
            let stage = Stage::begin(
                format!("measuring {}", process + 1),
                rounds.iter().map(Vec::len).sum(),
            );
            for cells in rounds {
                if !self.round(py, &mut seats, &cells, process, &stage, interrupt) {
                    return false;
                }
            }
            stage.end();
        }
        true
    }

    /// Lets the copies and builds of one engine make as many runs a slice: a slice begins after a collection, which
    /// empties free lists, so a run costs the more the fewer there are.
    pub(super) fn align(&mut self, entrants: &[Entrant]) {
        let mut most = BTreeMap::<_, u32>::new();
        let key = |cell: &Cell<'_>, group| (group, entrants[cell.entrant].like.clone());
        for (cell, &group) in self.cells.iter().zip(self.groups) {
            let runs = most.entry(key(cell, group)).or_default();
            *runs = cell.runs().max(*runs);
        }
        for (cell, &group) in self.cells.iter_mut().zip(self.groups) {
            let runs = most[&key(cell, group)];
            cell.set_runs(runs);
        }
    }

    fn warm_up(
        &mut self,
        py: Python<'_>,
        seats: &mut [Seat<'a>],
        index: usize,
        process: u32,
        stage: &Stage,
    ) {
        let (cell, watch, round) = (&mut self.cells[index], &self.watch, self.rounds.len());
        stage.step(cell.label());
        if cell.goes_on() {
            let moment = || moment(watch, process, round);
            let seat = &mut seats[cell.entrant];
            cell.warm_up(py, seat, &self.limits, &moment);
        }
        stage.done();
    }

    /// One round; whether it came to its end.
    fn round(
        &mut self,
        py: Python<'_>,
        seats: &mut [Seat<'a>],
        cells: &[usize],
        process: u32,
        stage: &Stage,
        interrupt: &Interrupt,
    ) -> bool {
        let (mut round, number) = (self.watch.round(process), self.rounds.len());
        let mut complete = true;
        for &index in cells {
            complete = !interrupt.came();
            if !complete {
                break;
            }
            let cell = &mut self.cells[index];
            stage.step(cell.label());
            if cell.goes_on() {
                let seat = &mut seats[cell.entrant];
                cell.slice(py, seat, moment(&self.watch, process, number));
            }
            stage.done();
        }
        self.watch.end(&mut round);
        self.rounds.push(round);
        complete
    }
}

fn moment(watch: &Watch, process: u32, round: usize) -> Moment {
    Moment {
        process,
        round: u32::try_from(round).unwrap_or(u32::MAX),
        at_us: watch.at_us(),
    }
}
