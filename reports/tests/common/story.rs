//! Whole folders to render.

use doeff_reports::allocations::{self, Run};
use doeff_reports::instructions::{Build, Ceiling, Cost, Law, Part, Point};
use doeff_reports::refcounts::{self, Ending, Growth, Kind};
use doeff_reports::{
    Absence, Allocations, Engine, FileHash, Folder, Instructions, Mode, Outcome, Params, Refcounts,
    Report, Slice, Sweep, Versions, instructions, sweep,
};
use serde_json::json;

use super::{empty, params, report, row};

/// Everything that a record can hold: an A/A twin, a wrong answer, a failure, what was left out, and all counts.
pub(crate) fn folder() -> Folder {
    let mut report = report();
    report.versions.git_revision = Some("0123456789ab".to_owned());
    report.provenance.python_pgo = Some(false);
    report.provenance.python_lto = Some(false);
    report.provenance.libpython = Some(FileHash {
        path: "~/lib/libpython3.11.so.1.0".to_owned(),
        sha256: "5a".repeat(32),
    });
    let twins: Vec<_> = report
        .results
        .iter()
        .filter(|row| row.engine == Engine::VM)
        .map(|vm| twin(vm, 1.001))
        .collect();
    report.results.extend(twins);
    for (index, row) in report.results.iter_mut().enumerate() {
        warm_up(row, index);
    }
    let none = Params::default();
    let mut wrong = row("resume_churn", &none, 100, "doeff-0.8", 1_500.0);
    wrong.outcome = Outcome::Wrong {
        answer: "4951".to_owned(),
        expected: "4950".to_owned(),
    };
    let mut failed = row("resume_churn", &none, 1_000, "doeff-0.8", 1_500.0);
    failed.outcome = Outcome::Failed {
        reason: "RecursionError: maximum recursion depth exceeded".to_owned(),
    };
    report.results.extend([wrong, failed]);
    report.left_out = vec![
        Absence {
            engine: Engine::CESK,
            workload: Some("resume_nontail".to_owned()),
            parameter: None,
            above: Some(2_000),
            reason: "each effect copies the stack".to_owned(),
        },
        Absence::of_engine(Engine::GREENLET, "it cannot be installed here"),
    ];
    Folder {
        instructions: Some(instructions(&report)),
        allocations: Some(allocations(&report)),
        refcounts: Some(refcounts(&report)),
        sweep: Some(sweep(&report)),
        report,
    }
}

