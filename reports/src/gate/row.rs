//! One figure of the gate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Engine, format};

/// What instructions may rise by: this part of what they were, ...
const INSTRUCTIONS_PART: f64 = 0.003;

/// ... or this many, whichever is more.
const INSTRUCTIONS: f64 = 3.0;

/// What an exponent of growth may rise by: what it does when one point rises by what instructions may.
const EXPONENT: f64 = 0.001;

/// What system calls per operation may rise by: looks at the clock fall on one side of a size or on the other.
const SYSTEM_CALLS: f64 = 0.01;

/// What the time over the floor's may rise by at least: this part of what it was.
const TIMES_FLOOR_PART: f64 = 0.25;

/// The same over cesk, which does other work, that a processor's state may favour.
const TIMES_CESK_PART: f64 = 0.5;

/// Differences below this are those of floating point.
const ROUNDING: f64 = 1e-9;

/// What a figure is, which says how much it may rise.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Instructions per operation.
    Instructions,
    /// System calls per operation.
    SystemCalls,
    /// The exponent by which a cost grows.
    Exponent,
    /// Times an allocator is asked for memory, per operation.
    Allocations,
    /// Things that grow with the number of runs, or that went wrong when these ended.
    Leaks,
    /// Time over that of the floor. It is not exact: noise adds to its tolerance.
    TimesFloor,
    /// Time over that of cesk. It is not exact either.
    TimesCesk,
}

impl Kind {
    /// By how much a figure may be above `before`, if it is exact; otherwise the least it may be.
    pub fn tolerance(self, before: f64) -> f64 {
        match self {
            Self::Instructions => INSTRUCTIONS.max(before.abs() * INSTRUCTIONS_PART),
            Self::SystemCalls => SYSTEM_CALLS,
            Self::Exponent => EXPONENT,
            Self::Allocations | Self::Leaks => ROUNDING,
            Self::TimesFloor => before.abs() * TIMES_FLOOR_PART,
            Self::TimesCesk => before.abs() * TIMES_CESK_PART,
        }
    }

    /// What a figure is called after its number.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::SystemCalls => "system calls",
            Self::Exponent => "exponent",
            Self::Allocations => "allocations",
            Self::Leaks => "leaks",
            Self::TimesFloor => "time, times the floor",
            Self::TimesCesk => "time, times cesk",
        }
    }

    /// The number as it is shown.
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::Instructions => format::instructions(value),
            Self::Leaks => format!("{value:.0}"),
            Self::TimesFloor => format!("{value:.3}"),
            Self::SystemCalls | Self::Exponent | Self::Allocations | Self::TimesCesk => {
                format!("{value:.4}")
            }
        }
    }
}

/// One exact figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What the figure is.
    pub kind: Kind,
    /// What measures it: a bench target.
    pub suite: String,
    /// The workload; empty where it is of none.
    pub workload: String,
    /// The workload with its parameters, or what is counted. With kind and engine it is unique.
    pub label: String,
    /// What ran.
    pub engine: Engine,
    /// The figure.
    pub value: f64,
    /// Whether quick runs have it too.
    pub quick: bool,
}

impl Row {
    /// Whether two rows are of the same thing.
    pub fn is_of(&self, kind: Kind, label: &str, engine: &Engine) -> bool {
        self.kind == kind && self.label == label && self.engine == *engine
    }

    /// Whether it is judged: what the other engines need is shown beside.
    pub fn is_judged(&self) -> bool {
        self.engine == Engine::VM
    }
}
