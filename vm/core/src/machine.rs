//! The machine's state, and the moves that every transition is made of.

use crate::arena::Arena;
use crate::continuation::Captured;
use crate::dispatch::AcceptSet;
use crate::frame::Frame;
use crate::host::Host;
use crate::mode::{Mode, PendingPython};
use crate::segment::{SegmentKind, Slot};
use crate::value::Value;

/// A machine that runs one program at a time.
#[derive(Debug)]
pub struct Machine<H: Host> {
    /// The running stack, outermost first; slot 0 is its bottom.
    pub(crate) slots: Vec<Slot<H>>,
    /// The frame on top of it all. `None` between frames: after one has ended or was finished.
    pub(crate) running: Option<Frame<H>>,
    pub(crate) pending: PendingPython,
    pub(crate) arena: Arena<H>,
    released: Vec<Released<H>>,
}

/// An object of the host that the machine let go of.
#[derive(Debug)]
pub enum Released<H: Host> {
    /// A frame that has ended.
    Frame(Frame<H>),
    /// The handler of a prompt whose body has ended.
    Handler(H::Handler),
}

impl<H: Host> Default for Machine<H> {
    fn default() -> Self {
        Self::new()
    }
}

impl<H: Host> Machine<H> {
    /// A machine with an empty stack.
    pub fn new() -> Self {
        let mut arena = Arena::new();
        let bottom = arena.allocate(None, AcceptSet::NONE);
        Self {
            slots: vec![Slot {
                accepts: AcceptSet::NONE,
                segment: bottom,
            }],
            running: None,
            pending: PendingPython::Nothing,
            arena,
            released: Vec::new(),
        }
    }

    /// Puts a program's body on the (empty) stack and gives the mode that starts it.
    pub fn start(&mut self, body: H::Generator) -> Mode<H> {
        self.push_frame(Frame::program(body));
        Mode::Deliver(Value::Unit)
    }

    /// The running frame, if there is one.
    pub fn running(&self) -> Option<&Frame<H>> {
        self.running.as_ref()
    }

    /// The call that the machine waits for.
    pub fn pending(&self) -> PendingPython {
        self.pending
    }

    /// The continuation of the clause that the running frame belongs to: of the nearest frame at
    /// or below it, in the innermost segment, that is a clause.
    pub fn clause(&self) -> Option<&H::Continuation> {
        let waiting = self.slots.last().into_iter();
        let waiting = waiting.flat_map(|slot| slot.segment.frames.iter().rev());
        self.running
            .iter()
            .chain(waiting)
            .find_map(|frame| frame.k.as_ref())
    }

    /// The handlers in scope where the running frame is, innermost first.
    pub fn handlers(&self) -> impl Iterator<Item = &H::Handler> {
        self.slots
            .iter()
            .rev()
            .filter_map(|slot| slot.segment.handler.as_ref())
    }

    /// Takes the innermost frame off the innermost segment, for the driver to finish it before a
    /// tail resume, a `Transfer` or a `Pass`.
    pub fn finish_frame(&mut self) -> Option<Frame<H>> {
        self.running
            .take()
            .or_else(|| self.slots.last_mut()?.segment.frames.pop())
    }

    /// Whether [`take_released`](Self::take_released) has anything to give.
    pub fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    /// Takes one of the host's objects that the machine let go of, the latest first. The driver
    /// empties this queue before it makes the next call, where it may drop the host's objects.
    pub fn take_released(&mut self) -> Option<Released<H>> {
        self.released.pop()
    }

    /// Ends the running frame.
    pub(crate) fn release_running(&mut self) {
        if let Some(frame) = self.running.take() {
            self.released.push(Released::Frame(frame));
        }
    }

    /// Makes `frame` the running one; the one that was running waits below it.
    pub(crate) fn push_frame(&mut self, frame: Frame<H>) {
        if let Some(waiting) = self.running.replace(frame)
            && let Some(slot) = self.slots.last_mut()
        {
            slot.segment.frames.push(waiting);
        }
    }

    /// Makes the next frame that waits the running one, ending prompts whose body is over.
    /// `false` once the stack is empty.
    pub(crate) fn pop_to_waiting(&mut self) -> bool {
        while let Some(slot) = self.slots.last_mut() {
            if let Some(frame) = slot.segment.frames.pop() {
                self.running = Some(frame);
                return true;
            }
            if slot.segment.kind() == SegmentKind::Normal {
                return false;
            }
            if let Some(Slot { mut segment, .. }) = self.slots.pop() {
                self.released
                    .extend(segment.handler.take().map(Released::Handler));
                self.arena.free(segment);
            }
        }
        false
    }

    /// Installs a prompt on top of the running frame, which waits for its body.
    pub(crate) fn push_prompt(&mut self, handler: H::Handler, accepts: AcceptSet) {
        self.wait_running();
        let segment = self.arena.allocate(Some(handler), accepts);
        self.slots.push(Slot { accepts, segment });
    }

    /// Moves the slots from `index` inwards, and the running frame, out of the stack.
    pub(crate) fn capture(&mut self, index: usize) -> Option<Captured<H>> {
        let Slot { mut segment, .. } = self.slots.pop()?;
        segment.top = self.running.take();
        if index < self.slots.len() {
            segment.outer.extend(self.slots.drain(index..));
        }
        Some(Captured(segment))
    }

    /// Moves what a continuation held back, on top of the running frame, which waits for it.
    /// Gives the index of the continuation's prompt.
    pub(crate) fn reinstate(&mut self, captured: Captured<H>) -> usize {
        self.wait_running();
        let index = self.slots.len();
        let Captured(mut segment) = captured;
        self.running = segment.top.take();
        if !segment.outer.is_empty() {
            self.slots.append(&mut segment.outer);
        }
        self.slots.push(Slot {
            accepts: segment.accepts,
            segment,
        });
        index
    }

    fn wait_running(&mut self) {
        if let Some(waiting) = self.running.take()
            && let Some(slot) = self.slots.last_mut()
        {
            slot.segment.frames.push(waiting);
        }
    }
}
