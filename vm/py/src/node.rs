//! Nodes: the control primitives and other small immutable programs, all made from one table.
//!
//! Every kind has the same layout, three object fields of which it uses the first few, so that one
//! set of functions and one free list serve them all. Constructors check nothing but their argument
//! list; what a field holds is checked where the node is yielded.

use std::ffi::{CStr, c_int, c_void};
use std::mem::offset_of;
use std::ptr;

use pyo3::{PyResult, Python, ffi};

use crate::freelist::FreeList;
use crate::object::Ref;
use crate::trash::release_field;
use crate::types::{
    TypeBuilder, last_member, method, new_by_vectorcall, object_member, reduced, set_constructor,
    types, visit_object,
};

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Kind {
    /// `Resume(k, value)`
    Resume,
    /// `Transfer(k, value)`
    Transfer,
    /// `Pass(effect, k)`
    Pass,
    /// `WithHandler(handler, program, effects)`
    WithHandler,
    /// `Pure(value)`
    Pure,
    /// A handler with the types that it was installed with.
    TypedHandler,
}

/// The number of kinds.
pub const KINDS: usize = 6;

const MAX_FIELDS: usize = 3;

/// A node: an immutable object with up to three fields. Unused ones are null.
#[repr(C)]
pub struct Node {
    head: ffi::PyObject,
    fields: [*mut ffi::PyObject; MAX_FIELDS],
}

struct Spec {
    name: &'static CStr,
    doc: &'static CStr,
    /// Name and documentation of each field, in the order of the constructor's parameters.
    fields: &'static [(&'static CStr, &'static CStr)],
    /// How many of them must be given; the others default to `None`.
    required: usize,
}

/// By [`Kind`].
static SPECS: [Spec; KINDS] = [
    Spec {
        name: c"doeff_vm.Resume",
        doc: c"Resume(k, value=None)\n--\n\n\
            Resume the continuation k with a value; the result of `yield Resume(k, value)` is the\n\
            result of the body under k's prompt. `return (yield Resume(k, value))` is a tail\n\
            resume, which finishes the clause first and costs no stack.",
        fields: &[
            (c"k", c"the continuation to resume"),
            (c"value", c"what its performer gets"),
        ],
        required: 1,
    },
    Spec {
        name: c"doeff_vm.Transfer",
        doc: c"Transfer(k, value=None)\n--\n\n\
            Finish the clause that yields this, then resume the continuation k with a value.",
        fields: &[
            (c"k", c"the continuation to go on with"),
            (c"value", c"what its performer gets"),
        ],
        required: 1,
    },
    Spec {
        name: c"doeff_vm.Pass",
        doc: c"Pass(effect=None, k=None)\n--\n\n\
            Finish the clause that yields this and let an outer handler answer the performer.\n\
            Without arguments it passes on the clause's own effect and continuation.",
        fields: &[
            (c"effect", c"the effect, or None for the clause's own"),
            (c"k", c"the continuation, or None for the clause's own"),
        ],
        required: 0,
    },
    Spec {
        name: c"doeff_vm.WithHandler",
        doc: c"WithHandler(handler, program, effects=None)\n--\n\n\
            Run the program under a prompt whose handler is called as handler(effect, k) for the\n\
            effects that it accepts: all, or the instances of the effect types in `effects`.",
        fields: &[
            (c"handler", c"the handler"),
            (c"program", c"the program that runs under it"),
            (
                c"effects",
                c"the accepted effect type or tuple of them, or None for all",
            ),
        ],
        required: 2,
    },
    Spec {
        name: c"doeff_vm.Pure",
        doc: c"Pure(value=None)\n--\n\nThe program whose result is the value.",
        fields: &[(c"value", c"the result")],
        required: 0,
    },
    Spec {
        name: c"doeff_vm.TypedHandler",
        doc: c"TypedHandler(handler, effects)\n--\n\n\
            A handler with the effect types that it was installed with.",
        fields: &[
            (c"handler", c"the handler itself"),
            (c"effects", c"the accepted effect type or tuple of them"),
        ],
        required: 2,
    },
];

