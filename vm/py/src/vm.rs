//! `VM`: a machine with a store of its own, for people who look inside or share a store.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use doeff_vm_core::Stats;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};

use crate::debug::{Debug, Shown};
use crate::driver::Observers;
use crate::host::PyMachine;
use crate::messages;
use crate::note::Run;
use crate::object::Ref;
use crate::runs::{
    Argument, Scope, Subject, drive, finish, from_bound, into_error, into_py, shown,
};
use crate::stdlib::{StdlibHandler, add_to, copy_of_mapping, make_with, make_writer};
use crate::trash;
use crate::watch::Gil;

/// What a VM shows of its steps on standard error.
#[pyclass(module = "doeff_vm", frozen, eq, hash)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct DebugConfig {
    level: Level,
    /// Whether the segments on the stack are shown.
    #[pyo3(get)]
    show_frames: bool,
    /// Whether the dispatch and the clause are shown.
    #[pyo3(get)]
    show_dispatch: bool,
    /// Whether the sizes of the VM's store are shown.
    #[pyo3(get)]
    show_store: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
enum Level {
    #[default]
    Steps,
    Trace,
}

impl Level {
    fn parse(level: Argument<'_>) -> PyResult<Self> {
        let Argument::Given(level) = level else {
            return Ok(Self::Steps);
        };
        let name = level.extract::<String>().unwrap_or_default();
        let known = [Self::Steps, Self::Trace];
        match known.into_iter().find(|known| known.name() == name) {
            Some(known) => Ok(known),
            None => Err(PyValueError::new_err(format!(
                "level must be 'steps' or 'trace', got {}",
                shown(&level)?
            ))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Trace => "trace",
        }
    }
}

#[pymethods]
impl DebugConfig {
    #[new]
    #[pyo3(signature = (level = Argument::Missing, *, show_frames = false, show_dispatch = false, show_store = false), text_signature = "(level='steps', *, show_frames=False, show_dispatch=False, show_store=False)")]
    fn new(
        level: Argument<'_>,
        show_frames: bool,
        show_dispatch: bool,
        show_store: bool,
    ) -> PyResult<Self> {
        Ok(Self {
            level: Level::parse(level)?,
            show_frames,
            show_dispatch,
            show_store,
        })
    }

    /// "steps": a line for every step. "trace": also the calls into Python and their outcomes.
    #[getter]
    #[allow(clippy::trivially_copy_pass_by_ref)] // it is a method of a class
    fn level(&self) -> &'static str {
        self.level.name()
    }

    /// How to pickle and copy this.
    #[allow(clippy::trivially_copy_pass_by_ref)] // as above
    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<((&'static str,), Bound<'py, PyDict>)> {
        let options = PyDict::new(py);
        options.set_item("show_frames", self.show_frames)?;
        options.set_item("show_dispatch", self.show_dispatch)?;
        options.set_item("show_store", self.show_store)?;
        Ok(((self.level.name(),), options))
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // as above
    fn __repr__(&self) -> String {
        let python = |shown: bool| if shown { "True" } else { "False" };
        format!(
            "DebugConfig(level='{}', show_frames={}, show_dispatch={}, show_store={})",
            self.level.name(),
            python(self.show_frames),
            python(self.show_dispatch),
            python(self.show_store)
        )
    }
}

/// The built-in handlers of one VM, which share its store.
#[pyclass(module = "doeff_vm", frozen)]
pub struct Stdlib {
    /// The handler of Get, Put and Modify.
    #[pyo3(get)]
    state: Py<PyAny>,
    /// The handler of Ask and Local.
    #[pyo3(get)]
    reader: Py<PyAny>,
    /// The handler of Tell and Listen.
    #[pyo3(get)]
    writer: Py<PyAny>,
}

#[pymethods]
impl Stdlib {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.state)?;
        visit.call(&self.reader)?;
        visit.call(&self.writer)
    }
}

/// A machine that keeps its store and its figures from run to run.
///
/// One thread at a time may use it; a run inside a run is independent of the one around it.
#[pyclass(module = "doeff_vm", frozen, weakref)]
pub struct VM {
    gil: Gil,
    debug: Option<DebugConfig>,
    stdlib: Py<Stdlib>,
    /// A dict that handlers of the program may use and the machine never reads.
    #[pyo3(get)]
    py_store: Py<PyDict>,
    user: Mutex<Option<User>>,
    figures: Mutex<Figures>,
    /// The machine of the latest run, whose segments the next one uses again.
    idle: Mutex<Option<Idle>>,
}

/// A machine with an empty stack.
struct Idle(PyMachine);

// SAFETY: an idle machine holds no object of Python's, which is all that binds one to its thread.
unsafe impl Send for Idle {}

