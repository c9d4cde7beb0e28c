//! One case of a workload on one machine, that is ended in every way.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CString;

use anyhow::{Result, anyhow};
use doeff_reports::refcounts::{Ending, Growth, Kind, Row};
use pyo3::prelude::*;
use pyo3::types::PyModule;

use super::counters::{Counters, NAMES};
use crate::engine::{Engine, Runnable};
use crate::memory::survey::Survey;
use crate::memory::sweep::Sweep;
use crate::python;
use crate::workload::{Case, Compiled, Workload};

/// Runs before anything is counted: what is made once is made by then.
const WARM_UP: u32 = 3;

/// How often the two batches are made at most: a leak shows each time, and what a cache takes until it is
/// full does not.
const ATTEMPTS: u32 = 5;

/// The name under which a workload finds the machine that meddles.
const MEDDLED: &str = "meddled";

/// The case, and what ends it.
pub(super) struct Subject<'py> {
    case: Case,
    /// The case as it is.
    plain: Runnable,
    /// `Endings` of `endings.py`.
    endings: Bound<'py, PyAny>,
    objects: Bound<'py, PyAny>,
    gc: Bound<'py, PyModule>,
    sweep: Sweep<'py>,
    /// The copies whose globals are looked at.
    _programs: [Compiled; 2],
}

/// Counts by kind and name.
type Counts = BTreeMap<(Kind, String), i64>;

impl<'py> Subject<'py> {
    /// Prepares the case of a workload with its parameters at a place among them.
    ///
    /// # Errors
    /// When the workload is not sound; what its functions raised.
    pub(super) fn new(
        py: Python<'py>,
        workload: &Workload,
        engine: &dyn Engine,
        params_index: usize,
        size: u64,
    ) -> Result<Self> {
        let case = workload.case(py, params_index, size)?;
        let program = workload.source().compile(py, engine.effects_module())?;
        let described = |error: PyErr| anyhow!(python::describe(py, &error));
        let plain = engine.prepare(py, &program, &case).map_err(described)?;
        let load = || -> PyResult<_> {
            let machine = py.import(engine.effects_module())?;
            let meddling = module(py, include_str!("meddling.py"), "refcount_meddling")?;
            let endings = module(py, include_str!("endings.py"), "refcount_endings")?;
            let meddler = meddling.getattr("Meddler")?.call1((machine,))?;
            let modules = py.import("sys")?.getattr("modules")?;
            modules.set_item(MEDDLED, meddler.call_method1("module", (MEDDLED,))?)?;
            Ok((meddler, endings, modules))
        };
        let (meddler, module, modules) = load().map_err(described)?;
        let copy = workload.source().compile(py, MEDDLED)?;
        let prepare = || -> PyResult<_> {
            modules.del_item(MEDDLED)?;
            let namespace = copy.namespace(py);
            let arguments = copy.arguments(py, params_index)?;
            let expected = copy.function(py, "expected")?;
            let expected = expected.call((size,), Some(&arguments))?;
            let parts = (meddler, namespace, size, arguments, expected);
            let endings = module.getattr("Endings")?.call1(parts)?;
            let places: u64 = endings.call_method0("places")?.extract()?;
            Ok((endings, places))
        };
        let (endings, places) = prepare().map_err(described)?;
        anyhow::ensure!(places > 0, "no program of it can be interrupted");
        Ok(Self {
            case,
            plain,
            endings,
            objects: module.getattr("objects")?,
            gc: py.import("gc")?,
            sweep: Sweep::new(py)?,
            _programs: [program, copy],
        })
    }

    /// What the interpreter is to hold when it ends; `closed` is called when a frame of it is closed.
    ///
    /// # Errors
    /// What a run raised.
    pub(super) fn hold(&self, closed: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.endings.call_method1("hold", (closed,))
    }

    /// Ends runs in one way, and counts what that leaves behind.
    ///
    /// # Errors
    /// What Python raises when it counts. What is wrong with a run is told in the row.
    pub(super) fn measure(&self, ending: Ending, runs: [u32; 2], row: Row) -> PyResult<Row> {
        let py = self.endings.py();
        let mut row = Row {
            ending,
            runs,
            size: self.case.size,
            ..row
        };
        let end = self.endings.getattr("end")?;
        if let Err(error) = self.run(&end, ending, WARM_UP) {
            row.failures.push(python::describe(py, &error));
            return Ok(row);
        }
        // What there is by now need not be looked through again.
        self.gc.call_method0("freeze")?;
        let mut attempts = 1;
        let batches = loop {
            let mut batch = |runs| self.batch(&end, ending, runs, &mut row);
            let both = [batch(runs[0])?, batch(runs[1])?];
            let leaks = growth(&both).iter().any(Growth::is_leak);
            if attempts == ATTEMPTS || !leaks || !row.failures.is_empty() {
                break both;
            }
            attempts += 1;
        };
        row.objects = growth(&batches);
        let of_memory = |growth: &&Growth| matches!(growth.kind, Kind::Blocks | Kind::Bytes);
        if row.objects.iter().filter(of_memory).any(Growth::is_leak) {
            let contents = |runs| self.contents(&end, ending, runs);
            let contents = [contents(runs[0])?, contents(runs[1])?];
            row.objects.extend(growth(&contents));
        }
        self.gc.call_method0("unfreeze")?;
        Ok(row)
    }

