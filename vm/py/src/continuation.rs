//! `Continuation`: the Python object that a handler gets as `k`.

use std::ffi::{c_int, c_void};
use std::mem::{ManuallyDrop, offset_of};
use std::ptr::{self, NonNull};

use doeff_vm_core::Part;
use pyo3::{PyResult, Python, ffi};

use crate::closing::close_captured;
use crate::doeff;
use crate::freelist::FreeList;
use crate::generator::{Site, site};
use crate::host::PyCaptured;
use crate::object::{Ref, with_python};
use crate::trash::{Trash, release, release_field};
use crate::types::{
    TypeBuilder, getter, last_getter, last_member, method, offset_member, raise, types,
    visit_object,
};

/// The layout of a `Continuation`.
#[repr(C)]
struct Continuation {
    head: ffi::PyObject,
    contents: Contents,
    /// The effect that was performed. Null for an unstarted one, and for one whose clause has taken it
    /// over ([`give_effect`]).
    effect: *mut ffi::PyObject,
    /// Of a used one: where in its code the effect was performed, as a [`Site`] says it.
    site_distance: c_int,
    state: State,
    flags: u8,
    weakrefs: *mut ffi::PyObject,
}

/// What lies in a continuation, by its [`State`].
union Contents {
    /// [`State::Unused`]: what was captured.
    captured: ManuallyDrop<PyCaptured>,
    /// [`State::Unstarted`]: a tuple of its program and its handlers, innermost first.
    /// [`State::Used`]: the code that performed the effect, or null.
    object: *mut ffi::PyObject,
}

/// How far a continuation has come.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    /// It holds a part of a stack.
    Unused,
    /// It was made unstarted, and was not used.
    Unstarted,
    /// It was used or closed.
    Used,
}

/// The collector has called the finalizer. It remembers that in the object's memory for good, so that
/// memory must not serve another continuation.
const FINALIZED: u8 = 1;
/// The collector knows the object. See [`settle`].
const TRACKED: u8 = 2;
/// It was made unstarted.
const MADE_UNSTARTED: u8 = 4;

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
                c"to_dict",
                to_dict,
                ffi::METH_NOARGS,
                c"to_dict()\n--\n\nWhat is known of this, for logs: the identity of the capture, and whether it\n\
                was used.",
            ),
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

/// Makes a `k` for `captured`; `None`, with an exception set, when memory is short. The collector does
/// not know it before [`settle`].
#[allow(clippy::inline_always)] // it is a part of every handler call
#[inline(always)]
pub fn make(captured: PyCaptured, effect: Ref) -> Option<Ref> {
    let contents = Contents {
        captured: ManuallyDrop::new(captured),
    };
    make_holding(contents, State::Unused, effect.into_ptr(), 0)
}

/// Makes a `k` that holds nothing, and so counts as used: for the benchmarks' floor, which calls
/// handlers without a machine.
#[inline]
pub fn make_empty(effect: Ref) -> Option<Ref> {
    let object = ptr::null_mut();
    make_holding(Contents { object }, State::Used, effect.into_ptr(), 0)
}

/// Makes an unstarted `k`; `contents` is a tuple of its program and its handlers.
pub fn make_unstarted(contents: Ref) -> Option<Ref> {
    let object = contents.into_ptr();
    let contents = Contents { object };
    let k = make_holding(contents, State::Unstarted, ptr::null_mut(), MADE_UNSTARTED)?;
    settle(&k);
    Some(k)
}

#[allow(clippy::inline_always)] // it is a part of every handler call
#[inline(always)]
fn make_holding(
    contents: Contents,
    state: State,
    effect: *mut ffi::PyObject,
    flags: u8,
) -> Option<Ref> {
    // SAFETY: `FREE` serves only continuations; every field is initialised. `effect` and what lies in
    // `contents` are references that the callers give up.
    unsafe {
        let object: *mut Continuation = FREE.allocate(types().continuation);
        let Some(made) = NonNull::new(object.cast::<ffi::PyObject>()) else {
            return not_made(contents, state, effect);
        };
        (&raw mut (*object).contents).write(contents);
        (&raw mut (*object).effect).write(effect);
        (&raw mut (*object).site_distance).write(-1);
        (&raw mut (*object).state).write(state);
        (&raw mut (*object).flags).write(flags);
        (&raw mut (*object).weakrefs).write(ptr::null_mut());
        Some(Ref::from_owned(made))
    }
}

