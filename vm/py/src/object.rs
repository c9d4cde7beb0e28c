//! Owned references to Python objects, eight bytes and nothing else.
//!
//! `PyO3`'s `Py<T>` asks on every drop whether the interpreter is held. The driver always holds it
//! where it drops (the core queues what it lets go of), so these need not ask.

use std::ptr::NonNull;

use pyo3::{Python, ffi};

/// An owned reference to a Python object.
///
/// Everything in this crate that makes, clones or drops one runs while the thread holds the
/// interpreter: it is only reachable from functions that Python calls.
#[derive(Debug)]
pub struct Ref(NonNull<ffi::PyObject>);

impl Ref {
    /// Takes over a reference that the caller owns.
    ///
    /// # Safety
    /// `object` must be a valid object, and the caller gives up one reference to it.
    #[inline]
    pub unsafe fn from_owned(object: NonNull<ffi::PyObject>) -> Self {
        Self(object)
    }

    /// Takes over the result of a C function that returns a new reference, or null for an error.
    ///
    /// # Safety
    /// `object` must be null or a valid object of which the caller gives up one reference.
    #[inline]
    pub unsafe fn from_result(object: *mut ffi::PyObject) -> Option<Self> {
        NonNull::new(object).map(Self)
    }

    /// Makes a new reference to an object that somebody else keeps alive during the call.
    ///
    /// # Safety
    /// `object` must be a valid object.
    #[inline]
    pub unsafe fn from_borrowed(object: NonNull<ffi::PyObject>) -> Self {
        // SAFETY: the object is valid by the caller's word, and the interpreter is held.
        unsafe { ffi::Py_INCREF(object.as_ptr()) };
        Self(object)
    }

    /// `None`.
    #[inline]
    pub fn none() -> Self {
        // SAFETY: `None` lives as long as the interpreter, which is held.
        unsafe {
            let none = ffi::Py_None();
            ffi::Py_INCREF(none);
            Self(NonNull::new_unchecked(none))
        }
    }

    /// The object, still owned by `self`.
    #[inline]
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// The object, whose reference the caller now owns.
    #[inline]
    pub fn into_ptr(self) -> *mut ffi::PyObject {
        let object = self.0.as_ptr();
        std::mem::forget(self);
        object
    }

    /// The object's type.
    #[inline]
    pub fn type_ptr(&self) -> *mut ffi::PyTypeObject {
        // SAFETY: `self` keeps the object alive, and an object keeps its type alive.
        unsafe { ffi::Py_TYPE(self.as_ptr()) }
    }

    /// Whether `self` is the only reference.
    #[inline]
    pub fn is_unique(&self) -> bool {
        // SAFETY: `self` keeps the object alive.
        unsafe { ffi::Py_REFCNT(self.as_ptr()) == 1 }
    }
}

impl Clone for Ref {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: `self` keeps the object alive.
        unsafe { Self::from_borrowed(self.0) }
    }
}

impl Drop for Ref {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `self` owns one reference, which ends here; the interpreter is held.
        unsafe { ffi::Py_DECREF(self.0.as_ptr()) }
    }
}

/// Gives `f` the token that `PyO3` asks for, and lets `PyO3` know that the interpreter is held: what it
/// drops it would else put aside until somebody tells it so. Not for hot code.
pub fn with_python<T>(f: impl for<'py> FnOnce(Python<'py>) -> T) -> T {
    let mut f = Some(f);
    let mut result = None;
    let mut call = |py: Python<'_>| result = f.take().map(|f| f(py));
    // It refuses while the interpreter shuts down, which is when the last programs are closed.
    if Python::try_attach(&mut call).is_none() {
        // SAFETY: the interpreter is held (see `Ref`), and `f` cannot let the token escape.
        call(unsafe { Python::assume_attached() });
    }
    match result {
        Some(result) => result,
        None => unreachable!("either way it was called"),
    }
}

/// The current exception, taken off the thread, with its traceback inside.
///
/// Where a C function failed without saying why (a bug of somebody's extension), it is the
/// `SystemError` that CPython itself would report.
pub fn take_error() -> Ref {
    // SAFETY: the interpreter is held. The exception functions hand over owned references, and the
    // constructor below leaves either an object or, failing that, an exception that it left.
    unsafe {
        if ffi::PyErr_Occurred().is_null() {
            ffi::PyErr_SetString(
                ffi::PyExc_SystemError,
                c"error return without exception set".as_ptr(),
            );
        }
        Ref(NonNull::new_unchecked(take_raised()))
    }
}

#[cfg(Py_3_12)]
unsafe fn take_raised() -> *mut ffi::PyObject {
    // SAFETY: the interpreter is held.
    unsafe { ffi::PyErr_GetRaisedException() }
}

#[cfg(not(Py_3_12))]
unsafe fn take_raised() -> *mut ffi::PyObject {
    let mut kind = std::ptr::null_mut();
    let mut value = std::ptr::null_mut();
    let mut traceback = std::ptr::null_mut();
    // SAFETY: the interpreter is held; fetching hands over three references, normalising makes
    // `value` an exception object, if it is none of this class, which keeps its own reference to the traceback.
    unsafe {
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
        if value.is_null() || ffi::Py_TYPE(value).cast() != kind {
            ffi::PyErr_NormalizeException(&raw mut kind, &raw mut value, &raw mut traceback);
        }
        if !traceback.is_null() {
            ffi::PyException_SetTraceback(value, traceback);
            ffi::Py_DECREF(traceback);
        }
        ffi::Py_XDECREF(kind);
    }
    value
}

/// Raises an exception on this thread, as it is, with the traceback that it carries.
pub fn restore_error(error: Ref) {
    // SAFETY: `error` is an exception object; restoring takes over the references it is given.
    #[cfg(Py_3_12)]
    unsafe {
        ffi::PyErr_SetRaisedException(error.into_ptr());
    }
    // SAFETY: as above; the type is borrowed from the object and gets a reference of its own.
    #[cfg(not(Py_3_12))]
    unsafe {
        let kind = error.type_ptr().cast::<ffi::PyObject>();
        ffi::Py_INCREF(kind);
        let traceback = ffi::PyException_GetTraceback(error.as_ptr());
        ffi::PyErr_Restore(kind, error.into_ptr(), traceback);
    }
}

/// Runs `cleanup` with no exception set, and puts the one that was set back after it.
///
/// A destructor may run while an exception is on its way.
pub fn without_current_error(cleanup: impl FnOnce()) {
    // SAFETY: the interpreter is held.
    let current = unsafe { ffi::PyErr_Occurred() };
    let saved = (!current.is_null()).then(take_error);
    cleanup();
    if let Some(error) = saved {
        restore_error(error);
    }
}

/// Gives the current exception to `sys.unraisablehook`, as raised by `culprit`.
pub fn write_unraisable(culprit: &Ref) {
    // SAFETY: the interpreter is held and `culprit` is alive for the call.
    unsafe { ffi::PyErr_WriteUnraisable(culprit.as_ptr()) }
}
