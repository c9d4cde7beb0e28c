//! The errors that the machine raises: each names the culprit and the cure.
//!
//! All of them give an exception object, ready to be thrown. An object whose `repr` fails costs the
//! message that text and no more; only what is no `Exception` (an interrupt, say) is passed on in
//! the message's place.

use std::ffi::CStr;

use pyo3::exceptions::{PyException, PyRuntimeError, PyTypeError};
use pyo3::types::{PyAnyMethods, PyString, PyStringMethods, PyTypeMethods};
use pyo3::{Bound, PyAny, PyErr, PyErrArguments, PyTypeInfo, ffi};

use crate::exceptions::exceptions;
use crate::generator::with_bound;
use crate::node::{Kind, plain_handler};
use crate::object::{Ref, restore_error, take_error, with_python};
use crate::types::types;

/// Reprs in messages are cut to this many characters.
const MAX_REPR: usize = 80;

/// How many handlers the message of an unhandled effect names.
const MAX_HANDLERS: usize = 10;

/// The exception object of a `PyErr`.
pub fn exception(error: PyErr) -> Ref {
    with_python(|py| error.restore(py));
    take_error()
}

fn make<E: PyTypeInfo>(text: impl FnOnce() -> Result<String, Ref>) -> Ref {
    match text() {
        Ok(text) => make_text::<E>(text),
        Err(interrupt) => interrupt,
    }
}

fn make_text<E: PyTypeInfo>(text: impl PyErrArguments + 'static) -> Ref {
    with_python(|py| exception(PyErr::from_type(E::type_object(py), text)))
}

/// The object's repr, cut.
pub fn short_repr(object: &Ref) -> Result<String, Ref> {
    with_bound(object, |object| match object.repr() {
        Ok(text) => Ok(cut(&text.to_string_lossy())),
        Err(error) if error.is_instance_of::<PyException>(object.py()) => {
            Ok(format!("<{} object, repr failed>", type_name(object)))
        }
        Err(error) => Err(exception(error)),
    })
}

fn cut(text: &str) -> String {
    if text.chars().nth(MAX_REPR).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAX_REPR - 3).collect();
    kept + "..."
}

fn type_name(object: &Bound<'_, PyAny>) -> String {
    let name = object.get_type().qualname();
    name.map_or_else(
        |_| "?".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The qualified name of an object's type.
pub fn type_name_of(object: &Ref) -> String {
    with_bound(object, type_name)
}

/// `__qualname__`, or the type's for an object that has none.
pub fn name_of(object: &Ref) -> String {
    with_bound(object, |object| {
        let name = object.getattr("__qualname__").ok();
        let name = name.and_then(|name| name.cast_into::<PyString>().ok());
        name.map_or_else(
            || type_name(object),
            |name| name.to_string_lossy().into_owned(),
        )
    })
}

/// Something that is not a program was yielded, run or installed.
pub fn not_a_program(object: &Ref) -> Ref {
    if crate::generator::is_generator(object) {
        return make::<PyTypeError>(|| {
            Ok(format!(
                "a raw generator '{}' is not a program; decorate its function with @do and yield the call",
                name_of(object)
            ))
        });
    }
    make::<PyTypeError>(|| {
        Ok(format!(
            "{} of type '{}' is not a program; expected a @do call, an effect (an EffectBase instance), \
             a control primitive, Pure(value) or an object with to_generator(){}",
            short_repr(object)?,
            type_name_of(object),
            advice(object)
        ))
    })
}

fn advice(object: &Ref) -> &'static str {
    // SAFETY: the object is valid.
    let (is_type, is_function) = unsafe {
        (
            ffi::PyType_Check(object.as_ptr()) != 0,
            ffi::PyFunction_Check(object.as_ptr()) != 0,
        )
    };
    if is_type {
        " (this is a class: did you mean to call it?)"
    } else if object.type_ptr() == types().do_function {
        " (this is a function: did you mean to call it?)"
    } else if is_function {
        " (this is a function: decorate it with @do and call it)"
    } else {
        ""
    }
}

/// A generator that has started was given where a new one is due.
pub fn generator_has_started(generator: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "generator '{}' has already started; the machine needs a new one",
            name_of(generator)
        ))
    })
}

/// `to_generator()` gave something else.
pub fn not_a_generator(result: &Ref, program: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "{}.to_generator() returned {} of type '{}'; expected a generator",
            type_name_of(program),
            short_repr(result)?,
            type_name_of(result)
        ))
    })
}

