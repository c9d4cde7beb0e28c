//! Handlers, and what the built-in ones do.

use crate::dispatch::AcceptSet;
use crate::host::Host;
use crate::value::Value;

/// Who answers for a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerKind {
    /// The guest program: the handler is called with the effect and a continuation.
    Python,
    /// The driver, at once: the handler is a built-in one, and nothing is captured for it.
    Stdlib,
}

/// A prompt that is about to be installed.
#[derive(Debug)]
pub struct Prompt<H: Host> {
    /// Whom it asks.
    pub handler: H::Handler,
    /// Who answers for that.
    pub kind: HandlerKind,
    /// What that accepts.
    pub accepts: AcceptSet,
}

/// What a built-in handler does about an effect. The performer is still the running frame.
#[derive(Debug)]
pub enum HandlerAction<H: Host> {
    /// The performer goes on with a value.
    Resume(Value<H>),
    /// The operation fails: the error is thrown at the performer.
    Throw(H::Error),
    /// A body runs at the perform site; its result goes to the performer.
    Run(H::Generator),
    /// The handlers further out are asked.
    Pass {
        /// The effect.
        effect: H::Object,
        /// It is the handler's own kind of effect, and it could not answer.
        declined: bool,
    },
}
