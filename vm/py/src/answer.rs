//! How the built-in handlers answer.
//!
//! The machine does not call a handler object: when it is found to be a prompt's handler, [`start`]
//! answers for it, and nothing is captured. The one step that must run a function of the program,
//! `Modify`'s, goes through [`Callback`].

use std::ffi::c_int;
use std::ptr::{self, NonNull};

use doeff_vm_core::{HandlerAction, Value};
use pyo3::ffi;

use crate::host;
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::stdlib::{
    StdlibHandler, foreign, listens, make_nested_writer, make_with, stdlib_handler, store_of,
    store_pointer,
};
use crate::types::types;
use crate::{calls, messages, program};

/// What a built-in handler does to an effect.
type Action = HandlerAction<host::Python>;

/// What the first half of an answer came to.
pub enum Started {
    /// It is whole.
    Done(Action),
    /// A function of the program must be called first.
    NeedsPython(Callback),
}

/// A `Modify` whose function has not been called yet.
pub struct Callback {
    store: Ref,
    key: Ref,
    old: Ref,
    function: Ref,
}

impl Callback {
    /// The whole answer: the old value, or what was raised.
    pub fn run(self) -> Result<Ref, Ref> {
        let result = self.call();
        result.and_then(|new| self.set(&new))?;
        Ok(self.old)
    }

    /// Calls the function with the old value.
    ///
    /// # Errors
    /// What the function raised.
    pub fn call(&self) -> Result<Ref, Ref> {
        // SAFETY: the arguments are valid for the call; the result is a new reference or null.
        unsafe {
            let arguments = [self.old.as_ptr()];
            let function = self.function.as_ptr();
            Ref::from_result(calls::vectorcall(function, &arguments, 1, ptr::null_mut()))
        }
        .ok_or_else(|| messages::convert_stop_iteration(take_error(), &self.function))
    }

    /// The second half of the answer: stores what the function gave. Where it raised, the store is
    /// unchanged.
    pub fn continue_after_python(self, result: Result<Ref, Ref>) -> Action {
        match result.and_then(|new| self.set(&new)) {
            Ok(_) => HandlerAction::Resume(Value::Object(self.old)),
            Err(error) => HandlerAction::Throw(error),
        }
    }

    fn set(&self, new: &Ref) -> Answer {
        // SAFETY: a dict and valid objects, all owned here.
        done(unsafe { ffi::PyDict_SetItem(self.store.as_ptr(), self.key.as_ptr(), new.as_ptr()) })
    }
}

/// Answers an effect on behalf of a built-in handler.
pub fn start(handler: &Ref, effect: Ref) -> Started {
    if let Some(answered) = foreign::answer(handler, &effect) {
        let answered = answered.map(|value| HandlerAction::Resume(Value::Object(value)));
        return Started::Done(answered.unwrap_or_else(HandlerAction::Throw));
    }
    let own = stdlib_handler(handler);
    let (Some(own), Some(kind)) = (own, node::kind_of(&effect)) else {
        return pass(effect, false);
    };
    if let Some(answered) = value(handler, kind, &effect) {
        return match answered {
            Ok(Some(value)) => Started::Done(HandlerAction::Resume(Value::Object(value))),
            Ok(None) => pass(effect, true),
            Err(error) => Started::Done(HandlerAction::Throw(error)),
        };
    }
    let begun = match (own, kind) {
        (StdlibHandler::State, Kind::Modify) => {
            begin_modify(handler, &effect).map(Started::NeedsPython)
        }
        (StdlibHandler::Reader, Kind::Local) => local(&effect).map(run),
        (StdlibHandler::Writer, Kind::Listen) => listen(&effect).map(run),
        // It was installed with other effects than its own.
        _ => return pass(effect, false),
    };
    begun.unwrap_or_else(|error| Started::Done(HandlerAction::Throw(error)))
}

fn pass(effect: Ref, declined: bool) -> Started {
    Started::Done(HandlerAction::Pass { effect, declined })
}

fn run(body: Ref) -> Started {
    Started::Done(HandlerAction::Run(body))
}

