//! `__doeff_traceback__`: what doeff shows of an exception that leaves a run.
//!
//! The place that raised is noted when the exception comes up, as its frames are gone afterwards: the first
//! one since a program last asked, which is told of it then ([`Kind::GetExecutionContext`]).
//!
//! [`Kind::GetExecutionContext`]: crate::node::Kind::GetExecutionContext

use doeff_vm_core::Part;
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::{ffi, intern};

use crate::driver::Driver;
use crate::generator::{is_generator, with_bound};
use crate::host::PyFrame;
use crate::messages;
use crate::object::{Ref, with_python};
use crate::program;
use crate::runs::{from_bound, into_py};

use super::install;

/// A frame's function, file and line.
#[derive(PartialEq, Eq)]
pub struct Site {
    name: String,
    file: String,
    line: usize,
}

impl Site {
    /// Where a frame is; `None` for a program without a body of Python code.
    ///
    /// # Errors
    /// What its code object or frame raises.
    pub fn of(frame: &PyFrame) -> PyResult<Option<Self>> {
        if program::is_iterator(&frame.generator) {
            return Ok(None);
        }
        with_bound(&frame.generator, |generator| {
            let py = generator.py();
            if !is_generator(&frame.generator)
                && generator.getattr_opt(intern!(py, "gi_code"))?.is_none()
            {
                return Ok(None);
            }
            let code = generator.getattr(intern!(py, "gi_code"))?;
            let running = generator.getattr(intern!(py, "gi_frame"))?;
            let line = if running.is_none() {
                code.getattr(intern!(py, "co_firstlineno"))?
            } else {
                running.getattr(intern!(py, "f_lineno"))?
            };
            Self::in_code(&code, &line)
        })
    }

    /// `None` where a name has surrogates: doeff leaves such frames out.
    fn in_code(code: &Bound<'_, PyAny>, line: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let py = code.py();
        let name = code.getattr(intern!(py, "co_qualname"))?.extract();
        let file = code.getattr(intern!(py, "co_filename"))?.extract();
        let line = line.extract::<Option<usize>>()?.unwrap_or_default();
        Ok(name
            .ok()
            .zip(file.ok())
            .map(|(name, file)| Self { name, file, line }))
    }

    /// `[function, file, line]`.
    ///
    /// # Errors
    /// What CPython raises when it is short of memory.
    pub fn entry<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let entry = (&self.name, &self.file, self.line).into_pyobject(py)?;
        PyList::new(py, entry.iter())
    }
}

/// What a list of frames is of.
enum Place<'a> {
    /// Where the machine is.
    Here,
    /// The running frame has raised, and there: where it is known, it is in no frame any more.
    Raised(Option<Site>),
    /// Under a handler that is not installed.
    Under(&'a Ref),
    /// An effect that nobody handles; the frames outside of all handlers come last.
    Unhandled,
}

/// Where a generator raised: the outermost frame of its exception's traceback, if that is a generator's.
fn raised_at(error: &Ref) -> PyResult<Option<Site>> {
    with_bound(error, |error| {
        let py = error.py();
        let traceback = error.getattr(intern!(py, "__traceback__"))?;
        if traceback.is_none() {
            return Ok(None);
        }
        let frame = traceback.getattr(intern!(py, "tb_frame"))?;
        let code = frame.getattr(intern!(py, "f_code"))?;
        let flags: i32 = code.getattr(intern!(py, "co_flags"))?.extract()?;
        if flags & ffi::CO_GENERATOR == 0 {
            return Ok(None);
        }
        Site::in_code(&code, &traceback.getattr(intern!(py, "tb_lineno"))?)
    })
}

