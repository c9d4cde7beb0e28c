//! How near the VM is to the floor, in instructions per operation.
//!
//! Instructions are counted by valgrind, in a process of its own for each engine, case and size, so
//! that a figure depends on nothing else that the machine does. A process starts the interpreter,
//! warms the code up and runs the case once; the difference between two sizes is what the operations
//! in between cost. Python's garbage collector stays as users have it.

pub mod arguments;
pub(crate) mod build;
mod callgrind;
mod ceilings;
pub(crate) mod count;
mod floors;
mod parts;
mod plan;
pub(crate) mod region;
pub(crate) mod worker;

use std::process::ExitCode;

use anyhow::{Result, bail};
use doeff_reports::instructions::{self, Cost, Floor, Repeats, Schema};
use doeff_reports::{Engine, Instructions, Mode, Versions};
use pyo3::prelude::*;

use crate::compare;
use crate::progress::Stage;
use crate::python;
use crate::record;
use arguments::Arguments;
use build::build;
pub use callgrind::serve;
use count::Detail;
use floors::Records;
use plan::{Plan, Totals};

/// Counts and judges, or does a worker's part. The exit code is a failure when a ceiling is broken.
///
/// # Errors
/// When valgrind is missing, the interpreter is not the right one, a run raised, an answer was wrong,
/// or the report cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(job) = &arguments.worker {
        worker::run(&job.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !arguments.bench {
        println!("Nothing was counted; `cargo bench --bench instructions` counts.");
        return Ok(ExitCode::SUCCESS);
    }
    python::check()?;
    python::start()?;
    let plan = Python::attach(|py| {
        let workloads = compare::workloads(py, &arguments.workloads)?;
        Plan::of(py, &workloads, &arguments.engines(), arguments.mode())
    })?;
    if arguments.list {
        for line in plan.lines() {
            println!("{line}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    count(arguments, &plan)
}

fn count(arguments: &Arguments, plan: &Plan) -> Result<ExitCode> {
    let created = record::now();
    count::check_installed()?;
    let build = build()?;
    let interpreter = build.interpreter();
    println!("{interpreter}, {}", build.valgrind);
    let detail = match arguments.mode() {
        Mode::Quick => Detail::Plain,
        Mode::Full => Detail::Simulated,
    };
    let totals = count_all(plan, detail, "counting")?;
    let costs = plan.costs(&totals);
    let repeats = match arguments.mode() {
        Mode::Quick => None,
        Mode::Full => {
            let again = plan.costs(&count_all(plan, Detail::Plain, "counting again")?);
            largest_difference(&costs, &again)
        }
    };
    let mut records = Records::read()?;
    let recorded = floors(&costs, &build.versions, |label| {
        records.get(&interpreter, label)
    });
    if arguments.accept {
        records.accept(&interpreter, &recorded);
        records.write()?;
    }
    let floors = floors(&costs, &build.versions, |label| {
        records.get(&interpreter, label)
    });
    let found = Instructions {
        schema: Schema::V3,
        created,
        mode: arguments.mode(),
        build,
        workloads: build::workloads()?,
        laws: plan.laws(&totals),
        costs,
        floors,
        repeats,
        broken: Vec::new(),
    }
    .judged();
    let output = match &arguments.output {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    found.write(&output)?;
    println!("{}", instructions::tables(&found));
    println!(
        "instructions.json and instructions.md are in {}",
        output.display()
    );
    Ok(verdict(&found.broken))
}

fn count_all(plan: &Plan, detail: Detail, stage: &'static str) -> Result<Totals> {
    let jobs = plan.jobs();
    if jobs.is_empty() {
        bail!("nothing to count: no chosen engine runs a chosen workload");
    }
    let stage = Stage::begin(stage, jobs.len());
    let totals = count::count_all(&jobs, detail, &stage);
    stage.end();
    Ok(jobs.into_iter().zip(totals?).collect())
}

fn largest_difference(costs: &[Cost], again: &[Cost]) -> Option<Repeats> {
    let pairs = costs.iter().zip(again).flat_map(|(first, second)| {
        let counts = first.counts.iter().zip(second.counts.values());
        counts.map(|((engine, a), b)| Repeats {
            largest: (a - b).abs() / a.abs(),
            of: format!("{} on {engine}", first.label()),
        })
    });
    pairs.max_by(|a, b| a.largest.total_cmp(&b.largest))
}

/// The floors among the costs of operations, each with what it may be.
fn floors(
    costs: &[Cost],
    versions: &Versions,
    recorded: impl Fn(&str) -> Option<f64>,
) -> Vec<Floor> {
    let of_operations = costs.iter().filter(|cost| cost.over == "size");
    let floors = of_operations.filter_map(|cost| {
        Some(Floor {
            workload: cost.workload.clone(),
            params: cost.params.clone(),
            count: cost.count(&Engine::FLOOR)?,
            limit: ceilings::floor_limit(versions, &cost.workload, &cost.params.to_string()),
            recorded: recorded(&cost.label()),
        })
    });
    floors.collect()
}

fn verdict(broken: &[String]) -> ExitCode {
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("BROKEN:");
    for problem in broken {
        eprintln!("  {problem}");
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use doeff_reports::instructions::Cost;
    use doeff_reports::{Engine, Params};

    use super::largest_difference;

    fn cost(workload: &str, vm: f64, floor: f64) -> Cost {
        Cost {
            workload: workload.to_owned(),
            params: Params::default(),
            operation: "effect".to_owned(),
            over: "size".to_owned(),
            from: 1,
            to: 2,
            counts: BTreeMap::from([(Engine::VM, vm), (Engine::FLOOR, floor)]),
            events: BTreeMap::new(),
            parts: BTreeMap::new(),
            ceiling: None,
        }
    }

    #[test]
    fn the_largest_difference_is_relative_and_named() {
        let first = [cost("a", 1_000.0, 500.0), cost("b", 10.0, 10.0)];
        let second = [cost("a", 1_001.0, 500.0), cost("b", 10.0, 10.1)];
        let largest = largest_difference(&first, &second).expect("there are counts");
        assert_eq!(largest.of, "b on floor");
        assert!((largest.largest - 0.01).abs() < 1e-9);
    }
}
