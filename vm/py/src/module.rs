//! The module `doeff_vm.doeff_vm` as Python sees it.

use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::panic::catch_unwind;
use std::ptr::NonNull;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::annotation::handler;
use crate::classify::handler_list;
use crate::doeff;
use crate::effect_class::make_native;
use crate::exceptions::{create_exceptions, exceptions};
use crate::messages::{self, name_of};
use crate::node::{self, Kind};
use crate::object::{Ref, restore_error, take_error, with_python};
use crate::runs::{
    Argument, Scope, Subject, from_bound, into_error, into_py, run_alone, run_program, shown,
};
use crate::specs::SPECS;
use crate::stdlib::{StdlibHandler, make_with, make_writer};
use crate::types::types;
use crate::vm::{DebugConfig, Stdlib, VM};
use crate::{calls, generator, tail};

/// What [`run`] is called with but for a program alone.
#[pyfunction(name = "run")]
#[pyo3(signature = (program, handlers = Argument::Missing, env = None, state = None))]
fn run_under<'py>(
    program: Bound<'py, PyAny>,
    handlers: Argument<'py>,
    env: Option<Bound<'py, PyAny>>,
    state: Option<Bound<'py, PyAny>>,
) -> PyResult<Py<PyAny>> {
    let py = program.py();
    let scope = Scope {
        handlers,
        env,
        state,
    };
    let result = run_alone(Subject::Program(from_bound(program)), scope);
    result
        .map(|result| into_py(py, result))
        .map_err(|error| into_error(py, error))
}

const RUN: &CStr = c"run(program, handlers=(), env=None, state=None)\n--\n\n\
Run a program to its result, under handlers (a list or tuple, innermost first) and outside of them\n\
a reader of `env` and a state of `state`, where these mappings are given.\n\n\
Raises the exception that nothing in the program caught, TypeError for a bad argument.";

/// `run`, which programs may call for each of many small programs: one that is called with a program
/// alone is run without a look at other arguments.
unsafe extern "C" fn run(
    _: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let run = || {
        // SAFETY: CPython gives as many arguments as it says, keyword values after positional ones,
        // and keeps them.
        unsafe {
            if count == 1 && kwnames.is_null() {
                // The caller owns the reference.
                let program = ManuallyDrop::new(Ref::from_owned(NonNull::new_unchecked(*args)));
                return run_program(&program);
            }
            let mut named = 0;
            if !kwnames.is_null() {
                named = ffi::PyTuple_GET_SIZE(kwnames);
            }
            let all = std::slice::from_raw_parts(args, (count + named).cast_unsigned());
            let function = with_python(|py| RUN_UNDER.get(py).map(Py::as_ptr));
            let function = function.ok_or_else(|| messages::internal(NOT_MADE))?;
            let result = calls::vectorcall(function, all, count.cast_unsigned(), kwnames);
            Ref::from_result(result).ok_or_else(take_error)
        }
    };
    // As PyO3 does around every function: a panic becomes an exception.
    let result = catch_unwind(run).unwrap_or_else(|panic| Err(messages::panicked(&*panic)));
    match result {
        Ok(value) => value.into_ptr(),
        Err(error) => {
            restore_error(error);
            std::ptr::null_mut()
        }
    }
}

static RUN_UNDER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

const NOT_MADE: doeff_vm_core::VMError = doeff_vm_core::VMError {
    expected: "an initialised module",
    found: "a call of run() before that",
};

/// Adds `run` to the module.
fn add_run(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let under = wrap_pyfunction!(run_under, module)?;
    RUN_UNDER.get_or_init(py, || under.into_any().unbind());
    let definition = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: c"run".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFastWithKeywords: run,
        },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: RUN.as_ptr(),
    }));
    let name = module.name()?;
    // SAFETY: the definition is leaked, so it lives as long as the function; the result is a new
    // reference or null with an exception.
    let function = unsafe {
        let made = ffi::PyCFunction_NewEx(definition, std::ptr::null_mut(), name.as_ptr());
        Bound::from_owned_ptr_or_err(py, made)?
    };
    module.add("run", function)
}

#[allow(clippy::doc_markdown)] // it is the Python docstring
/// with_handlers(handlers, program)
/// --
///
/// The program under handlers, a list or tuple of them, innermost first.
///
/// Raises TypeError where `handlers` is neither.
#[pyfunction]
fn with_handlers(handlers: Bound<'_, PyAny>, program: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = program.py();
    let nested = || {
        let none = Ref::none();
        let handlers = handler_list("with_handlers()", &from_bound(handlers))?;
        let mut handlers = handlers.into_iter();
        handlers.try_fold(from_bound(program), |program, handler| {
            node::make(Kind::WithHandler, &[&handler, &program, &none]).ok_or_else(take_error)
        })
    };
    nested()
        .map(|nested| into_py(py, nested))
        .map_err(|error| into_error(py, error))
}

/// state(initial=None)
/// --
///
/// A handler of Get, Put and Modify with a store of its own, which begins as a copy of a mapping.
#[pyfunction]
#[pyo3(signature = (initial = None))]
fn state(py: Python<'_>, initial: Option<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
    let initial = initial.map(from_bound);
    let made = make_with(StdlibHandler::State, "state()", initial.as_ref());
    made.map(|made| into_py(py, made))
        .map_err(|error| into_error(py, error))
}

