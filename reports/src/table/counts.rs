//! What was counted beside the times.

use std::collections::BTreeMap;

use super::Group;
use crate::{Engine, Folder};

/// What one operation of an engine needs, by count. Counts do not depend on the size: they are differences of two.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Instructions.
    pub instructions: Option<f64>,
    /// Requests to all allocators, Rust's and Python's.
    pub allocations: Option<f64>,
    /// Bytes that stay when the run has ended.
    pub bytes_kept: Option<f64>,
}

/// The counts of each engine in a group.
pub(super) fn of(folder: &Folder, group: &Group, engines: &[Engine]) -> BTreeMap<Engine, Counts> {
    let all = engines.iter().map(|engine| {
        let allocated = folder.allocations.as_ref();
        let allocated = allocated.and_then(|all| all.row(&group.workload, &group.params, engine));
        let counts = Counts {
            instructions: instructions(folder, group, engine),
            allocations: allocated.map(crate::allocations::Row::requests),
            bytes_kept: allocated.map(|row| row.kept.per_operation),
        };
        (engine.clone(), counts)
    });
    all.filter(|(_, counts)| *counts != Counts::default())
        .collect()
}

fn instructions(folder: &Folder, group: &Group, engine: &Engine) -> Option<f64> {
    let mut costs = folder.instructions.as_ref()?.costs.iter();
    // A cost over a parameter is that of another operation.
    let cost = costs.find(|cost| {
        cost.over == "size"
            && cost.workload == group.workload
            && cost.params == group.params
            && cost.operation == group.operation
    })?;
    cost.count(engine)
}
