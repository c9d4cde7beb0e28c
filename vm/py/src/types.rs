//! The types that the extension makes by hand, and how they are made.
//!
//! The classes that live and die with every effect are written against CPython's C API: a `PyO3`
//! class costs some 200 instructions more for each object made and freed, because it has no free
//! list and no vectorcall construction. They are immutable heap types, which CPython specialises
//! constructor calls for.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_int, c_void};
use std::mem::offset_of;
use std::ptr;

use pyo3::exceptions::PyMemoryError;
use pyo3::{Bound, PyAny, PyErr, PyResult, Python, ffi};

use crate::doeff::expand;
use crate::{continuation, do_call, do_function, effect_class, node, program, stdlib};

/// Every hand-written type, as a plain pointer.
#[derive(Clone, Copy)]
pub struct Types {
    /// `Program`, the abstract base.
    pub program: *mut ffi::PyTypeObject,
    /// `EffectBase`.
    pub effect_base: *mut ffi::PyTypeObject,
    /// What is known of a class that `@effect` made.
    pub effect_class: *mut ffi::PyTypeObject,
    /// What `iter()` of a program gives.
    pub program_iterator: *mut ffi::PyTypeObject,
    /// `DoFunction`.
    pub do_function: *mut ffi::PyTypeObject,
    /// `DoCall`.
    pub do_call: *mut ffi::PyTypeObject,
    /// `Expand`.
    pub expand: *mut ffi::PyTypeObject,
    /// `Call`.
    pub call: *mut ffi::PyTypeObject,
    /// `Continuation`.
    pub continuation: *mut ffi::PyTypeObject,
    /// The nodes, by [`node::Kind`].
    pub nodes: [*mut ffi::PyTypeObject; node::KINDS],
    /// The built-in handlers, by [`stdlib::StdlibHandler`].
    pub stdlib: [*mut ffi::PyTypeObject; stdlib::HANDLERS],
}

struct TypesCell(UnsafeCell<Types>);

// SAFETY: written once, by `create` under the interpreter, before any object of the types exists;
// only read after that.
unsafe impl Sync for TypesCell {}

static TYPES: TypesCell = TypesCell(UnsafeCell::new(Types {
    program: ptr::null_mut(),
    effect_base: ptr::null_mut(),
    effect_class: ptr::null_mut(),
    program_iterator: ptr::null_mut(),
    do_function: ptr::null_mut(),
    do_call: ptr::null_mut(),
    expand: ptr::null_mut(),
    call: ptr::null_mut(),
    continuation: ptr::null_mut(),
    nodes: [ptr::null_mut(); node::KINDS],
    stdlib: [ptr::null_mut(); stdlib::HANDLERS],
}));

/// The types. Null before the module was initialised, so that nothing is of such a type.
#[inline]
pub fn types() -> &'static Types {
    // SAFETY: see `TypesCell`.
    unsafe { &*TYPES.0.get() }
}

impl Types {
    /// The type of one kind of node.
    #[inline]
    pub fn node(&self, kind: node::Kind) -> *mut ffi::PyTypeObject {
        self.nodes[kind as usize]
    }
}

/// Makes the types. Called by the module's initialisation, once per process.
pub(crate) fn create(py: Python<'_>) -> PyResult<()> {
    let mut made = *types();
    if !made.program.is_null() {
        return Ok(());
    }
    made.program = program::create_program(py)?;
    made.effect_base = program::create_effect_base(py, made.program)?;
    made.effect_class = effect_class::create_effect_class(py)?;
    made.program_iterator = program::create_program_iterator(py)?;
    made.do_function = do_function::create_do_function(py)?;
    made.do_call = do_call::create_do_call(py, made.program)?;
    made.expand = expand::create_expand(py, made.program)?;
    made.call = expand::create_call(py, made.expand)?;
    made.continuation = continuation::create_continuation(py)?;
    node::create(py, made.program, made.effect_base, &mut made.nodes)?;
    stdlib::create(py, &mut made.stdlib)?;
    // SAFETY: see `TypesCell`: the interpreter is held and nothing has read a type yet.
    unsafe { *TYPES.0.get() = made };
    Ok(())
}

/// A type under construction.
pub(crate) struct TypeBuilder {
    name: &'static CStr,
    basicsize: usize,
    itemsize: usize,
    flags: std::ffi::c_ulong,
    base: *mut ffi::PyTypeObject,
    slots: Vec<ffi::PyType_Slot>,
}

