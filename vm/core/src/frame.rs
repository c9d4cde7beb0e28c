//! Frames: program bodies in motion.

use crate::host::Host;

/// One program body on the stack: the running one, or one that waits for the frame above it.
///
/// A frame with a `k` is a *clause*, the body of a handler call: `k` is the continuation of the
/// effect it answers. Its position says the rest: it lies in the segment around its prompt, above
/// the frame that installed the prompt.
#[derive(Debug)]
pub struct Frame<H: Host> {
    /// The body itself.
    pub generator: H::Generator,
    /// For a clause, the continuation it was given; it may have been used since.
    pub k: Option<H::Continuation>,
    /// For a clause, what the host may want to tell of it, should an error cross it.
    pub note: Option<H::Object>,
}

impl<H: Host> Frame<H> {
    /// The frame of a program, which answers no effect.
    pub fn program(generator: H::Generator) -> Self {
        Self {
            generator,
            k: None,
            note: None,
        }
    }

    /// The frame of the clause that was given `k`.
    pub fn clause(generator: H::Generator, k: H::Continuation) -> Self {
        Self {
            generator,
            k: Some(k),
            note: None,
        }
    }
}
