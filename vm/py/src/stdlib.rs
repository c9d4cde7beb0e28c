//! The built-in handlers: state, reader, writer.
//!
//! A handler object owns its store, a Python dict or list, because only Python can hash and compare
//! keys.

use std::ffi::{CStr, c_int, c_void};
use std::mem::offset_of;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};

use doeff_vm_core::{AcceptSet, HandlerAction, Value};
use pyo3::types::PyAnyMethods;
use pyo3::{PyResult, Python, ffi, intern};

use crate::answer::{Started, start};
use crate::effects::accept_set;
use crate::generator::with_bound;
use crate::messages;
use crate::node::{self, Kind};
use crate::object::{Ref, restore_error, take_error};
use crate::trash::release_field;
use crate::types::{
    TypeBuilder, last_getter, last_member, method, offset_member, types, visit_object,
};

/// The built-in handlers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum StdlibHandler {
    /// Answers `Get`, `Put` and `Modify` from a dict.
    State,
    /// Answers `Ask` from a dict, and `Local` with a nested reader.
    Reader,
    /// Answers `Tell` with a list, and `Listen` with a nested writer.
    Writer,
}

/// The number of built-in handlers.
pub const HANDLERS: usize = 3;

impl StdlibHandler {
    const ALL: [Self; HANDLERS] = [Self::State, Self::Reader, Self::Writer];

    fn effects(self) -> &'static [Kind] {
        match self {
            Self::State => &[Kind::Get, Kind::Put, Kind::Modify],
            Self::Reader => &[Kind::Ask, Kind::Local],
            Self::Writer => &[Kind::Tell, Kind::Listen],
        }
    }

    /// What it accepts where it is installed without `effects=`.
    ///
    /// # Errors
    /// What CPython raises when it is short of memory.
    pub fn accepts(self) -> Result<AcceptSet, Ref> {
        // The sets of types that are never freed are never given to others. 0 is not one of them.
        static SETS: [AtomicU32; HANDLERS] = [const { AtomicU32::new(0) }; HANDLERS];
        let known = &SETS[self as usize];
        match known.load(Ordering::Relaxed) {
            0 => {
                let effects: Vec<_> = self
                    .effects()
                    .iter()
                    .map(|&kind| types().node(kind))
                    .collect();
                let set = accept_set(&effects)?;
                known.store(set.0, Ordering::Relaxed);
                Ok(set)
            }
            set => Ok(AcceptSet(set)),
        }
    }
}

pub(crate) mod foreign;

/// The layout of the handler objects.
#[repr(C)]
struct Handler {
    head: ffi::PyObject,
    /// A dict, a writer's a list. Null only for an object that the collector is taking apart.
    store: *mut ffi::PyObject,
    kind: StdlibHandler,
    /// It is that of a `Listen`, which hears what it passes on.
    listens: bool,
    /// Of doeff's state: the types of the effects that get and put. Null in ours.
    foreign: [*mut ffi::PyObject; 2],
    weakrefs: *mut ffi::PyObject,
}

/// Makes the three classes.
pub(crate) fn create(
    py: Python<'_>,
    made: &mut [*mut ffi::PyTypeObject; HANDLERS],
) -> PyResult<()> {
    made[StdlibHandler::State as usize] = create_class(
        py,
        c"doeff_vm.doeff_vm.StateHandler",
        c"StateHandler(initial=None)\n--\n\n\
            A handler of Get, Put and Modify with a store of its own.",
        c"items",
        c"items()\n--\n\nA copy of the store, a dict.",
        foreign::getters(),
        new_state,
    )?;
    made[StdlibHandler::Reader as usize] = create_class(
        py,
        c"doeff_vm.ReaderHandler",
        c"ReaderHandler(env=None)\n--\n\n\
            A handler of Ask and Local with an environment of its own.",
        c"env",
        c"env()\n--\n\nA copy of the environment, a dict.",
        vec![last_getter()],
        new_reader,
    )?;
    made[StdlibHandler::Writer as usize] = create_class(
        py,
        c"doeff_vm.WriterHandler",
        c"WriterHandler()\n--\n\nA handler of Tell and Listen with a log of its own.",
        c"logs",
        c"logs()\n--\n\nA copy of the log, a list.",
        vec![last_getter()],
        new_writer,
    )?;
    Ok(())
}

