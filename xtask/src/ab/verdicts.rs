//! The verdicts on two revisions, each of which was built more than once.

use std::collections::BTreeMap;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use doeff_reports::stats::bootstrap::{Estimate, Nested, Resampling};
use doeff_reports::stats::verdict::{self, Judgement, Verdict};
use doeff_reports::{Measurement, Report, format};

/// The names of the builds of one revision.
pub(super) fn names(revision: &str, builds: u32) -> Vec<String> {
    let name = |build| match build {
        1 => revision.to_owned(),
        other => format!("{revision}-{other}"),
    };
    (1..=builds).map(name).collect()
}

/// What was found of one workload with its parameters at one size.
#[derive(Debug)]
pub(super) struct Row {
    /// The workload with its parameters.
    label: String,
    size: u64,
    /// Nanoseconds per operation before and after.
    times: [f64; 2],
    /// The cost after over that before, by pairs.
    estimate: Estimate,
    /// What may be said of it.
    judgement: Judgement,
}

/// Every row that all builds of `base` and of `head` ran with right answers. Each build of the one is compared with one
/// of the other, and the ratios are resampled by builds, processes and pairs. A base against its own second build gives
/// the margin: what lies between these two is noise, and where the code was placed.
pub(super) fn rows(report: &Report, builds: u32) -> Vec<Row> {
    let resampling = Resampling::seeded(report.settings.seed);
    let mut groups = BTreeMap::<_, BTreeMap<&str, &Measurement>>::new();
    for row in report.results.iter().filter(|row| row.answer_ok()) {
        let group = groups
            .entry((&row.workload, &row.params, row.size))
            .or_default();
        group.insert(row.engine.name(), row);
    }
    let [base, head] = ["base", "head"].map(|revision| names(revision, builds));
    let mut found = Vec::new();
    for engines in groups.values() {
        let all = |names: &[String]| -> Option<Vec<&Measurement>> {
            let rows = names.iter().map(|name| engines.get(name.as_str()).copied());
            rows.collect()
        };
        let Some((base, head)) = all(&base).zip(all(&head)) else {
            continue;
        };
        let pairs = head.iter().zip(&base);
        let mut ratios: Vec<_> = pairs.map(|(head, base)| head.ratios_to(base)).collect();
        let nested = match ratios.len() {
            1 => Nested::of_processes(ratios.remove(0)),
            _ => Nested::of_builds(ratios),
        };
        let Ok(nested) = nested else {
            continue; // a run that was interrupted
        };
        let times = [&base, &head].map(|rows| median_of(rows));
        let margin = margin(&base, &resampling);
        found.push((base[0], times, Estimate::of(&nested, &resampling), margin));
    }
    let judged: Vec<_> = found
        .iter()
        .map(|&(.., estimate, margin)| (estimate, margin))
        .collect();
    let judgements = verdict::judge(&judged);
    let rows = found.into_iter().zip(judgements);
    rows.map(|((row, times, estimate, _), judgement)| Row {
        label: label(row),
        size: row.size,
        times,
        estimate,
        judgement,
    })
    .collect()
}

fn label(row: &Measurement) -> String {
    if row.params.is_empty() {
        row.workload.clone()
    } else {
        format!("{} ({})", row.workload, row.params)
    }
}

/// The margin that the builds of the base ask for; the smallest there is where there is only one.
fn margin(base: &[&Measurement], resampling: &Resampling) -> f64 {
    let twins = base.iter().skip(1);
    let nested = twins.filter_map(|twin| Nested::of_processes(twin.ratios_to(base[0])).ok());
    nested
        .map(|nested| verdict::margin(&Estimate::of(&nested, resampling)))
        .fold(verdict::MIN_MARGIN, f64::max)
}

/// The median of all builds' samples.
fn median_of(rows: &[&Measurement]) -> f64 {
    let samples: Vec<_> = rows.iter().flat_map(|row| row.samples()).collect();
    doeff_reports::Summary::of(&samples).map_or(f64::NAN, |summary| summary.median)
}

