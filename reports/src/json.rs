//! Records and their schemas as JSON, and into which file they go.

use std::fs;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::WriteError;
use crate::write::replace;

/// A record as indented JSON with a final newline.
///
/// # Panics
/// When a map in it has other keys than strings, which no record has.
pub(crate) fn pretty(record: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(record).expect("a record has string keys only");
    text.push('\n');
    text
}

/// The JSON schema of a record, as indented JSON with a final newline.
pub(crate) fn schema<T: JsonSchema>() -> String {
    pretty(&schemars::schema_for!(T))
}

/// Writes files, each a name and its content, into `dir`, which is made if need be. Each is replaced in one step.
pub(crate) fn write_into(dir: &Path, files: &[(&str, String)]) -> Result<(), WriteError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |cause| WriteError::Io { path, cause }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    files.iter().try_for_each(|(name, content)| {
        let path = dir.join(name);
        replace(&path, content).map_err(failed(&path))
    })
}
