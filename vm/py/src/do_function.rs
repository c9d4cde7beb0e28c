//! What `@do` gives: functions whose calls are lazy programs ([`do_call`](crate::do_call)).

use std::ffi::{c_int, c_void};
use std::mem::offset_of;
use std::ptr;

use pyo3::types::PyAnyMethods;
use pyo3::{Bound, IntoPyObject, IntoPyObjectExt, PyAny, PyErr, PyResult, Python, ffi};

use crate::do_call::do_function_call;
use crate::doeff;
use crate::doeff::arguments::{Signature, is_instance, note_parameter};
use crate::node_slots::without_surrogates;
use crate::object::{Ref, with_python};
use crate::runs::from_bound;
use crate::trash::release_field;
use crate::types::{
    TypeBuilder, class_getitem, dict_attribute, getter, last_getter, last_member, method,
    new_by_vectorcall, object_member, offset_member, raise, set_constructor, visit_object,
};

/// What `@do` makes of a function: calling it gives a [`DoCall`](crate::do_call). Name, docstring and the like live
/// in its `__dict__`, where `functools.update_wrapper` puts them.
#[repr(C)]
struct DoFunction {
    head: ffi::PyObject,
    vectorcall: ffi::vectorcallfunc,
    function: *mut ffi::PyObject,
    /// What doeff keeps with it: a tuple of the lines of its tail resumes and whether it yields. Null in ours.
    facts: *mut ffi::PyObject,
    dict: *mut ffi::PyObject,
    weakrefs: *mut ffi::PyObject,
}

/// Makes `DoFunction`.
pub(crate) fn create_do_function(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let builder = TypeBuilder::new::<DoFunction>(c"doeff_vm.doeff_vm.DoFunction")
        .flags(
            ffi::Py_TPFLAGS_HAVE_GC
                | ffi::Py_TPFLAGS_HAVE_VECTORCALL
                | ffi::Py_TPFLAGS_METHOD_DESCRIPTOR,
        )
        .doc(
            c"DoFunction(function)\n--\n\n\
            A function whose calls are lazy: each gives a program, which calls the function when\n\
            the machine starts it. Made by @do.",
        )
        .members(vec![
            offset_member(c"__vectorcalloffset__", offset_of!(DoFunction, vectorcall)),
            offset_member(c"__dictoffset__", offset_of!(DoFunction, dict)),
            offset_member(c"__weaklistoffset__", offset_of!(DoFunction, weakrefs)),
            object_member(
                c"function",
                offset_of!(DoFunction, function),
                c"The undecorated function.",
            ),
            last_member(),
        ])
        .getters(vec![
            dict_attribute(),
            getter(
                c"tail_resume_lines",
                get_facts,
                c"Of one that doeff has made: the lines of its tail resumes.",
            ),
            ffi::PyGetSetDef {
                closure: ptr::without_provenance_mut(1),
                ..getter(
                    c"yields",
                    get_facts,
                    c"Of one that doeff has made: whether it is a generator function.",
                )
            },
            last_getter(),
        ])
        .methods(vec![
            method(
                c"__reduce__",
                do_function_reduce,
                ffi::METH_NOARGS,
                c"Pickles by qualified name, as functions do.",
            ),
            ffi::PyMethodDef {
                ml_name: c"make_call".as_ptr(),
                ml_meth: ffi::PyMethodDefPointer {
                    PyCFunctionFastWithKeywords: make_call,
                },
                ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
                ml_doc: c"make_call(args, kwargs)\n--\n\nThe Call of this function with these arguments."
                    .as_ptr(),
            },
            class_getitem(c"The type of such functions."),
            ffi::PyMethodDef::zeroed(),
        ]);
    // SAFETY: each function has the signature of its slot, and the type is not yet seen by anyone.
    unsafe {
        let kind = builder
            .slot(ffi::Py_tp_new, new_by_vectorcall as *mut c_void)
            .slot(ffi::Py_tp_dealloc, do_function_dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, do_function_traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, do_function_clear as *mut c_void)
            .slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void)
            .slot(ffi::Py_tp_descr_get, do_function_get as *mut c_void)
            .slot(ffi::Py_tp_repr, do_function_repr as *mut c_void)
            .build(py)?;
        set_constructor(kind, do_function_new);
        Ok(kind)
    }
}

unsafe extern "C" fn do_function_new(
    kind: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives as many arguments as it says; every field is initialised before the
    // collector sees the object.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(nargsf).cast_unsigned();
        if given == 1 && kwnames.is_null() {
            return make_do_function(kind.cast(), *args, ptr::null_mut());
        }
        let Some([function, lines, yields]) = FOREIGN.bind(args, given, kwnames) else {
            return ptr::null_mut();
        };
        match foreign_facts(function, lines, yields) {
            Some(facts) => make_do_function(kind.cast(), function, facts.into_ptr()),
            None => ptr::null_mut(),
        }
    }
}

