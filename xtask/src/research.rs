//! The bench target that does the measuring for `sweep` and `profile`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::program;
use crate::workspace::Workspace;

/// Its name.
const TARGET: &str = "research";

/// The command line of its part that runs one case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The built program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
}

/// What Cargo says of something that it has built.
#[derive(Deserialize)]
struct Message {
    target: Option<Named>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Builds it; the path of the program.
///
/// # Errors
/// When it does not build.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let args = [
        "bench",
        "--bench",
        TARGET,
        "--no-run",
        "--message-format=json-render-diagnostics",
    ];
    let messages = program("cargo", args, &workspace.root)
        .read()
        .with_context(|| format!("cannot build the bench target {TARGET}"))?;
    executable(&messages).with_context(|| format!("Cargo does not say where {TARGET} is"))
}

fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().map(serde_json::from_str::<Message>);
    let mut built = messages.filter_map(|message| {
        let Message { target, executable } = message.ok()?;
        (target?.name == TARGET).then_some(executable).flatten()
    });
    built.next_back()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::executable;

    #[test]
    fn the_program_is_found_among_what_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"research"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"compare"},"executable":"/target/compare"}
{"reason":"compiler-artifact","target":{"name":"research"},"executable":"/target/research"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            executable(messages).as_deref(),
            Some(Path::new("/target/research"))
        );
        assert_eq!(executable(""), None);
    }
}
