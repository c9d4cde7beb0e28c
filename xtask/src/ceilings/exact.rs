//! What is exact among the records of the core, for the gate.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use doeff_reports::Engine;
use doeff_reports::gate::{Exact, Kind, Row};

use super::records::{Core, Read as _};
use super::summary::Tally;

/// The record of the core alone.
pub(crate) fn core(path: &Path) -> Result<impl Exact + use<>> {
    Core::read(path)
}

impl Exact for Core {
    fn rows(&self) -> Vec<Row> {
        let ways = self.rows.iter().flat_map(|row| {
            let ways = row.ways().into_iter();
            ways.map(|(way, figures, _)| (format!("the core: {}, {way}", row.name), figures))
        });
        let rows = ways.flat_map(|(label, figures)| {
            let figures = [
                (Kind::Instructions, figures.instructions),
                (Kind::Allocations, figures.allocations),
            ];
            figures.map(|(kind, value)| Row {
                kind,
                suite: "core".to_owned(),
                workload: String::new(),
                label: label.clone(),
                engine: Engine::VM,
                value,
                quick: true,
            })
        });
        rows.collect()
    }

    fn ceilings(&self) -> BTreeMap<String, f64> {
        let rows = self.rows.iter();
        let ceilings = rows.flat_map(|row| {
            let ways = row.ways().into_iter();
            ways.filter_map(|(way, _, ceiling)| {
                let name = format!("the core: {}, {way}, instructions", row.name);
                Some((name, ceiling?))
            })
        });
        ceilings.collect()
    }

    fn broken(&self) -> Vec<String> {
        Tally::of_core(self).broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_takes_both_figures_of_both_ways() {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ceilings/golden/core.json");
        let core = core(&golden).unwrap_or_else(|error| panic!("{error:#}"));
        let rows = core.rows();
        for way in ["directly", "by steps"] {
            for kind in [Kind::Instructions, Kind::Allocations] {
                let label = format!("the core: tail_resume, {way}");
                let mut found = rows
                    .iter()
                    .filter(|row| row.is_of(kind, &label, &Engine::VM));
                assert!(found.next().is_some_and(|row| row.suite == "core"));
                assert!(found.next().is_none(), "{label} is there twice");
            }
        }
        let limit = core
            .ceilings()
            .get("the core: tail_resume, directly, instructions")
            .copied();
        assert_eq!(limit, Some(250.0));
        // One of its rows allocates.
        let broken = core.broken();
        assert!(
            broken
                .iter()
                .any(|line| line.contains("allocations per operation")),
            "{broken:?}"
        );
    }
}
