//! Names of what the machine and its driver say to each other, for debug output.

use crate::handler::HandlerAction;
use crate::host::Host;
use crate::mode::{Mode, PyCallOutcome, PythonCall, StepEvent, Yielded};
use crate::value::Value;

impl<H: Host> Mode<H> {
    /// The mode's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deliver(_) => "Deliver",
            Self::Throw(_) => "Throw",
            Self::HandleYield(_) => "HandleYield",
            Self::Return(_) => "Return",
        }
    }

    /// The host's object that the mode is about, if there is one.
    pub fn object(&self) -> Option<Subject<'_, H>> {
        match self {
            Self::Deliver(value) | Self::Return(value) => value.object(),
            Self::Throw(error) => Some(Subject::Error(error)),
            Self::HandleYield(yielded) => yielded.object(),
        }
    }
}

/// An object of the host that a mode or a call is about.
#[derive(Debug)]
pub enum Subject<'a, H: Host> {
    /// A value or an effect.
    Object(&'a H::Object),
    /// A program's body.
    Generator(&'a H::Generator),
    /// An error.
    Error(&'a H::Error),
}

impl<H: Host> Value<H> {
    fn object(&self) -> Option<Subject<'_, H>> {
        match self {
            Self::Unit => None,
            Self::Object(object) => Some(Subject::Object(object)),
        }
    }
}

impl<H: Host> Yielded<H> {
    /// What was asked for.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Program(_) => "Program",
            Self::Value(_) => "Value",
            Self::Refused(_) => "Refused",
            Self::Perform { .. } => "Perform",
            Self::WithHandler { .. } => "WithHandler",
            Self::Install { .. } => "Install",
            Self::TailCall(_) => "TailCall",
            Self::Resume { .. } => "Resume",
            Self::ResumeThrow { .. } => "ResumeThrow",
            Self::ResumeProgram { .. } => "ResumeProgram",
            Self::Delegate { .. } => "Delegate",
            Self::Search { .. } => "Search",
        }
    }

    /// The host's object that it is about.
    pub fn object(&self) -> Option<Subject<'_, H>> {
        match self {
            Self::Program(body)
            | Self::WithHandler { body, .. }
            | Self::Install { body, .. }
            | Self::ResumeProgram { body, .. } => Some(Subject::Generator(body)),
            Self::TailCall(frame) => Some(Subject::Generator(&frame.generator)),
            Self::Value(value) | Self::Resume { value, .. } => value.object(),
            Self::Refused(error) | Self::ResumeThrow { error, .. } => Some(Subject::Error(error)),
            Self::Perform { effect, .. }
            | Self::Delegate { effect, .. }
            | Self::Search { effect } => Some(Subject::Object(effect)),
        }
    }
}

impl<H: Host> StepEvent<H> {
    /// The event's name, with that of the call or the next mode.
    pub fn name(&self) -> (&'static str, &'static str) {
        match self {
            Self::Continue(mode) => ("Continue", mode.name()),
            Self::Paused(mode) => ("Paused", mode.name()),
            Self::NeedsPython(call) => ("NeedsPython", call.name()),
            Self::Done(_) => ("Done", ""),
            Self::Error(_) => ("Error", ""),
            Self::Refused(_) => ("Refused", ""),
        }
    }
}

impl<H: Host> PythonCall<H> {
    /// The call's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::GenSend(_) => "GenSend",
            Self::GenThrow(_) => "GenThrow",
            Self::CallHandler { .. } => "CallHandler",
            Self::CallStdlib { .. } => "CallStdlib",
            Self::Unhandled { .. } => "Unhandled",
        }
    }
}

impl<H: Host> PyCallOutcome<H> {
    /// The outcome's name, with that of what was yielded or decided.
    pub fn name(&self) -> (&'static str, &'static str) {
        match self {
            Self::GenYield(yielded) => ("GenYield", yielded.name()),
            Self::GenReturn(_) => ("GenReturn", ""),
            Self::GenError(_) => ("GenError", ""),
            Self::OperationFailed { .. } => ("OperationFailed", ""),
            Self::Clause(_) => ("Clause", ""),
            Self::ClauseReturn(_) => ("ClauseReturn", ""),
            Self::Error(_) => ("Error", ""),
            Self::Action(action) => ("Action", action.name()),
        }
    }
}

impl<H: Host> HandlerAction<H> {
    fn name(&self) -> &'static str {
        match self {
            Self::Resume(_) => "Resume",
            Self::Throw(_) => "Throw",
            Self::Run(_) => "Run",
            Self::Pass { .. } => "Pass",
        }
    }
}
