//! The abstract base of programs, that of effects, and the iterator behind `yield from program`.

use std::ffi::{c_int, c_void};
use std::ptr;

use pyo3::{PyResult, Python, ffi};

use crate::freelist::FreeList;
use crate::object::Ref;
use crate::trash::release_field;
use crate::types::{TypeBuilder, method, types, visit_object};

/// Makes `Program`.
pub(crate) fn create_program(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<ffi::PyObject>(c"doeff_vm.Program")
        .flags(ffi::Py_TPFLAGS_BASETYPE)
        .doc(
            c"What the machine can run: the base of @do calls, effects, control primitives and\n\
            Pure. `x = yield program` and `x = yield from program` run it and give its result.",
        )
        .methods(vec![
            ffi::PyMethodDef {
                ml_name: c"__class_getitem__".as_ptr(),
                ml_meth: ffi::PyMethodDefPointer {
                    PyCFunction: ffi::Py_GenericAlias,
                },
                ml_flags: ffi::METH_O | ffi::METH_CLASS,
                ml_doc: c"Program[T]: the type of programs whose result is a T.".as_ptr(),
            },
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: the function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_iter, iterate as *mut c_void)
            .build(py)
    }
}

/// Makes `EffectBase`.
pub(crate) fn create_effect_base(
    py: Python<'_>,
    program: *mut ffi::PyTypeObject,
) -> PyResult<*mut ffi::PyTypeObject> {
    TypeBuilder::new::<ffi::PyObject>(c"doeff_vm.EffectBase")
        .flags(ffi::Py_TPFLAGS_BASETYPE)
        .base(program)
        .doc(
            c"The base of effects: yielding an instance of a subclass performs it. It has no\n\
            instance layout of its own, so it combines with dataclasses, Exception, Enum, Generic.",
        )
        .build(py)
}

/// What `iter(program)` gives: yields the program once and returns what it is sent.
///
/// The machine also uses it as the body of a program that has none, such as an effect.
#[repr(C)]
struct ProgramIterator {
    head: ffi::PyObject,
    /// The program, until it was yielded.
    program: *mut ffi::PyObject,
}

static FREE_ITERATORS: FreeList<16> = FreeList::new();

/// Makes the iterator's type.
pub(crate) fn create_program_iterator(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<ProgramIterator>(c"doeff_vm.ProgramIterator")
        .flags(ffi::Py_TPFLAGS_HAVE_GC | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION)
        .doc(c"Yields a program once and returns what it is sent.")
        .methods(vec![
            method(
                c"send",
                iterator_send_method,
                ffi::METH_O,
                c"send(value)\n--\n\nThe program, or after that StopIteration(value).",
            ),
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: each function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_dealloc, iterator_dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, iterator_traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, iterator_clear as *mut c_void)
            .slot(ffi::Py_tp_iter, ffi::PyObject_SelfIter as *mut c_void)
            .slot(ffi::Py_tp_iternext, iterator_next as *mut c_void)
            .slot(ffi::Py_am_send, iterator_send as *mut c_void)
            .build(py)
    }
}

/// The iterator of a program; `None`, with an exception set, when memory is short.
pub fn iterator(program: &Ref) -> Option<Ref> {
    // SAFETY: `program` is a valid object.
    unsafe { Ref::from_result(iterate(program.as_ptr())) }
}

unsafe extern "C" fn iterate(program: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a valid object; the list serves only iterators, and the field is set
    // before the collector sees the object.
    unsafe {
        let object: *mut ProgramIterator = FREE_ITERATORS.allocate(types().program_iterator);
        if !object.is_null() {
            ffi::Py_INCREF(program);
            (&raw mut (*object).program).write(program);
            ffi::PyObject_GC_Track(object.cast());
        }
        object.cast()
    }
}

unsafe extern "C" fn iterator_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an iterator that nothing refers to.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let program = Ref::from_result((*object.cast::<ProgramIterator>()).program);
        FREE_ITERATORS.free(object);
        if let Some(program) = program {
            release_field(program);
        }
    }
}

unsafe extern "C" fn iterator_traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked iterator.
    unsafe {
        match visit_object((*object.cast::<ProgramIterator>()).program, visit, arg) {
            0 => visit_object(ffi::Py_TYPE(object).cast(), visit, arg),
            stop => stop,
        }
    }
}

unsafe extern "C" fn iterator_clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython gives a tracked iterator.
    drop(unsafe { take_program(object) });
    0
}

/// # Safety
/// `object` must be an iterator.
unsafe fn take_program(object: *mut ffi::PyObject) -> Option<Ref> {
    // SAFETY: the field is null or an owned reference, and null afterwards.
    unsafe {
        let field = &raw mut (*object.cast::<ProgramIterator>()).program;
        Ref::from_result(field.replace(ptr::null_mut()))
    }
}

unsafe extern "C" fn iterator_next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives an iterator. Null without an exception means the end.
    unsafe { take_program(object) }.map_or(ptr::null_mut(), Ref::into_ptr)
}

unsafe extern "C" fn iterator_send(
    object: *mut ffi::PyObject,
    sent: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> ffi::PySendResult {
    // SAFETY: CPython gives an iterator, a valid object, and room for a new reference.
    unsafe {
        if let Some(program) = take_program(object) {
            result.write(program.into_ptr());
            ffi::PySendResult::PYGEN_NEXT
        } else {
            ffi::Py_INCREF(sent);
            result.write(sent);
            ffi::PySendResult::PYGEN_RETURN
        }
    }
}

/// What `yield from` calls since CPython 3.12, where it does not ask for `am_send`.
unsafe extern "C" fn iterator_send_method(
    object: *mut ffi::PyObject,
    sent: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives an iterator and a valid object. The exception is made first, because
    // setting a bare value would unpack a tuple.
    unsafe {
        if let Some(program) = take_program(object) {
            return program.into_ptr();
        }
        let stop = ffi::PyObject_CallOneArg(ffi::PyExc_StopIteration, sent);
        if let Some(stop) = Ref::from_result(stop) {
            ffi::PyErr_SetObject(ffi::PyExc_StopIteration, stop.as_ptr());
        }
        ptr::null_mut()
    }
}
