//! From Python objects to what the core understands: programs, accept sets, continuations.

use doeff_vm_core::{AcceptSet, Value};
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, PyAny, PyResult, ffi, intern};

use crate::effects::{accept_set, effect_type, is_effect_type};
use crate::generator::{is_generator, is_new, with_bound};
use crate::host::{PyCaptured, PyValue, PyYielded};
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::types::types;
use crate::{calls, continuation, do_function, messages, program};

/// A program that was started.
pub enum Started {
    /// It has a body to run.
    Body(Ref),
    /// It was its value at once.
    Value(Ref),
}

impl Started {
    /// What to do with it where a program yielded it.
    pub fn into_yielded(self) -> PyYielded {
        match self {
            Self::Body(generator) => PyYielded::Program(generator),
            Self::Value(value) => PyYielded::Value(Value::Object(value)),
        }
    }
}

/// Starts any program.
///
/// # Errors
/// `TypeError` for what is not a program; what the program's function raised.
pub fn start_program(program: &Ref) -> Result<Started, Ref> {
    if do_function::is_do_call(program) {
        return start_do_call(program);
    }
    let kind = program.type_ptr();
    if kind == types().node(Kind::Pure) {
        // SAFETY: it is a `Pure`, which has a first field.
        return Ok(Started::Value(unsafe { node::field(program, 0) }));
    }
    if is_primitive(kind) || effect_type(program)?.is_some() {
        return program::iterator(program)
            .map(Started::Body)
            .ok_or_else(take_error);
    }
    match to_generator(program) {
        Some(generator) => generator.map(Started::Body),
        None => Err(messages::not_a_program(program)),
    }
}

/// Starts a call of a `@do` function.
///
/// # Errors
/// What the function raised; `TypeError` where it gave a generator that has started.
#[inline]
pub fn start_do_call(call: &Ref) -> Result<Started, Ref> {
    // SAFETY: the caller has checked that it is one.
    match unsafe { do_function::start(call) } {
        Some(result) if !is_generator(&result) => Ok(Started::Value(result)),
        Some(result) => new_generator(result).map(Started::Body),
        // SAFETY: as above.
        None => Err(messages::convert_stop_iteration(take_error(), &unsafe {
            do_function::function_of(call)
        })),
    }
}

/// The generator, if it is new.
///
/// # Errors
/// `TypeError` if it has started.
#[inline]
pub fn new_generator(generator: Ref) -> Result<Ref, Ref> {
    if is_new(&generator) {
        Ok(generator)
    } else {
        Err(messages::generator_has_started(&generator))
    }
}

/// Whether objects of this type are control primitives.
pub fn is_primitive(kind: *mut ffi::PyTypeObject) -> bool {
    uses_continuation(kind) || kind == types().node(Kind::WithHandler)
}

/// Whether objects of this type are primitives that use a continuation.
#[inline]
pub fn uses_continuation(kind: *mut ffi::PyTypeObject) -> bool {
    let types = types();
    kind == types.node(Kind::Resume)
        || kind == types.node(Kind::Transfer)
        || kind == types.node(Kind::Pass)
}

/// Asks an object for its generator; `None` if it does not know how, or is a class.
fn to_generator(program: &Ref) -> Option<Result<Ref, Ref>> {
    // SAFETY: the object is valid.
    if unsafe { ffi::PyType_Check(program.as_ptr()) } != 0 {
        return None;
    }
    let method = with_bound(program, |program| -> PyResult<Option<Ref>> {
        let method = program.getattr_opt(intern!(program.py(), "to_generator"))?;
        Ok(method.map(from_bound))
    });
    let method = match method {
        Ok(method) => method?,
        Err(error) => return Some(Err(messages::exception(error))),
    };
    // SAFETY: calling a valid object; the result is a new reference or null with an exception.
    let result = unsafe {
        Ref::from_result(calls::vectorcall(
            method.as_ptr(),
            &[],
            0,
            std::ptr::null_mut(),
        ))
    };
    Some(match result {
        Some(generator) if is_generator(&generator) => new_generator(generator),
        Some(other) => Err(messages::not_a_generator(&other, program)),
        None => Err(messages::convert_stop_iteration(take_error(), &method)),
    })
}

