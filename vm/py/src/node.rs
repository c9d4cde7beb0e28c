//! Nodes: the control primitives and other small immutable programs, all made from one table.
//!
//! Every kind has the same layout, three object fields of which it uses the first few, so that one
//! set of functions and one free list serve them all. Constructors check nothing but their argument
//! list; what a field holds is checked where the node is yielded.

use std::ffi::{CStr, c_int, c_void};
use std::mem::offset_of;
use std::ptr;

use pyo3::types::PyTuple;
use pyo3::{PyResult, Python, ffi};

use crate::calls;
use crate::freelist::FreeList;
use crate::object::Ref;
use crate::specs::{Base, Missing, SPECS, Spec, TABLE};
use crate::trash::release_field;
use crate::types::{
    TypeBuilder, class_getitem, last_member, method, new_by_vectorcall, object_member, reduced,
    set_class_attribute, set_constructor, types, visit_object,
};

/// What a node is. First come the primitives that use a continuation, up to `ResumeProgram`, then the
/// other primitives, up to `Safe`: `classify` asks by that order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Kind {
    /// `Resume(k, value)`
    Resume,
    /// `Transfer(k, value)`
    Transfer,
    /// `ResumeThrow(k, error)`
    ResumeThrow,
    /// `TransferThrow(k, error)`
    TransferThrow,
    /// `ResumeContinuation(k, value)`
    ResumeContinuation,
    /// `Delegate(effect, k)`
    Delegate,
    /// `Pass(effect, k)`. One that a built-in handler made for want of an answer has a third field.
    Pass,
    /// What a built-in handler that was called gives for `Local` and `Listen`: resumes `k` by
    /// running a body at the perform site. Not one of the public names.
    ResumeProgram,
    /// `GetContinuation()`
    GetContinuation,
    /// `GetHandlers()`
    GetHandlers,
    /// `CreateContinuation(program, handlers)`
    CreateContinuation,
    /// `TailCall(program)`
    TailCall,
    /// `WithHandler(handler, program, effects)`
    WithHandler,
    /// `Safe(program)`
    Safe,
    /// `Pure(value)`
    Pure,
    /// `Get(key)`
    Get,
    /// `Put(key, value)`
    Put,
    /// `Modify(key, f)`
    Modify,
    /// `Ask(key, default)`; without a default its second field is null.
    Ask,
    /// `Local(bindings, program)`
    Local,
    /// `Tell(entry)`
    Tell,
    /// `Listen(program)`
    Listen,
    /// A handler with the types that it was installed with.
    TypedHandler,
    /// `Ok(value)`
    Ok,
    /// `Err(error)`
    Err,
}

/// The number of kinds.
pub const KINDS: usize = 25;

impl Kind {
    /// By their numbers.
    pub(crate) const ALL: [Self; KINDS] = {
        let mut all = [Self::Resume; KINDS];
        let mut index = 0;
        while index < KINDS {
            all[index] = TABLE[index].kind;
            index += 1;
        }
        all
    };
}

const MAX_FIELDS: usize = 3;

impl Kind {
    /// The name without the module.
    pub fn name(self) -> &'static str {
        short_name(&SPECS[self as usize])
            .to_str()
            .unwrap_or_default()
    }

    /// The names of the fields that a constructor takes, as in a call.
    pub fn parameters(self) -> String {
        let names = SPECS[self as usize].fields.iter();
        let names: Vec<_> = names.map(|(name, _)| name.to_string_lossy()).collect();
        names.join(", ")
    }
}

/// A node: an immutable object with up to three fields. Unused ones are null.
#[repr(C)]
pub struct Node {
    head: ffi::PyObject,
    /// In the order of the constructor's parameters.
    pub fields: [*mut ffi::PyObject; MAX_FIELDS],
    kind: Kind,
}

static FREE: FreeList<64> = FreeList::new();