/// doeff's constructor.
const FOREIGN: Signature<3> = Signature {
    name: c"DoFunction.__new__",
    parameters: [c"function", c"tail_resume_lines", c"yields"],
    required: 3,
};

/// What doeff keeps with a function: a tuple of the lines of its tail resumes and whether it yields.
///
/// # Safety
/// All must be valid objects.
unsafe fn foreign_facts(
    function: *mut ffi::PyObject,
    lines: *mut ffi::PyObject,
    yields: *mut ffi::PyObject,
) -> Option<Ref> {
    with_python(|py| {
        // SAFETY: by the caller's word.
        let (lines, yields) = unsafe {
            (
                Bound::from_borrowed_ptr(py, lines),
                Bound::from_borrowed_ptr(py, yields),
            )
        };
        let noted = |error: PyErr, parameter| {
            error.restore(py);
            // SAFETY: it was just set.
            unsafe { note_parameter(parameter) };
            PyErr::fetch(py)
        };
        let lines = lines.extract::<Vec<u32>>();
        let lines = lines.map_err(|error| noted(error, c"tail_resume_lines"));
        let facts = lines.and_then(|lines| {
            if !lines.is_empty() {
                // SAFETY: by the caller's word.
                let function = unsafe { Bound::from_borrowed_ptr(py, function) };
                doeff::values::mark(&function, "__code__", &lines);
            }
            let yields = yields.extract::<bool>();
            let yields = yields.map_err(|error| noted(error, c"yields"))?;
            (lines, yields).into_pyobject(py)
        });
        match facts {
            Ok(facts) => Some(from_bound(facts.into_any())),
            Err(error) => {
                error.restore(py);
                None
            }
        }
    })
}

/// # Safety
/// `kind` must be the type, `function` a valid object, and `facts` null or a reference that is given up.
unsafe fn make_do_function(
    kind: *mut ffi::PyTypeObject,
    function: *mut ffi::PyObject,
    facts: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word; every field is initialised before the collector sees the object.
    unsafe {
        let object = ffi::PyObject_GC_New::<DoFunction>(kind);
        if !object.is_null() {
            ffi::Py_INCREF(function);
            (&raw mut (*object).vectorcall).write(do_function_call);
            (&raw mut (*object).function).write(function);
            (&raw mut (*object).facts).write(facts);
            (&raw mut (*object).dict).write(ptr::null_mut());
            (&raw mut (*object).weakrefs).write(ptr::null_mut());
            ffi::PyObject_GC_Track(object.cast());
        }
        object.cast()
    }
}

/// Whether the function of a `Call` yields, as doeff has said.
pub fn yields(call: &Ref) -> bool {
    // SAFETY: the caller has checked that it is a `Call`; its function is a `DoFunction`.
    unsafe {
        let function = doeff::expand::do_function_of(call).cast::<DoFunction>();
        if function.is_null() || (*function).facts.is_null() {
            return true;
        }
        ffi::PyTuple_GET_ITEM((*function).facts, 1) == ffi::Py_True()
    }
}

unsafe extern "C" fn get_facts(
    object: *mut ffi::PyObject,
    index: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this on a function; the tuple of facts has two items, and the list takes
    // references of its own.
    unsafe {
        let facts = (*object.cast::<DoFunction>()).facts;
        let index = index as isize;
        if facts.is_null() {
            let name = if index == 0 {
                c"tail_resume_lines"
            } else {
                c"yields"
            };
            return ffi::PyErr_Format(
                ffi::PyExc_AttributeError,
                c"'DoFunction' object has no attribute '%s'".as_ptr(),
                name.as_ptr(),
            );
        }
        let fact = ffi::PyTuple_GET_ITEM(facts, index);
        if index == 0 {
            return ffi::PySequence_List(fact);
        }
        ffi::Py_INCREF(fact);
        fact
    }
}

unsafe extern "C" fn make_call(
    function: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    const SIGNATURE: Signature<2> = Signature {
        name: c"DoFunction.make_call",
        parameters: [c"args", c"kwargs"],
        required: 2,
    };
    // SAFETY: CPython gives a function and as many arguments as it says.
    unsafe {
        let Some([args, kwargs]) = SIGNATURE.bind(args, count.cast_unsigned(), kwnames) else {
            return ptr::null_mut();
        };
        if !is_instance(args, &raw mut ffi::PyTuple_Type, c"args")
            || !is_instance(kwargs, &raw mut ffi::PyDict_Type, c"kwargs")
        {
            return ptr::null_mut();
        }
        doeff::expand::make_call(function, args, kwargs)
    }
}

