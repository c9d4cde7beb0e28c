//! The comparison, and how renderers show what is missing, wrong or hostile.

mod common;

use doeff_reports::table::Cell;
use doeff_reports::terminal::{self, Style};
use doeff_reports::{Absence, Comparison, Engine, Folder, Outcome, Params, Report, html, markdown};
use serde_json::json;

fn with_rows(rows: &[(&str, u64, &str, f64)]) -> Report {
    let mut report = common::empty();
    let row = |&(workload, size, engine, ns): &(_, _, _, _)| {
        common::row(workload, &Params::default(), size, engine, ns)
    };
    report.results = rows.iter().map(row).collect();
    report
}

fn close(a: Option<f64>, b: f64) -> bool {
    a.is_some_and(|a| (a - b).abs() < 1e-9)
}

fn page(report: &Report) -> String {
    let folder = Folder::from(report.clone());
    let comparison = Comparison::of_folder(&folder);
    html::report(&folder, &comparison, &[]).expect("the page renders")
}

fn summary(report: &Report) -> String {
    let folder = Folder::from(report.clone());
    markdown::summary(&folder, &Comparison::of_folder(&folder), None)
}

fn all_renderings(report: &Report) -> [String; 4] {
    let folder = Folder::from(report.clone());
    let comparison = Comparison::of_folder(&folder);
    [
        terminal::report(&folder, &comparison, Style::Plain),
        summary(report),
        markdown::headline(report),
        page(report),
    ]
}

#[test]
fn ratios_are_those_of_pairs() {
    let report = with_rows(&[
        ("w", 10, "vm", 300.0),
        ("w", 10, "floor", 200.0),
        ("w", 10, "cesk", 6_000.0),
    ]);
    let comparison = Comparison::of(&report);
    let row = &comparison.groups[0].rows[0];
    let vm = row.cost(&Engine::VM).expect("the vm ran");
    assert!(close(vm.times_floor(), 1.5) && close(vm.times_faster(), 20.0));
    let cesk = row.cost(&Engine::CESK).expect("cesk ran");
    assert!(close(cesk.times_floor(), 30.0) && cesk.times_faster().is_none());
}

#[test]
fn rows_are_ordered_by_workload_params_and_size_and_engines_by_place() {
    let comparison = Comparison::of(&common::report());
    let names: Vec<_> = comparison.engines.iter().map(Engine::name).collect();
    assert_eq!(names, ["vm", "cesk", "floor", "call"]);
    let labels: Vec<_> = comparison
        .groups
        .iter()
        .map(doeff_reports::table::Group::label)
        .collect();
    assert_eq!(labels[0], "generator_stepping");
    assert_eq!(labels[1], "nested_handlers (depth=1, typed=false)");
    assert_eq!(labels[5], "nested_handlers (depth=16, typed=false)");
    assert_eq!(labels[9], "resume_churn");
    let sizes: Vec<_> = comparison.groups[9]
        .rows
        .iter()
        .map(|row| row.size)
        .collect();
    assert_eq!(sizes, [100, 1_000, 2_000, 1_000_000]);
}

#[test]
fn growth_is_each_engines_own() {
    let report = with_rows(&[
        ("w", 100, "vm", 200.0),
        ("w", 1_000, "vm", 900.0),
        ("w", 10_000, "vm", 250.0),
        ("w", 100, "cesk", 5_000.0),
        ("w", 1_000, "cesk", 15_000.0),
        ("w", 100, "floor", 100.0),
    ]);
    let growth = &Comparison::of(&report).groups[0].growth;
    let sizes = |engine: &Engine| growth.get(engine).map(|one| (one.from, one.to));
    assert_eq!(sizes(&Engine::VM), Some((100, 10_000)));
    assert_eq!(sizes(&Engine::CESK), Some((100, 1_000)));
    assert_eq!(sizes(&Engine::FLOOR), None);
    assert!(close(growth.get(&Engine::VM).map(|one| one.ratio), 1.25));
    let cesk = growth.get(&Engine::CESK).expect("there are two sizes");
    assert!((cesk.law.exponent - 3.0_f64.log10()).abs() < 1e-9);
}

