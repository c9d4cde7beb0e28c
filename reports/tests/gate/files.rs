//! The files, their schemas and their names.

use std::path::Path;
use std::{env, fs};

use doeff_reports::gate::{Accepted, Record};

use super::{accepted, change, entry, key, record};

#[test]
fn a_key_names_what_differs() {
    let mut other = key();
    assert_eq!(key().short().len(), 12);
    other.lock_sha256 = "x".to_owned();
    other.rustc = "rustc 1.96.0".to_owned();
    assert_ne!(key().short(), other.short());
    assert_eq!(key().differences(&other), ["rustc", "Cargo.lock"]);
    assert!(key().same_surroundings(&other));
    other.libc = "musl".to_owned();
    assert!(!key().same_surroundings(&other));
}

#[test]
fn files_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("new").join("0123.json");
    assert_eq!(Record::read(&path).expect("none is fine"), None);
    record().write(&path).expect("the folder is writable");
    assert_eq!(Record::read(&path).expect("it is whole"), Some(record()));
    let accepted = Accepted {
        entries: vec![entry(vec![change(1.0, 2.0)], true)],
        ..accepted()
    };
    assert!(Accepted::read(&path).is_err());
    accepted.write(&path).expect("the folder is writable");
    assert_eq!(Accepted::read(&path).expect("it is whole"), accepted);
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (file, schema) in [
        ("schema/gate.schema.json", Record::json_schema()),
        ("schema/accepted.schema.json", Accepted::json_schema()),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, &schema).expect("the file is writable");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            schema, committed,
            "{file} differs; UPDATE_SCHEMA=1 rewrites it"
        );
    }
}

#[test]
fn the_committed_records_can_be_read_and_are_named_by_their_keys() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("gate");
    let accepted = Accepted::read(&folder.join("accepted.json")).expect("it is whole");
    let entries = fs::read_dir(&folder).expect("the folder is there");
    for path in entries.map(|entry| entry.expect("it can be read").path()) {
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("names are text").to_owned();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if !is_json || name == "accepted" {
            continue;
        }
        let record = Record::read(&path).unwrap_or_else(|error| panic!("{error:?}"));
        let record = record.expect("it was just listed");
        let short = record.key.short();
        assert_eq!(name.strip_prefix("release-").unwrap_or(&name), short);
        assert!(
            accepted.entries.iter().any(|entry| entry.key == short),
            "{name}"
        );
    }
}
