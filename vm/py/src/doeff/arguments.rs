//! The arguments of constructors, with the messages that Python programmers know.

use std::ffi::CStr;
use std::ptr;

use pyo3::ffi;

use crate::object::{Ref, restore_error, take_error, with_python};

/// The parameters of a constructor, all of which may be given by position or name.
pub(crate) struct Signature<const N: usize> {
    /// What is called.
    pub(crate) name: &'static CStr,
    pub(crate) parameters: [&'static CStr; N],
    /// How many must be given.
    pub(crate) required: usize,
}

impl<const N: usize> Signature<N> {
    /// The arguments in the order of the parameters, borrowed; null for one that is not given. `None` with a
    /// `TypeError` set.
    ///
    /// # Safety
    /// `args` must hold `given` objects, and then one for each of the names in the tuple `kwnames`, which may
    /// be null.
    #[inline]
    pub(crate) unsafe fn bind(
        &self,
        args: *const *mut ffi::PyObject,
        given: usize,
        kwnames: *mut ffi::PyObject,
    ) -> Option<[*mut ffi::PyObject; N]> {
        // SAFETY: by the caller's word.
        unsafe {
            if given == N && kwnames.is_null() {
                return Some(args.cast::<[*mut ffi::PyObject; N]>().read());
            }
            let mut bound = self.positional(given, |index| *args.add(index))?;
            if !kwnames.is_null() {
                for index in 0..ffi::PyTuple_GET_SIZE(kwnames) {
                    let value = *args.add(given).offset(index);
                    self.keyword(&mut bound, ffi::PyTuple_GET_ITEM(kwnames, index), value)?;
                }
            }
            self.complete(bound)
        }
    }

    /// As [`bind`](Self::bind), from a tuple and a dict or null.
    ///
    /// # Safety
    /// They must be these.
    pub(crate) unsafe fn parse(
        &self,
        args: *mut ffi::PyObject,
        kwargs: *mut ffi::PyObject,
    ) -> Option<[*mut ffi::PyObject; N]> {
        // SAFETY: by the caller's word; the dict is not changed meanwhile, and keeps its values.
        unsafe {
            let given = ffi::PyTuple_GET_SIZE(args).cast_unsigned();
            let item = |index: usize| ffi::PyTuple_GET_ITEM(args, index.cast_signed());
            let mut bound = self.positional(given, item)?;
            if !kwargs.is_null() {
                let (mut position, mut name, mut value) = (0, ptr::null_mut(), ptr::null_mut());
                while ffi::PyDict_Next(kwargs, &raw mut position, &raw mut name, &raw mut value)
                    != 0
                {
                    self.keyword(&mut bound, name, value)?;
                }
            }
            self.complete(bound)
        }
    }

    fn positional(
        &self,
        given: usize,
        argument: impl Fn(usize) -> *mut ffi::PyObject,
    ) -> Option<[*mut ffi::PyObject; N]> {
        if given > N {
            return self.refuse(&too_many(self.required, N, given));
        }
        let mut bound = [ptr::null_mut(); N];
        for (index, argument_at) in bound.iter_mut().enumerate().take(given) {
            *argument_at = argument(index);
        }
        Some(bound)
    }

    /// # Safety
    /// `name` must be a string.
    unsafe fn keyword(
        &self,
        bound: &mut [*mut ffi::PyObject; N],
        name: *mut ffi::PyObject,
        value: *mut ffi::PyObject,
    ) -> Option<()> {
        // SAFETY: by the caller's word; the parameters are ASCII.
        let is = |known: &&CStr| unsafe {
            ffi::PyUnicode_CompareWithASCIIString(name, known.as_ptr()) == 0
        };
        let Some(index) = self.parameters.iter().position(is) else {
            // SAFETY: by the caller's word.
            let shown = unsafe { text_of(name) };
            return self.refuse(&unexpected(&shown));
        };
        if !bound[index].is_null() {
            return self.refuse(&twice(self.parameters[index]));
        }
        bound[index] = value;
        Some(())
    }

    fn complete(&self, bound: [*mut ffi::PyObject; N]) -> Option<[*mut ffi::PyObject; N]> {
        let is_missing = |&index: &usize| bound[index].is_null();
        let names = (0..self.required).filter(is_missing);
        match missing(names.map(|index| self.parameters[index])) {
            Some(reason) => self.refuse(&reason),
            None => Some(bound),
        }
    }

