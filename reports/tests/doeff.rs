//! The record of doeff's scenarios as it is kept, and its schema.

use std::path::{Path, PathBuf};
use std::{env, fs};

use doeff_reports::doeff::Doeff;
use serde_json::{Value, json};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = file("schema/doeff.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, Doeff::json_schema()).expect("the schema is writable");
    }
    let committed = fs::read_to_string(&path).expect("the schema is committed");
    assert_eq!(
        committed,
        Doeff::json_schema(),
        "UPDATE_SCHEMA=1 writes it anew"
    );
}

#[test]
fn the_published_record_is_valid_under_it_and_reads_back() {
    let schema = serde_json::from_str(&Doeff::json_schema()).expect("a schema is JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is valid");
    let published = fs::read_to_string(file("published/doeff.json")).expect("it is published");
    let mut json: Value = serde_json::from_str(&published).expect("it is JSON");
    assert!(validator.is_valid(&json));
    let back: Doeff = serde_json::from_value(json.clone()).expect("it is a record");
    assert_eq!(back.to_json(), published);
    json["schema"] = json!("doeff-vm/doeff/2");
    assert!(!validator.is_valid(&json));
    assert!(serde_json::from_value::<Doeff>(json).is_err());
}
