//! A record to render.

#![allow(dead_code)] // each test binary uses a part

pub(crate) mod story;

use std::path::Path;
use std::{env, fs};

use doeff_reports::{
    Engine, Folder, Machine, Measurement, Mode, Outcome, Params, Provenance, Report, Round, Schema,
    Settings, Slice, Versions,
};
use serde_json::{Value, json};

/// A record without rows.
pub(crate) fn empty() -> Report {
    Report {
        schema: Schema::V2,
        created: "2026-02-03T04:05:06Z".to_owned(),
        mode: Mode::Full,
        machine: Machine {
            cpu: "Example CPU @ 3.0 GHz".to_owned(),
            cores: 2,
            memory_bytes: 24 << 30,
            os: "Debian GNU/Linux 12".to_owned(),
            kernel: "Linux 6.1.0".to_owned(),
            clock_resolution_ns: Some(1),
        },
        versions: Versions {
            doeff_vm: "0.1.0".to_owned(),
            python: "3.11.7 (main, Jan  1 2026, 00:00:00) [GCC 12.2.0]".to_owned(),
            python_prefix: "/usr".to_owned(),
            rustc: "rustc 1.95.0".to_owned(),
            git_revision: None,
        },
        provenance: Provenance::default(),
        settings: Settings {
            seed: 7,
            arguments: Some(Vec::new()),
            further: [("slice_ms".to_owned(), json!(1))].into(),
        },
        complete: true,
        left_out: Vec::new(),
        rounds: (0..PROCESSES * ROUNDS).map(round).collect(),
        results: Vec::new(),
    }
}

/// Generations of fresh processes.
pub(crate) const PROCESSES: u32 = 5;
/// Rounds in each.
pub(crate) const ROUNDS: u32 = 4;

fn round(index: u32) -> Round {
    Round {
        process: index / ROUNDS,
        at_us: u64::from(index) * 50_000,
        calibration_ns: 1e6 * (1.0 + 0.002 * f64::from(index % 3)),
        steal: Some(0.0),
        throttled: Some(0),
        load: Some(0.2),
    }
}

/// Parameters from a JSON object.
pub(crate) fn params(object: Value) -> Params {
    let Value::Object(object) = object else {
        panic!("parameters are an object")
    };
    object.into_iter().collect()
}

/// Operations in a run, many so that whole nanoseconds are fine enough.
const OPERATIONS: u64 = 1_000_000;

