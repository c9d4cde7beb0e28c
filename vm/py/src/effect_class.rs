//! What the classes that `@effect` makes have of ours: how their instances are made and freed.
//!
//! Such a class is a frozen dataclass with slots, and right without anything that is here. Where its
//! instances are slots and nothing else, its type gets two functions (`effect_instance`): `tp_vectorcall`,
//! which fills the slots in place of the `__init__` that the dataclass has in Python, and `tp_dealloc`,
//! which empties them with a bounded native stack and keeps the memory for the next instance. Whatever
//! is out of the ordinary is left to Python: wrong arguments, a `default_factory`, a class that was
//! changed after it was made. The collector uses CPython's own functions, which know slots.

use std::ffi::{c_int, c_uint, c_void};
use std::ptr;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use pyo3::{PyResult, Python, ffi};

use crate::effect_instance::{FREE, Pool, construct, dealloc};
use crate::object::{Ref, take_error};
use crate::runs::from_bound;
use crate::types::{TypeBuilder, types};

/// What is known of a class: an object that the `tp_cache` of the class refers to, and nothing else.
///
/// CPython has no use for that field of a type, but visits and releases it. No class inherits it.
#[repr(C)]
pub(crate) struct EffectClass {
    head: ffi::PyObject,
    /// The class, which owns this.
    pub(crate) class: *mut ffi::PyTypeObject,
    /// How many words an instance has behind its head.
    pub(crate) words: usize,
    /// Freed instances of that size, if it is not too large.
    pub(crate) pool: Option<&'static Pool>,
    /// The version of the class for which the constructor is right, or [`NEVER`].
    pub(crate) version: c_uint,
    pub(crate) constructor: Constructor,
}

/// The `__init__` of a dataclass as data; empty where that does more than to fill slots.
#[derive(Default)]
pub(crate) struct Constructor {
    pub(crate) parameters: Vec<Parameter>,
    /// How many of them can be given by position.
    pub(crate) positional: usize,
    /// The function itself.
    init: Option<Ref>,
}

pub(crate) struct Parameter {
    /// The very string that a call with keywords has, unless that was made at run time.
    pub(crate) name: Ref,
    /// Where in an instance its slot is.
    pub(crate) offset: usize,
    /// The descriptor of the slot.
    slot: Ref,
    pub(crate) default: Option<Ref>,
}

/// No class has this version.
const NEVER: c_uint = c_uint::MAX;

/// A class with more fields is constructed by Python.
pub(crate) const MAX_PARAMETERS: usize = 16;

pub(crate) const HEAD: usize = size_of::<ffi::PyObject>();

pub(crate) const WORD: usize = size_of::<*mut ffi::PyObject>();

/// Makes the type of [`EffectClass`].
pub(crate) fn create_effect_class(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<EffectClass>(c"doeff_vm.EffectClass")
        .flags(ffi::Py_TPFLAGS_HAVE_GC | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION)
        .doc(c"How instances of a class that @effect made are constructed.");
    // SAFETY: each function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_dealloc, dealloc_class as *mut c_void)
            .slot(ffi::Py_tp_traverse, traverse_class as *mut c_void)
            .slot(ffi::Py_tp_clear, clear_class as *mut c_void)
            .build(py)
    }
}

/// Lets the instances of a class that `@effect` has just made be constructed and freed by native code,
/// if their layout allows it.
///
/// `names` are its fields, as the parameters of its `__init__`; so many of them are positional, and
/// these defaults need no call. Without `positional`, its `__init__` does something else than that.
#[pyfunction]
#[pyo3(name = "_make_native")]
#[allow(clippy::needless_pass_by_value)] // what PyO3 extracts
pub(crate) fn make_native(
    cls: &Bound<'_, PyType>,
    names: Vec<Bound<'_, PyString>>,
    positional: Option<usize>,
    defaults: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let class = cls.as_type_ptr();
    let parameters = names.iter().map(|name| parameter(cls, name, defaults));
    let Some(parameters) = parameters.collect::<PyResult<Option<Vec<_>>>>()? else {
        return Ok(());
    };
    // SAFETY: the class is alive for the call.
    let Some(words) = (unsafe { native_words(class, &parameters) }) else {
        return Ok(());
    };
    let constructor = match positional {
        Some(positional) if parameters.len() <= MAX_PARAMETERS => {
            let init = cls.getattr("__init__")?;
            Constructor {
                positional: positional.min(parameters.len()),
                parameters,
                init: Some(from_bound(init)),
            }
        }
        _ => Constructor::default(),
    };
    // SAFETY: every field is initialised before the collector sees the object. The class can be freed by
    // the new function, and `tp_cache` is free: both were checked. That holds for instances that
    // exist already, too, since they were allocated in the same way.
    unsafe {
        let made = ffi::PyObject_GC_New::<EffectClass>(types().effect_class);
        if made.is_null() {
            return Err(PyErr::fetch(cls.py()));
        }
        (&raw mut (*made).class).write(class);
        (&raw mut (*made).words).write(words);
        (&raw mut (*made).pool).write(FREE.get(words));
        (&raw mut (*made).version).write(NEVER);
        (&raw mut (*made).constructor).write(constructor);
        ffi::PyObject_GC_Track(made.cast());
        (*class).tp_cache = made.cast();
        (*class).tp_dealloc = Some(dealloc);
        settle(made);
    }
    Ok(())
}

