//! What figures depend on beside the sources.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::instructions::Build;

/// How many hexadecimal digits stand for a key in the name of a file.
const SHORT: usize = 12;

/// What exact figures depend on beside the sources: figures under one key can be compared, and are the same on
/// every machine. Hashes are SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Hash of the interpreter's library.
    pub libpython_sha256: String,
    /// Version of the compiler.
    pub rustc: String,
    /// Hash of `Cargo.lock`.
    pub lock_sha256: String,
    /// Hash of what the compiler is told about optimisation.
    pub profile_sha256: String,
    /// Version of valgrind.
    pub valgrind: String,
    /// Version of Gungraun.
    pub gungraun: String,
    /// Name, version and hash of the C library.
    pub libc: String,
}

impl Key {
    /// The key of what was counted.
    pub fn of(build: &Build) -> Self {
        Self {
            libpython_sha256: build.libpython_sha256.clone(),
            rustc: build.versions.rustc.clone(),
            lock_sha256: build.lock_sha256.clone(),
            profile_sha256: build.profile_sha256.clone(),
            valgrind: build.valgrind.clone(),
            gungraun: build.gungraun.clone(),
            libc: build.libc.clone(),
        }
    }

    /// The key in the name of a file.
    ///
    /// # Panics
    /// Never: all of it is text.
    pub fn short(&self) -> String {
        let text = serde_json::to_string(self).expect("a key is text");
        let mut hash = hex::encode(Sha256::digest(text));
        hash.truncate(SHORT);
        hash
    }

    fn parts(&self) -> [(&'static str, &str); 7] {
        [
            ("the interpreter's library", &self.libpython_sha256),
            ("rustc", &self.rustc),
            ("Cargo.lock", &self.lock_sha256),
            ("the profile", &self.profile_sha256),
            ("valgrind", &self.valgrind),
            ("Gungraun", &self.gungraun),
            ("the C library", &self.libc),
        ]
    }

    /// The parts in which two keys differ, by name.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let pairs = self.parts().into_iter().zip(other.parts());
        let different = pairs.filter(|((_, one), (_, another))| one != another);
        different.map(|((name, _), _)| name).collect()
    }

    /// Whether all is alike that a repository does not choose: the interpreter, valgrind and the C library.
    /// Figures are then near enough to tell how something came about.
    pub fn same_surroundings(&self, other: &Self) -> bool {
        self.libpython_sha256 == other.libpython_sha256
            && self.valgrind == other.valgrind
            && self.libc == other.libc
    }
}
