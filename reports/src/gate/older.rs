//! Counts as ancestors wrote them.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::FileError;
use crate::Instructions;

/// The first layout: without other events, hashes of workloads and most of the build.
const FIRST: &str = "doeff-vm/instructions/1";

/// Reads the counts of a run, in the layout of today or in the first one; what that did not say is empty.
///
/// # Errors
/// When the file is not there, or is neither.
pub fn read_instructions(path: &Path) -> Result<Instructions, FileError> {
    let text = fs::read_to_string(path).map_err(|source: io::Error| FileError::Io {
        path: path.to_owned(),
        source,
    })?;
    parse(&text).map_err(|source| FileError::Broken {
        path: path.to_owned(),
        source,
    })
}

fn parse(text: &str) -> Result<Instructions, serde_json::Error> {
    let mut value: Value = serde_json::from_str(text)?;
    if value.get("schema") == Some(&json!(FIRST)) {
        upgrade(&mut value);
    }
    serde_json::from_value(value)
}

fn upgrade(record: &mut Value) {
    record["schema"] = json!("doeff-vm/instructions/2");
    record["workloads"] = json!({});
    for name in [
        "lock_sha256",
        "profile_sha256",
        "profile",
        "gungraun",
        "libc",
    ] {
        record["build"][name] = json!("");
    }
    let each = |rows: Option<&mut Value>, change: fn(&mut Map<String, Value>)| {
        let rows = rows.and_then(Value::as_array_mut).into_iter().flatten();
        rows.filter_map(Value::as_object_mut).for_each(change);
    };
    each(record.get_mut("costs"), |cost| {
        cost.insert("events".to_owned(), json!({}));
    });
    each(record.get_mut("laws"), |law| {
        law.insert("workload".to_owned(), json!(""));
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn the_first_layout_is_read_and_another_is_not() {
        let mut record = json!({
            "schema": "doeff-vm/instructions/1", "created": "2026-02-03T04:05:06Z", "mode": "quick",
            "build": {
                "versions": {
                    "doeff_vm": "0.1.0", "python": "3.11", "python_prefix": "/usr", "rustc": "rustc",
                    "git_revision": null,
                },
                "libpython_sha256": "01", "valgrind": "valgrind-3.19.0",
            },
            "costs": [{
                "workload": "runs", "params": {}, "operation": "run", "over": "size", "from": 1, "to": 2,
                "counts": {"vm": 7.0}, "ceiling": null,
            }],
            "floors": [], "repeats": null, "broken": [],
            "laws": [{"cost": "it", "over": "size", "points": [], "exponent": 1.0, "ceiling": 1.0}],
        });
        let read = parse(&record.to_string()).expect("it is whole");
        assert_eq!((read.costs.len(), read.laws.len()), (1, 1));
        assert!(read.workloads.is_empty() && read.costs[0].events.is_empty());
        record["schema"] = json!("doeff-vm/instructions/0");
        assert!(parse(&record.to_string()).is_err());
    }
}
