//! Calls in which Python code runs for long.
//!
//! While the interpreter shuts down, CPython before 3.14 ends a daemon thread that wants the lock
//! again by unwinding its whole native stack. Rust's frames must not be unwound so: their destructors
//! would release Python objects without the lock. The thread is parked instead, for the moment that
//! the process still lives, as CPython itself does since 3.14.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::{ffi, intern};

use crate::object::with_python;

unsafe extern "C-unwind" {
    fn PyIter_Send(
        iterator: *mut ffi::PyObject,
        value: *mut ffi::PyObject,
        result: *mut *mut ffi::PyObject,
    ) -> c_int;
    fn PyObject_Call(
        callable: *mut ffi::PyObject,
        args: *mut ffi::PyObject,
        kwargs: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
    fn PyEval_RestoreThread(state: *mut ffi::PyThreadState);
    fn PyObject_CallFinalizer(object: *mut ffi::PyObject);
    fn PyObject_Vectorcall(
        callable: *mut ffi::PyObject,
        arguments: *const *mut ffi::PyObject,
        nargsf: usize,
        kwnames: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
    fn PyObject_VectorcallMethod(
        name: *mut ffi::PyObject,
        arguments: *const *mut ffi::PyObject,
        nargsf: usize,
        kwnames: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// The function, without what the compiler knows of it. `PyO3` declares the same symbols as functions
/// that do not unwind; where the linker's optimiser sees both declarations it believes that one, and
/// leaves out what parks the thread.
#[inline]
fn opaque<F>(function: F) -> F {
    std::hint::black_box(function)
}

type Send = unsafe extern "C-unwind" fn(
    *mut ffi::PyObject,
    *mut ffi::PyObject,
    *mut *mut ffi::PyObject,
) -> c_int;

/// A function to which arguments are given in an array.
pub type Vectorcall = unsafe extern "C-unwind" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    usize,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

type Call = unsafe extern "C-unwind" fn(
    *mut ffi::PyObject,
    *mut ffi::PyObject,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

type Finalize = unsafe extern "C-unwind" fn(*mut ffi::PyObject);

type Restore = unsafe extern "C-unwind" fn(*mut ffi::PyThreadState);

/// Parks the thread for good when it is unwound.
struct ParkOnUnwind;

impl Drop for ParkOnUnwind {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}

#[allow(clippy::inline_always)] // it is the call and nothing else, unless that unwinds
#[inline(always)]
fn parking_on_unwind<T>(call: impl FnOnce() -> T) -> T {
    let guard = ParkOnUnwind;
    let result = call();
    std::mem::forget(guard);
    result
}

/// `PyIter_Send`: 1 for a yield, 0 for a return, -1 for an error.
///
/// # Safety
/// As for the C function; the interpreter must be held.
#[inline]
pub unsafe fn iter_send(
    iterator: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> c_int {
    // SAFETY: by the caller's word.
    parking_on_unwind(|| unsafe { opaque(PyIter_Send as Send)(iterator, value, result) })
}

/// What sends to a generator: its type's own function, once [`find_generator_functions`] has found it.
static GEN_SEND: AtomicPtr<c_void> = AtomicPtr::new(PyIter_Send as *mut c_void);

/// The function of the method `throw`; null where it is not called as we know it.
static GEN_THROW: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// The function of the method `close`, as above.
static GEN_CLOSE: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Finds the functions of generators, so that they need not be looked for at each call.
pub fn find_generator_functions() {
    // SAFETY: the type and its tables are CPython's own and static; the table of methods ends with a
    // null name.
    unsafe {
        if let Some(send) = (*ffi::PyGen_Type.tp_as_async).am_send {
            GEN_SEND.store(send as *mut c_void, Ordering::Relaxed);
        }
        let mut method = ffi::PyGen_Type.tp_methods;
        while !method.is_null() && !(*method).ml_name.is_null() {
            let known = match (CStr::from_ptr((*method).ml_name), (*method).ml_flags) {
                (name, ffi::METH_FASTCALL) if name == c"throw" => Some(&GEN_THROW),
                (name, ffi::METH_NOARGS) if name == c"close" => Some(&GEN_CLOSE),
                _ => None,
            };
            if let Some(known) = known {
                let function = (*method).ml_meth.PyCFunction;
                known.store(function as *mut c_void, Ordering::Relaxed);
            }
            method = method.add(1);
        }
    }
}

type Throw = unsafe extern "C-unwind" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    ffi::Py_ssize_t,
) -> *mut ffi::PyObject;

type Close =
    unsafe extern "C-unwind" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> *mut ffi::PyObject;

/// `generator.throw(error)`.
///
/// # Safety
/// The type of `generator` must be `PyGen_Type`, `error` a valid object, and the interpreter held.
pub unsafe fn gen_throw(
    generator: *mut ffi::PyObject,
    error: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let function = GEN_THROW.load(Ordering::Relaxed);
    // SAFETY: by the caller's word; a function that was found takes its arguments like this.
    unsafe {
        if function.is_null() {
            let name = with_python(|py| intern!(py, "throw").as_ptr());
            return vectorcall_method(name, &[generator, error]);
        }
        let throw = std::mem::transmute::<*mut c_void, Throw>(function);
        parking_on_unwind(|| throw(generator, &raw const error, 1))
    }
}

/// `generator.close()`.
///
/// # Safety
/// The type of `generator` must be `PyGen_Type`, and the interpreter held.
pub unsafe fn gen_close(generator: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let function = GEN_CLOSE.load(Ordering::Relaxed);
    // SAFETY: as above.
    unsafe {
        if function.is_null() {
            let name = with_python(|py| intern!(py, "close").as_ptr());
            return vectorcall_method(name, &[generator]);
        }
        let close = std::mem::transmute::<*mut c_void, Close>(function);
        parking_on_unwind(|| close(generator, ptr::null_mut()))
    }
}

/// `PyObject_CallFinalizer`, without an exception around it or after it.
///
/// # Safety
/// As for the C function; the interpreter must be held.
pub unsafe fn finalize(object: *mut ffi::PyObject) {
    // SAFETY: by the caller's word.
    parking_on_unwind(|| unsafe { opaque(PyObject_CallFinalizer as Finalize)(object) });
}

/// As [`iter_send`], for a generator.
///
/// # Safety
/// As for [`iter_send`]; the type of `generator` must be `PyGen_Type`.
#[inline]
pub unsafe fn gen_send(
    generator: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> c_int {
    // SAFETY: the pointer is that of `PyIter_Send` or of the generators' own function, which both have
    // this signature and may unwind like every call into Python. The rest is by the caller's word.
    unsafe {
        let send = std::mem::transmute::<*mut c_void, Send>(GEN_SEND.load(Ordering::Relaxed));
        parking_on_unwind(|| send(generator, value, result))
    }
}

/// `PyObject_Vectorcall`, which for functions written in Python is their own `vectorcall`: those need
/// none of the checks of what a call gives.
///
/// # Safety
/// As for the C function; the interpreter must be held.
#[allow(clippy::inline_always)] // its arguments are few and known
#[inline(always)]
pub unsafe fn vectorcall(
    callable: *mut ffi::PyObject,
    arguments: &[*mut ffi::PyObject],
    positional: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    let function = unsafe { vectorcall_of(callable) };
    // SAFETY: as above.
    parking_on_unwind(|| unsafe { function(callable, arguments.as_ptr(), positional, kwnames) })
}

/// [`vectorcall`] by the function that [`vectorcall_of`] gave for the callable, all arguments positional.
///
/// # Safety
/// As for the C function; the interpreter must be held.
#[allow(clippy::inline_always)] // as above
#[inline(always)]
pub unsafe fn vectorcall_by(
    function: Vectorcall,
    callable: *mut ffi::PyObject,
    arguments: &[*mut ffi::PyObject],
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    parking_on_unwind(|| unsafe {
        function(
            callable,
            arguments.as_ptr(),
            arguments.len(),
            ptr::null_mut(),
        )
    })
}

/// What [`vectorcall`] calls for a callable.
///
/// # Safety
/// The callable must be valid; the interpreter must be held.
#[allow(clippy::inline_always)] // it is a comparison
#[inline(always)]
pub unsafe fn vectorcall_of(callable: *mut ffi::PyObject) -> Vectorcall {
    // SAFETY: by the caller's word.
    unsafe {
        if ffi::Py_TYPE(callable) == &raw mut ffi::PyFunction_Type {
            return vectorcall_of_function(callable);
        }
    }
    opaque(PyObject_Vectorcall as Vectorcall)
}

/// As [`vectorcall_of`], of a function written in Python.
///
/// # Safety
/// It must be one.
#[allow(clippy::inline_always)] // it is a load
#[inline(always)]
pub unsafe fn vectorcall_of_function(function: *mut ffi::PyObject) -> Vectorcall {
    // SAFETY: by the caller's word. CPython's functions may unwind here, which the field's own type denies.
    let own = unsafe {
        let function = function.cast::<ffi::PyFunctionObject>();
        let own = &raw const (*function).vectorcall;
        own.cast::<Option<Vectorcall>>().read()
    };
    own.unwrap_or_else(|| opaque(PyObject_Vectorcall as Vectorcall))
}

/// `PyObject_VectorcallMethod`, all arguments positional, the object first.
///
/// # Safety
/// As for the C function; the interpreter must be held.
#[inline]
unsafe fn vectorcall_method(
    name: *mut ffi::PyObject,
    arguments: &[*mut ffi::PyObject],
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    parking_on_unwind(|| unsafe {
        opaque(PyObject_VectorcallMethod as Vectorcall)(
            name,
            arguments.as_ptr(),
            arguments.len(),
            ptr::null_mut(),
        )
    })
}

/// `PyObject_Call`.
///
/// # Safety
/// As for the C function; the interpreter must be held.
pub unsafe fn call(
    callable: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    parking_on_unwind(|| unsafe { opaque(PyObject_Call as Call)(callable, args, kwargs) })
}

/// Runs `f` while other threads may have the interpreter.
///
/// # Safety
/// The interpreter must be held, and `f` must not touch anything of Python's.
pub unsafe fn detached<T>(f: impl FnOnce() -> T) -> T {
    // SAFETY: by the caller's word. A thread that the interpreter ends here is parked.
    unsafe {
        let state = ffi::PyEval_SaveThread();
        let result = f();
        parking_on_unwind(|| opaque(PyEval_RestoreThread as Restore)(state));
        result
    }
}
