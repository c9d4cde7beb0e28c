//! `Continuation`: the Python object that a handler gets as `k`.

use std::ffi::{c_int, c_void};
use std::mem::offset_of;
use std::ptr::{self, NonNull};

use doeff_vm_core::Part;
use pyo3::{PyResult, Python, ffi};

use crate::freelist::FreeList;
use crate::generator::{Site, close_unraisable};
use crate::host::{PyCaptured, PyFrame};
use crate::object::{Ref, without_current_error};
use crate::trash::{Trash, release, release_field};
use crate::types::{
    TypeBuilder, getter, last_getter, last_member, method, offset_member, types, visit_object,
};

/// The layout of a `Continuation`.
#[repr(C)]
struct Continuation {
    head: ffi::PyObject,
    /// What was captured; `None` once it was used, and for an unstarted one.
    captured: Option<PyCaptured>,
    /// The effect that was performed. An unstarted one has a tuple of its program and its handlers
    /// here, innermost first, until it is used.
    effect: *mut ffi::PyObject,
    /// Who answers, where the clause has no generator whose name would tell; otherwise null.
    answering: *mut ffi::PyObject,
    /// The code that performed it, or null, and the offset of its `yield`.
    site_code: *mut ffi::PyObject,
    site_offset: c_int,
    /// The collector has called the finalizer. It remembers that in the object's memory for good,
    /// so that memory must not serve another continuation.
    finalized: bool,
    /// It was made unstarted.
    unstarted: bool,
    weakrefs: *mut ffi::PyObject,
}

static FREE: FreeList<64> = FreeList::new();

/// Makes the type.
pub(crate) fn create_continuation(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<Continuation>(c"doeff_vm.Continuation")
        .flags(ffi::Py_TPFLAGS_HAVE_GC | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION)
        .doc(
            c"The one-shot continuation of a performed effect: the segments from the perform site\n\
            up to and including the prompt of the handler that got the effect.",
        )
        .members(vec![
            offset_member(c"__weaklistoffset__", offset_of!(Continuation, weakrefs)),
            last_member(),
        ])
        .getters(vec![
            getter(c"used", get_used, c"Whether this was used, or closed."),
            last_getter(),
        ])
        .methods(vec![
            method(
                c"close",
                close_method,
                ffi::METH_NOARGS,
                c"close()\n--\n\nEnd an unused continuation at once: its generators are closed, innermost\n\
                first. Does nothing to a used one.",
            ),
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: each function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_dealloc, dealloc as *mut c_void)
            .slot(ffi::Py_tp_finalize, finalize as *mut c_void)
            .slot(ffi::Py_tp_traverse, traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, clear as *mut c_void)
            .slot(ffi::Py_tp_repr, repr as *mut c_void)
            .build(py)
    }
}

/// Makes a `k` for `captured`; `None`, with an exception set, when memory is short.
///
/// `site` is where the performer is suspended.
#[inline]
pub fn make(captured: PyCaptured, effect: Ref, site: Site) -> Option<Ref> {
    make_holding(Some(captured), effect.into_ptr(), site, false)
}

/// Makes a `k` that holds nothing, and so counts as used: for the benchmarks' floor, which calls
/// handlers without a machine.
#[inline]
pub fn make_empty(effect: Ref) -> Option<Ref> {
    make_holding(None, effect.into_ptr(), Site::NOWHERE, false)
}

/// Makes an unstarted `k`; `contents` is a tuple of its program and its handlers.
pub fn make_unstarted(contents: Ref) -> Option<Ref> {
    make_holding(None, contents.into_ptr(), Site::NOWHERE, true)
}

#[inline]
fn make_holding(
    captured: Option<PyCaptured>,
    effect: *mut ffi::PyObject,
    site: Site,
    unstarted: bool,
) -> Option<Ref> {
    // SAFETY: `FREE` serves only continuations; every field is initialised before the collector
    // sees the object; `effect` is a reference that the callers give up, and the code object gets
    // one of its own.
    unsafe {
        let object: *mut Continuation = FREE.allocate(types().continuation);
        let Some(made) = NonNull::new(object.cast::<ffi::PyObject>()) else {
            if let Some(captured) = captured {
                release(Trash::Captured(captured));
            }
            drop(Ref::from_result(effect));
            return None;
        };
        (&raw mut (*object).captured).write(captured);
        (&raw mut (*object).effect).write(effect);
        (&raw mut (*object).answering).write(ptr::null_mut());
        ffi::Py_XINCREF(site.code);
        (&raw mut (*object).site_code).write(site.code);
        (&raw mut (*object).site_offset).write(site.offset);
        (&raw mut (*object).finalized).write(false);
        (&raw mut (*object).unstarted).write(unstarted);
        (&raw mut (*object).weakrefs).write(ptr::null_mut());
        ffi::PyObject_GC_Track(object.cast());
        Some(Ref::from_owned(made))
    }
}

