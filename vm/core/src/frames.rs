//! The frames that wait in a segment.

use crate::frame::Frame;
use crate::host::Host;

/// How many frames the largest chunks hold.
const CHUNK: usize = 1024;

/// A stack of frames, in chunks: a deep one grows without being copied.
#[derive(Debug)]
pub(crate) struct Frames<H: Host> {
    /// The innermost ones.
    chunk: Vec<Frame<H>>,
    /// What lies further out; commonly nothing, so that it lies behind a pointer.
    outer: Option<Box<Outer<H>>>,
}

#[derive(Debug)]
struct Outer<H: Host> {
    /// Full chunks, outermost first.
    full: Vec<Vec<Frame<H>>>,
    /// An empty chunk, kept for a stack that comes and goes over the border of two.
    spare: Vec<Frame<H>>,
}

impl<H: Host> Frames<H> {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            chunk: Vec::with_capacity(capacity),
            outer: None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunk.is_empty() && self.full().is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.chunk.len() + self.full().iter().map(Vec::len).sum::<usize>()
    }

    /// For how many frames it has room already.
    pub(crate) fn capacity(&self) -> usize {
        let outer = self.outer.as_ref();
        let spare = outer.map_or(0, |outer| outer.spare.capacity());
        self.chunk.capacity() + spare + self.full().iter().map(Vec::capacity).sum::<usize>()
    }

    /// All of them, innermost first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Frame<H>> {
        let outer = self
            .full()
            .iter()
            .rev()
            .flat_map(|chunk| chunk.iter().rev());
        self.chunk.iter().rev().chain(outer)
    }

    #[allow(clippy::inline_always)] // it is a move and a test
    #[inline(always)]
    pub(crate) fn push(&mut self, frame: Frame<H>) {
        if self.chunk.len() == self.chunk.capacity() {
            self.push_further(frame);
        } else {
            self.chunk.push(frame);
        }
    }

    #[inline(never)]
    fn push_further(&mut self, frame: Frame<H>) {
        let capacity = self.chunk.capacity();
        if capacity < CHUNK {
            // Small ones are doubled, which copies as much in all as the last of them holds.
            self.chunk.reserve_exact(capacity.max(3));
        } else {
            let outer = self.outer.get_or_insert_with(|| {
                let (full, spare) = (Vec::new(), Vec::new());
                Box::new(Outer { full, spare })
            });
            let mut next = std::mem::take(&mut outer.spare);
            next.reserve_exact(CHUNK);
            outer.full.push(std::mem::replace(&mut self.chunk, next));
        }
        self.chunk.push(frame);
    }

    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<Frame<H>> {
        self.pop_at_hand().or_else(|| self.pop_further())
    }

    /// As `pop`, but not from the chunks further out.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub(crate) fn pop_at_hand(&mut self) -> Option<Frame<H>> {
        self.chunk.pop()
    }

    #[inline]
    fn pop_further(&mut self) -> Option<Frame<H>> {
        self.outer.as_mut()?.pop_into(&mut self.chunk)
    }

    fn full(&self) -> &[Vec<Frame<H>>] {
        self.outer.as_ref().map_or(&[], |outer| &outer.full)
    }
}

impl<H: Host> Outer<H> {
    /// Makes the innermost of the full chunks the current one, and pops from it.
    #[inline(never)]
    fn pop_into(&mut self, chunk: &mut Vec<Frame<H>>) -> Option<Frame<H>> {
        let next = self.full.pop()?;
        self.spare = std::mem::replace(chunk, next);
        chunk.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{AcceptSet, Accepts};

    #[derive(Debug)]
    struct Numbers;
    #[derive(Clone, Copy, Debug)]
    struct Any;
    impl Accepts for Any {
        fn accepts(self, _: AcceptSet) -> bool {
            true
        }
    }
    impl Host for Numbers {
        type Object = ();
        type Generator = usize;
        type Handler = ();
        type Continuation = ();
        type Error = ();
        type EffectType = Any;
    }

    fn check(frames: &Frames<Numbers>, depth: usize) {
        assert_eq!(frames.len(), depth);
        assert_eq!(frames.is_empty(), depth == 0);
        assert!(frames.capacity() >= depth);
        let seen = frames.iter().map(|frame| frame.generator);
        assert!(seen.eq((0..depth).rev()), "{depth} frames");
    }

    #[test]
    fn what_went_in_last_comes_out_first_at_every_depth() {
        let mut frames = Frames::<Numbers>::with_capacity(1);
        let deep = 3 * CHUNK + 7;
        for depth in 0..deep {
            if depth < 70 || depth % CHUNK < 3 || depth % CHUNK > CHUNK - 3 {
                check(&frames, depth);
            }
            frames.push(Frame::program(depth));
        }
        for depth in (0..deep).rev() {
            assert_eq!(frames.pop().map(|frame| frame.generator), Some(depth));
            if depth < 70 || depth % CHUNK < 3 || depth % CHUNK > CHUNK - 3 {
                check(&frames, depth);
            }
        }
        assert!(frames.pop().is_none());
    }

    #[test]
    fn going_over_a_border_again_and_again_allocates_nothing() {
        let mut frames = Frames::<Numbers>::with_capacity(CHUNK);
        for number in 0..=CHUNK {
            frames.push(Frame::program(number));
        }
        let buffer = frames.chunk.as_ptr();
        for _ in 0..3 {
            frames.pop();
            frames.pop();
            assert_ne!(frames.chunk.as_ptr(), buffer);
            assert_eq!(frames.capacity(), 2 * CHUNK);
            frames.push(Frame::program(CHUNK - 1));
            frames.push(Frame::program(CHUNK));
            assert_eq!(frames.chunk.as_ptr(), buffer);
        }
    }

    #[test]
    fn a_deep_stack_has_room_for_one_chunk_more_at_most() {
        let mut frames = Frames::<Numbers>::with_capacity(1);
        for number in 0..10 * CHUNK {
            frames.push(Frame::program(number));
            assert!(frames.capacity() <= (2 * number + 4).min(number + 2 * CHUNK));
        }
    }
}
