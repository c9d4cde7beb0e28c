//! One cell of the comparison: a case on an engine, with every slice that was timed of it.

use doeff_reports::{Engine, Measurement, Outcome, Slice, format};
use pyo3::prelude::*;

use crate::schedule::Limits;
use crate::seat::Seat;
use crate::workers::WorkerError;
use crate::workers::protocol::Times;
use crate::workload::{Case, Workload};

/// A run that takes so many nanoseconds needs none before it to warm up.
const LONG: u64 = 50_000_000;

/// One case on one engine, with what was measured so far.
pub struct Cell<'a> {
    /// What it belongs to.
    pub workload: &'a Workload,
    /// What is run.
    pub case: &'a Case,
    /// What runs it.
    pub engine: Engine,
    /// Index of its entrant, and of its seat.
    pub entrant: usize,
    /// How many runs make a slice; zero before that is known.
    runs: u32,
    /// What one run takes, in nanoseconds, as the warm-up saw it.
    run_ns: u64,
    outcome: Outcome,
    warm_up: Vec<Slice>,
    slices: Vec<Slice>,
}

/// When a slice is taken: all of a [`Slice`] but what is measured.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Which generation of fresh processes.
    pub process: u32,
    /// Index of the round.
    pub round: u32,
    /// Microseconds after the run began.
    pub at_us: u64,
}

impl<'a> Cell<'a> {
    /// A cell of which nothing has been run.
    pub fn new(workload: &'a Workload, case: &'a Case, engine: Engine, entrant: usize) -> Self {
        Self {
            workload,
            case,
            engine,
            entrant,
            runs: 0,
            run_ns: 0,
            outcome: Outcome::Right {},
            warm_up: Vec::new(),
            slices: Vec::new(),
        }
    }

    /// How the cell is called in messages.
    pub fn label(&self) -> String {
        let workload = self.workload.label(self.case);
        let size = format::count(self.case.size);
        format!("{workload}, n = {size}, on {}", self.engine)
    }

    /// What came of it so far.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether it is of use to go on: nothing has failed, and no answer was wrong.
    pub fn goes_on(&self) -> bool {
        self.outcome == Outcome::Right {}
    }

    /// How many runs make a slice, as far as the warm-up has seen.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// Makes so many runs a slice.
    pub fn set_runs(&mut self, runs: u32) {
        self.runs = runs;
    }

    /// What one slice and the run before it take, in nanoseconds, as far as the warm-up has seen.
    pub fn slice_ns(&self) -> u64 {
        let before = u64::from(!self.is_long());
        let runs = u64::from(self.runs).saturating_add(before);
        self.run_ns.saturating_mul(runs)
    }

    fn is_long(&self) -> bool {
        self.run_ns >= LONG
    }

    /// Runs once, to check the answer.
    pub fn check(&mut self, py: Python<'_>, seat: &mut Seat<'a>) {
        self.run(py, seat, 1, false);
    }

    /// Runs without counting it: at first until it is known how many runs make a slice, in later processes once cold
    /// and once as long as a slice. What was timed is recorded as warm-up.
    pub fn warm_up(
        &mut self,
        py: Python<'_>,
        seat: &mut Seat<'a>,
        limits: &Limits,
        moment: &dyn Fn() -> Moment,
    ) {
        if self.runs > 0 {
            if !self.is_long() {
                self.warm(py, seat, 1, moment());
            }
            if self.runs > 1 {
                self.warm(py, seat, self.runs, moment());
            }
            return;
        }
        let (mut runs, mut cold) = (1, true);
        while let Some(ns) = self.warm(py, seat, runs, moment()) {
            self.run_ns = ns / u64::from(runs);
            self.runs = limits.runs_per_slice(self.run_ns);
            // The first run is cold, and half a slice is the least to judge by.
            if self.is_long() || (!cold && ns >= limits.slice_ns() / 2) {
                return;
            }
            cold = false;
            runs = self.runs.min(runs.saturating_mul(10));
        }
    }

    fn warm(
        &mut self,
        py: Python<'_>,
        seat: &mut Seat<'a>,
        runs: u32,
        moment: Moment,
    ) -> Option<u64> {
        let slice = self.timed(py, seat, runs, false, moment)?;
        self.warm_up.push(slice);
        Some(slice.ns)
    }

    /// Times one slice, warm unless its run is long, and records it.
    pub fn slice(&mut self, py: Python<'_>, seat: &mut Seat<'a>, moment: Moment) {
        let slice = self.timed(py, seat, self.runs, !self.is_long(), moment);
        self.slices.extend(slice);
    }

    fn timed(
        &mut self,
        py: Python<'_>,
        seat: &mut Seat<'a>,
        runs: u32,
        warm: bool,
        moment: Moment,
    ) -> Option<Slice> {
        let times = self.run(py, seat, runs, warm)?;
        Some(Slice {
            process: moment.process,
            round: moment.round,
            at_us: moment.at_us,
            runs,
            ns: times.nanoseconds,
            cpu_ns: times.cpu_nanoseconds,
        })
    }

    /// Makes some runs, and then checks their answers. `None` when they failed.
    fn run(&mut self, py: Python<'_>, seat: &mut Seat<'a>, runs: u32, warm: bool) -> Option<Times> {
        match seat.run(self.workload, self.case, runs, warm) {
            Ok(times) => {
                let wrong = times
                    .answers
                    .iter()
                    .find(|answer| !self.accepts(py, answer));
                if let Some(answer) = wrong {
                    let expected = self.case.expected(py);
                    let expected = expected.bind(py).repr();
                    self.outcome = Outcome::Wrong {
                        answer: answer.clone(),
                        expected: expected.map_or_else(|_| String::new(), |text| text.to_string()),
                    };
                }
                Some(times)
            }
            Err(error) => {
                eprintln!("{} failed: {error}", self.label());
                self.outcome = Outcome::Failed {
                    reason: reason(&error),
                };
                None
            }
        }
    }

    /// Whether a literal is the right answer.
    fn accepts(&self, py: Python<'_>, answer: &str) -> bool {
        let ast = py.import("ast");
        let answer = ast.and_then(|ast| ast.call_method1("literal_eval", (answer,)));
        // What is no literal is no answer.
        answer.is_ok_and(|answer| self.case.accepts(&answer))
    }

    /// The cell's row in the report.
    pub fn into_measurement(self) -> Measurement {
        Measurement {
            workload: self.workload.source().name().to_owned(),
            params: self.case.params.clone(),
            size: self.case.size,
            engine: self.engine,
            operation: self.workload.operation.clone(),
            operations: self.case.operations,
            outcome: self.outcome,
            warm_up: self.warm_up,
            slices: self.slices,
        }
    }
}

/// The reason of a failure, in one line.
fn reason(error: &WorkerError) -> String {
    match error {
        WorkerError::Ended { status, said } => {
            let said = crate::workers::last_line(said);
            let colon = if said.is_empty() { "" } else { ": " };
            format!("its process ended ({status}){colon}{said}")
        }
        WorkerError::Hung { patience, .. } => format!(
            "its process did not reply within {} s and was ended",
            patience.as_secs_f64()
        ),
        other => other.in_one_line().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::reason;
    use crate::workers::WorkerError;

    #[test]
    fn the_reason_of_a_failure_is_one_line() {
        let hung = WorkerError::Hung {
            patience: Duration::from_secs(300),
            said: "a word".to_owned(),
        };
        assert_eq!(
            reason(&hung),
            "its process did not reply within 300 s and was ended"
        );
    }
}