/// Who is using a VM.
struct User {
    thread: ThreadId,
    /// How many runs are inside one another.
    runs: usize,
}

/// What the runs of a VM have come to.
#[derive(Default)]
struct Figures {
    /// Of the runs that have ended.
    ended: Stats,
    /// Of those that have not, outermost first.
    running: Vec<Stats>,
}

impl Figures {
    fn total(&self) -> Stats {
        let all = self.running.iter();
        all.fold(self.ended, |total, run| Stats {
            steps: total.steps + run.steps,
            dispatches: total.dispatches + run.dispatches,
            captures: total.captures + run.captures,
            callbacks: total.callbacks + run.callbacks,
            segments_live: total.segments_live + run.segments_live,
            segments_pooled: total.segments_pooled + run.segments_pooled,
        })
    }
}

#[pymethods]
impl VM {
    #[new]
    #[pyo3(signature = (*, debug = Argument::Missing, gil = Argument::Missing), text_signature = "(*, debug=False, gil='adaptive')")]
    fn new(py: Python<'_>, debug: Argument<'_>, gil: Argument<'_>) -> PyResult<Self> {
        let made = |made: Result<Ref, Ref>| match made {
            Ok(made) => Ok(into_py(py, made)),
            Err(error) => Err(into_error(py, error)),
        };
        let stdlib = Stdlib {
            state: made(make_with(StdlibHandler::State, "state()", None))?,
            reader: made(make_with(StdlibHandler::Reader, "reader()", None))?,
            writer: made(make_writer())?,
        };
        Ok(Self {
            gil: parse_gil(gil)?,
            debug: parse_debug(debug)?,
            stdlib: Py::new(py, stdlib)?,
            py_store: PyDict::new(py).unbind(),
            user: Mutex::new(None),
            figures: Mutex::new(Figures::default()),
            idle: Mutex::new(None),
        })
    }

    /// Run a program to its result, as the function `run` does.
    #[pyo3(signature = (program, handlers = Argument::Missing, env = None, state = None), text_signature = "($self, program, handlers=(), env=None, state=None)")]
    fn run<'py>(
        slf: &Bound<'py, Self>,
        program: Bound<'py, PyAny>,
        handlers: Argument<'py>,
        env: Option<Bound<'py, PyAny>>,
        state: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let scope = Scope {
            handlers,
            env,
            state,
        };
        run_on(slf, Subject::Program(from_bound(program)), scope)
    }

    /// Run a new raw generator to its result.
    #[pyo3(signature = (g, handlers = Argument::Missing, env = None, state = None), text_signature = "($self, g, handlers=(), env=None, state=None)")]
    fn start_with_generator<'py>(
        slf: &Bound<'py, Self>,
        g: Bound<'py, PyAny>,
        handlers: Argument<'py>,
        env: Option<Bound<'py, PyAny>>,
        state: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let scope = Scope {
            handlers,
            env,
            state,
        };
        run_on(slf, Subject::Generator(from_bound(g)), scope)
    }

    /// The VM's built-in handlers, after adding to their store what is given.
    #[pyo3(signature = (env = None, state = None))]
    fn stdlib(
        &self,
        py: Python<'_>,
        env: Option<Bound<'_, PyAny>>,
        state: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Py<Stdlib>> {
        let stdlib = self.stdlib.get();
        // Both are read before either is added: what is refused changes nothing.
        let mut bindings = Vec::new();
        for (handler, name, mapping) in [
            (&stdlib.reader, "reader()", env),
            (&stdlib.state, "state()", state),
        ] {
            if let Some(mapping) = mapping {
                let copy = copy_of_mapping(name, &from_bound(mapping));
                bindings.push((handler, copy.map_err(|error| into_error(py, error))?));
            }
        }
        for (handler, copy) in bindings {
            add_to(&from_bound(handler.bind(py).clone()), &copy)
                .map_err(|error| into_error(py, error))?;
        }
        Ok(self.stdlib.clone_ref(py))
    }

    /// How many steps the machine has made.
    #[getter]
    fn step_count(&self) -> u64 {
        self.total().steps
    }

    /// What the machine has done and holds: `dispatches` and `callbacks` so far, `segments_live` on
    /// the stack now, `segments_pooled` that wait to be used again.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let total = self.total();
        let stats = PyDict::new(py);
        stats.set_item("segments_live", total.segments_live)?;
        stats.set_item("segments_pooled", total.segments_pooled)?;
        stats.set_item("dispatches", total.dispatches)?;
        stats.set_item("callbacks", total.callbacks)?;
        Ok(stats)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.stdlib)?;
        visit.call(&self.py_store)
    }
}

