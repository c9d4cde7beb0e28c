//! The virtual environment of a package.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::python::{built_against, target, workspace};

use super::{Unavailable, last_line};

/// A virtual environment with pinned packages and nothing else.
pub struct Environment {
    /// The interpreter to make it with: the one that the harness embeds.
    pub python: PathBuf,
    /// Where it is.
    pub folder: PathBuf,
    /// The file of pins.
    pub requirements: PathBuf,
}

impl Environment {
    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Makes the environment and installs the packages, unless all is there as wanted.
    ///
    /// # Errors
    /// When it cannot be made or a package cannot be had.
    pub fn prepare(&self) -> Result<(), Unavailable> {
        let _lock = self
            .lock()
            .map_err(|error| unavailable("cannot write beside", &self.folder, &error))?;
        let (stamp, wanted) = (self.folder.join("prepared-for"), self.wanted()?);
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        eprintln!("making {}", self.folder.display());
        run(Command::new(&self.python)
            .args(["-I", "-m", "venv", "--clear"])
            .arg(&self.folder))?;
        // Only what is pinned, and only as its makers built it.
        run(Command::new(self.python())
            .args(["-I", "-m", "pip", "install", "--disable-pip-version-check"])
            .args(["--no-input", "--no-deps", "--only-binary", ":all:"])
            .arg("--requirement")
            .arg(&self.requirements))?;
        fs::write(&stamp, wanted).map_err(|error| unavailable("cannot write", &stamp, &error))
    }

    /// Keeps other processes from making it at the same time, until the file is dropped.
    fn lock(&self) -> io::Result<File> {
        let parent = self.folder.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let mut name = self.folder.clone().into_os_string();
        name.push(".lock");
        let file = File::create(name)?;
        file.lock()?;
        Ok(file)
    }

    /// What the environment depends on, as text: the interpreter and every pin.
    fn wanted(&self) -> Result<String, Unavailable> {
        let (path, python) = (&self.requirements, built_against());
        let pins =
            fs::read_to_string(path).map_err(|error| unavailable("cannot read", path, &error))?;
        Ok(format!(
            "{}\n{}\n{}\n{}\n{pins}",
            self.folder.display(),
            self.python.display(),
            python.version,
            python.prefix
        ))
    }
}

/// Runs a command; what it said last is the reason if it fails.
fn run(command: &mut Command) -> Result<(), Unavailable> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unavailable("cannot run", Path::new(command.get_program()), &error))?;
    if output.status.success() {
        return Ok(());
    }
    // `venv` tells its errors on the one, pip on the other.
    let said =
        [output.stderr, output.stdout].map(|said| String::from_utf8_lossy(&said).into_owned());
    let reason = said
        .iter()
        .map(|said| last_line(said))
        .find(|line| !line.is_empty());
    let reason = reason.map_or_else(|| output.status.to_string(), str::to_owned);
    Err(Unavailable(format!("cannot be installed: {reason}")))
}

/// The path is told as one of the workspace or the target folder where it is: the reason may stand in a published report.
fn unavailable(problem: &str, path: &Path, error: &io::Error) -> Unavailable {
    let within = path.strip_prefix(workspace());
    let within = within.or_else(|_| path.strip_prefix(target()));
    let path = within.unwrap_or(path).display();
    Unavailable(format!("{problem} {path}: {error}"))
}