static FREE: FreeList<64> = FreeList::new();

/// Makes the types of all kinds.
pub(crate) fn create(
    py: Python<'_>,
    base: *mut ffi::PyTypeObject,
    made: &mut [*mut ffi::PyTypeObject; KINDS],
) -> PyResult<()> {
    made[Kind::Resume as usize] = create_kind::<{ Kind::Resume as usize }>(py, base)?;
    made[Kind::Transfer as usize] = create_kind::<{ Kind::Transfer as usize }>(py, base)?;
    made[Kind::Pass as usize] = create_kind::<{ Kind::Pass as usize }>(py, base)?;
    made[Kind::WithHandler as usize] = create_kind::<{ Kind::WithHandler as usize }>(py, base)?;
    made[Kind::Pure as usize] = create_kind::<{ Kind::Pure as usize }>(py, base)?;
    made[Kind::TypedHandler as usize] =
        create_kind::<{ Kind::TypedHandler as usize }>(py, ptr::null_mut())?;
    Ok(())
}

fn create_kind<const KIND: usize>(
    py: Python<'_>,
    base: *mut ffi::PyTypeObject,
) -> PyResult<*mut ffi::PyTypeObject> {
    let spec = &SPECS[KIND];
    let mut members: Vec<_> = spec
        .fields
        .iter()
        .enumerate()
        .map(|(index, (name, doc))| object_member(name, field_offset(index), doc))
        .collect();
    members.push(last_member());
    let methods = vec![
        method(
            c"__reduce__",
            reduce::<KIND>,
            ffi::METH_NOARGS,
            c"How to pickle and copy this.",
        ),
        ffi::PyMethodDef::zeroed(),
    ];
    let builder = TypeBuilder::new::<Node>(spec.name)
        .flags(ffi::Py_TPFLAGS_HAVE_GC)
        .base(base)
        .doc(spec.doc)
        .members(members)
        .methods(methods);
    // SAFETY: each function has the signature of its slot, and the type is not yet seen by anyone.
    unsafe {
        let kind = builder
            .slot(ffi::Py_tp_new, new_by_vectorcall as *mut c_void)
            .slot(ffi::Py_tp_dealloc, dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, clear as *mut c_void)
            .slot(ffi::Py_tp_repr, repr::<KIND> as *mut c_void)
            .build(py)?;
        set_constructor(kind, construct::<KIND>);
        Ok(kind)
    }
}

fn field_offset(index: usize) -> usize {
    offset_of!(Node, fields) + index * size_of::<*mut ffi::PyObject>()
}

/// Makes a node of a kind, with new references to the fields that are given.
///
/// `None` with an exception set when memory is short.
pub fn make(kind: Kind, fields: &[&Ref]) -> Option<Ref> {
    let mut pointers = [ptr::null_mut(); MAX_FIELDS];
    for (pointer, field) in pointers.iter_mut().zip(fields) {
        *pointer = field.as_ptr();
    }
    // SAFETY: the fields are valid objects or null.
    unsafe { Ref::from_result(make_raw(types().node(kind), pointers)) }
}

/// # Safety
/// The fields must be valid objects or null; they get references of the node's own.
#[inline]
unsafe fn make_raw(
    kind: *mut ffi::PyTypeObject,
    fields: [*mut ffi::PyObject; MAX_FIELDS],
) -> *mut ffi::PyObject {
    // SAFETY: `FREE` serves only nodes; every field is initialised before the collector sees it.
    unsafe {
        let node: *mut Node = FREE.allocate(kind);
        if node.is_null() {
            return ptr::null_mut();
        }
        for field in fields {
            ffi::Py_XINCREF(field);
        }
        (&raw mut (*node).fields).write(fields);
        ffi::PyObject_GC_Track(node.cast());
        node.cast()
    }
}

