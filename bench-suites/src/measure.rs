//! One cell, and taking a sample of it.

use std::time::{Duration, Instant};

use doeff_reports::stats::SampleError;
use doeff_reports::{Engine, Measurement, Summary, format};
use pyo3::prelude::*;

use crate::engine::{Runnable, Timed};
use crate::schedule::Limits;
use crate::workload::{Case, Workload};

/// One case on one engine, with what was measured so far.
pub struct Cell<'a> {
    /// What it belongs to.
    pub workload: &'a Workload,
    /// What is run.
    pub case: &'a Case,
    /// What runs it.
    pub engine: Engine,
    runnable: Runnable,
    runs_per_sample: u32,
    answer_ok: bool,
    /// In nanoseconds per operation.
    samples: Vec<f64>,
}

/// Python's garbage collector, which samples begin with.
pub struct Collector(Py<PyAny>);

impl Collector {
    /// Enables it.
    ///
    /// # Errors
    /// What Python raises.
    pub fn enabled(py: Python<'_>) -> PyResult<Self> {
        let gc = py.import("gc")?;
        gc.call_method0("enable")?;
        Ok(Self(gc.getattr("collect")?.unbind()))
    }

    /// Collects all garbage of this process.
    ///
    /// # Errors
    /// What Python raises.
    pub fn collect(&self, py: Python<'_>) -> PyResult<()> {
        self.0.call0(py).map(drop)
    }
}

impl<'a> Cell<'a> {
    /// A cell of which nothing has been run.
    pub fn new(workload: &'a Workload, case: &'a Case, engine: Engine, runnable: Runnable) -> Self {
        Self {
            workload,
            case,
            engine,
            runnable,
            runs_per_sample: 1,
            answer_ok: true,
            samples: Vec::new(),
        }
    }

    /// How the cell is called in messages.
    pub fn label(&self) -> String {
        let workload = self.workload.label(self.case);
        let size = format::count(self.case.size);
        format!("{workload}, n = {size}, on {}", self.engine)
    }

    /// Whether every answer so far was the right one.
    pub fn answer_ok(&self) -> bool {
        self.answer_ok
    }

    /// Runs once, to check the answer.
    ///
    /// # Errors
    /// What the run raised.
    pub fn check(&mut self, py: Python<'_>) -> PyResult<()> {
        self.time(py, 1).map(drop)
    }

    /// Runs without recording: once to check the answer, then until it is known how many runs make a
    /// sample. Gives what one sample costs, its collection included.
    ///
    /// # Errors
    /// What a run raised.
    pub fn warm_up(
        &mut self,
        py: Python<'_>,
        limits: &Limits,
        collector: &Collector,
    ) -> PyResult<Duration> {
        let began = Instant::now();
        self.runnable.collect(py, collector)?;
        let collection = began.elapsed();
        let mut runs = 1;
        loop {
            let elapsed = self.time(py, runs)?;
            let per_run = elapsed / runs;
            self.runs_per_sample = limits.runs_per_sample(per_run);
            // The first runs are cold, so half a sample is the least to judge by.
            if elapsed >= limits.sample_time / 2 {
                return Ok(collection + per_run * self.runs_per_sample);
            }
            runs = self.runs_per_sample.min(runs.saturating_mul(10));
        }
    }

    /// Takes one sample, and records it.
    ///
    /// # Errors
    /// What a run raised.
    pub fn sample(&mut self, py: Python<'_>, collector: &Collector) -> PyResult<()> {
        self.runnable.collect(py, collector)?;
        let elapsed = self.time(py, self.runs_per_sample)?;
        #[expect(clippy::cast_precision_loss)] // Far below 2^52 operations.
        let operations = (u64::from(self.runs_per_sample) * self.case.operations) as f64;
        self.samples.push(elapsed.as_secs_f64() * 1e9 / operations);
        Ok(())
    }

