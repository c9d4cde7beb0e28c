//! The search for the handler of a performed effect.

use crate::host::Host;
use crate::ids::DispatchId;
use crate::segment::Slot;

/// The set of effect types that a handler accepts, as a small integer that the host gives out:
/// equal sets share one, so that a search tests one bit per handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AcceptSet(pub u32);

impl AcceptSet {
    /// Accepts every effect: an untyped handler.
    pub const ALL: Self = Self(0);
    /// Accepts nothing: the bottom of a stack.
    pub const NONE: Self = Self(u32::MAX);
}

/// How an effect's type tells which handlers accept it.
pub trait Accepts {
    /// Whether a handler with this set accepts effects of this type. Must be `true` for
    /// [`AcceptSet::ALL`]; is never asked about the bottom of a stack.
    fn accepts(self, set: AcceptSet) -> bool;
}

/// How many prompts one step looks at, or leaves, at most: some ten microseconds' worth. A longer
/// search is paused, so that the driver may see to signals and to other threads.
pub(crate) const STEP_BUDGET: usize = 8192;

/// One dispatch: the effect's type, and how far out its search has come.
///
/// Busy prompts need no exclusion. A clause lies in the segment *around* its prompt, so a search
/// that begins at the top of the stack cannot meet the prompt whose clause is performing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DispatchContext<T> {
    pub(crate) id: DispatchId,
    pub(crate) effect_type: T,
    /// Only slots below this index are looked at.
    pub(crate) below: usize,
    /// A built-in handler was asked and could not answer.
    pub(crate) declined: bool,
}

/// What a part of a search came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// The slot at this index accepts the effect.
    Found(usize),
    /// No slot does.
    NotFound,
    /// None so far; the slots below this index are left.
    Unfinished(usize),
}

impl<T: Accepts + Copy> DispatchContext<T> {
    /// Looks for the nearest slot whose handler accepts the effect, up to [`STEP_BUDGET`] of them.
    pub(crate) fn find_matching_handler<H: Host<EffectType = T>>(
        &self,
        slots: &[Slot<H>],
    ) -> Search {
        // Slot 0 is the bottom of the stack and has no handler.
        let from = self.below.saturating_sub(STEP_BUDGET).max(1);
        let Some(looked_at) = slots.get(from..self.below) else {
            return Search::NotFound;
        };
        let found = looked_at
            .iter()
            .rposition(|slot| self.effect_type.accepts(slot.accepts));
        match found {
            Some(index) => Search::Found(from + index),
            None if from == 1 => Search::NotFound,
            None => Search::Unfinished(from),
        }
    }
}