/// A field of a node, as a new reference.
///
/// # Safety
/// `node` must be a node of a kind that has this field.
#[inline]
pub unsafe fn field(node: &Ref, index: usize) -> Ref {
    // SAFETY: by the caller's word the field is there; the fields of a node that is referred to are
    // not null (the collector clears only what nothing refers to, and even then see below).
    unsafe {
        let field = (*node.as_ptr().cast::<Node>()).fields[index];
        match ptr::NonNull::new(field) {
            Some(field) => Ref::from_borrowed(field),
            // Cleared by the collector while a finalizer still held the node.
            None => Ref::none(),
        }
    }
}

/// The first two fields of a node that the caller is done with; taken out rather than copied where
/// nobody else holds the node.
///
/// # Safety
/// `node` must be a node of a kind that has at least two fields.
#[inline]
#[allow(clippy::needless_pass_by_value)] // giving the node up is what makes it safe to empty it
pub unsafe fn into_pair(node: Ref) -> (Ref, Ref) {
    if !node.is_unique() {
        // SAFETY: by the caller's word.
        return unsafe { (field(&node, 0), field(&node, 1)) };
    }
    // SAFETY: by the caller's word the fields are there. Nobody else refers to the node, so nobody
    // sees it without them; null fields are what its deallocation skips.
    unsafe {
        let fields = &raw mut (*node.as_ptr().cast::<Node>()).fields;
        let take = |index: usize| {
            let taken = std::mem::replace(&mut (*fields)[index], ptr::null_mut());
            Ref::from_result(taken).unwrap_or_else(Ref::none)
        };
        (take(0), take(1))
    }
}

/// The handler that is called, without the types that it was installed with.
#[inline]
pub fn plain_handler(handler: &Ref) -> Ref {
    if handler.type_ptr() == types().node(Kind::TypedHandler) {
        // SAFETY: it is a `TypedHandler`, whose first field is the handler.
        unsafe { field(handler, 0) }
    } else {
        handler.clone()
    }
}

unsafe extern "C" fn construct<const KIND: usize>(
    kind: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let spec = &SPECS[KIND];
    // SAFETY: CPython gives as many arguments as it says, keyword values after positional ones.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(nargsf).cast_unsigned();
        let mut fields = [ptr::null_mut(); MAX_FIELDS];
        if given > spec.fields.len() {
            return too_many(spec, given);
        }
        for (index, field) in fields.iter_mut().enumerate().take(given) {
            *field = *args.add(index);
        }
        if !kwnames.is_null() && !take_keywords(spec, &mut fields, args.add(given), kwnames) {
            return ptr::null_mut();
        }
        for (index, (name, _)) in spec.fields.iter().enumerate() {
            if fields[index].is_null() {
                if index < spec.required {
                    return missing(spec, name);
                }
                fields[index] = ffi::Py_None();
            }
        }
        make_raw(kind.cast(), fields)
    }
}

/// # Safety
/// `kwnames` must be a tuple of strings, and `values` hold as many objects.
#[cold]
unsafe fn take_keywords(
    spec: &Spec,
    fields: &mut [*mut ffi::PyObject; MAX_FIELDS],
    values: *const *mut ffi::PyObject,
    kwnames: *mut ffi::PyObject,
) -> bool {
    // SAFETY: by the caller's word.
    unsafe {
        for position in 0..ffi::PyTuple_GET_SIZE(kwnames) {
            let name = ffi::PyTuple_GET_ITEM(kwnames, position);
            let index = spec.fields.iter().position(|(field, _)| {
                ffi::PyUnicode_CompareWithASCIIString(name, field.as_ptr()) == 0
            });
            let Some(index) = index else {
                ffi::PyErr_Format(
                    ffi::PyExc_TypeError,
                    c"%s() got an unexpected keyword argument '%U'".as_ptr(),
                    short_name(spec).as_ptr(),
                    name,
                );
                return false;
            };
            if !fields[index].is_null() {
                ffi::PyErr_Format(
                    ffi::PyExc_TypeError,
                    c"%s() got multiple values for argument '%U'".as_ptr(),
                    short_name(spec).as_ptr(),
                    name,
                );
                return false;
            }
            fields[index] = *values.offset(position);
        }
    }
    true
}

