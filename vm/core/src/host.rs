//! What the machine must be told about the language it serves.

use std::fmt::Debug;

use crate::dispatch::Accepts;

/// The types of a host language, opaque to the machine: it moves them and never looks inside.
///
/// The machine calls no method of theirs and drops none of them (see
/// [`Machine::take_released`](crate::Machine::take_released)), so that it can run while the host's
/// interpreter is not held.
pub trait Host: Sized + Debug {
    /// A value of the host, an effect included.
    type Object: Debug;
    /// A program body in motion, which can be sent a value or thrown an error.
    type Generator: Debug;
    /// What a prompt asks when it is given an effect.
    type Handler: Debug;
    /// The host's handle of a continuation: what a handler gets as `k`.
    type Continuation: Debug;
    /// An error of the guest program, as it is thrown and caught.
    type Error: Debug;
    /// The type of an effect, as far as handlers select by it.
    type EffectType: Accepts + Copy + Debug;
}