/// Whether an object is a continuation.
#[inline]
pub fn is_continuation(object: &Ref) -> bool {
    object.type_ptr() == types().continuation
}

/// The one-shot check: takes what a continuation holds, which only the first caller gets.
///
/// # Safety
/// `k` must be a continuation.
#[inline]
pub unsafe fn take(k: &Ref) -> Option<PyCaptured> {
    // SAFETY: by the caller's word; the interpreter is held and nothing else borrows the field.
    unsafe { (*k.as_ptr().cast::<Continuation>()).captured.take() }
}

/// Whether a continuation was made unstarted.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn is_unstarted(k: &Ref) -> bool {
    // SAFETY: by the caller's word.
    unsafe { (*k.as_ptr().cast::<Continuation>()).unstarted }
}

/// As [`take`], of an unstarted continuation: a tuple of its program and its handlers.
///
/// # Safety
/// `k` must be an unstarted continuation.
pub unsafe fn take_unstarted(k: &Ref) -> Option<Ref> {
    // SAFETY: by the caller's word; the field is null or an owned reference, and null afterwards.
    unsafe {
        let field = &raw mut (*k.as_ptr().cast::<Continuation>()).effect;
        Ref::from_result(field.replace(ptr::null_mut()))
    }
}

/// Undoes [`take_unstarted`].
///
/// # Safety
/// `k` must be a continuation from which `contents` was taken.
pub unsafe fn put_back_unstarted(k: &Ref, contents: Ref) {
    // SAFETY: by the caller's word the field is null, so nothing is lost.
    unsafe { (*k.as_ptr().cast::<Continuation>()).effect = contents.into_ptr() };
}

/// The handlers that a continuation holds, innermost first; `None` once it was used.
///
/// # Safety
/// `k` must be a continuation, and not unstarted.
pub unsafe fn handlers(k: &Ref) -> Option<Vec<Ref>> {
    // SAFETY: by the caller's word; cloning runs no code that could use the continuation.
    let captured = unsafe { &(*k.as_ptr().cast::<Continuation>()).captured };
    let handlers = captured.as_ref()?.handlers();
    Some(handlers.cloned().collect())
}

/// Undoes [`take`], for a use that was refused after it had begun.
///
/// # Safety
/// `k` must be a continuation from which `captured` was taken.
pub unsafe fn put_back(k: &Ref, captured: PyCaptured) {
    // SAFETY: as for `take`; the field is `None`, so nothing is dropped.
    unsafe { (*k.as_ptr().cast::<Continuation>()).captured = Some(captured) };
}

/// The effect that a continuation waits for.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn effect(k: &Ref) -> Ref {
    // SAFETY: by the caller's word. The field is null only for an object that the collector is
    // taking apart.
    unsafe {
        let effect = (*k.as_ptr().cast::<Continuation>()).effect;
        NonNull::new(effect).map_or_else(Ref::none, |effect| Ref::from_borrowed(effect))
    }
}

/// Keeps who answers, for a clause that has no generator.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn set_answering(k: &Ref, answering: &Ref) {
    // SAFETY: by the caller's word; the field is null or an owned reference.
    unsafe {
        let field = &raw mut (*k.as_ptr().cast::<Continuation>()).answering;
        drop(Ref::from_result(
            field.replace(answering.clone().into_ptr()),
        ));
    }
}

/// What [`set_answering`] has kept.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn answering(k: &Ref) -> Option<Ref> {
    // SAFETY: by the caller's word; the field is null or valid.
    unsafe {
        let answering = (*k.as_ptr().cast::<Continuation>()).answering;
        NonNull::new(answering).map(|answering| Ref::from_borrowed(answering))
    }
}

/// Where a continuation's effect was performed; the code object is borrowed from `k`.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn perform_site(k: &Ref) -> Site {
    // SAFETY: by the caller's word.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        Site {
            code: (*object).site_code,
            offset: (*object).site_offset,
        }
    }
}

