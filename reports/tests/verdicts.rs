//! Verdicts: what is compared with what, within which margin, and what a summary says of it.

mod common;

use common::story;
use doeff_reports::changes::Changes;
use doeff_reports::controls;
use doeff_reports::stats::verdict::{MIN_MARGIN, Verdict};
use doeff_reports::terminal::{self, Style};
use doeff_reports::{Comparison, Engine, Folder, Params, markdown};

fn verdicts(comparison: &Comparison, engine: &Engine) -> Vec<Verdict> {
    let costs = comparison.groups.iter().flat_map(|group| &group.rows);
    let costs = costs.filter_map(|row| row.cost(engine));
    let judged = costs.filter_map(|cost| cost.verdict.as_ref());
    judged.map(|judged| judged.judgement.verdict).collect()
}

#[test]
fn the_machine_is_judged_against_cesk_and_its_twin_against_it() {
    let comparison = Comparison::of_folder(&story::folder());
    let against = |engine: &Engine| comparison.references.get(engine).cloned();
    assert_eq!(against(&Engine::VM), Some(Engine::CESK));
    assert_eq!(against(&Engine::VM_AGAIN), Some(Engine::VM));
    assert_eq!(against(&Engine::CALL), None);
    let vm = verdicts(&comparison, &Engine::VM);
    // In all rows that cesk has too.
    assert_eq!(vm.len(), 24);
    assert!(vm.iter().all(|verdict| *verdict == Verdict::Faster));
    let twin = verdicts(&comparison, &Engine::VM_AGAIN);
    assert!(
        twin.iter().all(|verdict| *verdict == Verdict::Same),
        "{twin:?}"
    );
    assert_eq!(comparison.twins.len(), 26);
}

#[test]
fn the_margin_is_as_wide_as_the_twin_lies_apart() {
    let mut folder = story::folder();
    let margin = |folder: &Folder| {
        let comparison = Comparison::of_folder(folder);
        let churn = comparison
            .groups
            .iter()
            .find(|group| group.workload == "resume_churn");
        churn.expect("it ran").margin
    };
    assert!((margin(&folder) - MIN_MARGIN).abs() < 1e-12);
    for row in &mut folder.report.results {
        if row.engine == Engine::VM_AGAIN && row.workload == "resume_churn" && row.size == 100 {
            for slice in &mut row.slices {
                slice.ns += slice.ns / 20;
            }
        }
    }
    assert!(
        (0.05..0.06).contains(&margin(&folder)),
        "{}",
        margin(&folder)
    );
}

#[test]
fn a_twin_is_not_judged_by_the_margin_that_it_sets() {
    let comparison = with_slower(&Engine::VM_AGAIN, 1.05);
    let group = comparison
        .groups
        .iter()
        .find(|group| group.workload == "resume_churn");
    let row = &group.expect("it ran").rows[0];
    let cost = row.cost(&Engine::VM_AGAIN).expect("it ran");
    let judged = cost.verdict.as_ref().expect("it is compared with vm");
    assert!((judged.judgement.margin - MIN_MARGIN).abs() < 1e-12);
    assert_eq!(judged.judgement.verdict, Verdict::Slower);
}

#[test]
fn revisions_are_judged_against_their_base() {
    let folder = story::revisions();
    let comparison = Comparison::of_folder(&folder);
    let changes = Changes::within(&folder, &comparison).expect("there are two revisions");
    assert!(changes.paired);
    let of = |label: &str| {
        let rows = changes.rows.iter().filter(|row| row.label == label);
        rows.map(|row| row.verdict).collect::<Vec<_>>()
    };
    assert_eq!(of("resume_churn"), [Verdict::Slower; 2]);
    assert_eq!(of("builtin_effects"), [Verdict::Faster; 2]);
    assert_eq!(of("runs"), [Verdict::Same; 2]);
    // By two builds of each, named by their commits; what a build of the base differs by is the margin.
    assert_eq!(changes.names, ["a".repeat(12), "b".repeat(12)]);
    assert_eq!(
        comparison.references.get(&Engine::new("head")),
        Some(&Engine::new("base"))
    );
    assert_eq!(comparison.references.get(&Engine::new("head-2")), None);
    assert_eq!(comparison.twins.len(), 6);
    assert_eq!(Changes::within(&story::folder(), &comparison), None);
}

