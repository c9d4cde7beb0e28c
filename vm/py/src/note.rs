//! The note on an uncaught exception that lists the handler clauses it crossed.
//!
//! While the exception is on its way the list is kept in its own `__dict__`, so that it lives and
//! dies with it; when it leaves the outermost run the list becomes a note. What an earlier outermost
//! run left there, by catching the exception, counts no more.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::exceptions::PyAttributeError;
use pyo3::types::{PyAnyMethods, PyList, PyListMethods, PyString, PyStringMethods};
use pyo3::{Bound, PyAny, PyErr, PyResult, ffi};

use crate::continuation::{effect, perform_site};
use crate::generator::{Site, is_generator, with_bound};
use crate::messages::{name_of, short_repr};
use crate::object::{Ref, take_error};

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

thread_local! {
    /// Whether a run of doeff's goes on, whose exceptions get no note.
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Whether the innermost run is one of doeff's.
pub fn is_silent() -> bool {
    SILENT.get()
}

/// Runs `f`; what crosses clauses meanwhile gets no note.
pub fn silently<T>(f: impl FnOnce() -> T) -> T {
    let before = SILENT.replace(true);
    let result = f();
    SILENT.set(before);
    result
}

/// One `run`, among those that run inside each other on this thread.
pub struct Run {
    outermost: bool,
    /// Whether the run around it is one of doeff's.
    silent: bool,
}

impl Run {
    /// Begins a run.
    pub fn enter() -> Self {
        let around = RUNS.replace(RUNS.get() + 1);
        let outermost = around == 0;
        if outermost {
            OUTERMOST.set(STARTED.fetch_add(1, Ordering::Relaxed));
        }
        let silent = SILENT.replace(false);
        Self { outermost, silent }
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
        SILENT.set(self.silent);
    }
}

/// What the frame of a clause keeps for the note ([`doeff_vm_core::Frame::note`]), with who answers where
/// the clause has no generator whose name would tell: a tuple of that and the effect. Otherwise it is
/// the effect itself, or nothing as long as the continuation has it.
pub fn answered_by(answering: &Ref, kept: Option<&Ref>) -> Option<Ref> {
    let effect = kept.and_then(effect_of).unwrap_or_else(Ref::none);
    // SAFETY: the tuple takes references of its own to two valid objects.
    let pair =
        unsafe { Ref::from_result(ffi::PyTuple_Pack(2, answering.as_ptr(), effect.as_ptr())) };
    if pair.is_none() {
        // A note is a courtesy.
        drop(take_error());
    }
    pair
}

/// What a frame keeps that kept who answers, together with the effect.
pub fn with_effect(kept: &Ref, effect: Option<&Ref>) -> Option<Ref> {
    match item(kept, 0) {
        Some(answering) => answered_by(&answering, effect),
        None => Some(kept.clone()),
    }
}

/// An item of the tuple, if what is kept is one. An effect is never a plain tuple.
fn item(kept: &Ref, index: isize) -> Option<Ref> {
    // SAFETY: the object is valid; our tuples have two items.
    unsafe {
        if ffi::PyTuple_CheckExact(kept.as_ptr()) == 0 {
            return None;
        }
        let item = ffi::PyTuple_GET_ITEM(kept.as_ptr(), index);
        NonNull::new(item).map(|item| Ref::from_borrowed(item))
    }
}

/// The effect, if a frame keeps it.
pub fn effect_of(kept: &Ref) -> Option<Ref> {
    // SAFETY: the object is valid.
    let is_pair = unsafe { ffi::PyTuple_CheckExact(kept.as_ptr()) } != 0;
    if !is_pair {
        return Some(kept.clone());
    }
    // SAFETY: as above.
    item(kept, 1).filter(|effect| unsafe { ffi::Py_IsNone(effect.as_ptr()) } == 0)
}

/// What the note calls a clause: its generator, or who answers where it has none.
pub fn name_of_clause(clause: &Ref, kept: Option<&Ref>) -> String {
    let answering = kept.filter(|_| !is_generator(clause));
    let answering = answering.and_then(|kept| item(kept, 0));
    name_of(answering.as_ref().unwrap_or(clause))
}

/// An exception leaves the clause of that name, which was given the (used) continuation `k` and whose
/// frame keeps `kept`.
#[cold]
pub fn crossed(error: &Ref, k: &Ref, kept: Option<&Ref>, clause: &str) {
    if SILENT.get() {
        return;
    }
    // SAFETY: `k` is a continuation.
    let effect = kept
        .and_then(effect_of)
        .unwrap_or_else(|| unsafe { effect(k) });
    // As above: whatever goes wrong here, the exception goes on.
    let _ = with_bound(error, |error| record(error, k, &effect, clause));
}

fn record(error: &Bound<'_, PyAny>, k: &Ref, effect: &Ref, clause: &str) -> PyResult<()> {
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
    let performed = unsafe { perform_site(k) };
    let effect = short_repr(effect).unwrap_or_else(|_| "?".to_owned());
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
            ffi::PyCode_Addr2Line(site.code.cast(), site.offset()),
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
