//! The machine that runs algebraic effects, without a host language.
//!
//! ```text
//!   slots (the running stack)                        a continuation `k`
//!
//!   ┌───────────────────────┐ top                    ┌──────────────┐
//!   │ prompt 2 │ segment ───┼─► frames               │ Captured ────┼─► innermost segment
//!   ├───────────────────────┤                        └──────────────┘     top: the performer
//!   │ prompt 1 │ segment ───┼─► frames                                    outer: the slots from
//!   ├───────────────────────┤                                             the prompt inwards
//!   │   root   │ segment ───┼─► frames
//!   └───────────────────────┘          running: the frame on top of it all
//! ```
//!
//! * A [`Frame`] is a program body in motion (a generator, in Python). A handler's *clause* is a
//!   frame that carries its continuation `k`; it lies in the segment that encloses its prompt, so
//!   that it sees the handlers outside and never itself, with no further bookkeeping.
//! * A *segment* is a run of frames under one prompt. A stack is a vector of slots, one per
//!   prompt, each with the [`AcceptSet`] of its handler beside the segment: the search for a
//!   handler reads that vector and follows no pointer.
//! * Performing an effect *moves* the slots from the prompt inwards out of the stack, into a
//!   [`Captured`]; resuming moves them back. Both are O(1) in frames and nothing is copied, because
//!   a continuation is one-shot. The host keeps the `Captured` in its own `k` and takes it out
//!   exactly once: taking it *is* the one-shot check. This is the model of OCaml 5's fibers
//!   (Sivaramakrishnan et al., "Retrofitting effect handlers onto OCaml", PLDI 2021).
//!
//! The machine never calls the host. [`Machine::step`] turns one [`Mode`] into a [`StepEvent`]; a
//! [`StepEvent::NeedsPython`] names a call that the driver makes, whose [`PyCallOutcome`] goes to
//! [`Machine::receive_python_result`]. Host objects are never dropped by the machine: what it lets
//! go of is queued ([`Machine::take_released`]) for the driver, which knows when that is safe.

#![forbid(unsafe_code)]

mod arena;
mod checks;
mod continuation;
mod debug;
mod direct;
mod dispatch;
mod error;
mod frame;
mod frames;
mod handler;
mod host;
mod ids;
mod machine;
mod mode;
mod segment;
mod step;
mod value;

pub use continuation::{Captured, Part};
pub use debug::Subject;
pub use direct::Ended;
pub use dispatch::{AcceptSet, Accepts};
pub use error::VMError;
pub use frame::Frame;
pub use handler::{HandlerAction, HandlerKind, Prompt};
pub use host::Host;
pub use ids::{CallbackId, ContId, DispatchId, Marker, SegmentId};
pub use machine::{Machine, Released, SegmentView, Stats};
pub use mode::{Mode, PendingPython, PyCallOutcome, PythonCall, StepEvent, Yielded};
pub use segment::SegmentKind;
pub use value::Value;
