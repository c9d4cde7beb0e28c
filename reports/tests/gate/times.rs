//! Ratios of times: judged with their noise, or shown where they cannot be judged.

use doeff_reports::gate::{
    Baseline, Found, Judgement, Kind, NoTimes, Origin, Question, Record, RowVerdict, Times,
    Verdict, accept, judge, page, summary,
};
use doeff_reports::stats::bootstrap::Resampling;
use doeff_reports::{Engine, FileHash, Outcome, Report, Slice};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};
use serde_json::json;

use super::common::{PROCESSES, check, empty, params, row};
use super::{accepted, found, record};

/// How much the times of a run vary.
#[derive(Clone, Copy)]
struct Noise {
    /// Of a slice, as a part.
    slice: f64,
    /// Of a process.
    process: f64,
    /// How often a slice takes half as long again.
    disturbed: f64,
}

const USUAL: Noise = Noise {
    slice: 0.10,
    process: 0.05,
    disturbed: 0.05,
};

/// How many workloads a run has.
const WORKLOADS: usize = 12;

/// Numbers by chance.
struct Chance(Pcg64Mcg);

impl Chance {
    fn uniform(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 2_f64.powi(32)
    }

    /// Normal deviates, as the sum of twelve uniform ones has them very nearly.
    fn normal(&mut self, deviation: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.uniform()).sum();
        deviation * (sum - 6.0)
    }
}

/// A comparison of the committed sources in which the first workloads take `factor` as long as they should.
fn comparison(seed: u64, noise: Noise, slower: usize, factor: f64) -> Report {
    let mut chance = Chance(Pcg64Mcg::seed_from_u64(seed));
    let mut report = empty();
    report.versions.git_revision = record().revision;
    report.provenance.libpython = Some(FileHash {
        path: "libpython".to_owned(),
        sha256: record().key.libpython_sha256,
    });
    for number in 0..WORKLOADS {
        let factor = if number < slower { factor } else { 1.0 };
        let workload = ["churn", "runs"][number % 2];
        let params = params(json!({"depth": number}));
        for (engine, ns) in [("floor", 200.0), ("cesk", 9_000.0), ("vm", 230.0 * factor)] {
            let mut row = row(workload, &params, 100, engine, ns);
            let process: Vec<_> = (0..PROCESSES)
                .map(|_| chance.normal(noise.process))
                .collect();
            for slice in &mut row.slices {
                let disturbed = chance.uniform() < noise.disturbed;
                let by = chance.normal(noise.slice) + process[slice.process as usize];
                let by = by.exp() * if disturbed { 1.5 } else { 1.0 };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let elapsed = (ns * by * 1e6) as u64; // positive, and far below 2^64
                *slice = Slice {
                    ns: elapsed,
                    ..*slice
                };
            }
            report.results.push(row);
        }
    }
    report
}

fn times(report: &Report) -> Result<Times, NoTimes> {
    let resampling = Resampling::seeded(1).with_resamples(200);
    Times::resampled(report, &record(), &resampling)
}

fn measured(report: &Report) -> Times {
    times(report).unwrap_or_else(|reason| panic!("{reason}"))
}

fn found_with(report: &Report) -> Found {
    Found {
        times: times(report),
        ..found()
    }
}

fn record_with(report: &Report) -> Record {
    let times = measured(report);
    Record {
        times: [(times.cpu.clone(), times)].into(),
        ..record()
    }
}

fn judged(now: &Report, before: &Report) -> Judgement {
    judged_against(&found_with(now), record_with(before))
}

fn judged_against(found: &Found, record: Record) -> Judgement {
    judge(Question {
        found,
        baseline: Some(&Baseline {
            origin: Origin::Committed,
            record,
            accepted: accepted(),
        }),
        release: None,
        accepted: &accepted(),
    })
}

fn as_usual(seed: u64) -> Report {
    comparison(seed, USUAL, 0, 1.0)
}

fn number(judgement: &Judgement, verdict: RowVerdict) -> usize {
    let rows = judgement.times.rows.iter();
    rows.filter(|row| row.verdict == verdict).count()
}

/// Makes the calibration loop tell of a noisy machine.
fn noisy(mut report: Report) -> Report {
    report.rounds[3].calibration_ns *= 3.0;
    report
}

