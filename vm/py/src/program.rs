//! The abstract base of programs, that of effects, and the iterator behind `yield from program`.

use std::ffi::{c_int, c_void};
use std::ptr;

use pyo3::{PyResult, Python, ffi};

use crate::calls;
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
    let builder = TypeBuilder::new::<ffi::PyObject>(c"doeff_vm.doeff_vm.EffectBase")
        .flags(ffi::Py_TPFLAGS_BASETYPE)
        .base(program)
        .doc(
            c"EffectBase($cls, *args, **kwargs)\n--\n\n\
            The base of effects: yielding an instance of a subclass performs it. It has no\n\
            instance layout of its own, so it combines with dataclasses, Exception, Enum, Generic.",
        );
    // SAFETY: the function has the signature of its slot.
    unsafe { builder.slot(ffi::Py_tp_init, init_effect as *mut c_void) }.build(py)
}

/// Initialises an effect whose class has no `__init__`: as the next class of its MRO that has one, or, where
/// that is `object`, without arguments.
unsafe extern "C" fn init_effect(
    effect: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: CPython gives an object, a tuple, and a dict or null.
    unsafe {
        let given =
            ffi::PyTuple_GET_SIZE(args) != 0 || !kwargs.is_null() && ffi::PyDict_Size(kwargs) != 0;
        if !given {
            return 0;
        }
        let class = ffi::Py_TYPE(effect);
        let Some(next) = next_init(effect) else {
            return -1;
        };
        if let Some(init) = next {
            let done = Ref::from_result(calls::call(init.as_ptr(), args, kwargs));
            return if done.is_some() { 0 } else { -1 };
        }
        let object = &raw const ffi::PyBaseObject_Type;
        if (*class).tp_new.map(|new| new as usize) != (*object).tp_new.map(|new| new as usize) {
            return 0; // its `__new__` has taken them, such as that of `str`
        }
        let Some(name) = Ref::from_result(ffi::PyType_GetName(class)) else {
            return -1;
        };
        let alias = if class == types().effect_base {
            c" (doeff.Effect)"
        } else {
            c""
        };
        ffi::PyErr_Format(
            ffi::PyExc_TypeError,
            c"%U() takes no arguments: %U%s has no __init__ to keep them, so the handler would get the effect \
              without them. Hold them in the fields of an effect class, e.g. `@dataclass(frozen=True) class \
              Fetch(EffectBase): url: str`, and yield `Fetch(url=...)`."
                .as_ptr(),
            name.as_ptr(),
            name.as_ptr(),
            alias.as_ptr(),
        );
        -1
    }
}

/// `super(EffectBase, effect).__init__`, or nothing where that is `object`'s; `None` with an exception set.
///
/// # Safety
/// `effect` must be an instance of `EffectBase`.
#[allow(clippy::option_option)] // the outer one is an error
unsafe fn next_init(effect: *mut ffi::PyObject) -> Option<Option<Ref>> {
    // SAFETY: by the caller's word; every intermediate result is checked and owned.
    unsafe {
        let none = ptr::null_mut::<ffi::PyObject>();
        let class = (&raw mut ffi::PySuper_Type).cast();
        let base = types().effect_base;
        let next = ffi::PyObject_CallFunctionObjArgs(class, base, effect, none);
        let next = Ref::from_result(next)?;
        let init = ffi::PyObject_GetAttrString(next.as_ptr(), c"__init__".as_ptr());
        let init = Ref::from_result(init)?;
        let owner = ffi::PyObject_GetAttrString(init.as_ptr(), c"__objclass__".as_ptr());
        let Some(owner) = Ref::from_result(owner) else {
            // A function of Python's.
            ffi::PyErr_Clear();
            return Some(Some(init));
        };
        let is_objects = owner.as_ptr() == (&raw mut ffi::PyBaseObject_Type).cast();
        Some((!is_objects).then_some(init))
    }
}

