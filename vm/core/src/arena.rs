//! Where segments come from and go back to.

use crate::dispatch::AcceptSet;
use crate::host::Host;
use crate::segment::{Marker, Segment};

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
    next_marker: u32,
}

impl<H: Host> Arena<H> {
    pub(crate) fn new() -> Self {
        Self {
            free: Vec::new(),
            next_marker: 0,
        }
    }

    /// A segment without frames.
    #[allow(clippy::unnecessary_box_returns)] // as above
    pub(crate) fn allocate(
        &mut self,
        handler: Option<H::Handler>,
        accepts: AcceptSet,
    ) -> Box<Segment<H>> {
        let marker = Marker(self.next_marker);
        self.next_marker = self.next_marker.wrapping_add(1);
        if let Some(mut segment) = self.free.pop() {
            segment.handler = handler;
            segment.accepts = accepts;
            segment.marker = marker;
            return segment;
        }
        Box::new(Segment {
            top: None,
            frames: Vec::new(),
            outer: Vec::new(),
            handler,
            accepts,
            marker,
        })
    }

    /// Takes back a segment that holds nothing of the host any more.
    pub(crate) fn free(&mut self, mut segment: Box<Segment<H>>) {
        debug_assert!(segment.frames.is_empty() && segment.outer.is_empty());
        debug_assert!(segment.top.is_none() && segment.handler.is_none());
        if self.free.len() == KEPT_SEGMENTS {
            return;
        }
        if segment.frames.capacity() > KEPT_CAPACITY {
            segment.frames = Vec::new();
        }
        if segment.outer.capacity() > KEPT_CAPACITY {
            segment.outer = Vec::new();
        }
        self.free.push(segment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_freed_segment_is_used_again_under_a_new_marker() {
        let mut arena = Arena::<Nothing>::new();
        let mut first = arena.allocate(Some(()), AcceptSet(3));
        let (address, marker) = (&raw const *first, first.marker);
        first.frames.reserve(4);
        first.handler = None;
        arena.free(first);
        let second = arena.allocate(Some(()), AcceptSet(5));
        assert_eq!(&raw const *second, address);
        assert_ne!(second.marker, marker);
        assert_eq!(second.accepts, AcceptSet(5));
        assert!(second.frames.capacity() >= 4);
        assert_eq!(second.kind(), crate::SegmentKind::PromptBoundary);
    }

    #[test]
    fn a_large_buffer_is_given_back() {
        let mut arena = Arena::<Nothing>::new();
        let mut segment = arena.allocate(None, AcceptSet::NONE);
        assert_eq!(segment.kind(), crate::SegmentKind::Normal);
        segment.frames.reserve(KEPT_CAPACITY + 1);
        arena.free(segment);
        let again = arena.allocate(None, AcceptSet::NONE);
        assert_eq!(again.frames.capacity(), 0);
    }

    #[test]
    fn the_free_list_is_bounded() {
        let mut arena = Arena::<Nothing>::new();
        let many: Vec<_> = (0..KEPT_SEGMENTS + 10)
            .map(|_| arena.allocate(None, AcceptSet::NONE))
            .collect();
        for segment in many {
            arena.free(segment);
        }
        assert_eq!(arena.free.len(), KEPT_SEGMENTS);
    }
}
