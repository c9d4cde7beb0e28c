//! Writing a report to a folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use crate::record::Inconsistency;
use crate::{Report, html, markdown};

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The record contradicts itself, so that it could not be read back.
    #[error("the record is inconsistent: {0}; nothing was written")]
    Inconsistent(#[from] Inconsistency),
    /// The HTML page could not be rendered.
    #[error("cannot render report.html: {0}; nothing was written")]
    Html(#[from] html::HtmlError),
    /// A file or the folder could not be written.
    #[error("cannot write {}: {source}; check that the folder exists and is writable", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes `report.json`, `report.md` and `report.html` into `dir`, which is made if need be. Each file is replaced in
/// one step: a reader sees the old one or the new one, never a part. All three are rendered before the first is
/// replaced.
///
/// # Errors
/// When the record contradicts itself, or a file cannot be written.
pub fn write(report: &Report, dir: &Path) -> Result<(), WriteError> {
    report.check()?;
    let files = [
        ("report.json", report.to_json()),
        ("report.md", markdown::report(report)),
        ("report.html", html::report(report)?),
    ];
    fs::create_dir_all(dir).map_err(|source| WriteError::Io {
        path: dir.to_owned(),
        source,
    })?;
    for (name, content) in files {
        let path = dir.join(name);
        replace(&path, &content).map_err(|source| WriteError::Io { path, source })?;
    }
    Ok(())
}

/// Writes a file beside `path` and renames it over `path`; the process id keeps two writers apart.
pub(crate) fn replace(path: &Path, content: &str) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", process::id()));
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    replaced
}
