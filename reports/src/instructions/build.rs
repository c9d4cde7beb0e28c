//! What decides how many instructions there are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Versions;

/// What decides how many instructions there are. All but the versions is the key that records are kept by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The versions of what ran; of these, only the compiler's is a part of the key.
    pub versions: Versions,
    /// SHA-256 of the interpreter's library, in hexadecimal.
    pub libpython_sha256: String,
    /// SHA-256 of `Cargo.lock`, in hexadecimal.
    pub lock_sha256: String,
    /// SHA-256 of [`profile`](Self::profile), in hexadecimal.
    pub profile_sha256: String,
    /// How the compiler was told to optimise: the target, its features, the crate's, and the profiles of
    /// `Cargo.toml`.
    pub profile: String,
    /// Version of valgrind.
    pub valgrind: String,
    /// Version of Gungraun, which runs valgrind.
    pub gungraun: String,
    /// Name, version and SHA-256 of the C library, whose functions the interpreter calls.
    pub libc: String,
}

impl Build {
    /// The interpreter as records of the floor are kept by: its version and what its library is.
    pub fn interpreter(&self) -> String {
        let version = self.versions.python.split_whitespace().next();
        let hash: String = self.libpython_sha256.chars().take(16).collect();
        format!("CPython {} {hash}", version.unwrap_or_default())
    }
}