#[test]
fn a_count_that_rises_is_a_change_whatever_the_times_say() {
    let folder = story::revisions();
    let comparison = Comparison::of_folder(&folder);
    let changes = Changes::within(&folder, &comparison).expect("there are two revisions");
    let mut row = changes.rows[4].clone();
    assert_eq!((row.label.as_str(), row.verdict), ("runs", Verdict::Same));
    // Half an instruction of 2,000 is none.
    assert!(!row.is_change());
    row.counts[1].instructions = Some(2_007.0);
    assert!(row.is_change() && row.is_dearer());
    row.counts[1].instructions = Some(1_900.0);
    assert!(row.is_change() && !row.is_dearer());
    row.counts[0].allocations = Some(0.0);
    row.counts[1].allocations = Some(1.0);
    assert!(row.is_dearer());
}

#[test]
fn two_records_are_compared_with_intervals_of_both() {
    let (base, new) = (story::folder(), common::slower());
    let (old, comparison) = (Comparison::of_folder(&base), Comparison::of_folder(&new));
    let changes = Changes::between((&base, &old), (&new, &comparison));
    assert!(!changes.paired);
    let slower: Vec<_> = changes
        .rows
        .iter()
        .filter(|row| row.verdict == Verdict::Slower)
        .collect();
    assert!(slower.iter().all(|row| row.label == "resume_churn"));
    assert_eq!(slower.len(), 4);
    let (low, high) = slower[0].interval.expect("there are processes");
    assert!(low < slower[0].ratio && slower[0].ratio < high);
    assert!((slower[0].ratio - 1.125).abs() < 1e-6);
}

/// The title of a comparison with a record whose virtual machine took `factors` of the time, one of each row in turn.
fn title(factors: &[f64], noise: f64) -> (Changes, String) {
    let mut folders = [1.0, 0.0].map(|own| {
        let mut report = common::empty();
        for index in 0..40 {
            let factor = if own > 0.0 {
                own
            } else {
                factors[index % factors.len()]
            };
            let workload = format!("workload_{index:02}");
            let mut row = common::row(&workload, &Params::default(), 100, "vm", 200.0);
            for slice in &mut row.slices {
                let off = 1.0 + noise * (f64::from(slice.process) - 2.0);
                slice.ns = common::times(200_000_000, factor * off);
            }
            report.results.push(row);
        }
        Folder::from(report)
    });
    folders[1].report.versions.git_revision = Some("b".repeat(12));
    let [old, new] = folders.each_ref().map(Comparison::of_folder);
    let changes = Changes::between((&folders[0], &old), (&folders[1], &new));
    let text = markdown::summary(&folders[1], &new, Some(&changes));
    let title = text.lines().next().unwrap_or_default().to_owned();
    (changes, title)
}

#[test]
fn a_title_says_what_was_found_and_what_cannot_be_told() {
    let told = |factors: &[f64], noise| title(factors, noise).1;
    assert_eq!(told(&[1.0], 0.0), "### No change: 40 rows");
    assert_eq!(told(&[1.1], 0.0), "### Slower: 40 rows");
    assert_eq!(told(&[0.9], 0.0), "### Faster: 40 rows");
    assert_eq!(
        told(&[1.1, 1.0, 1.0, 0.9], 0.0),
        "### Slower: 10 rows; faster: 10 rows; same: 20 rows"
    );
    assert_eq!(told(&[1.1], 0.1), "### Cannot tell: 40 rows");
    assert_eq!(
        told(&[1.02, 1.3], 0.02),
        "### Slower: 20 rows; cannot tell: 20 rows"
    );
}

