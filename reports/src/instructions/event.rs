//! What is counted beside instructions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that valgrind counts beside instructions. What is called simulated is what a processor with
/// fixed caches and a simple predictor would do; no real one is asked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Branches that were come to, conditional and indirect.
    Branches,
    /// Branches that a simulated predictor gets wrong.
    SimulatedMispredictions,
    /// Reads and writes that miss the simulated first-level caches: 32 KiB, 8 ways, each for code and data.
    SimulatedL1Misses,
    /// Those that also miss the simulated last-level cache: 8 MiB, 16 ways.
    SimulatedLastLevelMisses,
    /// Calls of the system. Asking for the time is one under valgrind, which it is not elsewhere.
    SystemCalls,
}

/// How many of each, per operation.
pub type Events = BTreeMap<Event, f64>;

impl Event {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Branches,
        Self::SimulatedMispredictions,
        Self::SimulatedL1Misses,
        Self::SimulatedLastLevelMisses,
        Self::SystemCalls,
    ];

    /// What tables call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Branches => "branches",
            Self::SimulatedMispredictions => "mispredictions (simulated)",
            Self::SimulatedL1Misses => "L1 misses (simulated)",
            Self::SimulatedLastLevelMisses => "LL misses (simulated)",
            Self::SystemCalls => "system calls",
        }
    }
}
