//! Copies of a part of the workspace, to be built by themselves or changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use crate::workspace::Workspace;

/// The machine, which depends on no other crate of ours.
pub(crate) const CORE: &str = "vm/core";

/// A workspace of some members only, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) root: PathBuf,
}

impl Scratch {
    /// Makes the folder `name` in the target folder anew, with these members in it. What was built
    /// there before is kept.
    pub(crate) fn make(workspace: &Workspace, name: &str, members: &[&str]) -> Result<Self> {
        let root = workspace.target.join(name);
        for member in members {
            let copy = root.join(member);
            if copy.exists() {
                fs::remove_dir_all(&copy)
                    .with_context(|| format!("cannot remove {}", copy.display()))?;
            }
            copy_tree(&workspace.root.join(member), &copy)?;
        }
        let manifest = read(&workspace.root.join("Cargo.toml"))?;
        write(&root.join("Cargo.toml"), &trimmed(&manifest, members)?)?;
        write(
            &root.join("Cargo.lock"),
            &read(&workspace.root.join("Cargo.lock"))?,
        )?;
        Ok(Self { root })
    }
}

/// The manifest of a workspace with these members only.
fn trimmed(manifest: &str, members: &[&str]) -> Result<String> {
    let mut table: Table = toml::from_str(manifest).context("cannot parse Cargo.toml")?;
    let workspace = table
        .get_mut("workspace")
        .and_then(Value::as_table_mut)
        .context("Cargo.toml has no [workspace]")?;
    let members = members.iter().map(|member| Value::from(*member)).collect();
    workspace.insert("members".to_owned(), Value::Array(members));
    workspace.remove("default-members");
    Ok(table.to_string())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &copy)?;
        } else {
            fs::copy(entry.path(), &copy)
                .with_context(|| format!("cannot write {}", copy.display()))?;
        }
    }
    Ok(())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a text file.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nmembers = [\"a\", \"b\", \"c\"]\ndefault-members = [\"c\"]\n\n\
                            [workspace.package]\nedition = \"2024\"\n";

    #[test]
    fn a_manifest_keeps_all_but_the_other_members() {
        let text = trimmed(MANIFEST, &["a"]).expect("it is a workspace's");
        let table: Table = toml::from_str(&text).expect("it is a manifest");
        let workspace = table["workspace"].as_table().expect("a table");
        assert_eq!(workspace["members"], Value::Array(vec!["a".into()]));
        assert!(!workspace.contains_key("default-members"));
        assert_eq!(workspace["package"]["edition"], "2024".into());
        assert!(trimmed("[package]\n", &["a"]).is_err());
    }

    #[test]
    fn what_was_removed_is_gone_from_the_copy_and_what_was_built_stays() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let workspace = Workspace {
            root: folder.path().join("root"),
            target: folder.path().join("target"),
        };
        let source = workspace.root.join("a/src");
        fs::create_dir_all(&source).expect("the folder is writable");
        for (path, text) in [
            ("Cargo.toml", MANIFEST),
            ("Cargo.lock", ""),
            ("a/src/lib.rs", "1"),
            ("a/src/old.rs", "2"),
        ] {
            write(&workspace.root.join(path), text).expect("the folder is writable");
        }
        let scratch = Scratch::make(&workspace, "s", &["a"]).expect("all is there");
        let built = scratch.root.join("target");
        fs::create_dir_all(&built).expect("the folder is writable");
        fs::remove_file(source.join("old.rs")).expect("it is there");
        let again = Scratch::make(&workspace, "s", &["a"]).expect("all is there");
        assert!(again.root.join("a/src/lib.rs").exists() && built.exists());
        assert!(!again.root.join("a/src/old.rs").exists());
    }
}
