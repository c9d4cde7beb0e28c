//! `Expand` and `Call`: doeff's programs that have a body of their own.
//!
//! `Expand` may be subclassed; `Call`, which is what calling a `@do` function of doeff's gives, is one
//! and is final.

use std::ffi::{c_int, c_void};
use std::mem::offset_of;
use std::ptr;

use pyo3::{PyResult, Python, ffi};

use crate::calls;
use crate::do_call;
use crate::do_function;
use crate::freelist::FreeList;
use crate::node_slots::without_surrogates;
use crate::object::Ref;
use crate::trash::{release_field, release_tuple};
use crate::types::{
    TypeBuilder, class_getitem, dict_attribute, getter, last_getter, last_member, method,
    new_by_vectorcall, object_member, offset_member, reduced, set_constructor, types, visit_object,
};

use super::arguments::Signature;

/// The layout of an `Expand`, and the beginning of a `Call`'s.
#[repr(C)]
struct Expand {
    head: ffi::PyObject,
    /// The program whose result is the body. Null in a `Call`.
    expr: *mut ffi::PyObject,
    dict: *mut ffi::PyObject,
}

/// The layout of a `Call`.
#[repr(C)]
struct Call {
    base: Expand,
    /// A `DoFunction`.
    function: *mut ffi::PyObject,
    /// A tuple.
    args: *mut ffi::PyObject,
    /// A dict.
    kwargs: *mut ffi::PyObject,
}

static FREE_CALLS: FreeList<64> = FreeList::new();

const EXPAND: Signature<1> = Signature {
    name: c"Expand.__new__",
    parameters: [c"expr"],
    required: 1,
};

const CALL: Signature<3> = Signature {
    name: c"Call.__new__",
    parameters: [c"function", c"args", c"kwargs"],
    required: 3,
};

/// Makes `Expand`.
pub(crate) fn create_expand(
    py: Python<'_>,
    program: *mut ffi::PyTypeObject,
) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<Expand>(c"doeff_vm.doeff_vm.Expand")
        .flags(ffi::Py_TPFLAGS_HAVE_GC | ffi::Py_TPFLAGS_BASETYPE)
        .base(program)
        .doc(
            c"Expand(expr)\n--\n\n\
            Run the program expr, whose result is an IRStream, and then the generator in that.",
        )
        .members(vec![
            object_member(
                c"expr",
                offset_of!(Expand, expr),
                c"the program whose result is run",
            ),
            offset_member(c"__dictoffset__", offset_of!(Expand, dict)),
            last_member(),
        ])
        .getters(vec![dict_attribute(), last_getter()])
        .methods(vec![
            method(
                c"__reduce__",
                expand_reduce,
                ffi::METH_NOARGS,
                c"How to pickle and copy this.",
            ),
            class_getitem(c"Expand[T, E]: of a program whose result is a T."),
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: each function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_new, expand_new as *mut c_void)
            .slot(ffi::Py_tp_dealloc, expand_dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, expand_traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, expand_clear as *mut c_void)
            .slot(ffi::Py_tp_repr, expand_repr as *mut c_void)
            .build(py)
    }
}

/// Makes `Call`.
pub(crate) fn create_call(
    py: Python<'_>,
    expand: *mut ffi::PyTypeObject,
) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<Call>(c"doeff_vm.doeff_vm.Call")
        .flags(ffi::Py_TPFLAGS_HAVE_GC)
        .base(expand)
        .doc(
            c"Call(function, args, kwargs)\n--\n\n\
            The program that calls function.function(*args, **kwargs) each time it is started, and\n\
            runs the generator that this gives; anything else is the result.",
        )
        .members(vec![
            object_member(c"function", offset_of!(Call, function), c"a DoFunction"),
            object_member(c"args", offset_of!(Call, args), c"a tuple"),
            object_member(c"kwargs", offset_of!(Call, kwargs), c"a dict"),
            offset_member(c"__dictoffset__", offset_of!(Expand, dict)),
            last_member(),
        ])
        .getters(vec![
            getter(c"expr", call_expr, c"A call has none."),
            last_getter(),
        ])
        .methods(vec![
            method(
                c"__reduce__",
                call_reduce,
                ffi::METH_NOARGS,
                c"How to pickle and copy this.",
            ),
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: each function has the signature of its slot, and the type is not yet seen by anyone.
    unsafe {
        let kind = builder
            .slot(ffi::Py_tp_new, new_by_vectorcall as *mut c_void)
            .slot(ffi::Py_tp_dealloc, call_dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, call_traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, call_clear as *mut c_void)
            .slot(ffi::Py_tp_repr, call_repr as *mut c_void)
            .build(py)?;
        set_constructor(kind, call_new);
        Ok(kind)
    }
}

// ---- Expand -------------------------------------------------------------------------------------

unsafe extern "C" fn expand_new(
    kind: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a tuple and a dict or null. Memory that `tp_alloc` gives is zeroed and
    // known to the collector, so null fields are what it may see.
    unsafe {
        let Some([expr]) = EXPAND.parse(args, kwargs) else {
            return ptr::null_mut();
        };
        let Some(allocate) = (*kind).tp_alloc else {
            return ptr::null_mut();
        };
        let object = allocate(kind, 0);
        if !object.is_null() {
            ffi::Py_INCREF(expr);
            (&raw mut (*object.cast::<Expand>()).expr).write(expr);
        }
        object
    }
}

unsafe extern "C" fn expand_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object that nothing refers to, whose type or a subtype's own
    // deallocator has untracked it or not; the fields are moved out before the object goes.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let Expand { expr, dict, .. } = object.cast::<Expand>().read();
        let kind = ffi::Py_TYPE(object);
        if let Some(free) = (*kind).tp_free {
            free(object.cast());
        }
        // A subtype's deallocator gives back its type itself.
        if kind == types().expand {
            ffi::Py_DECREF(kind.cast());
        }
        for field in [expr, dict] {
            if let Some(field) = Ref::from_result(field) {
                release_field(field);
            }
        }
    }
}

