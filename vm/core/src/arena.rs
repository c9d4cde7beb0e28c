//! Where segments come from and go back to.

use crate::dispatch::AcceptSet;
use crate::handler::{HandlerKind, Prompt};
use crate::host::Host;
use crate::ids::{ContId, Counter, DispatchId};
use crate::segment::Segment;

/// A recycled vector keeps its buffer up to this many entries; a larger one is given back, so that
/// one deep run does not fatten every later continuation.
const KEPT_CAPACITY: usize = 16;

/// How many unused segments are kept at most.
const KEPT_SEGMENTS: usize = 1024;

/// The free list of segments. A stack that installs and leaves prompts over and over allocates
/// nothing in its steady state.
#[derive(Debug)]
pub(crate) struct Arena<H: Host> {
    // Boxed because a segment moves between the stack, continuations and this list by pointer.
    #[allow(clippy::vec_box)]
    free: Vec<Box<Segment<H>>>,
    markers: Counter,
    segments: Counter,
}

impl<H: Host> Arena<H> {
    pub(crate) fn new() -> Self {
        Self {
            free: Vec::new(),
            markers: Counter::default(),
            segments: Counter::default(),
        }
    }

    /// A segment without frames under a prompt; without one, the bottom of a stack.
    #[allow(clippy::unnecessary_box_returns)] // as above
    pub(crate) fn allocate(&mut self, prompt: Option<Prompt<H>>) -> Box<Segment<H>> {
        let marker = self.markers.next();
        let (handler, handler_kind, accepts) = match prompt {
            Some(prompt) => (Some(prompt.handler), prompt.kind, prompt.accepts),
            None => (None, HandlerKind::Python, AcceptSet::NONE),
        };
        if let Some(mut segment) = self.free.pop() {
            segment.handler = handler;
            segment.handler_kind = handler_kind;
            segment.accepts = accepts;
            segment.marker = marker;
            return segment;
        }
        Box::new(Segment {
            top: None,
            frames: None,
            outer: None,
            handler,
            handler_kind,
            accepts,
            id: self.segments.next(),
            marker,
            captured_as: ContId(0),
            dispatch: DispatchId(0),
        })
    }

    /// The segment that is used again next.
    pub(crate) fn latest(&self) -> Option<&Segment<H>> {
        self.free.last().map(|segment| &**segment)
    }

    /// How many segments wait to be used again.
    pub(crate) fn pooled(&self) -> usize {
        self.free.len()
    }

    /// Takes back a segment that holds nothing of the host any more.
    pub(crate) fn free(&mut self, mut segment: Box<Segment<H>>) {
        debug_assert!(!segment.has_waiting());
        debug_assert!(segment.outer.as_ref().is_none_or(|outer| outer.is_empty()));
        debug_assert!(segment.top.is_none() && segment.handler.is_none());
        if self.free.len() == KEPT_SEGMENTS {
            return;
        }
        if (segment.frames.as_ref()).is_some_and(|frames| frames.capacity() > KEPT_CAPACITY) {
            segment.frames = None;
        }
        if (segment.outer.as_ref()).is_some_and(|outer| outer.capacity() > KEPT_CAPACITY) {
            segment.outer = None;
        }
        self.free.push(segment);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::frames::Frames;

    #[derive(Debug)]
    struct Nothing;
    #[derive(Clone, Copy, Debug)]
    struct Any;
    impl crate::dispatch::Accepts for Any {
        fn accepts(self, _: AcceptSet) -> bool {
            true
        }
    }
    impl Host for Nothing {
        type Object = ();
        type Generator = ();
        type Handler = ();
        type Continuation = ();
        type Error = ();
        type EffectType = Any;
    }

    #[allow(clippy::unnecessary_wraps)] // it is what `allocate` takes
    fn prompt(accepts: u32, kind: HandlerKind) -> Option<Prompt<Nothing>> {
        Some(Prompt {
            handler: (),
            kind,
            accepts: AcceptSet(accepts),
        })
    }

    #[test]
    fn a_freed_segment_is_used_again_under_a_new_marker() {
        let mut arena = Arena::<Nothing>::new();
        let mut first = arena.allocate(prompt(3, HandlerKind::Python));
        let (address, marker, id) = (&raw const *first, first.marker, first.id);
        first.frames = Some(Box::new(Frames::with_capacity(4)));
        first.handler = None;
        arena.free(first);
        let second = arena.allocate(prompt(5, HandlerKind::Stdlib));
        assert_eq!(&raw const *second, address);
        assert_ne!(second.marker, marker);
        assert_eq!(second.id, id);
        assert_ne!(arena.allocate(None).id, id);
        assert_eq!(second.accepts, AcceptSet(5));
        assert_eq!(second.handler_kind, HandlerKind::Stdlib);
        assert!(
            second
                .frames
                .as_ref()
                .is_some_and(|frames| frames.capacity() >= 4)
        );
        assert_eq!(second.kind(), crate::SegmentKind::PromptBoundary);
    }

    /// The capacities of a recycled segment's vectors, which had room for so many frames and slots.
    fn recycled(frames: usize, outer: usize) -> (usize, usize) {
        let mut arena = Arena::<Nothing>::new();
        let mut segment = arena.allocate(None);
        assert_eq!(segment.kind(), crate::SegmentKind::Normal);
        segment.frames = Some(Box::new(Frames::with_capacity(frames)));
        segment.outer = Some(Box::new(VecDeque::with_capacity(outer)));
        arena.free(segment);
        let again = arena.allocate(None);
        let outer = again.outer.as_ref().map_or(0, |outer| outer.capacity());
        let frames = again.frames.as_ref().map_or(0, |frames| frames.capacity());
        (frames, outer)
    }

    #[test]
    fn a_small_buffer_is_kept_and_a_large_one_given_back() {
        assert_eq!(recycled(1, 2).1, 2);
        assert_eq!(recycled(0, KEPT_CAPACITY).1, KEPT_CAPACITY);
        assert_eq!(recycled(0, KEPT_CAPACITY + 1).1, 0);
        assert_eq!(recycled(KEPT_CAPACITY, 0).0, KEPT_CAPACITY);
        assert_eq!(recycled(KEPT_CAPACITY + 1, 0).0, 0);
    }

    #[test]
    fn the_free_list_is_bounded() {
        let mut arena = Arena::<Nothing>::new();
        let many: Vec<_> = (0..KEPT_SEGMENTS + 10)
            .map(|_| arena.allocate(None))
            .collect();
        for segment in many {
            arena.free(segment);
        }
        assert_eq!(arena.pooled(), KEPT_SEGMENTS);
    }
}
