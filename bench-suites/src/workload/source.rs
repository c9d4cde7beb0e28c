//! The text of a workload, and the copies that are compiled of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyModule};

use super::Case;
use super::error::{WorkloadError, in_file, raised};

/// The name under which a workload imports a machine.
const EFFECTS: &str = "effects";

/// The text of a workload.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    path: PathBuf,
    text: String,
}

impl Source {
    /// Reads a file; its name without `.py` is the workload's.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Self, WorkloadError> {
        let stem = path.file_stem().unwrap_or_default();
        Ok(Self {
            name: stem.to_string_lossy().into_owned(),
            path: path.to_owned(),
            text: fs::read_to_string(path).map_err(|error| in_file(path, error.into()))?,
        })
    }

    /// Reads all Python files of a folder, in the order of their names.
    ///
    /// # Errors
    /// When the folder or one of them cannot be read.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, WorkloadError> {
        let listed: io::Result<Vec<_>> = fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
        let mut paths = listed.map_err(|error| in_file(folder, error.into()))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// The workload's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Compiles and runs a copy of the file of its own, with the machine of that module.
    ///
    /// # Errors
    /// What the file raised, a `SyntaxError` included.
    pub fn compile(&self, py: Python<'_>, machine: &str) -> Result<Compiled, WorkloadError> {
        let namespace = self
            .execute(py, machine)
            .map_err(|error| in_file(&self.path, raised(py, "importing it", &error)))?;
        Ok(Compiled {
            source: self.clone(),
            namespace: namespace.unbind(),
        })
    }

    fn execute<'py>(&self, py: Python<'py>, machine: &str) -> PyResult<Bound<'py, PyDict>> {
        let machine = py.import(machine)?;
        let module = PyModule::new(py, &self.name)?;
        let namespace = module.dict();
        let builtins = py.import("builtins")?;
        namespace.set_item("__builtins__", &builtins)?;
        namespace.set_item("__file__", self.path.as_os_str())?;
        let modules = py.import("sys")?.getattr("modules")?;
        modules.set_item(EFFECTS, machine)?;
        let code = builtins.call_method1("compile", (&self.text, self.path.as_os_str(), "exec"));
        let result = code.and_then(|code| builtins.call_method1("exec", (code, &namespace)));
        modules.del_item(EFFECTS)?;
        result?;
        Ok(namespace)
    }
}

/// A copy of a workload that is one engine's own.
#[derive(Debug)]
pub struct Compiled {
    source: Source,
    namespace: Py<PyDict>,
}

/// A handler and the effect types it is installed with, if any.
pub type InstalledHandler<'py> = (Bound<'py, PyAny>, Option<Bound<'py, PyAny>>);

impl Compiled {
    /// The workload's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// What it is a copy of.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The program under the handlers.
    ///
    /// # Errors
    /// What the workload raised.
    pub fn body<'py>(&self, py: Python<'py>, case: &Case) -> PyResult<Bound<'py, PyAny>> {
        let arguments = self.arguments(py, case.params_index)?;
        self.function(py, "body")?
            .call((case.size,), Some(&arguments))
    }

    /// The handlers, innermost first.
    ///
    /// # Errors
    /// What the workload raised.
    pub fn handlers<'py>(
        &self,
        py: Python<'py>,
        case: &Case,
    ) -> PyResult<Vec<InstalledHandler<'py>>> {
        let arguments = self.arguments(py, case.params_index)?;
        self.function(py, "handlers")?
            .call((), Some(&arguments))?
            .extract()
    }

    /// A function without parameters that drives the workload: it calls `run(program, handlers=())`
    /// as it needs to. `None` for the many workloads of which one run of the body is all.
    ///
    /// # Errors
    /// What the workload raised.
    pub fn bind_drive<'py>(
        &self,
        py: Python<'py>,
        case: &Case,
        run: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if !self.namespace(py).contains("drive")? {
            return Ok(None);
        }
        let arguments = self.arguments(py, case.params_index)?;
        let partial = py.import("functools")?.getattr("partial")?;
        let drive = self.function(py, "drive")?;
        let bound = partial.call((drive, run, case.size), Some(&arguments))?;
        Ok(Some(bound))
    }

    /// A function without parameters that does the same work in plain Python.
    ///
    /// # Errors
    /// What the workload raised.
    pub fn bind_plain<'py>(&self, py: Python<'py>, case: &Case) -> PyResult<Bound<'py, PyAny>> {
        let arguments = self.arguments(py, case.params_index)?;
        let partial = py.import("functools")?.getattr("partial")?;
        partial.call((self.function(py, "plain")?, case.size), Some(&arguments))
    }

    /// What the file defines.
    pub(crate) fn namespace<'py>(&self, py: Python<'py>) -> Bound<'py, PyDict> {
        self.namespace.bind(py).clone()
    }

    pub(crate) fn function<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.namespace.bind(py).as_any().get_item(name)
    }

    pub(crate) fn arguments<'py>(
        &self,
        py: Python<'py>,
        index: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let all = self.function(py, "PARAMS")?;
        Ok(all.get_item(index)?.cast_into()?)
    }
}
