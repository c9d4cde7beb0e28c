//! doeff's state handler: `StateHandler(store, get_type, put_type)`.
//!
//! It answers the instances of two effect types that are Python classes, by their attributes `key` and
//! `value`, from a dict that it shares with whoever made it.

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use doeff_vm_core::AcceptSet;
use pyo3::{ffi, intern};

use super::{Handler, StdlibHandler, store_pointer};
use crate::doeff;
use crate::doeff::arguments::{Signature, is_instance};
use crate::effects::accept_set;
use crate::object::{Ref, take_error, with_python};
use crate::types::{getter, last_getter, types};

const SIGNATURE: Signature<3> = Signature {
    name: c"StateHandler.__new__",
    parameters: [c"store", c"get_type", c"put_type"],
    required: 3,
};

/// Whether arguments are meant for one of these: more than one, or a named store.
///
/// # Safety
/// They must be those of a `tp_new`.
pub(super) unsafe fn is_meant(args: *mut ffi::PyObject, kwargs: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word; the string ends with a null.
    unsafe {
        let named =
            !kwargs.is_null() && !ffi::PyDict_GetItemString(kwargs, c"store".as_ptr()).is_null();
        named || ffi::PyTuple_GET_SIZE(args) > 1
    }
}

/// Makes one; null with an exception set.
///
/// # Safety
/// As for [`is_meant`].
pub(super) unsafe fn new(
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word; the class is laid out as a `Handler`, whose fields are set before the
    // collector sees the object.
    unsafe {
        let Some([store, get, put]) = SIGNATURE.parse(args, kwargs) else {
            return ptr::null_mut();
        };
        let (dict, class) = (&raw mut ffi::PyDict_Type, &raw mut ffi::PyType_Type);
        let fits = is_instance(store, dict, c"store")
            && is_instance(get, class, c"get_type")
            && is_instance(put, class, c"put_type");
        if !fits {
            return ptr::null_mut();
        }
        let class = types().stdlib[StdlibHandler::State as usize];
        let object = ffi::PyObject_GC_New::<Handler>(class);
        if object.is_null() {
            return ptr::null_mut();
        }
        for held in [store, get, put] {
            ffi::Py_INCREF(held);
        }
        (&raw mut (*object).store).write(store);
        (&raw mut (*object).kind).write(StdlibHandler::State);
        (&raw mut (*object).listens).write(false);
        (&raw mut (*object).foreign).write([get, put]);
        (&raw mut (*object).weakrefs).write(ptr::null_mut());
        ffi::PyObject_GC_Track(object.cast());
        object.cast()
    }
}

/// Whether a built-in handler is one of these.
///
/// # Safety
/// `handler` must be a built-in handler.
pub(super) unsafe fn is_one(handler: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word.
    unsafe { !(*handler.cast::<Handler>()).foreign[0].is_null() }
}

/// Whether a handler must not be called; sets the error then.
///
/// # Safety
/// As for [`is_one`].
pub(super) unsafe fn refuses_call(handler: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word; the string ends with a null.
    unsafe {
        let refuses = is_one(handler);
        if refuses {
            ffi::PyErr_SetString(
                ffi::PyExc_TypeError,
                c"the state handler is dispatched by the VM; install it with WithHandler".as_ptr(),
            );
        }
        refuses
    }
}

/// The types of a handler of doeff's state; `None` for any other object.
fn types_of(handler: &Ref) -> Option<[*mut ffi::PyObject; 2]> {
    if handler.type_ptr() != types().stdlib[StdlibHandler::State as usize] {
        return None;
    }
    // SAFETY: it was just checked.
    let types = unsafe { (*handler.as_ptr().cast::<Handler>()).foreign };
    (!types[0].is_null()).then_some(types)
}

/// What a handler of doeff's state accepts; `None` for any other object.
pub fn accepts(handler: &Ref) -> Option<Result<AcceptSet, Ref>> {
    let types = types_of(handler)?;
    Some(accept_set(&types.map(<*mut _>::cast)))
}

