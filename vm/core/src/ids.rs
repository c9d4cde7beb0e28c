//! Identities, for people who look inside: in debug output and statistics.
//!
//! None of them decides anything. A prompt is found by its place on the stack, and a continuation is
//! one-shot because it can be taken only once.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $sigil:literal) => {
        $(#[$doc])*
        ///
        /// Unique within a machine until 2^32 were given out; then the numbers begin anew.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The number.
            pub fn number(self) -> u32 {
                self.0
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($sigil, "{}"), self.0)
            }
        }
    };
}

id!(
    /// The identity of an installed prompt.
    Marker,
    "prompt#"
);
id!(
    /// The identity of a segment's memory, which outlives the prompts that it serves.
    SegmentId,
    "segment#"
);
id!(
    /// The identity of what one capture gave.
    ContId,
    "k#"
);
id!(
    /// The identity of the search for a handler of one performed effect, which `Pass` and
    /// `Delegate` go on with.
    DispatchId,
    "dispatch#"
);
id!(
    /// The identity of one call-back into a function of the program, by a built-in handler.
    CallbackId,
    "callback#"
);

/// Gives out identities of one kind.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    given: u64,
}

impl Counter {
    /// The next identity.
    #[inline]
    pub(crate) fn next<Id: From<u32>>(&mut self) -> Id {
        #[allow(clippy::cast_possible_truncation)] // by the word of the identities
        let number = self.given as u32;
        self.given += 1;
        number.into()
    }

    /// How many were given out.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique() {
        let mut counter = Counter::default();
        let ids: HashSet<DispatchId> = (0..10_000).map(|_| counter.next()).collect();
        assert_eq!(ids.len(), 10_000);
        assert_eq!(counter.given(), 10_000);
    }

    #[test]
    fn ids_begin_anew_after_the_last() {
        let mut counter = Counter {
            given: u64::from(u32::MAX),
        };
        assert_eq!(counter.next::<Marker>(), Marker(u32::MAX));
        assert_eq!(counter.next::<Marker>(), Marker(0));
    }

    #[test]
    fn ids_say_what_they_are_of() {
        let shown = [
            Marker(1).to_string(),
            SegmentId(2).to_string(),
            ContId(3).to_string(),
            DispatchId(4).to_string(),
            CallbackId(5).to_string(),
        ];
        assert_eq!(
            shown,
            ["prompt#1", "segment#2", "k#3", "dispatch#4", "callback#5"]
        );
    }
}
