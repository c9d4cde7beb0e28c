//! What doeff's contract says where a program makes a mistake.

use std::cell::RefCell;

use pyo3::exceptions::{PyAttributeError, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use pyo3::{PyTypeInfo, intern};

use crate::exceptions::exceptions;
use crate::generator::with_bound;
use crate::messages;
use crate::object::{Ref, with_python};
use crate::runs::from_bound;

use super::values::described;

fn make<E: PyTypeInfo>(text: String) -> Ref {
    with_python(|py| messages::exception(PyErr::from_type(E::type_object(py), text)))
}

/// A mistake that ends the run: no program gets to see it.
pub fn fatal(text: &str) -> Ref {
    make::<PyRuntimeError>(text.to_owned())
}

/// A continuation was used a second time, in this segment of the stack. It ends the run.
pub fn consumed(segment: u32) -> Ref {
    fatal(&format!(
        "internal error: Continuation: continuation already consumed (one-shot violation) \
         (current fiber={segment})"
    ))
}

/// What generators see as an error whose text tells of a value that is no exception, and a run ends with as another one where
/// no generator has seen it.
struct Raised {
    /// Where it is.
    address: usize,
    text: String,
    unseen: Unseen,
}

enum Unseen {
    /// A `TypeError` of this text.
    Mistake(String),
    /// A `RuntimeError` that shows the object.
    Object(String),
}

thread_local! {
    static LATEST: RefCell<Option<Raised>> = const { RefCell::new(None) };
}

/// A mistake that is thrown at the `yield` under a text that is no exception of Python's.
pub fn raised(text: &str) -> Ref {
    let shown = with_python(|py| {
        let shown = PyString::new(py, text).repr();
        shown.map_or_else(|_| text.to_owned(), |shown| shown.to_string())
    });
    raise_shown(&shown, Unseen::Mistake(text.to_owned()))
}

/// [`raised`], of any object that is no exception.
pub fn raised_object(object: &Ref) -> Ref {
    let shown = with_bound(object, |object| {
        let shown = object.repr();
        shown.map_or_else(|_| "?".to_owned(), |shown| shown.to_string())
    });
    raise_shown(&shown, Unseen::Object(shown.clone()))
}

fn raise_shown(shown: &str, unseen: Unseen) -> Ref {
    let text = format!("VM error (non-exception value in Raise): {shown}");
    let error = make::<PyRuntimeError>(text.clone());
    LATEST.set(Some(Raised {
        address: error.as_ptr() as usize,
        text,
        unseen,
    }));
    error
}

/// What a run ends with: the latest error of [`raised`] or [`raised_object`], where no generator has seen it, is that
/// which it stood for.
///
/// # Errors
/// The run's error, or this.
pub fn without_generator(result: Result<Ref, Ref>) -> Result<Ref, Ref> {
    let latest = LATEST.take();
    result.map_err(|error| match latest {
        Some(latest) if latest.is(&error).unwrap_or(false) => match latest.unseen {
            Unseen::Mistake(text) => make::<PyTypeError>(text),
            Unseen::Object(shown) => fatal(&format!("uncaught exception: {shown}")),
        },
        _ => error,
    })
}

impl Raised {
    /// Whether this is the error, and no generator has seen it.
    fn is(&self, error: &Ref) -> PyResult<bool> {
        // Another error may have been made since, where this one was.
        with_bound(error, |error| {
            let traceback = error.getattr(intern!(error.py(), "__traceback__"))?;
            Ok(self.address == error.as_ptr() as usize
                && traceback.is_none()
                && error.get_type().is(error.py().get_type::<PyRuntimeError>())
                && error.str()?.to_string() == self.text)
        })
    }
}

/// `<class 'int'>`, say.
fn class_of(object: &Ref) -> String {
    with_bound(object, |object| format!("{:?}", object.get_type()))
}

/// What is said of an object in a program's place.
pub fn expected_program(object: &Ref) -> String {
    format!("expected DoExpr or EffectBase, got: {}", class_of(object))
}

/// [`expected_program`] as a `TypeError`.
pub fn not_a_program(object: &Ref) -> Ref {
    make::<PyTypeError>(expected_program(object))
}

/// A handler's call gave no program. It ends the run.
pub fn bad_answer(result: &Ref) -> Ref {
    fatal(&format!(
        "type error: handler must return DoExpr: {}",
        expected_program(result)
    ))
}

/// `WithHandler` was given something that cannot be called.
pub fn not_callable(handler: &Ref) -> Ref {
    make::<PyTypeError>(format!(
        "WithHandler: handler must be callable, got {}",
        messages::type_name_of(handler)
    ))
}

/// What is known of a handler is not what it should be.
pub fn not_a_spec(found: &Bound<'_, PyAny>) -> Ref {
    let kind = messages::type_name_of(&from_bound(found.clone()));
    raised(&format!(
        "WithHandler: the handler-spec resolver answered {kind}, not a HandlerSpec"
    ))
}

/// A call has failed; `TypeError`s of a handler's function that was called with the program that it should
/// handle say so.
pub fn call_failed(call: &Ref, error: Ref) -> Ref {
    let replaced = with_bound(&error, |error| -> PyResult<Option<String>> {
        let py = error.py();
        if !error.is_instance_of::<PyTypeError>() {
            return Ok(None);
        }
        let call = with_bound(call, |call| call.clone().unbind());
        let call = call.bind(py);
        let function = call.getattr("function")?.getattr("function")?;
        let parts = (function, call.getattr("args")?, call.getattr("kwargs")?);
        let module = py.import("doeff_vm._not_a_program")?;
        let text = module.call_method1("handler_applied_as_a_program", parts)?;
        if text.is_none() {
            return Ok(None);
        }
        // The call's own error stays where its text cannot be encoded.
        Ok(text.extract().ok())
    });
    match replaced {
        Ok(Some(text)) => make::<PyTypeError>(text),
        Ok(None) => error,
        Err(error) => messages::exception(error),
    }
}

/// A stream holds something that nothing can be sent to.
pub fn no_send(object: &Ref) -> Ref {
    make::<PyAttributeError>(format!(
        "'{}' object has no attribute 'send'",
        messages::type_name_of(object)
    ))
}

/// A primitive was given something that is not a continuation.
pub fn needs_continuation(found: &Ref) -> Ref {
    let found = with_bound(found, |object| {
        if object.is_none() {
            "'None'".to_owned()
        } else {
            let kind = messages::type_name_of(&from_bound(object.clone()));
            format!("'{kind}' object")
        }
    });
    let error = make::<PyTypeError>(format!("{found} is not an instance of 'K'"));
    // A note is a courtesy.
    let _ = with_bound(&error, |error| {
        let note = "while processing 'k'";
        let added = error.call_method1(intern!(error.py(), "add_note"), (note,));
        added.map(drop)
    });
    error
}

/// Asks a function of one of the package's Python modules for a text.
fn ask<'py>(
    py: Python<'py>,
    module: &str,
    function: &str,
    arguments: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyString>> {
    let module = py.import(module)?;
    let text = module.getattr(function)?.call1(arguments)?;
    Ok(text.cast_into()?)
}

/// Something that is not a program was yielded. An object that cannot be shown is named by its class.
pub fn yielded_nonsense(object: &Ref) -> Ref {
    let text = with_bound(object, |object| {
        let py = object.py();
        let text = ask(py, "doeff_vm._not_a_program", "yield_message", (object,));
        text.and_then(|text| Ok(text.to_str()?.to_owned()))
            .map_err(|error| described(&error, py))
    });
    make::<PyTypeError>(text.unwrap_or_else(|failure| {
        format!(
            "yield got {}, which is neither an effect nor a program (explaining it failed: {failure})",
            class_of(object)
        )
    }))
}

/// No handler accepts an effect; `handlers` are those in scope at the perform site, innermost first.
pub fn unhandled(effect: &Ref, handlers: impl Iterator<Item = Ref>) -> Ref {
    let made = with_bound(effect, |effect| -> PyResult<PyErr> {
        let py = effect.py();
        let list = PyList::empty(py);
        for handler in handlers {
            with_bound(&handler, |handler| list.append(handler))?;
        }
        let text = ask(
            py,
            "doeff_vm._unhandled_hint",
            "unhandled_message",
            (effect, list),
        )?;
        // SAFETY: the type lives as long as the process.
        let kind = unsafe { Bound::from_borrowed_ptr(py, exceptions().unhandled_effect) };
        // Raised, not made: its context is what the run was started in, if that was an error.
        Ok(PyErr::from_type(
            kind.cast_into()?,
            text.to_string_lossy().into_owned(),
        ))
    });
    messages::exception(made.unwrap_or_else(|error| error))
}
