//! What Python calls on nodes besides the collector's functions: constructors, repr, pickling, and the
//! comparison of results.

use std::borrow::Cow;
use std::ffi::{CStr, c_int, c_void};
use std::ptr;

use pyo3::ffi;
use pyo3::types::{PyString, PyStringMethods};

use crate::doeff::{arguments, errors, observe};
use crate::generator::with_bound;
use crate::node::{Kind, MAX_FIELDS, Node, make_raw};
use crate::object::{Ref, restore_error};
use crate::specs::{Missing, SPECS, Spec, TABLE};
use crate::types::reduced;
use crate::{calls, continuation, messages};

pub(crate) unsafe extern "C" fn construct<const KIND: usize>(
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
            return make_checked(spec, class, fields);
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
            let reason = arguments::too_many(spec.required, spec.fields.len(), given);
            refuse(spec, &reason);
            return ptr::null_mut();
        }
        for (index, field) in fields.iter_mut().enumerate().take(given) {
            *field = *args.add(index);
        }
        if !kwnames.is_null() && !take_keywords(spec, &mut fields, args.add(given), kwnames) {
            return ptr::null_mut();
        }
        let is_missing = |&index: &usize| fields[index].is_null();
        let missing = (0..spec.required).filter(is_missing);
        if let Some(reason) = arguments::missing(missing.map(|index| spec.fields[index].0)) {
            refuse(spec, &reason);
            return ptr::null_mut();
        }
        for field in &mut fields[spec.required..spec.fields.len()] {
            if field.is_null() {
                *field = match spec.missing {
                    Missing::Nothing => ffi::Py_None(),
                    // Given back at once: the one empty tuple lives as long as the interpreter.
                    Missing::EmptyTuple => Ref::from_result(ffi::PyTuple_New(0))
                        .map_or(ptr::null_mut(), |empty| empty.as_ptr()),
                    Missing::Absent => ptr::null_mut(),
                };
            }
        }
        make_checked(spec, class, fields)
    }
}

/// Makes a node of what its constructor was given. The kinds that only doeff has check that as doeff does.
///
/// # Safety
/// The fields must be those of the kind, and the class its own.
#[inline]
unsafe fn make_checked(
    spec: &Spec,
    class: *mut ffi::PyObject,
    fields: [*mut ffi::PyObject; MAX_FIELDS],
) -> *mut ffi::PyObject {
    let is_checked = matches!(
        spec.kind,
        Kind::GetTraceback | Kind::GetBoundaries | Kind::WithBoundaries
    );
    // SAFETY: by the caller's word; these kinds need their first field.
    unsafe {
        if is_checked {
            let Some(first) = ptr::NonNull::new(fields[0]) else {
                return ptr::null_mut();
            };
            if let Err(error) = check_first(spec.kind, &Ref::from_borrowed(first)) {
                restore_error(error);
                return ptr::null_mut();
            }
        }
        make_raw(spec.kind, class.cast(), fields)
    }
}

#[cold]
fn check_first(kind: Kind, argument: &Ref) -> Result<(), Ref> {
    if kind == Kind::WithBoundaries {
        let checked = with_bound(argument, observe::check_boundaries);
        checked.map_err(messages::exception)
    } else if continuation::is_continuation(argument) {
        Ok(())
    } else {
        Err(errors::needs_continuation(argument))
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
            let is =
                |known: &CStr| ffi::PyUnicode_CompareWithASCIIString(name, known.as_ptr()) == 0;
            let index = spec.fields.iter().position(|(field, _)| is(field));
            let index = index.or_else(|| {
                let alias = spec.aliases.iter().find(|(alias, _)| is(alias));
                alias.map(|&(_, index)| index)
            });
            let Some(index) = index else {
                let reason = arguments::unexpected(&arguments::text_of(name));
                refuse(spec, &reason);
                return false;
            };
            if !fields[index].is_null() {
                let reason = arguments::twice(spec.fields[index].0);
                refuse(spec, &reason);
                return false;
            }
            fields[index] = *values.offset(position);
        }
    }
    true
}

/// Sets the `TypeError` of arguments that do not fit.
#[cold]
fn refuse(spec: &Spec, reason: &str) {
    let name = short_name(spec).to_string_lossy();
    arguments::refuse_call(&format!("{name}.__new__"), reason);
}

