//! From Python objects to what the core understands: programs, accept sets, continuations.

use doeff_vm_core::{AcceptSet, HandlerKind, Prompt, Value, Yielded};
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, PyAny, PyResult, ffi, intern};

use crate::effects::{accept_set, effect_type, has_attribute, is_effect_type};
use crate::generator::{is_generator, is_new, with_bound};
use crate::host::{PyCaptured, PyPrompt, PyValue, PyYielded};
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::stdlib::{self, StdlibHandler};
use crate::{calls, continuation, do_call, doeff, messages, note, program};

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
    if do_call::is_do_call(program) {
        return start_do_call(program);
    }
    if let Some(started) = doeff::control::start(program)? {
        return Ok(started);
    }
    match node::kind_of(program) {
        // SAFETY: it is a `Pure`, which has a first field.
        Some(Kind::Pure) => return Ok(Started::Value(unsafe { node::field(program, 0) })),
        Some(Kind::Safe) => return start_safe(program),
        Some(kind) if is_primitive(kind) => return start_by_iterator(program),
        _ => {}
    }
    if effect_type(program)?.is_some() {
        return start_by_iterator(program);
    }
    match to_generator(program) {
        Some(generator) => generator.map(Started::Body),
        None => Err(messages::not_a_program(program)),
    }
}

/// A program without a body is run by one that yields it.
fn start_by_iterator(program: &Ref) -> Result<Started, Ref> {
    let body = program::iterator(program).ok_or_else(take_error)?;
    Ok(Started::Body(body))
}

fn start_safe(safe: &Ref) -> Result<Started, Ref> {
    // SAFETY: it is a `Safe`, which has a first field.
    let program = unsafe { node::field(safe, 0) };
    check_program(&program)?;
    let body = program::safe_body(&program).ok_or_else(take_error)?;
    Ok(Started::Body(body))
}

/// Checks that an object is a program, without starting it.
///
/// # Errors
/// `TypeError` if it is not.
pub fn check_program(object: &Ref) -> Result<(), Ref> {
    if is_program(object)? {
        Ok(())
    } else {
        Err(messages::not_a_program(object))
    }
}

/// Whether an object is a program.
///
/// # Errors
/// What looking for its `to_generator` raised.
pub fn is_program(object: &Ref) -> Result<bool, Ref> {
    if do_call::is_do_call(object) || doeff::control::is_program(object) {
        return Ok(true);
    }
    match node::kind_of(object) {
        Some(kind) => Ok(is_primitive(kind) || is_effect(kind) || kind == Kind::Pure),
        None => Ok(effect_type(object)?.is_some() || generator_method(object)?.is_some()),
    }
}

/// Starts a call of a `@do` function.
///
/// # Errors
/// What the function raised; `TypeError` where it gave a generator that has started.
#[allow(clippy::inline_always)] // its result is wide, and taken apart at once
#[inline(always)]
pub fn start_do_call(call: &Ref) -> Result<Started, Ref> {
    // SAFETY: the caller has checked that it is one.
    match unsafe { do_call::start(call) } {
        Some(result) if !is_generator(&result) => Ok(Started::Value(result)),
        Some(result) if is_new(&result) => Ok(Started::Body(result)),
        Some(result) => Err(messages::generator_has_started(&result)),
        None => Err(do_call_raised(call)),
    }
}

#[inline(never)]
fn do_call_raised(call: &Ref) -> Ref {
    // SAFETY: the caller has checked that it is a call.
    let function = unsafe { do_call::function_of(call) };
    messages::convert_stop_iteration(take_error(), &function)
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

/// Whether nodes of this kind are control primitives.
pub fn is_primitive(kind: Kind) -> bool {
    kind as usize <= Kind::Safe as usize
}

/// Whether nodes of this kind are effects.
pub fn is_effect(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Get | Kind::Put | Kind::Modify | Kind::Ask | Kind::Local | Kind::Tell | Kind::Listen
    )
}

