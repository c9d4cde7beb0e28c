//! The loop of exceptions that cross waiting programs.

use std::ptr;

use doeff_vm::object::Ref;
use pyo3::ffi;
use pyo3::prelude::*;

use super::{Handler, Outcome, Raised, Step, owned, send, start, unexpected};

/// Programs call programs; what one raises is thrown into its caller.
pub(super) fn raise(body: &Ref, _: &[Handler]) -> Outcome {
    let throw = throw_function()?;
    let mut callers = Vec::new();
    let mut running = body.clone();
    let mut step = send(&running, &Ref::none());
    loop {
        match step {
            Step::Yield(call) => {
                let called = start(&call)?;
                drop(call);
                callers.push(std::mem::replace(&mut running, called));
                step = send(&running, &Ref::none());
            }
            Step::Return(result) => {
                let Some(caller) = callers.pop() else {
                    return Ok(result);
                };
                running = caller;
                step = send(&running, &result);
            }
            Step::Raise => {
                let Some(caller) = callers.pop() else {
                    return Err(Raised);
                };
                let error = take_error();
                running = caller;
                step = throw_into(throw, &running, &error);
            }
        }
    }
}

/// The C function behind `generator.throw`.
fn throw_function() -> Result<ffi::PyCFunctionFast, Raised> {
    // SAFETY: a type's methods are a table that ends with a null name; the flags say what the
    // pointer is.
    unsafe {
        let class = &raw const ffi::PyGen_Type;
        let mut method = (*class).tp_methods;
        while !(*method).ml_name.is_null() {
            let name = std::ffi::CStr::from_ptr((*method).ml_name);
            if name == c"throw" && (*method).ml_flags == ffi::METH_FASTCALL {
                return Ok((*method).ml_meth.PyCFunctionFast);
            }
            method = method.add(1);
        }
    }
    Err(unexpected("a generator without a fast throw()"))
}

#[inline]
fn throw_into(throw: ffi::PyCFunctionFast, generator: &Ref, error: &Ref) -> Step {
    let mut arguments = [error.as_ptr()];
    // SAFETY: the function is that of generators, the objects are valid for the call, and the result
    // is a new reference or null.
    let result = unsafe { throw(generator.as_ptr(), arguments.as_mut_ptr(), 1) };
    match ptr::NonNull::new(result) {
        // SAFETY: as above.
        Some(_) => Step::Yield(unsafe { owned(result) }),
        // SAFETY: only compares what is set.
        None if unsafe { ffi::PyErr_Occurred() == ffi::PyExc_StopIteration } => returned(),
        None => Step::Raise,
    }
}

/// `throw` reports a return as `StopIteration`.
#[cold]
fn returned() -> Step {
    Python::attach(|py| match PyErr::fetch(py).value(py).getattr("value") {
        // SAFETY: the pointer is a new reference.
        Ok(value) => Step::Return(unsafe { owned(value.into_ptr()) }),
        Err(error) => {
            error.restore(py);
            Step::Raise
        }
    })
}

/// The exception on the thread, with its traceback.
#[cfg(Py_3_12)]
#[inline]
fn take_error() -> Ref {
    // SAFETY: there is one, as the callers know.
    unsafe { owned(ffi::PyErr_GetRaisedException()) }
}

/// The exception on the thread, with its traceback.
#[cfg(not(Py_3_12))]
#[inline]
fn take_error() -> Ref {
    let (mut class, mut error, mut traceback) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: there is one, as the callers know; fetching hands over the references. What Python code
    // has raised is mostly an instance already.
    unsafe {
        ffi::PyErr_Fetch(&raw mut class, &raw mut error, &raw mut traceback);
        if error.is_null() || ffi::PyExceptionInstance_Check(error) == 0 {
            ffi::PyErr_NormalizeException(&raw mut class, &raw mut error, &raw mut traceback);
        }
        if !traceback.is_null() {
            ffi::PyException_SetTraceback(error, traceback);
            ffi::Py_DECREF(traceback);
        }
        ffi::Py_DECREF(class);
        owned(error)
    }
}