/// The verdicts as a table, and in a sentence.
pub(super) fn shown(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "workload", "n", "before", "after", "change", "95 %", "verdict",
    ]);
    for row in rows {
        let percent = |ratio: f64| format!("{:+.1} %", (ratio - 1.0) * 100.0);
        let Judgement {
            low,
            high,
            verdict,
            margin,
            ..
        } = row.judgement;
        let verdict = match verdict {
            Verdict::Same => format!("same within {:.1} %", margin * 100.0),
            other => other.to_string(),
        };
        table.add_row([
            row.label.clone(),
            format::count(row.size),
            format::time(row.times[0]),
            format::time(row.times[1]),
            percent(row.estimate.median),
            format!("{} to {}", percent(low), percent(high)),
            verdict,
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n\n{}", sentence(rows))
}

fn sentence(rows: &[Row]) -> String {
    let count = |verdict| {
        let judged = rows.iter().filter(|row| row.judgement.verdict == verdict);
        judged.count()
    };
    format!(
        "Of {} rows: {} slower, {} faster, {} the same within their margins, {} that cannot be told.",
        rows.len(),
        count(Verdict::Slower),
        count(Verdict::Faster),
        count(Verdict::Same),
        count(Verdict::CannotTell),
    )
}

#[cfg(test)]
mod tests {
    use doeff_reports::stats::verdict::Verdict;
    use doeff_reports::{
        Engine, Machine, Measurement, Mode, Outcome, Params, Provenance, Report, Round, Schema,
        Settings, Slice, Versions,
    };

    use super::{names, rows, shown};

    const PROCESSES: u32 = 5;
    const ROUNDS: u32 = 16;

    /// A noise of up to 2 % either way that looks random and never changes.
    fn noise(seed: u64) -> f64 {
        let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
        let mixed = mixed.wrapping_mul(0xD134_2543_DE82_EF95) >> 40;
        #[expect(clippy::cast_precision_loss)] // 24 bits
        let part = mixed as f64 / f64::from(1 << 24);
        1.0 + 0.04 * (part - 0.5)
    }

    fn row(index: u64, engine: &str, ns: f64) -> Measurement {
        let own: u64 = engine.bytes().map(u64::from).sum();
        let slice = |round: u32| {
            let noise = noise(index * 1_000_003 + own * 7_919 + u64::from(round));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            // positive and small
            let elapsed = (ns * noise * 1e4) as u64;
            Slice {
                process: round / ROUNDS,
                round,
                at_us: 0,
                runs: 1,
                ns: elapsed,
                cpu_ns: elapsed,
            }
        };
        Measurement {
            workload: format!("w{index:02}"),
            params: Params::default(),
            size: 100,
            engine: Engine::new(engine.to_owned()),
            operation: "effect".to_owned(),
            operations: 10_000,
            outcome: Outcome::Right {},
            warm_up: Vec::new(),
            slices: (0..PROCESSES * ROUNDS).map(slice).collect(),
        }
    }

    /// Twenty workloads, of which the first takes `factor` times as long after as before.
    fn report(factor: f64) -> Report {
        let round = |index| Round {
            process: index / ROUNDS,
            at_us: 0,
            calibration_ns: 1e6,
            steal: None,
            throttled: None,
            load: None,
        };
        let unknown = || "unknown".to_owned();
        let mut results = Vec::new();
        for index in 0..20 {
            for engine in ["base", "base-2"] {
                results.push(row(index, engine, 100.0));
            }
            for engine in ["head", "head-2"] {
                results.push(row(
                    index,
                    engine,
                    if index == 0 { factor * 100.0 } else { 100.0 },
                ));
            }
        }
        Report {
            schema: Schema::V2,
            created: "2026-02-03T04:05:06Z".to_owned(),
            mode: Mode::Full,
            machine: Machine {
                cpu: unknown(),
                cores: 2,
                memory_bytes: 1,
                os: unknown(),
                kernel: unknown(),
                clock_resolution_ns: None,
            },
            versions: Versions {
                doeff_vm: unknown(),
                python: unknown(),
                python_prefix: unknown(),
                rustc: unknown(),
                git_revision: None,
            },
            provenance: Provenance::default(),
            settings: Settings {
                arguments: None,
                seed: 7,
                further: std::collections::BTreeMap::new(),
            },
            complete: true,
            left_out: Vec::new(),
            rounds: (0..PROCESSES * ROUNDS).map(round).collect(),
            results,
        }
    }

    fn verdicts(factor: f64, builds: u32) -> Vec<Verdict> {
        let rows = rows(&report(factor), builds);
        rows.iter().map(|row| row.judgement.verdict).collect()
    }

    #[test]
    fn builds_are_numbered_from_the_second_on() {
        assert_eq!(names("base", 3), ["base", "base-2", "base-3"]);
    }

    #[test]
    fn what_changed_is_told_and_what_did_not_is_not() {
        for builds in [1, 2] {
            for (factor, expected) in [(1.1, Verdict::Slower), (0.9, Verdict::Faster)] {
                let verdicts = verdicts(factor, builds);
                assert_eq!(verdicts.len(), 20);
                assert_eq!(verdicts[0], expected);
                let changed =
                    |verdict: &&Verdict| matches!(verdict, Verdict::Slower | Verdict::Faster);
                assert_eq!(verdicts.iter().filter(changed).count(), 1, "{verdicts:?}");
            }
            assert!(!verdicts(1.0, builds).contains(&Verdict::Slower));
        }
    }

    #[test]
    fn a_row_that_one_build_lacks_or_answers_wrongly_is_not_judged() {
        let mut report = report(1.0);
        report
            .results
            .retain(|row| row.workload != "w03" || row.engine.name() != "head-2");
        for row in &mut report.results {
            if row.workload == "w05" && row.engine.name() == "base" {
                row.outcome = Outcome::Failed {
                    reason: "it ended".to_owned(),
                };
            }
        }
        assert_eq!(rows(&report, 2).len(), 18);
    }

    #[test]
    fn the_table_says_how_much_and_the_sentence_how_many() {
        let shown = shown(&rows(&report(1.1), 2));
        let first = shown.lines().find(|line| line.contains("w00"));
        let first = first.expect("it is there");
        assert!(
            first.contains("slower") && first.contains("+9.") || first.contains("+10."),
            "{first}"
        );
        assert!(shown.contains("Of 20 rows: 1 slower, 0 faster,"), "{shown}");
    }
}
