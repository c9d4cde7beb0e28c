//! Small values of doeff's that programs and handlers are made of.

use std::sync::OnceLock;

use doeff_vm_core::AcceptSet;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCode, PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};

use crate::runs::from_bound;
use crate::tail;
use crate::trash::Held;

/// A Python callable as a value, for `Apply` and `WithObserve`.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
pub struct Callable {
    /// What is called.
    pub callable: Held,
}

#[pymethods]
impl Callable {
    #[new]
    fn new(callable: Py<PyAny>) -> Self {
        let callable = callable.into();
        Self { callable }
    }

    /// How to pickle and copy this.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (Py<PyAny>,)) {
        let callable = slf.get().callable.clone_ref(slf.py());
        (slf.get_type().into_any(), (callable,))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&*self.callable)
    }
}

/// A generator as the value that `Expand` runs.
///
/// doeff also gives the lines of its tail resumes, which end the generator.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
pub struct IRStream {
    /// The generator.
    pub generator: Held,
}

#[pymethods]
impl IRStream {
    #[new]
    #[pyo3(signature = (generator, tail_resume_lines = None))]
    fn new(py: Python<'_>, generator: Py<PyAny>, tail_resume_lines: Option<Vec<u32>>) -> Self {
        if let Some(lines) = tail_resume_lines {
            mark(generator.bind(py), "gi_code", &lines);
        }
        let generator = generator.into();
        Self { generator }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&*self.generator)
    }
}

/// What the machine knows of a handler of doeff's where it installs it.
#[pyclass(module = "doeff_vm.doeff_vm", frozen, name = "HandlerSpec")]
pub struct HandlerSpec {
    /// The effect types that it accepts, or None for all.
    #[pyo3(get)]
    pub effect_types: Option<Py<PyTuple>>,
    /// The undecorated function that is called in its place, or None.
    pub generator_function: Held,
    lines: Vec<u32>,
    /// The effects that it passes on untouched, and those that it keeps all the same, or None.
    #[pyo3(get)]
    pub passed: Option<Py<PyTuple>>,
    /// The same as a set of effect types, once it was installed: it lives as long as they do.
    pub accepts: OnceLock<AcceptSet>,
}

#[pymethods]
impl HandlerSpec {
    #[new]
    fn new(
        effect_types: &Bound<'_, PyAny>,
        generator_function: Py<PyAny>,
        tail_resume_lines: &Bound<'_, PyAny>,
        passed: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let py = passed.py();
        let lines = tail_resume_lines
            .extract::<Vec<u32>>()
            .map_err(|error| refused(&error, py, "tail_resume_lines must be line numbers"))?;
        if !lines.is_empty() {
            mark(generator_function.bind(py), "__code__", &lines);
        }
        let effect_types = tuple_or_none(effect_types, "effect_types")?;
        if let Some(types) = &effect_types {
            check_types(types, "effect_types")?;
        }
        let passed = passed_effects(passed).map_err(|error| {
            refused(
                &error,
                py,
                "passed must be None or (passes, keeps) of type tuples",
            )
        })?;
        let effect_types = effect_types.map(Bound::unbind);
        Ok(Self {
            effect_types,
            generator_function: generator_function.into(),
            lines,
            passed,
            accepts: OnceLock::new(),
        })
    }

    /// The undecorated function that is called in its place, or None.
    #[getter]
    fn generator_function(&self, py: Python<'_>) -> Py<PyAny> {
        self.generator_function.clone_ref(py)
    }

    /// The lines of the tail resumes, as they were given.
    #[getter]
    fn tail_resume_lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.lines)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.effect_types)?;
        visit.call(&*self.generator_function)?;
        visit.call(&self.passed)
    }
}

/// Takes over the lines of the tail resumes in the code of a function or generator.
pub fn mark(object: &Bound<'_, PyAny>, attribute: &str, lines: &[u32]) {
    if let Ok(code) = object.getattr(attribute)
        && code.is_instance_of::<PyCode>()
    {
        tail::mark(&from_bound(code), lines);
    }
}

fn tuple_or_none<'py>(
    value: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    if value.is_none() {
        return Ok(None);
    }
    let tuple = value.cast::<PyTuple>();
    tuple
        .map(|tuple| Some(tuple.clone()))
        .map_err(|_| PyTypeError::new_err(format!("HandlerSpec: {name} must be a tuple or None")))
}

/// What a handler passes on and keeps, as a tuple of two tuples of types.
fn passed_effects(passed: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyTuple>>> {
    if passed.is_none() {
        return Ok(None);
    }
    let part = |index: usize| -> PyResult<Bound<'_, PyTuple>> {
        let part = passed.get_item(index)?.cast_into::<PyTuple>()?;
        check_types(&part, "passed")?;
        Ok(part)
    };
    let both = PyTuple::new(passed.py(), [part(0)?, part(1)?])?;
    Ok(Some(both.unbind()))
}

fn refused(error: &PyErr, py: Python<'_>, reason: &str) -> PyErr {
    PyTypeError::new_err(format!("HandlerSpec: {reason}: {}", described(error, py)))
}

/// `ValueError: text`.
pub fn described(error: &PyErr, py: Python<'_>) -> String {
    let kind = error.get_type(py).name();
    let kind = kind.map_or_else(|_| "Exception".to_owned(), |name| name.to_string());
    format!("{kind}: {}", error.value(py))
}

/// The machine relies on it that these are types.
fn check_types(types: &Bound<'_, PyTuple>, name: &str) -> PyResult<()> {
    if types.iter().all(|item| item.is_instance_of::<PyType>()) {
        return Ok(());
    }
    Err(PyTypeError::new_err(format!(
        "HandlerSpec: {name} must hold types alone"
    )))
}
