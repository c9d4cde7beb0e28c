//! The module `doeff_vm.doeff_vm` as Python sees it.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::exceptions::{create_exceptions, exceptions};
use crate::node::Kind;
use crate::note::Run;
use crate::object::{Ref, restore_error};
use crate::types::types;
use crate::{driver, generator, tail, trash};

/// run(program)
/// --
///
/// Run a program to its result.
///
/// Raises the exception that nothing in the program caught, TypeError for what is not a program.
#[pyfunction]
fn run(program: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = program.py();
    // SAFETY: the argument is a valid object for the call.
    let program = unsafe { Ref::from_result(program.clone().into_ptr()) }.unwrap_or_else(Ref::none);
    let entered = Run::enter();
    match trash::nested(|| driver::run(&program)) {
        // SAFETY: the pointer is a new reference.
        Ok(value) => Ok(unsafe { Bound::from_owned_ptr(py, value.into_ptr()).unbind() }),
        Err(error) => {
            entered.finish(&error);
            restore_error(error);
            Err(PyErr::fetch(py))
        }
    }
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
    let name = || {
        let name = function
            .getattr("__qualname__")
            .or_else(|_| function.repr().map(Bound::into_any));
        name.map_or_else(|_| "?".to_owned(), |name| name.to_string())
    };
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
                name()
            )));
        }
    }
    if !function.is_callable() {
        return Err(PyTypeError::new_err(format!(
            "@do needs a plain or generator function, got {} of type '{}'",
            function.repr()?,
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
        ("Continuation", types.continuation),
        ("Resume", types.node(Kind::Resume)),
        ("Transfer", types.node(Kind::Transfer)),
        ("Pass", types.node(Kind::Pass)),
        ("WithHandler", types.node(Kind::WithHandler)),
        ("Pure", types.node(Kind::Pure)),
    ] {
        // SAFETY: the types live as long as the process.
        module.add(name, unsafe { Bound::from_borrowed_ptr(py, kind.cast()) })?;
    }
    let exceptions = exceptions();
    for (name, kind) in [
        ("UnhandledEffect", exceptions.unhandled_effect),
        ("ContinuationConsumed", exceptions.continuation_consumed),
    ] {
        // SAFETY: as above.
        module.add(name, unsafe { Bound::from_borrowed_ptr(py, kind) })?;
    }
    module.add_function(wrap_pyfunction!(run, module)?)?;
    module.add_function(wrap_pyfunction!(do_, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