/// Memory is short.
///
/// # Safety
/// As for [`drop_contents`]; `effect` must be null or a reference that the caller gives up.
#[cold]
unsafe fn not_made(contents: Contents, state: State, effect: *mut ffi::PyObject) -> Option<Ref> {
    // SAFETY: by the caller's word.
    unsafe {
        drop_contents(contents, state);
        drop(Ref::from_result(effect));
    }
    None
}

/// Shows a continuation to the collector, if it can be part of a cycle: it is called where a clause
/// goes on to something else than using it.
///
/// Most continuations are used by the first thing that their clause yields, and are gone before the
/// collector could have learned anything from them. Until then one is an object that refers to
/// others and that the collector cannot see: it takes these for alive, which they are.
#[inline]
pub fn settle(k: &Ref) {
    // SAFETY: the callers have a continuation. One that holds neither a stack nor an object that the
    // collector knows needs not be known either; otherwise all fields are filled in.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        if (*object).flags & TRACKED == 0 {
            let effect = (*object).effect;
            let harmless = (*object).state == State::Used
                && (effect.is_null()
                    || ffi::PyType_HasFeature(ffi::Py_TYPE(effect), ffi::Py_TPFLAGS_HAVE_GC) == 0);
            if !harmless {
                (*object).flags |= TRACKED;
                ffi::PyObject_GC_Track(object.cast());
            }
        }
    }
}

/// As [`settle`], for a used continuation that the caller is done with: where nobody else has it, it
/// goes.
#[inline]
pub fn settle_kept(k: Ref) {
    if !k.is_unique() {
        settle(&k);
    }
    drop(k);
}

/// Whether an object is a continuation.
#[inline]
pub fn is_continuation(object: &Ref) -> bool {
    object.type_ptr() == types().continuation
}

/// The one-shot check: takes what a continuation holds, which only the first caller gets. Where it was
/// performed is kept from here on.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn take(k: &Ref) -> Option<PyCaptured> {
    // SAFETY: by the caller's word.
    unsafe {
        let captured = take_by_clause(k)?;
        keep_site(k, &captured);
        Some(captured)
    }
}

/// As [`take`], for the clause that the continuation was given to, where that ends with it: nobody will
/// ask where it was performed.
///
/// # Safety
/// As for [`take`].
#[inline]
pub unsafe fn take_by_clause(k: &Ref) -> Option<PyCaptured> {
    // SAFETY: by the caller's word; the interpreter is held and nothing else borrows the fields. What
    // was captured is read once: the state says from now on that it is not there.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        if (*object).state != State::Unused {
            return None;
        }
        (*object).state = State::Used;
        let captured = (&raw const (*object).contents.captured).read();
        (*object).contents.object = ptr::null_mut();
        Some(ManuallyDrop::into_inner(captured))
    }
}

/// Keeps where what was just taken from a continuation was performed.
///
/// # Safety
/// `k` must be a continuation from which `captured` was taken.
#[inline]
pub unsafe fn keep_site(k: &Ref, captured: &PyCaptured) {
    let performer = captured.performer();
    let site = performer.map_or(Site::NOWHERE, |frame| site(&frame.generator));
    // SAFETY: by the caller's word the contents are null; the code gets a reference of its own.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        ffi::Py_XINCREF(site.code);
        (*object).contents.object = site.code;
        (*object).site_distance = site.distance;
    }
}

/// Whether a continuation was made unstarted.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn is_unstarted(k: &Ref) -> bool {
    // SAFETY: by the caller's word.
    unsafe { (*k.as_ptr().cast::<Continuation>()).flags & MADE_UNSTARTED != 0 }
}

/// As [`take`], of an unstarted continuation: a tuple of its program and its handlers.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn take_unstarted(k: &Ref) -> Option<Ref> {
    // SAFETY: by the caller's word; the state says what the contents are, and they are null afterwards.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        if (*object).state != State::Unstarted {
            return None;
        }
        (*object).state = State::Used;
        let contents = &raw mut (*object).contents.object;
        Ref::from_result(contents.replace(ptr::null_mut()))
    }
}