impl TypeBuilder {
    /// An immutable type for objects laid out as `T`.
    pub(crate) fn new<T>(name: &'static CStr) -> Self {
        Self {
            name,
            basicsize: size_of::<T>(),
            itemsize: 0,
            flags: ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_IMMUTABLETYPE,
            base: ptr::null_mut(),
            slots: Vec::new(),
        }
    }

    /// Adds flags.
    pub(crate) fn flags(mut self, flags: std::ffi::c_ulong) -> Self {
        self.flags |= flags;
        self
    }

    /// Makes objects variable in size, with items of this many bytes.
    pub(crate) fn items(mut self, itemsize: usize) -> Self {
        self.itemsize = itemsize;
        self
    }

    /// Sets the base class.
    pub(crate) fn base(mut self, base: *mut ffi::PyTypeObject) -> Self {
        self.base = base;
        self
    }

    /// Adds a slot.
    ///
    /// # Safety
    /// `function` must be what CPython expects in that slot, and live as long as the process.
    pub(crate) unsafe fn slot(mut self, slot: c_int, function: *mut c_void) -> Self {
        self.slots.push(ffi::PyType_Slot {
            slot,
            pfunc: function,
        });
        self
    }

    /// Adds the docstring.
    pub(crate) fn doc(self, doc: &'static CStr) -> Self {
        // SAFETY: CPython copies the string.
        unsafe { self.slot(ffi::Py_tp_doc, doc.as_ptr().cast_mut().cast()) }
    }

    /// Adds methods; the table must end with a zeroed entry.
    pub(crate) fn methods(self, methods: Vec<ffi::PyMethodDef>) -> Self {
        debug_assert!(methods.last().is_some_and(|last| last.ml_name.is_null()));
        let table = Box::leak(methods.into_boxed_slice());
        // SAFETY: the table is leaked, so it lives as long as the type.
        unsafe { self.slot(ffi::Py_tp_methods, table.as_mut_ptr().cast()) }
    }

    /// Adds getters; the table must end with a zeroed entry.
    pub(crate) fn getters(self, getters: Vec<ffi::PyGetSetDef>) -> Self {
        debug_assert!(getters.last().is_some_and(|last| last.name.is_null()));
        let table = Box::leak(getters.into_boxed_slice());
        // SAFETY: the table is leaked, so it lives as long as the type.
        unsafe { self.slot(ffi::Py_tp_getset, table.as_mut_ptr().cast()) }
    }

    /// Adds members; the table must end with a zeroed entry.
    pub(crate) fn members(self, members: Vec<ffi::PyMemberDef>) -> Self {
        debug_assert!(members.last().is_some_and(|last| last.name.is_null()));
        let table = Box::leak(members.into_boxed_slice());
        // SAFETY: the table is leaked, so it lives as long as the type.
        unsafe { self.slot(ffi::Py_tp_members, table.as_mut_ptr().cast()) }
    }

    /// Makes the type. It is never freed.
    pub(crate) fn build(mut self, py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
        self.slots.push(ffi::PyType_Slot {
            slot: 0,
            pfunc: ptr::null_mut(),
        });
        let too_large = |_| PyMemoryError::new_err("type too large");
        let mut spec = ffi::PyType_Spec {
            name: self.name.as_ptr(),
            basicsize: self.basicsize.try_into().map_err(too_large)?,
            itemsize: self.itemsize.try_into().map_err(too_large)?,
            flags: self.flags.try_into().map_err(too_large)?,
            slots: self.slots.as_mut_ptr(),
        };
        // SAFETY: the specification is complete and every slot holds what its number promises, by
        // the word of `slot`'s callers. The base, if any, is a type that is never freed.
        unsafe {
            let made =
                ffi::PyType_FromSpecWithBases(&raw mut spec, self.base.cast::<ffi::PyObject>());
            let made = Bound::from_owned_ptr_or_err(py, made)?;
            let made: *mut ffi::PyTypeObject = made.into_ptr().cast();
            // Messages name a type so; its module, which pickle reads, was taken from the whole name.
            let name = self.name.to_bytes_with_nul();
            let dot = name.iter().rposition(|&byte| byte == b'.');
            let bare = &name[dot.map_or(0, |dot| dot + 1)..];
            (*made).tp_name = bare.as_ptr().cast();
            Ok(made)
        }
    }
}

/// The `tp_new` of a type that is constructed through `tp_vectorcall`: calls the type, which takes
/// that way.
pub(crate) unsafe extern "C" fn new_by_vectorcall(
    kind: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives valid arguments; calling a type with `tp_vectorcall` does not call
    // `tp_new` again.
    unsafe { ffi::PyObject_Call(kind.cast(), args, kwargs) }
}

