//! The folder of one run: its record of the comparison and what was counted beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::read::read;
use crate::sweep::Sweep;
use crate::{Allocations, Instructions, ReadError, RecordError, Refcounts, Report};

/// The records of one run. Only the comparison must be there; a renderer shows a dash for what is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    /// `report.json`: the times.
    pub report: Report,
    /// `instructions.json`.
    pub instructions: Option<Instructions>,
    /// `allocations.json`.
    pub allocations: Option<Allocations>,
    /// `refcounts.json`: what runs leave behind.
    pub refcounts: Option<Refcounts>,
    /// `sweep.json`: instructions over the size.
    pub sweep: Option<Sweep>,
}

/// A record beside that of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    Instructions,
    Allocations,
    Refcounts,
    Sweep,
}

impl Beside {
    pub(crate) const ALL: [Self; 4] = [
        Self::Instructions,
        Self::Allocations,
        Self::Refcounts,
        Self::Sweep,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Allocations => "allocations",
            Self::Refcounts => "what runs leave behind",
            Self::Sweep => "instructions over size",
        }
    }
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The record of the comparison is not there, or is no good.
    #[error(transparent)]
    Report(#[from] RecordError),
    /// Another record is there, but no good.
    #[error(transparent)]
    Counts(#[from] ReadError),
    /// The folder of kept records cannot be listed.
    #[error("cannot list the records in {}: {cause}", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl Folder {
    /// Reads all records in `dir`.
    ///
    /// # Errors
    /// When there is no `report.json`, or one of the files is no good.
    pub fn read(dir: &Path) -> Result<Self, FolderError> {
        Self::around(Report::read(&dir.join("report.json"))?, dir)
    }

    /// A record with what lies beside it in `dir`.
    ///
    /// # Errors
    /// When one of the files is no good.
    pub fn around(report: Report, dir: &Path) -> Result<Self, FolderError> {
        Ok(Self {
            report,
            instructions: present(&dir.join("instructions.json"), |path| {
                read(path, |_| Ok(()))
            })?,
            allocations: present(&dir.join("allocations.json"), Allocations::read)?,
            refcounts: present(&dir.join("refcounts.json"), Refcounts::read)?,
            sweep: present(&dir.join("sweep.json"), |path| read(path, |_| Ok(())))?,
        })
    }

    /// Which of these records are of another commit than the times, each with that; none where all are of one.
    pub(crate) fn other_commits(&self, of: &[Beside]) -> Option<String> {
        let times = &self.report.versions.git_revision;
        let named = |revision: &Option<String>| {
            let revision = revision.as_deref();
            revision.unwrap_or("of an unknown commit").to_owned()
        };
        let others = of.iter().filter_map(|&beside| {
            let versions = match beside {
                Beside::Instructions => &self.instructions.as_ref()?.build.versions,
                Beside::Allocations => &self.allocations.as_ref()?.build.versions,
                Beside::Refcounts => &self.refcounts.as_ref()?.build.versions,
                Beside::Sweep => &self.sweep.as_ref()?.build.versions,
            };
            let revision = &versions.git_revision;
            let other = revision != times;
            other.then(|| format!("{} ({})", beside.name(), named(revision)))
        });
        let others: Vec<_> = others.collect();
        (!others.is_empty()).then(|| {
            let times = named(times);
            format!(
                "Not of the commit of the times ({times}): {}.",
                others.join(", ")
            )
        })
    }

    /// The record of the comparison in each folder of `dir`, with the folder's name, oldest first. None where there
    /// is no such folder; a record of an older layout is passed over.
    ///
    /// # Errors
    /// When a record is no good, or the folder cannot be listed.
    pub fn history(dir: &Path) -> Result<Vec<(String, Self)>, FolderError> {
        if !dir.is_dir() {
            return Ok(Vec::new());
        }
        let list = |cause| FolderError::List {
            path: dir.to_owned(),
            cause,
        };
        let mut records = Vec::new();
        for entry in fs::read_dir(dir).map_err(list)? {
            let entry = entry.map_err(list)?;
            if !entry.path().join("report.json").is_file() {
                continue;
            }
            match Self::read(&entry.path()) {
                Ok(folder) => {
                    records.push((entry.file_name().to_string_lossy().into_owned(), folder));
                }
                Err(FolderError::Report(RecordError::Schema { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        records.sort_by(|(_, a), (_, b)| a.report.created.cmp(&b.report.created));
        Ok(records)
    }
}

impl From<Report> for Folder {
    fn from(report: Report) -> Self {
        Self {
            report,
            instructions: None,
            allocations: None,
            refcounts: None,
            sweep: None,
        }
    }
}

fn present<T>(
    path: &Path,
    read: impl FnOnce(&Path) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    path.exists().then(|| read(path)).transpose()
}