unsafe extern "C" fn expand_traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked object of this type or a subtype, whose own function visits the
    // type.
    unsafe {
        let expand = object.cast::<Expand>();
        let kind = ffi::Py_TYPE(object);
        let own = if kind == types().expand {
            kind.cast()
        } else {
            ptr::null_mut()
        };
        for held in [(*expand).expr, (*expand).dict, own] {
            let stop = visit_object(held, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

unsafe extern "C" fn expand_clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as for `expand_traverse`; each field is gone from the object before it is dropped.
    unsafe {
        let expand = object.cast::<Expand>();
        for field in [&raw mut (*expand).expr, &raw mut (*expand).dict] {
            drop(Ref::from_result(field.replace(ptr::null_mut())));
        }
        0
    }
}

unsafe extern "C" fn expand_repr(_: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the string ends with a null.
    unsafe { ffi::PyUnicode_FromString(c"Expand(...)".as_ptr()) }
}

unsafe extern "C" fn expand_reduce(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on an `Expand`; the tuple takes a reference of its own.
    unsafe {
        let expr = (*object.cast::<Expand>()).expr;
        let expr = if expr.is_null() { ffi::Py_None() } else { expr };
        reduced(ffi::Py_TYPE(object).cast(), ffi::PyTuple_Pack(1, expr))
    }
}

/// Whether an object is an `Expand`, but no `Call`.
pub fn is_expand(object: &Ref) -> bool {
    // SAFETY: both are valid types.
    unsafe { ffi::PyType_IsSubtype(object.type_ptr(), types().expand) != 0 && !is_call(object) }
}

/// The program whose result is the body.
///
/// # Safety
/// `expand` must be an `Expand` that is no `Call`.
pub unsafe fn expr(expand: &Ref) -> Ref {
    // SAFETY: by the caller's word; null only where the collector has taken it apart.
    unsafe {
        let expr = (*expand.as_ptr().cast::<Expand>()).expr;
        ptr::NonNull::new(expr).map_or_else(Ref::none, |expr| Ref::from_borrowed(expr))
    }
}

// ---- Call ---------------------------------------------------------------------------------------

unsafe extern "C" fn call_new(
    _: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives as many arguments as it says, keyword values after positional ones.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(nargsf).cast_unsigned();
        let Some([function, args, kwargs]) = CALL.bind(args, given, kwnames) else {
            return ptr::null_mut();
        };
        let checks = [
            (function, types().do_function, c"function"),
            (args, &raw mut ffi::PyTuple_Type, c"args"),
            (kwargs, &raw mut ffi::PyDict_Type, c"kwargs"),
        ];
        for (object, kind, parameter) in checks {
            if !super::arguments::is_instance(object, kind, parameter) {
                return ptr::null_mut();
            }
        }
        make_call(function, args, kwargs)
    }
}

/// A new call, or null with an exception set.
///
/// # Safety
/// The arguments must be a `DoFunction`, a tuple and a dict.
pub unsafe fn make_call(
    function: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the list serves only calls; every field is initialised before the collector sees it.
    unsafe {
        let object: *mut Call = FREE_CALLS.allocate(types().call);
        if object.is_null() {
            return ptr::null_mut();
        }
        for field in [function, args, kwargs] {
            ffi::Py_INCREF(field);
        }
        (&raw mut (*object).base.expr).write(ptr::null_mut());
        (&raw mut (*object).base.dict).write(ptr::null_mut());
        (&raw mut (*object).function).write(function);
        (&raw mut (*object).args).write(args);
        (&raw mut (*object).kwargs).write(kwargs);
        ffi::PyObject_GC_Track(object.cast());
        object.cast()
    }
}

unsafe extern "C" fn call_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a call that nothing refers to; the fields are moved out
    // before the object goes.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let Call {
            base,
            function,
            args,
            kwargs,
        } = object.cast::<Call>().read();
        FREE_CALLS.free(object);
        for field in [base.dict, function] {
            if let Some(field) = Ref::from_result(field) {
                release_field(field);
            }
        }
        if let Some(args) = Ref::from_result(args) {
            release_tuple(args);
        }
        if let Some(kwargs) = Ref::from_result(kwargs) {
            // Commonly there are none, and nothing can hang on them.
            if is_empty(kwargs.as_ptr()) {
                drop(kwargs);
            } else {
                release_field(kwargs);
            }
        }
    }
}

