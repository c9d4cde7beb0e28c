//! Checks of the machine's own invariants, for runs that ask for them.

use crate::dispatch::AcceptSet;
use crate::host::Host;
use crate::machine::Machine;
use crate::mode::PendingPython;
use crate::segment::{Segment, Slot};

/// How many slots are looked at, from the innermost: a check costs the same on any stack.
const LOOKED_AT: usize = 64;

impl<H: Host> Machine<H> {
    /// Checks what holds of the stack before every step.
    ///
    /// # Errors
    /// The invariant that does not hold.
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        if self.pending != PendingPython::Nothing {
            return Err("no step is made while the outcome of a call is waited for");
        }
        let Some(bottom) = self.slots.first() else {
            return Err("the stack has a bottom");
        };
        if bottom.segment.handler.is_some() || bottom.accepts != AcceptSet::NONE {
            return Err("the bottom of the stack handles nothing");
        }
        if (self.dispatch.as_ref()).is_some_and(|dispatch| dispatch.below > self.slots.len()) {
            return Err("a search is made on the stack");
        }
        let innermost = self.slots.iter().skip(1).rev().take(LOOKED_AT);
        innermost.rev().try_for_each(check_prompt)?;
        check_parts(&bottom.segment)?;
        self.arena.latest().map_or(Ok(()), check_unused)
    }
}

fn check_prompt<H: Host>(slot: &Slot<H>) -> Result<(), &'static str> {
    if slot.segment.handler.is_none() {
        return Err("a prompt has a handler");
    }
    if slot.accepts != slot.segment.accepts {
        return Err("a slot and its segment say the same of what the handler accepts");
    }
    check_parts(&slot.segment)
}

/// What a segment has only while a continuation holds it.
fn check_parts<H: Host>(segment: &Segment<H>) -> Result<(), &'static str> {
    if segment.top.is_some()
        || segment
            .outer
            .as_ref()
            .is_some_and(|outer| !outer.is_empty())
    {
        return Err("a segment on the stack holds no part of a continuation");
    }
    Ok(())
}

fn check_unused<H: Host>(segment: &Segment<H>) -> Result<(), &'static str> {
    if segment.handler.is_some() || segment.has_waiting() {
        return Err("an unused segment holds nothing of the host");
    }
    check_parts(segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::Accepts;
    use crate::frame::Frame;
    use crate::handler::{HandlerKind, Prompt};
    use crate::mode::Mode;

    #[derive(Debug)]
    struct Nothing;

    #[derive(Clone, Copy, Debug)]
    struct Any;

    impl Accepts for Any {
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

    /// A machine that runs a program under two handlers.
    fn machine() -> Machine<Nothing> {
        let mut machine = Machine::new();
        assert!(matches!(machine.start(()), Mode::Deliver(_)));
        for _ in 0..2 {
            let prompt = Prompt {
                handler: (),
                kind: HandlerKind::Python,
                accepts: AcceptSet(3),
            };
            let segment = machine.arena.allocate(Some(prompt));
            machine.slots.push(Slot {
                accepts: AcceptSet(3),
                segment,
            });
        }
        machine
    }

    fn broken(breaking: impl FnOnce(&mut Machine<Nothing>)) -> &'static str {
        let mut machine = machine();
        assert_eq!(machine.check_invariants(), Ok(()));
        breaking(&mut machine);
        machine.check_invariants().err().unwrap_or_default()
    }

    #[test]
    fn an_unused_segment_is_looked_at() {
        let mut arena = crate::arena::Arena::<Nothing>::new();
        let mut segment = arena.allocate(None);
        assert_eq!(check_unused(&segment), Ok(()));
        segment.push(Frame::program(()));
        assert_eq!(
            check_unused(&segment),
            Err("an unused segment holds nothing of the host")
        );
    }

    #[test]
    fn what_is_broken_is_told() {
        assert_eq!(
            broken(|machine| machine.pending = PendingPython::Generator),
            "no step is made while the outcome of a call is waited for"
        );
        assert_eq!(
            broken(|machine| machine.slots.clear()),
            "the stack has a bottom"
        );
        assert_eq!(
            broken(|machine| drop(machine.slots.remove(0))),
            "the bottom of the stack handles nothing"
        );
        assert_eq!(
            broken(|machine| machine.slots[0].accepts = AcceptSet::ALL),
            "the bottom of the stack handles nothing"
        );
        assert_eq!(
            broken(|machine| machine.slots[1].segment.handler = None),
            "a prompt has a handler"
        );
        assert_eq!(
            broken(|machine| machine.slots[2].accepts = AcceptSet(4)),
            "a slot and its segment say the same of what the handler accepts"
        );
        for index in 0..3 {
            assert_eq!(
                broken(|machine| machine.slots[index].segment.top = Some(Frame::program(()))),
                "a segment on the stack holds no part of a continuation"
            );
        }
    }
}
