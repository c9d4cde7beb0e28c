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
