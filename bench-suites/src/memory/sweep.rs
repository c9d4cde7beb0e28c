//! Freeing what nobody refers to but the interpreter's own books.

use pyo3::prelude::*;

/// The collector, and the cache of attributes by name, which keeps every name that was looked up lately, where
/// the address of the name says.
#[derive(Debug)]
pub(crate) struct Sweep<'py> {
    collect: Bound<'py, PyAny>,
    /// `None` in an interpreter that has no such function.
    clear_names: Option<Bound<'py, PyAny>>,
}

impl<'py> Sweep<'py> {
    /// Finds both.
    ///
    /// # Errors
    /// What Python raises.
    pub(crate) fn new(py: Python<'py>) -> PyResult<Self> {
        Ok(Self {
            collect: py.import("gc")?.getattr("collect")?,
            clear_names: py.import("sys")?.getattr_opt("_clear_type_cache")?,
        })
    }

    /// Frees it.
    ///
    /// # Errors
    /// What Python raises.
    pub(crate) fn sweep(&self) -> PyResult<()> {
        self.collect.call0()?;
        if let Some(clear) = &self.clear_names {
            clear.call0()?;
        }
        Ok(())
    }

    /// The interpreter.
    pub(crate) fn py(&self) -> Python<'py> {
        self.collect.py()
    }
}
