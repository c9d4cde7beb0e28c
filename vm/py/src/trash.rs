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
    // SAFETY: `field` keeps the object alive.
    if unsafe { may_chain(field.as_ptr()) } {
        release(Trash::Object(field));
    } else {
        drop(field);
    }
}

/// As [`release_field`], of a tuple: one that few items are in starts no chain where none of them does.
#[inline]
pub fn release_tuple(tuple: Ref) {
    const FEW: isize = 4;
    // SAFETY: `tuple` keeps the tuple alive, and that its items.
    let is_short = unsafe {
        let count = ffi::PyTuple_GET_SIZE(tuple.as_ptr());
        tuple.type_ptr() == &raw mut ffi::PyTuple_Type
            && count <= FEW
            && (0..count).all(|index| !may_chain(ffi::PyTuple_GET_ITEM(tuple.as_ptr(), index)))
    };
    if is_short {
        drop(tuple);
    } else {
        release_field(tuple);
    }
}

/// Whether dropping a reference to an object may drop others.
///
/// # Safety
/// The object must be valid.
#[inline]
unsafe fn may_chain(object: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word; an object keeps its type alive.
    unsafe {
        ffi::Py_REFCNT(object) == 1
            && ffi::PyType_HasFeature(ffi::Py_TYPE(object), ffi::Py_TPFLAGS_HAVE_GC) != 0
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
