//! `DoCall`: a call of a `@do` function that was not made yet, which is a program.

use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

use pyo3::types::{PyAnyMethods, PyDict, PyTuple, PyTupleMethods};
use pyo3::{Bound, IntoPyObjectExt, PyResult, Python, ffi};

use crate::calls;
use crate::do_function::undecorated;
use crate::freelist::FreeList;
use crate::object::{Ref, with_python};
use crate::trash::release_field;
use crate::types::{
    TypeBuilder, getter, last_getter, last_member, method, raise, reduced, types, visit_object,
};

/// A call of a [`do_function`](crate::do_function) that was not made yet: the program. Its arguments lie in the object,
/// as CPython's vectorcall protocol gave them and will take them: positional ones, then the values
/// of keyword ones.
#[repr(C)]
struct DoCall {
    head: ffi::PyVarObject,
    function: *mut ffi::PyObject,
    /// A tuple of names, or null.
    kwnames: *mut ffi::PyObject,
    args: [*mut ffi::PyObject; 0],
}

/// Calls with up to this many arguments are recycled; they all have room for as many.
const RECYCLED_ARGS: isize = 3;

static FREE_CALLS: FreeList<64> = FreeList::new();

/// Makes `DoCall`.
pub(crate) fn create_do_call(
    py: Python<'_>,
    program: *mut ffi::PyTypeObject,
) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<DoCall>(c"doeff_vm.DoCall")
        .items(size_of::<*mut ffi::PyObject>())
        .flags(ffi::Py_TPFLAGS_HAVE_GC | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION)
        .base(program)
        .doc(
            c"The lazy, reusable program that calling a @do function gives: each time the machine\n\
            starts it, it calls the function anew.",
        )
        .members(vec![last_member()])
        .getters(vec![
            getter(c"function", get_function, c"The undecorated function."),
            getter(c"args", get_args, c"The positional arguments, a tuple."),
            getter(c"kwargs", get_kwargs, c"The keyword arguments, a new dict."),
            last_getter(),
        ])
        .methods(vec![
            method(
                c"__reduce__",
                do_call_reduce,
                ffi::METH_NOARGS,
                c"Pickles where the function and the arguments do.",
            ),
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: each function has the signature of its slot.
    unsafe {
        builder
            .slot(ffi::Py_tp_dealloc, do_call_dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, do_call_traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, do_call_clear as *mut c_void)
            .slot(ffi::Py_tp_repr, do_call_repr as *mut c_void)
            .build(py)
    }
}

/// # Safety
/// `object` must be a `DoCall`.
unsafe fn do_call_args<'a>(object: *mut ffi::PyObject) -> &'a mut [*mut ffi::PyObject] {
    // SAFETY: a call has as many arguments behind its fixed part as its size says.
    unsafe {
        let call = object.cast::<DoCall>();
        let count = (*call).head.ob_size.cast_unsigned();
        std::slice::from_raw_parts_mut((&raw mut (*call).args).cast(), count)
    }
}

pub(crate) unsafe extern "C" fn do_function_call(
    function: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives as many arguments as it says, keyword values after positional ones.
    // Every field is initialised before the collector sees the object.
    unsafe {
        let mut count = ffi::PyVectorcall_NARGS(nargsf);
        if !kwnames.is_null() {
            count += ffi::PyTuple_GET_SIZE(kwnames);
        }
        let kind = types().do_call;
        let mut call: *mut DoCall = ptr::null_mut();
        let mut room = count;
        if count <= RECYCLED_ARGS {
            call = FREE_CALLS.take(kind).cast();
            room = RECYCLED_ARGS;
        }
        if call.is_null() {
            call = ffi::PyObject_GC_NewVar::<DoCall>(kind, room);
        }
        if call.is_null() {
            return ptr::null_mut();
        }
        (&raw mut (*call).head.ob_size).write(count);
        ffi::Py_INCREF(function);
        (&raw mut (*call).function).write(function);
        ffi::Py_XINCREF(kwnames);
        (&raw mut (*call).kwnames).write(kwnames);
        let kept: *mut *mut ffi::PyObject = (&raw mut (*call).args).cast();
        for index in 0..count {
            let argument = *args.offset(index);
            ffi::Py_INCREF(argument);
            kept.offset(index).write(argument);
        }
        ffi::PyObject_GC_Track(call.cast());
        call.cast()
    }
}

unsafe extern "C" fn do_call_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a call that nothing refers to. Its references are
    // dropped while its memory is still there but nothing can reach it any more.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let call = object.cast::<DoCall>();
        let function = Ref::from_result((*call).function);
        let kwnames = Ref::from_result((*call).kwnames);
        let args = do_call_args(object);
        for &mut argument in &mut *args {
            if let Some(argument) = Ref::from_result(argument) {
                release_field(argument);
            }
        }
        if args.len().cast_signed() <= RECYCLED_ARGS {
            FREE_CALLS.free(object);
        } else {
            let kind = ffi::Py_TYPE(object);
            ffi::PyObject_GC_Del(object.cast());
            ffi::Py_DECREF(kind.cast());
        }
        drop(kwnames);
        if let Some(function) = function {
            release_field(function);
        }
    }
}

