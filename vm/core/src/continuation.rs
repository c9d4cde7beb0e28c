//! What a continuation holds: the captured part of a stack.

use crate::frame::Frame;
use crate::host::Host;
use crate::ids::{ContId, DispatchId};
use crate::segment::{Segment, Slot};

/// The segments from a perform site up to and including the prompt of the handler that got the
/// effect, moved out of the stack: eight bytes, whatever was captured.
///
/// The host keeps it in its `k`. It is not `Clone`: whoever takes it out of `k` may use it, once.
/// One that is not used is closed by the host, frame by frame, with [`pop_frame`](Self::pop_frame).
#[derive(Debug)]
pub struct Captured<H: Host>(pub(crate) Box<Segment<H>>);

/// A part of a stack, or of what was captured of one.
#[derive(Debug)]
pub enum Part<'a, H: Host> {
    /// A suspended program or clause.
    Frame(&'a Frame<H>),
    /// A prompt's handler.
    Handler(&'a H::Handler),
}

impl<H: Host> Captured<H> {
    /// The handler of the outermost prompt: the one that was given the effect.
    pub fn handler(&self) -> Option<&H::Handler> {
        self.prompt().handler.as_ref()
    }

    /// The frame that performed the effect.
    pub fn performer(&self) -> Option<&Frame<H>> {
        self.0.top.as_ref()
    }

    /// The handlers of the captured prompts, innermost first.
    pub fn handlers(&self) -> impl Iterator<Item = &H::Handler> {
        self.segments()
            .filter_map(|segment| segment.handler.as_ref())
    }

    /// The identity of this capture.
    pub fn id(&self) -> ContId {
        self.0.captured_as
    }

    /// The dispatch that made this capture.
    pub fn dispatch(&self) -> DispatchId {
        self.0.dispatch
    }

    /// How many prompts were captured: at least one.
    pub fn depth(&self) -> usize {
        self.0.outer.as_ref().map_or(0, |outer| outer.len()) + 1
    }

    /// The segments, innermost first.
    fn segments(&self) -> impl Iterator<Item = &Segment<H>> {
        let outer = self.0.outer.iter().flat_map(|outer| outer.iter().rev());
        let outer = outer.map(|slot| &*slot.segment);
        std::iter::once(&*self.0).chain(outer)
    }

    fn prompt(&self) -> &Segment<H> {
        match self.0.outer.as_ref().and_then(|outer| outer.front()) {
            Some(slot) => &slot.segment,
            None => &self.0,
        }
    }

    /// Shows every part to `visit`, innermost first, until it returns an error.
    ///
    /// # Errors
    /// The first error of `visit`.
    pub fn visit<E>(&self, mut visit: impl FnMut(Part<'_, H>) -> Result<(), E>) -> Result<(), E> {
        for segment in self.segments() {
            for frame in segment.top.iter().chain(segment.waiting()) {
                visit(Part::Frame(frame))?;
            }
            if let Some(handler) = &segment.handler {
                visit(Part::Handler(handler))?;
            }
        }
        Ok(())
    }

    /// Takes the innermost frame out; `None` once all are gone. This is how the host closes an
    /// abandoned continuation, innermost first. The handlers of emptied segments are dropped on
    /// the way, so it must be called where the host may drop its objects.
    pub fn pop_frame(&mut self) -> Option<Frame<H>> {
        if let Some(frame) = self.0.top.take() {
            return Some(frame);
        }
        loop {
            if let Some(frame) = self.0.pop() {
                return Some(frame);
            }
            let Slot { segment, .. } = self.0.outer.as_mut()?.pop_back()?;
            let emptied = std::mem::replace(&mut self.0, segment);
            self.0.outer = { emptied }.outer;
        }
    }
}