/// A row once more, a little off.
fn twin(row: &doeff_reports::Measurement, factor: f64) -> doeff_reports::Measurement {
    let mut twin = row.clone();
    twin.engine = Engine::VM_AGAIN;
    for slice in &mut twin.slices {
        slice.ns = scaled(slice.ns, factor);
    }
    twin
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive and small
#[expect(clippy::cast_precision_loss)]
fn scaled(ns: u64, factor: f64) -> u64 {
    (ns as f64 * factor).round() as u64
}

/// Runs before the first slice of each process, dearer at first.
fn warm_up(row: &mut doeff_reports::Measurement, index: usize) {
    let Some(first) = row.slices.first().copied() else {
        return;
    };
    let run = |process: u32, step: u32| Slice {
        process,
        round: process * super::ROUNDS,
        at_us: u64::from(process * super::ROUNDS) * 50_000 + u64::from(step) * 1_000,
        runs: 1,
        ns: scaled(
            first.ns,
            1.0 + 0.4 / f64::from(step + 1 + u32::try_from(index % 3).expect("it is small")),
        ),
        cpu_ns: first.cpu_ns,
    };
    row.warm_up = (0..super::PROCESSES)
        .flat_map(|process| (0..4).map(move |step| (process, step)))
        .map(|(process, step)| run(process, step))
        .collect();
}

/// Two revisions side by side: the later one is slower in one workload, faster in another and the same elsewhere.
pub(crate) fn revisions() -> Folder {
    let mut report = empty();
    let revisions = [
        ("base", "a".repeat(40)),
        ("base-2", "a".repeat(40)),
        ("head", "b".repeat(40)),
        ("head-2", "b".repeat(40)),
    ];
    report.provenance.revisions = revisions
        .map(|(engine, revision)| (engine.to_owned(), revision))
        .into();
    let none = Params::default();
    for (workload, factor) in [
        ("resume_churn", 1.1),
        ("builtin_effects", 0.8),
        ("runs", 1.0),
    ] {
        for size in [100, 1_000] {
            for (engine, ns) in [
                ("base", 200.0),
                ("base-2", 200.4),
                ("head", 200.0 * factor),
                ("head-2", 200.4 * factor),
            ] {
                report.results.push(row(workload, &none, size, engine, ns));
            }
        }
    }
    let mut counted = instructions(&report);
    counted.costs = ["resume_churn", "builtin_effects", "runs"]
        .map(|workload| Cost {
            counts: [
                ("base", 2_000.0),
                ("head", if workload == "runs" { 2_000.5 } else { 2_090.0 }),
            ]
            .map(|(engine, count)| (Engine::new(engine), count))
            .into(),
            ..cost(workload, &none)
        })
        .into();
    Folder {
        instructions: Some(counted),
        ..Folder::from(report)
    }
}

/// The size that a full run may have: so many groups of three sizes on 14 engines.
pub(crate) fn full_size(groups: usize) -> Report {
    let mut report = empty();
    let engines = [
        ("vm", 220.0),
        ("vm-again", 220.5),
        ("vm-wheel", 221.0),
        ("cesk", 14_000.0),
        ("pure", 5_400.0),
        ("doeff-0.8", 1_450.0),
        ("doeff-0.4", 2_400.0),
        ("floor", 190.0),
        ("call", 32.0),
        ("stateless", 450.0),
        ("greenlet", 760.0),
        ("effect", 5_200.0),
        ("effectful", 18_000.0),
        ("asyncio", 640.0),
    ];
    for group in 0..groups {
        let workload = format!("workload_number_{}", group / 4);
        let params = params(json!({"depth": 1 << (group % 4 * 2), "kind": "handlers_outside"}));
        for size in [100, 1_000, 10_000] {
            for (engine, ns) in engines {
                let deeper = 1.0 + 0.003 * f64::from(u32::try_from(group).expect("it is small"));
                report
                    .results
                    .push(row(&workload, &params, size, engine, ns * deeper));
            }
        }
    }
    for (index, row) in report.results.iter_mut().enumerate() {
        warm_up(row, index);
    }
    report
}

fn versions(report: &Report) -> Versions {
    report.versions.clone()
}

fn cost(workload: &str, params: &Params) -> Cost {
    Cost {
        workload: workload.to_owned(),
        params: params.clone(),
        operation: "effect".to_owned(),
        over: "size".to_owned(),
        from: 500,
        to: 2_500,
        counts: [(Engine::VM, 2_343.0), (Engine::FLOOR, 2_131.0)].into(),
        events: [].into(),
        parts: Part::ALL
            .into_iter()
            .zip([1_702.5, 480.0, 97.5, 63.0])
            .collect(),
        ceiling: Some(Ceiling::TimesFloor(1.2)),
    }
}

fn instructions(report: &Report) -> Instructions {
    let none = Params::default();
    let points = |slope: f64| {
        [1_u32, 10, 100, 1_000]
            .map(|at| Point {
                at: u64::from(at),
                count: 2_400.0 + slope * f64::from(at),
            })
            .into()
    };
    Instructions {
        schema: instructions::Schema::default(),
        created: report.created.clone(),
        mode: Mode::Full,
        build: counted(report),
        workloads: [].into(),
        costs: ["resume_churn", "resume_nontail", "transfer_churn"]
            .map(|workload| cost(workload, &none))
            .into(),
        floors: Vec::new(),
        laws: vec![
            Law::fit("deep_stacks", "an effect", "call depth", points(0.0), 0.002),
            Law::fit(
                "nested_once",
                "all handlers",
                "number of nested handlers",
                points(2_300.0),
                1.01,
            ),
        ],
        repeats: None,
        broken: Vec::new(),
    }
    .judged()
}

fn counted(report: &Report) -> Build {
    Build {
        versions: versions(report),
        libpython_sha256: "5a".repeat(32),
        lock_sha256: "1c".repeat(32),
        profile_sha256: "0f".repeat(32),
        profile: "opt-level=3".to_owned(),
        valgrind: "3.19.0".to_owned(),
        gungraun: "0.17.0".to_owned(),
        libc: "glibc 2.36".to_owned(),
    }
}

/// A flat cost and one that grows, over three decades.
fn sweep(report: &Report) -> Sweep {
    let series = |engine: &str, slope: f64| {
        let point = |index: u32| {
            let from = 10 * 4_u64.pow(index);
            sweep::Point {
                from,
                to: 2 * from,
                count: 2_343.0 + slope * f64::from(15 * 4_u32.pow(index)),
            }
        };
        sweep::Series {
            workload: "resume_churn".to_owned(),
            params: Params::default(),
            operation: "effect".to_owned(),
            engine: Engine::new(engine.to_owned()),
            points: (0..7).map(point).collect(),
            fit: None,
            problem: None,
        }
        .fitted()
    };
    Sweep {
        schema: sweep::Schema::default(),
        created: report.created.clone(),
        build: counted(report),
        series: vec![series("vm", 0.0), series("cesk", 11.0)],
    }
}

fn allocations(report: &Report) -> Allocations {
    let run = |size: u64, each: u64| Run {
        size,
        operations: size,
        rust: 3,
        raw: 0,
        mem: 10,
        obj: 40 + each * size,
        kept: 0,
        garbage: 0,
        peak: 4_096,
    };
    let rows = [("vm", 2), ("floor", 2), ("cesk", 57)].map(|(engine, each)| {
        allocations::Row::of(
            "resume_churn",
            Params::default(),
            Engine::new(engine),
            "effect",
            true,
            vec![run(500, each), run(2_500, each)],
        )
        .expect("the second run makes more operations")
    });
    Allocations {
        schema: allocations::Schema::default(),
        created: report.created.clone(),
        mode: Mode::Full,
        build: build(report),
        rows: rows.into(),
        left_out: Vec::new(),
    }
}

fn build(report: &Report) -> allocations::Build {
    allocations::Build {
        versions: versions(report),
        libpython_sha256: "5a".repeat(32),
        debug_build: false,
    }
}

fn refcounts(report: &Report) -> Refcounts {
    let endings = [
        Ending::NormalEnd,
        Ending::Abandonment,
        Ending::Exception,
        Ending::OneShotViolation,
        Ending::Cycle,
    ];
    let growth = |kind, object: &str, grown| Growth {
        kind,
        object: object.to_owned(),
        grown,
    };
    let rows = endings.map(|ending| {
        let leak = i64::from(ending == Ending::Cycle);
        refcounts::Row {
            workload: "resume_churn".to_owned(),
            params: Params::default(),
            engine: Engine::VM,
            size: 100,
            ending,
            runs: [10, 110],
            objects: vec![
                growth(Kind::Objects, "generator", [10 * leak, 110 * leak]),
                growth(Kind::Bytes, "Rust's allocator", [0, 0]),
                growth(Kind::Blocks, "sys.getallocatedblocks()", [3, 3]),
            ],
            resident_bytes: 65_536,
            failures: Vec::new(),
        }
    });
    Refcounts {
        schema: refcounts::Schema::default(),
        created: report.created.clone(),
        mode: Mode::Full,
        build: build(report),
        rows: rows.into(),
        left_out: Vec::new(),
        leaks: Vec::new(),
    }
    .judged()
}
