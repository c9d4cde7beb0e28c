//! One case, run while a profiler looks on.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};
use pyo3::prelude::*;

use super::arguments::RunArguments;
use super::choice;
use crate::compare;
use crate::engine::Runnable;
use crate::engines;
use crate::instructions::region::counted;
use crate::python::{self, Hashing};
use crate::workload::Case;

/// Runs before the profiler's turn: the bytecode is specialised and the free lists are filled then.
const WARM_UP: u32 = 3;

/// Runs the case, and says what was run.
pub(super) fn run(arguments: &RunArguments) -> Result<()> {
    python::check()?;
    python::start_hashing(Hashing::Fixed)?;
    Python::attach(|py| {
        let workloads = compare::workloads(py, std::slice::from_ref(&arguments.workload))?;
        let workload = workloads.first().context("there is one of that name")?;
        let place = choice::with_params(workload, &arguments.params)?[0];
        let size = arguments.size.unwrap_or_else(|| choice::profiled(workload));
        let case = workload.case(py, place, size)?;
        let engine = engines::named(&arguments.engine)
            .ok_or_else(|| anyhow!("there is no engine {}", arguments.engine))?;
        if !workload.is_for(py, &engine.name(), &case)? {
            bail!(
                "{} does not run {} at n = {size}",
                engine.name(),
                workload.label(&case)
            );
        }
        let program = workload.source().compile(py, engine.effects_module())?;
        let runnable = engine.prepare(py, &program, &case);
        let runnable = runnable.map_err(|error| anyhow!(python::describe(py, &error)))?;
        for _ in 0..WARM_UP {
            once(py, &runnable, &case)?;
        }
        let runs = match arguments.seconds {
            None => counted(|| once(py, &runnable, &case)).map(|()| 1)?,
            Some(seconds) => {
                let until = Instant::now() + seconds;
                let mut runs = 0_u64;
                while runs == 0 || Instant::now() < until {
                    profiled_run(py, &runnable, &case)?;
                    runs += 1;
                }
                runs
            }
        };
        println!(
            "{}, n = {size}, on {}: {runs} runs of {} operations each",
            workload.label(&case),
            engine.name(),
            case.operations
        );
        Ok(())
    })
}

/// A run whose stack the profiler's reader cuts off at this frame, so it must be there.
#[inline(never)]
fn profiled_run(py: Python<'_>, runnable: &Runnable, case: &Case) -> Result<()> {
    black_box(once(py, runnable, case))
}

/// Runs the case once and checks the answer.
fn once(py: Python<'_>, runnable: &Runnable, case: &Case) -> Result<()> {
    let timed = runnable.time(py, 1);
    let timed = timed.map_err(|error| anyhow!(python::describe(py, &error)))?;
    let mut answers = timed.answers.iter();
    if !answers.all(|answer| case.accepts(answer.bind(py))) {
        bail!("the answer is wrong");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::arguments::{Arguments, Part};
    use crate::python::with_python;

    fn run(words: &str) -> Result<(), String> {
        let words = "research run".split(' ').chain(words.split(' '));
        let Some(Part::Run(arguments)) = Arguments::parse_from(words).part else {
            panic!("a run was asked for")
        };
        // The same turn as other tests have, without the interpreter's lock.
        with_python(|py| py.detach(|| super::run(&arguments))).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_case_is_run_once_or_for_a_while() {
        assert_eq!(run("runs --size 10"), Ok(()));
        assert_eq!(
            run("builtin_effects --param effect=ask --engine floor --size 10 --seconds 0.001"),
            Ok(())
        );
    }

    #[test]
    fn what_cannot_be_run_is_named() {
        let error = run("nowhere").expect_err("there is no such workload");
        assert!(error.contains("there is no workload nowhere"), "{error}");
        let error = run("order_book --engine floor --size 10").expect_err("it is left out");
        assert!(
            error.contains("floor does not run order_book at n = 10"),
            "{error}"
        );
    }
}
