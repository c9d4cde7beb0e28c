//! Reading what a workload's module defines.

use doeff_reports::Params;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString};
use serde_json::Value;

use super::error::{Problem, raised, wrong};

/// Reads what a workload's module defines.
pub(super) struct Reader<'py>(Bound<'py, PyDict>);

impl<'py> Reader<'py> {
    /// Reads from this namespace.
    pub(super) fn new(namespace: &Bound<'py, PyDict>) -> Self {
        Self(namespace.clone())
    }

    fn get(&self, name: &'static str) -> Result<Bound<'py, PyAny>, Problem> {
        let found = self.0.get_item(name);
        found
            .map_err(|error| raised(self.0.py(), name, &error))?
            .ok_or(Problem::Missing(name))
    }

    pub(super) fn docstring(&self, name: &str) -> Result<String, Problem> {
        let text: Option<String> = self.get("__doc__")?.extract().ok();
        let about = text
            .as_deref()
            .and_then(|text| text.strip_prefix(name)?.strip_prefix(": "));
        about
            .map(|about| about.trim().to_owned())
            .ok_or_else(|| Problem::Docstring(name.to_owned()))
    }

    pub(super) fn callable(&self, name: &'static str) -> Result<(), Problem> {
        let found = self.get(name)?;
        if found.is_callable() {
            Ok(())
        } else {
            Err(wrong(name, "a function", &found))
        }
    }

    pub(super) fn operation(&self) -> Result<String, Problem> {
        let found = self.get("OPERATION")?;
        let text = found
            .extract::<String>()
            .ok()
            .filter(|text| !text.is_empty());
        text.ok_or_else(|| wrong("OPERATION", "the name of one operation, a str", &found))
    }

    pub(super) fn sizes(&self, name: &'static str) -> Result<Vec<u64>, Problem> {
        let found = self.get(name)?;
        let sizes = found.extract::<Vec<u64>>().ok().filter(|sizes| {
            sizes.first().is_some_and(|&smallest| smallest > 0) && sizes.is_sorted_by(|a, b| a < b)
        });
        sizes.ok_or_else(|| wrong(name, "positive ints, smallest first", &found))
    }

    pub(super) fn params(&self) -> Result<Vec<Params>, Problem> {
        let found = self.get("PARAMS")?;
        let all = found.extract::<Vec<Bound<'_, PyDict>>>().ok();
        let params =
            all.and_then(|all| all.iter().map(params_of).collect::<PyResult<Vec<_>>>().ok());
        params.filter(|params| !params.is_empty()).ok_or_else(|| {
            wrong(
                "PARAMS",
                "dicts of str to bool, int or str, at least one",
                &found,
            )
        })
    }
}

fn params_of(dict: &Bound<'_, PyDict>) -> PyResult<Params> {
    dict.iter()
        .map(|(name, value)| Ok((name.extract()?, json(&value)?)))
        .collect()
}

fn json(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_exact_instance_of::<PyBool>() {
        Ok(Value::Bool(value.extract()?))
    } else if value.is_exact_instance_of::<PyInt>() {
        Ok(Value::from(value.extract::<i64>()?))
    } else if value.is_exact_instance_of::<PyString>() {
        Ok(Value::String(value.extract()?))
    } else {
        Err(PyTypeError::new_err("not a bool, int or str"))
    }
}