/// The parameter for a field; `None` if that is not a slot of an instance.
fn parameter(
    cls: &Bound<'_, PyType>,
    name: &Bound<'_, PyString>,
    defaults: &Bound<'_, PyDict>,
) -> PyResult<Option<Parameter>> {
    let Ok(slot) = cls.getattr(name) else {
        return Ok(None);
    };
    // SAFETY: the type of an object tells its layout; the definition that a descriptor refers to lives
    // as long as that, and only the descriptors of a class's own bases tell about its instances.
    let offset = unsafe {
        if ffi::Py_TYPE(slot.as_ptr()) != &raw mut ffi::PyMemberDescr_Type {
            return Ok(None);
        }
        let descriptor = slot.as_ptr().cast::<ffi::PyMemberDescrObject>();
        let member = (*descriptor).d_member;
        if (*member).type_code != ffi::Py_T_OBJECT_EX
            || ffi::PyType_IsSubtype(cls.as_type_ptr(), (*descriptor).d_common.d_type) == 0
        {
            return Ok(None);
        }
        (*member).offset.cast_unsigned()
    };
    let default = defaults.get_item(name)?;
    Ok(Some(Parameter {
        name: from_bound(name.clone().into_any()),
        offset,
        slot: from_bound(slot),
        default: default.map(from_bound),
    }))
}

/// How many words instances of a class have behind their head, if each of them is the slot of one of
/// these parameters or the list of weak references, and there is nothing else to free.
///
/// # Safety
/// `class` must be a valid type.
unsafe fn native_words(class: *mut ffi::PyTypeObject, parameters: &[Parameter]) -> Option<usize> {
    // SAFETY: by the caller's word; a type keeps its base alive, and the last one is `object`.
    unsafe {
        let is_plain = is_freed_by_slots(class)
            && (*class).tp_cache.is_null()
            && has_usual_weak_list(class)
            && ffi::PyType_HasFeature(class, ffi::Py_TPFLAGS_HAVE_GC) != 0;
        if !is_plain {
            return None;
        }
        let mut base = (*class).tp_base;
        while base != &raw mut ffi::PyBaseObject_Type && own(base).is_none() {
            let size = (*base).tp_basicsize.cast_unsigned();
            if !is_freed_by_slots(base) || size != HEAD || (*base).tp_weaklistoffset != 0 {
                return None;
            }
            base = (*base).tp_base;
        }
        let slots = parameters.iter().map(|parameter| parameter.offset);
        let mut words: Vec<usize> = slots.chain(weak_list(class)).collect();
        words.sort_unstable();
        let size = (*class).tp_basicsize.cast_unsigned();
        let is_all = (HEAD..size).step_by(WORD).eq(words.iter().copied());
        is_all.then_some(words.len())
    }
}

/// Whether CPython's own function frees the instances, which knows slots, and they have no `__dict__`
/// and no items.
///
/// # Safety
/// `class` must be a valid type.
unsafe fn is_freed_by_slots(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: by the caller's word. `EffectBase` was made without a function of its own.
    unsafe {
        address((*class).tp_dealloc) == address((*types().effect_base).tp_dealloc)
            && (*class).tp_dictoffset == 0
            && (*class).tp_itemsize == 0
    }
}

pub(crate) fn address(function: Option<ffi::destructor>) -> *const c_void {
    function.map_or(ptr::null(), |function| function as *const c_void)
}

/// Whether the list of weak references is where `__weakref__` puts it: before the head of an instance,
/// behind it before CPython 3.12.
///
/// # Safety
/// `class` must be a valid type.
unsafe fn has_usual_weak_list(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: by the caller's word.
    let offset = unsafe { (*class).tp_weaklistoffset };
    if cfg!(Py_3_12) {
        offset < 0
    } else {
        offset > 0
    }
}

