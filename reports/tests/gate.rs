//! The gate: each verdict with its reasons, what can be accepted, and the files.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use doeff_reports::gate::{
    Accepted, Baseline, Change, Entry, Found, Judgement, Key, Kind, Origin, Question, Record,
    Refusal, Row, RowVerdict, Schema, Verdict, accept, judge, page, summary,
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
        schema: Schema::V1,
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
    }
}

fn found() -> Found {
    Found {
        record: record(),
        broken: Vec::new(),
        errors: Vec::new(),
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

#[test]
fn the_same_figures_are_ok() {
    let judgement = judged(&found());
    assert_eq!(judgement.verdict, Verdict::Ok);
    assert_eq!(
        judgement.sentence(),
        "None of 6 figures rose by more than is tolerated."
    );
}

#[test]
fn each_kind_has_its_tolerance() {
    for (number, within, above) in [
        (0, 2_006.0, 2_006.1), // 0.3 %
        (4, 22.0, 22.1),       // 3 instructions
        (2, 0.0104, 0.0106),
        (3, 1.0, 1.000_5), // one in the 2,000 operations between the sizes
        (5, 0.001_3, 0.001_5),
    ] {
        let verdict = |value| judged(&with(number, value)).verdict;
        assert_eq!(verdict(within), Verdict::Ok, "{number}");
        assert_eq!(verdict(above), Verdict::Regressed, "{number}");
    }
    assert_eq!(judged(&with(0, f64::NAN)).verdict, Verdict::Regressed);
}

#[test]
fn what_fell_is_better_and_the_floor_is_not_judged() {
    let judgement = judged(&with(0, 1_900.0));
    assert_eq!(judgement.verdict, Verdict::Ok);
    assert_eq!(judgement.rows[0].verdict, RowVerdict::Better);
    assert!(judgement.sentence().ends_with("and 1 fell by as much."));
    let judgement = judged(&with(1, 2_500.0));
    assert_eq!(judgement.verdict, Verdict::Ok);
    assert_eq!(judgement.rows[1].verdict, RowVerdict::Beside);
}

#[test]
fn a_rise_is_told_with_both_figures_and_the_commits() {
    let commits = ["abc1234 Make it slower".to_owned()];
    let judgement = judged(&with(0, 2_100.0));
    assert_eq!(judgement.verdict, Verdict::Regressed);
    let text = summary(&judgement, &commits);
    assert!(text.starts_with("# Gate: regressed\n\n1 of 6 figures rose"));
    let line = text.lines().find(|line| line.contains("**regressed**"));
    let cells: Vec<_> = line
        .expect("it is told")
        .split('|')
        .map(str::trim)
        .collect();
    let told = ["churn", "vm", "instructions", "2,000.0", "2,100.0"];
    assert_eq!(cells[1..6], told);
    assert_eq!(cells[6..8], ["+100.0 (+5.00 %)", "+6.0"]);
    assert!(text.contains("- abc1234 Make it slower"), "{text}");
    let good = summary(&judged(&found()), &commits);
    assert!(!good.contains("abc1234"), "{good}");
}

#[test]
fn a_broken_ceiling_is_a_regression_whatever_the_figures() {
    let mut found = found();
    found.broken.push("churn: 1.2 times the floor".to_owned());
    let judgement = judged(&found);
    assert_eq!(judgement.verdict, Verdict::Regressed);
    let text = summary(&judgement, &[]);
    assert!(text.contains("A ceiling is broken."), "{text}");
    assert!(text.contains("- churn: 1.2 times the floor"), "{text}");
}

#[test]
fn a_ceiling_can_be_lowered_but_not_lifted_or_removed() {
    let verdict = |ceilings: &[f64]| {
        let mut found = found();
        let name = "churn, times the floor".to_owned();
        let ceilings = ceilings.iter().map(|&ceiling| (name.clone(), ceiling));
        found.record.ceilings = ceilings.collect();
        let judgement = judged(&found);
        (judgement.verdict, judgement.broken.concat())
    };
    assert_eq!(verdict(&[1.1]).0, Verdict::Ok);
    let (lifted, told) = verdict(&[1.2]);
    assert_eq!(lifted, Verdict::Regressed);
    assert!(told.contains("lifted from 1.15 to 1.2"), "{told}");
    let (removed, told) = verdict(&[]);
    assert_eq!(removed, Verdict::Regressed);
    assert!(told.contains("times the floor was removed"), "{told}");
}

#[test]
fn without_anything_to_compare_with_there_is_no_baseline() {
    let judgement = judge(Question {
        found: &found(),
        baseline: None,
        release: None,
        accepted: &accepted(),
    });
    assert_eq!(judgement.verdict, Verdict::NoBaseline);
    assert!(judgement.unjudged[0].contains("no record for this key"));
    let mut added = found();
    added
        .record
        .rows
        .push(row(Kind::Instructions, "churn (more)", Engine::VM, 1.0));
    let judgement = judged(&added);
    assert_eq!(judgement.verdict, Verdict::NoBaseline);
    assert_eq!(judgement.unjudged, ["churn (more) on vm, instructions"]);
}

#[test]
fn a_changed_workload_is_an_error_until_it_is_accepted() {
    let told = |change: fn(&mut BTreeMap<String, String>)| {
        let mut found = found();
        change(&mut found.record.workloads);
        let workloads = found.record.workloads.clone();
        found
            .record
            .rows
            .retain(|row| workloads.contains_key(&row.workload));
        let judgement = judged(&found);
        (judgement.verdict, judgement.errors.concat())
    };
    let (verdict, errors) = told(|workloads| drop(workloads.remove("churn")));
    assert_eq!(verdict, Verdict::Error);
    assert!(
        errors.contains("the workload churn was removed"),
        "{errors}"
    );
    let (verdict, errors) = told(|workloads| {
        workloads.remove("churn");
        workloads.insert("mill".to_owned(), "aa".to_owned());
    });
    assert_eq!(verdict, Verdict::Error);
    assert!(errors.contains("churn was renamed to mill"), "{errors}");
    let (verdict, errors) = told(|workloads| {
        workloads.insert("churn".to_owned(), "xx".to_owned());
    });
    assert_eq!(verdict, Verdict::Error);
    assert!(errors.contains("churn was edited"), "{errors}");
    let (verdict, _) = told(|workloads| {
        workloads.insert("mill".to_owned(), "yy".to_owned());
    });
    assert_eq!(verdict, Verdict::NoBaseline);
}

#[test]
fn what_was_not_measured_any_more_is_an_error() {
    let mut found = found();
    found.record.rows.remove(0);
    let judgement = judged(&found);
    assert_eq!(judgement.verdict, Verdict::Error);
    assert_eq!(
        judgement.errors,
        ["churn on vm, instructions was not measured any more"]
    );
    found
        .errors
        .push("instructions: it wrote no record".to_owned());
    assert_eq!(judged(&found).errors.len(), 2);
}

#[test]
fn a_quick_run_and_one_of_some_workloads_have_fewer_figures() {
    let mut found = found();
    found.record.rows.pop();
    found.record.mode = Mode::Quick;
    assert_eq!(judged(&found).verdict, Verdict::Ok);
    found.record.rows.retain(|row| row.workload == "law");
    found.record.ceilings.clear();
    assert_eq!(judged(&found).verdict, Verdict::Error);
    found.only = vec!["law".to_owned()];
    assert_eq!(judged(&found).verdict, Verdict::Ok);
    found.record.rows.clear();
    assert_eq!(judged(&found).verdict, Verdict::Error);
    found.without = vec!["instructions".to_owned()];
    assert_eq!(judged(&found).verdict, Verdict::Ok);
    assert!(summary(&judged(&found), &[]).contains("left out: instructions."));
}

#[test]
fn an_ancestor_that_was_built_knows_less_and_what_was_accepted_since_is_allowed() {
    let mut accepted_now = accepted();
    accepted_now
        .workloads
        .insert("churn".to_owned(), "xx".to_owned());
    accepted_now
        .entries
        .push(entry(vec![change(2_000.0, 2_100.0)], false));
    let verdict = |found: &Found, accepted: &Accepted| {
        let judgement = judge(Question {
            found,
            baseline: Some(&baseline(Origin::Built)),
            release: None,
            accepted,
        });
        (judgement.verdict, judgement.rows[0].verdict)
    };
    let mut edited = found();
    edited.record.workloads.clone_from(&accepted_now.workloads);
    assert_eq!(
        verdict(&edited, &accepted_now),
        (Verdict::Ok, RowVerdict::New)
    );
    assert_eq!(verdict(&edited, &accepted()).0, Verdict::Error);
    accepted_now.workloads = record().workloads;
    let slower = with(0, 2_105.0);
    assert_eq!(
        verdict(&slower, &accepted_now),
        (Verdict::Ok, RowVerdict::Same)
    );
    assert_eq!(verdict(&slower, &accepted()).0, Verdict::Regressed);
    assert_eq!(
        verdict(&with(0, 2_107.0), &accepted_now).0,
        Verdict::Regressed
    );
}

#[test]
fn small_rises_come_together_since_the_last_release() {
    let verdict = |entries: Vec<Entry>| {
        let mut now = with(0, 2_006.0);
        now.record.key.lock_sha256 = "other".to_owned();
        let mut release = record();
        release.rows[0].value = 1_990.0;
        let accepted = Accepted {
            entries,
            ..accepted()
        };
        let judgement = judge(Question {
            found: &now,
            baseline: Some(&baseline(Origin::Committed)),
            release: Some(&release),
            accepted: &accepted,
        });
        (judgement.verdict, summary(&judgement, &[]))
    };
    let (drifted, text) = verdict(Vec::new());
    assert_eq!(drifted, Verdict::Regressed);
    assert!(
        text.contains("More has come together since the last release"),
        "{text}"
    );
    assert!(text.contains("it differs in Cargo.lock"), "{text}");
    let rise = || entry(vec![change(1_990.0, 2_001.0)], false);
    let (allowed, text) = verdict(vec![rise()]);
    assert_eq!(allowed, Verdict::Ok);
    assert!(text.contains("it answers more questions"), "{text}");
    // What was accepted before a release is in its figures.
    assert_eq!(
        verdict(vec![rise(), entry(Vec::new(), true)]).0,
        Verdict::Regressed
    );
}

#[test]
fn accepting_keeps_the_reason_and_the_old_figures() {
    let slower = with(0, 2_100.0);
    let (record, next) = accept(&slower, Some(&record()), &accepted(), " more checks ", true)
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    let entry = next.entries.last().expect("there is one");
    assert_eq!(
        (entry.reason.as_str(), entry.release),
        ("more checks", true)
    );
    assert_eq!(entry.changes, [change(2_000.0, 2_100.0)]);
    let judgement = judge(Question {
        found: &slower,
        baseline: Some(&Baseline {
            origin: Origin::Committed,
            record,
            accepted: next.clone(),
        }),
        release: None,
        accepted: &next,
    });
    assert_eq!(judgement.verdict, Verdict::Ok);
}

#[test]
fn accepting_a_changed_workload_says_which() {
    let mut edited = found();
    edited
        .record
        .workloads
        .insert("churn".to_owned(), "xx".to_owned());
    let (_, next) = accept(
        &edited,
        Some(&record()),
        &accepted(),
        "a better loop",
        false,
    )
    .unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(next.workloads, edited.record.workloads);
    assert_eq!(next.entries[0].workloads, ["the workload churn was edited"]);
    let first = accept(&edited, None, &Accepted::default(), "the first", false);
    let (_, first) = first.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert!(first.entries[0].workloads.is_empty() && first.entries[0].changes.is_empty());
}

#[test]
fn what_cannot_be_accepted_is_refused() {
    let refusal = |change: fn(&mut Found), reason| {
        let mut found = found();
        change(&mut found);
        accept(&found, Some(&record()), &accepted(), reason, false).expect_err("it is refused")
    };
    let broken = refusal(|found| found.broken.push("too many".to_owned()), "why");
    assert_eq!(broken, Refusal::Ceiling(vec!["too many".to_owned()]));
    let lifted = refusal(|found| found.record.ceilings.clear(), "why");
    assert!(lifted.to_string().contains("cannot be lifted"), "{lifted}");
    let failed = refusal(|found| found.errors.push("no record".to_owned()), "why");
    assert!(failed.to_string().contains("no record"), "{failed}");
    let quick = refusal(|found| found.record.mode = Mode::Quick, "why");
    assert_eq!(quick, Refusal::Quick);
    let partial = refusal(|found| found.only.push("law".to_owned()), "why");
    assert_eq!(partial, Refusal::Partial);
    let partial = refusal(|found| found.without.push("core".to_owned()), "why");
    assert_eq!(partial, Refusal::Partial);
    assert_eq!(refusal(|_| {}, "  "), Refusal::NoReason);
}

#[test]
fn verdicts_have_exit_codes_of_their_own() {
    let codes = [
        Verdict::Ok,
        Verdict::Regressed,
        Verdict::Error,
        Verdict::NoBaseline,
    ];
    assert_eq!(codes.map(Verdict::exit_code), [0, 1, 2, 3]);
}

#[test]
fn a_key_names_what_differs() {
    let mut other = key();
    assert_eq!(key().short().len(), 12);
    other.lock_sha256 = "x".to_owned();
    other.rustc = "rustc 1.96.0".to_owned();
    assert_ne!(key().short(), other.short());
    assert_eq!(key().differences(&other), ["rustc", "Cargo.lock"]);
    assert!(key().same_surroundings(&other));
    other.libc = "musl".to_owned();
    assert!(!key().same_surroundings(&other));
}

#[test]
fn the_page_has_every_figure() {
    let text = page(&judged(&found()), &[]);
    let rows = text.lines().filter(|line| line.contains("| same "));
    assert_eq!(rows.count(), 6, "{text}");
}

#[test]
fn files_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("new").join("0123.json");
    assert_eq!(Record::read(&path).expect("none is fine"), None);
    record().write(&path).expect("the folder is writable");
    assert_eq!(Record::read(&path).expect("it is whole"), Some(record()));
    let accepted = Accepted {
        entries: vec![entry(vec![change(1.0, 2.0)], true)],
        ..accepted()
    };
    assert!(Accepted::read(&path).is_err());
    accepted.write(&path).expect("the folder is writable");
    assert_eq!(Accepted::read(&path).expect("it is whole"), accepted);
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (file, schema) in [
        ("schema/gate.schema.json", Record::json_schema()),
        ("schema/accepted.schema.json", Accepted::json_schema()),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, &schema).expect("the file is writable");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            schema, committed,
            "{file} differs; UPDATE_SCHEMA=1 rewrites it"
        );
    }
}

#[test]
fn the_committed_records_can_be_read_and_are_named_by_their_keys() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("gate");
    let accepted = Accepted::read(&folder.join("accepted.json")).expect("it is whole");
    let entries = fs::read_dir(&folder).expect("the folder is there");
    for path in entries.map(|entry| entry.expect("it can be read").path()) {
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("names are text").to_owned();
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if !is_json || name == "accepted" {
            continue;
        }
        let record = Record::read(&path).unwrap_or_else(|error| panic!("{error:?}"));
        let record = record.expect("it was just listed");
        let short = record.key.short();
        assert_eq!(name.strip_prefix("release-").unwrap_or(&name), short);
        assert!(
            accepted.entries.iter().any(|entry| entry.key == short),
            "{name}"
        );
    }
}
