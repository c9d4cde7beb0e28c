//! `__doeff_traceback__`: what doeff shows of an exception that leaves a run.
//!
//! The frames are those of Python's own traceback that belong to generators. Which handlers were in scope
//! where it was raised is noted then, as nothing tells afterwards.

use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::{ffi, intern};

use crate::driver::Driver;
use crate::generator::with_bound;
use crate::object::Ref;

use super::{install, questions};

/// The handlers in scope where an exception was raised.
#[derive(Default)]
pub struct RaiseSite {
    /// The exception's address. Only compared with those of exceptions that are alive.
    error: usize,
    /// Innermost first.
    handlers: Vec<Ref>,
}

impl Driver<'_> {
    /// A program has raised what nobody threw at it.
    #[inline]
    pub(crate) fn note_raise(&mut self, error: &Ref) {
        if self.doeff {
            self.keep_raise_site(error);
        }
    }

    /// Something is thrown at a program.
    #[inline]
    pub(crate) fn note_throw(&mut self, error: &Ref) {
        if self.doeff && self.raise_site.error != error.as_ptr() as usize {
            self.keep_raise_site(error);
        }
    }

    /// A program that `thrown` was thrown at has raised.
    #[inline]
    pub(crate) fn note_rethrow(&mut self, thrown: usize, error: &Ref) {
        if self.doeff && thrown != error.as_ptr() as usize {
            self.keep_raise_site(error);
        }
    }

    #[inline(never)]
    fn keep_raise_site(&mut self, error: &Ref) {
        let handlers = self.machine.handlers().filter_map(install::shown).collect();
        let before = std::mem::replace(
            &mut self.raise_site,
            RaiseSite {
                error: error.as_ptr() as usize,
                handlers,
            },
        );
        drop(before);
    }

    /// Attaches what is known to an exception that leaves the run.
    pub(crate) fn attach_traceback(&self, error: &Ref) {
        let mut names = Vec::new();
        if self.raise_site.error == error.as_ptr() as usize {
            names.extend(self.raise_site.handlers.iter().map(questions::handler_name));
        }
        // It is a courtesy; what goes wrong with it must not replace the exception.
        let _ = with_bound(error, |error| attach(error, names));
    }
}

fn attach(error: &Bound<'_, PyAny>, names: Vec<String>) -> PyResult<()> {
    let py = error.py();
    let entries = PyList::empty(py);
    let mut traceback = error.getattr(intern!(py, "__traceback__"))?;
    while !traceback.is_none() {
        let frame = traceback.getattr(intern!(py, "tb_frame"))?;
        let code = frame.getattr(intern!(py, "f_code"))?;
        let flags: i32 = code.getattr(intern!(py, "co_flags"))?.extract()?;
        if flags & ffi::CO_GENERATOR != 0 {
            let name = code.getattr(intern!(py, "co_qualname"))?;
            let file = code.getattr(intern!(py, "co_filename"))?;
            let line = traceback.getattr(intern!(py, "tb_lineno"))?;
            let kind = intern!(py, "frame").clone().into_any();
            entries.append(PyList::new(py, [kind, name, file, line])?)?;
        }
        traceback = traceback.getattr(intern!(py, "tb_next"))?;
    }
    if !names.is_empty() {
        let chain = PyList::new(py, names)?.into_any();
        let kind = intern!(py, "handler").clone().into_any();
        let what = intern!(py, "chain").clone().into_any();
        entries.append(PyList::new(py, [kind, what, chain])?)?;
    }
    if !entries.is_empty() {
        error.setattr(intern!(py, "__doeff_traceback__"), entries)?;
    }
    Ok(())
}

