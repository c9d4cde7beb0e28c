//! What programs of doeff's may ask of the machine: handlers, boundaries, tracebacks.

use doeff_vm_core::{Part, Value, Yielded};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::continuation;
use crate::driver::Driver;
use crate::host::{PyCaptured, PyYielded};
use crate::messages;
use crate::node::{self, Kind};
use crate::object::{Ref, with_python};
use crate::runs::{from_bound, into_py};

use super::trace::Site;
use super::{errors, install, observe};

impl Driver<'_> {
    /// The answer to one of the questions.
    ///
    /// # Errors
    /// As [`held_by`](Self::held_by).
    pub(crate) fn answer_question(&mut self, question: &Ref, kind: Kind) -> Result<PyYielded, Ref> {
        let answer = match kind {
            Kind::GetExecutionContext => self.execution_context(),
            Kind::GetOuterHandlers => list(self.machine.handlers().filter_map(install::shown)),
            _ => {
                // SAFETY: the other questions have a continuation as their first field.
                let k = unsafe { node::field(question, 0) };
                let captured = self.held_by(&k, kind)?;
                match kind {
                    Kind::GetTraceback => sites(captured).map_err(messages::exception),
                    Kind::GetBoundaries => boundaries(captured).map_err(messages::exception),
                    _ => list(captured.handlers().filter_map(install::shown)),
                }
            }
        }?;
        Ok(Yielded::Value(Value::Object(answer)))
    }

    /// What a continuation holds that a question of this kind is about.
    ///
    /// # Errors
    /// `TypeError` for something else, and for one that has not started; `ContinuationConsumed` for one that was
    /// used. In doeff's contract, `RuntimeError` for both of these.
    fn held_by<'k>(&self, k: &'k Ref, kind: Kind) -> Result<&'k PyCaptured, Ref> {
        if !continuation::is_continuation(k) {
            return Err(if self.doeff {
                errors::needs_continuation(k)
            } else {
                messages::needs_continuation(kind, k)
            });
        }
        // SAFETY: it was just checked; nothing uses it meanwhile.
        let (captured, is_unstarted) =
            unsafe { (continuation::held(k), continuation::is_unstarted(k)) };
        captured.ok_or_else(|| {
            if self.doeff {
                let name = kind.name();
                errors::raised(&format!("{name}: continuation has no detached fiber chain"))
            } else if is_unstarted {
                messages::needs_started(kind)
            } else {
                messages::continuation_consumed()
            }
        })
    }
}

fn list(items: impl Iterator<Item = Ref>) -> Result<Ref, Ref> {
    crate::primitives::list(items)
}

/// Where what is held is suspended, innermost first.
fn sites(captured: &PyCaptured) -> PyResult<Ref> {
    with_python(|py| {
        let list = PyList::empty(py);
        captured.visit(|part| -> PyResult<()> {
            if let Part::Frame(frame) = part
                && let Some(site) = Site::of(frame)?
            {
                list.append(site.entry(py)?)?;
            }
            Ok(())
        })?;
        Ok(from_bound(list.into_any()))
    })
}

/// The handlers and observers that are held, innermost first.
fn boundaries(captured: &PyCaptured) -> PyResult<Ref> {
    with_python(|py| {
        let list = PyList::empty(py);
        for handler in captured.handlers() {
            let (kind, callable) = match observe::callable(handler) {
                Some(callable) => ("observer", Some(callable)),
                None => ("handler", install::shown(handler)),
            };
            if let Some(callable) = callable {
                let callable = into_py(py, callable).into_bound(py);
                list.append(PyList::new(
                    py,
                    [kind.into_pyobject(py)?.into_any(), callable],
                )?)?;
            }
        }
        Ok(from_bound(list.into_any()))
    })
}

/// `K.to_dict()`: what is known of a continuation.
pub fn describe(py: Python<'_>, k: &Ref) -> PyResult<Ref> {
    // SAFETY: the callers have a continuation, which nothing uses meanwhile.
    let captured = unsafe { continuation::held(k) };
    let known = PyDict::new(py);
    if let Some(captured) = captured {
        known.set_item("head", captured.id().number())?;
        known.set_item("last_fiber", captured.dispatch().number())?;
    }
    known.set_item("consumed", captured.is_none())?;
    Ok(from_bound(known.into_any()))
}
