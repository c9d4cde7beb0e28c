//! `reports/gate`, where the records are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use doeff_reports::gate::{Accepted, Baseline, Key, Origin, Record};

use crate::workspace::Workspace;

/// What the name of a release's record begins with; the key follows.
const RELEASE: &str = "release-";

/// The folder of the committed records.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The workspace's own, unless another is named.
    pub(super) fn of(named: Option<&Path>, workspace: &Workspace) -> Self {
        let own = || workspace.root.join("reports/gate");
        Self(named.map_or_else(own, Path::to_owned))
    }

    /// That of another tree.
    pub(super) fn within(root: &Path) -> Self {
        Self(root.join("reports/gate"))
    }

    fn record(&self, key: &Key) -> PathBuf {
        self.0.join(format!("{}.json", key.short()))
    }

    fn release_record(&self, key: &Key) -> PathBuf {
        self.0.join(format!("{RELEASE}{}.json", key.short()))
    }

    fn accepted_file(&self) -> PathBuf {
        self.0.join("accepted.json")
    }

    /// What was accepted.
    pub(super) fn accepted(&self) -> Result<Accepted> {
        Ok(Accepted::read(&self.accepted_file())?)
    }

    /// The record of a key.
    pub(super) fn committed(&self, key: &Key, accepted: &Accepted) -> Result<Option<Baseline>> {
        let record = Record::read(&self.record(key))?;
        Ok(record.map(|record| Baseline {
            origin: Origin::Committed,
            record,
            accepted: accepted.clone(),
        }))
    }

    /// The record of a key, or the newest of the same surroundings.
    pub(super) fn nearest(&self, key: &Key) -> Result<Option<Record>> {
        if let Some(record) = Record::read(&self.record(key))? {
            return Ok(Some(record));
        }
        self.newest(key, false)
    }

    /// The record of the last release in the same surroundings.
    pub(super) fn release(&self, key: &Key) -> Result<Option<Record>> {
        self.newest(key, true)
    }

    fn newest(&self, key: &Key, release: bool) -> Result<Option<Record>> {
        let found = self.of_same_surroundings(key, release)?.into_iter();
        let records = found.map(|(_, record)| record);
        Ok(records.max_by(|a, b| a.created.cmp(&b.created)))
    }

    fn of_same_surroundings(&self, key: &Key, release: bool) -> Result<Vec<(PathBuf, Record)>> {
        let mut found = Vec::new();
        if !self.0.exists() {
            return Ok(found);
        }
        let entries =
            fs::read_dir(&self.0).with_context(|| format!("cannot list {}", self.0.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_json = path
                .extension()
                .is_some_and(|extension| extension == "json");
            let is_record = is_json && path != self.accepted_file();
            if !is_record || name.starts_with(RELEASE) != release {
                continue;
            }
            if let Some(record) = Record::read(&path)?
                && record.key.same_surroundings(key)
            {
                found.push((path, record));
            }
        }
        Ok(found)
    }

    /// Writes a record and what was accepted, in place of those that nothing will be compared with any more;
    /// tells which files it wrote.
    pub(super) fn write(
        &self,
        record: &Record,
        accepted: &Accepted,
        release: bool,
    ) -> Result<Vec<PathBuf>> {
        let mut superseded = self.of_same_surroundings(&record.key, false)?;
        let mut paths = vec![self.record(&record.key)];
        if release {
            superseded.extend(self.of_same_surroundings(&record.key, true)?);
            paths.push(self.release_record(&record.key));
        }
        for path in &paths {
            record.write(path)?;
        }
        accepted.write(&self.accepted_file())?;
        for (path, _) in superseded {
            if !paths.contains(&path) {
                fs::remove_file(&path)
                    .with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        paths.push(self.accepted_file());
        Ok(paths)
    }
}
