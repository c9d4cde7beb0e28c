//! `reports/gate`, where the records are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
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
        let record = read(&self.record(key))?;
        Ok(record.map(|record| Baseline {
            origin: Origin::Committed,
            record,
            accepted: accepted.clone(),
        }))
    }

    /// The record of a key, or the newest of the same surroundings.
    pub(super) fn nearest(&self, key: &Key) -> Result<Option<Record>> {
        if let Some(record) = read(&self.record(key))? {
            return Ok(Some(record));
        }
        self.newest(key, false)
    }

    /// Every record, whatever its surroundings, those of releases included.
    pub(super) fn all(&self) -> Result<Vec<Record>> {
        let mut all = Vec::new();
        for release in [false, true] {
            let paths = self.files(release)?.into_iter();
            for path in paths {
                all.extend(read(&path)?);
            }
        }
        Ok(all)
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
        for path in self.files(release)? {
            if let Some(record) = read(&path)?
                && record.key.same_surroundings(key)
            {
                found.push((path, record));
            }
        }
        Ok(found)
    }

    /// The files of all records, of releases or not.
    fn files(&self, release: bool) -> Result<Vec<PathBuf>> {
        if !self.0.exists() {
            return Ok(Vec::new());
        }
        let entries =
            fs::read_dir(&self.0).with_context(|| format!("cannot list {}", self.0.display()))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_json = path
                .extension()
                .is_some_and(|extension| extension == "json");
            let is_record = is_json && path != self.accepted_file();
            if is_record && name.starts_with(RELEASE) == release {
                files.push(path);
            }
        }
        Ok(files)
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

/// Reads a record, whose name has to be that of its key.
fn read(path: &Path) -> Result<Option<Record>> {
    let Some(record) = Record::read(path)? else {
        return Ok(None);
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let key = record.key.short();
    if name.strip_prefix(RELEASE).unwrap_or(&name) != key {
        bail!(
            "{} is the record of the key {key}, whatever its name says; restore it from an earlier commit",
            path.display()
        );
    }
    Ok(Some(record))
}

#[cfg(test)]
mod tests {
    use doeff_reports::Mode;
    use doeff_reports::gate::Schema;

    use super::*;

    fn record(lock: &str, libc: &str, created: &str) -> Record {
        let text = |text: &str| text.to_owned();
        Record {
            schema: Schema::V2,
            key: Key {
                libpython_sha256: text("01"),
                rustc: text("rustc"),
                lock_sha256: text(lock),
                profile_sha256: text("23"),
                valgrind: text("valgrind"),
                gungraun: text("0.20.0"),
                libc: text(libc),
            },
            mode: Mode::Quick,
            created: text(created),
            revision: None,
            workloads: [].into(),
            ceilings: [].into(),
            rows: Vec::new(),
            times: [].into(),
        }
    }

    #[test]
    fn a_record_takes_the_place_of_those_of_the_same_surroundings() {
        let place = tempfile::tempdir().expect("there is room for a folder");
        let folder = Folder::within(place.path());
        let accepted = Accepted::default();
        let [old, other, new] = [
            record("a", "glibc", "2026-01-01T00:00:00Z"),
            record("a", "musl", "2026-01-02T00:00:00Z"),
            record("b", "glibc", "2026-01-03T00:00:00Z"),
        ];
        let write = |record: &Record, release| {
            let written = folder.write(record, &accepted, release);
            written.expect("the folder is writable").len()
        };
        let nearest = |record: &Record| folder.nearest(&record.key).expect("they are whole");
        let release = |record: &Record| folder.release(&record.key).expect("they are whole");
        assert_eq!((nearest(&new), release(&new)), (None, None));
        assert_eq!((write(&old, true), write(&other, false)), (3, 2));
        // Until then the older one is the nearest.
        assert_eq!(nearest(&new), Some(old.clone()));
        write(&new, false);
        assert_eq!(nearest(&old), Some(new.clone()));
        assert_eq!(release(&new), Some(old.clone()));
        assert_eq!(nearest(&other), Some(other.clone()));
        let committed = folder.committed(&old.key, &accepted);
        assert!(committed.expect("they are whole").is_none());
        write(&new, true);
        assert_eq!(release(&old), Some(new));
    }

    #[test]
    fn a_record_under_the_name_of_another_key_is_an_error() {
        let place = tempfile::tempdir().expect("there is room for a folder");
        let folder = Folder::within(place.path());
        let [named, inside] = ["a", "b"].map(|lock| record(lock, "glibc", "2026-01-01T00:00:00Z"));
        for path in [folder.record(&named.key), folder.release_record(&named.key)] {
            inside.write(&path).expect("the folder is writable");
            let release = path == folder.release_record(&named.key);
            let found = if release {
                folder.release(&inside.key).map(drop)
            } else {
                folder.committed(&named.key, &Accepted::default()).map(drop)
            };
            let error = found.expect_err("it is of another key").to_string();
            assert!(error.contains(&inside.key.short()), "{error}");
            fs::remove_file(path).expect("it is there");
        }
    }
}
