//! `PyVM`: doeff's entry point, and the figures that it asks for.

use std::convert::Infallible;
use std::env;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use doeff_vm_core::{Part, Stats};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::continuation;
use crate::note;
use crate::object::Ref;
use crate::runs::{self, from_bound, into_error, into_py};

use super::errors;

/// Steps and handler calls of all machines, as doeff counts them.
static STEPS: AtomicU64 = AtomicU64::new(0);
static HANDLER_CALLS: AtomicU64 = AtomicU64::new(0);

/// Whether runs are checked: [`UNKNOWN`] until that is asked, then [`OFF`] or [`ON`].
static CHECKS: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

/// Runs that have begun and not ended.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// What of a machine's work was added to the figures of the process.
#[derive(Clone, Copy, Default)]
pub struct Published {
    steps: u64,
    calls: u64,
}

impl Published {
    /// Adds what a machine has done since.
    #[inline]
    pub fn update(&mut self, stats: Stats) {
        add(&STEPS, stats.steps - self.steps);
        add(&HANDLER_CALLS, stats.captures - self.calls);
        *self = Self::before(stats);
    }

    /// Of a machine that is about to begin a run.
    pub fn before(stats: Stats) -> Self {
        Self {
            steps: stats.steps,
            calls: stats.captures,
        }
    }
}

/// Adds to a figure. The interpreter is held, so nobody else does meanwhile.
#[inline]
fn add(figure: &AtomicU64, more: u64) {
    figure.store(figure.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}

/// A built-in handler of doeff's has answered.
pub fn count_handler_call() {
    add(&HANDLER_CALLS, 1);
}

/// A machine that keeps to doeff's contract.
#[pyclass(frozen)]
#[derive(Default)]
pub struct PyVM {
    steps: AtomicU64,
    running: AtomicBool,
}

#[pymethods]
impl PyVM {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Runs a program to its result. Raises what nothing in it caught, `TypeError` for what is no program, and
    /// `RuntimeError` where this machine is running already.
    fn run(&self, program: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = program.py();
        let is_checked = invariant_checks_enabled()?;
        if self.running.swap(true, Ordering::Relaxed) {
            return Err(PyRuntimeError::new_err("Already borrowed"));
        }
        ACTIVE.fetch_add(1, Ordering::Relaxed);
        let program = from_bound(program);
        let (result, steps) = note::silently(|| runs::run_foreign(&program, is_checked));
        ACTIVE.fetch_sub(1, Ordering::Relaxed);
        self.running.store(false, Ordering::Relaxed);
        self.steps.fetch_add(steps, Ordering::Relaxed);
        match result {
            Ok(value) => Ok(into_py(py, value)),
            Err(error) => Err(into_error(py, error)),
        }
    }

    /// Four figures of the segments that the machine keeps between runs: it keeps none.
    #[allow(clippy::unused_self)] // it is a method of a class
    fn arena_stats(&self) -> (u64, u64, u64, u64) {
        (0, 0, 0, 0)
    }

    /// The steps that this machine has made.
    fn step_count(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }
}

/// What is alive in the process: the stretches of stack of runs and unused continuations, unused
/// continuations, and the programs in both. All are 0 when everything has ended.
///
/// A run counts as one stretch and one program. The continuation of a clause that has not yet run a program or
/// performed an effect may be left out.
#[pyfunction]
pub fn vm_live_counts(py: Python<'_>) -> PyResult<(usize, usize, usize)> {
    let runs = ACTIVE.load(Ordering::Relaxed);
    let (mut stretches, mut held, mut programs) = (runs, 0, runs);
    let objects = py.import("gc")?.call_method0("get_objects")?;
    for object in objects.try_iter()? {
        let object = from_bound(object?);
        if !continuation::is_continuation(&object) {
            continue;
        }
        // SAFETY: it was just checked; nothing uses it meanwhile.
        if let Some(captured) = unsafe { continuation::held(&object) } {
            held += 1;
            // A body and its prompt each.
            stretches += 2 * captured.depth();
            let counted = captured.visit(|part| {
                programs += usize::from(matches!(part, Part::Frame(_)));
                Ok::<_, Infallible>(())
            });
            let Ok(()) = counted;
        }
    }
    Ok((stretches, held, programs))
}

/// The steps and handler calls of all machines of the process so far.
#[pyfunction]
pub fn vm_work_counts() -> (u64, u64) {
    (
        STEPS.load(Ordering::Relaxed),
        HANDLER_CALLS.load(Ordering::Relaxed),
    )
}

/// Whether runs of `PyVM` check the machine's invariants before each step. The environment variable
/// `DOEFF_VM_INVARIANT_CHECKS`, 1 or 0, decides until `set_invariant_checks` does. Raises `ValueError` where it
/// is anything else.
#[pyfunction]
pub fn invariant_checks_enabled() -> PyResult<bool> {
    match CHECKS.load(Ordering::Relaxed) {
        UNKNOWN => {
            let on = asked_by_environment()?;
            set_invariant_checks(on);
            Ok(on)
        }
        known => Ok(known == ON),
    }
}

#[cold]
fn asked_by_environment() -> PyResult<bool> {
    const NAME: &str = "DOEFF_VM_INVARIANT_CHECKS";
    let Some(value) = env::var_os(NAME) else {
        return Ok(false);
    };
    match value.to_str() {
        Some("1") => Ok(true),
        Some("0") => Ok(false),
        _ => Err(PyValueError::new_err(format!(
            "{NAME}=\"{}\": expected \"1\" (checks on) or \"0\" (checks off)",
            value.display()
        ))),
    }
}

/// Turns the checks of the machine's invariants on or off, for the runs of `PyVM` that begin later in this
/// process.
#[pyfunction]
pub fn set_invariant_checks(on: bool) {
    CHECKS.store(if on { ON } else { OFF }, Ordering::Relaxed);
}

/// The entries that searches have walked so far, by what they are in: all 0. Four are of a compiled scheduler, which
/// there is none of here, and no search walks the chain of a continuation.
#[pyfunction]
pub fn vm_scan_counts(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let counts = PyDict::new(py);
    for name in [
        "ready",
        "waiters",
        "semaphore_waiters",
        "sweep",
        "chain_fibers",
    ] {
        counts.set_item(name, 0)?;
    }
    Ok(counts)
}

/// Tells a native scheduler whether its steps are traced. There is none here: doeff's own runs.
#[pyfunction]
pub fn set_scheduler_trace_installed(installed: bool) {
    let _ = installed;
}

/// Tells a native scheduler whether its steps are bounded. There is none here: doeff's own runs.
#[pyfunction]
pub fn set_scheduler_step_budget_armed(armed: bool) {
    let _ = armed;
}

/// Checks that an object is a program.
///
/// # Errors
/// `TypeError` if it is not.
pub fn check(program: &Ref) -> Result<(), Ref> {
    if crate::classify::is_program(program)? {
        Ok(())
    } else {
        Err(errors::not_a_program(program))
    }
}