/// Closes what an abandoned continuation held: its generators, innermost first. What they raise
/// goes to `sys.unraisablehook`.
pub fn close_captured(mut captured: PyCaptured) {
    without_current_error(|| {
        while let Some(PyFrame { generator, k }) = captured.pop_frame() {
            close_unraisable(&generator);
            drop(generator);
            drop(k);
        }
        drop(captured);
    });
}

/// Called by the collector before it takes a cycle apart. Closing here rather than there keeps the
/// order, and a `finally` that brings the continuation back to life finds it used.
unsafe extern "C" fn finalize(object: *mut ffi::PyObject) {
    // SAFETY: CPython gives a whole continuation, once, with a reference of its own.
    unsafe {
        let continuation = object.cast::<Continuation>();
        (*continuation).finalized = true;
        if let Some(captured) = (*continuation).captured.take() {
            release(Trash::Captured(captured));
        }
    }
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a continuation that nothing refers to. Its fields are
    // moved out first, so that what their drop runs cannot meet a half-dead object.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let continuation = object.cast::<Continuation>();
        if !(*continuation).weakrefs.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let captured = (*continuation).captured.take();
        let effect = Ref::from_result((*continuation).effect);
        let answering = Ref::from_result((*continuation).answering);
        let site_code = Ref::from_result((*continuation).site_code);
        if (*continuation).finalized {
            let kind = ffi::Py_TYPE(object);
            ffi::PyObject_GC_Del(object.cast());
            ffi::Py_DECREF(kind.cast());
        } else {
            FREE.free(object);
        }
        if let Some(captured) = captured {
            release(Trash::Captured(captured));
        }
        if let Some(effect) = effect {
            release_field(effect);
        }
        if let Some(answering) = answering {
            release_field(answering);
        }
        drop(site_code);
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked continuation; nothing changes it meanwhile.
    unsafe {
        let continuation = object.cast::<Continuation>();
        if let Some(captured) = &(*continuation).captured {
            let visited = captured.visit(|part| {
                let stop = match part {
                    Part::Frame(frame) => {
                        let k = frame.k.as_ref().map_or(ptr::null_mut(), Ref::as_ptr);
                        match visit(frame.generator.as_ptr(), arg) {
                            0 => visit_object(k, visit, arg),
                            stop => stop,
                        }
                    }
                    Part::Handler(handler) => visit(handler.as_ptr(), arg),
                };
                if stop == 0 { Ok(()) } else { Err(stop) }
            });
            if let Err(stop) = visited {
                return stop;
            }
        }
        for held in [
            (*continuation).effect,
            (*continuation).answering,
            ffi::Py_TYPE(object).cast(),
        ] {
            let stop = visit_object(held, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as for `traverse`; each field is gone from the object before it is dropped.
    unsafe {
        let continuation = object.cast::<Continuation>();
        if let Some(captured) = (*continuation).captured.take() {
            release(Trash::Captured(captured));
        }
        let effect = std::mem::replace(&mut (*continuation).effect, ptr::null_mut());
        drop(Ref::from_result(effect));
        let answering = std::mem::replace(&mut (*continuation).answering, ptr::null_mut());
        drop(Ref::from_result(answering));
    }
    0
}

unsafe extern "C" fn get_used(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a continuation.
    unsafe { ffi::PyBool_FromLong(is_used(object).into()) }
}

/// # Safety
/// `object` must be a continuation.
unsafe fn is_used(object: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word.
    unsafe {
        let continuation = object.cast::<Continuation>();
        if (*continuation).unstarted {
            (*continuation).effect.is_null()
        } else {
            (*continuation).captured.is_none()
        }
    }
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a continuation; the strings end with a null.
    unsafe {
        let text = if is_used(object) {
            c"<Continuation used>"
        } else {
            c"<Continuation unused>"
        };
        ffi::PyUnicode_FromString(text.as_ptr())
    }
}

unsafe extern "C" fn close_method(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a continuation.
    if let Some(captured) = unsafe { (*object.cast::<Continuation>()).captured.take() } {
        // At once, however deep: the recursion is the program's, which Python bounds.
        close_captured(captured);
    }
    // SAFETY: as above. What an unstarted one would have started is dropped when it is safe.
    unsafe {
        if (*object.cast::<Continuation>()).unstarted {
            let field = &raw mut (*object.cast::<Continuation>()).effect;
            drop(Ref::from_result(field.replace(ptr::null_mut())));
        }
    }
    Ref::none().into_ptr()
}
