//! The loop of exceptions that cross waiting programs.

use std::ptr;

use doeff_vm::object::Ref;
use doeff_vm::{calls, do_call};
use pyo3::ffi;
use pyo3::prelude::*;

use super::{Generator, Handler, Outcome, Raised, Step, owned, start};

/// Programs call programs; what one raises is thrown into its caller.
pub(super) fn raise(body: &Generator, _: &[Handler]) -> Outcome {
    let mut callers = Vec::new();
    let mut running = body.clone();
    let mut step = running.send(&Ref::none());
    loop {
        match step {
            Step::Yield(call) => {
                let called = start(&call)?;
                // SAFETY: it was just started, so it is a call.
                unsafe { do_call::release(call) };
                callers.push(std::mem::replace(&mut running, called));
                step = running.send(&Ref::none());
            }
            Step::Return(result) => {
                let Some(caller) = callers.pop() else {
                    return Ok(result);
                };
                running = caller;
                step = running.send(&result);
            }
            Step::Raise => {
                let Some(caller) = callers.pop() else {
                    return Err(Raised);
                };
                let error = take_error();
                running = caller;
                step = throw_into(&running, &error);
            }
        }
    }
}

#[inline]
fn throw_into(generator: &Generator, error: &Ref) -> Step {
    // SAFETY: it is a generator; the error is valid for the call, and the result is a new reference or
    // null.
    let result = unsafe { calls::gen_throw(generator.0.as_ptr(), error.as_ptr()) };
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
