//! Which lines of Python the time goes to, by py-spy.
//!
//! It reads the interpreter's own stack of Python frames from outside, so what native code does is counted for the
//! line that called it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{Profile, Stacks};
use crate::process::program;
use crate::python::Venv;
use crate::research::Case;
use crate::workspace::Workspace;

/// The package, in the version that is meant.
const PACKAGE: &str = "py-spy==0.4.3";

/// Samples per second.
const RATE: &str = "500";

/// Where no Python function runs: the machine itself, and what it calls.
const NATIVE: &str = "[no Python]";

/// What modules are imported through, which the runs do not do.
const IMPORT: &str = "<frozen importlib";

/// Runs the case under py-spy.
pub(super) fn record(workspace: &Workspace, case: &Case, files: &Path) -> Result<Profile> {
    let spy = install(workspace)?;
    let raw = files.join("raw");
    let mut words: Vec<OsString> = ["record", "--format", "raw", "--rate", RATE, "--output"]
        .map(Into::into)
        .into();
    words.extend([raw.clone().into(), "--".into(), case.program.clone().into()]);
    words.extend(case.args.iter().cloned());
    program(spy, words, files)
        .run()
        .context("py-spy cannot look into another process here")?;
    let text = fs::read_to_string(&raw).context("py-spy has written nothing")?;
    profile(&text)
}

/// The samples in what py-spy has written.
fn profile(text: &str) -> Result<Profile> {
    let all = Stacks::parse(text).context("cannot understand what py-spy says")?;
    let stacks = all
        .renamed("", NATIVE)
        .without(|name| name.contains(IMPORT));
    if stacks.total() == 0 {
        bail!("py-spy took no sample of the runs; let it run for longer");
    }
    let note = format!(
        "{RATE} samples per second, without those of imports: {} of {}. {NATIVE} is native code that no \
         Python function called.",
        stacks.total(),
        all.total()
    );
    Ok(Profile {
        stacks,
        unit: "samples",
        note,
    })
}

/// Installs py-spy in an environment of its own, unless it is there; its path.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace
        .target
        .join("tools")
        .join(PACKAGE.replace("==", "-"));
    let spy = folder.join("bin/py-spy");
    if spy.exists() {
        return Ok(spy);
    }
    let python = Venv::of(workspace)?.base.executable;
    let make = [
        "-m".into(),
        "venv".into(),
        "--clear".into(),
        folder.clone().into(),
    ];
    program(python, make.map(|word: OsString| word), &workspace.root)
        .stdout_to_stderr()
        .run()
        .context("cannot make an environment for py-spy")?;
    let install = "-P -m pip --quiet --disable-pip-version-check install --no-deps";
    let install = install.split(' ').chain([PACKAGE]);
    program(folder.join("bin/python"), install, &workspace.root)
        .stdout_to_stderr()
        .run()
        .with_context(|| format!("cannot install {PACKAGE}"))?;
    Ok(spy)
}

#[cfg(test)]
mod tests {
    use super::profile;

    #[test]
    fn imports_are_left_out_and_native_code_has_a_name() {
        let text = "answer (resume_churn.py:46) 35\n 128\n\
                    _load (<frozen importlib._bootstrap>:1176);<module> (doeff_vm/__init__.py:7) 2\n";
        let profile = profile(text).expect("there are samples");
        assert_eq!(
            profile.stacks.to_string(),
            "[no Python] 128\nanswer (resume_churn.py:46) 35\n"
        );
        assert!(profile.note.contains("163 of 165"), "{}", profile.note);
        assert!(super::profile("").is_err());
    }
}
