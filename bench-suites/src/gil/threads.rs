//! `threads.py`, loaded: seats, and what the threads that took them did.

use std::ffi::CString;

use anyhow::{Result, anyhow, ensure};
use pyo3::prelude::*;
use pyo3::types::PyModule;

use super::plan::{Planned, Way};
use crate::python;
use crate::workload::{Case, InstalledHandler, Source, Workload};

/// What a thread did, as Python tells it.
#[derive(FromPyObject)]
struct Work {
    repeats: u64,
    elapsed: u64,
    answers: Vec<Py<PyAny>>,
    late: Vec<f64>,
}

/// What a thread did.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// Operations in a nanosecond.
    pub(super) rate: f64,
    /// How many nanoseconds late it got on after each sleep.
    pub(super) late: Vec<f64>,
}

/// What a thread does, and what one repetition of it is.
pub(super) struct Seat<'a, 'py> {
    callable: Bound<'py, PyAny>,
    operations: u64,
    case: Option<&'a Case>,
}

/// A program and its handlers, innermost first.
type Prepared<'py> = (Bound<'py, PyAny>, Vec<InstalledHandler<'py>>);

/// A workload at the size of one repetition.
pub(super) struct Subject {
    workload: Workload,
    case: Case,
}

impl Subject {
    /// Reads and checks the workload.
    ///
    /// # Errors
    /// When it is none, or does not have these parameters.
    pub(super) fn load(py: Python<'_>, planned: &'static Planned) -> Result<Self> {
        let path = python::workspace().join("bench-suites").join(planned.file);
        let workload = Workload::check(py, Source::read(&path)?)?;
        let index = workload.params().iter().position(|params| {
            let named = |&(name, text): &(&str, &str)| {
                params.pairs().any(|pair| pair == format!("{name}={text}"))
            };
            planned.params.iter().all(named)
        });
        let index = index.ok_or_else(|| anyhow!("{} has no such parameters", planned.file))?;
        let case = workload.case(py, index, planned.repetition)?;
        Ok(Self { workload, case })
    }

    /// A copy of the program for one thread, and its handlers.
    fn prepare<'py>(&self, py: Python<'py>) -> Result<Prepared<'py>> {
        let compiled = self.workload.source().compile(py, "doeff_vm")?;
        let handlers = compiled.handlers(py, &self.case)?;
        Ok((compiled.body(py, &self.case)?, handlers))
    }
}

/// `threads.py`, loaded.
pub(super) struct Threads<'py> {
    module: Bound<'py, PyModule>,
}

impl<'py> Threads<'py> {
    /// Loads it.
    ///
    /// # Errors
    /// What Python raises.
    pub(super) fn load(py: Python<'py>) -> Result<Self> {
        let source = CString::new(include_str!("threads.py"))?;
        let module = PyModule::new(py, "gil_threads")?;
        // A dataclass looks for the module that it is in.
        py.import("sys")?
            .getattr("modules")?
            .set_item("gil_threads", &module)?;
        let module = PyModule::from_code(py, &source, c"gil/threads.py", c"gil_threads");
        Ok(Self {
            module: module.map_err(|error| described(py, &error))?,
        })
    }

    /// The seat of a machine, with a copy of the program of its own.
    ///
    /// # Errors
    /// What the workload raised.
    pub(super) fn machine<'a>(&self, subject: &'a Subject, way: Way) -> Result<Seat<'a, 'py>> {
        let (program, handlers) = subject.prepare(self.module.py())?;
        let arguments = (way.gil(), program, handlers);
        Ok(Seat {
            callable: self.module.getattr("machine")?.call1(arguments)?,
            operations: subject.case.operations,
            case: Some(&subject.case),
        })
    }

    /// The seat of a thread that counts.
    ///
    /// # Errors
    /// What Python raises.
    pub(super) fn counter(&self) -> Result<Seat<'static, 'py>> {
        Ok(Seat {
            callable: self.module.getattr("counter")?,
            operations: self.module.getattr("STEPS")?.extract()?,
            case: None,
        })
    }

    /// The seat of a thread that sleeps.
    ///
    /// # Errors
    /// What Python raises.
    pub(super) fn sleeper(&self) -> Result<Seat<'static, 'py>> {
        Ok(Seat {
            callable: self.module.getattr("sleeper")?,
            operations: 1,
            case: None,
        })
    }

    /// Lets all seats work at the same time, for so many seconds.
    ///
    /// # Errors
    /// What a seat raised; a wrong answer.
    pub(super) fn together(&self, seats: &[Seat<'_, 'py>], seconds: f64) -> Result<Vec<Done>> {
        let callables: Vec<_> = seats.iter().map(|seat| &seat.callable).collect();
        let works = self.call("together", (callables, seconds))?;
        let works: Vec<Work> = works.extract()?;
        seats
            .iter()
            .zip(works)
            .map(|(seat, work)| seat.done(self.module.py(), work))
            .collect()
    }

    /// Runs a program while no thread asks another for the interpreter: how often a sleeper got on
    /// meanwhile, and how late each time.
    ///
    /// # Errors
    /// As for [`together`](Self::together).
    pub(super) fn promise(&self, subject: &Subject, way: Way, times: u32) -> Result<Vec<f64>> {
        let py = self.module.py();
        let (program, handlers) = subject.prepare(py)?;
        let arguments = (way.gil(), program, handlers, times);
        let work: Work = self.call("promise", arguments)?.extract()?;
        check(py, &subject.case, &work.answers)?;
        Ok(work.late)
    }

    fn call(
        &self,
        name: &str,
        arguments: impl pyo3::call::PyCallArgs<'py>,
    ) -> Result<Bound<'py, PyAny>> {
        let function = self.module.getattr(name)?;
        let result = function.call1(arguments);
        result.map_err(|error| described(self.module.py(), &error))
    }
}

impl Seat<'_, '_> {
    fn done(&self, py: Python<'_>, work: Work) -> Result<Done> {
        if let Some(case) = self.case {
            check(py, case, &work.answers)?;
        } else if let Some(total) = work.answers.first() {
            let (total, right) = (total.extract::<u64>(py)?, work.repeats * self.operations);
            ensure!(total == right, "{total} steps were counted, of {right}");
        }
        Ok(Done {
            rate: float(work.repeats * self.operations) / float(work.elapsed),
            late: work.late,
        })
    }
}

fn check(py: Python<'_>, case: &Case, answers: &[Py<PyAny>]) -> Result<()> {
    ensure!(!answers.is_empty(), "there is no answer");
    for answer in answers {
        let answer = answer.bind(py);
        ensure!(case.accepts(answer), "the answer {answer} is wrong");
    }
    Ok(())
}

fn described(py: Python<'_>, error: &PyErr) -> anyhow::Error {
    anyhow!("{}", python::describe(py, error))
}

#[expect(clippy::cast_precision_loss)] // the figures are far below 2^53
fn float(number: u64) -> f64 {
    number as f64
}
