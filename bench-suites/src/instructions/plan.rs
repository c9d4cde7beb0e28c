//! What is counted: workloads, parameters and sizes.

use anyhow::Result;
use doeff_reports::Params;
use pyo3::prelude::*;

use crate::workload::Workload;

/// The sizes of most workloads.
const SIZES: [u64; 2] = [500, 2_500];
/// The garbage collector runs in these, and more rarely the longer they are.
const NONTAIL_SIZES: [u64; 2] = [2_000, 22_000];

/// One case of a workload, counted at two sizes.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) workload: String,
    pub(super) params: Params,
    pub(super) params_index: usize,
    pub(super) sizes: [u64; 2],
    operations: u64,
}

impl Row {
    /// How it is called.
    pub(super) fn label(&self) -> String {
        if self.params.is_empty() {
            self.workload.clone()
        } else {
            format!("{} ({})", self.workload, self.params)
        }
    }

    /// What an operation costs, given the totals at the two sizes.
    #[expect(clippy::cast_precision_loss)] // Far below 2^52.
    pub(super) fn per_operation(&self, small: u64, large: u64) -> f64 {
        (large as f64 - small as f64) / self.operations as f64
    }
}

/// All rows.
pub(super) fn rows(py: Python<'_>, workloads: &[Workload]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for workload in workloads {
        let name = workload.source().name();
        let sizes = if name == "resume_nontail" {
            NONTAIL_SIZES
        } else {
            SIZES
        };
        for (params_index, params) in workload.params().iter().enumerate() {
            let operations =
                |size| -> Result<u64> { Ok(workload.case(py, params_index, size)?.operations) };
            let operations = operations(sizes[1])? - operations(sizes[0])?;
            rows.push(Row {
                workload: name.to_owned(),
                params: params.clone(),
                params_index,
                sizes,
                operations,
            });
        }
    }
    Ok(rows)
}
