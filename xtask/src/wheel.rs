//! The wheel: built by maturin, installed into the environment, imported from there.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::cli::WheelArgs;
use crate::python::Venv;
use crate::workspace::Workspace;

/// Fails unless the package and its extension module come from the environment.
const ORIGIN: &str = "xtask/python/origin.py";

/// Builds the wheel for the environment's interpreter into `target/wheels`; its path.
///
/// Cargo's output goes to a folder of its own: an extension module is not linked to libpython, so a build
/// in the common folder would undo the one of `cargo bench` and be undone by it.
pub(crate) fn build(workspace: &Workspace, venv: &Venv, arguments: WheelArgs) -> Result<PathBuf> {
    let wheels = workspace.target.join("wheels");
    fs::create_dir_all(&wheels).with_context(|| format!("cannot make {}", wheels.display()))?;
    let fresh = tempfile::tempdir_in(&wheels)
        .with_context(|| format!("cannot make a folder in {}", wheels.display()))?;
    let maturin = ["-m", "maturin", "build", "--release"].map(OsString::from);
    let places: [(&str, PathBuf); 3] = [
        ("--interpreter", venv.executable()),
        ("--out", fresh.path().to_owned()),
        ("--target-dir", workspace.target.join("maturin")),
    ];
    let places = places
        .into_iter()
        .flat_map(|(option, path)| [option.into(), path.into()]);
    let guided = arguments.pgo.then(|| OsString::from("--pgo"));
    venv.python(maturin.into_iter().chain(guided).chain(places))
        .stdout_to_stderr()
        .run()
        .context("maturin failed")?;
    let built = only_wheel(fresh.path())?;
    let name = built.file_name().context("the wheel has no name")?;
    let wheel = wheels.join(name);
    fs::rename(&built, &wheel).with_context(|| format!("cannot write {}", wheel.display()))?;
    Ok(wheel)
}

fn only_wheel(dir: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        found.push(entry?.path());
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "whl"));
    match found.pop() {
        Some(wheel) if found.is_empty() => Ok(wheel),
        Some(_) => bail!("maturin built more than one wheel"),
        None => bail!("maturin built no wheel"),
    }
}

/// Installs `wheel`, also over an older one of the same version, and checks that it is what gets imported.
pub(crate) fn install(venv: &Venv, wheel: &Path) -> Result<()> {
    let options = ["install", "--force-reinstall", "--no-deps", "--no-index"].map(OsString::from);
    venv.pip(options.into_iter().chain([wheel.into()]))?;
    venv.python([ORIGIN])
        .run()
        .context("the installed wheel is not what Python imports")?;
    Ok(())
}