fn create_class(
    py: Python<'_>,
    name: &'static CStr,
    doc: &'static CStr,
    read: &'static CStr,
    read_doc: &'static CStr,
    getters: Vec<ffi::PyGetSetDef>,
    new: ffi::newfunc,
) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<Handler>(name)
        .flags(ffi::Py_TPFLAGS_HAVE_GC)
        .doc(doc)
        .members(vec![
            offset_member(c"__weaklistoffset__", offset_of!(Handler, weakrefs)),
            last_member(),
        ])
        .methods(vec![
            method(read, read_store, ffi::METH_NOARGS, read_doc),
            ffi::PyMethodDef::zeroed(),
        ])
        .getters(getters);
    // SAFETY: each function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_new, new as *mut c_void)
            .slot(ffi::Py_tp_dealloc, dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, clear as *mut c_void)
            .slot(ffi::Py_tp_call, call as *mut c_void)
            .slot(ffi::Py_tp_repr, repr as *mut c_void)
            .build(py)
    }
}

/// What kind of built-in handler an object is, if it is one.
#[inline]
pub fn stdlib_handler(object: &Ref) -> Option<StdlibHandler> {
    let class = object.type_ptr();
    let classes = &types().stdlib;
    let index = classes.iter().position(|&known| known == class)?;
    Some(StdlibHandler::ALL[index])
}

// ---- stores -----------------------------------------------------------------------------------

/// Makes a state or reader with a copy of a mapping, if one is given; `name` is what an error calls
/// the maker.
///
/// # Errors
/// `TypeError` for what is no mapping; what the mapping raises.
pub fn make_with(kind: StdlibHandler, name: &str, mapping: Option<&Ref>) -> Result<Ref, Ref> {
    let store = match mapping {
        Some(mapping) => copy_of_mapping(name, mapping)?,
        None => new_dict()?,
    };
    make(kind, store, false)
}

/// Makes a writer.
///
/// # Errors
/// What CPython raises when it is short of memory.
pub fn make_writer() -> Result<Ref, Ref> {
    make_nested_writer(false)
}

/// Makes a writer, that of a `Listen` perhaps.
///
/// # Errors
/// As for [`make_writer`].
pub(crate) fn make_nested_writer(listens: bool) -> Result<Ref, Ref> {
    // SAFETY: a new reference, or null with an exception set.
    let log = unsafe { Ref::from_result(ffi::PyList_New(0)) }.ok_or_else(take_error)?;
    make(StdlibHandler::Writer, log, listens)
}

/// A copy of a mapping, a dict; `name` is what an error calls whoever takes it.
///
/// # Errors
/// As for [`make_with`].
pub fn copy_of_mapping(name: &str, mapping: &Ref) -> Result<Ref, Ref> {
    let has_keys = with_bound(mapping, |mapping| {
        let keys = mapping.getattr_opt(intern!(mapping.py(), "keys"));
        keys.map(|keys| keys.is_some())
    });
    let has_keys = has_keys.map_err(messages::exception)?;
    // SAFETY: the objects are valid.
    unsafe {
        if !has_keys || ffi::PyMapping_Check(mapping.as_ptr()) == 0 {
            return Err(messages::needs_mapping(name, mapping));
        }
        let copy = new_dict()?;
        match ffi::PyDict_Update(copy.as_ptr(), mapping.as_ptr()) {
            0 => Ok(copy),
            _ => Err(take_error()),
        }
    }
}

/// Adds bindings, a dict, to the store of a state or reader.
///
/// # Errors
/// What comparing the keys raises.
pub fn add_to(handler: &Ref, bindings: &Ref) -> Result<(), Ref> {
    // SAFETY: both are dicts.
    match unsafe { ffi::PyDict_Update(store_of(handler).as_ptr(), bindings.as_ptr()) } {
        0 => Ok(()),
        _ => Err(take_error()),
    }
}

fn new_dict() -> Result<Ref, Ref> {
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Ref::from_result(ffi::PyDict_New()) }.ok_or_else(take_error)
}

fn make(kind: StdlibHandler, store: Ref, listens: bool) -> Result<Ref, Ref> {
    // SAFETY: the class is laid out as a `Handler`, whose fields are set before the collector sees
    // the object.
    unsafe {
        let class = types().stdlib[kind as usize];
        let object = ffi::PyObject_GC_New::<Handler>(class);
        let made = NonNull::new(object.cast::<ffi::PyObject>()).ok_or_else(take_error)?;
        (&raw mut (*object).store).write(store.into_ptr());
        (&raw mut (*object).kind).write(kind);
        (&raw mut (*object).listens).write(listens);
        (&raw mut (*object).foreign).write([ptr::null_mut(); 2]);
        (&raw mut (*object).weakrefs).write(ptr::null_mut());
        ffi::PyObject_GC_Track(object.cast());
        Ok(Ref::from_owned(made))
    }
}