/// The name without the module.
pub(crate) fn short_name(spec: &Spec) -> &'static CStr {
    let bytes = spec.name.to_bytes_with_nul();
    let start = bytes
        .iter()
        .rposition(|&byte| byte == b'.')
        .map_or(0, |dot| dot + 1);
    CStr::from_bytes_with_nul(&bytes[start..]).unwrap_or(spec.name)
}

pub(crate) unsafe extern "C" fn repr<const KIND: usize>(
    object: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
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
        if let Some(shown) = spec.shown {
            text = text.and_then(|text| {
                Ref::from_result(ffi::PyUnicode_FromFormat(
                    c"%U%s".as_ptr(),
                    text.as_ptr(),
                    shown.as_ptr(),
                ))
            });
        }
        let is_result = spec.kind.is_result();
        let fields = match spec.shown {
            Some(_) => &[],
            None if is_result => &spec.fields[..1],
            None => spec.fields,
        };
        for (index, (name, _)) in fields.iter().enumerate() {
            let field = (*object.cast::<Node>()).fields[index];
            if field.is_null() && spec.missing == Missing::Absent {
                continue;
            }
            let separator = if index == 0 { c"" } else { c", " };
            let (name, equals) = if spec.open || is_result {
                (c"", c"")
            } else {
                (*name, c"=")
            };
            text = text.and_then(|text| {
                Ref::from_result(ffi::PyUnicode_FromFormat(
                    c"%U%s%s%s%R".as_ptr(),
                    text.as_ptr(),
                    separator.as_ptr(),
                    name.as_ptr(),
                    equals.as_ptr(),
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
        let text = text.map_or(ptr::null_mut(), Ref::into_ptr);
        if spec.kind.is_only_doeffs() {
            without_surrogates(text)
        } else {
            text
        }
    }
}

/// A string as doeff shows it, where something in it may have no encoding; null stays null.
///
/// # Safety
/// `text` must be null or a string, whose reference the caller gives up.
pub(crate) unsafe fn without_surrogates(text: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: by the caller's word.
    let Some(text) = (unsafe { Ref::from_result(text) }) else {
        return ptr::null_mut();
    };
    let shown = with_bound(&text, |text| {
        let text = text.cast::<PyString>().ok()?;
        match text.to_string_lossy() {
            Cow::Borrowed(_) => None,
            Cow::Owned(shown) => Some(PyString::new(text.py(), &shown).into_ptr()),
        }
    });
    shown.unwrap_or_else(|| text.into_ptr())
}

pub(crate) unsafe extern "C" fn reduce<const KIND: usize>(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a node of this kind; the tuple takes references of its own.
    unsafe {
        let spec = &SPECS[KIND];
        let fields = (*object.cast::<Node>()).fields;
        // What doeff's class takes, wherever that says the same.
        let absent = |field: &&*mut ffi::PyObject| match spec.kind {
            Kind::WithHandler => ffi::Py_IsNone(**field) != 0,
            _ => field.is_null() && spec.missing == Missing::Absent,
        };
        let count = spec.fields.len();
        let optional = &fields[spec.required..count];
        let count = count - optional.iter().filter(absent).count();
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
pub(crate) unsafe extern "C" fn compare(
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

pub(crate) unsafe extern "C" fn hash(object: *mut ffi::PyObject) -> ffi::Py_hash_t {
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

/// A field of a node, whose index is `closure`.
pub(crate) unsafe extern "C" fn get_field(
    object: *mut ffi::PyObject,
    closure: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives a node of a kind that has this field; what it gives is a new reference.
    unsafe {
        let field = (*object.cast::<Node>()).fields[closure.addr()];
        let field = if field.is_null() {
            ffi::Py_None()
        } else {
            field
        };
        ffi::Py_INCREF(field);
        field
    }
}

/// `is_ok()` of a result.
pub(crate) unsafe extern "C" fn is_ok(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython gives an `Ok` or `Err`.
    unsafe { ffi::PyBool_FromLong(as_bool(object).into()) }
}

/// `is_err()` of a result.
pub(crate) unsafe extern "C" fn is_err(
    object: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: as above.
    unsafe { ffi::PyBool_FromLong((as_bool(object) == 0).into()) }
}

/// A result is true when it is an `Ok`.
pub(crate) unsafe extern "C" fn as_bool(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: as above.
    unsafe { ((*object.cast::<Node>()).kind == Kind::Ok).into() }
}

/// A `TypedHandler` is called as the handler that it holds.
pub(crate) unsafe extern "C" fn call_handler(
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