#[test]
fn noise_is_never_a_regression() {
    let wild = Noise {
        slice: 0.3,
        process: 0.15,
        disturbed: 0.2,
    };
    for noise in [USUAL, wild] {
        for seed in 0..60 {
            let [now, before] = [seed, seed + 1_000].map(|seed| comparison(seed, noise, 0, 1.0));
            let judgement = judged(&now, &before);
            assert_eq!(judgement.verdict, Verdict::Ok, "seed {seed}");
            assert_eq!(judgement.times.rows.len(), 2 * WORKLOADS);
            assert_eq!(judgement.times.not_judged, None);
        }
    }
}

#[test]
fn what_takes_twice_as_long_is_a_regression() {
    for seed in 0..20 {
        let now = comparison(seed, USUAL, 1, 2.0);
        let judgement = judged(&now, &as_usual(seed + 1_000));
        assert_eq!(judgement.verdict, Verdict::Regressed, "seed {seed}");
        assert_eq!(number(&judgement, RowVerdict::Regressed), 2, "seed {seed}");
    }
    let judgement = judged(&comparison(1, USUAL, 1, 2.0), &as_usual(2));
    let text = summary(&judgement, &["abc1234 Make it slower".to_owned()]);
    assert!(text.contains("2 of 24 ratios changed"), "{text}");
    assert!(text.contains("time, times the floor"), "{text}");
    assert!(text.contains("abc1234"), "{text}");
    assert!(text.starts_with("# Gate: regressed\n\n2 of 30 figures rose"));
    let better = judged(&as_usual(2), &comparison(1, USUAL, 1, 2.0));
    assert_eq!(better.verdict, Verdict::Ok);
    assert_eq!(number(&better, RowVerdict::Better), 2);
}

#[test]
fn a_certain_change_within_the_margin_is_none() {
    let none = Noise {
        slice: 0.001,
        process: 0.001,
        disturbed: 0.0,
    };
    for (factor, regressed) in [(1.2, 0), (1.3, 1), (1.6, 2)] {
        let now = comparison(1, none, 1, factor);
        let judgement = judged(&now, &comparison(2, none, 0, 1.0));
        assert_eq!(
            number(&judgement, RowVerdict::Regressed),
            regressed,
            "{factor}"
        );
    }
}

#[test]
fn on_a_noisy_machine_times_are_shown_and_not_judged() {
    let slow = comparison(1, USUAL, 1, 2.0);
    let judgements = [
        judged(&noisy(slow.clone()), &as_usual(2)),
        judged(&slow, &noisy(as_usual(2))),
    ];
    for judgement in judgements {
        assert_eq!(judgement.verdict, Verdict::Ok);
        assert_eq!(number(&judgement, RowVerdict::Beside), 2 * WORKLOADS);
        let text = page(&judgement, &[]);
        assert!(
            text.contains("the machine was too noisy: grade D"),
            "{text}"
        );
        assert!(text.contains("All times"), "{text}");
    }
    let mut unknown = slow;
    unknown.rounds.truncate(2);
    unknown.results.iter_mut().for_each(|row| {
        row.slices.truncate(2);
        row.slices[1].process = 1;
    });
    let judgement = judged(&unknown, &as_usual(2));
    let reason = judgement.times.not_judged.expect("they are not judged");
    assert!(reason.contains("not known how noisy"), "{reason}");
}

