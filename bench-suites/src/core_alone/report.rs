//! The figures, as a table and as JSON.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use doeff_reports::Machine;
use serde::Serialize;

use super::cases::Case;
use crate::{python, record};

/// All figures of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    created: String,
    machine: Machine,
    rustc: &'static str,
    git_revision: Option<String>,
    rows: Vec<Row>,
}

/// What one operation of a case costs.
#[derive(Debug, Serialize)]
pub struct Row {
    name: &'static str,
    what: &'static str,
    direct: Figures,
    steps: Figures,
    /// The most instructions that it may take directly.
    ceiling: Option<f64>,
}

/// What one operation costs, one way.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// The least of all samples.
    pub ns: f64,
    /// Instructions.
    pub instructions: f64,
    /// Blocks requested in the steady state, which must be none.
    pub allocations: f64,
    /// The most bytes that a run has alive at once.
    pub peak_bytes: u64,
}

impl Row {
    /// The figures of a case.
    pub fn new(case: &Case, [direct, steps]: [Figures; 2]) -> Self {
        Self {
            name: case.name,
            what: case.what,
            direct,
            steps,
            ceiling: case.ceiling,
        }
    }

    fn ways(&self) -> [(&'static str, &Figures); 2] {
        [("directly", &self.direct), ("by steps", &self.steps)]
    }

    /// The figures that are above their ceilings.
    fn above(&self) -> Vec<String> {
        let name = self.name;
        let instructions = self.direct.instructions;
        let slow = self.ceiling.filter(|&ceiling| instructions > ceiling);
        let slow = slow
            .map(|ceiling| format!("{name} takes {instructions:.1} instructions, of {ceiling}"));
        let ways = self.ways().into_iter();
        let allocating = ways.filter(|(_, figures)| figures.allocations != 0.0);
        let allocating = allocating.map(|(way, figures)| {
            let allocations = figures.allocations;
            format!("{name}, {way}, allocates {allocations} times per operation, of 0")
        });
        slow.into_iter().chain(allocating).collect()
    }
}

impl Report {
    /// The report of these figures.
    pub fn new(rows: Vec<Row>) -> Self {
        Self {
            created: record::now(),
            machine: record::machine(),
            rustc: env!("DOEFF_BENCH_RUSTC_VERSION"),
            git_revision: record::git_revision(python::workspace()),
            rows,
        }
    }

    /// The figures that are above their ceilings.
    pub fn above(&self) -> Vec<String> {
        self.rows.iter().flat_map(Row::above).collect()
    }

    /// Writes `core.json`; without a folder, into `reports/latest` of the workspace.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: Option<&Path>) -> Result<()> {
        let latest = python::workspace().join("reports/latest");
        let folder = folder.unwrap_or(&latest);
        let path = folder.join("core.json");
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header([
            "case",
            "operation",
            "way",
            "ns, least",
            "instructions",
            "at most",
            "allocations",
            "bytes, most",
        ]);
        for row in &self.rows {
            let mut ceiling = row.ceiling.map(|ceiling| ceiling.to_string());
            for (way, figures) in row.ways() {
                table.add_row([
                    row.name.to_owned(),
                    row.what.to_owned(),
                    way.to_owned(),
                    format!("{:.1}", figures.ns),
                    format!("{:.1}", figures.instructions),
                    ceiling.take().unwrap_or_default(),
                    figures.allocations.to_string(),
                    figures.peak_bytes.to_string(),
                ]);
            }
        }
        for column in table.column_iter_mut().skip(3) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::CASES;
    use super::{Figures, Row};

    fn figures(instructions: f64, allocations: f64) -> Figures {
        let ns = 1.0;
        Figures {
            ns,
            instructions,
            allocations,
            peak_bytes: 100,
        }
    }

    #[test]
    fn a_ceiling_is_for_the_direct_way_and_may_be_reached() {
        let case = &CASES[0];
        let ceiling = case.ceiling.expect("the first case has one");
        let above = |direct, steps| {
            let row = Row::new(case, [figures(direct, 0.0), figures(steps, 0.0)]);
            row.above().len()
        };
        assert_eq!(above(ceiling, 2.0 * ceiling), 0);
        assert_eq!(above(ceiling + 0.1, 1.0), 1);
    }

    #[test]
    fn no_allocation_is_allowed_either_way() {
        let row = Row::new(&CASES[0], [figures(1.0, 1.0), figures(1.0, 0.5)]);
        let above = row.above();
        assert_eq!(above.len(), 2, "{above:?}");
        assert!(above[1].contains("by steps"), "{above:?}");
    }
}