/// Where the list of weak references is, if that is behind the head.
///
/// # Safety
/// `class` must be a valid type with such a list.
pub(crate) unsafe fn weak_list(class: *mut ffi::PyTypeObject) -> Option<usize> {
    // SAFETY: by the caller's word.
    let offset = unsafe { (*class).tp_weaklistoffset };
    (!cfg!(Py_3_12)).then_some(offset.cast_unsigned())
}

/// What is known of the class itself; `None` if `@effect` did not make it.
///
/// # Safety
/// `class` must be a valid type.
#[inline]
pub(crate) unsafe fn own(class: *mut ffi::PyTypeObject) -> Option<*mut EffectClass> {
    // SAFETY: by the caller's word; what `tp_cache` refers to is an object.
    unsafe {
        let cache = (*class).tp_cache;
        if cache.is_null() || ffi::Py_TYPE(cache) != types().effect_class {
            return None;
        }
        let made = cache.cast::<EffectClass>();
        ((*made).class == class).then_some(made)
    }
}

/// Whether a call of the class would still do what the constructor does: nothing that this stands for
/// was replaced. If so, the class has a version, unless CPython has run out of them.
///
/// # Safety
/// `made` must be what is known of a class that the caller keeps alive.
unsafe fn is_as_made(made: *mut EffectClass) -> bool {
    // SAFETY: by the caller's word, whatever code a look-up runs.
    unsafe {
        let class = (*made).class;
        let Some(init) = &(*made).constructor.init else {
            return false;
        };
        let parameters = &(*made).constructor.parameters;
        let new = (*class).tp_new.map(|function| function as *const c_void);
        let usual = ffi::PyBaseObject_Type.tp_new;
        new == usual.map(|function| function as *const c_void)
            && ffi::PyType_HasFeature(class, ffi::Py_TPFLAGS_IS_ABSTRACT) == 0
            && is_found(
                ffi::PyObject_GetAttrString(class.cast(), c"__init__".as_ptr()),
                init,
            )
            && parameters.iter().all(|parameter| {
                let found = ffi::PyObject_GetAttr(class.cast(), parameter.name.as_ptr());
                is_found(found, &parameter.slot)
            })
    }
}

/// Whether the result of a look-up is this object.
///
/// # Safety
/// `found` must be null, with an exception set, or a new reference.
unsafe fn is_found(found: *mut ffi::PyObject, wanted: &Ref) -> bool {
    // SAFETY: by the caller's word.
    let found = unsafe { Ref::from_result(found) };
    if found.is_none() {
        drop(take_error());
    }
    found.is_some_and(|found| found.as_ptr() == wanted.as_ptr())
}

/// Lets the constructor work for the class as it is now, or no more.
///
/// # Safety
/// `made` must be what is known of a class that the caller keeps alive.
pub(crate) unsafe fn settle(made: *mut EffectClass) {
    // SAFETY: by the caller's word.
    unsafe {
        let class = (*made).class;
        let is_right = is_as_made(made);
        (*class).tp_vectorcall = is_right.then_some(construct as ffi::vectorcallfunc);
        (*made).version = match (*class).tp_version_tag {
            0 => NEVER, // it has none
            version => version,
        };
    }
}

unsafe extern "C" fn dealloc_class(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object that nothing refers to; what it held is moved out
    // before it goes.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let constructor = (&raw mut (*object.cast::<EffectClass>()).constructor).read();
        let kind = ffi::Py_TYPE(object);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(kind.cast());
        drop(constructor);
    }
}

unsafe extern "C" fn traverse_class(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked object of this type; nothing changes it meanwhile.
    unsafe {
        let constructor = &(*object.cast::<EffectClass>()).constructor;
        let defaults = constructor
            .parameters
            .iter()
            .filter_map(|parameter| parameter.default.as_ref());
        let slots = constructor
            .parameters
            .iter()
            .map(|parameter| &parameter.slot);
        for held in defaults.chain(slots).chain(&constructor.init) {
            let stop = visit(held.as_ptr(), arg);
            if stop != 0 {
                return stop;
            }
        }
        visit(ffi::Py_TYPE(object).cast(), arg)
    }
}

unsafe extern "C" fn clear_class(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as for `traverse_class`. The class is garbage, too; what still calls it is served by
    // Python, because no class has this version.
    unsafe {
        let made = object.cast::<EffectClass>();
        (*made).version = NEVER;
        drop(std::mem::take(&mut (*made).constructor));
    }
    0
}