#[test]
fn one_size_has_no_growth() {
    let report = with_rows(&[("w", 10, "vm", 300.0), ("w", 10, "floor", 200.0)]);
    assert!(Comparison::of(&report).groups[0].growth.is_empty());
    assert!(page(&report).contains("<svg"), "a single point is drawn");
}

#[test]
fn missing_engines_are_dashes() {
    let report = with_rows(&[
        ("a", 10, "vm", 300.0),
        ("a", 10, "floor", 150.0),
        ("b", 10, "cesk", 6_000.0),
    ]);
    let comparison = Comparison::of(&report);
    assert_eq!(comparison.groups[0].rows[0].cells.get(&Engine::CESK), None);
    assert_eq!(
        comparison.groups[0].rows[0]
            .cost(&Engine::VM)
            .and_then(doeff_reports::table::Cost::times_faster),
        None
    );
    let headline = markdown::headline(&report);
    let lines: Vec<_> = headline
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(lines[2], "| a | 10 | 300 ns | 150 ns | 2.00× | – | – |");
    assert_eq!(lines[3], "| b | 10 | – | – | – | 6.00 us | – |");
}

#[test]
fn without_floor_or_cesk_there_are_no_ratios_to_show() {
    let report = with_rows(&[("w", 10, "vm", 300.0), ("w", 10, "call", 30.0)]);
    let comparison = Comparison::of(&report);
    assert!(comparison.over_floor().is_empty() && comparison.against_cesk().is_empty());
    let page = page(&report);
    assert!(!page.contains("id=\"floor\""), "{page}");
    assert!(summary(&report).contains("nothing to compare the virtual machine with"));
}