/// The answer of doeff's state to an effect of its types; `None` where it has none.
pub fn answer(handler: &Ref, effect: &Ref) -> Option<Result<Ref, Ref>> {
    let [get, put] = types_of(handler)?.map(<*mut ffi::PyObject>::cast);
    let class = effect.type_ptr();
    // SAFETY: all are valid types.
    let is = |kind| unsafe { class == kind || ffi::PyType_IsSubtype(class, kind) != 0 };
    let answer = if is(get) {
        look_up(handler, effect)
    } else if is(put) {
        store(handler, effect)
    } else {
        return None;
    };
    doeff::pyvm::count_handler_call();
    Some(answer)
}

fn look_up(handler: &Ref, effect: &Ref) -> Result<Ref, Ref> {
    let key = attribute(effect, names().key)?;
    // SAFETY: the handler keeps its store, a dict; the borrowed result is made ours at once.
    unsafe {
        let found = ffi::PyDict_GetItemWithError(store_pointer(handler), key.as_ptr());
        match NonNull::new(found) {
            Some(found) => Ok(Ref::from_borrowed(found)),
            None if ffi::PyErr_Occurred().is_null() => Ok(Ref::none()),
            None => Err(take_error()),
        }
    }
}

fn store(handler: &Ref, effect: &Ref) -> Result<Ref, Ref> {
    let names = names();
    let (key, value) = (
        attribute(effect, names.key)?,
        attribute(effect, names.value)?,
    );
    // SAFETY: as above; all are owned here.
    match unsafe { ffi::PyDict_SetItem(store_pointer(handler), key.as_ptr(), value.as_ptr()) } {
        0 => Ok(Ref::none()),
        _ => Err(take_error()),
    }
}

/// The attributes that are read, interned for good.
struct Names {
    key: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
}

fn names() -> Names {
    with_python(|py| Names {
        key: intern!(py, "key").as_ptr(),
        value: intern!(py, "value").as_ptr(),
    })
}

fn attribute(object: &Ref, name: *mut ffi::PyObject) -> Result<Ref, Ref> {
    // SAFETY: the object and the name are valid; a new reference or null.
    unsafe { Ref::from_result(ffi::PyObject_GetAttr(object.as_ptr(), name)) }.ok_or_else(take_error)
}

/// The attributes that only these have.
pub(super) fn getters() -> Vec<ffi::PyGetSetDef> {
    vec![
        getter(c"effect_types", get_types, c"The types that it answers."),
        getter(c"__name__", get_name, c"How it is called in messages."),
        getter(
            c"__qualname__",
            get_qualname,
            c"How it is called in messages.",
        ),
        last_getter(),
    ]
}

/// # Safety
/// `handler` must be a built-in handler.
unsafe fn of_foreign(
    handler: *mut ffi::PyObject,
    name: &'static std::ffi::CStr,
    get: impl FnOnce([*mut ffi::PyObject; 2]) -> *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word; the format fits its argument.
    unsafe {
        if is_one(handler) {
            return get((*handler.cast::<Handler>()).foreign);
        }
        ffi::PyErr_Format(
            ffi::PyExc_AttributeError,
            c"'StateHandler' object has no attribute '%s'".as_ptr(),
            name.as_ptr(),
        )
    }
}

unsafe extern "C" fn get_types(handler: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a handler; the tuple takes references of its own.
    unsafe {
        of_foreign(handler, c"effect_types", |[get, put]| {
            ffi::PyTuple_Pack(2, get, put)
        })
    }
}

unsafe extern "C" fn get_name(handler: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a handler; the string ends with a null.
    unsafe {
        of_foreign(handler, c"__name__", |_| {
            ffi::PyUnicode_FromString(c"handler".as_ptr())
        })
    }
}

unsafe extern "C" fn get_qualname(
    handler: *mut ffi::PyObject,
    _: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: as above.
    unsafe {
        of_foreign(handler, c"__qualname__", |_| {
            ffi::PyUnicode_FromString(c"state.<locals>.handler".as_ptr())
        })
    }
}