    #[cold]
    fn refuse<T>(&self, reason: &str) -> Option<T> {
        refuse(self.name, reason);
        None
    }
}

/// Sets the `TypeError` of a function, `name`, whose arguments do not fit.
#[cold]
fn refuse(name: &CStr, reason: &str) {
    refuse_call(&name.to_string_lossy(), reason);
}

/// As [`refuse`].
#[cold]
pub(crate) fn refuse_call(name: &str, reason: &str) {
    let text = format!("{name}() {reason}");
    with_python(|py| pyo3::exceptions::PyTypeError::new_err(text).restore(py));
}

/// More arguments were given than there are parameters.
pub(crate) fn too_many(required: usize, parameters: usize, given: usize) -> String {
    let range = if required == parameters {
        format!("{parameters}")
    } else {
        format!("from {required} to {parameters}")
    };
    let were = if given == 1 { "was" } else { "were" };
    format!("takes {range} positional arguments but {given} {were} given")
}

/// A keyword is no parameter.
pub(crate) fn unexpected(keyword: &str) -> String {
    format!("got an unexpected keyword argument '{keyword}'")
}

/// A parameter was given twice.
pub(crate) fn twice(parameter: &CStr) -> String {
    let name = parameter.to_string_lossy();
    format!("got multiple values for argument '{name}'")
}

/// Parameters without default were not given; `None` if there are no such.
pub(crate) fn missing<'a>(parameters: impl Iterator<Item = &'a CStr>) -> Option<String> {
    let names: Vec<_> = parameters
        .map(|name| format!("'{}'", name.to_string_lossy()))
        .collect();
    let (last, others) = names.split_last()?;
    let shown = match others {
        [] => last.clone(),
        [one] => format!("{one} and {last}"),
        several => format!("{}, and {last}", several.join(", ")),
    };
    let plural = if others.is_empty() { "" } else { "s" };
    let count = names.len();
    Some(format!(
        "missing {count} required positional argument{plural}: {shown}"
    ))
}

/// # Safety
/// `object` must be valid.
pub(crate) unsafe fn text_of(object: *mut ffi::PyObject) -> String {
    // SAFETY: by the caller's word.
    let object = unsafe { ptr::NonNull::new(object).map(|object| Ref::from_borrowed(object)) };
    object.map_or_else(String::new, |object| {
        crate::generator::with_bound(&object, |object| object.to_string())
    })
}

/// Whether an argument is an instance of a type; sets a `TypeError` where it is not.
///
/// # Safety
/// Both must be valid.
#[inline]
pub(crate) unsafe fn is_instance(
    object: *mut ffi::PyObject,
    kind: *mut ffi::PyTypeObject,
    parameter: &CStr,
) -> bool {
    // SAFETY: by the caller's word.
    unsafe { ffi::Py_TYPE(object) == kind || is_further_instance(object, kind, parameter) }
}

/// # Safety
/// As for [`is_instance`].
#[inline(never)]
unsafe fn is_further_instance(
    object: *mut ffi::PyObject,
    kind: *mut ffi::PyTypeObject,
    parameter: &CStr,
) -> bool {
    // SAFETY: by the caller's word.
    unsafe {
        if ffi::PyType_IsSubtype(ffi::Py_TYPE(object), kind) != 0 {
            return true;
        }
        let (found, what) = if ffi::Py_IsNone(object) != 0 {
            (c"None".as_ptr(), c"".as_ptr())
        } else {
            (bare_name(ffi::Py_TYPE(object)), c" object".as_ptr())
        };
        ffi::PyErr_Format(
            ffi::PyExc_TypeError,
            c"'%s'%s is not an instance of '%s'".as_ptr(),
            found,
            what,
            bare_name(kind),
        );
        note_parameter(parameter);
        false
    }
}

/// Adds a note with the parameter's name to the current exception.
///
/// # Safety
/// An exception must be set.
pub(crate) unsafe fn note_parameter(parameter: &CStr) {
    // SAFETY: by the caller's word; every intermediate result is checked and owned.
    unsafe {
        let error = take_error();
        let note = Ref::from_result(ffi::PyUnicode_FromFormat(
            c"while processing '%s'".as_ptr(),
            parameter.as_ptr(),
        ));
        let name = Ref::from_result(ffi::PyUnicode_FromString(c"add_note".as_ptr()));
        let added = note.zip(name).and_then(|(note, name)| {
            let end = ptr::null_mut::<ffi::PyObject>();
            Ref::from_result(ffi::PyObject_CallMethodObjArgs(
                error.as_ptr(),
                name.as_ptr(),
                note.as_ptr(),
                end,
            ))
        });
        if added.is_none() {
            // A note is a courtesy.
            ffi::PyErr_Clear();
        }
        restore_error(error);
    }
}

/// A type's name without the module.
///
/// # Safety
/// The type must be valid; the text lives as long as it.
unsafe fn bare_name(kind: *mut ffi::PyTypeObject) -> *const std::ffi::c_char {
    // SAFETY: a type's name ends with a null.
    unsafe {
        let name = CStr::from_ptr((*kind).tp_name).to_bytes_with_nul();
        let dot = name.iter().rposition(|&byte| byte == b'.');
        name[dot.map_or(0, |dot| dot + 1)..].as_ptr().cast()
    }
}
