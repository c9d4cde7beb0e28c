//! What the machine and its driver say to each other.
//!
//! All of these are passed by value, once or more per effect: `tests/sizes.rs` holds them to 32
//! bytes.

use crate::continuation::Captured;
use crate::dispatch::AcceptSet;
use crate::error::VMError;
use crate::frame::Frame;
use crate::host::Host;
use crate::value::Value;

/// What [`Machine::step`](crate::Machine::step) is to do next.
#[derive(Debug)]
pub enum Mode<H: Host> {
    /// Send a value to the running frame.
    Deliver(Value<H>),
    /// Throw an error at the running frame, or at the next one that waits if there is none.
    Throw(H::Error),
    /// Do what the running frame (or the tail of a finished clause) asked for.
    HandleYield(Yielded<H>),
    /// Give a value to whatever waits below the frame that has just ended.
    Return(Value<H>),
}

/// What a step came to.
#[derive(Debug)]
pub enum StepEvent<H: Host> {
    /// Go on with this mode.
    Continue(Mode<H>),
    /// Make this call; its outcome goes to
    /// [`Machine::receive_python_result`](crate::Machine::receive_python_result).
    NeedsPython(PythonCall<H>),
    /// The program has ended with this result; the stack is empty.
    Done(Value<H>),
    /// The program has ended with this error; the stack is empty.
    Error(H::Error),
    /// The mode does not fit the machine's state. The driver is wrong, not the program.
    Refused(VMError),
}

/// A call that only the driver can make.
#[derive(Debug)]
pub enum PythonCall<H: Host> {
    /// Send the value to the running frame's generator; [`Value::Unit`] starts a new one.
    GenSend(Value<H>),
    /// Throw the error at the running frame's generator.
    GenThrow(H::Error),
    /// Call the captured prompt's handler with the effect and a new `k` that holds `captured`.
    CallHandler {
        /// What `k` is to hold.
        captured: Captured<H>,
        /// The effect to be answered.
        effect: H::Object,
    },
    /// Make the error that says no handler accepts the effect.
    Unhandled {
        /// The effect that was performed.
        effect: H::Object,
    },
}

/// Which call the machine waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingPython {
    /// None.
    Nothing,
    /// [`PythonCall::GenSend`] or [`PythonCall::GenThrow`].
    Generator,
    /// [`PythonCall::CallHandler`].
    Handler,
    /// [`PythonCall::Unhandled`].
    Unhandled,
}

/// How a [`PythonCall`] ended.
#[derive(Debug)]
pub enum PyCallOutcome<H: Host> {
    /// The generator yielded; it stays the running frame unless the driver finished it. Also what
    /// a handler call gives instead of a clause's body: a primitive, done as the clause's tail.
    GenYield(Yielded<H>),
    /// The generator returned.
    GenReturn(Value<H>),
    /// The generator raised (or the clause that was being finished did) and no operation failed
    /// by it.
    GenError(H::Error),
    /// A clause, or the handler call itself, raised while its continuation was unused: the
    /// operation fails.
    OperationFailed {
        /// What the continuation held.
        captured: Captured<H>,
        /// What was raised.
        error: H::Error,
    },
    /// The handler call gave the body of a clause.
    Clause(Frame<H>),
    /// The handler call gave the clause's result at once.
    ClauseReturn(Value<H>),
    /// The handler call raised and its continuation was used, or the error asked for by
    /// [`PythonCall::Unhandled`].
    Error(H::Error),
}

/// What a frame asked for, classified and checked by the driver.
#[derive(Debug)]
pub enum Yielded<H: Host> {
    /// Run a program that has a body.
    Program(H::Generator),
    /// A program that was its value at once.
    Value(Value<H>),
    /// Something that is refused: throw this at the `yield`.
    Refused(H::Error),
    /// Perform an effect.
    Perform {
        /// The effect.
        effect: H::Object,
        /// Its type.
        effect_type: H::EffectType,
    },
    /// Run a body under a new prompt.
    WithHandler {
        /// The prompt's handler.
        handler: H::Handler,
        /// What it accepts.
        accepts: AcceptSet,
        /// The body.
        body: H::Generator,
    },
    /// Reinstate a continuation on top of whatever is there and send its performer a value.
    ///
    /// For `Resume` the asking frame waits below. For a tail resume and for `Transfer` the driver
    /// has finished it first ([`Machine::finish_frame`](crate::Machine::finish_frame)).
    Resume {
        /// What the continuation held.
        captured: Captured<H>,
        /// What its performer gets.
        value: Value<H>,
    },
    /// Reinstate a continuation and perform an effect at its performer, for the handlers outside
    /// the continuation's prompt. The driver has finished the clause first.
    Pass {
        /// What the continuation held.
        captured: Captured<H>,
        /// The effect.
        effect: H::Object,
        /// Its type.
        effect_type: H::EffectType,
    },
}
