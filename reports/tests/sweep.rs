//! The record of a sweep: its schema, its tables, its fits.

use std::path::Path;
use std::{env, fs};

use doeff_reports::fit::Law;
use doeff_reports::instructions::Build;
use doeff_reports::sweep::{Point, Schema, Series, Sweep};
use doeff_reports::{Engine, Params, Versions};
use serde_json::{Value, json};

const SIZES: [u64; 8] = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000];

fn series(engine: Engine, sizes: &[u64], cost: impl Fn(u64) -> f64) -> Series {
    let pairs = sizes.windows(2);
    let points = pairs.map(|pair| Point {
        from: pair[0],
        to: pair[1],
        count: cost(pair[0]),
    });
    Series {
        workload: "resume_churn".to_owned(),
        params: Params::default(),
        operation: "effect".to_owned(),
        engine,
        points: points.collect(),
        fit: None,
        problem: None,
    }
    .fitted()
}

fn sweep() -> Sweep {
    Sweep {
        schema: Schema::V1,
        created: "2026-02-03T04:05:06Z".to_owned(),
        build: Build {
            versions: Versions {
                doeff_vm: "0.1.0".to_owned(),
                python: "3.11.7 (main, Jan  1 2026, 00:00:00) [GCC 12.2.0]".to_owned(),
                python_prefix: "/usr".to_owned(),
                rustc: "rustc 1.95.0".to_owned(),
                git_revision: None,
            },
            libpython_sha256: "0123456789abcdef".repeat(4),
            lock_sha256: "2".repeat(64),
            profile: "release".to_owned(),
            profile_sha256: "3".repeat(64),
            gungraun: "0.20.0".to_owned(),
            libc: "glibc 2.36".to_owned(),
            valgrind: "valgrind-3.19.0".to_owned(),
        },
        series: vec![
            series(Engine::VM, &SIZES, |_| 2_690.0),
            series(Engine::FLOOR, &SIZES[..4], |_| 2_340.0),
        ],
    }
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/sweep.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, Sweep::json_schema()).expect("the schema is writable");
    }
    let committed = fs::read_to_string(&path).expect("the schema is committed");
    assert_eq!(
        committed,
        Sweep::json_schema(),
        "UPDATE_SCHEMA=1 writes it anew"
    );
}

#[test]
fn a_record_is_valid_under_its_schema_and_reads_back() {
    let schema = serde_json::from_str(&Sweep::json_schema()).expect("a schema is JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is valid");
    let mut json: Value = serde_json::from_str(&sweep().to_json()).expect("it is JSON");
    assert!(validator.is_valid(&json));
    let back: Sweep = serde_json::from_value(json.clone()).expect("it was just written");
    assert_eq!(back, sweep());
    json["schema"] = json!("doeff-vm/sweep/2");
    assert!(!validator.is_valid(&json));
    assert!(serde_json::from_value::<Sweep>(json).is_err());
}

#[test]
fn a_series_is_fitted_or_says_why_not() {
    let [vm, floor] = &sweep().series[..] else {
        panic!("there are two")
    };
    let fit = vm.fit.as_ref().expect("seven pairs of sizes will do");
    assert_eq!(fit.law, Some(Law::Constant));
    assert_eq!(floor.fit, None);
    assert!(floor.verdict().contains("3 sizes are too few"));
    // What the operations between two sizes cost is what they cost in the middle.
    let linear = series(Engine::VM, &SIZES, |from| {
        let next = SIZES
            .iter()
            .find(|size| **size > from)
            .expect("it is not the last");
        f64::from(u32::try_from(from + next).expect("it is small"))
    });
    let fit = linear.fit.expect("seven pairs of sizes will do");
    assert_eq!(fit.law, Some(Law::Linear));
    assert!((fit.best().coefficients[1] - 2.0).abs() < 1e-9);
}

#[test]
fn the_tables_have_every_cost_and_every_law() {
    let tables = sweep().tables();
    for line in [
        "resume_churn: instructions per effect",
        "|  30,000 | 100,000 | 2,690.0 |       – |",
        "|     300 |   1,000 | 2,690.0 | 2,340.0 |",
        "| vm     | constant | 0.0000 [0.0000, 0.0000] | 0.00 %  | logarithmic |",
        "| floor  | no fit ",
        "\nfloor: 3 sizes are too few to tell laws apart; measure at least 7.",
    ] {
        assert!(tables.contains(line), "{line} in\n{tables}");
    }
}

#[test]
fn it_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("new");
    sweep().write(&output).expect("the folder is writable");
    let written = fs::read_to_string(output.join("sweep.json")).expect("it was written");
    assert_eq!(written, sweep().to_json());
}

#[test]
fn sizes_are_checked_before_anything_is_counted() {
    let check =
        |sizes: &[u64]| doeff_reports::sweep::check_sizes(sizes).map_err(|error| error.to_string());
    assert_eq!(
        check(&[10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000]),
        Ok(())
    );
    for (wrong, told) in [
        (&[1, 2, 3][..], "the 3 sizes 1,2,3 do not tell"),
        (&[], "the 0 sizes"),
        (&[10, 20, 30, 40, 50, 60, 70, 80, 90], "the 9 sizes"),
        (
            &[10, 30, 100, 300, 1_000, 3_000, 30_000, 10_000],
            "do not ascend",
        ),
    ] {
        let error = check(wrong).expect_err("they are wrong");
        assert!(
            error.contains(told) && error.contains("give at least 8 sizes"),
            "{error}"
        );
    }
}
