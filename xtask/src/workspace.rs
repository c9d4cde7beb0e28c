//! Where things are.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::program;

/// The folders of this workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where build products go.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks Cargo, which knows every way in which the target folder can be set.
    pub(crate) fn find() -> Result<Self> {
        let here = env::current_dir().context("cannot tell the current folder")?;
        let args = ["metadata", "--no-deps", "--format-version=1"];
        let metadata = program("cargo", args, &here)
            .read()
            .context("cannot read the workspace; run `cargo xtask` inside the repository")?;
        serde_json::from_str(&metadata).context("cannot understand `cargo metadata`")
    }
}
