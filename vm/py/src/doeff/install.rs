//! Handlers of doeff's where they are installed: `doeff_vm._effect_types` reads what a handler accepts from
//! its annotation, and what is to be called in its place from what `@do` left on it.

use std::ptr;

use doeff_vm_core::{AcceptSet, HandlerKind, Prompt};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};
use pyo3::{ffi, intern};

use crate::calls::Vectorcall;
use crate::classify;
use crate::effects::{Accepted, accept_set_of, is_effect_type};
use crate::generator::{is_generator, with_bound};
use crate::host::{PyCaptured, PyPrompt};
use crate::node::{self, Kind};
use crate::object::{Ref, take_error, with_python};
use crate::runs::{from_bound, into_py};
use crate::stdlib::{foreign, stdlib_handler};
use crate::{calls, continuation, messages};

use super::values::{HandlerSpec, described};
use super::{errors, observe};

/// How a prompt's handler is called, and what is made of what it gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As ours: a generator is the clause, and a program is run in it.
    Ours,
    /// doeff's `@do` function: a generator is the clause, anything else the answer.
    Marked,
    /// Any other handler of doeff's: it gives a program.
    Raw,
}

/// What is called for a prompt's handler, and by what.
#[allow(clippy::inline_always)] // it is a comparison, and a part of every handler call
#[inline(always)]
pub fn callee(handler: &Ref) -> (Ref, Vectorcall) {
    // The commonest.
    if handler.type_ptr() == &raw mut ffi::PyFunction_Type {
        // SAFETY: it is a function.
        let call = unsafe { calls::vectorcall_of_function(handler.as_ptr()) };
        return (handler.clone(), call);
    }
    other_callee(handler)
}

#[inline(never)]
fn other_callee(handler: &Ref) -> (Ref, Vectorcall) {
    let handler = node::plain_handler(handler);
    // SAFETY: it is valid, and the interpreter is held.
    let call = unsafe { calls::vectorcall_of(handler.as_ptr()) };
    (handler, call)
}

/// How the handler was called that was given an unused continuation.
pub fn manner_of(k: &Ref) -> Manner {
    // SAFETY: the callers have a continuation, which nothing uses meanwhile.
    let handler = unsafe { continuation::held(k) }.and_then(PyCaptured::handler);
    handler.map_or(Manner::Ours, manner)
}

/// Whether a handler that was called with this continuation is a `@do` function of doeff's. Where it has used the
/// continuation within the call, it was not given back to look at: anything else is called by [`RawCall`].
pub fn is_marked_call(called: &Ref, k: &Ref) -> bool {
    // SAFETY: as for `manner_of`.
    if unsafe { continuation::is_used(k.as_ptr()) } {
        return with_bound(called, |called| !called.is_instance_of::<RawCall>());
    }
    manner_of(k) == Manner::Marked
}

/// Calls a handler of doeff's that is no `@do` function, and so may not give a generator.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
struct RawCall {
    handler: Py<PyAny>,
}

#[pymethods]
impl RawCall {
    #[pyo3(signature = (*args))]
    fn __call__<'py>(&self, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let py = args.py();
        // SAFETY: the handler and the tuple are valid for the call; the result is a new reference or null
        // with an exception.
        let answer = unsafe {
            let answer = calls::call(self.handler.as_ptr(), args.as_ptr(), ptr::null_mut());
            Bound::from_owned_ptr_or_err(py, answer)?
        };
        if !is_generator(&from_bound(answer.clone())) {
            return Ok(answer);
        }
        let generator = answer.unbind();
        Ok(Bound::new(py, BadAnswer { generator })?.into_any())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.handler)
    }
}

/// The generator that such a handler gave.
#[pyclass(module = "doeff_vm.doeff_vm", frozen)]
struct BadAnswer {
    generator: Py<PyAny>,
}

#[pymethods]
impl BadAnswer {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.generator)
    }
}

/// What a handler really gave.
pub fn given_by_raw(answer: Ref) -> Ref {
    let generator = with_bound(&answer, |answer| {
        let bad = answer.cast::<BadAnswer>().ok()?;
        Some(from_bound(bad.get().generator.bind(bad.py()).clone()))
    });
    generator.unwrap_or(answer)
}

/// How a prompt's handler is called.
pub fn manner(handler: &Ref) -> Manner {
    if handler.type_ptr() != crate::types::types().node(Kind::Installed) {
        return Manner::Ours;
    }
    // SAFETY: it was just checked.
    let [_, _, raw] = unsafe { node::fields(handler) };
    if raw.is_null() {
        Manner::Marked
    } else {
        Manner::Raw
    }
}

/// The handler that was installed, as programs see it; `None` for what stands in a handler's place.
pub fn shown(handler: &Ref) -> Option<Ref> {
    if node::kind_of(handler) == Some(Kind::Installed) {
        // SAFETY: it was just checked; it has a second field.
        return Some(unsafe { node::field(handler, 1) });
    }
    if observe::callable(handler).is_some() {
        return None;
    }
    Some(handler.clone())
}

