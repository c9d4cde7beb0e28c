//! The figures, as tables and as JSON.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use doeff_reports::{Machine, Versions};
use pyo3::Python;
use serde::Serialize;

use super::survey::{Kind, Owner};
use crate::{python, record};

/// All figures of a run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    created: String,
    machine: Machine,
    versions: Versions,
    /// Parts of a structure, steps of a loop.
    size: u64,
    pub(super) structures: Vec<Structure>,
    pub(super) growth: Vec<Growth>,
    pub(super) requests: Vec<Requests>,
}

/// What one part of a structure needs, in bytes requested.
#[derive(Debug, Serialize)]
pub(super) struct Structure {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// Of Rust's allocator.
    pub(super) rust: f64,
    /// Of Python's, beyond what the plain generators need.
    pub(super) python_ours: f64,
    /// What the plain generators need.
    pub(super) python_own: f64,
    /// The first two together.
    pub(super) ours: f64,
    /// The most that this may be.
    pub(super) ceiling: Option<f64>,
    pub(super) parts: Vec<Part>,
}

/// Blocks of which every part of a structure has some.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    #[serde(flatten)]
    kind: Kind,
    blocks: f64,
    bytes: f64,
}

/// How much more is alive at the end of a longer loop than at that of a shorter one, in bytes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Growth {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) rust: i64,
    pub(super) python: i64,
}

/// How many requests one step of a loop makes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Requests {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) rust: f64,
    pub(super) raw: f64,
    pub(super) mem: f64,
    pub(super) obj: f64,
}

impl Part {
    /// `None` for what is not there once for each part, nearly.
    pub(super) fn of(kind: Kind, blocks: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss)] // no block is that large
        let bytes = blocks * kind.size as f64;
        let seldom = blocks.abs() < 0.01;
        (!seldom).then_some(Self {
            kind,
            blocks,
            bytes,
        })
    }
}

impl Structure {
    fn holds(&self) -> bool {
        self.ceiling.is_none_or(|ceiling| self.ours <= ceiling)
    }

    /// What is in blocks too large to be counted by size.
    fn larger(&self) -> f64 {
        let rust = self
            .parts
            .iter()
            .filter(|part| part.kind.owner == Owner::Rust);
        self.rust - rust.map(|part| part.bytes).sum::<f64>()
    }
}

impl Growth {
    fn holds(&self) -> bool {
        (self.rust, self.python) == (0, 0)
    }
}

impl Report {
    /// One without figures so far.
    pub(super) fn new(py: Python<'_>, size: u64) -> Result<Self> {
        Ok(Self {
            created: record::now(),
            machine: record::machine(),
            versions: record::versions(py, python::workspace())?,
            size,
            structures: Vec::new(),
            growth: Vec::new(),
            requests: Vec::new(),
        })
    }

    /// The figures that are above their ceilings.
    pub(super) fn above(&self) -> Vec<String> {
        let structures = self.structures.iter().filter_map(|structure| {
            let (what, ours) = (structure.what, structure.ours);
            let ceiling = structure.ceiling.filter(|_| !structure.holds())?;
            Some(format!(
                "a {what} needs {} bytes of ours, of {ceiling}",
                figure(ours)
            ))
        });
        let growth = self.growth.iter().filter(|growth| !growth.holds());
        let growth = growth.map(|growth| {
            let Growth {
                what,
                from,
                to,
                rust,
                python,
                ..
            } = growth;
            format!("{what} grows by {rust} + {python} bytes from {from} to {to} steps")
        });
        structures.chain(growth).collect()
    }

    /// Writes `heap.json`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join("heap.json");
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Bytes requested for each of {} parts:\n", self.size)?;
        let rows = self.structures.iter().map(|structure| {
            vec![
                structure.what.to_owned(),
                figure(structure.rust),
                figure(structure.python_ours),
                figure(structure.python_own),
                figure(structure.ours),
                structure
                    .ceiling
                    .map(|ceiling| ceiling.to_string())
                    .unwrap_or_default(),
                structure
                    .ceiling
                    .map(|_| verdict(structure.holds()))
                    .unwrap_or_default(),
            ]
        });
        let header = [
            "",
            "Rust",
            "Python, ours",
            "Python's own",
            "ours",
            "at most",
            "holds",
        ];
        writeln!(f, "{}\n", table(&header, rows))?;

        writeln!(f, "What they consist of, from 0.01 blocks each:\n")?;
        let rows = self.structures.iter().flat_map(|structure| {
            let parts = structure.parts.iter().map(|part| {
                let owner = match part.kind.owner {
                    Owner::Rust => "Rust",
                    Owner::Ours => "Python, ours",
                    Owner::Python => "Python's own",
                };
                [
                    owner.to_owned(),
                    part.kind.what.clone(),
                    part.kind.size.to_string(),
                    figure(part.blocks),
                    figure(part.bytes),
                ]
            });
            let larger = structure.larger();
            let larger = (larger.abs() >= 0.005).then(|| {
                let [owner, what, empty] = ["Rust", "larger blocks", ""].map(str::to_owned);
                [owner, what, empty.clone(), empty, figure(larger)]
            });
            let what = [structure.what.to_owned()];
            parts
                .chain(larger)
                .map(move |part| [&what[..], &part[..]].concat())
        });
        let header = ["", "requested by", "what", "size", "blocks", "bytes"];
        writeln!(f, "{}\n", table(&header, rows))?;

        writeln!(f, "Growth from one loop to a longer one, in bytes:\n")?;
        let rows = self.growth.iter().map(|growth| {
            vec![
                growth.what.to_owned(),
                growth.from.to_string(),
                growth.to.to_string(),
                growth.rust.to_string(),
                growth.python.to_string(),
                verdict(growth.holds()),
            ]
        });
        let header = ["", "from", "to", "Rust", "Python", "holds"];
        writeln!(f, "{}\n", table(&header, rows))?;

        writeln!(f, "Requests to the allocators for each step of a loop:\n")?;
        let rows = self.requests.iter().map(|requests| {
            let counts = [requests.rust, requests.raw, requests.mem, requests.obj].map(figure);
            [vec![requests.what.to_owned()], counts.to_vec()].concat()
        });
        let header = ["", "Rust", "Python raw", "Python mem", "Python obj"];
        write!(f, "{}", table(&header, rows))
    }
}

pub(crate) fn figure(number: f64) -> String {
    let text = format!("{number:.2}");
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        text
    }
}

fn verdict(holds: bool) -> String {
    if holds { "yes" } else { "NO" }.to_owned()
}

pub(crate) fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_header(header)
        .add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{Growth, Structure};

    fn structure(ours: f64, ceiling: Option<f64>) -> Structure {
        Structure {
            name: "s",
            what: "part",
            rust: ours,
            python_ours: 0.0,
            python_own: 1_000.0,
            ours,
            ceiling,
            parts: Vec::new(),
        }
    }

    #[test]
    fn a_ceiling_may_be_reached_and_not_passed() {
        assert!(structure(40.0, Some(40.0)).holds());
        assert!(!structure(40.01, Some(40.0)).holds());
        assert!(structure(40.01, None).holds());
    }

    #[test]
    fn a_loop_may_not_grow_by_a_byte_on_either_side() {
        let growth = |rust, python| Growth {
            name: "l",
            what: "loop",
            from: 1,
            to: 10,
            rust,
            python,
        };
        assert!(growth(0, 0).holds());
        assert!(!growth(1, 0).holds() && !growth(0, 1).holds() && !growth(1, -1).holds());
    }
}
