//! The record of doeff's own scenarios on two wheels: the published `doeff-vm` and the one of these sources.
//!
//! A scenario is measured whole, and where that is possible the part that is not the machine as well: the same effects
//! made and the same clauses' code called without one ("doeff's Python"). Both wheels run that part alike.

mod markdown;
mod row;
#[cfg(test)]
mod tests;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stats::bootstrap::{NestedError, Resampling};
use crate::stats::noise::Noise;
use crate::stats::verdict::judge;
use crate::{FileHash, Machine, Mode, Round, WriteError, head, json};

pub use row::{Beside, Part, Required, Row, Where};

/// Within which margin a scenario may be slower: 3 %.
pub const MARGIN: f64 = 0.03;

/// Slices of one cell, in nanoseconds per operation: by process, then by round.
pub type Samples = Vec<Vec<f64>>;

/// What was measured of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Where most of what it spends its time in lives.
    pub lives_in: Where,
    /// How many times faster it must be; `None` where it must not be slower.
    pub required: Option<Required>,
    /// Operations in one run.
    pub operations: u64,
    /// All of it.
    pub whole: Beside<Samples>,
    /// The part that is doeff's and the program's own Python; `None` where it cannot run without a machine.
    pub python: Option<Beside<Samples>>,
}

/// What was measured, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When it began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// How thorough it was.
    pub mode: Mode,
    /// Where it ran.
    pub machine: Machine,
    /// `sys.version` of the interpreter.
    pub python: String,
    /// Revision of the sources of this program, and of our wheel where it was built for the run; null when unknown.
    pub revision: Option<String>,
    /// What each wheel says of itself, and the versions of doeff.
    pub wheels: Beside<String>,
    /// The file of our wheel.
    pub wheel: FileHash,
    /// Seed of the random order, and of the resampling.
    pub seed: u64,
    /// The rounds that took place.
    pub rounds: Vec<Round>,
    /// What was measured in them.
    pub scenarios: Vec<Scenario>,
}

/// The table of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Doeff {
    /// The version of this layout.
    pub schema: Schema,
    /// A row for each scenario.
    pub rows: Vec<Row>,
    /// How noisy the machine was.
    pub noise: Noise,
    /// What the rows are drawn from.
    pub run: Run,
}

/// The versions of the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first layout.
    #[default]
    #[serde(rename = "doeff-vm/doeff/1")]
    V1,
}

impl Doeff {
    /// Draws the table from what was measured.
    ///
    /// # Errors
    /// When a scenario has slices of fewer than two processes, or one without a time.
    pub fn of(run: Run) -> Result<Self, NestedError> {
        let resampling = Resampling::seeded(run.seed);
        let mut rows = run
            .scenarios
            .iter()
            .map(|scenario| Row::of(scenario, &resampling))
            .collect::<Result<Vec<_>, _>>()?;
        let times: Vec<_> = rows.iter().map(|row| (row.time(), MARGIN)).collect();
        for (row, judgement) in rows.iter_mut().zip(judge(&times)) {
            row.judgement = Some(judgement);
        }
        let rounds: Vec<_> = run.rounds.iter().map(head::round).collect();
        Ok(Self {
            schema: Schema::V1,
            rows,
            noise: Noise::of(&rounds),
            run,
        })
    }

    /// What is not as it must be, a line for each row and reason.
    pub fn problems(&self) -> Vec<String> {
        self.rows.iter().flat_map(Row::problems).collect()
    }

    /// The table as Markdown, with what to know of it.
    pub fn to_markdown(&self) -> String {
        markdown::page(self)
    }

    /// The record as indented JSON with a final newline.
    ///
    /// # Panics
    /// Never: no map in it has other keys than strings.
    pub fn to_json(&self) -> String {
        json::pretty(self)
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }

    /// Writes `doeff.json` and `doeff.md` into a folder, which is made if need be.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), WriteError> {
        let files = [
            ("doeff.json", self.to_json()),
            ("doeff.md", self.to_markdown()),
        ];
        json::write_into(folder, &files)
    }
}