#[test]
fn a_twin_that_lies_apart_hides_no_change_between_two_records() {
    let apart = |mut folder: Folder| {
        let twins = folder.report.results.iter_mut();
        for row in twins.filter(|row| row.engine == Engine::VM_AGAIN) {
            for slice in &mut row.slices {
                slice.ns += slice.ns / 4;
            }
        }
        folder
    };
    let (base, new) = (apart(story::folder()), apart(common::slower()));
    let (old, comparison) = (Comparison::of_folder(&base), Comparison::of_folder(&new));
    assert!(comparison.groups.iter().all(|group| group.margin > 0.2));
    let changes = Changes::between((&base, &old), (&new, &comparison));
    assert_eq!(changes.count(|verdict| *verdict == Verdict::Slower), 4);
    assert_eq!(changes.count(|verdict| *verdict == Verdict::Same), 0);
    let text = markdown::summary(&new, &comparison, Some(&changes));
    let title = text.lines().next().unwrap_or_default();
    assert_eq!(
        title,
        "### FAIL: 2 rows without a right answer; slower: 4 rows; cannot tell: 22 rows"
    );
}

#[test]
fn two_records_are_judged_by_the_rule_of_all_tables() {
    let (changes, _) = title(&[1.0, 1.05], 0.01);
    let old = Changes::count(&changes, |verdict| *verdict == Verdict::Slower);
    // Each row by itself would be called slower, or told apart by its interval; of forty, none can be.
    let outside = changes
        .rows
        .iter()
        .filter(|row| row.interval.is_some_and(|(low, _)| low > 1.01));
    assert_eq!((old, outside.count()), (0, 20));
}

#[test]
fn a_summary_of_many_changes_is_short() {
    let mut report = common::empty();
    report.provenance.revisions = ["base", "head"]
        .map(|name| (name.to_owned(), name.to_owned()))
        .into();
    for index in 0..90 {
        let workload = format!("workload_{index}");
        for (engine, ns) in [("base", 200.0), ("head", 240.0 + f64::from(index))] {
            report
                .results
                .push(common::row(&workload, &Params::default(), 100, engine, ns));
        }
        let mut failed = common::row(&workload, &Params::default(), 100, "cesk", 1.0);
        failed.outcome = doeff_reports::Outcome::Failed {
            reason: "it raised".to_owned(),
        };
        report.results.push(failed);
    }
    let folder = Folder::from(report);
    let text = markdown::summary(&folder, &Comparison::of_folder(&folder), None);
    let lines = text.lines().count();
    assert!(lines <= markdown::LINES, "{lines} lines");
    assert!(text.len() < 65_536, "{} characters", text.len());
    assert!(
        text.starts_with("### FAIL: 90 rows without a right answer"),
        "{text}"
    );
    assert!(
        text.contains("and 82 more") && text.contains("more that changed less"),
        "{text}"
    );
    // The largest change first.
    let first = text.lines().find(|line| line.starts_with("| workload_"));
    assert!(
        first.is_some_and(|line| line.contains("workload_89")),
        "{first:?}"
    );
    assert!(
        text.contains("cargo xtask ab base head --builds 1 --seed 7"),
        "{text}"
    );
}

#[test]
fn the_folded_table_of_a_large_record_fits_a_comment() {
    let folder = Folder::from(story::full_size(80));
    let comparison = Comparison::of(&folder.report);
    let text = markdown::summary(&folder, &comparison, None);
    assert!(text.len() < 65_536, "{} characters", text.len());
    assert!(text.lines().count() <= markdown::LINES);
    assert!(text.contains("<details><summary>"), "{text}");
}

#[test]
fn a_summary_of_a_noisy_machine_is_struck_through() {
    let folder = common::noisy();
    let text = markdown::summary(&folder, &Comparison::of_folder(&folder), None);
    assert!(
        text.contains("~~217 ns~~") && text.contains("<s>217</s>"),
        "{text}"
    );
    assert!(text.contains("too noisy"), "{text}");
}