/// The store itself. The caller has checked that `handler` is a built-in one.
pub fn store_of(handler: &Ref) -> Ref {
    // SAFETY: by the caller's word.
    unsafe {
        let store = (*handler.as_ptr().cast::<Handler>()).store;
        NonNull::new(store).map_or_else(Ref::none, |store| Ref::from_borrowed(store))
    }
}

/// The store, borrowed from the handler.
///
/// # Safety
/// `handler` must be a built-in one.
#[inline]
pub unsafe fn store_pointer(handler: &Ref) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word. `None`, for an object that the collector has cleared, is refused
    // by all that is done with a store.
    unsafe {
        let store = (*handler.as_ptr().cast::<Handler>()).store;
        if store.is_null() {
            ffi::Py_None()
        } else {
            store
        }
    }
}

/// Whether a built-in handler is that of a `Listen`, which hears what it passes on.
pub(crate) fn listens(handler: &Ref) -> bool {
    // SAFETY: the callers have checked that it is a built-in handler.
    unsafe { (*handler.as_ptr().cast::<Handler>()).listens }
}

/// A copy of a built-in handler's store; `None` with an exception set.
pub fn copy_of_store(handler: &Ref) -> Option<Ref> {
    let store = store_of(handler);
    // SAFETY: a dict or a list, or, of an object that the collector has cleared, `None`, which
    // neither function takes.
    unsafe {
        Ref::from_result(match stdlib_handler(handler) {
            Some(StdlibHandler::Writer) => ffi::PySequence_List(store.as_ptr()),
            _ => ffi::PyDict_Copy(store.as_ptr()),
        })
    }
}

/// How many entries a built-in handler's store has.
pub fn store_len(handler: &Ref) -> usize {
    let store = store_of(handler);
    // SAFETY: a dict or a list (or `None`, see above, whose size is no size).
    let len = unsafe { ffi::PyObject_Size(store.as_ptr()) };
    usize::try_from(len).unwrap_or_else(|_| {
        drop(take_error());
        0
    })
}

// ---- the objects ------------------------------------------------------------------------------

/// Called by a handler of the program, it gives the primitive that answers.
unsafe extern "C" fn call(
    handler: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a handler.
    if unsafe { foreign::refuses_call(handler) } {
        return ptr::null_mut();
    }
    let (mut effect, mut k) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the names end with a null, and the format fits the pointers, which get borrowed
    // references.
    let (handler, effect, k) = unsafe {
        let mut names = [
            c"effect".as_ptr().cast_mut(),
            c"k".as_ptr().cast_mut(),
            ptr::null_mut(),
        ];
        let format = c"OO:handler".as_ptr();
        let parsed = ffi::PyArg_ParseTupleAndKeywords(
            args,
            kwargs,
            format,
            #[cfg(not(Py_3_13))]
            names.as_mut_ptr(),
            #[cfg(Py_3_13)]
            names.as_mut_ptr().cast(),
            &raw mut effect,
            &raw mut k,
        );
        if parsed == 0 {
            return ptr::null_mut();
        }
        let owned = |object| Ref::from_borrowed(NonNull::new_unchecked(object));
        (owned(handler), owned(effect), owned(k))
    };
    let action = match start(&handler, effect) {
        Started::Done(action) => action,
        Started::NeedsPython(callback) => {
            let result = callback.call();
            callback.continue_after_python(result)
        }
    };
    let primitive = match action {
        HandlerAction::Resume(Value::Unit) => node::make(Kind::Resume, &[&k, &Ref::none()]),
        HandlerAction::Resume(Value::Object(value)) => node::make(Kind::Resume, &[&k, &value]),
        HandlerAction::Throw(error) => node::make(Kind::ResumeThrow, &[&k, &error]),
        HandlerAction::Run(body) => node::make(Kind::ResumeProgram, &[&k, &body]),
        // The third field says that it was for want of an answer.
        HandlerAction::Pass {
            effect,
            declined: true,
        } => node::make(Kind::Pass, &[&effect, &k, &Ref::none()]),
        HandlerAction::Pass { effect, .. } => node::make(Kind::Pass, &[&effect, &k]),
    };
    primitive.map_or(ptr::null_mut(), Ref::into_ptr)
}