unsafe extern "C" fn do_call_traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked call.
    unsafe {
        let call = object.cast::<DoCall>();
        let fixed = [
            (*call).function,
            (*call).kwnames,
            ffi::Py_TYPE(object).cast(),
        ];
        for &field in fixed.iter().chain(do_call_args(object).iter()) {
            let stop = visit_object(field, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
    }
    0
}

unsafe extern "C" fn do_call_clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython gives a tracked call; each argument is gone from it before it is dropped. The
    // function stays: a cycle through it is broken there.
    unsafe {
        for argument in do_call_args(object) {
            drop(Ref::from_result(std::mem::replace(
                argument,
                ptr::null_mut(),
            )));
        }
    }
    0
}

/// Whether an object is a call of a `@do` function.
#[inline]
pub fn is_do_call(object: &Ref) -> bool {
    object.type_ptr() == types().do_call
}

/// The undecorated function of a call, borrowed from it.
///
/// # Safety
/// `call` must be a `DoCall`.
unsafe fn wrapped(call: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a call's function is a `DoFunction`, which it keeps alive.
    unsafe { undecorated((*call.cast::<DoCall>()).function) }
}

/// Calls the function of a call. `None` means that it raised.
///
/// # Safety
/// `call` must be a `DoCall`.
#[inline]
pub unsafe fn start(call: &Ref) -> Option<Ref> {
    // SAFETY: by the caller's word. `call` keeps the arguments alive; a cleared one, which only a
    // finalizer can still hold, has nulls, which must not reach the function.
    unsafe {
        let object = call.as_ptr().cast::<DoCall>();
        let args = do_call_args(call.as_ptr());
        let function = wrapped(call.as_ptr());
        if function.is_null() || args.iter().any(|argument| argument.is_null()) {
            return taken_apart();
        }
        let kwnames = (*object).kwnames;
        let keywords = if kwnames.is_null() {
            0
        } else {
            ffi::PyTuple_GET_SIZE(kwnames).cast_unsigned()
        };
        Ref::from_result(calls::vectorcall(
            function,
            args,
            args.len() - keywords,
            kwnames,
        ))
    }
}

/// Sets the error of a program that the collector has cleared.
#[cold]
pub fn taken_apart() -> Option<Ref> {
    // SAFETY: the interpreter is held.
    unsafe {
        ffi::PyErr_SetString(
            ffi::PyExc_RuntimeError,
            c"this program was already taken apart by the garbage collector".as_ptr(),
        );
    }
    None
}

/// Drops a reference to a call.
///
/// # Safety
/// `call` must be a `DoCall`.
#[inline]
pub unsafe fn release(call: Ref) {
    if call.is_unique() {
        // SAFETY: by the caller's word. Nobody else refers to it, so this is what dropping it does.
        unsafe { do_call_dealloc(call.into_ptr()) };
    }
}

/// The undecorated function of a call.
///
/// # Safety
/// `call` must be a `DoCall`.
pub unsafe fn function_of(call: &Ref) -> Ref {
    // SAFETY: by the caller's word; the call keeps the function alive.
    unsafe {
        NonNull::new(wrapped(call.as_ptr()))
            .map_or_else(Ref::none, |function| Ref::from_borrowed(function))
    }
}

