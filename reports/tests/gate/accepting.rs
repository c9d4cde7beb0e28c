//! What can be accepted, and what is kept of it.

use doeff_reports::Mode;
use doeff_reports::gate::{
    Accepted, Baseline, Found, Origin, Question, Refusal, Verdict, accept, judge, lifted_since,
};

use super::{accepted, change, found, record, with};

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
    let dirty = refusal(
        |found| found.record.revision = Some("0123-dirty".to_owned()),
        "why",
    );
    assert_eq!(dirty, Refusal::Dirty("0123-dirty".to_owned()));
    assert!(dirty.to_string().contains("commit them"), "{dirty}");
    assert_eq!(refusal(|_| {}, "  "), Refusal::NoReason);
    let mut emptied = record();
    emptied.ceilings.clear();
    let refused = accept(&found(), Some(&emptied), &accepted(), "why", false);
    let refused = refused.expect_err("it has lost its ceilings").to_string();
    assert!(
        refused.contains("the ceilings of the committed record are gone"),
        "{refused}"
    );
}

#[test]
fn no_record_of_other_surroundings_has_a_lower_ceiling() {
    let kept = [record(), record()];
    let mut now = found();
    assert_eq!(lifted_since(&now, &kept), Vec::<String>::new());
    let name = "of one interpreter alone";
    let mut other = record();
    other.ceilings.insert(name.to_owned(), 1.0);
    assert_eq!(lifted_since(&now, &[other]), Vec::<String>::new());
    let ceiling = now
        .record
        .ceilings
        .values_mut()
        .next()
        .expect("there is one");
    *ceiling += 1.0;
    let lifted = lifted_since(&now, &kept);
    assert_eq!(lifted.len(), 1);
    assert!(lifted[0].contains("may only be lowered"), "{lifted:?}");
}
