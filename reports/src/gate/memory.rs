//! What the gate takes from the records of memory: allocations, and what runs leave behind.

use std::collections::BTreeMap;

use super::{Exact, Kind, Row};
use crate::{Allocations, Refcounts};

/// The bench target that counts allocations.
const HEAP: &str = "heap";

impl Exact for Allocations {
    fn rows(&self) -> Vec<Row> {
        // One that does not repeat is left out, and then missed.
        let counted = self.rows.iter().filter(|row| row.repeats);
        let rows = counted.flat_map(|row| {
            let of = [
                ("Rust's allocator", row.rust),
                ("CPython's raw domain", row.raw),
                ("CPython's mem domain", row.mem),
                ("CPython's obj domain", row.obj),
            ];
            of.map(|(allocator, figure)| Row {
                kind: Kind::Allocations,
                suite: HEAP.to_owned(),
                workload: row.workload.clone(),
                label: format!("{}, {allocator}", row.label()),
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
    /// None: whatever grows at all is a leak.
    fn rows(&self) -> Vec<Row> {
        Vec::new()
    }

    fn ceilings(&self) -> BTreeMap<String, f64> {
        BTreeMap::new()
    }

    fn broken(&self) -> Vec<String> {
        let leaks = self.leaks.iter();
        leaks.map(|leak| format!("a leak: {leak}")).collect()
    }
}
