//! Names of engines and their fixed order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of what ran a workload. Ordered vm, vm-again, vm-wheel, cesk, pure, doeff-0.8,
/// floor, call, then all others by name, noop last.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Engine(Cow<'static, str>);

impl Engine {
    /// The Rust virtual machine, whose figures the headline shows.
    pub const VM: Self = Self(Cow::Borrowed("vm"));
    /// The virtual machine once more: what differs between the two is noise.
    pub const VM_AGAIN: Self = Self(Cow::Borrowed("vm-again"));
    /// The virtual machine as the installed wheel.
    pub const VM_WHEEL: Self = Self(Cow::Borrowed("vm-wheel"));
    /// The Python CESK interpreter: the rival that "times faster" refers to.
    pub const CESK: Self = Self(Cow::Borrowed("cesk"));
    /// The fastest machine in plain Python.
    pub const PURE: Self = Self(Cow::Borrowed("pure"));
    /// The published doeff 0.8.
    pub const DOEFF_0_8: Self = Self(Cow::Borrowed("doeff-0.8"));
    /// The published doeff 0.4.
    pub const DOEFF_0_4: Self = Self(Cow::Borrowed("doeff-0.4"));
    /// The published stateless.
    pub const STATELESS: Self = Self(Cow::Borrowed("stateless"));
    /// The published greenlet.
    pub const GREENLET: Self = Self(Cow::Borrowed("greenlet"));
    /// The published effect.
    pub const EFFECT: Self = Self(Cow::Borrowed("effect"));
    /// The published effectful.
    pub const EFFECTFUL: Self = Self(Cow::Borrowed("effectful"));
    /// The standard library's asyncio.
    pub const ASYNCIO: Self = Self(Cow::Borrowed("asyncio"));
    /// A generator loop in Python, written by hand for each workload.
    pub const LOOP: Self = Self(Cow::Borrowed("loop"));
    /// The native null driver: the unit of the multiples.
    pub const FLOOR: Self = Self(Cow::Borrowed("floor"));
    /// The same work as plain function calls.
    pub const CALL: Self = Self(Cow::Borrowed("call"));

    /// Nothing: what the clock and the loop around the runs cost.
    pub const NOOP: Self = Self(Cow::Borrowed("noop"));

    const ORDER: [Self; 8] = [
        Self::VM,
        Self::VM_AGAIN,
        Self::VM_WHEEL,
        Self::CESK,
        Self::PURE,
        Self::DOEFF_0_8,
        Self::FLOOR,
        Self::CALL,
    ];

    /// The engine called `name`.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What the engine is, in one sentence without a closing stop; `None` for a name this crate does not know.
    pub fn about(&self) -> Option<&'static str> {
        match self.name() {
            "vm" => Some("the Rust virtual machine behind doeff_vm"),
            "vm-again" => Some(
                "the same as vm in a process of its own: what differs between the two is noise",
            ),
            "vm-wheel" => Some(
                "the same machine as the wheel that users install, in an interpreter of its own",
            ),
            "cesk" => {
                Some("the CESK interpreter in plain Python (cesk_v3), running the same programs")
            }
            "pure" => Some(
                "the same programs on a machine in plain Python that is written for speed alone (pure_machine)",
            ),
            "doeff-0.8" => Some(
                "doeff 0.8.0 as published, whose machine is in Rust too, running the same programs in a process of \
                 its own",
            ),
            "doeff-0.4" => {
                Some("doeff 0.4.1 as published, running the same programs in a process of its own")
            }
            "stateless" => Some(
                "stateless 0.6.1 as published: generators that yield abilities, and handlers that answer by what \
                 they return; the same work in its own idiom",
            ),
            "greenlet" => Some(
                "greenlet 3.5.6 as published: handlers are loops that switch to the program and back; the same work \
                 in its own idiom",
            ),
            "effect" => Some(
                "effect 1.1.0 as published: generators that yield intents, which performers answer; the same work in \
                 its own idiom",
            ),
            "effectful" => Some(
                "effectful 0.1.0 as published: operations that are called, and interpretations of them; the same work \
                 in its own idiom",
            ),
            "asyncio" => Some(
                "asyncio of the standard library, where coroutines that await each other do the same work",
            ),
            "loop" => Some(
                "a loop in plain Python over the generators, written by hand for each workload: no machine, no package, \
                 and no more than that workload needs",
            ),
            "floor" => Some(
                "the cheapest native loop that does the same Python-side work (drive the generators, call the \
                 handlers, answer) with no machine at all; the unit of the multiples",
            ),
            "noop" => Some("no work at all: what the clock and the loop around the runs cost"),
            "call" => Some("the same work as plain Python function calls, without effects"),
            _ => None,
        }
    }

    /// Its place in the fixed order; all other engines share the place after the last.
    pub(crate) fn rank(&self) -> usize {
        let position = Self::ORDER.iter().position(|known| known == self);
        let after = Self::ORDER.len() + usize::from(*self == Self::NOOP);
        position.unwrap_or(after)
    }

    /// Whether it has a place of its own in the fixed order.
    pub(crate) fn has_place(&self) -> bool {
        self.rank() < Self::ORDER.len()
    }
}

impl Ord for Engine {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.rank(), self.name()).cmp(&(other.rank(), other.name()))
    }
}

impl PartialOrd for Engine {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Engine;

    #[test]
    fn known_engines_come_first_and_others_by_name() {
        let mut engines = [
            "noop",
            "zeta",
            "call",
            "floor",
            "alpha",
            "doeff-0.8",
            "pure",
            "cesk",
            "vm",
        ]
        .map(Engine::new);
        engines.sort();
        let names = engines.each_ref().map(Engine::name);
        assert_eq!(
            names,
            [
                "vm",
                "cesk",
                "pure",
                "doeff-0.8",
                "floor",
                "call",
                "alpha",
                "zeta",
                "noop"
            ]
        );
    }
}