#[test]
fn on_another_processor_times_are_shown_and_not_judged() {
    let mut slow = comparison(1, USUAL, 1, 2.0);
    slow.machine.cpu = "Another CPU".to_owned();
    let judgement = judged(&slow, &as_usual(2));
    assert_eq!(judgement.verdict, Verdict::Ok);
    assert_eq!(number(&judgement, RowVerdict::Beside), 2 * WORKLOADS);
    let text = summary(&judgement, &[]);
    let told =
        "Shown and not judged: there is no baseline for times on this processor, Another CPU";
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_record_from_before_times_is_no_baseline_for_them() {
    let mut old = serde_json::to_value(record()).expect("it is JSON");
    let fields = old.as_object_mut().expect("it is an object");
    assert!(fields.remove("times").is_some());
    fields.insert("schema".to_owned(), json!("doeff-vm/gate/1"));
    let old: Record = serde_json::from_value(old).expect("it is read");
    let judgement = judged_against(&found_with(&as_usual(1)), old);
    assert_eq!(judgement.verdict, Verdict::Ok);
    assert_eq!(number(&judgement, RowVerdict::Beside), 2 * WORKLOADS);
    assert!(summary(&judgement, &[]).contains("no baseline for times"));
}

#[test]
fn without_a_comparison_times_are_not_looked_at() {
    let judgement = judged_against(&found(), record_with(&as_usual(1)));
    assert_eq!(judgement.verdict, Verdict::Ok);
    let text = summary(&judgement, &[]);
    assert!(text.contains("Not looked at: there is no record of a comparison"));
}

#[test]
fn a_comparison_of_something_else_has_no_times() {
    let changed = |change: fn(&mut Report)| {
        let mut report = as_usual(1);
        change(&mut report);
        let reason = times(&report).expect_err("it has to be refused");
        reason.to_string()
    };
    let reasons = [
        changed(|report| report.versions.git_revision = Some("fedcba987654".to_owned())),
        changed(|report| report.versions.git_revision = None),
        changed(|report| report.provenance.libpython = None),
        changed(|report| {
            let further = &mut report.settings.further;
            further.insert("debug_build".to_owned(), json!(true));
        }),
        changed(|report| report.complete = false),
        changed(|report| {
            let words = ["--quick", "--filter", "runs"];
            report.settings.arguments = Some(words.map(str::to_owned).to_vec());
        }),
        changed(|report| {
            let words = ["--size", "100"];
            report.settings.arguments = Some(words.map(str::to_owned).to_vec());
        }),
        changed(|report| report.results.retain(|row| row.engine == Engine::VM)),
        changed(|report| {
            report.results[0].outcome = Outcome::Failed {
                reason: "it raised".to_owned(),
            };
        }),
    ];
    let expected = [
        "the comparison is of fedcba987654, this is 0123456789ab",
        "the comparison is of an unknown revision, this is 0123456789ab",
        "the comparison is of another interpreter",
        "the comparison is of a debug build",
        "the comparison was interrupted",
        "the comparison is of a part, by --filter",
        "the comparison is of a part, by --size",
        "the comparison has no ratios to the floor or to cesk",
        "the comparison has wrong answers or failures",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn workloads_that_were_not_chosen_or_were_edited_are_not_judged() {
    let (slow, before) = (comparison(1, USUAL, WORKLOADS, 2.0), as_usual(2));
    let mut chosen = found_with(&slow);
    chosen.only = vec!["runs".to_owned()];
    let judgement = judged_against(&chosen, record_with(&before));
    assert_eq!(judgement.times.rows.len(), WORKLOADS);
    let mut edited = found_with(&slow);
    let texts = &mut edited.record.workloads;
    texts.insert("churn".to_owned(), "xx".to_owned());
    let judgement = judged_against(&edited, record_with(&before));
    assert_eq!(number(&judgement, RowVerdict::Beside), WORKLOADS);
    assert_eq!(number(&judgement, RowVerdict::Regressed), WORKLOADS);
}

#[test]
fn accepting_keeps_the_times_of_each_processor_and_tells_what_rose() {
    let accepting = |report: &Report, old: &Record| {
        let accepted = accept(&found_with(report), Some(old), &accepted(), "why", false);
        accepted.unwrap_or_else(|refusal| panic!("{refusal}"))
    };
    let mut other = as_usual(3);
    other.machine.cpu = "Another CPU".to_owned();
    let (first, _) = accepting(&other, &record());
    let (both, _) = accepting(&as_usual(2), &first);
    assert_eq!(both.times.len(), 2);
    let slow = comparison(1, USUAL, 1, 2.0);
    let (next, log) = accepting(&slow, &both);
    assert_eq!(next.times["Another CPU"], measured(&other));
    assert_eq!(next.times[&slow.machine.cpu], measured(&slow));
    let changes = &log.entries.last().expect("there is one").changes;
    let kinds: Vec<_> = changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [Kind::TimesFloor, Kind::TimesCesk]);
    assert!(changes.iter().all(|change| change.rise() > 0.0));
    // What a noisy machine measured is nothing to compare with.
    assert_eq!(accepting(&noisy(slow), &both).0.times, both.times);
    let without = accept(&found(), Some(&both), &accepted(), "why", false);
    assert_eq!(without.map(|(record, _)| record.times), Ok(both.times));
}

#[test]
fn times_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("0123.json");
    let record = record_with(&as_usual(1));
    record.write(&path).expect("the folder is writable");
    assert_eq!(Record::read(&path).expect("it is whole"), Some(record));
}

#[test]
fn the_page_of_times() {
    let slow = comparison(1, USUAL, 1, 2.0);
    let first = judged_against(&found_with(&slow), record());
    check("gate_first_times.md", &summary(&first, &[]));
    let regressed = judged(&slow, &as_usual(2));
    check("gate_times.md", &page(&regressed, &[]));
}