/// Undoes [`take_unstarted`].
///
/// # Safety
/// `k` must be a continuation from which `contents` was taken.
pub unsafe fn put_back_unstarted(k: &Ref, contents: Ref) {
    // SAFETY: by the caller's word the contents are null, so nothing is lost.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        (*object).contents.object = contents.into_ptr();
        (*object).state = State::Unstarted;
    }
}

/// The handlers that a continuation holds, innermost first; `None` once it was used.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn handlers(k: &Ref) -> Option<Vec<Ref>> {
    // SAFETY: by the caller's word; cloning runs no code that could use the continuation.
    let captured = unsafe { captured(k.as_ptr()) };
    let handlers = captured?.handlers();
    Some(handlers.cloned().collect())
}

/// What a continuation holds, while it is unused.
///
/// # Safety
/// `k` must be a continuation that nobody uses while this is looked at.
pub unsafe fn held(k: &Ref) -> Option<&PyCaptured> {
    // SAFETY: by the caller's word.
    unsafe { captured(k.as_ptr()) }
}

/// As [`held`].
///
/// # Safety
/// `object` must be a continuation that nobody uses meanwhile.
unsafe fn captured<'a>(object: *mut ffi::PyObject) -> Option<&'a PyCaptured> {
    // SAFETY: by the caller's word; the state says what the contents are.
    unsafe {
        let object = object.cast::<Continuation>();
        ((*object).state == State::Unused).then(|| &*(*object).contents.captured)
    }
}

/// Undoes [`take`], for a use that was refused after it had begun.
///
/// # Safety
/// `k` must be a continuation from which `captured` was taken.
pub unsafe fn put_back(k: &Ref, captured: PyCaptured) {
    // SAFETY: as for `take`; of a used one the contents are null or the code.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        let code = Ref::from_result((*object).contents.object);
        (*object).contents.captured = ManuallyDrop::new(captured);
        (*object).state = State::Unused;
        drop(code);
    }
    settle(k);
}

/// As [`effect`], but borrowed from the continuation, or null.
///
/// # Safety
/// As for [`effect`].
#[inline]
pub unsafe fn effect_pointer(k: &Ref) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    unsafe { (*k.as_ptr().cast::<Continuation>()).effect }
}

/// Takes the effect out of a used continuation, for the frame of its clause to keep. The collector
/// need not know a continuation that holds nothing.
///
/// # Safety
/// `k` must be a used continuation.
#[inline]
pub unsafe fn give_effect(k: &Ref) -> Option<Ref> {
    // SAFETY: by the caller's word; the field is null or an owned reference, and null afterwards.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        Ref::from_result((&raw mut (*object).effect).replace(ptr::null_mut()))
    }
}

/// The effect that a continuation waits for, or `None` if it has none any more.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn effect(k: &Ref) -> Ref {
    // SAFETY: by the caller's word. The field is null only for an object that the collector is
    // taking apart.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        NonNull::new((*object).effect).map_or_else(Ref::none, |effect| Ref::from_borrowed(effect))
    }
}

/// Where the effect of a used continuation was performed; the code object is borrowed from `k`.
///
/// # Safety
/// `k` must be a continuation.
pub unsafe fn perform_site(k: &Ref) -> Site {
    // SAFETY: by the caller's word; the state says what the contents are.
    unsafe {
        let object = k.as_ptr().cast::<Continuation>();
        if (*object).state != State::Used {
            return Site::NOWHERE;
        }
        Site {
            code: (*object).contents.object,
            distance: (*object).site_distance,
        }
    }
}

/// Drops what lay in a continuation.
///
/// # Safety
/// `contents` must be what `state` says.
#[inline]
unsafe fn drop_contents(mut contents: Contents, state: State) {
    // SAFETY: by the caller's word.
    unsafe {
        if state == State::Unused {
            release(Trash::Captured(ManuallyDrop::take(&mut contents.captured)));
        } else if let Some(object) = Ref::from_result(contents.object) {
            release_field(object);
        }
    }
}

