//! Running the programs, and reading the counters while they run.

use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::types::PyModule;
use pyo3::wrap_pyfunction;

use super::counter::{BySize, RUST, Reading};
use super::hooks::DOMAINS;
use super::survey::Survey;
use crate::python;

/// All counters at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot {
    /// Rust's side.
    pub rust: Reading,
    /// Blocks alive on Rust's side.
    pub rust_blocks: BySize,
    /// CPython's domains: raw, mem and obj.
    pub domains: [Reading; 3],
}

impl Snapshot {
    /// What they say now.
    pub fn take() -> Self {
        Self {
            rust: RUST.read(),
            rust_blocks: RUST.blocks_by_size(),
            domains: [0, 1, 2].map(|domain: usize| DOMAINS[domain].counter.read()),
        }
    }

    /// Bytes alive on both sides.
    pub fn bytes(&self) -> i64 {
        self.rust.bytes + self.python_bytes()
    }

    /// Bytes alive in CPython's domains together.
    pub fn python_bytes(&self) -> i64 {
        self.domains.iter().map(|domain| domain.bytes).sum()
    }

    /// Requests so far: of Rust's allocator and of CPython's domains.
    pub fn requests(&self) -> [u64; 4] {
        let [raw, mem, obj] = self.domains.map(|domain| domain.requests);
        [self.rust.requests, raw, mem, obj]
    }
}

static SEEN: Mutex<Option<Snapshot>> = Mutex::new(None);
static SURVEYED: Mutex<Option<Survey>> = Mutex::new(None);

/// What a program calls when the counters are to be read.
#[pyfunction]
fn read() {
    let now = Snapshot::take();
    *SEEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
}

/// What a program calls when Python's side is to be looked through.
#[pyfunction]
fn survey(py: Python<'_>) -> PyResult<()> {
    let now = Survey::take(py)?;
    *SURVEYED.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    Ok(())
}

/// `programs.py`, loaded.
pub struct Programs<'py> {
    module: Bound<'py, PyModule>,
    collect: Bound<'py, PyAny>,
    read: Bound<'py, PyAny>,
    survey: Bound<'py, PyAny>,
}

impl<'py> Programs<'py> {
    /// Loads them, and turns the collector off: what is read must not depend on when it comes by.
    ///
    /// # Errors
    /// What Python raises.
    pub fn load(py: Python<'py>) -> Result<Self> {
        let source = CString::new(include_str!("programs.py"))?;
        let gc = py.import("gc")?;
        gc.call_method0("disable")?;
        let module = PyModule::from_code(py, &source, c"memory/programs.py", c"memory_programs");
        let loaded = Self {
            module: module.map_err(|error| described(py, &error))?,
            collect: gc.getattr("collect")?,
            read: wrap_pyfunction!(read, py)?.into_any(),
            survey: wrap_pyfunction!(survey, py)?.into_any(),
        };
        Ok(loaded)
    }

    /// One of them. It is looked up once for all of its runs: the interpreter remembers the names
    /// that it was asked for, and this must not come between two readings.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn get(&self, name: &'static str) -> Result<Program<'_, 'py>> {
        Ok(Program {
            programs: self,
            name,
            function: self.module.getattr(name)?,
        })
    }
}

/// One of the programs.
pub struct Program<'a, 'py> {
    programs: &'a Programs<'py>,
    name: &'static str,
    function: Bound<'py, PyAny>,
}

impl<'py> Program<'_, 'py> {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The counters at the peak of a structure.
    ///
    /// # Errors
    /// What the program raised; when it did not let the counters be read.
    pub fn peak(&self, size: u64, room: u64) -> Result<Snapshot> {
        self.run((size, room, &self.programs.read))?;
        self.taken(&SEEN)
    }

    /// All that is alive on Python's side at the peak of a structure.
    ///
    /// # Errors
    /// As for [`peak`](Self::peak).
    pub fn peak_survey(&self, size: u64, room: u64) -> Result<Survey> {
        self.run((size, room, &self.programs.survey))?;
        self.taken(&SURVEYED)
    }

    /// The counters at the end of a loop.
    ///
    /// # Errors
    /// As for [`peak`](Self::peak).
    pub fn end(&self, size: u64) -> Result<Snapshot> {
        self.run((size, &self.programs.read))?;
        self.taken(&SEEN)
    }

    fn run(&self, arguments: impl PyCallArgs<'py>) -> Result<()> {
        let call = || {
            self.programs.collect.call0()?;
            self.function.call1(arguments)
        };
        call()
            .map_err(|error| described(self.function.py(), &error))
            .with_context(|| format!("the program {} failed", self.name))?;
        Ok(())
    }

    fn taken<T>(&self, seen: &Mutex<Option<T>>) -> Result<T> {
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        seen.with_context(|| format!("the program {} never called its probe", self.name))
    }
}

fn described(py: Python<'_>, error: &PyErr) -> anyhow::Error {
    anyhow::anyhow!("{}", python::describe(py, error))
}
