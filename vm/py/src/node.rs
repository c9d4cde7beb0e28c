//! Nodes: the control primitives and other small immutable programs, all made from one table.
//!
//! Every kind has the same layout, three object fields of which it uses the first few, so that one
//! set of functions and one free list serve them all. Constructors check nothing but their argument
//! list; what a field holds is checked where the node is yielded.

use std::ffi::{c_int, c_void};
use std::mem::offset_of;
use std::ptr;

use pyo3::types::PyTuple;
use pyo3::{PyResult, Python, ffi};

use crate::freelist::FreeList;
use crate::node_slots::{
    as_bool, call_handler, compare, construct, get_field, hash, is_err, is_ok, reduce, repr,
    short_name,
};
use crate::object::Ref;
use crate::specs::{Base, SPECS, TABLE};
use crate::trash::release_field;
use crate::types::{
    TypeBuilder, class_getitem, dict_attribute, getter, last_getter, last_member, method,
    new_by_vectorcall, object_member, offset_member, set_class_attribute, set_constructor, types,
    visit_object,
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
    /// `Perform(effect)`
    Perform,
    /// `Apply(f, args)`
    Apply,
    /// `WithObserve(observer, body)`
    WithObserve,
    /// `WithBoundaries(boundaries, body)`
    WithBoundaries,
    /// `TailEval(expr)`
    TailEval,
    /// `GetTraceback(k)`
    GetTraceback,
    /// `GetExecutionContext()`
    GetExecutionContext,
    /// `GetBoundaries(k)`
    GetBoundaries,
    /// `GetOuterHandlers()`
    GetOuterHandlers,
    /// What an `Apply` yields when it has all its values. Not one of the public names.
    Applied,
    /// What an `Expand` yields when it has its stream. Not one of the public names.
    Streamed,
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
    /// A handler of doeff's: what is called, and what is shown. Not one of the public names.
    Installed,
    /// `Ok(value)`
    Ok,
    /// `Err(error)`
    Err,
}

/// The number of kinds.
pub const KINDS: usize = 37;

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

pub(crate) const MAX_FIELDS: usize = 3;

impl Kind {
    /// Whether it is a result.
    pub(crate) fn is_result(self) -> bool {
        matches!(self, Self::Ok | Self::Err)
    }

    /// Whether it is a primitive that only doeff has.
    pub(crate) fn is_only_doeffs(self) -> bool {
        (Self::Perform as usize..=Self::GetOuterHandlers as usize).contains(&(self as usize))
    }

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
    pub(crate) kind: Kind,
    /// The attributes that were set, of a kind that takes some: a dict, or null.
    dict: *mut ffi::PyObject,
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
        GetContinuation GetHandlers CreateContinuation TailCall WithHandler
        Perform Apply WithObserve WithBoundaries TailEval
        GetTraceback GetExecutionContext GetBoundaries GetOuterHandlers Applied Streamed Safe Pure
        Get Put Modify Ask Local Tell Listen TypedHandler Installed Ok Err
    );
    Ok(())
}

