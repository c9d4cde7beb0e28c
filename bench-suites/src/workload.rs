//! Workloads: reading, checking and compiling the files in `programs/`.
//!
//! A workload is plain Python that imports a machine under the neutral name `effects`. It defines:
//!
//! ```python
//! """NAME: what it measures and why it is here."""
//! OPERATION = "effect"                 # what one operation is
//! SIZES = (100, 1_000)                 # of the full run
//! QUICK_SIZES = (100,)                 # of the quick run
//! PARAMS = ({},)                       # keyword arguments of the functions below
//! def max_size(engine, **params)       # optional: the largest size for an engine (0: not at all), or None
//! def operations(size, **params)       # operations in one run
//! def body(size, **params)             # the program under the handlers, a @do call
//! def handlers(**params)               # [(handler, effects or None), ...], innermost first
//! def plain(size, **params)            # the same work as plain function calls; its answer
//! def expected(size, **params)         # the answer, found without running any of it
//! ```

mod error;
mod reader;
mod source;
#[cfg(test)]
mod tests;

use doeff_reports::{Engine as EngineName, Mode, Params};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

pub use error::{Problem, WorkloadError};
pub use source::{Compiled, InstalledHandler, Source};

use error::{in_file, raised, wrong};
use reader::Reader;

/// Functions that must be there.
const FUNCTIONS: [&str; 5] = ["operations", "body", "handlers", "plain", "expected"];

/// What the answer must be found without.
const NOT_FOR_EXPECTED: [&str; 4] = ["plain", "body", "handlers", "drive"];

/// What is to be run: a workload with parameters, at a size.
#[derive(Debug)]
pub struct Case {
    /// The parameters.
    pub params: Params,
    /// Their place among the workload's parameters.
    params_index: usize,
    /// The size.
    pub size: u64,
    /// Operations in one run.
    pub operations: u64,
    /// The right answer.
    expected: Py<PyAny>,
}

impl Case {
    /// Whether an answer is the right one: equal, and of the same type.
    pub fn accepts(&self, answer: &Bound<'_, PyAny>) -> bool {
        let expected = self.expected.bind(answer.py());
        answer.get_type().is(expected.get_type()) && answer.eq(expected).unwrap_or(false)
    }
}

/// A checked workload.
#[derive(Debug)]
pub struct Workload {
    source: Source,
    /// What it measures and why it is here.
    pub about: String,
    /// What one operation is.
    pub operation: String,
    sizes: Vec<u64>,
    quick_sizes: Vec<u64>,
    params: Vec<Params>,
    /// A copy that no engine uses: it says what is to be run and what the answer is. What could be
    /// run is not in it.
    compiled: Compiled,
}

