//! The abstract base of programs, that of effects, and the iterator behind `yield from program`.

use std::ffi::{c_int, c_void};
use std::ptr;

use pyo3::{PyResult, Python, ffi};

use crate::freelist::FreeList;
use crate::generator::Step;
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::stdlib;
use crate::trash::release_field;
use crate::types::{TypeBuilder, class_getitem, method, types, visit_object};

/// Makes `Program`.
pub(crate) fn create_program(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<ffi::PyObject>(c"doeff_vm.Program")
        .flags(ffi::Py_TPFLAGS_BASETYPE)
        .doc(
            c"What the machine can run: the base of @do calls, effects, control primitives and\n\
            Pure. `x = yield program` and `x = yield from program` run it and give its result.",
        )
        .methods(vec![
            class_getitem(c"Program[T]: the type of programs whose result is a T."),
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

/// What becomes of the result of the program that an iterator has yielded.
enum Wrap {
    /// It is returned as it is.
    Nothing,
    /// It is returned as `Ok(result)`, and an `Exception` as `Err(error)`.
    Safe,
    /// It is returned with what the nested writer has heard.
    Listen(Ref),
}

/// What `iter(program)` gives: yields the program once and returns what it is sent.
///
/// The machine also uses it as the body of a program that has none of its own, such as an effect.
#[repr(C)]
struct ProgramIterator {
    head: ffi::PyObject,
    /// The program, until it was yielded.
    program: *mut ffi::PyObject,
    wrap: Wrap,
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
    make(program, Wrap::Nothing)
}

/// The body of `Safe(program)`; as for [`iterator`].
pub fn safe_body(program: &Ref) -> Option<Ref> {
    make(program, Wrap::Safe)
}

/// A body that gives the result of the program and what `writer` has heard; as for [`iterator`].
pub fn listening_body(program: &Ref, writer: Ref) -> Option<Ref> {
    make(program, Wrap::Listen(writer))
}

fn make(program: &Ref, wrap: Wrap) -> Option<Ref> {
    // SAFETY: the list serves only iterators, and both fields are set before the collector sees the
    // object.
    unsafe {
        let object: *mut ProgramIterator = FREE_ITERATORS.allocate(types().program_iterator);
        if !object.is_null() {
            (&raw mut (*object).program).write(program.clone().into_ptr());
            (&raw mut (*object).wrap).write(wrap);
            ffi::PyObject_GC_Track(object.cast());
        }
        Ref::from_result(object.cast())
    }
}

/// Whether a body is that of a `Safe` or `Listen`, which has something to do with the result.
pub fn wraps_result(body: &Ref) -> bool {
    if body.type_ptr() != types().program_iterator {
        return false;
    }
    // SAFETY: it was just checked that it is an iterator.
    let wrap = unsafe { &(*body.as_ptr().cast::<ProgramIterator>()).wrap };
    !matches!(wrap, Wrap::Nothing)
}

/// Throws an exception at an iterator, whose program has failed.
pub fn throw(iterator: &Ref, error: Ref) -> Step {
    // SAFETY: the caller has checked that it is an iterator.
    match unsafe { take_wrap(iterator.as_ptr()) } {
        Wrap::Safe if is_exception(&error) => match node::make(Kind::Err, &[&error]) {
            Some(result) => Step::Return(result),
            None => Step::Raise(take_error()),
        },
        _ => Step::Raise(error),
    }
}

fn is_exception(error: &Ref) -> bool {
    // SAFETY: `error` is an exception object.
    unsafe { ffi::PyErr_GivenExceptionMatches(error.as_ptr(), ffi::PyExc_Exception) != 0 }
}

/// What an iterator returns when its program has given `result`; `None` with an exception set.
fn wrapped(wrap: Wrap, result: Ref) -> Option<Ref> {
    match wrap {
        Wrap::Nothing => Some(result),
        Wrap::Safe => node::make(Kind::Ok, &[&result]),
        Wrap::Listen(writer) => {
            let heard = stdlib::copy_of_store(&writer)?;
            // SAFETY: both are valid objects, to which the tuple takes references of its own.
            unsafe { Ref::from_result(ffi::PyTuple_Pack(2, result.as_ptr(), heard.as_ptr())) }
        }
    }
}

unsafe extern "C" fn iterate(program: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a valid object.
    let program = unsafe { Ref::from_borrowed(ptr::NonNull::new_unchecked(program)) };
    iterator(&program).map_or(ptr::null_mut(), Ref::into_ptr)
}

unsafe extern "C" fn iterator_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an iterator that nothing refers to; the fields are moved
    // out before the object goes.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let program = take_program(object);
        let wrap = take_wrap(object);
        FREE_ITERATORS.free(object);
        if let Some(program) = program {
            release_field(program);
        }
        if let Wrap::Listen(writer) = wrap {
            release_field(writer);
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
        let iterator = object.cast::<ProgramIterator>();
        let writer = match &(*iterator).wrap {
            Wrap::Listen(writer) => writer.as_ptr(),
            Wrap::Nothing | Wrap::Safe => ptr::null_mut(),
        };
        for object in [(*iterator).program, writer, ffi::Py_TYPE(object).cast()] {
            let stop = visit_object(object, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

unsafe extern "C" fn iterator_clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython gives a tracked iterator.
    unsafe {
        drop(take_program(object));
        drop(take_wrap(object));
    }
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

/// # Safety
/// `object` must be an iterator.
unsafe fn take_wrap(object: *mut ffi::PyObject) -> Wrap {
    // SAFETY: by the caller's word; nothing else borrows the field.
    unsafe { (&raw mut (*object.cast::<ProgramIterator>()).wrap).replace(Wrap::Nothing) }
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
            return ffi::PySendResult::PYGEN_NEXT;
        }
        let sent = Ref::from_borrowed(ptr::NonNull::new_unchecked(sent));
        match wrapped(take_wrap(object), sent) {
            Some(wrapped) => {
                result.write(wrapped.into_ptr());
                ffi::PySendResult::PYGEN_RETURN
            }
            None => ffi::PySendResult::PYGEN_ERROR,
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