/// A handler call gave something that no clause can be.
pub fn handler_returned(handler: &Ref, result: &Ref, effect: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "handler {} returned {} of type '{}' for effect {}; expected a generator, a program or \
             a control primitive such as Resume(k, value)",
            name_of(handler),
            short_repr(result)?,
            type_name_of(result),
            short_repr(effect)?
        ))
    })
}

/// The result of a clause is a primitive that it should have yielded.
pub fn clause_returned_primitive(clause: &Ref, primitive: Kind) -> Ref {
    make::<PyTypeError>(|| {
        let (name, parameters) = (primitive.name(), primitive.parameters());
        Ok(format!(
            "the clause of {} returned {name}(...) without performing it; \
             write 'return (yield {name}({parameters}))'",
            name_of(clause)
        ))
    })
}

/// `WithHandler` was given a handler that cannot be called.
pub fn not_callable(handler: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "handler {} of type '{}' is not callable; expected a function (effect, k)",
            short_repr(handler)?,
            type_name_of(handler)
        ))
    })
}

/// `WithHandler` was given impossible `effects`.
pub fn bad_effects(effects: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "effects={} is not a subclass of EffectBase or a non-empty tuple of them",
            short_repr(effects)?
        ))
    })
}

/// A primitive was given something that is not a continuation.
pub fn needs_continuation(primitive: Kind, found: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "{} needs a continuation, got {} of type '{}'",
            primitive.name(),
            short_repr(found)?,
            type_name_of(found)
        ))
    })
}

/// `Pass` or `Delegate` was given something that is not an effect.
pub fn needs_effect(primitive: Kind, found: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "{} needs an effect (an EffectBase instance), got {} of type '{}'",
            primitive.name(),
            short_repr(found)?,
            type_name_of(found)
        ))
    })
}

/// A primitive that finishes a clause was yielded outside of one.
pub fn outside_a_clause(primitive: Kind) -> Ref {
    make::<PyRuntimeError>(|| {
        Ok(format!(
            "{} works only in a handler's clause",
            primitive.name()
        ))
    })
}

/// `ResumeThrow` or `TransferThrow` was given something that cannot be thrown.
pub fn needs_exception(primitive: Kind, found: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "{} needs an exception (a BaseException instance), got {} of type '{}'",
            primitive.name(),
            short_repr(found)?,
            type_name_of(found)
        ))
    })
}

/// An unstarted continuation was given a value.
pub fn unstarted_takes_no_value(value: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "an unstarted continuation takes no value, got {} of type '{}'",
            short_repr(value)?,
            type_name_of(value)
        ))
    })
}

/// `Pass` or `Delegate` was given an unstarted continuation.
pub fn needs_started(primitive: Kind) -> Ref {
    make::<PyTypeError>(|| {
        let name = primitive.name();
        Ok(format!(
            "{name} needs a started continuation, got an unstarted one"
        ))
    })
}

/// Something that is not a list or tuple was given where handlers are due.
pub fn needs_handlers(name: &str, found: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "{name} needs a list or tuple of handlers, got {} of type '{}'",
            short_repr(found)?,
            type_name_of(found)
        ))
    })
}

/// Something that is not a mapping was given where bindings are due.
pub fn needs_mapping(name: &str, found: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "{name} needs a mapping, got {} of type '{}'",
            short_repr(found)?,
            type_name_of(found)
        ))
    })
}

/// `start_with_generator` was given something else.
pub fn needs_generator(found: &Ref) -> Ref {
    make::<PyTypeError>(|| {
        Ok(format!(
            "start_with_generator needs a generator, got {} of type '{}'",
            short_repr(found)?,
            type_name_of(found)
        ))
    })
}

/// No reader has the key that was asked for.
pub fn missing_key(key: &Ref) -> Ref {
    with_bound(key, |key| {
        // SAFETY: the exception type lives as long as the process.
        let made = unsafe {
            let kind = Bound::from_borrowed_ptr(key.py(), exceptions().missing_key);
            kind.call1((key,))
        };
        match made {
            // SAFETY: the pointer is a new reference.
            Ok(made) => unsafe { Ref::from_result(made.into_ptr()) }.unwrap_or_else(take_error),
            Err(error) => exception(error),
        }
    })
}

/// Whether an error is that of a continuation's second use.
pub fn is_continuation_consumed(error: &Ref) -> bool {
    error.type_ptr().cast() == exceptions().continuation_consumed
}