impl Workload {
    /// Compiles the file and checks that it defines a workload.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(py: Python<'_>, source: Source) -> Result<Self, WorkloadError> {
        let compiled = source.compile(py, "doeff_vm")?;
        let reader = Reader::new(&compiled.namespace(py));
        let read = || -> Result<_, Problem> {
            let about = reader.docstring(source.name())?;
            for name in FUNCTIONS {
                reader.callable(name)?;
            }
            let (operation, params) = (reader.operation()?, reader.params()?);
            let (sizes, quick_sizes) = (reader.sizes("SIZES")?, reader.sizes("QUICK_SIZES")?);
            Ok((about, operation, params, sizes, quick_sizes))
        };
        let (about, operation, params, sizes, quick_sizes) =
            read().map_err(|problem| in_file(source.path(), problem))?;
        for name in NOT_FOR_EXPECTED {
            let namespace = compiled.namespace(py);
            let deleted = namespace.contains(name).and_then(|defined| {
                if defined {
                    namespace.del_item(name)?;
                }
                Ok(())
            });
            deleted.map_err(|error| in_file(source.path(), raised(py, "checking it", &error)))?;
        }
        let workload = Self {
            source,
            about,
            operation,
            sizes,
            quick_sizes,
            params,
            compiled,
        };
        // The smallest case of each set of parameters shows whether the functions work.
        for index in 0..workload.params.len() {
            workload.case(py, index, workload.sizes[0])?;
        }
        Ok(workload)
    }

    /// The text, to compile for an engine.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The workload with a case's parameters, as messages call it.
    pub fn label(&self, case: &Case) -> String {
        let name = self.source.name();
        if case.params.is_empty() {
            name.to_owned()
        } else {
            format!("{name} ({})", case.params)
        }
    }

    /// All cases of a run.
    ///
    /// # Errors
    /// What the workload's functions raised.
    pub fn cases(&self, py: Python<'_>, mode: Mode) -> Result<Vec<Case>, WorkloadError> {
        let sizes = match mode {
            Mode::Quick => &self.quick_sizes,
            Mode::Full => &self.sizes,
        };
        (0..self.params.len())
            .flat_map(|index| sizes.iter().map(move |&size| (index, size)))
            .map(|(index, size)| self.case(py, index, size))
            .collect()
    }

    /// The sizes of a full run.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// All sets of parameters.
    pub fn params(&self) -> &[Params] {
        &self.params
    }

    /// The case of one set of parameters, by its place among them, at any size.
    ///
    /// # Errors
    /// What the workload's functions raised.
    pub fn case(
        &self,
        py: Python<'_>,
        params_index: usize,
        size: u64,
    ) -> Result<Case, WorkloadError> {
        let call = |name| self.call(py, name, params_index, size);
        let operations = call("operations")?;
        let operations = operations
            .extract::<u64>()
            .ok()
            .filter(|&operations| operations > 0)
            .ok_or_else(|| self.wrong("operations", "a positive int", &operations))?;
        Ok(Case {
            params: self.params[params_index].clone(),
            params_index,
            size,
            operations,
            expected: call("expected")?.unbind(),
        })
    }

    /// Whether an engine is to run a case.
    ///
    /// # Errors
    /// What the workload's `max_size` raised.
    pub fn is_for(
        &self,
        py: Python<'_>,
        engine: &EngineName,
        case: &Case,
    ) -> Result<bool, WorkloadError> {
        if !self
            .compiled
            .namespace(py)
            .contains("max_size")
            .unwrap_or(false)
        {
            return Ok(true);
        }
        let largest = self.call(py, "max_size", case.params_index, engine.name())?;
        let largest = largest
            .extract::<Option<u64>>()
            .map_err(|_| self.wrong("max_size", "an int or None", &largest))?;
        Ok(largest.is_none_or(|largest| case.size <= largest))
    }

    fn call<'py>(
        &self,
        py: Python<'py>,
        name: &'static str,
        params_index: usize,
        argument: impl IntoPyObject<'py>,
    ) -> Result<Bound<'py, PyAny>, WorkloadError> {
        let result = self.compiled.function(py, name).and_then(|function| {
            let arguments = self.compiled.arguments(py, params_index)?;
            let argument = argument.into_bound_py_any(py)?;
            function.call((argument,), Some(&arguments))
        });
        result.map_err(|error| in_file(self.source.path(), call_problem(py, name, &error)))
    }

    fn wrong(
        &self,
        name: &'static str,
        expected: &'static str,
        found: &Bound<'_, PyAny>,
    ) -> WorkloadError {
        in_file(self.source.path(), wrong(name, expected, found))
    }
}

/// The problem behind an exception of one of the workload's functions.
fn call_problem(py: Python<'_>, name: &str, error: &PyErr) -> Problem {
    let missing = error.value(py).getattr("name").ok();
    let missing = missing.and_then(|name| name.extract::<String>().ok());
    match missing {
        Some(missing) if name == "expected" && NOT_FOR_EXPECTED.contains(&missing.as_str()) => {
            Problem::ExpectedRuns(missing)
        }
        _ => raised(py, &format!("{name}()"), error),
    }
}
