//! A native `run`, for a workload that calls it over and over.

use std::mem::ManuallyDrop;
use std::ptr;

use doeff_vm::object::Ref;
use pyo3::ffi;
use pyo3::prelude::*;

use super::{Raised, Step, owned, start, unexpected};

/// The definition of a native function.
pub(super) struct Method(pub(super) ffi::PyMethodDef);

// SAFETY: never written.
unsafe impl Sync for Method {}

impl Method {
    /// A function object.
    pub(super) fn function<'py>(&'static self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let definition = (&raw const self.0).cast_mut();
        // SAFETY: the definition lives for ever; the result is a new reference or null.
        unsafe {
            let function = ffi::PyCFunction_NewEx(definition, ptr::null_mut(), ptr::null_mut());
            Bound::from_owned_ptr_or_err(py, function)
        }
    }
}

/// A native `run(program)` of a program that yields nothing.
pub(super) fn run_function(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static METHOD: Method = Method(ffi::PyMethodDef {
        ml_name: c"run".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: run },
        ml_flags: ffi::METH_O,
        ml_doc: ptr::null(),
    });
    METHOD.function(py)
}

unsafe extern "C" fn run(_: *mut ffi::PyObject, program: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a valid object, which outlives the call.
    let program = ManuallyDrop::new(unsafe { owned(program) });
    let result = start(&program).and_then(|body| match body.send(&Ref::none()) {
        Step::Return(result) => Ok(result),
        Step::Raise => Err(Raised),
        Step::Yield(_) => Err(unexpected("a program that yields")),
    });
    result.map_or(ptr::null_mut(), Ref::into_ptr)
}