/// Whether an object says how to run itself.
///
/// # Errors
/// What looking for the method raised.
pub fn has_to_generator(object: &Ref) -> Result<bool, Ref> {
    // SAFETY: the object is valid.
    let is_type = unsafe { ffi::PyType_Check(object.as_ptr()) } != 0;
    let found = with_bound(object, |object| {
        let found = object.getattr_opt(intern!(object.py(), "to_generator"));
        found.map(|method| method.is_some())
    });
    Ok(found.map_err(messages::exception)? && !is_type)
}

fn from_bound(object: Bound<'_, PyAny>) -> Ref {
    // SAFETY: a `Bound` owns its reference and is never null.
    unsafe { Ref::from_owned(std::ptr::NonNull::new_unchecked(object.into_ptr())) }
}

/// Takes what a continuation holds: the type check, then the one-shot check.
///
/// # Errors
/// `TypeError` for what is not a continuation, `ContinuationConsumed` for a used one.
#[inline]
pub fn take_continuation(k: &Ref, primitive: &str) -> Result<PyCaptured, Ref> {
    if !continuation::is_continuation(k) {
        return Err(messages::needs_continuation(primitive, k));
    }
    // SAFETY: it was just checked.
    unsafe { continuation::take(k) }.ok_or_else(messages::continuation_consumed)
}

/// A prompt that is about to be installed.
pub struct Prompt {
    /// The handler, a `TypedHandler` where it has types.
    pub handler: Ref,
    /// What it accepts.
    pub accepts: AcceptSet,
}

/// Reads the handler and `effects` of a `WithHandler`.
///
/// # Errors
/// `TypeError` where they are not what they should be.
pub fn prompt(handler: Ref, effects: &Ref) -> Result<Prompt, Ref> {
    // SAFETY: the object is valid; `None` lives as long as the interpreter.
    let (callable, untyped) = unsafe {
        (
            ffi::PyCallable_Check(handler.as_ptr()) != 0,
            ffi::Py_IsNone(effects.as_ptr()) != 0,
        )
    };
    if !callable {
        return Err(messages::not_callable(&handler));
    }
    if untyped {
        return Ok(Prompt {
            handler,
            accepts: AcceptSet::ALL,
        });
    }
    let accepts = accept_set(&accepted_types(effects)?)?;
    let handler = node::make(Kind::TypedHandler, &[&handler, effects]).ok_or_else(take_error)?;
    Ok(Prompt { handler, accepts })
}

fn accepted_types(effects: &Ref) -> Result<Vec<*mut ffi::PyTypeObject>, Ref> {
    let object = effects.as_ptr();
    // SAFETY: the object is valid; a tuple's items are valid while it is.
    let candidates: Vec<*mut ffi::PyObject> = unsafe {
        if ffi::PyTuple_Check(object) != 0 {
            (0..ffi::PyTuple_GET_SIZE(object))
                .map(|index| ffi::PyTuple_GET_ITEM(object, index))
                .collect()
        } else {
            vec![object]
        }
    };
    // SAFETY: as above; only types are looked at as types.
    let all_effects = candidates
        .iter()
        .all(|&object| unsafe { ffi::PyType_Check(object) != 0 } && is_effect_type(object.cast()));
    if candidates.is_empty() || !all_effects {
        return Err(messages::bad_effects(effects));
    }
    Ok(candidates.into_iter().map(<*mut _>::cast).collect())
}

/// A value as Python sees it.
#[inline]
pub fn object_of(value: PyValue) -> Ref {
    match value {
        Value::Unit => Ref::none(),
        Value::Object(object) => object,
    }
}