unsafe extern "C" fn do_function_dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a function that nothing refers to; the fields are moved
    // out before the object goes.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let do_function = object.cast::<DoFunction>();
        if !(*do_function).weakrefs.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let function = Ref::from_result((*do_function).function);
        let dict = Ref::from_result((*do_function).dict);
        let facts = Ref::from_result((*do_function).facts);
        let kind = ffi::Py_TYPE(object);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(kind.cast());
        for field in [function, dict, facts].into_iter().flatten() {
            release_field(field);
        }
    }
}

unsafe extern "C" fn do_function_traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked function.
    unsafe {
        let do_function = object.cast::<DoFunction>();
        for field in [
            (*do_function).function,
            (*do_function).dict,
            ffi::Py_TYPE(object).cast(),
        ] {
            let stop = visit_object(field, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
    }
    0
}

unsafe extern "C" fn do_function_clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython gives a tracked function; each field is gone from it before it is dropped.
    unsafe {
        let do_function = object.cast::<DoFunction>();
        let dict = (&raw mut (*do_function).dict).replace(ptr::null_mut());
        drop(Ref::from_result(dict));
        let function = (&raw mut (*do_function).function).replace(ptr::null_mut());
        drop(Ref::from_result(function));
    }
    0
}

unsafe extern "C" {
    /// A method bound to its instance; `pyo3-ffi` does not declare it.
    fn PyMethod_New(
        function: *mut ffi::PyObject,
        instance: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

unsafe extern "C" fn do_function_get(
    function: *mut ffi::PyObject,
    instance: *mut ffi::PyObject,
    _class: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives valid objects, or null where there is no instance.
    unsafe {
        if instance.is_null() || instance == ffi::Py_None() {
            ffi::Py_INCREF(function);
            function
        } else {
            PyMethod_New(function, instance)
        }
    }
}

unsafe extern "C" fn do_function_repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a function; the name is owned until it was formatted.
    unsafe {
        if !(*object.cast::<DoFunction>()).facts.is_null() {
            let text = ffi::PyUnicode_FromFormat(c"DoFunction(%R)".as_ptr(), undecorated(object));
            return without_surrogates(text);
        }
        let name = Ref::from_result(ffi::PyObject_GetAttrString(
            object,
            c"__qualname__".as_ptr(),
        ));
        if let Some(name) = name {
            ffi::PyUnicode_FromFormat(c"<DoFunction %S>".as_ptr(), name.as_ptr())
        } else {
            ffi::PyErr_Clear();
            ffi::PyUnicode_FromString(c"<DoFunction>".as_ptr())
        }
    }
}

unsafe extern "C" fn do_function_reduce(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    with_python(|py| {
        // SAFETY: CPython gives a function.
        let function = unsafe { Bound::from_borrowed_ptr(py, object) };
        match reduce_do_function(&function) {
            Ok(reduced) => reduced.into_ptr(),
            Err(error) => raise(py, error),
        }
    })
}

/// A string tells pickle to look the object up by that name. The name of a class method leads to the
/// method bound to its class, whose `__func__` is the object.
fn reduce_do_function<'py>(function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = function.py();
    if let Some(lines) = function.getattr_opt("tail_resume_lines")? {
        let parts = (
            function.getattr("function")?,
            lines,
            function.getattr("yields")?,
        );
        return (function.get_type(), parts).into_bound_py_any(py);
    }
    let name = function.getattr("__qualname__")?;
    let modules = py.import("sys")?.getattr("modules")?;
    let mut found = modules.call_method1("get", (function.getattr("__module__")?,))?;
    for part in name.extract::<String>()?.split('.') {
        let Some(next) = found.getattr_opt(part)? else {
            return Ok(name);
        };
        found = next;
    }
    match found.getattr_opt("__func__")? {
        Some(inner) if inner.is(function) => {
            let getattr = py.import("builtins")?.getattr("getattr")?;
            (getattr, (found, "__func__")).into_bound_py_any(py)
        }
        _ => Ok(name),
    }
}

/// The undecorated function of a `DoFunction`, borrowed from it; null where there is none.
///
/// # Safety
/// `function` must be a `DoFunction`, or null.
pub unsafe fn undecorated(function: *mut ffi::PyObject) -> *mut ffi::PyObject {
    if function.is_null() {
        return function;
    }
    // SAFETY: by the caller's word.
    unsafe { (*function.cast::<DoFunction>()).function }
}