#[test]
fn colours_are_for_terminals_alone() {
    let folder = common::noisy();
    let comparison = Comparison::of_folder(&folder);
    let plain = terminal::report(&folder, &comparison, Style::Plain);
    assert!(
        !plain.contains('\x1b') && plain.contains("~217~"),
        "{plain}"
    );
    let colour = terminal::report(&folder, &comparison, Style::Colour);
    assert!(
        colour.contains("\x1b[9m217\x1b[29m") && !colour.contains("~217~"),
        "{colour}"
    );
    // Without the sequences it is as wide.
    let widths = |text: &str| {
        text.lines()
            .map(|line| line.chars().count())
            .collect::<Vec<_>>()
    };
    let mut bare = String::new();
    for (index, part) in colour.split('\x1b').enumerate() {
        let part = if index == 0 {
            part
        } else {
            part.split_once('m').expect("it ends").1
        };
        bare += part;
    }
    assert_eq!(widths(&bare), widths(&plain));
}

#[test]
fn a_record_cannot_command_the_terminal() {
    let mut folder = common::noisy();
    folder.report.machine.cpu = "\x1b[2Jgone".to_owned();
    folder.report.results[0].outcome = doeff_reports::Outcome::Failed {
        reason: "\x1b]0;title\x07\nsecond".to_owned(),
    };
    let comparison = Comparison::of_folder(&folder);
    let text = terminal::report(&folder, &comparison, Style::Plain);
    assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text}");
}

/// The story with one row of an engine made slower by a factor.
fn with_slower(engine: &Engine, factor: f64) -> Comparison {
    let mut folder = story::folder();
    let twins = folder
        .report
        .results
        .iter()
        .filter(|row| row.engine == Engine::VM_AGAIN);
    let copies: Vec<_> = twins.cloned().collect();
    if *engine == Engine::VM_WHEEL {
        folder
            .report
            .results
            .extend(copies.into_iter().map(|mut row| {
                row.engine = Engine::VM_WHEEL;
                row
            }));
    }
    for row in &mut folder.report.results {
        if row.engine == *engine && row.workload == "resume_churn" && row.size == 100 {
            for slice in &mut row.slices {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss
                )] // positive and far below 2^52
                let slower = (slice.ns as f64 * factor) as u64;
                slice.ns = slower;
            }
        }
    }
    Comparison::of_folder(&folder)
}

#[test]
fn a_control_that_differs_is_told_and_one_that_does_not_is_not() {
    let twin = |factor| controls::false_alarms(&with_slower(&Engine::VM_AGAIN, factor));
    assert_eq!(twin(1.0), [""; 0]);
    for factor in [1.05, 0.95] {
        let alarms = twin(factor);
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        assert!(
            alarms[0].starts_with("resume_churn, n = 100: vm-again takes"),
            "{alarms:?}"
        );
    }
    let wheel = |factor| controls::wheel_differences(&with_slower(&Engine::VM_WHEEL, factor));
    assert_eq!(wheel(1.0), [""; 0]);
    assert_eq!(wheel(1.03), [""; 0], "another placement of the code");
    for factor in [1.2, 0.8] {
        assert_eq!(wheel(factor).len(), 1);
    }
}

/// The summary of a small record that was made with these options.
fn summary_with(change: impl FnOnce(&mut Folder)) -> String {
    let mut folder = common::noisy();
    change(&mut folder);
    markdown::summary(&folder, &Comparison::of_folder(&folder), None)
}

#[test]
fn the_command_that_repeats_a_record_has_the_options_of_its_run() {
    let text = summary_with(|folder| {
        let report = &mut folder.report;
        report.mode = doeff_reports::Mode::Quick;
        let words = [
            "--filter",
            "^runs$|it's",
            "--size",
            "10",
            "--engine",
            "vm",
            "--time",
            "5",
        ];
        report.settings.arguments = Some(words.map(str::to_owned).into());
    });
    let command = "cargo bench --bench compare -- --quick --filter '^runs$|it'\\''s' --size 10 --engine vm --time 5 \
                   --seed 7";
    assert!(
        text.contains(&format!("To repeat it:\n\n```sh\n{command}\n")),
        "{text}"
    );
    let older = summary_with(|folder| folder.report.settings.arguments = None);
    assert!(older.contains("as far as the record tells:"), "{older}");
    assert!(
        older.contains("\ncargo bench --bench compare -- --seed 7\n"),
        "{older}"
    );
}

