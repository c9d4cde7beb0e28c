//! Repositories for tests.

use std::fs;
use std::path::Path;

use crate::process::program;

/// Runs git in a folder; what it says.
pub(crate) fn git(root: &Path, words: &[&str]) -> String {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
    let said = program("git", [&identity, words].concat(), root).read();
    said.unwrap_or_else(|error| panic!("{error}"))
}

/// Makes a folder a repository, whose branch is `main`.
pub(crate) fn init(root: &Path) {
    git(root, &["init", "--quiet", "--initial-branch=main"]);
}

/// Commits a file with this text, which is the message too; the commit.
pub(crate) fn commit(root: &Path, file: &str, text: &str) -> String {
    fs::write(root.join(file), text).expect("the folder is writable");
    git(root, &["add", file]);
    git(
        root,
        &["commit", "--quiet", "--no-verify", "--message", text],
    );
    git(root, &["rev-parse", "HEAD"])
}
