//! The machine's state, and the moves that every transition is made of.

use std::collections::VecDeque;

use crate::arena::Arena;
use crate::continuation::{Captured, Part};
use crate::dispatch::{AcceptSet, DispatchContext, STEP_BUDGET};
use crate::frame::Frame;
use crate::handler::{HandlerKind, Prompt};
use crate::host::Host;
use crate::ids::{CallbackId, Counter, DispatchId, Marker, SegmentId};
use crate::mode::{Mode, PendingPython};
use crate::segment::{SegmentKind, Slot};
use crate::value::Value;

/// What [`Machine::is_idle_and_small`] takes for little, in entries.
const KEPT: usize = 64;

/// A machine that runs one program at a time.
#[derive(Debug)]
pub struct Machine<H: Host> {
    /// The running stack, outermost first; slot 0 is its bottom.
    pub(crate) slots: Vec<Slot<H>>,
    /// The frame on top of it all. `None` between frames: after one has ended or was finished.
    pub(crate) running: Option<Frame<H>>,
    pub(crate) pending: PendingPython,
    /// The search that is going on, or whose built-in handler is being asked.
    pub(crate) dispatch: Option<DispatchContext<H::EffectType>>,
    pub(crate) arena: Arena<H>,
    pub(crate) steps: u64,
    pub(crate) dispatches: Counter,
    pub(crate) captures: Counter,
    callbacks: Counter,
    released: Vec<Released<H>>,
}

/// What a machine has done and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Steps made.
    pub steps: u64,
    /// Effects performed. `Pass` and `Delegate` go on with the dispatch of the effect.
    pub dispatches: u64,
    /// Captures made: one for each call of a handler, those after a `Pass` or `Delegate` included.
    pub captures: u64,
    /// Call-backs by built-in handlers into functions of the program.
    pub callbacks: u64,
    /// Segments on the stack, its bottom included; those that continuations hold are not.
    pub segments_live: usize,
    /// Segments that wait to be used again.
    pub segments_pooled: usize,
}

/// A segment as it is seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentView {
    /// The segment's own identity.
    pub id: SegmentId,
    /// What it begins with.
    pub kind: SegmentKind,
    /// The identity of its prompt.
    pub marker: Marker,
    /// How many frames wait in it.
    pub waiting: usize,
}

