//! Published packages, each measured in an environment and a process of its own.
//!
//! The process imports a workload on a stand-in for `effects` that gives the package's own objects.
//! It is asked through a pipe and looks at the clock itself, around whole runs as the harness does.
//! Between requests it sleeps.

mod environment;
#[cfg(test)]
mod tests;
mod worker;

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use doeff_reports::Engine as Name;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde_json::Value;

use crate::engine::{Engine, LeftOut, Run, Runnable, Timed, Unavailable};
use crate::measure::Collector;
use crate::python;
use crate::workload::{Case, Compiled};

use environment::Environment;
use worker::{Request, Times, Worker};

/// A package that is an engine.
pub(super) struct Peer {
    name: Name,
    left_out: Vec<LeftOut>,
    environment: Environment,
    effects: PathBuf,
    worker: OnceCell<Shared>,
}

type Shared = Rc<RefCell<Worker>>;

impl Peer {
    /// The package whose requirements and stand-in for `effects` are in a folder of `peers/`.
    pub(super) fn new(name: Name, folder: &str, left_out: Vec<LeftOut>) -> Self {
        let files = python::workspace().join("bench-suites/peers").join(folder);
        let environments = python::workspace().join("target/peers");
        Self {
            left_out,
            environment: Environment {
                python: python::executable().to_owned(),
                folder: environments.join(name.name()),
                requirements: files.join("requirements.txt"),
            },
            effects: files.join("effects.py"),
            worker: OnceCell::new(),
            name,
        }
    }

    fn worker(&self) -> Result<&Shared, Unavailable> {
        let unavailable = || Unavailable("it was not started".to_owned());
        self.worker.get().ok_or_else(unavailable)
    }
}

impl Engine for Peer {
    fn name(&self) -> Name {
        self.name.clone()
    }

    /// The copy that is compiled in this process is not run.
    fn effects_module(&self) -> &'static str {
        "doeff_vm"
    }

    fn start(&self) -> Result<(), Unavailable> {
        self.environment.prepare()?;
        let worker = Worker::start(&self.environment.python(), &self.effects);
        let worker = worker.map_err(|error| error.in_one_line())?;
        self.worker.get_or_init(|| Rc::new(RefCell::new(worker)));
        Ok(())
    }

    fn left_out(&self, workload: &str, case: &Case) -> Option<LeftOut> {
        let mut parts = self.left_out.iter();
        parts.find(|part| part.concerns(workload, case)).copied()
    }

    fn prepare(&self, _py: Python<'_>, program: &Compiled, case: &Case) -> PyResult<Runnable> {
        let worker = self.worker().map_err(raised)?;
        let source = program.source();
        let request = Request::Prepare {
            name: source.name(),
            path: source.path(),
            text: source.text(),
            params: &case.params,
            size: case.size,
        };
        let case = worker.borrow_mut().ask(&request).map_err(raised)?;
        let worker = Rc::clone(worker);
        Ok(Box::new(Remote { worker, case }))
    }
}

/// A case that is ready in the worker.
struct Remote {
    worker: Shared,
    /// Its number there.
    case: u32,
}

impl Run for Remote {
    fn time(&self, py: Python<'_>, runs: u32) -> PyResult<Timed> {
        let case = self.case;
        let request = Request::Run { case, runs };
        let times: Times = self.worker.borrow_mut().ask(&request).map_err(raised)?;
        let answers = times.answers.iter();
        Ok(Timed {
            elapsed: Duration::from_nanos(times.nanoseconds),
            answers: answers
                .map(|answer| literal(py, answer))
                .collect::<PyResult<_>>()?,
        })
    }

    fn collect(&self, _py: Python<'_>, _collector: &Collector) -> PyResult<()> {
        let mut worker = self.worker.borrow_mut();
        worker.ask::<Value>(&Request::Collect).map_err(raised)?;
        Ok(())
    }
}

/// The object that a literal stands for. What is no literal is no answer: nothing equals what it gives.
fn literal(py: Python<'_>, text: &str) -> PyResult<Py<PyAny>> {
    let evaluated = py.import("ast")?.call_method1("literal_eval", (text,));
    Ok(evaluated.map_or_else(|_| py.NotImplemented(), Bound::unbind))
}

fn raised(error: impl std::error::Error) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
