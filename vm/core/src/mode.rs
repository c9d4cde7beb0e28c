//! What the machine and its driver say to each other.
//!
//! All of these are passed by value, once or more per effect: `tests/sizes.rs` holds them to 32
//! bytes.

use crate::continuation::Captured;
use crate::error::VMError;
use crate::frame::Frame;
use crate::handler::{HandlerAction, Prompt};
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
    /// The step was long and is not over: go on with this mode, after a look at whatever else is
    /// to be done meanwhile.
    Paused(Mode<H>),
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
    /// Ask the built-in handler of the prompt that was found
    /// ([`Machine::stdlib_handler`](crate::Machine::stdlib_handler)) what to do about the effect.
    CallStdlib {
        /// The effect to be answered.
        effect: H::Object,
    },
    /// No handler accepts the effect: make the error that says so.
    Unhandled {
        /// The effect that was performed.
        effect: H::Object,
        /// A built-in handler was asked and could not answer.
        declined: bool,
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
    /// [`PythonCall::CallStdlib`].
    Stdlib,
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
    /// The handler call raised and its continuation was used.
    Error(H::Error),
    /// What the built-in handler does, or what becomes of an unhandled effect.
    Action(HandlerAction<H>),
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
        /// The prompt.
        prompt: Prompt<H>,
        /// The body.
        body: H::Generator,
    },
    /// Run a body under several new prompts: an unstarted continuation goes on.
    Install {
        /// The prompts, innermost first.
        prompts: Box<[Prompt<H>]>,
        /// The body.
        body: H::Generator,
    },
    /// Run a body in the place of the frame that the driver has finished; as the same clause, if
    /// that was one.
    TailCall(Frame<H>),
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
    /// Reinstate a continuation as for `Resume` and throw an error at its performer.
    ResumeThrow {
        /// What the continuation held.
        captured: Captured<H>,
        /// What its performer is thrown.
        error: H::Error,
    },
    /// Reinstate a continuation as for `Resume` and run a body at its perform site; its performer
    /// gets the result.
    ResumeProgram {
        /// What the continuation held.
        captured: Captured<H>,
        /// The body.
        body: H::Generator,
    },
    /// Reinstate a continuation as for `Resume` and let a handler outside the continuation's prompt
    /// answer its performer, in the same dispatch. For `Delegate` the clause waits below; for `Pass`
    /// the driver has finished it first.
    Delegate {
        /// What the continuation held.
        captured: Captured<H>,
        /// The effect.
        effect: H::Object,
        /// Its type.
        effect_type: H::EffectType,
        /// It is a built-in handler that could not answer.
        declined: bool,
    },
    /// Go on with the search that was paused.
    Search {
        /// The effect.
        effect: H::Object,
    },
}
