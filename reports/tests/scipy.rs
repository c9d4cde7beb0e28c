//! The statistics agree with numpy and scipy, whose results `scipy/reference.py` writes down.

use doeff_reports::stats::bootstrap::{Estimate, Nested, Resampling};
use doeff_reports::stats::verdict::judge;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    flat: Vec<Flat>,
    nested: Vec<Tree>,
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Flat {
    samples: Vec<f64>,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Deserialize)]
struct Tree {
    builds: Vec<Vec<Vec<f64>>>,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    median: f64,
    low: f64,
    high: f64,
    standard_error: f64,
    degrees: f64,
}

#[derive(Deserialize)]
struct Table {
    rows: Vec<Row>,
    shares: bool,
}

#[derive(Deserialize)]
struct Row {
    ratio: f64,
    standard_error: f64,
    degrees: f64,
    high: f64,
    corrected_low: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("scipy/reference.json")).expect("the reference is in order")
}

/// Whether both are the same but for so much of them.
fn near(ours: f64, theirs: f64, part: f64) -> bool {
    (ours - theirs).abs() <= part * theirs.abs()
}

/// Compares with a reference of far more resamples: ours leave a standard error uncertain by 1.6 %, so that 5 % is
/// three times that.
fn check(case: &str, nested: &Nested, expected: &Expected) {
    let ours = Estimate::of(nested, &Resampling::seeded(3));
    assert!(
        near(ours.median, expected.median, 1e-12),
        "{case}: {ours:?}"
    );
    assert!(
        near(ours.standard_error, expected.standard_error, 0.05),
        "{case}: {ours:?}, not {}",
        expected.standard_error
    );
    assert!(
        near(ours.degrees, expected.degrees, 0.15),
        "{case}: {ours:?}, not {}",
        expected.degrees
    );
    for (ours, theirs) in [(ours.low, expected.low), (ours.high, expected.high)] {
        let (ours, theirs) = (ours / expected.median, theirs / expected.median);
        assert!(
            near(ours.ln(), theirs.ln(), 0.15),
            "{case}: {ours}, not {theirs}"
        );
    }
}

#[test]
fn one_sample_a_process_is_the_bootstrap_of_scipy() {
    let cases = reference().flat;
    assert!(!cases.is_empty());
    for case in cases {
        let processes = case.samples.iter().map(|&sample| vec![sample]).collect();
        let nested = Nested::of_processes(processes).expect("the samples are good");
        check(
            &format!("{} samples", case.samples.len()),
            &nested,
            &case.expected,
        );
    }
}

#[test]
fn processes_and_builds_are_resampled_as_numpy_does() {
    let cases = reference().nested;
    assert!(cases.iter().any(|case| case.builds.len() > 1));
    for (at, mut case) in cases.into_iter().enumerate() {
        let nested = if case.builds.len() == 1 {
            Nested::of_processes(case.builds.remove(0))
        } else {
            Nested::of_builds(case.builds)
        };
        let nested = nested.expect("the samples are good");
        check(&format!("case {at}"), &nested, &case.expected);
    }
}

#[test]
fn intervals_of_tables_and_the_quantiles_in_them_are_those_of_scipy() {
    let tables = reference().tables;
    assert!(tables.iter().any(|table| table.shares));
    for table in tables {
        let rows: Vec<_> = table.rows.iter().map(|row| (estimate(row), 0.01)).collect();
        for (ours, theirs) in judge(&rows).iter().zip(&table.rows) {
            // Only rounding and the iterations of both sides lie between.
            assert!(
                near(ours.high, theirs.high, 1e-7),
                "{ours:?} {}",
                theirs.high
            );
            assert!(
                near(ours.corrected_low, theirs.corrected_low, 1e-7),
                "{ours:?} {}",
                theirs.corrected_low
            );
        }
    }
}

fn estimate(row: &Row) -> Estimate {
    Estimate {
        median: row.ratio,
        low: row.ratio,
        high: row.ratio,
        standard_error: row.standard_error,
        degrees: row.degrees,
        processes: 5,
        samples: 100,
    }
}