/// Sets the constructor of a type, which no slot does before CPython 3.14.
///
/// # Safety
/// The type must be new, and not yet seen by Python code.
pub(crate) unsafe fn set_constructor(
    kind: *mut ffi::PyTypeObject,
    constructor: ffi::vectorcallfunc,
) {
    // SAFETY: the field is part of the stable layout of a type, and nobody else looks at it yet.
    unsafe { (*kind).tp_vectorcall = Some(constructor) };
}

/// A read-only attribute that is an object pointer at `offset`.
pub(crate) fn object_member(
    name: &'static CStr,
    offset: usize,
    doc: &'static CStr,
) -> ffi::PyMemberDef {
    ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_OBJECT_EX,
        offset: offset.cast_signed(),
        flags: ffi::Py_READONLY,
        doc: doc.as_ptr(),
    }
}

/// An offset that CPython is told through a member of this name, such as `__dictoffset__`.
pub(crate) fn offset_member(name: &'static CStr, offset: usize) -> ffi::PyMemberDef {
    ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: offset.cast_signed(),
        flags: ffi::Py_READONLY,
        doc: ptr::null(),
    }
}

/// The end of a table of members.
pub(crate) fn last_member() -> ffi::PyMemberDef {
    ffi::PyMemberDef {
        name: ptr::null(),
        type_code: 0,
        offset: 0,
        flags: 0,
        doc: ptr::null(),
    }
}

/// Sets an attribute of an immutable type that nobody has seen yet.
///
/// # Safety
/// `kind` must be a type that [`TypeBuilder::build`] has just made.
pub(crate) unsafe fn set_class_attribute(
    py: Python<'_>,
    kind: *mut ffi::PyTypeObject,
    name: &CStr,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    // SAFETY: by the caller's word the type is valid and unused; its dictionary takes a reference
    // of its own to the value, and caches are told.
    unsafe {
        if ffi::PyDict_SetItemString((*kind).tp_dict, name.as_ptr(), value.as_ptr()) != 0 {
            return Err(PyErr::fetch(py));
        }
        ffi::PyType_Modified(kind);
    }
    Ok(())
}

/// `__class_getitem__`, for classes that are generic to type checkers.
pub(crate) fn class_getitem(doc: &'static CStr) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: c"__class_getitem__".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunction: ffi::Py_GenericAlias,
        },
        ml_flags: ffi::METH_O | ffi::METH_CLASS,
        ml_doc: doc.as_ptr(),
    }
}

/// A method of no arguments besides the object.
pub(crate) fn method(
    name: &'static CStr,
    function: ffi::PyCFunction,
    flags: c_int,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunction: function,
        },
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }
}

/// A read-only attribute that is computed.
pub(crate) fn getter(
    name: &'static CStr,
    get: ffi::getter,
    doc: &'static CStr,
) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set: None,
        doc: doc.as_ptr(),
        closure: ptr::null_mut(),
    }
}

/// `__dict__`, of a type that has an offset of that name.
pub(crate) fn dict_attribute() -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: c"__dict__".as_ptr(),
        get: Some(ffi::PyObject_GenericGetDict),
        set: Some(ffi::PyObject_GenericSetDict),
        doc: c"The attributes that were set.".as_ptr(),
        closure: ptr::null_mut(),
    }
}

/// The end of a table of getters.
pub(crate) fn last_getter() -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: ptr::null(),
        get: None,
        set: None,
        doc: ptr::null(),
        closure: ptr::null_mut(),
    }
}

/// `copy_reg`-style result of `__reduce__`: `(callable, arguments)`.
///
/// # Safety
/// `callable` must be a valid object; `arguments` a new reference to a tuple, or null with an
/// exception set.
pub(crate) unsafe fn reduced(
    callable: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word; the result takes references of its own.
    unsafe {
        if arguments.is_null() {
            return ptr::null_mut();
        }
        let result = ffi::PyTuple_Pack(2, callable, arguments);
        ffi::Py_DECREF(arguments);
        result
    }
}

/// Calls `visit` on `object`, if there is one; for `tp_traverse`.
///
/// # Safety
/// Only with the arguments that CPython gave to a `tp_traverse`.
#[inline]
pub(crate) unsafe fn visit_object(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    if object.is_null() {
        0
    } else {
        // SAFETY: by the caller's word.
        unsafe { visit(object, arg) }
    }
}

/// Raises a `PyErr` and gives the null that reports it.
pub(crate) fn raise(py: Python<'_>, error: PyErr) -> *mut ffi::PyObject {
    error.restore(py);
    ptr::null_mut()
}

const _: () = assert!(offset_of!(ffi::PyVarObject, ob_size) == size_of::<ffi::PyObject>());
