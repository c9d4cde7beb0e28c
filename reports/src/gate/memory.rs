//! What the gate takes from the records of memory.

use std::collections::BTreeMap;

use super::{Exact, Kind, Row};
use crate::{Allocations, Engine, Mode, Refcounts};

impl Exact for Allocations {
    fn rows(&self) -> Vec<Row> {
        let engines = [Engine::VM, Engine::FLOOR];
        // What does not repeat is not exact. A baseline that has it asks for it.
        let exact = self
            .rows
            .iter()
            .filter(|row| row.repeats && engines.contains(&row.engine));
        let rows = exact.flat_map(|row| {
            let domains = [
                ("Rust", row.rust),
                ("Python, raw", row.raw),
                ("Python, mem", row.mem),
                ("Python, obj", row.obj),
            ];
            domains.map(|(domain, figure)| Row {
                kind: Kind::Allocations,
                suite: "heap".to_owned(),
                workload: row.workload.clone(),
                label: format!("{}, {domain}", row.label()),
                engine: row.engine.clone(),
                value: figure.per_operation,
                quick: true,
            })
        });
        rows.collect()
    }

    fn ceilings(&self) -> BTreeMap<String, f64> {
        BTreeMap::new()
    }

    fn broken(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Exact for Refcounts {
    fn rows(&self) -> Vec<Row> {
        let rows = self.rows.iter().map(|row| {
            let wrong = row.leaking().count() + row.failures.len();
            #[expect(clippy::cast_precision_loss)] // there are some tens
            let wrong = wrong as f64;
            Row {
                kind: Kind::Leaks,
                suite: "refcount".to_owned(),
                workload: row.workload.clone(),
                label: format!("{}, {}", row.label(), row.ending),
                engine: row.engine.clone(),
                value: wrong,
                quick: self.mode == Mode::Quick,
            }
        });
        rows.collect()
    }

    fn ceilings(&self) -> BTreeMap<String, f64> {
        BTreeMap::new()
    }

    /// No leak is allowed, whatever was committed.
    fn broken(&self) -> Vec<String> {
        self.clone().judged().leaks
    }
}