/// The second use of a continuation.
pub fn continuation_consumed() -> Ref {
    raise(
        exceptions().continuation_consumed,
        c"this continuation was already used; a continuation is one-shot: \
          it can be resumed, transferred to or passed on only once",
    )
}

fn raise(kind: *mut ffi::PyObject, text: &CStr) -> Ref {
    // SAFETY: `kind` is an exception type that lives as long as the process.
    unsafe { ffi::PyErr_SetString(kind, text.as_ptr()) };
    take_error()
}

/// No handler accepts an effect. `handlers` are those in scope, innermost first.
pub fn unhandled_effect<'a>(effect: &Ref, handlers: impl Iterator<Item = &'a Ref>) -> Ref {
    // Reprs and names may run code; the handlers are ours to keep meanwhile.
    let mut handlers = handlers.cloned();
    let shown: Vec<Ref> = handlers.by_ref().take(MAX_HANDLERS).collect();
    let more = handlers.count();
    let text = short_repr(effect).map(|effect| {
        let scope = if shown.is_empty() {
            "no handlers in scope".to_owned()
        } else {
            let names: Vec<String> = shown.iter().map(name_of_handler).collect();
            let more = if more == 0 {
                String::new()
            } else {
                format!(", and {more} more")
            };
            format!(
                "handlers in scope: {}{more} (innermost first)",
                names.join(", ")
            )
        };
        format!("no handler accepts {effect}; {scope}")
    });
    let text = match text {
        Ok(text) => text,
        Err(interrupt) => return interrupt,
    };
    with_python(|py| {
        // SAFETY: the exception type lives as long as the process; `effect` is valid.
        let made = unsafe {
            let kind = Bound::from_borrowed_ptr(py, exceptions().unhandled_effect);
            let effect = Bound::from_borrowed_ptr(py, effect.as_ptr());
            kind.call1((text,))
                .and_then(|made| made.setattr("effect", effect).map(|()| made))
        };
        match made {
            // SAFETY: the pointer is a new reference.
            Ok(made) => unsafe { Ref::from_result(made.into_ptr()) }.unwrap_or_else(take_error),
            Err(error) => exception(error),
        }
    })
}

/// The name of a handler as it was given, without the types it is installed with.
fn name_of_handler(handler: &Ref) -> String {
    name_of(&plain_handler(handler))
}

/// What becomes of a `StopIteration` that a primitive is given to throw.
pub fn convert_given_stop_iteration(error: Ref, primitive: Kind) -> Ref {
    caused_by_stop_iteration(error, || {
        format!("{} was given StopIteration", primitive.name())
    })
}

/// What PEP 479 makes of a `StopIteration` that leaves something other than a generator.
pub fn convert_stop_iteration(error: Ref, culprit: &Ref) -> Ref {
    caused_by_stop_iteration(error, || {
        format!("{} raised StopIteration", name_of(culprit))
    })
}

fn caused_by_stop_iteration(error: Ref, text: impl FnOnce() -> String) -> Ref {
    // SAFETY: `error` is an exception object.
    let stopped =
        unsafe { ffi::PyErr_GivenExceptionMatches(error.as_ptr(), ffi::PyExc_StopIteration) != 0 };
    if !stopped {
        return error;
    }
    let converted = make::<PyRuntimeError>(|| Ok(text()));
    // SAFETY: both are exception objects; each setter takes over one reference.
    unsafe {
        ffi::PyException_SetCause(converted.as_ptr(), error.clone().into_ptr());
        ffi::PyException_SetContext(converted.as_ptr(), error.into_ptr());
    }
    converted
}

/// The driver and the core disagree: a bug of ours, reported rather than hidden.
pub fn internal(error: doeff_vm_core::VMError) -> Ref {
    make::<PyRuntimeError>(|| Ok(format!("internal error of the machine: {error}")))
}

/// The driver has panicked: a bug of ours, as an exception that no `except Exception` takes.
#[cold]
pub fn panicked(panic: &(dyn std::any::Any + Send)) -> Ref {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("the machine has panicked").to_owned();
    exception(pyo3::panic::PanicException::new_err(text))
}

/// An exception that cannot be thrown anywhere goes to `sys.unraisablehook`.
pub fn unraisable(error: Ref, culprit: &Ref) {
    restore_error(error);
    crate::object::write_unraisable(culprit);
}
