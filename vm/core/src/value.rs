//! Values on their way between frames.

use crate::host::Host;

/// What is sent into a frame or returned by one.
#[derive(Debug)]
pub enum Value<H: Host> {
    /// The host's "nothing": what starts a frame, and what a plain resume gives.
    Unit,
    /// An object of the host; the machine hands on the very same one.
    Object(H::Object),
}
