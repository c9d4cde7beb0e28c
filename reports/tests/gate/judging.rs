//! Each verdict with its reasons.

use std::collections::BTreeMap;

use doeff_reports::gate::{
    Accepted, Baseline, Entry, Found, Kind, Origin, Question, RowVerdict, Verdict, judge, page,
    since_release, summary,
};
use doeff_reports::instructions::Floor;
use doeff_reports::{Engine, Mode};

use super::common::story;
use super::{accepted, baseline, change, entry, found, judged, record, row, with};

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
    assert!(text.contains("A hard limit is broken."), "{text}");
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
fn what_was_accepted_with_a_release_and_before_it_is_told() {
    let rise = |reason: &str, release| Entry {
        reason: reason.to_owned(),
        ..entry(vec![change(1_990.0, 2_001.0)], release)
    };
    let entries = [
        rise("the first", true),
        rise("the second", false),
        rise("the third", true),
        rise("the fourth", false),
    ];
    let told = |number: usize| {
        let accepted = Accepted {
            entries: entries[..number].to_vec(),
            ..accepted()
        };
        let judgement = judge(Question {
            found: &found(),
            baseline: Some(&baseline(Origin::Committed)),
            release: Some(&record()),
            accepted: &accepted,
        });
        let text = summary(&judgement, &[]);
        let reasons = entries.iter().map(|entry| entry.reason.clone());
        let reasons: Vec<_> = reasons
            .filter(|reason| text.contains(reason.as_str()))
            .collect();
        assert!(text.contains(", with a release"), "{text}");
        reasons.join(", ")
    };
    assert_eq!(told(1), "the first");
    assert_eq!(told(3), "the second, the third");
    assert_eq!(told(4), "the second, the third, the fourth");
    let accepted = Accepted {
        entries: entries[..2].to_vec(),
        ..accepted()
    };
    let text = since_release(&with(0, 2_005.0), Some(&record()), &accepted);
    assert!(
        text.contains("Compared with 0123456789ab") && text.contains("the second"),
        "{text}"
    );
    assert!(!text.contains("the first"), "{text}");
}

#[test]
fn a_committed_record_that_lost_what_is_compared_is_an_error() {
    let told = |change: fn(&mut Baseline, &mut Accepted)| {
        let (mut baseline, mut accepted) = (baseline(Origin::Committed), accepted());
        change(&mut baseline, &mut accepted);
        let judgement = judge(Question {
            found: &found(),
            baseline: Some(&baseline),
            release: None,
            accepted: &accepted,
        });
        assert_eq!(judgement.verdict, Verdict::Error);
        judgement.errors.concat()
    };
    let ceilings = told(|baseline, _| baseline.record.ceilings.clear());
    assert!(
        ceilings.contains("the ceilings of the committed record are gone"),
        "{ceilings}"
    );
    let workloads = told(|baseline, _| baseline.record.workloads.clear());
    assert!(
        workloads.contains("the workloads of the committed record are gone"),
        "{workloads}"
    );
    let accepted = told(|_, accepted| accepted.workloads.clear());
    assert!(
        accepted.contains("the workloads of accepted.json are gone"),
        "{accepted}"
    );
}

#[test]
fn counts_that_cannot_be_are_errors() {
    let told = |change: fn(&mut doeff_reports::Instructions)| {
        let mut counts = story::folder().instructions.expect("they were counted");
        let floors = counts.costs.iter().map(|cost| Floor {
            workload: cost.workload.clone(),
            params: cost.params.clone(),
            count: cost.count(&Engine::FLOOR).expect("it was counted"),
            limit: None,
            recorded: None,
        });
        counts.floors = floors.collect();
        change(&mut counts);
        Found::of(&counts).errors
    };
    assert_eq!(told(|_| {}), [""; 0]);
    for count in [0.0, -5.0] {
        let mut found = story::folder().instructions.expect("they were counted");
        found.costs[0].counts.insert(Engine::VM, count);
        let errors = Found::of(&found).errors;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].contains("resume_churn on vm, instructions"),
            "{errors:?}"
        );
    }
    let errors = told(|counts| {
        counts.costs[0].counts.insert(Engine::FLOOR, 2_500.0);
    });
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].contains("2,500.0 instructions among the costs, 2,131.0 among the floors"),
        "{errors:?}"
    );
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
fn the_page_has_every_figure() {
    let text = page(&judged(&found()), &[]);
    let rows = text.lines().filter(|line| line.contains("| same "));
    assert_eq!(rows.count(), 6, "{text}");
}