/// Whether this is a primitive that uses a continuation, and so must not be the result of a clause.
#[inline]
pub fn uses_continuation(object: &Ref) -> Option<Kind> {
    // They are the first kinds.
    node::kind_of(object).filter(|&kind| kind as usize <= Kind::ResumeProgram as usize)
}

/// Asks an object for its generator; `None` if it does not know how, or is a class.
fn to_generator(program: &Ref) -> Option<Result<Ref, Ref>> {
    let method = match generator_method(program) {
        Ok(method) => method?,
        Err(error) => return Some(Err(error)),
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

/// The method by which an object, but no class, says how to run itself.
///
/// To doeff such an object is a value like others: in a run of doeff's the class has to have the method, so that
/// nothing is asked of an object that answers to every name.
fn generator_method(object: &Ref) -> Result<Option<Ref>, Ref> {
    // SAFETY: the object is valid.
    if unsafe { ffi::PyType_Check(object.as_ptr()) } != 0 {
        return Ok(None);
    }
    let method = with_bound(object, |object| -> PyResult<Option<Ref>> {
        let name = intern!(object.py(), "to_generator");
        if note::is_silent() && !has_attribute(object.get_type_ptr(), name) {
            return Ok(None);
        }
        let method = object.getattr_opt(name)?;
        Ok(method.filter(PyAnyMethods::is_callable).map(from_bound))
    });
    method.map_err(messages::exception)
}

fn from_bound(object: Bound<'_, PyAny>) -> Ref {
    // SAFETY: a `Bound` owns its reference and is never null.
    unsafe { Ref::from_owned(std::ptr::NonNull::new_unchecked(object.into_ptr())) }
}

/// A continuation's contents, taken out of it: the use has begun, and can still be undone.
pub enum Reserved {
    /// Of a started one.
    Captured(PyCaptured),
    /// Of an unstarted one: a tuple of its program and its handlers.
    Unstarted(Ref),
}

impl Reserved {
    /// Undoes the reservation.
    pub fn put_back(self, k: &Ref) {
        // SAFETY: the contents were taken from `k`.
        unsafe {
            match self {
                Self::Captured(captured) => continuation::put_back(k, captured),
                Self::Unstarted(contents) => continuation::put_back_unstarted(k, contents),
            }
        }
    }
}

/// Takes what a continuation holds: the type check, then the one-shot check. `value` is what its
/// performer is to get.
///
/// # Errors
/// `TypeError` for what is not a continuation and for a value for an unstarted one;
/// `ContinuationConsumed` for a used one.
#[inline]
pub fn reserve(k: &Ref, primitive: Kind, value: Option<&Ref>) -> Result<Reserved, Ref> {
    if !continuation::is_continuation(k) {
        return Err(messages::needs_continuation(primitive, k));
    }
    // SAFETY: it was just checked.
    if let Some(captured) = unsafe { continuation::take(k) } {
        return Ok(Reserved::Captured(captured));
    }
    reserve_unstarted(k, value)
}

#[cold]
fn reserve_unstarted(k: &Ref, value: Option<&Ref>) -> Result<Reserved, Ref> {
    // SAFETY: the caller has checked that it is a continuation; `None` lives for ever.
    unsafe {
        if !continuation::is_unstarted(k) {
            return Err(messages::continuation_consumed());
        }
        if let Some(value) = value
            && ffi::Py_IsNone(value.as_ptr()) == 0
        {
            return Err(messages::unstarted_takes_no_value(value));
        }
        let contents = continuation::take_unstarted(k);
        contents.map_or_else(
            || Err(messages::continuation_consumed()),
            |contents| Ok(Reserved::Unstarted(contents)),
        )
    }
}

/// As [`reserve`], for a primitive that needs a perform site.
///
/// # Errors
/// As for [`reserve`]; `TypeError` for an unstarted one.
pub fn reserve_started(k: &Ref, primitive: Kind) -> Result<PyCaptured, Ref> {
    if !continuation::is_continuation(k) {
        return Err(messages::needs_continuation(primitive, k));
    }
    // SAFETY: it was just checked.
    unsafe {
        if continuation::is_unstarted(k) {
            return Err(messages::needs_started(primitive));
        }
        continuation::take(k).ok_or_else(messages::continuation_consumed)
    }
}

/// Starts what an unstarted continuation held.
///
/// # Errors
/// What starting the program raised.
pub fn start_unstarted(contents: &Ref) -> Result<PyYielded, Ref> {
    let handlers = handler_list("CreateContinuation", &tuple_item(contents, 1))?;
    let none = Ref::none();
    let prompts: Vec<_> = handlers
        .into_iter()
        .map(|handler| prompt(handler, &none))
        .collect::<Result<_, _>>()?;
    Ok(match start_program(&tuple_item(contents, 0))? {
        Started::Value(value) => Yielded::Value(Value::Object(value)),
        Started::Body(body) => Yielded::Install {
            prompts: prompts.into(),
            body,
        },
    })
}

fn tuple_item(tuple: &Ref, index: isize) -> Ref {
    // SAFETY: the callers have a tuple with such an item.
    unsafe {
        let item = ffi::PyTuple_GET_ITEM(tuple.as_ptr(), index);
        Ref::from_borrowed(std::ptr::NonNull::new_unchecked(item))
    }
}

/// The items of a list or tuple of handlers, innermost first.
///
/// # Errors
/// `TypeError` for anything else; `name` is what it calls whoever needs the handlers.
pub fn handler_list(name: &str, handlers: &Ref) -> Result<Vec<Ref>, Ref> {
    // SAFETY: the object is valid; of a list or tuple the items are valid while nobody changes it,
    // and no code runs here that could.
    unsafe {
        let object = handlers.as_ptr();
        if ffi::PyList_Check(object) == 0 && ffi::PyTuple_Check(object) == 0 {
            return Err(messages::needs_handlers(name, handlers));
        }
        let count = ffi::PySequence_Fast_GET_SIZE(object);
        let items = (0..count).map(|index| ffi::PySequence_Fast_GET_ITEM(object, index));
        Ok(items
            .map(|item| Ref::from_borrowed(std::ptr::NonNull::new_unchecked(item)))
            .collect())
    }
}

/// Reads the handler and `effects` of a prompt that is to be installed.
///
/// # Errors
/// `TypeError` where they are not what they should be.
pub fn prompt(handler: Ref, effects: &Ref) -> Result<PyPrompt, Ref> {
    let plain = node::plain_handler(&handler);
    // SAFETY: the objects are valid; `None` lives as long as the interpreter.
    let (callable, untyped) = unsafe {
        (
            ffi::PyCallable_Check(plain.as_ptr()) != 0,
            ffi::Py_IsNone(effects.as_ptr()) != 0,
        )
    };
    if !callable {
        return Err(messages::not_callable(&plain));
    }
    let is_typed = node::kind_of(&handler) == Some(Kind::TypedHandler);
    let stdlib = stdlib::stdlib_handler(&plain);
    let kind = match stdlib {
        Some(_) => HandlerKind::Stdlib,
        None => HandlerKind::Python,
    };
    let (handler, accepts) = if !untyped {
        let accepts = accept_set(&accepted_types(effects)?)?;
        let typed = node::make(Kind::TypedHandler, &[&plain, effects]);
        (typed.ok_or_else(take_error)?, accepts)
    } else if is_typed {
        // SAFETY: it is a `TypedHandler`, which has a second field.
        let effects = unsafe { node::field(&handler, 1) };
        (handler, accept_set(&accepted_types(&effects)?)?)
    } else {
        let accepts = stdlib.map_or(Ok(AcceptSet::ALL), StdlibHandler::accepts)?;
        (handler, accepts)
    };
    Ok(Prompt {
        handler,
        kind,
        accepts,
    })
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
