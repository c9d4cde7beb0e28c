//! `BindOpener`: what doeff's binding form calls for each program that is bound.

use std::collections::HashMap;
use std::mem;
use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::do_function;
use crate::generator::is_generator;
use crate::node::{self, Kind};
use crate::object::{Ref, take_error, with_python};
use crate::runs::{from_bound, into_error, into_py};
use crate::trash::Held;

use super::expand;

/// Opens what is bound: a call of a function that does not yield is made at once, one of a function that
/// yields and what passes through by its type are given back, and anything else goes to the fallback.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
pub struct BindOpener {
    /// What is asked where nothing else is known.
    #[pyo3(get)]
    fallback: Py<PyAny>,
    /// Makes a program of a generator.
    #[pyo3(get)]
    generator_program: Py<PyAny>,
    /// Tells whether what has a type is given back unchanged, or None.
    #[pyo3(get)]
    passes_through: Option<Py<PyAny>>,
    /// What it said, by the type's address, with the type and its version then.
    known: Mutex<HashMap<usize, Known>>,
}

struct Known {
    kind: Py<PyAny>,
    version: u32,
    passes: bool,
}

#[pymethods]
impl BindOpener {
    #[new]
    #[pyo3(signature = (fallback, generator_program, passes_through = None))]
    fn new(
        fallback: Py<PyAny>,
        generator_program: Py<PyAny>,
        passes_through: Option<Py<PyAny>>,
    ) -> Self {
        Self {
            fallback,
            generator_program,
            passes_through,
            known: Mutex::default(),
        }
    }

    #[pyo3(signature = (expr, absent = None))]
    fn __call__<'py>(
        &self,
        expr: Bound<'py, PyAny>,
        absent: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = expr.py();
        if let Some(absent) = absent {
            return self.fallback.bind(py).call1((expr, absent));
        }
        let program = from_bound(expr.clone());
        if expand::is_call(&program) {
            if do_function::yields(&program) {
                return Ok(expr);
            }
            return self.call_in_place(py, &program);
        }
        if self.passes(&expr)? {
            return Ok(expr);
        }
        self.fallback.bind(py).call1((expr,))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("BindOpener({})", self.fallback.bind(py).repr()?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.fallback)?;
        visit.call(&self.generator_program)?;
        visit.call(&self.passes_through)
    }
}

impl Drop for BindOpener {
    fn drop(&mut self) {
        // As `Held` does, for fields that Python code reads.
        let take = |field: &mut Py<PyAny>| {
            let none = with_python(|py| into_py(py, Ref::none()));
            drop(Held::from(mem::replace(field, none)));
        };
        take(&mut self.fallback);
        take(&mut self.generator_program);
        drop(self.passes_through.take().map(Held::from));
    }
}

impl BindOpener {
    fn call_in_place<'py>(&self, py: Python<'py>, call: &Ref) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: the caller has checked that it is a call.
        let result = unsafe { expand::start(call) };
        let result = result.ok_or_else(|| into_error(py, take_error()))?;
        if is_generator(&result) {
            let generator = into_py(py, result);
            return self.generator_program.bind(py).call1((generator,));
        }
        let pure = node::make(Kind::Pure, &[&result]);
        let pure = pure.ok_or_else(|| into_error(py, take_error()))?;
        Ok(into_py(py, pure).into_bound(py))
    }

    /// Whether an operand is given back: asked once for each type, as long as that is unchanged.
    fn passes(&self, expr: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Some(passes_through) = &self.passes_through else {
            return Ok(false);
        };
        let py = expr.py();
        let kind = expr.get_type();
        // SAFETY: the type is valid.
        let version = unsafe { (*kind.as_type_ptr()).tp_version_tag };
        let address = kind.as_ptr() as usize;
        if let Ok(known) = self.known.lock()
            && let Some(known) = known.get(&address)
            && version != 0
            && known.version == version
        {
            return Ok(known.passes);
        }
        let passes = passes_through.bind(py).call1((&kind,))?;
        let passes = passes.is_truthy()?;
        // SAFETY: as above.
        let version = unsafe { (*kind.as_type_ptr()).tp_version_tag };
        let kind = kind.into_any().unbind();
        let replaced = match self.known.lock() {
            Ok(mut known) => known.insert(
                address,
                Known {
                    kind,
                    version,
                    passes,
                },
            ),
            Err(_) => None,
        };
        drop(replaced.map(|known| known.kind));
        Ok(passes)
    }
}
