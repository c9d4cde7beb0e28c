//! Writing a report to a folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use crate::record::Inconsistency;
use crate::{Comparison, Folder, FolderError, Report, html, markdown};

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The record contradicts itself, so that it could not be read back.
    #[error("the record is inconsistent: {0}; nothing was written")]
    Inconsistent(Inconsistency),
    /// What lies beside the record is no good.
    #[error("report.json is written, but not how it looks: {0}")]
    Beside(FolderError),
    /// The HTML page could not be rendered.
    #[error("report.json is written, but not how it looks: {0}")]
    Html(html::HtmlError),
    /// A file or the folder could not be written.
    #[error("cannot write {}: {cause}; check that the folder exists and is writable", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Writes `report.json`, `report.md` and `report.html` into `dir`, which is made if need be, and shows what else is
/// recorded there. Gives that, with the comparison. Each file is replaced in one step: a reader sees the old one or the
/// new one, never a part. The record comes first, so that nothing which was measured is lost.
///
/// # Errors
/// When the record contradicts itself, what lies beside it is no good, or a file cannot be written.
pub fn write(report: &Report, dir: &Path) -> Result<(Folder, Comparison), WriteError> {
    write_with_history(report, dir, &[])
}

/// As [`write()`], with earlier records for the page to show, oldest first.
///
/// # Errors
/// As [`write()`].
pub fn write_with_history(
    report: &Report,
    dir: &Path,
    history: &[(String, Folder)],
) -> Result<(Folder, Comparison), WriteError> {
    report.check().map_err(WriteError::Inconsistent)?;
    fs::create_dir_all(dir).map_err(|cause| WriteError::Io {
        path: dir.to_owned(),
        cause,
    })?;
    let put = |name: &str, content: &str| {
        let path = dir.join(name);
        replace(&path, content).map_err(|cause| WriteError::Io { path, cause })
    };
    put("report.json", &report.to_json())?;
    let folder = Folder::around(report.clone(), dir).map_err(WriteError::Beside)?;
    let comparison = Comparison::of_folder(&folder);
    put("report.md", &markdown::summary(&folder, &comparison, None))?;
    let page = html::report(&folder, &comparison, history).map_err(WriteError::Html)?;
    put("report.html", &page)?;
    Ok((folder, comparison))
}

/// Makes a folder and checks that a file can be written there: better before a long run than after it.
///
/// # Errors
/// When it cannot.
pub fn check_writable(dir: &Path) -> Result<(), WriteError> {
    let failed = |path: &Path, cause| WriteError::Io {
        path: path.to_owned(),
        cause,
    };
    fs::create_dir_all(dir).map_err(|cause| failed(dir, cause))?;
    let path = dir.join(format!(".{}.tmp", process::id()));
    let tried = File::create(&path).and_then(|_| fs::remove_file(&path));
    tried.map_err(|cause| failed(dir, cause))
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
