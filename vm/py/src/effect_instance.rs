//! How instances of a class that `@effect` made are constructed and freed.

use std::ffi::c_void;
use std::ptr;

use pyo3::ffi;

use crate::calls;
use crate::effect_class::{
    Constructor, EffectClass, HEAD, MAX_PARAMETERS, WORD, address, own, settle, weak_list,
};
use crate::freelist::FreeList;
use crate::object::Ref;
use crate::trash::release_field;

/// Freed instances of one size.
pub(crate) type Pool = FreeList<64>;

/// The memory of larger instances is given back.
const MAX_WORDS: usize = 8;

/// By how many words they have behind their head. What lies before it is the same for all classes.
pub(crate) static FREE: [Pool; MAX_WORDS + 1] = [const { Pool::new() }; MAX_WORDS + 1];

/// The `tp_vectorcall`.
pub(crate) unsafe extern "C" fn construct(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives as many arguments as it says, keyword values after positional ones. No
    // class inherits this function, so `tp_cache` is what `make_native` has put there, and the caller
    // keeps the class alive.
    unsafe {
        let class = class.cast::<ffi::PyTypeObject>();
        let made = (*class).tp_cache.cast::<EffectClass>();
        let given = ffi::PyVectorcall_NARGS(nargsf).cast_unsigned();
        if (*class).tp_version_tag != (*made).version {
            return construct_changed(made, args, given, kwnames);
        }
        let constructor = &(*made).constructor;
        let is_usual = kwnames.is_null() && given == constructor.parameters.len();
        if is_usual && given <= constructor.positional {
            instantiate(made, args)
        } else {
            construct_by_name(made, args, given, kwnames)
        }
    }
}

/// Constructs an instance where some arguments are left out, given by name, or wrong.
///
/// # Safety
/// As for [`construct_by_python`].
#[inline(never)] // the usual call has no use for so large a frame
unsafe fn construct_by_name(
    made: *mut EffectClass,
    args: *const *mut ffi::PyObject,
    given: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word; all values are there if `bind` has found them.
    unsafe {
        let mut values = [ptr::null_mut(); MAX_PARAMETERS];
        match bind(&(*made).constructor, args, given, kwnames, &mut values) {
            Some(()) => instantiate(made, values.as_ptr()),
            None => construct_by_python(made, args, given, kwnames),
        }
    }
}

/// Finds the value of each parameter; `None` where Python has to call or refuse something.
///
/// # Safety
/// The arguments must be those of a vectorcall.
unsafe fn bind(
    constructor: &Constructor,
    args: *const *mut ffi::PyObject,
    given: usize,
    kwnames: *mut ffi::PyObject,
    values: &mut [*mut ffi::PyObject; MAX_PARAMETERS],
) -> Option<()> {
    let parameters = &constructor.parameters;
    if given > constructor.positional {
        return None;
    }
    // SAFETY: by the caller's word.
    unsafe {
        for (value, index) in values.iter_mut().zip(0..given) {
            *value = *args.add(index);
        }
        for index in 0..named(kwnames) {
            let name = ffi::PyTuple_GET_ITEM(kwnames, index.cast_signed());
            let mut names = parameters.iter().map(|parameter| parameter.name.as_ptr());
            let value = &mut values[names.position(|known| known == name)?];
            if !value.is_null() {
                return None;
            }
            *value = *args.add(given + index);
        }
    }
    for (parameter, value) in parameters.iter().zip(values) {
        if value.is_null() {
            *value = parameter.default.as_ref()?.as_ptr();
        }
    }
    Some(())
}

/// How many arguments are given by name.
///
/// # Safety
/// `kwnames` must be null or a tuple.
unsafe fn named(kwnames: *mut ffi::PyObject) -> usize {
    if kwnames.is_null() {
        return 0;
    }
    // SAFETY: by the caller's word.
    unsafe { ffi::PyTuple_GET_SIZE(kwnames).cast_unsigned() }
}

/// Makes an instance.
///
/// # Safety
/// The class of `made` must be alive, and `values` point to a valid object for each parameter.
#[inline]
unsafe fn instantiate(
    made: *mut EffectClass,
    mut values: *const *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word. The parameters and the list of weak references are all that an
    // instance has, see `native_words`, so that all of it is initialised before the collector sees it.
    unsafe {
        let class = (*made).class;
        // Memory remembers for good that an object there was finalized.
        let object: *mut ffi::PyObject = match (*made).pool {
            Some(pool) if (*class).tp_finalize.is_none() => pool.take(class),
            _ => ptr::null_mut(),
        };
        let object = if object.is_null() {
            ffi::PyObject_GC_New(class) // as large as the class says
        } else {
            object
        };
        if object.is_null() {
            return ptr::null_mut();
        }
        for parameter in &(*made).constructor.parameters {
            let value = *values;
            values = values.add(1);
            ffi::Py_INCREF(value);
            word(object, parameter.offset).write(value);
        }
        if let Some(offset) = weak_list(class) {
            word(object, offset).write(ptr::null_mut());
        }
        ffi::PyObject_GC_Track(object.cast());
        object
    }
}

