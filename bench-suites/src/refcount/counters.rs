//! What this process has of memory at one moment.

use std::fs;

use pyo3::prelude::*;

use crate::memory::measure::Snapshot;

/// What was counted. To take it leaves nothing behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counters {
    /// `sys.getallocatedblocks()`.
    blocks: i64,
    snapshot: Snapshot,
    /// Pages in memory.
    resident: i64,
}

/// What is judged, by its name.
pub(super) const NAMES: [&str; 5] = [
    "sys.getallocatedblocks()",
    "bytes of Python's raw domain",
    "bytes of Python's mem domain",
    "bytes of Python's obj domain",
    "bytes of Rust's allocator",
];

impl Counters {
    /// What there is now.
    ///
    /// # Errors
    /// What Python raises when it is asked for its blocks.
    pub(super) fn take(py: Python<'_>) -> PyResult<Self> {
        let resident = resident_bytes();
        let sys = py.import("sys")?;
        let blocks = sys.call_method0("getallocatedblocks")?.extract()?;
        Ok(Self {
            blocks,
            snapshot: Snapshot::take(),
            resident,
        })
    }

    /// What there is more of than there was, in the order of [`NAMES`].
    pub(super) fn since(&self, before: &Self) -> [i64; 5] {
        let [raw, mem, obj] = [0, 1, 2].map(|domain: usize| {
            self.snapshot.domains[domain].bytes - before.snapshot.domains[domain].bytes
        });
        [
            self.blocks - before.blocks,
            raw,
            mem,
            obj,
            self.snapshot.rust.bytes - before.snapshot.rust.bytes,
        ]
    }

    /// How many bytes more are in memory.
    pub(super) fn resident_since(&self, before: &Self) -> i64 {
        self.resident - before.resident
    }
}

/// The bytes of this process that are in memory, as Linux says; 0 where it does not.
fn resident_bytes() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
    kilobytes.unwrap_or(0_i64) * 1024
}

#[cfg(test)]
mod tests {
    use super::resident_bytes;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_in_memory() {
        assert!(resident_bytes() > 100_000);
    }
}
