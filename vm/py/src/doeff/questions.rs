//! What programs of doeff's may ask of the machine: handlers, boundaries, tracebacks.

use doeff_vm_core::{Part, Value, Yielded};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::continuation;
use crate::driver::Driver;
use crate::generator::{is_generator, with_bound};
use crate::host::{PyCaptured, PyFrame, PyYielded};
use crate::messages;
use crate::node::{self, Kind};
use crate::object::{Ref, with_python};
use crate::runs::{from_bound, into_py};

use super::{errors, install, observe};

impl Driver<'_> {
    /// The answer to one of the questions.
    ///
    /// # Errors
    /// `RuntimeError` for a continuation that was used.
    pub(crate) fn answer_question(&self, question: &Ref, kind: Kind) -> Result<PyYielded, Ref> {
        let answer = match kind {
            Kind::GetExecutionContext => self.execution_context().map_err(messages::exception),
            Kind::GetOuterHandlers => list(self.machine.handlers().filter_map(install::shown)),
            _ => {
                // SAFETY: the other questions have a continuation as their first field.
                let k = unsafe { node::field(question, 0) };
                if !continuation::is_continuation(&k) {
                    return Err(errors::needs_continuation(&k));
                }
                // SAFETY: it was just checked; nothing uses it meanwhile.
                let captured = unsafe { continuation::held(&k) };
                let captured = captured.ok_or_else(|| {
                    let name = kind.name();
                    errors::raised(&format!("{name}: continuation has no detached fiber chain"))
                })?;
                match kind {
                    Kind::GetTraceback => sites(captured).map_err(messages::exception),
                    Kind::GetBoundaries => boundaries(captured).map_err(messages::exception),
                    _ => list(captured.handlers().filter_map(install::shown)),
                }
            }
        }?;
        Ok(Yielded::Value(Value::Object(answer)))
    }

    /// The frames that run where this is asked, outermost first, and the chain of handlers around them.
    pub(crate) fn execution_context(&self) -> PyResult<Ref> {
        with_python(|py| {
            let mut entries = Vec::new();
            let mut names = Vec::new();
            self.machine.visit(|part| -> PyResult<()> {
                match part {
                    Part::Frame(frame) => {
                        if let Some((name, file, line)) = site(py, frame)? {
                            entries.push(("frame", name, file, line).into_pyobject(py)?);
                        }
                    }
                    Part::Handler(handler) => {
                        if let Some(handler) = install::shown(handler) {
                            names.push(handler_name(&handler));
                        }
                    }
                }
                Ok(())
            })?;
            let list = PyList::empty(py);
            for entry in entries.into_iter().rev() {
                list.append(PyList::new(py, entry.iter())?)?;
            }
            if !names.is_empty() {
                let chain = ("handler", "chain", PyList::new(py, names)?).into_pyobject(py)?;
                list.append(PyList::new(py, chain.iter())?)?;
            }
            Ok(from_bound(list.into_any()))
        })
    }
}

/// The name of a handler, as tracebacks show it.
pub(crate) fn handler_name(handler: &Ref) -> String {
    with_bound(handler, |handler| {
        let name = handler.getattr("__name__").and_then(|name| name.extract());
        name.unwrap_or_else(|_| "<handler>".to_owned())
    })
}

fn list(items: impl Iterator<Item = Ref>) -> Result<Ref, Ref> {
    crate::primitives::list(items)
}

/// A frame's function, file and line; `None` for a program without a body of Python code.
fn site(py: Python<'_>, frame: &PyFrame) -> PyResult<Option<(String, String, usize)>> {
    if !is_generator(&frame.generator) {
        return Ok(None);
    }
    with_bound(&frame.generator, |generator| {
        let code = generator.getattr(pyo3::intern!(py, "gi_code"))?;
        let frame = generator.getattr(pyo3::intern!(py, "gi_frame"))?;
        let line = if frame.is_none() {
            code.getattr("co_firstlineno")?
        } else {
            frame.getattr("f_lineno")?
        };
        Ok(Some((
            code.getattr("co_qualname")?.extract()?,
            code.getattr("co_filename")?.extract()?,
            line.extract::<Option<usize>>()?.unwrap_or_default(),
        )))
    })
}

/// Where what is held is suspended, innermost first.
fn sites(captured: &PyCaptured) -> PyResult<Ref> {
    with_python(|py| {
        let list = PyList::empty(py);
        captured.visit(|part| -> PyResult<()> {
            if let Part::Frame(frame) = part
                && let Some((name, file, line)) = site(py, frame)?
            {
                let entry = (name, file, line).into_pyobject(py)?;
                list.append(PyList::new(py, entry.iter())?)?;
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
                list.append(PyTuple::new(py, [kind.into_pyobject(py)?.into_any(), callable])?)?;
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
    let id = captured.map(|captured| captured.id().number());
    known.set_item("head", id)?;
    known.set_item("last_fiber", id)?;
    known.set_item("consumed", captured.is_none())?;
    Ok(from_bound(known.into_any()))
}
