//! The record of the instruction counts: its rendering, its schema, its verdicts.

use std::path::Path;
use std::{env, fs};

use doeff_reports::gate::{Exact as _, Kind};
use doeff_reports::instructions::{
    Build, Ceiling, Cost, Event, Events, Floor, Law, Part, Point, Repeats, Schema, Verdict,
};
use doeff_reports::{Engine, Instructions, Mode, Params, Versions, instructions};
use serde_json::{Value, json};

fn cost(workload: &str, params: &Value, counts: &[(&'static str, f64)]) -> Cost {
    let params = params.as_object().expect("an object").clone();
    let counts = counts
        .iter()
        .map(|&(name, count)| (Engine::new(name), count));
    Cost {
        workload: workload.to_owned(),
        params: params.into_iter().collect(),
        operation: "effect".to_owned(),
        over: "size".to_owned(),
        from: 500,
        to: 2_500,
        counts: counts.collect(),
        events: [].into(),
        parts: [].into(),
        ceiling: None,
    }
}

fn floor(workload: &str, count: f64, recorded: Option<f64>, limit: Option<f64>) -> Floor {
    Floor {
        workload: workload.to_owned(),
        params: Params::default(),
        count,
        limit,
        recorded,
    }
}

fn law(over: &str, counts: [f64; 4], ceiling: f64) -> Law {
    let points = [1, 10, 100, 1_000].into_iter().zip(counts);
    let points = points.map(|(at, count)| Point { at, count });
    Law::fit(
        "deep_stacks",
        "the cost of an effect",
        over,
        points.collect(),
        ceiling,
    )
}

fn all_events() -> Events {
    let counts = [412.0, 3.25, 0.5, 0.0, 0.002];
    Event::ALL.into_iter().zip(counts).collect()
}

/// A record in which everything holds.
fn good() -> Instructions {
    let both = [("vm", 2_690.25), ("floor", 2_342.0)];
    Instructions {
        schema: Schema::V3,
        created: "2026-02-03T04:05:06Z".to_owned(),
        mode: Mode::Full,
        build: Build {
            versions: Versions {
                doeff_vm: "0.1.0".to_owned(),
                python: "3.11.7 (main, Jan  1 2026, 00:00:00) [GCC 12.2.0]".to_owned(),
                python_prefix: "/usr".to_owned(),
                rustc: "rustc 1.95.0".to_owned(),
                git_revision: None,
            },
            libpython_sha256: "0123456789abcdef".repeat(4),
            lock_sha256: "89abcdef01234567".repeat(4),
            profile_sha256: "76543210fedcba98".repeat(4),
            profile: "x86_64-unknown-linux-gnu, opt-level 3, [bench] inherits = \"release\""
                .to_owned(),
            valgrind: "valgrind-3.19.0".to_owned(),
            gungraun: "0.20.0".to_owned(),
            libc: "glibc 2.36 fedcba9876543210".to_owned(),
        },
        workloads: [("resume_churn".to_owned(), "0".repeat(64))].into(),
        costs: vec![
            cost(
                "generator_stepping",
                &json!({}),
                &[("vm", 2_690.25), ("floor", 2_342.0), ("call", 450.5)],
            ),
            Cost {
                ceiling: Some(Ceiling::TimesFloor(1.15)),
                events: [
                    (Engine::VM, all_events()),
                    (Engine::FLOOR, [(Event::SystemCalls, 0.0)].into()),
                ]
                .into(),
                parts: Part::ALL
                    .into_iter()
                    .zip([2_120.0, 480.25, 90.0, 0.0])
                    .collect(),
                ..cost("resume_churn", &json!({}), &both)
            },
            Cost {
                operation: "typed handler passed over".to_owned(),
                over: "depth".to_owned(),
                from: 16,
                to: 64,
                ceiling: Some(Ceiling::Instructions(24.0)),
                ..cost(
                    "nested_handlers",
                    &json!({"typed": true}),
                    &[("vm", 19.0), ("floor", 8.0)],
                )
            },
            Cost {
                ceiling: Some(Ceiling::TimesFloor(1.2)),
                ..cost(
                    "builtin_effects",
                    &json!({"effect": "ask"}),
                    &[("vm", 1_100.0)],
                )
            },
        ],
        floors: vec![
            floor("resume_churn", 2_342.0, Some(2_341.9), Some(2_500.0)),
            floor("generator_stepping", 2_342.0, None, None),
        ],
        laws: vec![
            law("call depth", [2_700.0, 2_691.0, 2_690.0, 2_690.0], 0.002),
            law(
                "number of nested handlers",
                [5.0, 51.0, 512.0, 5_150.0],
                1.05,
            ),
        ],
        repeats: Some(Repeats {
            largest: 0.000_21,
            of: "resume_churn on floor".to_owned(),
        }),
        broken: Vec::new(),
    }
    .judged()
}

/// One in which one of everything is broken.
fn bad() -> Instructions {
    let mut record = good();
    record.costs[1].ceiling = Some(Ceiling::TimesFloor(1.1));
    record.costs[2].ceiling = Some(Ceiling::Instructions(18.5));
    record.floors[0].limit = Some(2_000.0);
    record.floors[0].recorded = Some(2_300.0);
    record.laws[0] = law("call depth", [2_690.0, 2_700.0, 2_800.0, 2_900.0], 0.002);
    record.repeats = Some(Repeats {
        largest: 0.0125,
        of: "resume_churn on vm".to_owned(),
    });
    record.judged()
}

fn check(file: &str, rendered: &str, variable: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if env::var_os(variable).is_some() {
        fs::write(&path, rendered).expect("the file is writable");
    }
    let committed = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{file}: {error}; {variable}=1 writes it"));
    assert_eq!(
        rendered, committed,
        "{file} differs; {variable}=1 rewrites it"
    );
}

#[test]
fn the_markdown_report_where_everything_holds() {
    let record = good();
    assert_eq!(record.broken, [""; 0]);
    let rendered = instructions::report(&record);
    check("tests/golden/instructions.md", &rendered, "UPDATE_GOLDEN");
}

#[test]
fn the_markdown_report_where_everything_is_broken() {
    let rendered = instructions::report(&bad());
    check(
        "tests/golden/instructions_broken.md",
        &rendered,
        "UPDATE_GOLDEN",
    );
}

#[test]
fn what_is_broken_is_told_with_figure_and_ceiling() {
    assert_eq!(
        bad().broken,
        [
            "resume_churn: 1.149 times the floor, but at most 1.1 is allowed",
            "nested_handlers (typed=true), per typed handler passed over: 19.0 instructions, but at most 18.5 are \
             allowed",
            "the floor of resume_churn: 2,342.0 instructions, but at most 2,000.0 are allowed on this interpreter",
            "the floor of resume_churn: 2,342.0 instructions, but 2,300.0 are recorded for this interpreter, and a \
             floor may only go down",
            "the cost of an effect grows with the call depth by an exponent of 0.0114, but at most 0.002 is allowed",
            "resume_churn on vm: two counts differ by 1.250 %, but at most 0.1 % is allowed",
        ]
    );
}

#[test]
fn a_ceiling_without_a_floor_is_open_and_one_without_a_number_is_broken() {
    let record = good();
    assert_eq!(record.costs[3].verdict(), Verdict::Open);
    let unfitted = Law::fit("a workload", "a cost", "nothing", Vec::new(), 1.0);
    assert_eq!(unfitted.verdict(), Verdict::Broken);
}

#[test]
fn a_floor_may_differ_from_its_record_by_what_counts_differ_by() {
    let verdict = |count| floor("resume_churn", count, Some(2_000.0), None).verdict();
    assert_eq!(verdict(1_900.0), Verdict::Holds);
    assert_eq!(verdict(2_001.9), Verdict::Holds);
    assert_eq!(verdict(2_002.1), Verdict::Broken);
    assert_eq!(
        floor("resume_churn", 1.0, None, None).verdict(),
        Verdict::Open
    );
}

#[test]
fn the_interpreter_is_named_by_version_and_library() {
    assert_eq!(
        good().build.interpreter(),
        "CPython 3.11.7 0123456789abcdef"
    );
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let schema = Instructions::json_schema();
    check("schema/instructions.schema.json", &schema, "UPDATE_SCHEMA");
}

#[test]
fn a_record_is_valid_under_its_schema_and_reads_back() {
    let schema = serde_json::from_str(&Instructions::json_schema()).expect("a schema is JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is valid");
    for record in [good(), bad()] {
        let mut json: Value = serde_json::from_str(&record.to_json()).expect("it is JSON");
        assert!(validator.is_valid(&json));
        let back: Instructions = serde_json::from_value(json.clone()).expect("it was just written");
        assert_eq!(back, record);
        json["schema"] = json!("doeff-vm/instructions/1");
        assert!(!validator.is_valid(&json));
        assert!(serde_json::from_value::<Instructions>(json).is_err());
    }
}

#[test]
fn a_record_from_before_parts_is_read_and_has_none() {
    let mut json: Value = serde_json::from_str(&good().to_json()).expect("it is JSON");
    json["schema"] = json!("doeff-vm/instructions/2");
    for cost in json["costs"].as_array_mut().expect("it is a list") {
        let cost = cost.as_object_mut().expect("it is an object");
        assert!(cost.remove("parts").is_some());
    }
    let old: Instructions = serde_json::from_value(json).expect("it is understood");
    assert!(old.costs.iter().all(|cost| cost.parts.is_empty()));
    assert!(!instructions::tables(&old).contains("Whose instructions"));
}

#[test]
fn parts_are_shown_beside_their_sum() {
    let text = instructions::tables(&good());
    let (_, table) = text
        .split_once("## Whose instructions they are")
        .expect("there is such a section");
    let row = table.lines().find(|line| line.contains("resume_churn"));
    let cells: Vec<_> = row
        .expect("it was told apart")
        .split('|')
        .map(str::trim)
        .collect();
    let shown = ["resume_churn", "2,690.3", "2,120.0", "480.3", "90.0", "0.0"];
    assert_eq!(cells[1..7], shown);
}

#[test]
fn both_files_are_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("new");
    good().write(&output).expect("the folder is writable");
    let read = |name| fs::read_to_string(output.join(name)).expect("it was written");
    assert_eq!(read("instructions.json"), good().to_json());
    assert!(read("instructions.md").starts_with("# Instructions per operation\n"));
}

#[test]
fn the_gate_takes_every_figure_once_and_every_limit() {
    let rows = good().rows();
    let find = |kind, label: &str, engine: &Engine| {
        let mut found = rows.iter().filter(|row| row.is_of(kind, label, engine));
        let row = found.next().unwrap_or_else(|| panic!("no {label}"));
        assert!(found.next().is_none(), "{label} is there twice");
        (row.value, row.workload.as_str(), row.quick)
    };
    for row in &rows {
        find(row.kind, &row.label, &row.engine);
    }
    let churn = "resume_churn";
    let instructions = |label, engine| find(Kind::Instructions, label, engine);
    assert_eq!(instructions(churn, &Engine::VM), (2_690.25, churn, true));
    assert_eq!(instructions(churn, &Engine::FLOOR), (2_342.0, churn, true));
    assert!(!instructions("generator_stepping", &Engine::VM).2);
    let point = "the cost of an effect, call depth = 10";
    assert_eq!(
        instructions(point, &Engine::VM),
        (2_691.0, "deep_stacks", true)
    );
    let calls = find(Kind::SystemCalls, churn, &Engine::VM).0;
    assert!((calls - 0.002).abs() < 1e-9, "{calls}");
    let law = "the cost of an effect over the call depth";
    assert!(find(Kind::Exponent, law, &Engine::VM).0.abs() < 0.001);
    let ceilings = good().ceilings();
    for (name, limit) in [
        ("resume_churn, times the floor", 1.15),
        (
            "nested_handlers (typed=true), per typed handler passed over, instructions",
            24.0,
        ),
        ("the floor of resume_churn, instructions", 2_500.0),
        ("the cost of an effect over the call depth, exponent", 0.002),
    ] {
        assert_eq!(ceilings.get(name), Some(&limit), "{name}");
    }
    assert_eq!(ceilings.len(), 6);
    assert_eq!(bad().broken(), bad().broken);
}
