//! `@handler`: reads the effect types that a handler accepts from its annotation.

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use crate::effects::is_effect_type;
use crate::node::{self, Kind};
use crate::object::take_error;
use crate::runs::{from_bound, into_error, into_py, shown};
use crate::stdlib::stdlib_handler;

/// handler(function)
/// --
///
/// Give a handler the effect types that its first parameter is annotated with: an effect type, or a
/// union of them. Without an annotation, or with Any or object, it accepts every effect, and the
/// function itself is given back.
///
/// Raises TypeError for an annotation that is neither, or that cannot be resolved.
#[pyfunction]
pub fn handler(function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = function.py();
    let object = from_bound(function.clone());
    if node::kind_of(&object) == Some(Kind::TypedHandler) || stdlib_handler(&object).is_some() {
        // It has its types already.
        return Ok(into_py(py, object));
    }
    let Some(parameter) = first_parameter(function)? else {
        return Err(PyTypeError::new_err(format!(
            "@handler needs a function (effect, k), got {} of type '{}'",
            shown(function)?,
            function.get_type().qualname()?
        )));
    };
    let annotation = parameter.getattr("annotation")?;
    let empty = py
        .import("inspect")?
        .getattr("Parameter")?
        .getattr("empty")?;
    if annotation.is(&empty) {
        return Ok(function.clone().unbind());
    }
    let name = parameter.getattr("name")?;
    let annotation = resolve(function, &name, annotation)?;
    let typing = py.import("typing")?;
    let everything = annotation.is(&typing.getattr("Any")?)
        || annotation.is(&py.import("builtins")?.getattr("object")?);
    if everything {
        return Ok(function.clone().unbind());
    }
    let Some(effects) = effect_types(function, &annotation)? else {
        return Err(PyTypeError::new_err(format!(
            "@handler: parameter '{name}' of {} is annotated {}, which is not an effect type \
             or a union of them",
            name_of(function),
            shown(&annotation)?
        )));
    };
    let effects = match effects.as_slice() {
        [effect] => effect.clone(),
        _ => PyTuple::new(py, effects)?.into_any(),
    };
    let fields = [from_bound(function.clone()), from_bound(effects)];
    match node::make(Kind::TypedHandler, &[&fields[0], &fields[1]]) {
        Some(typed) => Ok(into_py(py, typed)),
        None => Err(into_error(py, take_error())),
    }
}

fn name_of(function: &Bound<'_, PyAny>) -> String {
    crate::messages::name_of(&from_bound(function.clone()))
}

/// The parameter that gets the effect; `None` where there is none.
fn first_parameter<'py>(function: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = function.py();
    if !function.is_callable() {
        return Ok(None);
    }
    let signature = match py.import("inspect")?.call_method1("signature", (function,)) {
        Ok(signature) => signature,
        Err(error) if error.is_instance_of::<PyException>(py) => return Ok(None),
        Err(error) => return Err(error),
    };
    let parameters = signature.getattr("parameters")?.call_method0("values")?;
    let Some(first) = parameters.try_iter()?.next().transpose()? else {
        return Ok(None);
    };
    let kind = first.getattr("kind")?;
    for named_only in ["KEYWORD_ONLY", "VAR_KEYWORD"] {
        if kind.is(&first.getattr(named_only)?) {
            return Ok(None);
        }
    }
    Ok(Some(first))
}

/// An annotation that is text, evaluated as in the function's module or, for names of an enclosing
/// function, where the decorator stands.
fn resolve<'py>(
    function: &Bound<'py, PyAny>,
    parameter: &Bound<'py, PyAny>,
    annotation: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = function.py();
    let Ok(text) = annotation.cast::<PyString>() else {
        return Ok(annotation);
    };
    let innermost = py.import("inspect")?.call_method1("unwrap", (function,))?;
    let mut globals = PyDict::new(py).into_any();
    for holder in [
        innermost.clone(),
        innermost
            .getattr_opt("__func__")?
            .unwrap_or(innermost.clone()),
        innermost.getattr("__call__")?,
    ] {
        if let Some(found) = holder.getattr_opt("__globals__")? {
            globals = found;
            break;
        }
    }
    let frame = py.import("sys")?.call_method1("_getframe", (0,))?;
    let locals = frame.getattr("f_locals")?;
    let evaluate = py.import("builtins")?.getattr("eval")?;
    let resolved = evaluate.call1((text, globals, locals)).map_err(|error| {
        if !error.is_instance_of::<PyException>(py) {
            return error;
        }
        let made = PyTypeError::new_err(format!(
            "@handler: cannot resolve the annotation {} of parameter '{parameter}' of {}: {}",
            shown(text).unwrap_or_default(),
            name_of(function),
            error.value(py)
        ));
        made.set_cause(py, Some(error));
        made
    })?;
    // Text that was quoted once more.
    resolve(function, parameter, resolved)
}

/// The effect types that an annotation stands for; `None` if it stands for anything else.
fn effect_types<'py>(
    function: &Bound<'py, PyAny>,
    annotation: &Bound<'py, PyAny>,
) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let py = function.py();
    let typing = py.import("typing")?;
    let origin = typing.call_method1("get_origin", (annotation,))?;
    let arguments = typing.call_method1("get_args", (annotation,))?;
    let is_union = origin.is(&typing.getattr("Union")?)
        || origin.is(&py.import("types")?.getattr("UnionType")?);
    if is_union {
        let mut all = Vec::new();
        for member in arguments.try_iter()? {
            match effect_types(function, &member?)? {
                Some(effects) => all.extend(effects),
                None => return Ok(None),
            }
        }
        return Ok(Some(all));
    }
    if origin.is(&typing.getattr("Annotated")?) {
        return effect_types(function, &arguments.get_item(0)?);
    }
    if let Some(text) = forward_reference(annotation)? {
        let parameter = PyString::new(py, "effect").into_any();
        let resolved = resolve(function, &parameter, text)?;
        return effect_types(function, &resolved);
    }
    let class = if origin.is_none() {
        annotation
    } else {
        &origin
    };
    let is_effect = class
        .cast::<PyType>()
        .is_ok_and(|class| is_effect_type(class.as_type_ptr()));
    Ok(is_effect.then(|| vec![class.clone()]))
}

/// The text of a `typing.ForwardRef`, which a string inside a union becomes.
fn forward_reference<'py>(annotation: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let kind = annotation.py().import("typing")?.getattr("ForwardRef")?;
    if annotation.is_instance(&kind)? {
        return annotation.getattr("__forward_arg__").map(Some);
    }
    Ok(None)
}
