//! Running what is exact, and reading what it wrote.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use doeff_reports::gate::{Found, read_instructions};

use crate::process::program;

/// The bench targets of the gate, each with the record that it writes.
const BENCHES: [(&str, &str); 1] = [("instructions", "instructions.json")];

/// A run of everything that is exact, in some tree.
pub(super) struct Measurement<'a> {
    /// The tree.
    pub(super) root: &'a Path,
    /// Where build products go, where that is not the usual place.
    pub(super) target: Option<PathBuf>,
    pub(super) full: bool,
    /// Only these, if any are named.
    pub(super) workloads: &'a [String],
}

impl Measurement<'_> {
    /// Runs it. What failed is told, a line each; that a ceiling is broken is one of the reasons.
    pub(super) fn run(&self, output: &Path) -> Result<Vec<String>> {
        let mut failures = Vec::new();
        for (target, record) in BENCHES {
            remove(&output.join(record))?; // an older one must not pass for this one's
            eprintln!("\n== cargo bench --bench {target}");
            let mut words: Vec<OsString> = ["bench", "--bench", target, "--", "--output"]
                .map(Into::into)
                .into();
            words.push(output.into());
            if !self.full {
                words.push("--quick".into());
            }
            for workload in self.workloads {
                words.extend(["--workload".into(), workload.into()]);
            }
            let mut command = program("cargo", words, self.root).stdout_to_stderr();
            if let Some(target) = &self.target {
                command = command.env("CARGO_TARGET_DIR", target);
            }
            let ended = command.unchecked().run()?;
            if !ended.status.success() {
                failures.push(format!(
                    "cargo bench --bench {target} failed: {}",
                    ended.status
                ));
            }
        }
        Ok(failures)
    }

    /// What a run wrote into a folder. Every record has to be there.
    pub(super) fn read(&self, folder: &Path) -> Result<Found> {
        let counts = read_instructions(&folder.join("instructions.json"))?;
        let mut found = Found::of(&counts);
        found.only = self.workloads.to_vec();
        Ok(found)
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
