//! How the built-in handlers answer.
//!
//! The machine does not call a handler object: when it is found to be a prompt's handler, [`start`]
//! answers for it, and nothing is captured. The one step that must run a function of the program,
//! `Modify`'s, goes through [`Callback`].

use std::ptr::{self, NonNull};

use doeff_vm_core::{HandlerAction, Value};
use pyo3::ffi;

use crate::host;
use crate::node::{self, Kind};
use crate::object::{Ref, take_error};
use crate::stdlib::{
    StdlibHandler, listens, make_nested_writer, make_with, stdlib_handler, store_of,
};
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
        match result.and_then(|new| set(&self.store, &self.key, &new)) {
            Ok(()) => HandlerAction::Resume(Value::Object(self.old)),
            Err(error) => HandlerAction::Throw(error),
        }
    }
}

/// Answers an effect on behalf of a built-in handler.
#[inline]
pub fn start(handler: &Ref, effect: Ref) -> Started {
    let answered = match (stdlib_handler(handler), node::kind_of(&effect)) {
        (Some(StdlibHandler::State), Some(Kind::Get)) => get(handler, &effect),
        (Some(StdlibHandler::State), Some(Kind::Put)) => put(handler, &effect),
        (Some(StdlibHandler::State), Some(Kind::Modify)) => match begin_modify(handler, &effect) {
            Ok(callback) => return Started::NeedsPython(callback),
            Err(error) => Err(error),
        },
        (Some(StdlibHandler::Reader), Some(Kind::Ask)) => ask(handler, &effect),
        (Some(StdlibHandler::Reader), Some(Kind::Local)) => local(&effect),
        (Some(StdlibHandler::Writer), Some(Kind::Tell)) => tell(handler, &effect),
        (Some(StdlibHandler::Writer), Some(Kind::Listen)) => listen(&effect),
        // It was installed with other effects than its own.
        _ => {
            let declined = false;
            return Started::Done(HandlerAction::Pass { effect, declined });
        }
    };
    Started::Done(match answered {
        Ok(Some(action)) => action,
        Ok(None) => HandlerAction::Pass {
            effect,
            declined: true,
        },
        Err(error) => HandlerAction::Throw(error),
    })
}

/// An answer, or `None` to ask the handlers further out.
type Answer = Result<Option<Action>, Ref>;

fn resume(value: Ref) -> Action {
    HandlerAction::Resume(Value::Object(value))
}

/// The first or second field of a built-in effect.
fn field(effect: &Ref, index: usize) -> Ref {
    // SAFETY: the callers ask for fields that their kind of effect has.
    unsafe { node::field(effect, index) }
}

/// What a store has for a key. Looking may run the key's own code.
fn look_up(store: &Ref, key: &Ref) -> Result<Option<Ref>, Ref> {
    // SAFETY: a dict and a valid key, both kept alive; the borrowed result is made ours at once.
    unsafe {
        let found = ffi::PyDict_GetItemWithError(store.as_ptr(), key.as_ptr());
        match NonNull::new(found) {
            Some(found) => Ok(Some(Ref::from_borrowed(found))),
            None if ffi::PyErr_Occurred().is_null() => Ok(None),
            None => Err(take_error()),
        }
    }
}

fn set(store: &Ref, key: &Ref, value: &Ref) -> Result<(), Ref> {
    // SAFETY: a dict and valid objects, all kept alive.
    match unsafe { ffi::PyDict_SetItem(store.as_ptr(), key.as_ptr(), value.as_ptr()) } {
        0 => Ok(()),
        _ => Err(take_error()),
    }
}

fn get(handler: &Ref, effect: &Ref) -> Answer {
    let found = look_up(&store_of(handler), &field(effect, 0))?;
    Ok(Some(resume(found.unwrap_or_else(Ref::none))))
}

fn put(handler: &Ref, effect: &Ref) -> Answer {
    set(&store_of(handler), &field(effect, 0), &field(effect, 1))?;
    Ok(Some(HandlerAction::Resume(Value::Unit)))
}

fn begin_modify(handler: &Ref, effect: &Ref) -> Result<Callback, Ref> {
    let (store, key) = (store_of(handler), field(effect, 0));
    let old = look_up(&store, &key)?.unwrap_or_else(Ref::none);
    Ok(Callback {
        store,
        key,
        old,
        function: field(effect, 1),
    })
}

fn ask(handler: &Ref, effect: &Ref) -> Answer {
    Ok(look_up(&store_of(handler), &field(effect, 0))?.map(resume))
}

fn local(effect: &Ref) -> Answer {
    let nested = make_with(StdlibHandler::Reader, "Local", Some(&field(effect, 0)))?;
    let body = node::make(
        Kind::WithHandler,
        &[&nested, &field(effect, 1), &Ref::none()],
    )
    .and_then(|program| program::iterator(&program));
    Ok(Some(HandlerAction::Run(body.ok_or_else(take_error)?)))
}

fn tell(handler: &Ref, effect: &Ref) -> Answer {
    let log = store_of(handler);
    // SAFETY: a list and a valid object.
    if unsafe { ffi::PyList_Append(log.as_ptr(), field(effect, 0).as_ptr()) } != 0 {
        return Err(take_error());
    }
    Ok((!listens(handler)).then_some(HandlerAction::Resume(Value::Unit)))
}

fn listen(effect: &Ref) -> Answer {
    let nested = make_nested_writer(true)?;
    let body = node::make(
        Kind::WithHandler,
        &[&nested, &field(effect, 0), &Ref::none()],
    )
    .and_then(|program| program::listening_body(&program, nested));
    Ok(Some(HandlerAction::Run(body.ok_or_else(take_error)?)))
}
