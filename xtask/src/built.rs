//! The programs of bench targets.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::program;

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

/// Builds a bench target of the workspace at `root`, and does not run it; the path of the program. What is built goes
/// to the folder `target`, or to where Cargo puts it by itself.
///
/// # Errors
/// When it does not build.
pub(crate) fn bench(root: &Path, target: Option<&Path>, name: &str) -> Result<PathBuf> {
    let args = [
        "bench",
        "--bench",
        name,
        "--no-run",
        "--message-format=json-render-diagnostics",
    ];
    let cargo = program("cargo", args, root);
    let cargo = match target {
        Some(target) => cargo.env("CARGO_TARGET_DIR", target),
        None => cargo,
    };
    let messages = cargo
        .read()
        .with_context(|| format!("cannot build the bench target {name}"))?;
    executable(&messages, name).with_context(|| format!("Cargo does not say where {name} is"))
}

fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().map(serde_json::from_str::<Message>);
    let mut built = messages.filter_map(|message| {
        let Message { target, executable } = message.ok()?;
        (target?.name == name).then_some(executable).flatten()
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
            executable(messages, "research").as_deref(),
            Some(Path::new("/target/research"))
        );
        assert_eq!(
            executable(messages, "compare").as_deref(),
            Some(Path::new("/target/compare"))
        );
        assert_eq!(executable("", "compare"), None);
    }
}