#[allow(clippy::doc_markdown)] // as above
/// reader(env=None)
/// --
///
/// A handler of Ask and Local with an environment of its own, a copy of a mapping.
#[pyfunction]
#[pyo3(signature = (env = None))]
fn reader(py: Python<'_>, env: Option<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
    let env = env.map(from_bound);
    let made = make_with(StdlibHandler::Reader, "reader()", env.as_ref());
    made.map(|made| into_py(py, made))
        .map_err(|error| into_error(py, error))
}

#[allow(clippy::doc_markdown)] // as above
/// writer()
/// --
///
/// A handler of Tell and Listen with a log of its own.
#[pyfunction]
fn writer(py: Python<'_>) -> PyResult<Py<PyAny>> {
    make_writer()
        .map(|made| into_py(py, made))
        .map_err(|error| into_error(py, error))
}

/// do(function)
/// --
///
/// Make the function's calls lazy: each gives a program, which calls the function when the machine
/// starts it. A generator is then run; any other value is the result.
///
/// Raises TypeError for an `async def` and for what cannot be called.
#[pyfunction(name = "do")]
fn do_(function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = function.py();
    let builtins = py.import("builtins")?;
    for wrapper in ["staticmethod", "classmethod"] {
        let wrapper = builtins.getattr(wrapper)?;
        if function.is_instance(&wrapper)? {
            let inner = do_(&function.getattr("__func__")?)?;
            return Ok(wrapper.call1((inner,))?.unbind());
        }
    }
    let inspect = py.import("inspect")?;
    let call = function.getattr_opt("__call__")?;
    for is_async in ["iscoroutinefunction", "isasyncgenfunction"] {
        let is_async = inspect.getattr(is_async)?;
        let mut codes = std::iter::once(function).chain(&call);
        if codes.any(|code| {
            is_async
                .call1((code,))
                .is_ok_and(|is| is.is_truthy().is_ok_and(|is| is))
        }) {
            return Err(PyTypeError::new_err(format!(
                "@do needs a plain or generator function, but '{}' is an async def",
                name_of(&from_bound(function.clone()))
            )));
        }
    }
    if !function.is_callable() {
        return Err(PyTypeError::new_err(format!(
            "@do needs a function, got {} of type '{}'",
            shown(function)?,
            function.get_type().qualname()?
        )));
    }
    // SAFETY: the type lives as long as the process.
    let kind = unsafe { Bound::from_borrowed_ptr(py, types().do_function.cast()) };
    let made = kind.call1((function,))?;
    let wraps = py.import("functools")?.getattr("update_wrapper")?;
    Ok(wraps.call1((made, function))?.unbind())
}

/// The extension module.
///
/// # Errors
/// What Python raises while the types are made.
#[pymodule]
#[pyo3(name = "doeff_vm")]
pub fn doeff_vm(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    create_exceptions(py)?;
    crate::types::create(py)?;
    generator::calibrate(py)?;
    tail::init();
    let types = types();
    for (name, kind) in [
        ("Program", types.program),
        ("EffectBase", types.effect_base),
        ("DoFunction", types.do_function),
        ("DoCall", types.do_call),
        ("Expand", types.expand),
        ("Call", types.call),
        ("Continuation", types.continuation),
        ("K", types.continuation),
        ("StateHandler", types.stdlib[StdlibHandler::State as usize]),
        (
            "ReaderHandler",
            types.stdlib[StdlibHandler::Reader as usize],
        ),
        (
            "WriterHandler",
            types.stdlib[StdlibHandler::Writer as usize],
        ),
    ] {
        // SAFETY: the types live as long as the process.
        module.add(name, unsafe { Bound::from_borrowed_ptr(py, kind.cast()) })?;
    }
    for spec in &SPECS {
        if spec.public {
            let kind = types.node(spec.kind);
            // SAFETY: as above.
            module.add(spec.kind.name(), unsafe {
                Bound::from_borrowed_ptr(py, kind.cast())
            })?;
        }
    }
    let exceptions = exceptions();
    for (name, kind) in [
        ("UnhandledEffect", exceptions.unhandled_effect),
        ("ContinuationConsumed", exceptions.continuation_consumed),
        ("MissingKey", exceptions.missing_key),
    ] {
        // SAFETY: as above.
        module.add(name, unsafe { Bound::from_borrowed_ptr(py, kind) })?;
    }
    add_run(module)?;
    module.add_function(wrap_pyfunction!(do_, module)?)?;
    module.add_function(wrap_pyfunction!(with_handlers, module)?)?;
    module.add_function(wrap_pyfunction!(handler, module)?)?;
    module.add_function(wrap_pyfunction!(state, module)?)?;
    module.add_function(wrap_pyfunction!(reader, module)?)?;
    module.add_function(wrap_pyfunction!(writer, module)?)?;
    module.add_function(wrap_pyfunction!(make_native, module)?)?;
    module.add_class::<VM>()?;
    module.add_class::<DebugConfig>()?;
    module.add_class::<Stdlib>()?;
    doeff::add_to(module)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