/// What becomes of the result of the program that an iterator has yielded.
enum Wrap {
    /// It is returned as it is.
    Nothing,
    /// It is returned as `Ok(result)`, and an `Exception` as `Err(error)`.
    Safe,
    /// It is returned with what the nested writer has heard.
    Listen(Ref),
    /// It is a stream, which is run.
    Expand,
    /// It is one of those that an `Apply` needs.
    Apply {
        /// The `Apply`.
        apply: Ref,
        /// A list of what came before.
        values: Ref,
    },
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

/// The body of `Expand(expr)`; as for [`iterator`].
pub fn expanding_body(expr: &Ref) -> Option<Ref> {
    make(expr, Wrap::Expand)
}

/// The body of an `Apply`; as for [`iterator`].
pub fn applying_body(apply: &Ref) -> Option<Ref> {
    // SAFETY: it is an `Apply`, which has a first field; the list is a new reference, or null.
    let (function, values) =
        unsafe { (node::field(apply, 0), Ref::from_result(ffi::PyList_New(0))?) };
    let apply = apply.clone();
    make(&function, Wrap::Apply { apply, values })
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
    is_iterator(body) && !is_bare(body)
}

/// Whether a body that waits for a program's result only gives it.
pub fn gives_result(body: &Ref) -> bool {
    is_iterator(body) && is_bare(body)
}

/// Whether a body is an iterator of a program's.
pub fn is_iterator(body: &Ref) -> bool {
    body.type_ptr() == types().program_iterator
}

/// Whether an iterator does nothing with the result.
fn is_bare(iterator: &Ref) -> bool {
    // SAFETY: the callers have checked that it is an iterator.
    let wrap = unsafe { &(*iterator.as_ptr().cast::<ProgramIterator>()).wrap };
    matches!(wrap, Wrap::Nothing)
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

/// What an iterator does when it is sent something.
enum Next {
    /// It yields a program.
    Yield(Ref),
    /// It returns a value.
    Return(Ref),
}

/// Sends to an iterator; `None` with an exception set.
///
/// # Safety
/// `object` must be an iterator, and `sent` a valid object.
unsafe fn advance(object: *mut ffi::PyObject, sent: *mut ffi::PyObject) -> Option<Next> {
    // SAFETY: by the caller's word.
    let (program, sent) = unsafe {
        let program = take_program(object);
        (
            program,
            Ref::from_borrowed(ptr::NonNull::new_unchecked(sent)),
        )
    };
    if let Some(program) = program {
        return Some(Next::Yield(program));
    }
    // SAFETY: as above.
    match unsafe { take_wrap(object) } {
        Wrap::Nothing => Some(Next::Return(sent)),
        Wrap::Safe => node::make(Kind::Ok, &[&sent]).map(Next::Return),
        Wrap::Listen(writer) => {
            let heard = stdlib::copy_of_store(&writer)?;
            // SAFETY: both are valid objects, to which the tuple takes references of its own.
            let pair = unsafe { ffi::PyTuple_Pack(2, sent.as_ptr(), heard.as_ptr()) };
            // SAFETY: a new reference, or null.
            unsafe { Ref::from_result(pair) }.map(Next::Return)
        }
        Wrap::Expand => node::make(Kind::Streamed, &[&sent]).map(Next::Yield),
        Wrap::Apply { apply, values } => {
            let next = next_of_apply(&apply, &values, &sent)?;
            if next.is_none() {
                return node::make(Kind::Applied, &[&values]).map(Next::Yield);
            }
            // SAFETY: as above; the field is `Nothing` now.
            unsafe {
                (&raw mut (*object.cast::<ProgramIterator>()).wrap)
                    .write(Wrap::Apply { apply, values });
            }
            next.map(Next::Yield)
        }
    }
}

/// Keeps a value for an `Apply`, and gives the program of the next one, if there is any; the outer `None`
/// with an exception set.
#[allow(clippy::option_option)] // the outer one is an error
fn next_of_apply(apply: &Ref, values: &Ref, value: &Ref) -> Option<Option<Ref>> {
    // SAFETY: `values` is a list, and `apply` an `Apply`, which has a second field; the item is a new
    // reference, or null with an exception set.
    unsafe {
        if ffi::PyList_Append(values.as_ptr(), value.as_ptr()) != 0 {
            return None;
        }
        let done = ffi::PyList_GET_SIZE(values.as_ptr());
        let arguments = node::field(apply, 1);
        let count = ffi::PySequence_Size(arguments.as_ptr());
        if count < 0 {
            return None;
        }
        if done > count {
            return Some(None);
        }
        Ref::from_result(ffi::PySequence_GetItem(arguments.as_ptr(), done - 1)).map(Some)
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
        match wrap {
            Wrap::Listen(held) => release_field(held),
            Wrap::Apply { apply, values } => {
                release_field(values);
                release_field(apply);
            }
            Wrap::Nothing | Wrap::Safe | Wrap::Expand => {}
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
        let held = match &(*iterator).wrap {
            Wrap::Listen(writer) => [writer.as_ptr(), ptr::null_mut()],
            Wrap::Apply { apply, values } => [apply.as_ptr(), values.as_ptr()],
            Wrap::Nothing | Wrap::Safe | Wrap::Expand => [ptr::null_mut(); 2],
        };
        let own = [(*iterator).program, ffi::Py_TYPE(object).cast()];
        for object in own.into_iter().chain(held) {
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
        let (next, status) = match advance(object, sent) {
            Some(Next::Yield(program)) => (program, ffi::PySendResult::PYGEN_NEXT),
            Some(Next::Return(value)) => (value, ffi::PySendResult::PYGEN_RETURN),
            None => return ffi::PySendResult::PYGEN_ERROR,
        };
        result.write(next.into_ptr());
        status
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
        match advance(object, sent) {
            Some(Next::Yield(program)) => return program.into_ptr(),
            Some(Next::Return(value)) => {
                let stop = ffi::PyObject_CallOneArg(ffi::PyExc_StopIteration, value.as_ptr());
                if let Some(stop) = Ref::from_result(stop) {
                    ffi::PyErr_SetObject(ffi::PyExc_StopIteration, stop.as_ptr());
                }
            }
            None => {}
        }
        ptr::null_mut()
    }
}