#[cold]
fn too_many(spec: &Spec, given: usize) -> *mut ffi::PyObject {
    // SAFETY: the format fits its arguments.
    unsafe {
        ffi::PyErr_Format(
            ffi::PyExc_TypeError,
            c"%s() takes at most %zu arguments (%zu given)".as_ptr(),
            short_name(spec).as_ptr(),
            spec.fields.len(),
            given,
        )
    }
}

#[cold]
fn missing(spec: &Spec, name: &CStr) -> *mut ffi::PyObject {
    // SAFETY: the format fits its arguments.
    unsafe {
        ffi::PyErr_Format(
            ffi::PyExc_TypeError,
            c"%s() missing required argument: '%s'".as_ptr(),
            short_name(spec).as_ptr(),
            name.as_ptr(),
        )
    }
}

/// The name without the module.
fn short_name(spec: &Spec) -> &'static CStr {
    let bytes = spec.name.to_bytes_with_nul();
    let start = bytes
        .iter()
        .rposition(|&byte| byte == b'.')
        .map_or(0, |dot| dot + 1);
    CStr::from_bytes_with_nul(&bytes[start..]).unwrap_or(spec.name)
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a node that nothing refers to. Its fields are moved out,
    // so that their drop, which may run any code, happens when the node is gone.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let fields = (*object.cast::<Node>()).fields;
        FREE.free(object);
        for field in fields {
            if let Some(field) = Ref::from_result(field) {
                release_field(field);
            }
        }
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: CPython gives a tracked node, whose fields are objects or null.
    unsafe {
        for field in (*object.cast::<Node>()).fields {
            let stop = visit_object(field, visit, arg);
            if stop != 0 {
                return stop;
            }
        }
        visit_object(ffi::Py_TYPE(object).cast(), visit, arg)
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as for `traverse`; each field is gone from the node before it is dropped.
    unsafe {
        let fields = &raw mut (*object.cast::<Node>()).fields;
        for index in 0..MAX_FIELDS {
            let field = std::mem::replace(&mut (*fields)[index], ptr::null_mut());
            drop(Ref::from_result(field));
        }
    }
    0
}

unsafe extern "C" fn repr<const KIND: usize>(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let spec = &SPECS[KIND];
    // SAFETY: CPython gives a node of this kind; every intermediate result is checked and owned.
    unsafe {
        if ffi::Py_EnterRecursiveCall(c" while getting the repr of a program".as_ptr()) != 0 {
            return ptr::null_mut();
        }
        let mut text = Ref::from_result(ffi::PyUnicode_FromFormat(
            c"%s(".as_ptr(),
            short_name(spec).as_ptr(),
        ));
        for (index, (name, _)) in spec.fields.iter().enumerate() {
            let separator = if index == 0 { c"" } else { c", " };
            let field = (*object.cast::<Node>()).fields[index];
            text = text.and_then(|text| {
                Ref::from_result(ffi::PyUnicode_FromFormat(
                    c"%U%s%s=%R".as_ptr(),
                    text.as_ptr(),
                    separator.as_ptr(),
                    name.as_ptr(),
                    if field.is_null() {
                        ffi::Py_None()
                    } else {
                        field
                    },
                ))
            });
        }
        let text = text.and_then(|text| {
            Ref::from_result(ffi::PyUnicode_FromFormat(c"%U)".as_ptr(), text.as_ptr()))
        });
        ffi::Py_LeaveRecursiveCall();
        text.map_or(ptr::null_mut(), Ref::into_ptr)
    }
}

unsafe extern "C" fn reduce<const KIND: usize>(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a node of this kind; the tuple takes references of its own.
    unsafe {
        let count = SPECS[KIND].fields.len();
        let arguments = ffi::PyTuple_New(count.cast_signed());
        if arguments.is_null() {
            return ptr::null_mut();
        }
        for index in 0..count {
            let field = (*object.cast::<Node>()).fields[index];
            let field = if field.is_null() {
                ffi::Py_None()
            } else {
                field
            };
            ffi::Py_INCREF(field);
            ffi::PyTuple_SET_ITEM(arguments, index.cast_signed(), field);
        }
        reduced(ffi::Py_TYPE(object).cast(), arguments)
    }
}