/// A row whose slices lie around `ns` per operation.
pub(crate) fn row(
    workload: &str,
    params: &Params,
    size: u64,
    engine: &str,
    ns: f64,
) -> Measurement {
    // Factors that differ between rounds and processes, with a median of 1.
    let slice = |round: u32| {
        let within = [1.0, 0.985, 1.04, 1.0][(round % ROUNDS) as usize];
        let between = 1.0 + 0.002 * (f64::from(round / ROUNDS) - 2.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive and small
        let elapsed = (ns * within * between * 1e6).round() as u64;
        Slice {
            process: round / ROUNDS,
            round,
            at_us: u64::from(round) * 50_000 + 10_000,
            runs: 1,
            ns: elapsed,
            cpu_ns: elapsed - elapsed / 100,
        }
    };
    Measurement {
        workload: workload.to_owned(),
        params: params.clone(),
        size,
        engine: Engine::new(engine.to_owned()),
        operation: "effect".to_owned(),
        operations: OPERATIONS,
        outcome: Outcome::Right {},
        warm_up: Vec::new(),
        slices: (0..PROCESSES * ROUNDS).map(slice).collect(),
    }
}

/// So many nanoseconds times a factor.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)] // positive and far below 2^52
pub(crate) fn times(ns: u64, factor: f64) -> u64 {
    (ns as f64 * factor).round() as u64
}

/// A record as a full run might write it: several workloads, an engine that stops at a smaller size, rows in no order.
pub(crate) fn report() -> Report {
    let mut report = empty();
    let rows = &mut report.results;
    let none = Params::default();
    for (size, cesk) in [
        (1_000_000, None),
        (2_000, Some(13_400.0)),
        (100, Some(12_900.0)),
        (1_000, Some(13_200.0)),
    ] {
        rows.push(row("resume_churn", &none, size, "floor", 191.2));
        rows.push(row("resume_churn", &none, size, "call", 31.4));
        rows.push(row(
            "resume_churn",
            &none,
            size,
            "vm",
            if size == 100 { 240.5 } else { 217.3 },
        ));
        rows.extend(cesk.map(|cesk| row("resume_churn", &none, size, "cesk", cesk)));
    }
    for (depth, factor) in [(64, 4.1), (1, 1.0), (4, 1.2), (16, 1.8)] {
        for typed in [false, true] {
            let params = params(json!({"depth": depth, "typed": typed}));
            let passing = if typed { 1.0 } else { 1.0 + f64::from(depth) };
            for size in [100, 2_000] {
                rows.push(row(
                    "nested_handlers",
                    &params,
                    size,
                    "vm",
                    230.0 * factor * passing,
                ));
                rows.push(row(
                    "nested_handlers",
                    &params,
                    size,
                    "cesk",
                    12_700.0 * factor * (1.0 + f64::from(depth) / 9.0),
                ));
                rows.push(row(
                    "nested_handlers",
                    &params,
                    size,
                    "floor",
                    190.0 * passing,
                ));
                rows.push(row("nested_handlers", &params, size, "call", 33.0 * factor));
            }
        }
    }
    for size in [100, 2_000, 20_000] {
        let deeper = if size > 2_000 { 1.3 } else { 1.0 };
        rows.push(row("resume_nontail", &none, size, "vm", 455.0 * deeper));
        rows.push(row("resume_nontail", &none, size, "floor", 402.0 * deeper));
        rows.push(row("resume_nontail", &none, size, "call", 70.0));
    }
    rows.push(row("resume_nontail", &none, 100, "cesk", 15_800.0));
    rows.push(row("resume_nontail", &none, 2_000, "cesk", 48_200.0));
    for (engine, ns) in [
        ("vm", 221.0),
        ("floor", 196.0),
        ("cesk", 12_100.0),
        ("call", 30.9),
    ] {
        rows.push(row("transfer_churn", &none, 1_000, engine, ns));
    }
    for size in [1_000, 10_000] {
        for (engine, ns) in [
            ("vm", 175.5),
            ("floor", 152.8),
            ("cesk", 6_050.0),
            ("call", 27.0),
        ] {
            let mut row = row("generator_stepping", &none, size, engine, ns);
            "program call".clone_into(&mut row.operation);
            rows.push(row);
        }
    }
    report
}

/// A small record of a machine that was anything but quiet.
pub(crate) fn noisy() -> Folder {
    let mut report = empty();
    let none = Params::default();
    for (engine, ns) in [("vm", 217.0), ("floor", 191.0), ("cesk", 13_000.0)] {
        for size in [100, 1_000] {
            report
                .results
                .push(row("resume_churn", &none, size, engine, ns));
        }
    }
    for (index, round) in report.rounds.iter_mut().enumerate() {
        round.calibration_ns *= [1.0, 1.5, 0.7, 2.2][index % 4];
        round.steal = Some(0.3);
    }
    Folder::from(report)
}

/// The record of [`story::folder`] with one workload slower.
pub(crate) fn slower() -> Folder {
    let mut folder = story::folder();
    folder.report.versions.git_revision = Some("fedcba987654".to_owned());
    let churn = folder.report.results.iter_mut();
    let churn = churn.filter(|row| {
        row.workload == "resume_churn" && [Engine::VM, Engine::VM_AGAIN].contains(&row.engine)
    });
    for slice in churn.flat_map(|row| &mut row.slices) {
        slice.ns += slice.ns / 8;
    }
    folder
}

/// Compares with a golden file; `UPDATE_GOLDEN=1` rewrites it.
pub(crate) fn check(name: &str, rendered: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, rendered).expect("the golden file is writable");
    }
    let golden =
        fs::read_to_string(&path).expect("the golden file is readable; UPDATE_GOLDEN=1 writes it");
    assert_eq!(
        rendered, golden,
        "{name} differs; UPDATE_GOLDEN=1 rewrites it"
    );
}
