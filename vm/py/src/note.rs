//! The note on an uncaught exception that lists the handler clauses it crossed.
//!
//! While the exception is on its way the list is kept in its own `__dict__`, so that it lives and
//! dies with it; when it leaves the outermost run the list becomes a note. What an earlier outermost
//! run left there, by catching the exception, counts no more.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::exceptions::PyAttributeError;
use pyo3::types::{PyAnyMethods, PyList, PyListMethods, PyString, PyStringMethods};
use pyo3::{Bound, PyAny, PyErr, PyResult, ffi};

use crate::continuation::{answering, effect, perform_site};
use crate::generator::{Site, is_generator, with_bound};
use crate::messages::{name_of, short_repr};
use crate::object::Ref;

const HEADER: &str = "crossed handler clauses, innermost first:";

/// Where it is kept until it becomes a note: a list of the outermost run's number, the count of
/// clauses that are not listed, and the lines.
const ATTRIBUTE: &str = "__doeff_crossed__";

/// How many items of that list come before the lines.
const FIXED: usize = 2;

/// Clauses that a note lists: with its header and the count of those left out, it has 20 lines.
const MAX_ENTRIES: usize = 18;

/// How many outermost runs there have been, on all threads.
static STARTED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static RUNS: Cell<u32> = const { Cell::new(0) };
    /// The number of this thread's latest outermost run.
    static OUTERMOST: Cell<u64> = const { Cell::new(0) };
}

/// One `run`, among those that run inside each other on this thread.
pub struct Run {
    outermost: bool,
}

impl Run {
    /// Begins a run.
    pub fn enter() -> Self {
        let around = RUNS.replace(RUNS.get() + 1);
        let outermost = around == 0;
        if outermost {
            OUTERMOST.set(STARTED.fetch_add(1, Ordering::Relaxed));
        }
        Self { outermost }
    }

    /// Finishes an exception that leaves this run.
    pub fn finish(&self, error: &Ref) {
        if self.outermost {
            // A note is a courtesy; what goes wrong with it must not replace the exception.
            let _ = with_bound(error, write_note);
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        RUNS.set(RUNS.get() - 1);
    }
}

/// What the note calls the clause that was given the continuation `k`: its generator, or who answers
/// where it has none.
pub fn name_of_clause(clause: &Ref, k: &Ref) -> String {
    // SAFETY: `k` is a continuation.
    let answering = unsafe { answering(k) }.filter(|_| !is_generator(clause));
    name_of(answering.as_ref().unwrap_or(clause))
}

/// An exception leaves the clause of that name, which was given the (used) continuation `k`.
#[cold]
pub fn crossed(error: &Ref, k: &Ref, clause: &str) {
    // As above: whatever goes wrong here, the exception goes on.
    let _ = with_bound(error, |error| record(error, k, clause));
}

fn record(error: &Bound<'_, PyAny>, k: &Ref, clause: &str) -> PyResult<()> {
    let list = if let Some(list) = crossings(error)? {
        list
    } else {
        let list = PyList::new(error.py(), [OUTERMOST.get(), 0])?;
        set_attribute(error, ATTRIBUTE, Some(&list))?;
        list
    };
    if list.len() - FIXED >= MAX_ENTRIES {
        let more: u64 = list.get_item(1)?.extract()?;
        return list.set_item(1, more + 1);
    }
    // SAFETY: `k` is a continuation.
    let (effect, performed) = unsafe { (effect(k), perform_site(k)) };
    let effect = short_repr(&effect).unwrap_or_else(|_| "?".to_owned());
    list.append(format!(
        "  {effect}, performed in {}, handled by {clause}",
        describe(performed, error)?
    ))
}

fn describe(site: Site, error: &Bound<'_, PyAny>) -> PyResult<String> {
    if site.code.is_null() {
        return Ok("no generator".to_owned());
    }
    // SAFETY: the continuation keeps the code object alive; it is a code object.
    let (code, line) = unsafe {
        (
            Bound::from_borrowed_ptr(error.py(), site.code),
            ffi::PyCode_Addr2Line(site.code.cast(), site.offset),
        )
    };
    let name = code.getattr("co_qualname")?.str()?;
    let file = code.getattr("co_filename")?.str()?;
    Ok(format!(
        "{} ({}:{line})",
        name.to_string_lossy(),
        file.to_string_lossy()
    ))
}

fn write_note(error: &Bound<'_, PyAny>) -> PyResult<()> {
    let Some(list) = crossings(error)? else {
        return Ok(());
    };
    set_attribute(error, ATTRIBUTE, None)?;
    let mut lines = vec![HEADER.to_owned()];
    for line in list.iter().skip(FIXED) {
        lines.push(line.extract()?);
    }
    let more: u64 = list.get_item(1)?.extract()?;
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    let notes = PyList::empty(error.py());
    if let Some(before) = get_attribute(error, "__notes__")? {
        for note in before.cast_into::<PyList>()? {
            let ours = note
                .extract::<String>()
                .is_ok_and(|note| note.starts_with(HEADER));
            if !ours {
                notes.append(note)?;
            }
        }
    }
    notes.append(lines.join("\n"))?;
    set_attribute(error, "__notes__", Some(&notes))
}

/// What this outermost run has put on an exception.
fn crossings<'py>(error: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyList>>> {
    let Some(list) = get_attribute(error, ATTRIBUTE)? else {
        return Ok(None);
    };
    // The name is ours, but a program may have taken it for something else.
    let Ok(list) = list.cast_into::<PyList>() else {
        return Ok(None);
    };
    let run = list.get_item(0).and_then(|run| run.extract::<u64>());
    Ok(run.is_ok_and(|run| run == OUTERMOST.get()).then_some(list))
}

/// An attribute, past whatever the error's class computes for names that it does not have.
fn get_attribute<'py>(
    error: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = error.py();
    let name = PyString::new(py, name);
    // SAFETY: both are valid objects; the result is a new reference or null with an exception.
    let found = unsafe {
        let found = ffi::PyObject_GenericGetAttr(error.as_ptr(), name.as_ptr());
        Bound::from_owned_ptr_or_err(py, found)
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(missing) if missing.is_instance_of::<PyAttributeError>(py) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sets or deletes an attribute, whatever the error's class thinks of assignments: a frozen dataclass
/// refuses them.
fn set_attribute(
    error: &Bound<'_, PyAny>,
    name: &str,
    value: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let name = PyString::new(error.py(), name);
    let value = value.map_or(std::ptr::null_mut(), Bound::as_ptr);
    // SAFETY: all are valid objects, but for the null that deletes.
    match unsafe { ffi::PyObject_GenericSetAttr(error.as_ptr(), name.as_ptr(), value) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(error.py())),
    }
}
