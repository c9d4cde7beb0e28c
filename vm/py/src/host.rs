//! The core's view of Python.

use doeff_vm_core::{
    Captured, Frame, Host, Machine, Mode, Prompt, PyCallOutcome, PythonCall, StepEvent, Value,
    Yielded,
};

use crate::effects::EffectType;
use crate::object::Ref;

/// Python, as the core sees it: opaque references.
#[derive(Debug)]
pub struct Python;

impl Host for Python {
    type Object = Ref;
    /// A generator, or the iterator of a program that has no body of its own.
    type Generator = Ref;
    type Handler = Ref;
    /// A `Continuation` object.
    type Continuation = Ref;
    /// An exception object.
    type Error = Ref;
    type EffectType = EffectType;
}

/// The core's types for this host.
pub type PyCaptured = Captured<Python>;
pub type PyFrame = Frame<Python>;
pub type PyMachine = Machine<Python>;
pub type PyMode = Mode<Python>;
pub type PyCall = PythonCall<Python>;
pub type PyEvent = StepEvent<Python>;
pub type PyOutcome = PyCallOutcome<Python>;
pub type PyPrompt = Prompt<Python>;
pub type PyValue = Value<Python>;
pub type PyYielded = Yielded<Python>;
