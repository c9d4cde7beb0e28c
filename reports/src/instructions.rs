//! The record of the instruction counts: what an operation costs on the VM and on the floor, and which
//! ceilings that breaks.

mod build;
mod event;
mod markdown;
mod part;

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stats::log_log_slope;
use crate::{Engine, Mode, Params, WriteError, format, json};

pub use build::Build;
pub use event::{Event, Events};
pub use markdown::{report, tables};
pub use part::{Part, Parts};

/// How much a floor may differ from what is recorded of it: counts repeat to less.
pub const RECORD_TOLERANCE: f64 = 0.001;

/// How much the counts of two runs of the same thing may differ.
pub const REPEAT_TOLERANCE: f64 = 0.001;

/// Everything one run found. Figures are instructions where nothing else is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instructions {
    /// The version of this layout.
    pub schema: Schema,
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// Quick or full.
    pub mode: Mode,
    /// What was counted, and by what.
    pub build: Build,
    /// SHA-256 of the text of every workload, in hexadecimal, whether or not it was counted.
    pub workloads: BTreeMap<String, String>,
    /// What operations cost.
    pub costs: Vec<Cost>,
    /// What the floor itself may cost.
    pub floors: Vec<Floor>,
    /// What must not grow.
    pub laws: Vec<Law>,
    /// How well the counts repeat, where everything was counted twice.
    pub repeats: Option<Repeats>,
    /// Every broken ceiling, in words. Empty when all hold.
    pub broken: Vec<String>,
}

/// The versions of the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The one with other events, the hashes of the workloads and the whole build.
    #[serde(rename = "doeff-vm/instructions/2")]
    V2,
    /// The one with parts.
    #[default]
    #[serde(rename = "doeff-vm/instructions/3")]
    V3,
}

/// What a figure must not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ceiling {
    /// A multiple of the floor.
    TimesFloor(f64),
    /// A number of instructions.
    Instructions(f64),
}

/// What one operation costs: the difference between two runs over the operations that it makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Name of the workload.
    pub workload: String,
    /// Parameters of the workload, by name.
    pub params: Params,
    /// What one operation is, such as "effect".
    pub operation: String,
    /// What the two runs differ in: the size, or a parameter.
    pub over: String,
    /// The smaller run.
    pub from: u64,
    /// The larger run.
    pub to: u64,
    /// Instructions per operation, by engine.
    pub counts: BTreeMap<Engine, f64>,
    /// What else was counted per operation, by engine; a quick run counts less.
    pub events: BTreeMap<Engine, Events>,
    /// Instructions per operation on the VM, by what they belong to; their sum is the VM's count. Empty where they were
    /// not told apart.
    #[serde(default)]
    pub parts: Parts,
    /// What the VM must not exceed.
    pub ceiling: Option<Ceiling>,
}

/// Whether a figure is within its ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Holds,
    /// It is not.
    Broken,
    /// There is no ceiling, or nothing to compare.
    Open,
}

impl Verdict {
    fn of(figure: Option<f64>, ceiling: Option<f64>) -> Self {
        match figure.zip(ceiling) {
            None => Self::Open,
            Some((figure, ceiling)) if figure <= ceiling => Self::Holds,
            Some(_) => Self::Broken,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Broken, _) | (_, Self::Broken) => Self::Broken,
            (Self::Holds, _) | (_, Self::Holds) => Self::Holds,
            _ => Self::Open,
        }
    }
}

impl Cost {
    /// What an engine needs.
    pub fn count(&self, engine: &Engine) -> Option<f64> {
        self.counts.get(engine).copied()
    }

    /// The VM's count over the floor's.
    pub fn times_floor(&self) -> Option<f64> {
        Some(self.count(&Engine::VM)? / self.count(&Engine::FLOOR)?)
    }

    /// Whether the ceiling holds.
    pub fn verdict(&self) -> Verdict {
        match self.ceiling {
            None => Verdict::Open,
            Some(Ceiling::TimesFloor(ceiling)) => Verdict::of(self.times_floor(), Some(ceiling)),
            Some(Ceiling::Instructions(ceiling)) => {
                Verdict::of(self.count(&Engine::VM), Some(ceiling))
            }
        }
    }

    /// The workload with its parameters; what the operation is, where the workload alone does not say.
    pub fn label(&self) -> String {
        let label = self.params.label(&self.workload);
        if self.over == "size" {
            label
        } else {
            format!("{label}, per {}", self.operation)
        }
    }

    fn problem(&self) -> Option<String> {
        if self.verdict() != Verdict::Broken {
            return None;
        }
        let label = self.label();
        Some(match self.ceiling? {
            Ceiling::TimesFloor(ceiling) => format!(
                "{label}: {:.3} times the floor, but at most {ceiling} is allowed",
                self.times_floor()?
            ),
            Ceiling::Instructions(ceiling) => format!(
                "{label}: {} instructions, but at most {ceiling} are allowed",
                format::instructions(self.count(&Engine::VM)?)
            ),
        })
    }
}

