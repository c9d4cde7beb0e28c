//! Small values of doeff's that programs and handlers are made of.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};

/// A Python callable as a value, for `Apply` and `WithObserve`.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
pub struct Callable {
    /// What is called.
    pub callable: Py<PyAny>,
}

#[pymethods]
impl Callable {
    #[new]
    fn new(callable: Py<PyAny>) -> Self {
        Self { callable }
    }

    /// How to pickle and copy this.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (Py<PyAny>,)) {
        let callable = slf.get().callable.clone_ref(slf.py());
        (slf.get_type().into_any(), (callable,))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callable)
    }
}

/// A generator as the value that `Expand` runs.
///
/// doeff also gives the lines of its tail resumes. They are found in its bytecode here, and only checked.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
pub struct IRStream {
    /// The generator.
    pub generator: Py<PyAny>,
}

#[pymethods]
impl IRStream {
    #[new]
    #[pyo3(signature = (generator, tail_resume_lines = None))]
    fn new(generator: Py<PyAny>, tail_resume_lines: Option<Vec<u32>>) -> Self {
        drop(tail_resume_lines);
        Self { generator }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.generator)
    }
}

/// What the machine knows of a handler of doeff's where it installs it.
#[pyclass(module = "doeff_vm.doeff_vm", frozen, name = "HandlerSpec")]
pub struct HandlerSpec {
    /// The effect types that it accepts, or None for all.
    #[pyo3(get)]
    pub effect_types: Option<Py<PyTuple>>,
    /// The undecorated function that is called in its place, or None.
    #[pyo3(get)]
    pub generator_function: Py<PyAny>,
    lines: Vec<u32>,
    /// The effects that it passes on untouched, and those that it keeps all the same, or None.
    #[pyo3(get)]
    pub passed: Option<Py<PyTuple>>,
}

#[pymethods]
impl HandlerSpec {
    #[new]
    fn new(
        effect_types: &Bound<'_, PyAny>,
        generator_function: Py<PyAny>,
        tail_resume_lines: Vec<u32>,
        passed: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let effect_types = tuple_or_none(effect_types, "effect_types")?;
        let passed = tuple_or_none(passed, "passed")?;
        if let Some(types) = &effect_types {
            check_types(types, "effect_types")?;
        }
        if let Some(passed) = &passed {
            let (passes, keeps): (Bound<'_, PyTuple>, Bound<'_, PyTuple>) = passed.extract()?;
            check_types(&passes, "passed")?;
            check_types(&keeps, "passed")?;
        }
        let (effect_types, passed) = (effect_types.map(Bound::unbind), passed.map(Bound::unbind));
        Ok(Self {
            effect_types,
            generator_function,
            lines: tail_resume_lines,
            passed,
        })
    }

    /// The lines of the tail resumes, as they were given.
    #[getter]
    fn tail_resume_lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.lines)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.effect_types)?;
        visit.call(&self.generator_function)?;
        visit.call(&self.passed)
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
    tuple.map(|tuple| Some(tuple.clone())).map_err(|_| {
        PyTypeError::new_err(format!("HandlerSpec: {name} must be a tuple or None"))
    })
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
