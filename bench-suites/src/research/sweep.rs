//! Instructions per operation over sizes.
//!
//! A cost is the difference between two runs over the operations that the longer one makes more, so what a
//! run costs by itself is not in it. Each run has a process of its own, which valgrind counts.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use doeff_reports::Engine;
use doeff_reports::sweep::{Point, Schema, Series, Sweep, check_sizes};
use pyo3::prelude::*;

use super::arguments::SweepArguments;
use super::choice;
use crate::compare;
use crate::instructions::build::build;
use crate::instructions::count::{Detail, Job, check_installed, count_all};
use crate::progress::Stage;
use crate::python;
use crate::record;
use crate::workload::Workload;

/// A series to be counted.
struct Plan {
    /// Without its points.
    series: Series,
    /// The runs, the smallest first, each with its operations.
    runs: Vec<(Job, u64)>,
}

/// Counts, prints the tables and writes `sweep.json`.
pub(super) fn run(arguments: &SweepArguments) -> Result<()> {
    let output = match &arguments.out {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    doeff_reports::check_writable(&output)?;
    python::check()?;
    python::start()?;
    let plans = Python::attach(|py| plans(py, arguments))?;
    if !arguments.sizes.is_empty() {
        check(&plans)?;
    }
    check_installed()?;
    let created = record::now();
    let build = build()?;
    println!("{}, {}", build.interpreter(), build.valgrind);
    let totals = count(&plans)?;
    let series = plans.into_iter().map(|plan| plan.counted(&totals).fitted());
    let sweep = Sweep {
        schema: Schema::V1,
        created,
        build,
        series: series.collect(),
    };
    println!("\n{}\n", sweep.tables());
    sweep.write(&output)?;
    println!("sweep.json is in {}", output.display());
    Ok(())
}

fn plans(py: Python<'_>, arguments: &SweepArguments) -> Result<Vec<Plan>> {
    let mut plans = Vec::new();
    for workload in compare::workloads(py, &arguments.workloads)? {
        let places = match choice::with_params(&workload, &arguments.params) {
            // Of all workloads only those are meant that have the parameters.
            Err(_) if arguments.workloads.is_empty() => continue,
            places => places?,
        };
        for place in places {
            for engine in arguments.engines() {
                let sizes = if arguments.sizes.is_empty() {
                    choice::sizes(py, &workload, place, &engine)?
                } else {
                    arguments.sizes.clone()
                };
                plans.extend(Plan::of(py, &workload, place, engine, &sizes)?);
            }
        }
    }
    if plans.is_empty() {
        bail!("nothing to count: no chosen engine runs a chosen workload at these sizes");
    }
    Ok(plans)
}

/// Checks that the sizes which add operations could tell a law, of each plan.
fn check(plans: &[Plan]) -> Result<()> {
    for plan in plans {
        let sizes: Vec<_> = plan.runs.iter().map(|(job, _)| job.size).collect();
        check_sizes(&sizes).with_context(|| plan.series.label())?;
    }
    Ok(())
}

/// The total of each run.
fn count(plans: &[Plan]) -> Result<HashMap<Job, u64>> {
    let runs = plans.iter().flat_map(|plan| &plan.runs);
    let jobs: Vec<Job> = runs.map(|(job, _)| job.clone()).collect();
    let stage = Stage::begin("counting", jobs.len());
    let totals = count_all(&jobs, Detail::Plain, &stage);
    stage.end();
    let instructions = totals?.into_iter().map(|total| total.instructions);
    Ok(jobs.into_iter().zip(instructions).collect())
}

impl Plan {
    /// What is counted of one engine; nothing where it runs no two of these sizes.
    fn of(
        py: Python<'_>,
        workload: &Workload,
        params_index: usize,
        engine: Engine,
        sizes: &[u64],
    ) -> Result<Option<Self>> {
        let mut runs: Vec<(Job, u64)> = Vec::new();
        for &size in sizes {
            let case = workload.case(py, params_index, size)?;
            // A size that makes no more operations than the last tells nothing.
            let last = runs.last().map_or(0, |(_, operations)| *operations);
            if case.operations > last {
                let job = Job {
                    engine: engine.name().to_owned(),
                    workload: workload.source().name().to_owned(),
                    params_index,
                    size,
                };
                runs.push((job, case.operations));
            }
        }
        if runs.len() < 2 {
            return Ok(None);
        }
        let series = Series {
            workload: workload.source().name().to_owned(),
            params: workload.params()[params_index].clone(),
            operation: workload.operation.clone(),
            engine,
            points: Vec::new(),
            fit: None,
            problem: None,
        };
        Ok(Some(Self { series, runs }))
    }

    fn counted(mut self, totals: &HashMap<Job, u64>) -> Series {
        let pairs = self.runs.windows(2);
        let points = pairs.filter_map(|pair| {
            let [(small, few), (large, many)] = pair else {
                return None;
            };
            let (low, high) = (*totals.get(small)?, *totals.get(large)?);
            // Far below 2^52.
            #[expect(clippy::cast_precision_loss)]
            let count = (high as f64 - low as f64) / (many - few) as f64;
            Some(Point {
                from: small.size,
                to: large.size,
                count,
            })
        });
        self.series.points = points.collect();
        self.series
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::arguments::{Arguments, Part};
    use super::{HashMap, Plan, check, plans};
    use crate::python::with_python;

    fn planned(words: &str) -> anyhow::Result<Vec<Plan>> {
        let words = "research sweep".split(' ').chain(words.split_whitespace());
        let Some(Part::Sweep(arguments)) = Arguments::parse_from(words).part else {
            panic!("a sweep was asked for")
        };
        with_python(|py| plans(py, &arguments))
    }

    #[test]
    fn a_cost_is_what_more_operations_need() {
        let mut plans = planned("resume_churn --sizes 10,30,100").expect("the workload is good");
        assert_eq!(plans.len(), 2);
        let plan = plans.remove(0);
        // A run costs 1,000, and the operations 7 each.
        let totals: HashMap<_, _> = plan
            .runs
            .iter()
            .map(|(job, operations)| (job.clone(), 1_000 + 7 * operations))
            .collect();
        let series = plan.counted(&totals);
        let points = series.points.iter().map(|p| (p.from, p.to, p.count));
        assert_eq!(points.collect::<Vec<_>>(), [(10, 30, 7.0), (30, 100, 7.0)]);
    }

    #[test]
    fn sizes_that_add_no_operation_are_passed_over() {
        let plans = planned("fibonacci_recursive --engine vm").expect("the workload is good");
        let runs = &plans[0].runs;
        assert!(runs.windows(2).all(|pair| pair[0].1 < pair[1].1));
        assert!(runs.len() > 7);
    }

    #[test]
    fn sizes_that_tell_no_law_are_an_error() {
        let checked = |words: &str| check(&planned(words).expect("the workload is good"));
        let few = checked("resume_churn --sizes 10,30,100").expect_err("there are too few");
        assert_eq!(few.to_string(), "resume_churn");
        assert!(
            format!("{few:#}").contains("the 3 sizes 10,30,100"),
            "{few:#}"
        );
        let enough = checked("resume_churn --sizes 10,30,100,300,1000,3000,10000,30000");
        assert!(enough.is_ok(), "{enough:?}");
    }

    #[test]
    fn of_all_workloads_those_with_the_parameters_are_meant() {
        let plans = planned("--engine vm --param effect=ask").expect("there is one");
        let workloads = plans.iter().map(|plan| &plan.series.workload[..]);
        assert_eq!(workloads.collect::<Vec<_>>(), ["builtin_effects"]);
        assert!(planned("runs --param effect=ask").is_err());
    }

    #[test]
    fn what_no_engine_runs_is_an_error() {
        let Err(error) = planned("order_book --engine floor") else {
            panic!("the floor leaves it out")
        };
        assert!(error.to_string().contains("nothing to count"), "{error}");
    }
}