/// # Safety
/// The object must have a word there.
#[inline]
unsafe fn word(object: *mut ffi::PyObject, offset: usize) -> *mut *mut ffi::PyObject {
    // SAFETY: by the caller's word; objects and their words are aligned alike.
    unsafe { object.byte_add(offset).cast() }
}

/// Constructs an instance of a class that was changed since its constructor was last right.
///
/// # Safety
/// As for [`construct_by_python`].
#[cold]
unsafe fn construct_changed(
    made: *mut EffectClass,
    args: *const *mut ffi::PyObject,
    given: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    unsafe {
        settle(made);
        construct_by_python(made, args, given, kwnames)
    }
}

/// Constructs an instance, or fails to, as CPython does: `type.__call__(cls, ...)`.
///
/// # Safety
/// `made` must be what is known of a class that the caller keeps alive, and the arguments those of a
/// vectorcall of it.
unsafe fn construct_by_python(
    made: *mut EffectClass,
    args: *const *mut ffi::PyObject,
    given: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    unsafe {
        let class: *mut ffi::PyObject = (*made).class.cast();
        let call =
            ffi::PyObject_GetAttrString((&raw mut ffi::PyType_Type).cast(), c"__call__".as_ptr());
        let Some(call) = Ref::from_result(call) else {
            return ptr::null_mut();
        };
        let mut arguments = vec![class];
        arguments.extend((0..given + named(kwnames)).map(|index| *args.add(index)));
        calls::vectorcall(call.as_ptr(), &arguments, given + 1, kwnames)
    }
}

/// The `tp_dealloc`: frees an instance, or what is left of one of a derived class.
pub(crate) unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object that nothing refers to. Whatever its layout is,
    // it begins with that of the nearest base which has this function, whose words are slots, but
    // for the list of weak references. While they are emptied, which may run any code, the object can
    // no longer be reached.
    unsafe {
        let class = ffi::Py_TYPE(object);
        let is_own = address((*class).tp_dealloc) == dealloc as *const c_void;
        let made = if is_own {
            (*class).tp_cache.cast::<EffectClass>()
        } else {
            nearest(class)
        };
        let is_finalized = is_own && (*class).tp_finalize.is_some();
        if is_finalized {
            if ffi::PyObject_CallFinalizerFromDealloc(object) != 0 {
                return; // it is referred to again
            }
            if ffi::Py_TYPE(object) != class {
                return dealloc_as_other(object);
            }
        }
        ffi::PyObject_GC_UnTrack(object.cast());
        let weak_list = object.byte_offset((*class).tp_weaklistoffset);
        if !(*weak_list.cast::<*mut ffi::PyObject>()).is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let words = (*made).words;
        for index in 0..words {
            let offset = HEAD + index * WORD;
            if let Some(value) = Ref::from_result(*word(object, offset)) {
                release_field(value);
            }
        }
        match (*made).pool {
            Some(pool) if is_own && !is_finalized => pool.free(object),
            _ => {
                if let Some(free) = (*class).tp_free {
                    free(object.cast());
                }
                ffi::Py_DECREF(class.cast());
            }
        }
    }
}

/// Frees an object whose finalizer has given it another class, which does not call that again.
///
/// # Safety
/// As for [`dealloc`].
#[cold]
unsafe fn dealloc_as_other(object: *mut ffi::PyObject) {
    // SAFETY: by the caller's word.
    unsafe {
        if let Some(dealloc) = (*ffi::Py_TYPE(object)).tp_dealloc {
            dealloc(object);
        }
    }
}

/// What is known of the nearest base of a class that has `dealloc`.
///
/// # Safety
/// The class must be valid, and derived from one that `@effect` made.
#[cold]
unsafe fn nearest(class: *mut ffi::PyTypeObject) -> *mut EffectClass {
    // SAFETY: by the caller's word there is one before the chain of bases ends.
    unsafe {
        let mut base = (*class).tp_base;
        loop {
            if let Some(made) = own(base) {
                return made;
            }
            base = (*base).tp_base;
        }
    }
}
