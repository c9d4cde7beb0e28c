//! Runs named steps one after the other and sums up how they went.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

/// One thing to do, in a context `C`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<C> {
    /// What it is called in the output; unique.
    pub(crate) name: &'static str,
    /// The names of earlier steps without which it cannot be done.
    pub(crate) needs: &'static [&'static str],
    /// Does it.
    pub(crate) action: fn(&C) -> Result<()>,
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was done.
    Passed,
    /// It was tried in vain.
    Failed,
    /// It was not tried, since the step of this name did not pass.
    NotRun(&'static str),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed => f.write_str("FAILED"),
            Self::NotRun(cause) => write!(f, "not run: {cause} did not pass"),
        }
    }
}

/// What came of all steps, in order.
#[derive(Debug)]
pub(crate) struct Summary {
    lines: Vec<(&'static str, Outcome, Duration)>,
}

impl Summary {
    /// Whether every step was done.
    pub(crate) fn passed(&self) -> bool {
        let mut outcomes = self.lines.iter().map(|(_, outcome, _)| outcome);
        outcomes.all(|outcome| *outcome == Outcome::Passed)
    }

    fn outcome(&self, name: &str) -> Option<&Outcome> {
        let line = self.lines.iter().find(|(step, ..)| *step == name);
        line.map(|(_, outcome, _)| outcome)
    }

    /// The step that keeps one with these `needs` from being run.
    fn obstacle(&self, needs: &[&'static str], fail_fast: bool) -> Option<&'static str> {
        let failed =
            |(name, outcome, _): &(_, Outcome, _)| (*outcome == Outcome::Failed).then_some(*name);
        let missed = |need: &&'static str| self.outcome(need) != Some(&Outcome::Passed);
        let first_failure = || self.lines.iter().find_map(failed);
        needs
            .iter()
            .copied()
            .find(missed)
            .or_else(|| first_failure().filter(|_| fail_fast))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table
            .load_style(ASCII_MARKDOWN)
            .set_header(["step", "result", "seconds"]);
        for (name, outcome, time) in &self.lines {
            table.add_row([(*name).to_owned(), outcome.to_string(), seconds(*time)]);
        }
        let total = self.lines.iter().map(|(.., time)| *time).sum();
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        table.add_row(["all".to_owned(), verdict.to_owned(), seconds(total)]);
        if let Some(column) = table.column_mut(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.fmt(f)
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

/// Runs `steps` in order. After a failure the others are run too, except those that need the failed one and,
/// with `fail_fast`, all that follow.
pub(crate) fn run<C>(steps: &[Step<C>], context: &C, fail_fast: bool) -> Summary {
    let mut summary = Summary { lines: Vec::new() };
    for Step {
        name,
        needs,
        action,
    } in steps
    {
        if let Some(cause) = summary.obstacle(needs, fail_fast) {
            let line = (*name, Outcome::NotRun(cause), Duration::ZERO);
            summary.lines.push(line);
            continue;
        }
        eprintln!("\n==> {name}");
        let start = Instant::now();
        let result = action(context);
        let time = start.elapsed();
        let outcome = match result {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                eprintln!("{error:#}");
                Outcome::Failed
            }
        };
        eprintln!("<== {name}: {outcome}, {} s", seconds(time));
        summary.lines.push((name, outcome, time));
    }
    summary
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::{Outcome, Step, run};

    fn step(name: &'static str, needs: &'static [&'static str], works: bool) -> Step<()> {
        let action = if works {
            |(): &()| Ok(())
        } else {
            |(): &()| Err(anyhow!("out of order"))
        };
        Step {
            name,
            needs,
            action,
        }
    }

    fn outcomes(steps: &[Step<()>], fail_fast: bool) -> Vec<Outcome> {
        let summary = run(steps, &(), fail_fast);
        let outcomes = summary.lines.iter().map(|(_, outcome, _)| outcome);
        outcomes.cloned().collect()
    }

    #[test]
    fn all_steps_that_work_make_a_pass() {
        let summary = run(&[step("a", &[], true), step("b", &["a"], true)], &(), false);
        assert!(summary.passed());
    }

    #[test]
    fn after_a_failure_the_independent_steps_are_run() {
        let steps = [
            step("a", &[], false),
            step("b", &["a"], true),
            step("c", &["b"], true),
            step("d", &[], true),
        ];
        let expected = [
            Outcome::Failed,
            Outcome::NotRun("a"),
            Outcome::NotRun("b"),
            Outcome::Passed,
        ];
        assert_eq!(outcomes(&steps, false), expected);
        assert!(!run(&steps, &(), false).passed());
    }

    #[test]
    fn fail_fast_stops_at_the_first_failure() {
        let steps = [
            step("a", &[], true),
            step("b", &[], false),
            step("c", &[], true),
        ];
        let expected = [Outcome::Passed, Outcome::Failed, Outcome::NotRun("b")];
        assert_eq!(outcomes(&steps, true), expected);
    }

    #[test]
    fn the_summary_names_every_step_and_the_verdict() {
        let steps = [step("first", &[], false), step("second", &["first"], true)];
        let summary = run(&steps, &(), false).to_string();
        for text in [
            "first",
            "FAILED",
            "second",
            "not run: first did not pass",
            "all",
        ] {
            assert!(summary.contains(text), "{summary}");
        }
    }
}
