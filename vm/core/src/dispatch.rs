//! The search for the handler of a performed effect.

use crate::host::Host;
use crate::machine::Machine;

/// The set of effect types that a handler accepts, as a small integer that the host gives out:
/// equal sets share one, so that a search tests one bit per handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AcceptSet(pub u32);

impl AcceptSet {
    /// Accepts every effect: an untyped handler.
    pub const ALL: Self = Self(0);
    /// Accepts nothing: the bottom of a stack.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

/// How an effect's type tells which handlers accept it.
pub trait Accepts {
    /// Whether a handler with this set accepts effects of this type. Must be `true` for
    /// [`AcceptSet::ALL`]; is never asked about the bottom of a stack.
    fn accepts(self, set: AcceptSet) -> bool;
}

/// One search: the effect's type, and the prompts that are looked at.
///
/// Busy prompts need no exclusion. A clause lies in the segment *around* its prompt, so a search
/// that begins at the top of the stack cannot meet the prompt whose clause is performing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DispatchContext<T> {
    effect_type: T,
    /// Only slots below this index are looked at.
    below: usize,
}

impl<T: Accepts + Copy> DispatchContext<T> {
    /// The search for an effect performed by the running frame.
    pub(crate) fn perform<H: Host<EffectType = T>>(machine: &Machine<H>, effect_type: T) -> Self {
        Self {
            effect_type,
            below: machine.slots.len(),
        }
    }

    /// The same search, going on outside the slot at `index`.
    pub(crate) fn outside(effect_type: T, index: usize) -> Self {
        Self {
            effect_type,
            below: index,
        }
    }

    /// The index of the nearest slot whose handler accepts the effect.
    pub(crate) fn find_matching_handler<H: Host<EffectType = T>>(
        self,
        machine: &Machine<H>,
    ) -> Option<usize> {
        // Slot 0 is the bottom of the stack and has no handler.
        let slots = machine.slots.get(1..self.below)?;
        slots
            .iter()
            .rposition(|slot| self.effect_type.accepts(slot.accepts))
            .map(|index| index + 1)
    }
}
