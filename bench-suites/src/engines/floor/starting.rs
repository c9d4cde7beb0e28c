//! A native `run` under new handlers, of which the built-in ones answer from their own stores.

use std::mem::ManuallyDrop;
use std::ptr;

use doeff_vm::node::{self, Kind};
use doeff_vm::object::Ref;
use doeff_vm::stdlib::{StdlibHandler, stdlib_handler, store_of};
use doeff_vm::types::types;
use pyo3::ffi;
use pyo3::prelude::*;

use super::effects::Answering;
use super::{Generator, Outcome, Raised, Step, builtin, owned, start, unexpected};

/// A native `run(program, handlers)` of a program under one handler of its own at most, and built-in
/// ones of different kinds.
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
    // SAFETY: CPython gives as many valid arguments as it says, which outlive the call.
    let result = unsafe {
        if count == 2 && ffi::PyList_CheckExact(*arguments.add(1)) != 0 {
            let program = ManuallyDrop::new(owned(*arguments));
            let handlers = ManuallyDrop::new(owned(*arguments.add(1)));
            start(&program).and_then(|body| drive(&body, &Installed::of(&handlers)))
        } else {
            Err(unexpected("other arguments of run()"))
        }
    };
    result.map_or(ptr::null_mut(), Ref::into_ptr)
}

/// The stores of the built-in handlers, and the handler of the program's own.
#[derive(Default)]
struct Installed {
    state: Option<Ref>,
    reader: Option<Ref>,
    writer: Option<Ref>,
    own: Option<Ref>,
}

impl Installed {
    /// Those of a list.
    ///
    /// # Safety
    /// It must be one.
    unsafe fn of(list: &Ref) -> Self {
        let mut found = Self::default();
        // SAFETY: by the caller's word; the items of a list are valid objects.
        unsafe {
            for index in 0..ffi::PyList_GET_SIZE(list.as_ptr()) {
                let item = ffi::PyList_GET_ITEM(list.as_ptr(), index);
                let handler = Ref::from_borrowed(ptr::NonNull::new_unchecked(item));
                match stdlib_handler(&handler) {
                    Some(StdlibHandler::State) => found.state = Some(store_of(&handler)),
                    Some(StdlibHandler::Reader) => found.reader = Some(store_of(&handler)),
                    Some(StdlibHandler::Writer) => found.writer = Some(store_of(&handler)),
                    None => found.own = Some(handler),
                }
            }
        }
        found
    }
}

fn drive(body: &Generator, installed: &Installed) -> Outcome {
    let own = installed.own.as_ref().map(Answering::new);
    let mut value = Ref::none();
    loop {
        let effect = match body.send(&value) {
            Step::Yield(effect) => effect,
            Step::Return(result) => return Ok(result),
            Step::Raise => return Err(Raised),
        };
        let class = effect.type_ptr();
        let is = |kind| class == types().node(kind);
        value = if is(Kind::Get) || is(Kind::Put) {
            by(installed.state.as_ref(), effect, builtin::state)?
        } else if is(Kind::Ask) {
            by(installed.reader.as_ref(), effect, builtin::reader)?
        } else if is(Kind::Tell) {
            by(installed.writer.as_ref(), effect, builtin::writer)?
        } else if let Some(own) = &own {
            own.answer(effect, Kind::Resume)?
        } else {
            return Err(unexpected("an effect without a handler"));
        };
    }
}

/// Lets a built-in handler answer one of its effects.
#[inline]
fn by(store: Option<&Ref>, effect: Ref, answer: impl Fn(&Ref, &Ref) -> Outcome) -> Outcome {
    let Some(store) = store else {
        return Err(unexpected("an effect without a handler"));
    };
    let value = answer(store, &effect)?;
    // SAFETY: the callers have checked that it is a node.
    unsafe { node::release(effect) };
    Ok(value)
}
