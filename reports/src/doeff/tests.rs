use super::{Beside, Doeff, Part, Required, Run, Samples, Scenario, Where};
use crate::stats::bootstrap::NestedError;
use crate::stats::verdict::Verdict;
use crate::{FileHash, Machine, Mode};

/// Five processes of four slices around a time.
fn around(ns: f64) -> Samples {
    let slices = |process: f64| [0.99, 1.0, 1.0, 1.01].map(|noise| ns * process * noise);
    [0.998, 0.999, 1.0, 1.001, 1.002]
        .map(|process| slices(process).to_vec())
        .to_vec()
}

fn beside(published: f64, ours: f64) -> Beside<Samples> {
    Beside {
        published: around(published),
        ours: around(ours),
    }
}

fn scenario(published: f64, ours: f64, python: Option<f64>) -> Scenario {
    Scenario {
        name: "state".to_owned(),
        lives_in: Where::Machine,
        required: None,
        operations: 100,
        whole: beside(published, ours),
        python: python.map(|ns| beside(ns, ns)),
    }
}

fn requiring(times: f64, of: Part, scenario: Scenario) -> Scenario {
    Scenario {
        required: Some(Required { times, of }),
        ..scenario
    }
}

fn table(scenarios: Vec<Scenario>) -> Result<Doeff, NestedError> {
    let text = str::to_owned;
    Doeff::of(Run {
        created: text("2026-01-02T03:04:05Z"),
        mode: Mode::Quick,
        machine: Machine {
            cpu: text("a CPU"),
            cores: 2,
            memory_bytes: 1,
            os: text("an OS"),
            kernel: text("a kernel"),
            clock_resolution_ns: None,
        },
        python: text("3.11"),
        revision: None,
        wheels: Beside {
            published: text("published"),
            ours: text("ours"),
        },
        wheel: FileHash {
            path: text("a.whl"),
            sha256: "0".repeat(64),
        },
        seed: 1,
        rounds: Vec::new(),
        scenarios,
    })
}

fn table_of_one(scenario: Scenario) -> Doeff {
    table(vec![scenario]).expect("there are slices")
}

fn close(found: f64, wanted: f64) -> bool {
    (found / wanted - 1.0).abs() < 1e-9
}

#[test]
fn the_rest_is_the_whole_without_python() {
    let row = &table_of_one(scenario(1_500.0, 500.0, Some(400.0))).rows[0];
    assert!(close(row.whole.median, 3.0), "{row:?}");
    assert!(close(row.time().median, 1.0 / 3.0), "{row:?}");
    let rest = row.rest.expect("something is left");
    assert!(close(rest.median, 11.0), "{rest:?}");
    assert_eq!((rest.processes, rest.samples), (5, 5));
    assert!(close(row.whole_ns.ours, 500.0));
    assert!(close(
        row.python_ns.expect("it was measured").published,
        400.0
    ));
}

#[test]
fn slices_that_were_disturbed_do_not_move_the_rest() {
    // Something else on the machine makes three of five slices of our wheel's whole twice as long.
    let mut measured = scenario(1.0, 1.0, None);
    let steady = |ns: f64| vec![vec![ns; 5]; 5];
    measured.whole = Beside {
        published: steady(1_500.0),
        ours: vec![vec![1_000.0, 500.0, 1_000.0, 500.0, 1_000.0]; 5],
    };
    measured.python = Some(Beside {
        published: steady(400.0),
        ours: steady(400.0),
    });
    let rest = table_of_one(measured).rows[0].rest;
    let rest = rest.expect("something is left");
    assert!(close(rest.median, 11.0), "{rest:?}");
}

#[test]
fn slices_are_paired_within_their_round() {
    // The machine is twice as slow in every other round, which the ratios do not show.
    let slow = |ns: f64| vec![vec![ns, 2.0 * ns, ns, 2.0 * ns]; 5];
    let mut unlike = scenario(1.0, 1.0, None);
    unlike.whole = Beside {
        published: slow(300.0),
        ours: slow(100.0),
    };
    let row = &table_of_one(unlike).rows[0];
    assert!(
        close(row.whole.median, 3.0) && close(row.whole.low, row.whole.high),
        "{row:?}"
    );
}

#[test]
fn a_figure_that_is_required_of_the_rest_is_not_met_by_the_whole() {
    let measured = scenario(1_500.0, 500.0, Some(400.0));
    let of = |times, part| table_of_one(requiring(times, part, measured.clone()));
    assert_eq!(of(5.0, Part::Rest).rows[0].met(), Some(true));
    assert_eq!(of(12.0, Part::Rest).rows[0].met(), Some(false));
    assert_eq!(of(2.9, Part::Whole).rows[0].met(), Some(true));
    let missed = of(5.0, Part::Whole);
    assert_eq!(missed.problems(), ["state: 3.00×, not 5.00× of the whole"]);
    assert!(missed.to_markdown().contains("**missed**"));
}

#[test]
fn a_page_names_the_wholes_below_a_figure_that_the_rest_reaches() {
    let page = table_of_one(requiring(
        5.0,
        Part::Rest,
        scenario(1_500.0, 500.0, Some(400.0)),
    ));
    let page = page.to_markdown();
    assert!(
        page.contains("below their figure: state (3.00×)."),
        "{page}"
    );
    assert!(page.contains("Every requirement is met"), "{page}");
}

#[test]
fn where_nothing_is_left_a_requirement_of_the_rest_is_missed() {
    let table = table_of_one(requiring(
        5.0,
        Part::Rest,
        scenario(1_500.0, 500.0, Some(501.0)),
    ));
    assert!(table.rows[0].rest.is_none());
    assert_eq!(
        table.problems(),
        ["state: cannot be told, not 5.00× of the rest"]
    );
}

#[test]
fn three_percent_are_no_problem_and_more_are() {
    let verdict = |ours| {
        let table = table_of_one(scenario(1_000.0, ours, None));
        let judgement = table.rows[0].judgement.expect("it was judged");
        (judgement.verdict, table.problems().len())
    };
    assert_eq!(verdict(1_000.0), (Verdict::Same, 0));
    assert_ne!(verdict(1_025.0).0, Verdict::Slower);
    assert_eq!(verdict(1_060.0), (Verdict::Slower, 1));
    assert_eq!(verdict(500.0), (Verdict::Faster, 0));
}

#[test]
fn one_process_is_too_few() {
    let mut short = scenario(1_000.0, 500.0, None);
    short.whole.published.truncate(1);
    assert_eq!(table(vec![short]), Err(NestedError::Processes(1)));
}

#[test]
fn what_was_measured_is_in_the_folder() {
    let folder = tempfile::tempdir().expect("there is room");
    let table = table_of_one(scenario(1_000.0, 500.0, Some(100.0)));
    table.write(folder.path()).expect("it is writable");
    let read = |name| std::fs::read_to_string(folder.path().join(name)).expect("it is there");
    let json: serde_json::Value = serde_json::from_str(&read("doeff.json")).expect("it is JSON");
    assert_eq!(
        json["run"]["scenarios"][0]["whole"]["ours"][4]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    assert_eq!(json["rows"][0]["judgement"]["verdict"], "faster");
    assert_eq!(read("doeff.md"), table.to_markdown());
}