fn create_kind<const KIND: usize>(
    py: Python<'_>,
    base: *mut ffi::PyTypeObject,
) -> PyResult<*mut ffi::PyTypeObject> {
    let spec = &SPECS[KIND];
    let is_result = spec.kind.is_result();
    let mut getters = Vec::new();
    let mut members = Vec::new();
    for (index, (name, doc)) in spec.fields.iter().enumerate() {
        if is_result {
            // As doeff's are, with its messages.
            getters.push(ffi::PyGetSetDef {
                closure: ptr::without_provenance_mut(index),
                ..getter(name, get_field, doc)
            });
        } else {
            members.push(object_member(name, field_offset(index), doc));
        }
    }
    for &(name, index) in spec.aliases {
        members.push(object_member(
            name,
            field_offset(index),
            spec.fields[index].1,
        ));
    }
    if spec.open {
        members.push(offset_member(c"__dictoffset__", offset_of!(Node, dict)));
        getters.push(dict_attribute());
    }
    getters.push(last_getter());
    members.push(last_member());
    let mut methods = vec![method(
        c"__reduce__",
        reduce::<KIND>,
        ffi::METH_NOARGS,
        c"How to pickle and copy this.",
    )];
    if is_result {
        for (name, function, doc) in [
            (
                c"is_ok",
                is_ok as ffi::PyCFunction,
                c"is_ok($self, /)\n--\n\nWhether this is an Ok.",
            ),
            (
                c"is_err",
                is_err,
                c"is_err($self, /)\n--\n\nWhether this is an Err.",
            ),
        ] {
            methods.push(method(name, function, ffi::METH_NOARGS, doc));
        }
    }
    if is_result || spec.kind == Kind::TypedHandler {
        methods.push(class_getitem(c"The type with these parameters."));
    }
    methods.push(ffi::PyMethodDef::zeroed());
    let mut builder = TypeBuilder::new::<Node>(spec.name)
        .flags(ffi::Py_TPFLAGS_HAVE_GC)
        .base(base)
        .doc(spec.doc)
        .members(members)
        .getters(getters)
        .methods(methods);
    // SAFETY: each function has the signature of its slot, and the type is not yet seen by anyone.
    unsafe {
        if is_result {
            builder = builder
                .slot(ffi::Py_tp_richcompare, compare as *mut c_void)
                .slot(ffi::Py_tp_hash, hash as *mut c_void)
                .slot(ffi::Py_nb_bool, as_bool as *mut c_void);
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
        let shown = if is_result { 1 } else { spec.fields.len() };
        let names = spec.fields[..shown].iter();
        let names = names.map(|(name, _)| name.to_string_lossy());
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
pub(crate) unsafe fn make_raw(
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
        (&raw mut (*node).dict).write(ptr::null_mut());
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

/// The fields of a node, borrowed from it; null where it has none.
///
/// # Safety
/// `node` must be a node.
#[inline]
pub unsafe fn fields(node: &Ref) -> [*mut ffi::PyObject; MAX_FIELDS] {
    // SAFETY: by the caller's word.
    unsafe { (*node.as_ptr().cast::<Node>()).fields }
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
/// `node` must be a node with two fields, or one whose third is absent.
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
        debug_assert!(third.is_null());
        forget(node);
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

/// As [`into_pair`], of a node of a kind with three fields; `None` stands for one that is absent.
///
/// # Safety
/// `node` must be a node of a kind that has three fields.
#[allow(clippy::needless_pass_by_value, clippy::inline_always)] // as above
#[inline(always)]
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
        let dict = (*object.cast::<Node>()).dict;
        FREE.free(object);
        if !dict.is_null() {
            drop_dict(dict);
        }
    }
}

/// Drops the attributes that were set on a node: seldom any.
///
/// # Safety
/// `dict` must be a reference that the caller gives up.
#[cold]
#[inline(never)]
unsafe fn drop_dict(dict: *mut ffi::PyObject) {
    // SAFETY: by the caller's word.
    if let Some(dict) = unsafe { Ref::from_result(dict) } {
        release_field(dict);
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
pub fn plain_handler(handler: &Ref) -> Ref {
    let class = handler.type_ptr();
    if class == types().node(Kind::Installed) {
        // SAFETY: it is one, which has a first field.
        unsafe { field(handler, 0) }
    } else if class == types().node(Kind::TypedHandler) {
        untyped(handler)
    } else {
        handler.clone()
    }
}

#[inline(never)]
fn untyped(handler: &Ref) -> Ref {
    // SAFETY: it is a `TypedHandler`, whose first field is the handler.
    let mut inner = unsafe { field(handler, 0) };
    while inner.type_ptr() == types().node(Kind::TypedHandler) {
        // SAFETY: as above.
        inner = unsafe { field(&inner, 0) };
    }
    inner
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for a node that nothing refers to. Its fields are moved out,
    // so that their drop, which may run any code, happens when the node is gone.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let Node { fields, dict, .. } = *object.cast::<Node>();
        FREE.free(object);
        for field in fields {
            if let Some(field) = Ref::from_result(field) {
                release_field(field);
            }
        }
        if !dict.is_null() {
            drop_dict(dict);
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
        let Node { fields, dict, .. } = *object.cast::<Node>();
        for field in fields.into_iter().chain([dict]) {
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
        let dict = &raw mut (*object.cast::<Node>()).dict;
        drop(Ref::from_result(dict.replace(ptr::null_mut())));
    }
    0
}
