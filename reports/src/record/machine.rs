//! Where a run took place, what ran, and how quiet the machine was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The machine a run took place on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Model name of the processor.
    pub cpu: String,
    /// Logical cores that the run could use.
    pub cores: u32,
    /// Size of the memory in bytes.
    pub memory_bytes: u64,
    /// Operating system and its version.
    pub os: String,
    /// Kernel and its version.
    pub kernel: String,
    /// The least difference that the clock shows, in nanoseconds; null when unknown.
    pub clock_resolution_ns: Option<u64>,
}

/// The versions of what ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// Version of `doeff_vm`.
    pub doeff_vm: String,
    /// `sys.version` of the interpreter that ran, in full.
    pub python: String,
    /// `sys.prefix` of the interpreter that ran.
    pub python_prefix: String,
    /// Version of the Rust compiler.
    pub rustc: String,
    /// Revision of the sources, with `-dirty` appended when files differed from it; null when unknown.
    pub git_revision: Option<String>,
}

/// The very files that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The interpreter's library; null when unknown.
    pub libpython: Option<FileHash>,
    /// Whether the interpreter was built with profile-guided optimisation; null when it does not say.
    pub python_pgo: Option<bool>,
    /// Whether the interpreter was built with link-time optimisation; null when it does not say.
    pub python_lto: Option<bool>,
    /// The wheel that the engine `vm-wheel` installed; null when it did not run.
    pub wheel: Option<FileHash>,
    /// The revisions that were compared, by the engine's name; empty when none were.
    pub revisions: BTreeMap<String, String>,
}

/// A file by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileHash {
    /// Its path, with `~` for the home folder, or its name.
    pub path: String,
    /// SHA-256 of its content, in hexadecimal.
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// How a run was set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Seed of the random order of the measurements.
    pub seed: u64,
    /// The options that choose what is run and for how long, in words, beside those that `mode` and `seed` tell; absent
    /// where they are not known, as in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Vec<String>>,
    /// Further settings, by name.
    #[serde(flatten)]
    pub further: BTreeMap<String, Value>,
}

impl Settings {
    /// The options by which the run was of a part of the workloads, engines or sizes, in the order of their names.
    pub fn narrowed_by(&self) -> BTreeSet<&str> {
        const NARROWING: [&str; 3] = ["--filter", "--engine", "--size"];
        let words = self.arguments.iter().flatten().map(String::as_str);
        words.filter(|word| NARROWING.contains(word)).collect()
    }
}

/// One round: a stretch of slices, and the state of the machine in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Which generation of fresh processes it belongs to, from 0 on.
    pub process: u32,
    /// When it began, in microseconds after the run did.
    pub at_us: u64,
    /// Nanoseconds that the calibration loop took before it: always the same work, so what differs is the machine.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub calibration_ns: f64,
    /// Share of the processors' time in it that the hypervisor gave to others; null when unknown.
    pub steal: Option<f64>,
    /// How often the processor was throttled in it; null when the system does not count that.
    pub throttled: Option<u64>,
    /// Processes that wanted to run at its beginning, as a mean over a minute; null when unknown.
    pub load: Option<f64>,
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short: String = self.sha256.chars().take(12).collect();
        write!(f, "{} (sha256 {short})", self.path)
    }
}