    /// What there is more of after so many runs.
    fn batch(
        &self,
        end: &Bound<'py, PyAny>,
        ending: Ending,
        runs: u32,
        row: &mut Row,
    ) -> PyResult<Counts> {
        let py = self.endings.py();
        self.sweep.sweep()?;
        let before = self.counts()?;
        self.sweep.sweep()?;
        let counters = Counters::take(py)?;
        let outcome = self.run(end, ending, runs);
        if let Err(error) = outcome {
            row.failures.push(python::describe(py, &error));
        }
        self.sweep.sweep()?;
        let now = Counters::take(py)?;
        let mut counts = self.counts()?;
        row.failures.extend(self.unraisable()?);
        for (name, count) in before {
            *counts.entry(name).or_default() -= count;
        }
        let kinds = [
            Kind::Blocks,
            Kind::Bytes,
            Kind::Bytes,
            Kind::Bytes,
            Kind::Bytes,
        ];
        for ((kind, name), grown) in kinds.into_iter().zip(NAMES).zip(now.since(&counters)) {
            counts.insert((kind, name.to_owned()), grown);
        }
        row.resident_bytes += now.resident_since(&counters);
        Ok(counts)
    }

    /// What there is more of in the blocks of the allocators after so many runs.
    fn contents(&self, end: &Bound<'py, PyAny>, ending: Ending, runs: u32) -> PyResult<Counts> {
        let py = end.py();
        self.sweep.sweep()?;
        let before = Survey::take(py)?;
        // An error was told of when it came first.
        let _ = self.run(end, ending, runs);
        self.sweep.sweep()?;
        let mut counts = Counts::new();
        for (block, more) in Survey::take(py)?.since(&before, 1.0) {
            let name = format!("{}, {} bytes each", block.what, block.size);
            #[expect(clippy::cast_possible_truncation)] // a whole number of blocks
            counts.insert((Kind::Contents, name), more as i64);
        }
        counts.retain(|_, more| *more != 0);
        Ok(counts)
    }

    /// The errors that nobody could be told of since this was asked last.
    fn unraisable(&self) -> PyResult<Vec<String>> {
        let told: Vec<String> = self.endings.call_method0("unraisable")?.extract()?;
        let told = told.into_iter();
        Ok(told
            .map(|text| format!("it went to sys.unraisablehook: {text}"))
            .collect())
    }

    /// Makes so many runs.
    fn run(&self, end: &Bound<'py, PyAny>, ending: Ending, runs: u32) -> PyResult<()> {
        let py = end.py();
        for _ in 0..runs {
            if ending == Ending::NormalEnd {
                let timed = self.plain.time(py, 1)?;
                let mut answers = timed.answers.iter();
                if !answers.all(|answer| self.case.accepts(answer.bind(py))) {
                    return Err(pyo3::exceptions::PyAssertionError::new_err(
                        "a wrong answer",
                    ));
                }
            }
            end.call1((ending.name(),))?;
        }
        Ok(())
    }

    /// What Python counts.
    fn counts(&self) -> PyResult<Counts> {
        let named = |kind: Kind, counts: Bound<'py, PyAny>| -> PyResult<Vec<_>> {
            let counts: BTreeMap<String, i64> = counts.extract()?;
            let named = counts
                .into_iter()
                .map(|(name, count)| ((kind, name), count));
            Ok(named.collect())
        };
        let mut counts = Counts::new();
        counts.extend(named(
            Kind::References,
            self.endings.call_method0("references")?,
        )?);
        counts.extend(named(Kind::Beyond, self.endings.getattr("beyond")?)?);
        counts.extend(named(Kind::Stats, self.endings.call_method0("stats")?)?);
        counts.extend(named(Kind::Objects, self.objects.call0()?)?);
        Ok(counts)
    }
}

/// By how much everything grew in two batches.
fn growth(batches: &[Counts; 2]) -> Vec<Growth> {
    let names: BTreeSet<_> = batches.iter().flat_map(BTreeMap::keys).collect();
    let growth = names.into_iter().map(|name| Growth {
        kind: name.0,
        object: name.1.clone(),
        grown: [0, 1].map(|batch: usize| batches[batch].get(name).copied().unwrap_or(0)),
    });
    growth.collect()
}

fn module<'py>(py: Python<'py>, source: &str, name: &str) -> PyResult<Bound<'py, PyModule>> {
    let [source, file, name] = [source, &format!("{name}.py"), name].map(CString::new);
    PyModule::from_code(py, &source?, &file?, &name?)
}
