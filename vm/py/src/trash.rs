//! Dropping long chains without a deep native stack.
//!
//! An object of ours may hold the last reference to another of ours, directly or through the locals
//! of a generator, a million links long. Every such drop goes through [`release`], which recurses a
//! little (so that ordinary drops happen at once and in order) and queues what lies deeper for the
//! outermost call. This is the idea of CPython's own trashcan.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use pyo3::{Py, PyAny, ffi};

use crate::closing::close_captured;
use crate::host::PyCaptured;
use crate::object::Ref;

/// How deep drops may nest. A level costs a generator's evaluation, some kilobytes of stack.
const MAX_DEPTH: u32 = 20;

/// Something whose drop may drop more of its kind.
pub enum Trash {
    /// A reference to any object.
    Object(Ref),
    /// What an abandoned continuation held.
    Captured(PyCaptured),
}

impl Trash {
    fn dispose(self) {
        match self {
            Self::Object(object) => drop(object),
            Self::Captured(captured) => close_captured(captured),
        }
    }
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static LATER: RefCell<Vec<Trash>> = const { RefCell::new(Vec::new()) };
}

/// Drops `item` now, or soon after if drops are nested too deeply already.
pub fn release(item: Trash) {
    let depth = DEPTH.get();
    if depth >= MAX_DEPTH {
        LATER.with_borrow_mut(|later| later.push(item));
        return;
    }
    DEPTH.set(depth + 1);
    item.dispose();
    if depth == 0 {
        while let Some(item) = LATER.with_borrow_mut(Vec::pop) {
            item.dispose();
        }
    }
    DEPTH.set(depth);
}

/// Runs `f`, in which drops begin to nest anew: a run inside a cleanup keeps its own promises, and
/// how deep such runs may nest is bounded by Python.
pub fn nested<T>(f: impl FnOnce() -> T) -> T {
    let depth = DEPTH.replace(0);
    let result = f();
    DEPTH.set(depth);
    result
}

/// Drops a reference that an object of ours held.
///
/// Only the last reference to something that can hold others starts a chain; for the rest, which is
/// nearly everything, this is a plain decrement.
#[inline]
pub fn release_field(field: Ref) {
    // SAFETY: `field` keeps the object, and so its type, alive.
    let may_chain = field.is_unique()
        && unsafe { ffi::PyType_HasFeature(field.type_ptr(), ffi::Py_TPFLAGS_HAVE_GC) } != 0;
    if may_chain {
        release(Trash::Object(field));
    } else {
        drop(field);
    }
}

/// A reference that an object of a class of `PyO3`'s holds, and drops by [`release_field`].
pub struct Held(ManuallyDrop<Py<PyAny>>);

impl From<Py<PyAny>> for Held {
    fn from(object: Py<PyAny>) -> Self {
        Self(ManuallyDrop::new(object))
    }
}

impl Deref for Held {
    type Target = Py<PyAny>;

    fn deref(&self) -> &Py<PyAny> {
        &self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the reference is taken here alone, and is not null; the object that held it is being freed
        // by Python, which holds the interpreter.
        let held = unsafe {
            let held = ManuallyDrop::take(&mut self.0).into_ptr();
            Ref::from_owned(NonNull::new_unchecked(held))
        };
        release_field(held);
    }
}