/// Whether a handler is a state itself, and not one with other effect types.
#[inline]
pub fn is_state(handler: &Ref) -> bool {
    handler.type_ptr() == types().stdlib[StdlibHandler::State as usize]
}

/// A value, or `None` to ask the handlers further out.
type Answer = Result<Option<Ref>, Ref>;

/// Answers an effect of this kind, where the handler's answer to it is a value that takes no function
/// of the program; `None`, and nothing was done, where it is not.
#[allow(clippy::inline_always)] // each hot use is for one kind
#[inline(always)]
pub fn value(handler: &Ref, kind: Kind, effect: &Ref) -> Option<Answer> {
    let own = match kind {
        Kind::Get | Kind::Put => StdlibHandler::State,
        Kind::Ask => StdlibHandler::Reader,
        Kind::Tell => StdlibHandler::Writer,
        _ => return None,
    };
    if handler.type_ptr() != types().stdlib[own as usize] {
        return None;
    }
    // SAFETY: the handler and the effect keep their store and fields alive, and are themselves kept by
    // the caller while a key's own code runs.
    Some(unsafe {
        let (store, first) = (store_pointer(handler), node::field_pointer(effect, 0));
        match kind {
            Kind::Get => look_up(store, first).map(|found| Some(found.unwrap_or_else(Ref::none))),
            Kind::Ask => look_up(store, first),
            Kind::Put => done(ffi::PyDict_SetItem(
                store,
                first,
                node::field_pointer(effect, 1),
            )),
            _ => {
                let told = done(ffi::PyList_Append(store, first));
                // The writer of a `Listen` passes on what it hears.
                told.map(|none| none.filter(|_| !listens(handler)))
            }
        }
    })
}

/// What a store has for a key. Looking may run the key's own code.
///
/// # Safety
/// The store must be a built-in handler's, and both be kept alive.
#[inline]
unsafe fn look_up(store: *mut ffi::PyObject, key: *mut ffi::PyObject) -> Answer {
    // SAFETY: by the caller's word; the borrowed result is made ours at once.
    unsafe {
        let found = ffi::PyDict_GetItemWithError(store, key);
        match NonNull::new(found) {
            Some(found) => Ok(Some(Ref::from_borrowed(found))),
            None if ffi::PyErr_Occurred().is_null() => Ok(None),
            None => Err(take_error()),
        }
    }
}

/// The answer `None`, where a C function reports success.
#[inline]
fn done(status: c_int) -> Answer {
    match status {
        0 => Ok(Some(Ref::none())),
        _ => Err(take_error()),
    }
}

/// The first or second field of a built-in effect.
fn field(effect: &Ref, index: usize) -> Ref {
    // SAFETY: the callers ask for fields that their kind of effect has.
    unsafe { node::field(effect, index) }
}

/// Begins to answer a `Modify` on behalf of a state.
///
/// # Errors
/// What looking for the key raised.
#[inline]
pub fn begin_modify(handler: &Ref, effect: &Ref) -> Result<Callback, Ref> {
    let (store, key) = (store_of(handler), field(effect, 0));
    // SAFETY: a dict and a valid key, both owned here.
    let old = unsafe { look_up(store.as_ptr(), key.as_ptr()) }?.unwrap_or_else(Ref::none);
    Ok(Callback {
        store,
        key,
        old,
        function: field(effect, 1),
    })
}

fn local(effect: &Ref) -> Result<Ref, Ref> {
    let nested = make_with(StdlibHandler::Reader, "Local", Some(&field(effect, 0)))?;
    let body = node::make(
        Kind::WithHandler,
        &[&nested, &field(effect, 1), &Ref::none()],
    )
    .and_then(|program| program::iterator(&program));
    body.ok_or_else(take_error)
}

fn listen(effect: &Ref) -> Result<Ref, Ref> {
    let nested = make_nested_writer(true)?;
    let body = node::make(
        Kind::WithHandler,
        &[&nested, &field(effect, 0), &Ref::none()],
    )
    .and_then(|program| program::listening_body(&program, nested));
    body.ok_or_else(take_error)
}
