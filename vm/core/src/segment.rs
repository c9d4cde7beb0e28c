//! Segments: runs of frames under one prompt.

use std::collections::VecDeque;

use crate::dispatch::AcceptSet;
use crate::frame::Frame;
use crate::frames::Frames;
use crate::handler::HandlerKind;
use crate::host::Host;
use crate::ids::{ContId, DispatchId, Marker, SegmentId};

/// What a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// The bottom of a stack, which handles nothing.
    Normal,
    /// A prompt: a handler installed around the segment's frames.
    PromptBoundary,
}

/// A run of frames under one prompt (or at the bottom of the stack).
///
/// The running frame is kept in the machine, not here; `top` takes it in while the segment is the
/// innermost one of a captured continuation.
#[derive(Debug)]
pub(crate) struct Segment<H: Host> {
    /// The performer. Only in the innermost segment of a captured continuation.
    pub(crate) top: Option<Frame<H>>,
    /// The frames that wait. A continuation's one segment commonly has none, so that they lie behind a
    /// pointer.
    pub(crate) frames: Option<Box<Frames<H>>>,
    /// The captured slots around this one, outermost (the prompt that got the effect) first.
    /// Only in the innermost segment of a captured continuation, and none for a single segment, as most
    /// are. A deque, because a continuation that is passed on grows at its outer end.
    #[allow(clippy::box_collection)] // commonly there is none
    pub(crate) outer: Option<Box<VecDeque<Slot<H>>>>,
    /// The prompt's handler; `None` at the bottom of the stack.
    pub(crate) handler: Option<H::Handler>,
    /// Who answers for it.
    pub(crate) handler_kind: HandlerKind,
    /// What the handler accepts; the slot holds a copy for the search.
    pub(crate) accepts: AcceptSet,
    /// The segment's own identity.
    pub(crate) id: SegmentId,
    /// The prompt's identity.
    pub(crate) marker: Marker,
    /// The latest capture that this was the innermost segment of.
    pub(crate) captured_as: ContId,
    /// The dispatch that made that capture.
    pub(crate) dispatch: DispatchId,
}

impl<H: Host> Segment<H> {
    /// The frames that wait, innermost first.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Frame<H>> {
        self.frames.iter().flat_map(|frames| frames.iter())
    }

    /// Whether frames wait.
    pub(crate) fn has_waiting(&self) -> bool {
        self.frames
            .as_ref()
            .is_some_and(|frames| !frames.is_empty())
    }

    /// How many frames wait.
    pub(crate) fn waiting_len(&self) -> usize {
        self.frames.as_ref().map_or(0, |frames| frames.len())
    }

    /// A frame begins to wait.
    #[allow(clippy::inline_always)] // it is a move and a test
    #[inline(always)]
    pub(crate) fn push(&mut self, frame: Frame<H>) {
        match &mut self.frames {
            Some(frames) => frames.push(frame),
            None => self.push_first(frame),
        }
    }

    #[inline(never)]
    fn push_first(&mut self, frame: Frame<H>) {
        let frames = self.frames.insert(Box::new(Frames::with_capacity(1)));
        frames.push(frame);
    }

    /// The innermost frame that waits.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Frame<H>> {
        self.frames.as_mut()?.pop()
    }

    /// As `pop`, where that is quickly done.
    #[allow(clippy::inline_always)] // it is a move and a test
    #[inline(always)]
    pub(crate) fn pop_at_hand(&mut self) -> Option<Frame<H>> {
        self.frames.as_mut()?.pop_at_hand()
    }

    pub(crate) fn kind(&self) -> SegmentKind {
        match self.handler {
            Some(_) => SegmentKind::PromptBoundary,
            None => SegmentKind::Normal,
        }
    }
}

/// A segment's place on a stack.
#[derive(Debug)]
pub(crate) struct Slot<H: Host> {
    pub(crate) accepts: AcceptSet,
    pub(crate) segment: Box<Segment<H>>,
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;

    use super::*;
    use crate::dispatch::Accepts;

    /// A host like Python: everything is a pointer.
    #[derive(Debug)]
    struct Pointers;

    #[derive(Clone, Copy, Debug)]
    struct Type(#[allow(dead_code)] NonNull<u64>);

    impl Accepts for Type {
        fn accepts(self, _: AcceptSet) -> bool {
            true
        }
    }

    impl Host for Pointers {
        type Object = NonNull<u64>;
        type Generator = NonNull<u64>;
        type Handler = NonNull<u64>;
        type Continuation = NonNull<u64>;
        type Error = NonNull<u64>;
        type EffectType = Type;
    }

    /// All that a held continuation costs, beside the 64 bytes of its Python object: allocators make 80
    /// bytes of 72, and so 144 in all.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_held_continuation_costs_little() {
        assert!(size_of::<Segment<Pointers>>() <= 72);
        assert_eq!(size_of::<Slot<Pointers>>(), 16);
    }
}
