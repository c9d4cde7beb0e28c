//! `WithObserve`: callables that are told of each effect that is performed under them.
//!
//! An observer lies on the stack as the handler of a prompt that accepts no effect, so that it moves
//! with what is captured and is found by a walk over the handlers. The walk is made for each effect,
//! but only while there is an observer anywhere in the process.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use doeff_vm_core::{AcceptSet, HandlerKind, Prompt};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyTypeInfo, PyVisit};

use crate::driver::Driver;
use crate::effects::forget_latest;
use crate::host::PyPrompt;
use crate::object::{Ref, take_error, with_python};
use crate::runs::from_bound;
use crate::{calls, messages};

/// How many observers there are.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// What stands in a handler's place for an observer.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
pub struct Observer {
    callable: Py<PyAny>,
}

#[pymethods]
impl Observer {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callable)
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether any effect might have to be shown to an observer.
#[inline]
pub fn any() -> bool {
    LIVE.load(Ordering::Relaxed) != 0
}

/// The prompt of an observer.
///
/// # Errors
/// What CPython raises when it is short of memory.
pub fn prompt(callable: &Ref) -> Result<PyPrompt, Ref> {
    with_python(|py| {
        // SAFETY: the object is valid.
        let callable = unsafe { Bound::from_borrowed_ptr(py, callable.as_ptr()) }.unbind();
        LIVE.fetch_add(1, Ordering::Relaxed);
        forget_latest();
        let observer = Bound::new(py, Observer { callable }).map_err(messages::exception)?;
        Ok(Prompt {
            handler: from_bound(observer.into_any()),
            kind: HandlerKind::Python,
            accepts: AcceptSet::NONE,
        })
    })
}

/// Checks what `WithBoundaries` is made of: pairs of a kind and what is called.
///
/// # Errors
/// `TypeError`, `ValueError` or what looking at the pairs raises.
pub fn check_boundaries(boundaries: &Bound<'_, PyAny>) -> PyResult<()> {
    for (index, pair) in boundaries.try_iter()?.enumerate() {
        handler_of_boundary(index, &pair?)?;
    }
    Ok(())
}

/// What is called for each of the items of `WithBoundaries`, and whether that is a handler.
///
/// # Errors
/// As for [`check_boundaries`].
pub fn boundaries(boundaries: &Bound<'_, PyAny>) -> PyResult<Vec<(bool, Ref)>> {
    let pairs = boundaries.try_iter()?.enumerate();
    pairs
        .map(|(index, pair)| {
            let pair = pair?;
            Ok(match handler_of_boundary(index, &pair)? {
                Some(handler) => (true, from_bound(handler)),
                None => (false, from_bound(pair.get_item(1)?)),
            })
        })
        .collect()
}

/// The handler of a pair; `None` where the pair says that it is of an observer.
fn handler_of_boundary<'py>(
    index: usize,
    pair: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let place = format!("WithBoundaries: boundary[{index}]");
    let Ok(kind) = pair.get_item(0)?.extract::<String>() else {
        let text = format!("{place} kind must be a str");
        return Err(PyTypeError::new_err(text));
    };
    match kind.as_str() {
        "observer" => Ok(None),
        "handler" => {
            let handler = pair.get_item(1)?;
            if handler.is_callable() {
                return Ok(Some(handler));
            }
            let text = format!("{place} handler must be callable");
            Err(PyTypeError::new_err(text))
        }
        other => {
            let text = format!("{place} kind must be 'handler' or 'observer', got {other:?}");
            Err(PyValueError::new_err(text))
        }
    }
}

/// What an observer calls, if a handler is one.
pub fn callable(handler: &Ref) -> Option<Ref> {
    with_python(|py| {
        if handler.type_ptr() != Observer::type_object_raw(py) {
            return None;
        }
        // SAFETY: the object is valid.
        let observer = unsafe { Bound::from_borrowed_ptr(py, handler.as_ptr()) };
        let observer = observer.cast_into::<Observer>().ok()?;
        Some(from_bound(observer.get().callable.bind(py).clone()))
    })
}

impl Driver<'_> {
    /// Shows an effect that is about to be performed to the observers in scope, innermost first.
    ///
    /// # Errors
    /// What an observer raised; those further out are not called then.
    pub(crate) fn observe(&self, effect: &Ref) -> Result<(), Ref> {
        let observers: Vec<_> = self.machine.handlers().filter_map(callable).collect();
        for observer in observers {
            // SAFETY: the argument is valid for the call; the result is a new reference or null.
            let result = unsafe {
                let arguments = [effect.as_ptr()];
                let observer = observer.as_ptr();
                Ref::from_result(calls::vectorcall(observer, &arguments, 1, ptr::null_mut()))
            };
            if result.is_none() {
                return Err(take_error());
            }
        }
        Ok(())
    }
}