/// Makes the types of all kinds.
pub(crate) fn create(
    py: Python<'_>,
    program: *mut ffi::PyTypeObject,
    effect_base: *mut ffi::PyTypeObject,
    made: &mut [*mut ffi::PyTypeObject; KINDS],
) -> PyResult<()> {
    macro_rules! create_kinds {
        ($($kind:ident)*) => {$(
            let base = match SPECS[Kind::$kind as usize].base {
                Base::Program => program,
                Base::Effect => effect_base,
                Base::Object => ptr::null_mut(),
            };
            made[Kind::$kind as usize] = create_kind::<{ Kind::$kind as usize }>(py, base)?;
        )*};
    }
    create_kinds!(
        Resume Transfer ResumeThrow TransferThrow ResumeContinuation Delegate Pass ResumeProgram
        GetContinuation GetHandlers CreateContinuation TailCall WithHandler Safe Pure
        Get Put Modify Ask Local Tell Listen TypedHandler Ok Err
    );
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
    let mut methods = vec![method(
        c"__reduce__",
        reduce::<KIND>,
        ffi::METH_NOARGS,
        c"How to pickle and copy this.",
    )];
    let is_result = matches!(spec.kind, Kind::Ok | Kind::Err);
    if is_result || spec.kind == Kind::TypedHandler {
        methods.push(class_getitem(c"The type with these parameters."));
    }
    methods.push(ffi::PyMethodDef::zeroed());
    let mut builder = TypeBuilder::new::<Node>(spec.name)
        .flags(ffi::Py_TPFLAGS_HAVE_GC)
        .base(base)
        .doc(spec.doc)
        .members(members)
        .methods(methods);
    // SAFETY: each function has the signature of its slot, and the type is not yet seen by anyone.
    unsafe {
        if is_result {
            builder = builder
                .slot(ffi::Py_tp_richcompare, compare as *mut c_void)
                .slot(ffi::Py_tp_hash, hash as *mut c_void);
        }
        if spec.kind == Kind::TypedHandler {
            builder = builder.slot(ffi::Py_tp_call, call_handler as *mut c_void);
        }
        let kind = builder
            .slot(ffi::Py_tp_new, new_by_vectorcall as *mut c_void)
            .slot(ffi::Py_tp_dealloc, dealloc as *mut c_void)
            .slot(ffi::Py_tp_traverse, traverse as *mut c_void)
            .slot(ffi::Py_tp_clear, clear as *mut c_void)
            .slot(ffi::Py_tp_repr, repr::<KIND> as *mut c_void)
            .build(py)?;
        let names = spec.fields.iter().map(|(name, _)| name.to_string_lossy());
        let names = PyTuple::new(py, names.collect::<Vec<_>>())?;
        set_class_attribute(py, kind, c"__match_args__", names.as_any())?;
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
    unsafe { Ref::from_result(make_raw(kind, types().node(kind), pointers)) }
}

/// # Safety
/// The fields must be valid objects or null; they get references of the node's own.
#[inline]
unsafe fn make_raw(
    kind: Kind,
    class: *mut ffi::PyTypeObject,
    fields: [*mut ffi::PyObject; MAX_FIELDS],
) -> *mut ffi::PyObject {
    // SAFETY: `FREE` serves only nodes; every field is initialised before the collector sees it.
    unsafe {
        let node: *mut Node = FREE.allocate(class);
        if node.is_null() {
            return ptr::null_mut();
        }
        for field in fields {
            ffi::Py_XINCREF(field);
        }
        (&raw mut (*node).fields).write(fields);
        (&raw mut (*node).kind).write(kind);
        ffi::PyObject_GC_Track(node.cast());
        node.cast()
    }
}

/// What an object is, if it is a node.
#[inline]
pub fn kind_of(object: &Ref) -> Option<Kind> {
    // SAFETY: the object keeps its type alive. All classes of nodes, which are final, and no others
    // have this function; an object of such a class is laid out as a `Node`.
    unsafe {
        let is_node = (*object.type_ptr())
            .tp_dealloc
            .is_some_and(|function| ptr::fn_addr_eq(function, dealloc as ffi::destructor));
        is_node.then(|| (*object.as_ptr().cast::<Node>()).kind)
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

/// As [`field`], but borrowed from the node.
///
/// # Safety
/// As for [`field`].
#[inline]
pub unsafe fn field_pointer(node: &Ref, index: usize) -> *mut ffi::PyObject {
    // SAFETY: as for `field`.
    unsafe {
        let field = (*node.as_ptr().cast::<Node>()).fields[index];
        if field.is_null() {
            ffi::Py_None()
        } else {
            field
        }
    }
}

/// Whether a node has a field that may be absent.
///
/// # Safety
/// `node` must be a node.
#[inline]
pub unsafe fn has_field(node: &Ref, index: usize) -> bool {
    // SAFETY: by the caller's word.
    unsafe { !(*node.as_ptr().cast::<Node>()).fields[index].is_null() }
}

/// A field of a node that may be absent.
///
/// # Safety
/// `node` must be a node.
pub unsafe fn optional_field(node: &Ref, index: usize) -> Option<Ref> {
    // SAFETY: by the caller's word; a field is null or valid.
    unsafe {
        let field = (*node.as_ptr().cast::<Node>()).fields[index];
        ptr::NonNull::new(field).map(|field| Ref::from_borrowed(field))
    }
}

/// The first two fields of a node that the caller is done with; taken out rather than copied where
/// nobody else holds the node.
///
/// # Safety
/// `node` must be a node of a kind that has at least two fields.
#[allow(clippy::needless_pass_by_value)] // giving the node up is what makes it safe to empty it
#[allow(clippy::inline_always)] // its result is a pair, and taken apart at once
#[inline(always)]
pub unsafe fn into_pair(node: Ref) -> (Ref, Ref) {
    if !node.is_unique() {
        // SAFETY: by the caller's word.
        return unsafe { copy_pair(&node) };
    }
    // SAFETY: by the caller's word the fields are there. Nobody else refers to the node, so nobody
    // sees it without them; null fields are what its deallocation skips.
    unsafe {
        let [first, second, third] = (*node.as_ptr().cast::<Node>()).fields;
        forget(node);
        drop(Ref::from_result(third));
        let owned = |field| Ref::from_result(field).unwrap_or_else(Ref::none);
        (owned(first), owned(second))
    }
}

/// # Safety
/// As for `into_pair`.
#[inline(never)]
unsafe fn copy_pair(node: &Ref) -> (Ref, Ref) {
    // SAFETY: by the caller's word.
    unsafe { (field(node, 0), field(node, 1)) }
}

/// As [`into_pair`], of a node of a kind with three fields.
///
/// # Safety
/// `node` must be a node of a kind that has three fields.
#[inline]
#[allow(clippy::needless_pass_by_value)] // as above
pub unsafe fn into_three(node: Ref) -> [Ref; MAX_FIELDS] {
    if !node.is_unique() {
        // SAFETY: by the caller's word.
        return [0, 1, 2].map(|index| unsafe { field(&node, index) });
    }
    // SAFETY: as for `into_pair`.
    unsafe {
        let fields = (*node.as_ptr().cast::<Node>()).fields;
        forget(node);
        fields.map(|field| Ref::from_result(field).unwrap_or_else(Ref::none))
    }
}

/// Frees a node, but not what its fields refer to.
///
/// # Safety
/// `node` must be the only reference to a node, and somebody else be answerable for its fields.
#[inline]
unsafe fn forget(node: Ref) {
    // SAFETY: by the caller's word; this is what its deallocation does.
    unsafe {
        let object = node.into_ptr();
        ffi::PyObject_GC_UnTrack(object.cast());
        FREE.free(object);
    }
}

/// Drops a reference to a node.
///
/// # Safety
/// `node` must be a node.
#[inline]
pub unsafe fn release(node: Ref) {
    if !node.is_unique() {
        return;
    }
    // SAFETY: by the caller's word. The fields are dropped when the node is gone, as any code may run
    // then.
    unsafe {
        let fields = (*node.as_ptr().cast::<Node>()).fields;
        forget(node);
        for field in fields {
            if let Some(field) = Ref::from_result(field) {
                release_field(field);
            }
        }
    }
}

/// The handler that is called, without the types that it was installed with.
#[inline]
pub fn plain_handler(handler: &Ref) -> Ref {
    if handler.type_ptr() != types().node(Kind::TypedHandler) {
        return handler.clone();
    }
    // SAFETY: it is a `TypedHandler`, whose first field is the handler.
    let mut inner = unsafe { field(handler, 0) };
    while inner.type_ptr() == types().node(Kind::TypedHandler) {
        // SAFETY: as above.
        inner = unsafe { field(&inner, 0) };
    }
    inner
}

unsafe extern "C" fn construct<const KIND: usize>(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let spec = const { &TABLE[KIND] };
    // SAFETY: CPython gives as many arguments as it says, keyword values after positional ones.
    unsafe {
        let given = ffi::PyVectorcall_NARGS(nargsf).cast_unsigned();
        let mut fields = [ptr::null_mut(); MAX_FIELDS];
        let default = match spec.missing {
            Missing::Nothing => Some(ffi::Py_None()),
            Missing::Absent => Some(ptr::null_mut()),
            Missing::EmptyTuple => None,
        };
        let few = given >= spec.required && given < spec.fields.len();
        if kwnames.is_null() && (given == spec.fields.len() || few && default.is_some()) {
            for (index, field) in fields.iter_mut().enumerate().take(spec.fields.len()) {
                *field = match default {
                    Some(default) if index >= spec.required && index >= given => default,
                    _ => *args.add(index),
                };
            }
            return make_raw(spec.kind, class.cast(), fields);
        }
        construct_with_defaults(spec, class, args, given, kwnames)
    }
}

/// As `construct`, where arguments are left out, too many, or named.
///
/// # Safety
/// As for `construct`.
unsafe fn construct_with_defaults(
    spec: &'static Spec,
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    given: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    unsafe {
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
                fields[index] = match spec.missing {
                    Missing::Nothing => ffi::Py_None(),
                    // Given back at once: the one empty tuple lives as long as the interpreter.
                    Missing::EmptyTuple => Ref::from_result(ffi::PyTuple_New(0))
                        .map_or(ptr::null_mut(), |empty| empty.as_ptr()),
                    Missing::Absent => ptr::null_mut(),
                };
            }
        }
        make_raw(spec.kind, class.cast(), fields)
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
            if field.is_null() && spec.missing == Missing::Absent {
                continue;
            }
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
        let spec = &SPECS[KIND];
        let fields = (*object.cast::<Node>()).fields;
        let absent =
            |field: &&*mut ffi::PyObject| field.is_null() && spec.missing == Missing::Absent;
        let count = spec.fields.len();
        let count = count - fields.iter().take(count).filter(absent).count();
        let arguments = ffi::PyTuple_New(count.cast_signed());
        if arguments.is_null() {
            return ptr::null_mut();
        }
        for (index, field) in fields.into_iter().enumerate().take(count) {
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

/// Results are equal when they are of the same kind and hold equal objects.
unsafe extern "C" fn compare(
    object: *mut ffi::PyObject,
    other: *mut ffi::PyObject,
    operation: c_int,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives an `Ok` or `Err` and any object; types are compared before the layout
    // is relied on. The fields are kept alive while they are compared.
    unsafe {
        let comparable = matches!(operation, ffi::Py_EQ | ffi::Py_NE);
        if !comparable || ffi::Py_TYPE(object) != ffi::Py_TYPE(other) {
            let answer = ffi::Py_NotImplemented();
            ffi::Py_INCREF(answer);
            return answer;
        }
        let first = |object: *mut ffi::PyObject| {
            let field = (*object.cast::<Node>()).fields[0];
            ptr::NonNull::new(field).map_or_else(Ref::none, |field| Ref::from_borrowed(field))
        };
        let (mine, theirs) = (first(object), first(other));
        ffi::PyObject_RichCompare(mine.as_ptr(), theirs.as_ptr(), operation)
    }
}

unsafe extern "C" fn hash(object: *mut ffi::PyObject) -> ffi::Py_hash_t {
    // SAFETY: CPython gives an `Ok` or `Err`, whose field is an object.
    unsafe {
        let node = object.cast::<Node>();
        let field = (*node).fields[0];
        let field = if field.is_null() {
            ffi::Py_None()
        } else {
            field
        };
        if ffi::Py_EnterRecursiveCall(c" while hashing a result".as_ptr()) != 0 {
            return -1;
        }
        let hash = ffi::PyObject_Hash(field);
        ffi::Py_LeaveRecursiveCall();
        match hash {
            -1 => -1,
            // -1 is what reports an error.
            hash => match hash.rotate_left(7) ^ ((*node).kind as ffi::Py_hash_t) {
                -1 => -2,
                mixed => mixed,
            },
        }
    }
}

/// A `TypedHandler` is called as the handler that it holds.
unsafe extern "C" fn call_handler(
    object: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a `TypedHandler` and valid arguments; the handler is kept alive for the
    // call.
    unsafe {
        let handler = (*object.cast::<Node>()).fields[0];
        let handler = ptr::NonNull::new(handler).map_or_else(Ref::none, |h| Ref::from_borrowed(h));
        calls::call(handler.as_ptr(), args, kwargs)
    }
}
