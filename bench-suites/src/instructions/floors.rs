//! What the floor has cost, interpreter by interpreter: a committed file, whose figures may only go
//! down.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use doeff_reports::instructions::Floor;
use serde::{Deserialize, Serialize};

use crate::python;

/// The file's contents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Records {
    schema: Schema,
    /// By interpreter, then by workload with its parameters, in instructions per operation.
    interpreters: BTreeMap<String, BTreeMap<String, f64>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Schema {
    #[default]
    #[serde(rename = "doeff-vm/floors/1")]
    V1,
}

fn path() -> PathBuf {
    python::workspace().join("bench-suites/floors.json")
}

impl Records {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, or is not such a file.
    pub(super) fn read() -> Result<Self> {
        let path = path();
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is broken", path.display()))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self) -> Result<()> {
        let path = path();
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// What is recorded.
    pub(super) fn get(&self, interpreter: &str, label: &str) -> Option<f64> {
        self.interpreters.get(interpreter)?.get(label).copied()
    }

    /// Records these floors, to a tenth of an instruction.
    pub(super) fn accept(&mut self, interpreter: &str, floors: &[Floor]) {
        let of_interpreter = self.interpreters.entry(interpreter.to_owned()).or_default();
        for floor in floors {
            let count = (floor.count * 10.0).round() / 10.0;
            of_interpreter.insert(floor.label(), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use doeff_reports::Params;
    use doeff_reports::instructions::Floor;

    use super::Records;

    #[test]
    fn the_committed_file_can_be_read() {
        Records::read().expect("it is there and whole");
    }

    #[test]
    fn what_is_accepted_is_recorded_for_that_interpreter_alone() {
        let mut records = Records::default();
        let floor = Floor {
            workload: "resume_churn".to_owned(),
            params: Params::default(),
            count: 2_343.04,
            limit: None,
            recorded: None,
        };
        records.accept("CPython 3.11.7 0123", &[floor]);
        assert_eq!(
            records.get("CPython 3.11.7 0123", "resume_churn"),
            Some(2_343.0)
        );
        assert_eq!(records.get("CPython 3.11.7 0123", "runs"), None);
        assert_eq!(records.get("CPython 3.12.1 4567", "resume_churn"), None);
    }
}
