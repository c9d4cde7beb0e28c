//! The exception types that the machine raises, besides Python's own.

use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::ptr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The exception types, as plain pointers that live as long as the process.
#[derive(Clone, Copy)]
pub struct Exceptions {
    /// `UnhandledEffect`.
    pub unhandled_effect: *mut ffi::PyObject,
    /// `ContinuationConsumed`.
    pub continuation_consumed: *mut ffi::PyObject,
    /// `MissingKey`.
    pub missing_key: *mut ffi::PyObject,
}

struct ExceptionsCell(UnsafeCell<Exceptions>);

// SAFETY: written once, by the module's initialisation under the interpreter; only read after that.
unsafe impl Sync for ExceptionsCell {}

static EXCEPTIONS: ExceptionsCell = ExceptionsCell(UnsafeCell::new(Exceptions {
    unhandled_effect: ptr::null_mut(),
    continuation_consumed: ptr::null_mut(),
    missing_key: ptr::null_mut(),
}));

/// A `KeyError` shows nothing but its key; this one says what to do.
const MISSING_KEY: &CStr = c"
class MissingKey(KeyError):
    'No reader in scope has the key, which is in `key`.'

    def __init__(self, key):
        super().__init__(key)

    @property
    def key(self):
        return self.args[0]

    def __str__(self):
        try:
            shown = repr(self.key)
        except Exception:
            shown = f'<{type(self.key).__qualname__} object, repr failed>'
        if len(shown) > 80:
            shown = shown[:77] + '...'
        return (
            f'no reader in scope has the key {shown}; give it with run(env=...), reader(...) or '
            'Local, or a default with Ask(key, default)'
        )
";

/// The exception types.
pub fn exceptions() -> &'static Exceptions {
    // SAFETY: see `ExceptionsCell`.
    unsafe { &*EXCEPTIONS.0.get() }
}

/// Makes them. Called by the module's initialisation, once per process.
pub(crate) fn create_exceptions(py: Python<'_>) -> PyResult<()> {
    if !exceptions().unhandled_effect.is_null() {
        return Ok(());
    }
    let new_type = |name: &CStr, doc: &CStr| {
        let base = py.get_type::<pyo3::exceptions::PyRuntimeError>();
        PyErr::new_type(py, name, Some(doc), Some(&base), None).map(Py::into_ptr)
    };
    let names = PyDict::new(py);
    names.set_item("__name__", "doeff_vm")?;
    py.run(MISSING_KEY, Some(&names), None)?;
    let missing_key = names.as_any().get_item("MissingKey")?;
    let made = Exceptions {
        missing_key: missing_key.unbind().into_ptr(),
        unhandled_effect: new_type(
            c"doeff_vm.UnhandledEffect",
            c"No handler in scope accepts the performed effect, which is in `effect`.",
        )?,
        continuation_consumed: new_type(
            c"doeff_vm.ContinuationConsumed",
            c"A continuation was used a second time.",
        )?,
    };
    // SAFETY: the type was just made.
    unsafe {
        Bound::from_borrowed_ptr(py, made.unhandled_effect).setattr("effect", py.None())?;
    }
    // SAFETY: see `ExceptionsCell`: the interpreter is held and nothing has read a type yet.
    unsafe { *EXCEPTIONS.0.get() = made };
    Ok(())
}