impl VM {
    fn total(&self) -> Stats {
        locked(&self.figures).total()
    }

    /// Begins to use the VM on this thread.
    fn enter(&self) -> PyResult<Used<'_>> {
        let mut user = locked(&self.user);
        let thread = std::thread::current().id();
        match &mut *user {
            Some(user) if user.thread != thread => {
                return Err(PyRuntimeError::new_err(
                    "this VM is running a program on another thread; use one VM per thread",
                ));
            }
            Some(user) => user.runs += 1,
            None => *user = Some(User { thread, runs: 1 }),
        }
        drop(user);
        let Idle(machine) = locked(&self.idle)
            .take()
            .unwrap_or_else(|| Idle(PyMachine::new()));
        let mut figures = locked(&self.figures);
        figures.ended.segments_pooled = 0;
        figures.running.push(Stats::default());
        Ok(Used {
            vm: self,
            before: machine.stats(),
            machine: Some(machine),
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that could panic is done under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One run's use of a VM.
struct Used<'a> {
    vm: &'a VM,
    /// What its machine had done before the run.
    before: Stats,
    /// `None` while the machine runs.
    machine: Option<PyMachine>,
}

impl Used<'_> {
    /// What the run has done so far.
    fn so_far(&self, stats: Stats) -> Stats {
        Stats {
            steps: stats.steps - self.before.steps,
            dispatches: stats.dispatches - self.before.dispatches,
            callbacks: stats.callbacks - self.before.callbacks,
            ..stats
        }
    }

    fn publish(&self, stats: Stats) {
        let stats = self.so_far(stats);
        if let Some(running) = locked(&self.vm.figures).running.last_mut() {
            *running = stats;
        }
    }

    /// The run has ended.
    fn end(self, machine: PyMachine) {
        let run = self.so_far(machine.stats());
        let is_idle = machine.is_idle();
        let mut figures = locked(&self.vm.figures);
        figures.running.pop();
        figures.ended.steps += run.steps;
        figures.ended.dispatches += run.dispatches;
        figures.ended.callbacks += run.callbacks;
        if is_idle {
            figures.ended.segments_pooled = run.segments_pooled;
            *locked(&self.vm.idle) = Some(Idle(machine));
        }
        drop(figures);
        let mut user = locked(&self.vm.user);
        if let Some(using) = &mut *user {
            using.runs -= 1;
            if using.runs == 0 {
                *user = None;
            }
        }
    }
}

fn run_on(vm: &Bound<'_, VM>, subject: Subject, scope: Scope<'_>) -> PyResult<Py<PyAny>> {
    let py = vm.py();
    let this = vm.get();
    let mut used = this.enter()?;
    let mut machine = used.machine.take().unwrap_or_default();
    let debug = this.debug.map(|config| {
        let stdlib = this.stdlib.get();
        let store = [&stdlib.state, &stdlib.reader, &stdlib.writer];
        let shown = Shown {
            calls: config.level == Level::Trace,
            frames: config.show_frames,
            dispatch: config.show_dispatch,
            store: config.show_store,
        };
        Debug::new(
            shown,
            store.map(|handler| from_bound(handler.bind(py).clone())),
        )
    });
    let entered = Run::enter();
    let result = trash::nested(|| {
        let publish = |stats| used.publish(stats);
        let observers = Observers {
            debug: debug.as_ref(),
            publish: Some(&publish),
        };
        drive(&mut machine, subject, scope, this.gil, observers)
    });
    used.end(machine);
    finish(py, &entered, result)
}

fn parse_gil(gil: Argument<'_>) -> PyResult<Gil> {
    let Argument::Given(gil) = gil else {
        return Ok(Gil::default());
    };
    match gil.extract::<String>().as_deref() {
        Ok("strict") => Ok(Gil::Strict),
        Ok("adaptive") => Ok(Gil::Adaptive),
        _ => Err(PyValueError::new_err(format!(
            "gil must be 'strict' or 'adaptive', got {}",
            shown(&gil)?
        ))),
    }
}

fn parse_debug(debug: Argument<'_>) -> PyResult<Option<DebugConfig>> {
    let Argument::Given(debug) = debug else {
        return Ok(None);
    };
    if let Ok(config) = debug.cast::<DebugConfig>() {
        return Ok(Some(*config.get()));
    }
    match debug.extract::<bool>() {
        Ok(true) => Ok(Some(DebugConfig::default())),
        Ok(false) => Ok(None),
        Err(_) => {
            let text = shown(&debug)?;
            Err(PyTypeError::new_err(format!(
                "debug must be a bool or a DebugConfig, got {text} of type '{}'",
                messages::type_name_of(&from_bound(debug))
            )))
        }
    }
}