impl Driver<'_> {
    /// A program has raised what nobody threw at it.
    #[inline]
    pub(crate) fn note_raise(&mut self, error: &Ref) {
        if self.doeff && self.raise_site.is_none() {
            let site = raised_at(error).ok().flatten();
            self.keep_raise_site(Place::Raised(site));
        }
    }

    /// Something is thrown at a program.
    #[inline]
    pub(crate) fn note_throw(&mut self) {
        if self.doeff && self.raise_site.is_none() {
            self.keep_raise_site(Place::Here);
        }
    }

    /// A body has failed at its start, under a handler that was to be installed.
    #[cold]
    pub(crate) fn note_body(&mut self, handler: &Ref) {
        if self.doeff && self.raise_site.is_none() {
            self.keep_raise_site(Place::Under(handler));
        }
    }

    #[inline(never)]
    fn keep_raise_site(&mut self, place: Place<'_>) {
        // It is a courtesy; what goes wrong with it must not replace the exception.
        self.raise_site = self.entries(place).ok();
    }

    /// The frames that run, outermost first, and the chain of handlers around them.
    ///
    /// # Errors
    /// What CPython raises when it is short of memory.
    fn entries(&self, place: Place<'_>) -> PyResult<Ref> {
        let (mut sites, mut names) = (Vec::new(), Vec::new());
        let is_unhandled = matches!(place, Place::Unhandled);
        if let Place::Under(handler) = &place {
            names.extend(install::shown(handler).as_ref().map(name));
        }
        let mut raised = match place {
            Place::Raised(site) => site,
            _ => None,
        };
        let mut inside = 0;
        self.machine.visit(|part| -> PyResult<()> {
            match part {
                Part::Frame(frame) => {
                    let site = match raised.take() {
                        Some(site) => Some(site),
                        None => Site::of(frame)?,
                    };
                    sites.extend(site);
                }
                Part::Handler(handler) => {
                    if let Some(handler) = install::shown(handler) {
                        names.push(name(&handler));
                        inside = sites.len();
                    }
                }
            }
            Ok(())
        })?;
        let outside = if is_unhandled && !names.is_empty() {
            sites.split_off(inside)
        } else {
            Vec::new()
        };
        with_python(|py| {
            let entries = PyList::empty(py);
            append_frames(&entries, sites)?;
            if !names.is_empty() {
                let kind = intern!(py, "handler").clone().into_any();
                let what = intern!(py, "chain").clone().into_any();
                let chain = PyList::new(py, names)?.into_any();
                entries.append(PyList::new(py, [kind, what, chain])?)?;
            }
            append_frames(&entries, outside)?;
            Ok(from_bound(entries.into_any()))
        })
    }

    /// The answer to `GetExecutionContext`.
    ///
    /// # Errors
    /// What CPython raises when it is short of memory.
    pub(crate) fn execution_context(&mut self) -> Result<Ref, Ref> {
        match self.raise_site.take() {
            Some(entries) => Ok(entries),
            None => self.entries(Place::Here).map_err(messages::exception),
        }
    }

    /// Attaches where an effect was performed to the error that nobody handles it. An earlier place is
    /// forgotten.
    pub(crate) fn attach_context(&mut self, error: &Ref) {
        if let Ok(entries) = self.entries(Place::Unhandled) {
            attach(error, entries.clone());
            self.raise_site = Some(entries);
        }
    }

    /// The exception as which an error leaves the run, with what is known of where it was raised.
    pub(crate) fn leaves(&mut self, error: Ref) -> Ref {
        if let Some(entries) = self.raise_site.take()
            && !is_empty(&entries)
        {
            attach(&error, entries);
        }
        error
    }
}

/// Appends frames, given innermost first, outermost first; runs of equal ones as one with their number.
fn append_frames(entries: &Bound<'_, PyList>, sites: Vec<Site>) -> PyResult<()> {
    let py = entries.py();
    let mut sites = sites.into_iter().rev().peekable();
    while let Some(site) = sites.next() {
        let mut count = 1;
        while sites.next_if_eq(&site).is_some() {
            count += 1;
        }
        let entry = site.entry(py)?;
        entry.insert(0, intern!(py, "frame"))?;
        if count > 1 {
            entry.append(count)?;
        }
        entries.append(entry)?;
    }
    Ok(())
}

fn is_empty(entries: &Ref) -> bool {
    with_bound(entries, |entries| entries.is_empty().unwrap_or(true))
}

fn attach(error: &Ref, entries: Ref) {
    // As above: a courtesy.
    let _ = with_bound(error, |error| {
        let py = error.py();
        let entries = into_py(py, entries).into_bound(py);
        error.setattr(intern!(py, "__doeff_traceback__"), entries)
    });
}

/// The name of a handler, as tracebacks show it.
fn name(handler: &Ref) -> String {
    with_bound(handler, |handler| {
        let name = handler.getattr("__qualname__");
        name.or_else(|_| handler.getattr("__name__"))
            .and_then(|name| name.extract())
            .unwrap_or_else(|_| "<handler>".to_owned())
    })
}