/// Whether a dict has no items.
///
/// # Safety
/// `dict` must be one, or of a subclass.
#[inline]
unsafe fn is_empty(dict: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's word.
    unsafe { (*dict.cast::<ffi::PyDictObject>()).ma_used == 0 }
}

unsafe extern "C" fn call_traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked call.
    unsafe {
        let call = object.cast::<Call>();
        for held in [
            (*call).base.dict,
            (*call).function,
            (*call).args,
            (*call).kwargs,
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

unsafe extern "C" fn call_clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as for `call_traverse`; each field is gone from the object before it is dropped. The function
    // stays: a cycle through it is broken there.
    unsafe {
        let call = object.cast::<Call>();
        for field in [
            &raw mut (*call).base.dict,
            &raw mut (*call).args,
            &raw mut (*call).kwargs,
        ] {
            drop(Ref::from_result(field.replace(ptr::null_mut())));
        }
        0
    }
}

unsafe extern "C" fn call_repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a call, whose function is a `DoFunction`.
    unsafe {
        let function = do_function::undecorated((*object.cast::<Call>()).function);
        let text = ffi::PyUnicode_FromFormat(c"Call(%R)".as_ptr(), function);
        without_surrogates(text)
    }
}

unsafe extern "C" fn call_expr(_: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: the string ends with a null.
    unsafe {
        ffi::PyErr_SetString(
            ffi::PyExc_AttributeError,
            c"Call has no expr node: read its function / args / kwargs".as_ptr(),
        );
    }
    ptr::null_mut()
}

unsafe extern "C" fn call_reduce(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a call; the tuple takes references of its own.
    unsafe {
        let call = object.cast::<Call>();
        let or_none = |field: *mut ffi::PyObject| {
            if field.is_null() {
                ffi::Py_None()
            } else {
                field
            }
        };
        let arguments = ffi::PyTuple_Pack(
            3,
            or_none((*call).function),
            or_none((*call).args),
            or_none((*call).kwargs),
        );
        reduced(ffi::Py_TYPE(object).cast(), arguments)
    }
}

/// Whether an object is a `Call`.
#[inline]
pub fn is_call(object: &Ref) -> bool {
    object.type_ptr() == types().call
}

/// Calls the function of a call. `None` means that it raised.
///
/// # Safety
/// `call` must be a `Call`.
#[inline]
pub unsafe fn start(call: &Ref) -> Option<Ref> {
    // SAFETY: by the caller's word; `call` keeps its fields alive. Null fields, of one that the collector
    // has taken apart, must not reach the function.
    unsafe {
        let object = call.as_ptr().cast::<Call>();
        let (args, kwargs) = ((*object).args, (*object).kwargs);
        let function = do_function::undecorated((*object).function);
        if args.is_null() || kwargs.is_null() || function.is_null() {
            return do_call::taken_apart();
        }
        if !is_empty(kwargs) {
            return Ref::from_result(calls::call(function, args, kwargs));
        }
        let count = ffi::PyTuple_GET_SIZE(args).cast_unsigned();
        let items = (&raw const (*args.cast::<ffi::PyTupleObject>()).ob_item).cast();
        let items = std::slice::from_raw_parts(items, count);
        let result = calls::vectorcall(function, items, count, ptr::null_mut());
        Ref::from_result(result)
    }
}

/// Drops a reference to a call.
///
/// # Safety
/// `call` must be a `Call`.
#[inline]
pub unsafe fn release(call: Ref) {
    if call.is_unique() {
        // SAFETY: by the caller's word. Nobody else refers to it, so this is what dropping it does.
        unsafe { call_dealloc(call.into_ptr()) };
    }
}

/// The `DoFunction` of a call, borrowed from it.
///
/// # Safety
/// `call` must be a `Call`.
pub unsafe fn do_function_of(call: &Ref) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    unsafe { (*call.as_ptr().cast::<Call>()).function }
}