/// What the floor needs for one operation, and how much that may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// Name of the workload.
    pub workload: String,
    /// Parameters of the workload, by name.
    pub params: Params,
    /// Instructions per operation.
    pub count: f64,
    /// What it must not exceed on this interpreter.
    pub limit: Option<f64>,
    /// What it was when it was last recorded for this interpreter; it must not grow.
    pub recorded: Option<f64>,
}

impl Floor {
    /// The workload with its parameters.
    pub fn label(&self) -> String {
        self.params.label(&self.workload)
    }

    fn highest(&self) -> Option<f64> {
        let recorded = self.recorded?;
        Some(recorded * (1.0 + RECORD_TOLERANCE))
    }

    /// Whether it is within its limit and has not grown.
    pub fn verdict(&self) -> Verdict {
        let within = Verdict::of(Some(self.count), self.limit);
        within.and(Verdict::of(Some(self.count), self.highest()))
    }

    fn problems(&self) -> Vec<String> {
        let (label, count) = (self.label(), format::instructions(self.count));
        let mut problems = Vec::new();
        if let Some(limit) = self.limit.filter(|limit| self.count > *limit) {
            problems.push(format!(
                "the floor of {label}: {count} instructions, but at most {} are allowed on this interpreter",
                format::instructions(limit)
            ));
        }
        if let Some(recorded) = self.recorded
            && self.highest().is_some_and(|highest| self.count > highest)
        {
            problems.push(format!(
                "the floor of {label}: {count} instructions, but {} are recorded for this interpreter, and a \
                 floor may only go down",
                format::instructions(recorded)
            ));
        }
        problems
    }
}

/// Something that must not grow with something else, or not by more than in proportion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Name of the workload.
    pub workload: String,
    /// What is counted, such as "an effect".
    pub cost: String,
    /// What it may depend on, such as "call depth".
    pub over: String,
    /// The counts, smallest `at` first.
    pub points: Vec<Point>,
    /// The exponent of the power law that fits best: the least-squares slope on logarithmic axes.
    pub exponent: f64,
    /// What the exponent must not exceed: a little more than 0 where the cost is to be flat, than 1 where
    /// it may be proportional.
    pub ceiling: f64,
}

/// One count of a law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// How large what it may depend on was.
    pub at: u64,
    /// Instructions.
    pub count: f64,
}

impl Law {
    /// Fits a law to its points.
    pub fn fit(
        workload: impl Into<String>,
        cost: impl Into<String>,
        over: impl Into<String>,
        points: Vec<Point>,
        ceiling: f64,
    ) -> Self {
        // Sizes are far below 2^52.
        #[expect(clippy::cast_precision_loss)]
        let pairs: Vec<_> = points.iter().map(|p| (p.at as f64, p.count)).collect();
        Self {
            workload: workload.into(),
            cost: cost.into(),
            over: over.into(),
            points,
            exponent: log_log_slope(&pairs),
            ceiling,
        }
    }

    /// Whether it holds.
    pub fn verdict(&self) -> Verdict {
        // One that is not a number is none that holds.
        if self.exponent <= self.ceiling {
            Verdict::Holds
        } else {
            Verdict::Broken
        }
    }

    fn problem(&self) -> Option<String> {
        let Self { cost, over, .. } = self;
        (self.verdict() == Verdict::Broken).then(|| {
            format!(
                "{cost} grows with the {over} by an exponent of {:.4}, but at most {} is allowed",
                self.exponent, self.ceiling
            )
        })
    }
}

/// How well counts repeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// The largest difference between two counts of the same operation, as a part of it.
    pub largest: f64,
    /// Which it is.
    pub of: String,
}

impl Repeats {
    fn problem(&self) -> Option<String> {
        (self.largest > REPEAT_TOLERANCE).then(|| {
            format!(
                "{}: two counts differ by {:.3} %, but at most {:.1} % is allowed",
                self.of,
                self.largest * 100.0,
                REPEAT_TOLERANCE * 100.0
            )
        })
    }
}

impl Instructions {
    /// Fills in what is broken.
    #[must_use]
    pub fn judged(mut self) -> Self {
        let costs = self.costs.iter().filter_map(Cost::problem);
        let floors = self.floors.iter().flat_map(Floor::problems);
        let laws = self.laws.iter().filter_map(Law::problem);
        let repeats = self.repeats.as_ref().and_then(Repeats::problem);
        self.broken = costs.chain(floors).chain(laws).chain(repeats).collect();
        self
    }

    /// The record as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        json::pretty(self)
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }

    /// Writes `instructions.json` and `instructions.md` into `dir`, which is made if need be.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), WriteError> {
        let files = [
            ("instructions.json", self.to_json()),
            ("instructions.md", report(self)),
        ];
        json::write_into(dir, &files)
    }
}