/// The prompt of a handler of doeff's.
///
/// # Errors
/// `TypeError` for what cannot be called or accepts what no effect can be.
pub fn prompt(handler: Ref, effects: &Ref) -> Result<PyPrompt, Ref> {
    // SAFETY: the object is valid.
    let is_typed = unsafe { ffi::Py_IsNone(effects.as_ptr()) } == 0;
    if let Some(accepts) = foreign::accepts(&handler) {
        return Ok(Prompt {
            accepts: accepts?,
            handler,
            kind: HandlerKind::Stdlib,
        });
    }
    if is_typed || is_ours(&handler) {
        return classify::prompt(handler, effects);
    }
    // SAFETY: as above.
    if unsafe { ffi::PyCallable_Check(handler.as_ptr()) } == 0 {
        return Err(errors::not_callable(&handler));
    }
    let spec = spec_of(&handler).map_err(|error| with_python(|py| unresolved(&error, py)))?;
    with_bound(&spec, |spec| match spec.cast::<HandlerSpec>() {
        Ok(spec) => install(&handler, spec),
        Err(_) => Err(errors::not_a_spec(spec)),
    })
}

/// Whether a handler says for itself what it accepts, by our own means.
fn is_ours(handler: &Ref) -> bool {
    node::kind_of(handler) == Some(Kind::TypedHandler) || stdlib_handler(handler).is_some()
}

/// What is thrown where a handler's annotation cannot be read.
fn unresolved(error: &PyErr, py: Python<'_>) -> Ref {
    let reason = described(error, py);
    errors::raised(&format!(
        "WithHandler: resolving the handler spec failed: {reason}"
    ))
}

fn install(handler: &Ref, spec: &Bound<'_, HandlerSpec>) -> Result<PyPrompt, Ref> {
    let py = spec.py();
    let spec = spec.get();
    let asks = spec.effect_types.as_ref().map(|types| types.bind(py));
    let asks = asks.filter(|types| types.iter().any(|kind| asks_for_itself(&kind)));
    let accepts = match asks {
        Some(_) => AcceptSet::ALL,
        None => accepted_by(py, spec)?,
    };
    let function = spec.generator_function.bind(py);
    let is_raw = function.is_none();
    let mut call = if is_raw {
        let handler = into_py(py, handler.clone());
        let call = Bound::new(py, RawCall { handler }).map_err(messages::exception)?;
        from_bound(call.into_any())
    } else {
        from_bound(function.clone())
    };
    if let Some(types) = asks {
        call = filtered(&call, types, is_raw).map_err(messages::exception)?;
    }
    let none = Ref::none();
    let fields = [&call, handler, &none];
    let installed = node::make(Kind::Installed, &fields[..2 + usize::from(is_raw)]);
    Ok(Prompt {
        handler: installed.ok_or_else(take_error)?,
        kind: HandlerKind::Python,
        accepts,
    })
}

/// Whether a type has a say of its own in what its instances are, as protocols have, and abstract base classes.
/// (Of those that are effect types, only real subclasses count.)
fn asks_for_itself(kind: &Bound<'_, PyAny>) -> bool {
    static ABC_META: PyOnceLock<Py<PyType>> = PyOnceLock::new();

    let py = kind.py();
    let plain = py.get_type::<PyType>();
    let meta = kind.get_type();
    if meta.is(&plain) {
        return false;
    }
    let name = intern!(py, "__instancecheck__");
    let Ok(its) = meta.getattr(name) else {
        return false;
    };
    let is_of = |known: &Bound<'_, PyType>| known.getattr(name).is_ok_and(|known| its.is(&known));
    if is_of(&plain) {
        return false;
    }
    let is_abstract = || ABC_META.import(py, "abc", "ABCMeta").is_ok_and(is_of);
    !(is_effect_type(kind.as_ptr().cast()) && is_abstract())
}

/// What is called in a handler's place where its types must be asked for each effect.
fn filtered(call: &Ref, types: &Bound<'_, PyTuple>, is_raw: bool) -> PyResult<Ref> {
    let py = types.py();
    let module = py.import(intern!(py, "doeff_vm._effect_types"))?;
    let call = into_py(py, call.clone());
    let made = module.call_method1(intern!(py, "asking"), (call, types, is_raw))?;
    Ok(from_bound(made))
}

fn accepted_by(py: Python<'_>, spec: &HandlerSpec) -> Result<AcceptSet, Ref> {
    if let Some(known) = spec.accepts.get() {
        return Ok(*known);
    }
    let types = |tuple: &Bound<'_, PyTuple>| -> Vec<_> {
        let items = tuple.iter();
        items.map(|kind| kind.as_ptr().cast()).collect()
    };
    let mut accepted = Accepted {
        types: spec
            .effect_types
            .as_ref()
            .map(|tuple| types(tuple.bind(py))),
        passes: Vec::new(),
        keeps: Vec::new(),
    };
    if let Some(passed) = &spec.passed {
        let part = |index: usize| -> PyResult<Vec<_>> {
            let part = passed.bind(py).get_item(index)?;
            Ok(types(part.cast::<PyTuple>()?))
        };
        accepted.passes = part(0).map_err(messages::exception)?;
        accepted.keeps = part(1).map_err(messages::exception)?;
    }
    if accepted.types.is_none() && accepted.passes.is_empty() {
        return Ok(AcceptSet::ALL);
    }
    let accepts = accept_set_of(accepted)?;
    Ok(*spec.accepts.get_or_init(|| accepts))
}

/// What is known of a handler: kept on a function, or else asked for.
fn spec_of(handler: &Ref) -> PyResult<Ref> {
    with_bound(handler, |handler| {
        let py = handler.py();
        if handler
            .get_type()
            .is(py.get_type::<pyo3::types::PyFunction>())
            && let Some(kept) = handler.getattr_opt(intern!(py, "__doeff_handler_spec__"))?
            && !kept.is_none()
        {
            return Ok(from_bound(kept));
        }
        let module = py.import(intern!(py, "doeff_vm._effect_types"))?;
        let spec = module.call_method1(intern!(py, "handler_spec"), (handler,))?;
        Ok(from_bound(spec))
    })
}