#[test]
fn a_summary_says_why_an_engine_is_missing() {
    let text = summary_with(|folder| {
        let absence = |engine: &str, reason: &str| {
            doeff_reports::Absence::of_engine(Engine::new(engine.to_owned()), reason)
        };
        let mut of_a_part = absence("loop", "it has no k");
        of_a_part.workload = Some("resume_churn".to_owned());
        let mut of_one_that_ran = of_a_part.clone();
        of_one_that_ran.engine = Engine::VM;
        folder.report.left_out = vec![
            absence("greenlet", "no network"),
            of_a_part,
            of_one_that_ran,
        ];
    });
    assert!(
        text.contains("\nDid not run: greenlet (no network), loop (it has no k).\n"),
        "{text}"
    );
}

#[test]
fn every_rendering_tells_what_is_of_another_commit() {
    let mut folder = story::folder();
    let told = |folder: &Folder| {
        let comparison = Comparison::of_folder(folder);
        let page = doeff_reports::html::report(folder, &comparison, &[]);
        [
            terminal::report(folder, &comparison, Style::Plain),
            markdown::summary(folder, &comparison, None),
            page.expect("it renders"),
        ]
    };
    for text in told(&folder) {
        assert!(!text.contains("Not of the commit of the times"), "{text}");
    }
    let set = |versions: &mut doeff_reports::Versions, revision: &str| {
        versions.git_revision = Some(revision.to_owned());
    };
    let instructions = folder.instructions.as_mut().expect("they were counted");
    set(&mut instructions.build.versions, "feedfeedfeed-dirty");
    let allocations = folder.allocations.as_mut().expect("they were counted");
    allocations.build.versions.git_revision = None;
    let refcounts = folder.refcounts.as_mut().expect("they were counted");
    set(&mut refcounts.build.versions, "cafecafecafe");
    let sweep = folder.sweep.as_mut().expect("there is one");
    set(&mut sweep.build.versions, "beefbeefbeef");
    let [terminal, summary, page] = told(&folder);
    let head = "Not of the commit of the times (0123456789ab): instructions (feedfeedfeed-dirty), allocations (of an \
                unknown commit), what runs leave behind (cafecafecafe), instructions over size (beefbeefbeef).";
    assert!(terminal.contains(&format!("! {head}")), "{terminal}");
    let beside =
        "(0123456789ab): instructions (feedfeedfeed-dirty), allocations (of an unknown commit).";
    assert!(terminal.contains(beside), "{terminal}");
    assert!(
        summary.contains("instructions (feedfeedfeed-dirty), allocations"),
        "{summary}"
    );
    assert!(summary.contains(
        "<br>Not of the commit of the times (0123456789ab): instructions (feedfeedfeed-dirty)."
    ));
    assert!(page.contains(&format!("<p class=\"warning\">{head}")));
    let comparison = Comparison::of_folder(&folder);
    let changes = Changes::between((&folder, &comparison), (&folder, &comparison));
    let compared = markdown::summary(&folder, &comparison, Some(&changes));
    assert!(
        compared.contains("\n> In 0123456789ab: Not of the commit of the times"),
        "{compared}"
    );
    for (section, commit) in [
        ("sizes", "feedfeedfeed-dirty"),
        ("instructions", "feedfeedfeed-dirty"),
        ("parts", "feedfeedfeed-dirty"),
        ("sweeps", "beefbeefbeef"),
        ("endings", "cafecafecafe"),
    ] {
        let (_, text) = page
            .split_once(&format!("id=\"{section}\""))
            .expect("there is one");
        let intro = text.split("</p>").next().unwrap_or_default();
        assert!(intro.contains(&format!("({commit})")), "{section}: {intro}");
    }
}
