//! Freed objects of the classes that live and die with every effect.

use std::cell::UnsafeCell;
use std::ptr;

use pyo3::ffi;

/// Freed objects of one size, kept for the next to be made.
///
/// Only where there is a global interpreter lock; elsewhere it stays empty.
pub(crate) struct FreeList<const CAPACITY: usize> {
    state: UnsafeCell<FreeListState<CAPACITY>>,
}

struct FreeListState<const CAPACITY: usize> {
    len: usize,
    objects: [*mut ffi::PyObject; CAPACITY],
}

// SAFETY: `take` and `put` run while the global interpreter lock is held, and call nothing.
unsafe impl<const CAPACITY: usize> Sync for FreeList<CAPACITY> {}

impl<const CAPACITY: usize> FreeList<CAPACITY> {
    /// An empty list.
    pub const fn new() -> Self {
        Self {
            state: UnsafeCell::new(FreeListState {
                len: 0,
                objects: [ptr::null_mut(); CAPACITY],
            }),
        }
    }

    /// An untracked object of type `kind` laid out as `T`, with a reference count of one and its
    /// other fields *not* initialised. Null, with an exception set, when memory is short.
    ///
    /// # Safety
    /// All objects of this list must be of the size of `T`, of collector-tracked types, and the
    /// interpreter held.
    #[allow(clippy::inline_always)] // it is a move and a test
    #[inline(always)]
    pub unsafe fn allocate<T>(&self, kind: *mut ffi::PyTypeObject) -> *mut T {
        // SAFETY: by the caller's word.
        unsafe {
            let object = self.take(kind);
            if object.is_null() {
                ffi::PyObject_GC_New::<T>(kind)
            } else {
                object.cast()
            }
        }
    }

    /// As [`allocate`](Self::allocate), but null, without an exception, when the list is empty.
    ///
    /// # Safety
    /// As for `allocate`.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub unsafe fn take(&self, kind: *mut ffi::PyTypeObject) -> *mut ffi::PyObject {
        // SAFETY: the lock is held, so nobody else looks at the state. A pooled object is memory
        // that the collector's allocator gave, untracked, whose header is written anew here.
        unsafe {
            let state = &mut *self.state.get();
            if state.len == 0 {
                return ptr::null_mut();
            }
            state.len -= 1;
            let object = state.objects[state.len];
            let mut head = ffi::PyObject_HEAD_INIT;
            head.ob_type = kind;
            ffi::Py_INCREF(kind.cast());
            object.write(head);
            object
        }
    }

    /// Takes an untracked object whose fields are gone.
    ///
    /// # Safety
    /// `object` must come from [`allocate`](Self::allocate) of this list and be dead: its
    /// reference count is zero and no field of it is read any more.
    #[inline]
    pub unsafe fn free(&self, object: *mut ffi::PyObject) {
        // SAFETY: as for `allocate`; the object gives back its reference to its type either way.
        unsafe {
            let kind = ffi::Py_TYPE(object);
            let state = &mut *self.state.get();
            if state.len < CAPACITY && cfg!(not(Py_GIL_DISABLED)) {
                state.objects[state.len] = object;
                state.len += 1;
            } else {
                ffi::PyObject_GC_Del(object.cast());
            }
            ffi::Py_DECREF(kind.cast());
        }
    }
}