/// Takes the contents out of a continuation, which is used from then on.
///
/// # Safety
/// `object` must be a continuation.
unsafe fn take_contents(object: *mut ffi::PyObject) -> (Contents, State) {
    // SAFETY: by the caller's word.
    unsafe {
        let continuation = object.cast::<Continuation>();
        let nothing = Contents {
            object: ptr::null_mut(),
        };
        let contents = (&raw mut (*continuation).contents).replace(nothing);
        let state = (&raw mut (*continuation).state).replace(State::Used);
        (contents, state)
    }
}

/// Called by the collector before it takes a cycle apart. Closing here rather than there keeps the
/// order, and a `finally` that brings the continuation back to life finds it used.
unsafe extern "C" fn finalize(object: *mut ffi::PyObject) {
    // SAFETY: CPython gives a whole continuation, once, with a reference of its own.
    unsafe {
        let continuation = object.cast::<Continuation>();
        (*continuation).flags |= FINALIZED;
        let k = ManuallyDrop::new(Ref::from_owned(NonNull::new_unchecked(object)));
        if let Some(captured) = take(&k) {
            release(Trash::Captured(captured));
        }
    }
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a continuation that nothing refers to. Its fields are
    // moved out first, so that what their drop runs cannot meet a half-dead object.
    unsafe {
        let continuation = object.cast::<Continuation>();
        if (*continuation).flags & TRACKED != 0 {
            ffi::PyObject_GC_UnTrack(object.cast());
        }
        if !(*continuation).weakrefs.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let (contents, state) = take_contents(object);
        let effect = Ref::from_result((*continuation).effect);
        if (*continuation).flags & FINALIZED == 0 {
            FREE.free(object);
        } else {
            let kind = ffi::Py_TYPE(object);
            ffi::PyObject_GC_Del(object.cast());
            ffi::Py_DECREF(kind.cast());
        }
        drop_contents(contents, state);
        if let Some(effect) = effect {
            release_field(effect);
        }
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
        let mut contents = ptr::null_mut();
        if let Some(captured) = captured(object) {
            let visited = captured.visit(|part| {
                let stop = match part {
                    Part::Frame(frame) => {
                        let k = frame.k.as_ref().map_or(ptr::null_mut(), Ref::as_ptr);
                        let note = frame.note.as_ref().map_or(ptr::null_mut(), Ref::as_ptr);
                        [k, note].into_iter().fold(
                            visit(frame.generator.as_ptr(), arg),
                            |stop, held| match stop {
                                0 => visit_object(held, visit, arg),
                                stop => stop,
                            },
                        )
                    }
                    Part::Handler(handler) => visit(handler.as_ptr(), arg),
                };
                if stop == 0 { Ok(()) } else { Err(stop) }
            });
            if let Err(stop) = visited {
                return stop;
            }
        } else {
            contents = (*continuation).contents.object;
        }
        for held in [
            contents,
            (*continuation).effect,
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
        let (contents, state) = take_contents(object);
        drop_contents(contents, state);
        let effect = (&raw mut (*continuation).effect).replace(ptr::null_mut());
        drop(Ref::from_result(effect));
    }
    0
}

unsafe extern "C" fn get_used(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a continuation.
    unsafe { ffi::PyBool_FromLong(is_used(object).into()) }
}

/// # Safety
/// `object` must be a continuation.
#[inline]
pub unsafe fn is_used(object: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word.
    unsafe { (*object.cast::<Continuation>()).state == State::Used }
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
    // SAFETY: CPython calls this on a continuation, which it keeps alive.
    unsafe {
        let k = ManuallyDrop::new(Ref::from_owned(NonNull::new_unchecked(object)));
        if let Some(captured) = take(&k) {
            // At once, however deep: the recursion is the program's, which Python bounds.
            close_captured(captured);
        }
        // What an unstarted one would have started.
        drop(take_unstarted(&k));
    }
    Ref::none().into_ptr()
}

unsafe extern "C" fn to_dict(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a continuation, which it keeps alive.
    let k = unsafe { ManuallyDrop::new(Ref::from_owned(NonNull::new_unchecked(object))) };
    with_python(|py| match doeff::describe(py, &k) {
        Ok(known) => known.into_ptr(),
        Err(error) => raise(py, error),
    })
}
