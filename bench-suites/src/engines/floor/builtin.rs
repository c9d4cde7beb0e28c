//! Loops of effects that the built-in handlers answer, from the handlers' own stores.

use std::mem::ManuallyDrop;
use std::ptr;

use doeff_vm::node::{self, Kind, Node};
use doeff_vm::object::Ref;
use doeff_vm::stdlib::{StdlibHandler, stdlib_handler, store_of};
use doeff_vm::types::types;
use pyo3::ffi;
use pyo3::prelude::*;

use super::{Generator, Outcome, Raised, Step, call, owned, start, unexpected};

/// A native `run(program, handlers)` of a program under one built-in handler.
pub(super) fn run_function(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static METHOD: super::runs::Method = super::runs::Method(ffi::PyMethodDef {
        ml_name: c"run".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFast: run,
        },
        ml_flags: ffi::METH_FASTCALL,
        ml_doc: ptr::null(),
    });
    METHOD.function(py)
}

unsafe extern "C" fn run(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives as many valid arguments as it says, which outlive the call; the only
    // item of a list lives as long as the list is left alone, as workloads do.
    let result = unsafe {
        if count == 2
            && ffi::PyList_CheckExact(*arguments.add(1)) != 0
            && ffi::PyList_GET_SIZE(*arguments.add(1)) == 1
        {
            let program = ManuallyDrop::new(owned(*arguments));
            let handler = ManuallyDrop::new(owned(ffi::PyList_GET_ITEM(*arguments.add(1), 0)));
            start(&program).and_then(|body| answer_all(&body, &handler))
        } else {
            Err(unexpected("other arguments of run()"))
        }
    };
    result.map_or(ptr::null_mut(), Ref::into_ptr)
}

fn answer_all(body: &Generator, handler: &Ref) -> Outcome {
    let Some(kind) = stdlib_handler(handler) else {
        return Err(unexpected("a handler that is not built in"));
    };
    let store = store_of(handler);
    match kind {
        StdlibHandler::State => drive(body, |effect| state(&store, effect)),
        StdlibHandler::Reader => drive(body, |effect| reader(&store, effect)),
        StdlibHandler::Writer => drive(body, |effect| writer(&store, effect)),
    }
}

/// Drives the body, whose effects, which `answer` must have found to be nodes, get what that gives.
#[inline]
fn drive(body: &Generator, answer: impl Fn(&Ref) -> Outcome) -> Outcome {
    let mut value = Ref::none();
    loop {
        match body.send(&value) {
            Step::Yield(effect) => {
                value = answer(&effect)?;
                // SAFETY: by the callers' word.
                unsafe { node::release(effect) };
            }
            Step::Return(result) => return Ok(result),
            Step::Raise => return Err(Raised),
        }
    }
}

#[allow(clippy::inline_always)] // it is the loop's body, here and in `starting`
#[inline(always)]
pub(super) fn state(store: &Ref, effect: &Ref) -> Outcome {
    let class = effect.type_ptr();
    if class == types().node(Kind::Get) {
        look_up(store, field(effect, 0))
    } else if class == types().node(Kind::Put) {
        set(store, field(effect, 0), field(effect, 1))?;
        Ok(Ref::none())
    } else if class == types().node(Kind::Modify) {
        let key = field(effect, 0);
        let old = look_up(store, key)?;
        let new = call(field(effect, 1), &[old.as_ptr()])?;
        set(store, key, new.as_ptr())?;
        Ok(old)
    } else {
        Err(unexpected("another effect"))
    }
}

#[allow(clippy::inline_always)] // it is the loop's body, here and in `starting`
#[inline(always)]
pub(super) fn reader(store: &Ref, effect: &Ref) -> Outcome {
    if effect.type_ptr() == types().node(Kind::Ask) {
        look_up(store, field(effect, 0))
    } else {
        Err(unexpected("another effect"))
    }
}

#[allow(clippy::inline_always)] // it is the loop's body, here and in `starting`
#[inline(always)]
pub(super) fn writer(store: &Ref, effect: &Ref) -> Outcome {
    if effect.type_ptr() != types().node(Kind::Tell) {
        return Err(unexpected("another effect"));
    }
    // SAFETY: a writer's store is a list; the entry is a valid object.
    match unsafe { ffi::PyList_Append(store.as_ptr(), field(effect, 0)) } {
        0 => Ok(Ref::none()),
        _ => Err(Raised),
    }
}

/// A field of a built-in effect, borrowed; the callers ask for fields that their kind has.
#[inline]
fn field(effect: &Ref, index: usize) -> *mut ffi::PyObject {
    // SAFETY: by the callers' word.
    unsafe { (*effect.as_ptr().cast::<Node>()).fields[index] }
}

#[inline]
fn look_up(store: &Ref, key: *mut ffi::PyObject) -> Outcome {
    // SAFETY: the store is a dict and the key valid; the borrowed result is made ours at once.
    unsafe {
        let found = ffi::PyDict_GetItemWithError(store.as_ptr(), key);
        match ptr::NonNull::new(found) {
            Some(found) => Ok(Ref::from_borrowed(found)),
            None => Err(unexpected("a missing key")),
        }
    }
}

#[inline]
fn set(store: &Ref, key: *mut ffi::PyObject, value: *mut ffi::PyObject) -> Result<(), Raised> {
    // SAFETY: the store is a dict, the others are valid objects.
    match unsafe { ffi::PyDict_SetItem(store.as_ptr(), key, value) } {
        0 => Ok(()),
        _ => Err(Raised),
    }
}