#[test]
fn a_record_without_rows_renders() {
    for text in all_renderings(&common::empty()) {
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn no_rendering_shows_a_number_that_is_none() {
    for text in all_renderings(&common::report()) {
        assert!(!text.contains("NaN"), "{text}");
    }
}

#[test]
fn a_wrong_answer_is_named_and_enters_no_ratio() {
    let mut report = with_rows(&[
        ("w", 10, "vm", 300.0),
        ("w", 20, "vm", 300.0),
        ("w", 10, "floor", 200.0),
        ("w", 10, "cesk", 6_000.0),
    ]);
    for wrong in [0, 2] {
        report.results[wrong].outcome = Outcome::Wrong {
            answer: "1".to_owned(),
            expected: "2".to_owned(),
        };
    }
    let comparison = Comparison::of(&report);
    let group = &comparison.groups[0];
    let wrong = Cell::Wrong {
        answer: "1".to_owned(),
        expected: "2".to_owned(),
    };
    assert_eq!(group.rows[0].cells.get(&Engine::VM), Some(&wrong));
    assert_eq!(
        group.rows[0]
            .cost(&Engine::CESK)
            .and_then(doeff_reports::table::Cost::times_floor),
        None
    );
    assert!(group.growth.is_empty());
    let [terminal, summary, _, page] = all_renderings(&report);
    for text in [&terminal, &summary, &page] {
        assert!(text.contains("FAIL"), "{text}");
        assert!(text.contains("the answer was 1 instead of 2"), "{text}");
    }
}

#[test]
fn the_representative_size_is_the_largest_that_all_engines_have_or_the_best_known_one() {
    let engines = [
        ("vm", 200.0),
        ("cesk", 6_000.0),
        ("floor", 150.0),
        ("call", 20.0),
    ];
    let mut report = common::empty();
    for workload in ["resume_churn", "other"] {
        for size in [100, 2_000, 10_000, 1_000_000] {
            for (engine, ns) in engines {
                if engine != "cesk" || size < 1_000_000 {
                    report.results.push(common::row(
                        workload,
                        &Params::default(),
                        size,
                        engine,
                        ns,
                    ));
                }
            }
        }
    }
    let comparison = Comparison::of(&report);
    let sizes = comparison
        .groups
        .iter()
        .map(|group| group.representative().map(|row| row.size));
    assert_eq!(sizes.collect::<Vec<_>>(), [Some(10_000), Some(2_000)]);
}

#[test]
fn engines_without_a_place_come_last() {
    let report = with_rows(&[
        ("w", 10, "zeta", 90.0),
        ("w", 10, "alpha", 80.0),
        ("w", 10, "floor", 50.0),
    ]);
    let table = terminal::table(&Comparison::of(&report));
    let lines = table.lines().filter(|line| line.contains(" 10 "));
    let names: Vec<_> = lines
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names, ["floor", "alpha", "zeta"]);
    assert!(page(&report).contains("alpha"));
}

#[test]
fn what_was_left_out_is_a_row_that_says_why() {
    let mut report = with_rows(&[("w", 10, "vm", 90.0), ("w", 20, "vm", 90.0)]);
    report.left_out = vec![
        Absence {
            engine: Engine::new("alpha"),
            workload: Some("w".to_owned()),
            parameter: None,
            above: Some(10),
            reason: "it has no <k>".to_owned(),
        },
        Absence::of_engine(Engine::new("beta"), "it is not there"),
    ];
    let cells = Comparison::of(&report).groups[0].rows.clone();
    let reason =
        |size: usize, engine: &str| match cells[size].cells.get(&Engine::new(engine.to_owned())) {
            Some(Cell::LeftOut { reason }) => Some(reason.clone()),
            _ => None,
        };
    assert_eq!(reason(0, "alpha"), None);
    assert_eq!(reason(1, "alpha").as_deref(), Some("it has no <k>"));
    assert_eq!(reason(0, "beta").as_deref(), Some("it is not there"));
    let [terminal, _, _, page] = all_renderings(&report);
    let row = terminal
        .lines()
        .find(|line| line.trim_start().starts_with("beta"));
    assert!(
        row.is_some_and(|row| row.contains("10–20") && row.contains("left out")),
        "{terminal}"
    );
    assert!(
        terminal.contains("w above n = 10 on alpha: it has no <k>"),
        "{terminal}"
    );
    assert!(page.contains("it has no &lt;k&gt;") && page.contains("it is not there"));
}

#[test]
fn texts_of_the_record_are_escaped() {
    let evil = "<script>alert('x')</script>|`*\n\"&";
    let mut report = common::empty();
    evil.clone_into(&mut report.created);
    evil.clone_into(&mut report.machine.cpu);
    evil.clone_into(&mut report.versions.python);
    report
        .settings
        .further
        .insert("note".to_owned(), json!(evil));
    let params = common::params(json!({ evil: evil }));
    for engine in ["vm", "floor", "cesk", evil] {
        let mut row = common::row(evil, &params, 10, engine, 100.0);
        evil.clone_into(&mut row.operation);
        report.results.push(row);
    }
    report.results[0].outcome = Outcome::Failed {
        reason: evil.to_owned(),
    };
    report.left_out = vec![Absence::of_engine(Engine::new(evil), evil)];
    let page = page(&report);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
    assert!(!page.contains("&amp;lt;"), "nothing is escaped twice");

    let text = summary(&report);
    assert!(text.contains("&lt;script&gt;") && !text.contains("<script"));
    let tables = text.lines().filter(|line| line.starts_with('|'));
    for (line, next) in tables.clone().zip(tables.skip(1)) {
        // A cell boundary is a bar without a backslash.
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        if next.starts_with("| -") {
            assert_eq!(cells(line), cells(next), "{line}");
        }
    }
    // In nothing but a table, a list, or HTML of its own.
    let lines = text.lines().filter(|line| line.contains("script"));
    for line in lines {
        assert!(line.starts_with(['|', '-', '<']), "{line}");
    }
}
