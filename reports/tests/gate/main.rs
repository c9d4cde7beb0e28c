//! The gate: each verdict with its reasons, what can be accepted, and the files.

mod accepting;
#[path = "../common/mod.rs"]
mod common;
mod files;
mod judging;
mod times;

use doeff_reports::gate::{
    Accepted, Baseline, Change, Entry, Found, Judgement, Key, Kind, NoTimes, Origin, Question,
    Record, Row, Schema, judge,
};
use doeff_reports::{Engine, Mode};

fn row(kind: Kind, label: &str, engine: Engine, value: f64) -> Row {
    let workload = label.split([' ', ',']).next().unwrap_or_default();
    Row {
        kind,
        suite: "instructions".to_owned(),
        workload: workload.to_owned(),
        label: label.to_owned(),
        engine,
        value,
        quick: true,
    }
}

fn key() -> Key {
    Key {
        libpython_sha256: "0123".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        lock_sha256: "4567".to_owned(),
        profile_sha256: "89ab".to_owned(),
        valgrind: "valgrind-3.19.0".to_owned(),
        gungraun: "0.20.0".to_owned(),
        libc: "glibc 2.36 cdef".to_owned(),
    }
}

fn record() -> Record {
    let texts = [("churn", "aa"), ("law", "bb"), ("runs", "cc")];
    let texts = texts.map(|(name, hash)| (name.to_owned(), hash.to_owned()));
    let mut full_only = row(Kind::Instructions, "runs", Engine::VM, 100.0);
    full_only.quick = false;
    Record {
        schema: Schema::V2,
        key: key(),
        mode: Mode::Full,
        created: "2026-02-03T04:05:06Z".to_owned(),
        revision: Some("0123456789ab".to_owned()),
        workloads: texts.into(),
        ceilings: [("churn, times the floor".to_owned(), 1.15)].into(),
        rows: vec![
            row(Kind::Instructions, "churn", Engine::VM, 2_000.0),
            row(Kind::Instructions, "churn", Engine::FLOOR, 1_900.0),
            row(Kind::SystemCalls, "churn", Engine::VM, 0.0005),
            row(Kind::Allocations, "churn, Python", Engine::VM, 1.0),
            row(Kind::Instructions, "law, per handler", Engine::VM, 19.0),
            row(Kind::Exponent, "law over the depth", Engine::VM, 0.0004),
            full_only,
        ],
        times: [].into(),
    }
}

fn found() -> Found {
    Found {
        record: record(),
        broken: Vec::new(),
        errors: Vec::new(),
        times: Err(NoTimes::None),
        only: Vec::new(),
        without: Vec::new(),
    }
}

fn accepted() -> Accepted {
    Accepted {
        workloads: record().workloads,
        ..Accepted::default()
    }
}

fn baseline(origin: Origin) -> Baseline {
    Baseline {
        origin,
        record: record(),
        accepted: accepted(),
    }
}

/// A judgement against the committed record.
fn judged(found: &Found) -> Judgement {
    judge(Question {
        found,
        baseline: Some(&baseline(Origin::Committed)),
        release: None,
        accepted: &accepted(),
    })
}

/// A run in which one figure is another.
fn with(number: usize, value: f64) -> Found {
    let mut found = found();
    found.record.rows[number].value = value;
    found
}

fn entry(changes: Vec<Change>, release: bool) -> Entry {
    Entry {
        created: "2026-02-04T00:00:00Z".to_owned(),
        revision: None,
        key: key().short(),
        reason: "it answers more questions".to_owned(),
        release,
        changes,
        workloads: Vec::new(),
    }
}

fn change(before: f64, after: f64) -> Change {
    Change {
        kind: Kind::Instructions,
        label: "churn".to_owned(),
        engine: Engine::VM,
        before,
        after,
    }
}