unsafe extern "C" fn get_function(
    object: *mut ffi::PyObject,
    _: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a call, which it keeps alive.
    unsafe {
        let call = ManuallyDrop::new(Ref::from_owned(NonNull::new_unchecked(object)));
        function_of(&call).into_ptr()
    }
}

/// How many arguments of a call are positional.
///
/// # Safety
/// `object` must be a `DoCall`.
unsafe fn positional_count(object: *mut ffi::PyObject) -> usize {
    // SAFETY: by the caller's word.
    unsafe {
        let call = object.cast::<DoCall>();
        let count = (*call).head.ob_size;
        if (*call).kwnames.is_null() {
            count.cast_unsigned()
        } else {
            (count - ffi::PyTuple_GET_SIZE((*call).kwnames)).cast_unsigned()
        }
    }
}

unsafe extern "C" fn get_args(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a call; the tuple takes references of its own.
    unsafe {
        let args = &do_call_args(object)[..positional_count(object)];
        let tuple = ffi::PyTuple_New(args.len().cast_signed());
        if !tuple.is_null() {
            for (index, &argument) in args.iter().enumerate() {
                let argument = if argument.is_null() {
                    ffi::Py_None()
                } else {
                    argument
                };
                ffi::Py_INCREF(argument);
                ffi::PyTuple_SET_ITEM(tuple, index.cast_signed(), argument);
            }
        }
        tuple
    }
}

unsafe extern "C" fn get_kwargs(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a call; the dict takes references of its own.
    unsafe {
        let Some(dict) = Ref::from_result(ffi::PyDict_New()) else {
            return ptr::null_mut();
        };
        let kwnames = (*object.cast::<DoCall>()).kwnames;
        let values = &do_call_args(object)[positional_count(object)..];
        for (index, &value) in values.iter().enumerate() {
            let name = ffi::PyTuple_GET_ITEM(kwnames, index.cast_signed());
            if !value.is_null() && ffi::PyDict_SetItem(dict.as_ptr(), name, value) != 0 {
                return ptr::null_mut();
            }
        }
        dict.into_ptr()
    }
}

unsafe extern "C" fn do_call_repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a call; names are owned until they were formatted.
    unsafe {
        let function = (*object.cast::<DoCall>()).function;
        let name = Ref::from_result(ffi::PyObject_GetAttrString(
            function,
            c"__qualname__".as_ptr(),
        ));
        if let Some(name) = name {
            ffi::PyUnicode_FromFormat(c"<DoCall %S>".as_ptr(), name.as_ptr())
        } else {
            ffi::PyErr_Clear();
            ffi::PyUnicode_FromString(c"<DoCall>".as_ptr())
        }
    }
}

unsafe extern "C" fn do_call_reduce(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a call; every intermediate result is checked and owned.
    unsafe {
        let function = (*object.cast::<DoCall>()).function;
        let args = get_args(object, ptr::null_mut());
        if positional_count(object) == do_call_args(object).len() {
            return reduced(function, args);
        }
        // Keywords: functools.partial(function, *args, **kwargs)() makes the call.
        let (args, kwargs) = (
            Ref::from_result(args),
            Ref::from_result(get_kwargs(object, ptr::null_mut())),
        );
        let (Some(args), Some(kwargs)) = (args, kwargs) else {
            return ptr::null_mut();
        };
        let made = with_python(|py| -> PyResult<*mut ffi::PyObject> {
            let function = Bound::from_borrowed_ptr(py, function);
            let args = Bound::from_borrowed_ptr(py, args.as_ptr()).cast_into::<PyTuple>()?;
            let kwargs = Bound::from_borrowed_ptr(py, kwargs.as_ptr()).cast_into::<PyDict>()?;
            let partial = py.import("functools")?.getattr("partial")?;
            let mut all = vec![function];
            all.extend(args.iter());
            let partial = partial.call(PyTuple::new(py, all)?, Some(&kwargs))?;
            Ok((partial, PyTuple::empty(py)).into_py_any(py)?.into_ptr())
        });
        made.unwrap_or_else(|error| with_python(|py| raise(py, error)))
    }
}