/// `<StateHandler>`: the store may be large, and may hold the handler.
unsafe extern "C" fn repr(handler: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a handler, which keeps its class alive; the format fits its argument.
    unsafe {
        if foreign::is_one(handler) {
            return ffi::PyUnicode_FromString(c"<state handler>".as_ptr());
        }
        let name = Ref::from_result(ffi::PyType_GetName(ffi::Py_TYPE(handler)));
        name.map_or(ptr::null_mut(), |name| {
            ffi::PyUnicode_FromFormat(c"<%U>".as_ptr(), name.as_ptr())
        })
    }
}

unsafe extern "C" fn read_store(
    handler: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a handler.
    let handler = unsafe { Ref::from_borrowed(NonNull::new_unchecked(handler)) };
    copy_of_store(&handler).map_or(ptr::null_mut(), Ref::into_ptr)
}

/// # Safety
/// As for a `tp_new`.
unsafe fn new_with(
    kind: StdlibHandler,
    name: &str,
    format: &CStr,
    parameter: &CStr,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word; the names end with a null, and the format fits the pointer,
    // which gets a borrowed reference.
    let mapping = unsafe {
        let mut mapping = ptr::null_mut();
        let mut names = [parameter.as_ptr().cast_mut(), ptr::null_mut()];
        let parsed = ffi::PyArg_ParseTupleAndKeywords(
            args,
            kwargs,
            format.as_ptr(),
            #[cfg(not(Py_3_13))]
            names.as_mut_ptr(),
            #[cfg(Py_3_13)]
            names.as_mut_ptr().cast(),
            &raw mut mapping,
        );
        if parsed == 0 {
            return ptr::null_mut();
        }
        // `None` stands for none.
        NonNull::new(mapping)
            .filter(|mapping| ffi::Py_IsNone(mapping.as_ptr()) == 0)
            .map(|mapping| Ref::from_borrowed(mapping))
    };
    made(make_with(kind, name, mapping.as_ref()))
}

fn made(handler: Result<Ref, Ref>) -> *mut ffi::PyObject {
    match handler {
        Ok(handler) => handler.into_ptr(),
        Err(error) => {
            restore_error(error);
            ptr::null_mut()
        }
    }
}

unsafe extern "C" fn new_state(
    _: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let format = c"|O:StateHandler";
    // SAFETY: CPython gives valid arguments.
    unsafe {
        if foreign::is_meant(args, kwargs) {
            return foreign::new(args, kwargs);
        }
        new_with(
            StdlibHandler::State,
            "state()",
            format,
            c"initial",
            args,
            kwargs,
        )
    }
}

unsafe extern "C" fn new_reader(
    _: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let format = c"|O:ReaderHandler";
    // SAFETY: CPython gives valid arguments.
    unsafe {
        new_with(
            StdlibHandler::Reader,
            "reader()",
            format,
            c"env",
            args,
            kwargs,
        )
    }
}

unsafe extern "C" fn new_writer(
    _: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives valid arguments.
    let empty = unsafe {
        let mut names = [ptr::null_mut::<std::ffi::c_char>()];
        ffi::PyArg_ParseTupleAndKeywords(
            args,
            kwargs,
            c":WriterHandler".as_ptr(),
            #[cfg(not(Py_3_13))]
            names.as_mut_ptr(),
            #[cfg(Py_3_13)]
            names.as_mut_ptr().cast(),
        )
    };
    if empty == 0 {
        ptr::null_mut()
    } else {
        made(make_writer())
    }
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a handler that nothing refers to; the store is moved out
    // before the object goes.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        if !(*object.cast::<Handler>()).weakrefs.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let handler = object.cast::<Handler>();
        let [get, put] = (*handler).foreign;
        let held = [(*handler).store, get, put].map(|held| Ref::from_result(held));
        let class = ffi::Py_TYPE(object);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(class.cast());
        for held in held.into_iter().flatten() {
            release_field(held);
        }
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked handler.
    unsafe {
        let handler = object.cast::<Handler>();
        let [get, put] = (*handler).foreign;
        for held in [(*handler).store, get, put, ffi::Py_TYPE(object).cast()] {
            let stop = visit_object(held, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as for `traverse`; the field is null before the store is dropped.
    unsafe {
        let field = &raw mut (*object.cast::<Handler>()).store;
        drop(Ref::from_result(field.replace(ptr::null_mut())));
    }
    0
}