/// What leaving the frames that have ended came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Popped {
    /// The frame that waited is the running one.
    Waiting,
    /// Nothing waits any more.
    Empty,
    /// Many prompts were left, and more are there.
    Unfinished,
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
        let bottom = arena.allocate(None);
        Self {
            slots: vec![Slot {
                accepts: AcceptSet::NONE,
                segment: bottom,
            }],
            running: None,
            pending: PendingPython::Nothing,
            dispatch: None,
            arena,
            steps: 0,
            dispatches: Counter::default(),
            captures: Counter::default(),
            callbacks: Counter::default(),
            released: Vec::new(),
        }
    }

    /// Puts a program's body on the (empty) stack and gives the mode that starts it.
    pub fn start(&mut self, body: H::Generator) -> Mode<H> {
        self.push_frame(Frame::program(body));
        Mode::Deliver(Value::Unit)
    }

    /// The running frame, if there is one, to change what it keeps.
    #[inline]
    pub fn running_mut(&mut self) -> Option<&mut Frame<H>> {
        self.running.as_mut()
    }

    /// The running frame, if there is one.
    pub fn running(&self) -> Option<&Frame<H>> {
        self.running.as_ref()
    }

    /// The innermost frame that waits in the innermost segment, if there is one.
    pub fn waiting(&self) -> Option<&Frame<H>> {
        self.slots.last()?.segment.waiting().next()
    }

    /// Whether the stack is empty and nothing is waited for.
    pub fn is_idle(&self) -> bool {
        let [bottom] = self.slots.as_slice() else {
            return false;
        };
        !bottom.segment.has_waiting()
            && self.running.is_none()
            && self.pending == PendingPython::Nothing
            && self.released.is_empty()
    }

    /// Whether the machine is idle and holds little memory, so that it may be kept for later.
    pub fn is_idle_and_small(&self) -> bool {
        self.is_idle()
            && self.slots.capacity() <= KEPT
            && self.arena.pooled() <= KEPT
            && self.released.capacity() <= KEPT
            && self.slots.iter().all(|slot| {
                let frames = slot.segment.frames.as_ref();
                frames.is_none_or(|frames| frames.capacity() <= KEPT)
            })
    }

    /// The call that the machine waits for.
    pub fn pending(&self) -> PendingPython {
        self.pending
    }

    /// The continuation of the clause that the running frame belongs to: of the nearest frame at
    /// or below it, in the innermost segment, that is a clause.
    pub fn clause(&self) -> Option<&H::Continuation> {
        self.clause_frame()?.k.as_ref()
    }

    /// As [`clause`](Self::clause), the clause's whole frame.
    pub fn clause_frame(&self) -> Option<&Frame<H>> {
        let waiting = self.slots.last().into_iter();
        let waiting = waiting.flat_map(|slot| slot.segment.waiting());
        self.running
            .iter()
            .chain(waiting)
            .find(|frame| frame.k.is_some())
    }

    /// The handlers in scope where the running frame is, innermost first.
    pub fn handlers(&self) -> impl Iterator<Item = &H::Handler> {
        self.slots
            .iter()
            .rev()
            .filter_map(|slot| slot.segment.handler.as_ref())
    }

    /// Shows every frame and handler to `visit`, innermost first, until it returns an error.
    ///
    /// # Errors
    /// The first error of `visit`.
    pub fn visit<E>(&self, mut visit: impl FnMut(Part<'_, H>) -> Result<(), E>) -> Result<(), E> {
        if let Some(frame) = &self.running {
            visit(Part::Frame(frame))?;
        }
        for Slot { segment, .. } in self.slots.iter().rev() {
            for frame in segment.waiting() {
                visit(Part::Frame(frame))?;
            }
            if let Some(handler) = &segment.handler {
                visit(Part::Handler(handler))?;
            }
        }
        Ok(())
    }

    /// The built-in handler that [`PythonCall::CallStdlib`](crate::PythonCall::CallStdlib) is about.
    pub fn stdlib_handler(&self) -> Option<&H::Handler> {
        let found = &self.slots.get(self.dispatch.as_ref()?.below)?.segment;
        match found.handler_kind {
            HandlerKind::Stdlib => found.handler.as_ref(),
            HandlerKind::Python => None,
        }
    }

    /// The dispatch that is going on.
    pub fn dispatch(&self) -> Option<DispatchId> {
        self.dispatch.as_ref().map(|dispatch| dispatch.id)
    }

    /// The effect's type in the search that is paused, for a driver that must replace it while it
    /// lets go of the host's interpreter.
    pub fn searched_type_mut(&mut self) -> Option<&mut H::EffectType> {
        self.dispatch
            .as_mut()
            .map(|dispatch| &mut dispatch.effect_type)
    }

    /// A built-in handler calls back into the program.
    pub fn begin_callback(&mut self) -> CallbackId {
        self.callbacks.next()
    }

    /// What the machine has done and holds.
    pub fn stats(&self) -> Stats {
        Stats {
            steps: self.steps,
            dispatches: self.dispatches.given(),
            captures: self.captures.given(),
            callbacks: self.callbacks.given(),
            segments_live: self.slots.len(),
            segments_pooled: self.arena.pooled(),
        }
    }

    /// The segments on the stack, outermost first.
    pub fn segments(&self) -> impl Iterator<Item = SegmentView> {
        self.slots.iter().map(|slot| SegmentView {
            id: slot.segment.id,
            kind: slot.segment.kind(),
            marker: slot.segment.marker,
            waiting: slot.segment.waiting_len(),
        })
    }

    /// Takes the innermost frame off the innermost segment, for the driver to finish it before a
    /// tail resume, a `Transfer` or a `Pass`.
    pub fn finish_frame(&mut self) -> Option<Frame<H>> {
        self.running
            .take()
            .or_else(|| self.slots.last_mut()?.segment.pop())
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
    #[allow(clippy::inline_always)] // it is a move or two
    #[inline(always)]
    pub(crate) fn push_frame(&mut self, frame: Frame<H>) {
        if let Some(waiting) = self.running.replace(frame)
            && let Some(slot) = self.slots.last_mut()
        {
            slot.segment.push(waiting);
        }
    }

    /// Makes the next frame that waits the running one, ending prompts whose body is over.
    pub(crate) fn pop_to_waiting(&mut self) -> Popped {
        for _ in 0..STEP_BUDGET {
            let Some(slot) = self.slots.last_mut() else {
                return Popped::Empty;
            };
            if let Some(frame) = slot.segment.pop() {
                self.running = Some(frame);
                return Popped::Waiting;
            }
            if slot.segment.kind() == SegmentKind::Normal {
                return Popped::Empty;
            }
            if let Some(Slot { mut segment, .. }) = self.slots.pop() {
                self.released
                    .extend(segment.handler.take().map(Released::Handler));
                self.arena.free(segment);
            }
        }
        Popped::Unfinished
    }

    /// Installs a prompt on top of the running frame, which waits for its body.
    pub(crate) fn push_prompt(&mut self, prompt: Prompt<H>) {
        self.wait_running();
        let accepts = prompt.accepts;
        let segment = self.arena.allocate(Some(prompt));
        self.slots.push(Slot { accepts, segment });
    }

    /// Moves the slots from `index` inwards, and the running frame, out of the stack.
    #[allow(clippy::inline_always)] // two uses, of which one is hot
    #[inline(always)]
    pub(crate) fn capture(&mut self, index: usize, dispatch: DispatchId) -> Option<Captured<H>> {
        let Slot { mut segment, .. } = self.slots.pop()?;
        fill(&mut segment.top, self.running.take());
        segment.captured_as = self.captures.next();
        segment.dispatch = dispatch;
        let mut captured = Captured(segment);
        if index < self.slots.len() {
            self.capture_outer(index, &mut captured);
        }
        Some(captured)
    }

    #[inline(never)]
    fn capture_outer(&mut self, index: usize, captured: &mut Captured<H>) {
        let outer = captured.0.outer.get_or_insert_default();
        outer.extend(self.slots.drain(index..));
    }

    /// Moves the slots from `index` inwards, one at least, into what was captured inside of them.
    #[inline]
    pub(crate) fn capture_further(&mut self, index: usize, captured: &mut Captured<H>) {
        captured.0.captured_as = self.captures.next();
        let outer = captured.0.outer.get_or_insert_default();
        while let Some(slot) = self.slots.pop() {
            outer.push_front(slot);
            if self.slots.len() <= index {
                break;
            }
        }
    }

    /// Moves what a continuation held back, on top of the running frame, which waits for it.
    /// Gives the index of the continuation's prompt.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub(crate) fn reinstate(&mut self, captured: Captured<H>) -> usize {
        self.wait_running();
        self.restore(captured)
    }

    /// As `reinstate`, where no frame is running.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub(crate) fn restore(&mut self, captured: Captured<H>) -> usize {
        let index = self.slots.len();
        let Captured(mut segment) = captured;
        fill(&mut self.running, segment.top.take());
        if let Some(outer) = &mut segment.outer
            && !outer.is_empty()
        {
            self.reinstate_outer(outer);
        }
        self.slots.push(Slot {
            accepts: segment.accepts,
            segment,
        });
        index
    }

    /// The deque keeps its buffer, by way of a vector: both are made of one another in O(1) where its
    /// first slot lies first, as it does but for one that was passed on.
    #[inline(never)]
    fn reinstate_outer(&mut self, outer: &mut VecDeque<Slot<H>>) {
        let mut slots = Vec::from(std::mem::take(outer));
        self.slots.append(&mut slots);
        *outer = slots.into();
    }

    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub(crate) fn wait_running(&mut self) {
        if let Some(waiting) = self.running.take()
            && let Some(slot) = self.slots.last_mut()
        {
            slot.segment.push(waiting);
        }
    }
}

/// Puts a frame where none is: an assignment would look for one to drop.
#[allow(clippy::inline_always)] // it is a move
#[inline(always)]
pub(crate) fn fill<H: Host>(place: &mut Option<Frame<H>>, frame: Option<Frame<H>>) {
    debug_assert!(place.is_none());
    std::mem::forget(std::mem::replace(place, frame));
}