    /// Times some runs, and then checks their answers.
    fn time(&mut self, py: Python<'_>, runs: u32) -> PyResult<Duration> {
        let Timed { elapsed, answers } = self.runnable.time(py, runs)?;
        self.answer_ok &= answers
            .iter()
            .all(|answer| self.case.accepts(answer.bind(py)));
        Ok(elapsed)
    }

    /// The cell's row in the report.
    ///
    /// # Errors
    /// When there is no sample, or one took no time.
    pub fn into_measurement(self) -> Result<Measurement, SampleError> {
        Ok(Measurement {
            workload: self.workload.source().name().to_owned(),
            params: self.case.params.clone(),
            size: self.case.size,
            engine: self.engine,
            operation: self.workload.operation.clone(),
            answer_ok: self.answer_ok,
            ns_per_op: Summary::of(&self.samples)?,
            samples: self.samples,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell as Counter;
    use std::rc::Rc;
    use std::time::Duration;

    use doeff_reports::{Engine, Mode, Summary};
    use pyo3::prelude::*;

    use super::{Cell, Collector};
    use crate::python::{with_python, workspace};
    use crate::schedule::Limits;
    use crate::workload::{Source, Workload};

    /// A run takes 300 us at least, so the warm-up ends with the fifth run at the latest.
    const WARM: usize = 5;
    const SAMPLES: usize = 20;
    const LIMITS: Limits = Limits {
        sample_time: Duration::from_millis(1),
        min_samples: 1,
        max_samples: 1,
        budget: Duration::from_secs(1),
    };

    /// Measures a stand-in for `resume_churn` at n = 100 that gives each answer in turn, the last one
    /// for ever; the row, and the number of runs.
    fn measured(answers: &'static [u64]) -> (doeff_reports::Measurement, usize) {
        with_python(|py| {
            let path = workspace().join("bench-suites/programs/resume_churn.py");
            let source = Source::read(&path).expect("the file is there");
            let workload = Workload::check(py, source).expect("it is a workload");
            let cases = workload.cases(py, Mode::Quick).expect("its functions work");
            let runs = Rc::new(Counter::new(0));
            let counted = Rc::clone(&runs);
            let run = move |py: Python<'_>| {
                let index = counted.get().min(answers.len() - 1);
                counted.set(counted.get() + 1);
                std::thread::sleep(Duration::from_micros(300));
                Ok(answers[index].into_pyobject(py)?.into_any().unbind())
            };
            let engine = Engine::new("stand-in");
            let mut cell = Cell::new(&workload, &cases[0], engine, Box::new(run));
            let collector = Collector::enabled(py).expect("there is a collector");
            cell.warm_up(py, &LIMITS, &collector)
                .expect("it does not raise");
            for _ in 0..SAMPLES {
                cell.sample(py, &collector).expect("it does not raise");
            }
            (
                cell.into_measurement().expect("there are samples"),
                runs.get(),
            )
        })
    }

    #[test]
    fn figures_are_per_operation() {
        let (row, runs) = measured(&[300]);
        assert!(row.answer_ok);
        assert_eq!(row.samples.len(), SAMPLES);
        assert_eq!(Summary::of(&row.samples), Ok(row.ns_per_op));
        // A run takes 300 us and a bit for 100 operations.
        assert!(row.ns_per_op.median >= 3_000.0, "{row:?}");
        assert!(row.ns_per_op.median < 100_000.0, "{row:?}");
        // Four runs take longer than the millisecond that a sample is to take.
        assert!((1 + SAMPLES..=WARM + 4 * SAMPLES).contains(&runs), "{runs}");
    }

    #[test]
    fn one_wrong_answer_in_the_warm_up_is_enough() {
        let (row, _) = measured(&[299, 300]);
        assert!(!row.answer_ok);
    }

    #[test]
    fn one_wrong_answer_in_a_sample_is_enough() {
        let mut answers = [300; WARM + 1];
        answers[WARM] = 299;
        let (row, _) = measured(Box::leak(Box::new(answers)));
        assert!(!row.answer_ok);
    }
}
