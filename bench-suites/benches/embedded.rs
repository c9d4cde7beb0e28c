//! `cargo bench --bench embedded`: criterion's view of the VM, embedded in this process, beside the floor and `cesk`.
//!
//! Without `--bench`, as `cargo test` starts it, every benchmark runs once for its answer.

use std::process::{self, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use criterion::{BenchmarkId, Criterion, Throughput};
use doeff_bench_suites::engine::{Engine, Runnable};
use doeff_bench_suites::workload::{Case, Compiled, Workload};
use doeff_bench_suites::{compare, engines, python};
use doeff_reports::{Engine as Name, Mode};
use pyo3::prelude::*;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs between two looks at their answers, which are kept meanwhile.
const BATCH: u32 = 100;

/// An engine, and its own copy of a workload.
type Subject = (Box<dyn Engine>, Compiled);

fn main() -> ExitCode {
    run().map_or_else(
        |error| {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

fn run() -> Result<()> {
    python::check()?;
    python::start()?;
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .configure_from_args();
    Python::attach(|py| -> Result<()> {
        for workload in compare::workloads(py, &[])? {
            bench(py, &mut criterion, &workload)?;
        }
        Ok(())
    })?;
    criterion.final_summary();
    Ok(())
}

/// A group for each set of parameters; in it, the sizes of the quick comparison on each engine.
fn bench(py: Python<'_>, criterion: &mut Criterion, workload: &Workload) -> Result<()> {
    let subjects = [Name::VM, Name::FLOOR, Name::CESK].map(|name| subject(py, workload, &name));
    let subjects = subjects.into_iter().collect::<Result<Vec<_>>>()?;
    let sizes = workload.sizes(Mode::Quick);
    for params in workload.params() {
        let label = workload.label_with(params);
        let mut group = criterion.benchmark_group(&label);
        for case in workload.cases_of(py, sizes, |own| own == params)? {
            group.throughput(Throughput::Elements(case.operations));
            for subject in &subjects {
                let name = subject.0.name();
                let too_long = name == Name::CESK && sizes.iter().any(|&size| size < case.size);
                if too_long || !workload.is_for(py, &name, &case)? {
                    continue;
                }
                let mut ready = None; // what is filtered out is not made ready
                group.bench_function(BenchmarkId::new(name.name(), case.size), |bencher| {
                    bencher.iter_custom(|runs| {
                        time(py, subject, &case, &mut ready, runs).unwrap_or_else(|error| {
                            // Criterion's closures cannot fail.
                            eprintln!("FAIL: {label}, n = {}, on {name}: {error:#}", case.size);
                            process::exit(1)
                        })
                    });
                });
            }
        }
        group.finish();
    }
    Ok(())
}

fn subject(py: Python<'_>, workload: &Workload, name: &Name) -> Result<Subject> {
    let engine = engines::named(name.name()).context("the engine is not one of ours")?;
    let copy = workload.source().compile(py, engine.effects_module())?;
    Ok((engine, copy))
}

/// How long so many runs take. Checks the answer of each.
fn time(
    py: Python<'_>,
    (engine, copy): &Subject,
    case: &Case,
    ready: &mut Option<Runnable>,
    runs: u64,
) -> Result<Duration> {
    let described = |error: PyErr| anyhow!(python::describe(py, &error));
    let runnable = match ready {
        Some(runnable) => runnable,
        none => none.insert(engine.prepare(py, copy, case).map_err(described)?),
    };
    let collected = py.import("gc").and_then(|gc| gc.call_method0("collect"));
    collected.map_err(described)?; // so that all samples start alike
    let (mut left, mut elapsed) = (runs, Duration::ZERO);
    while left > 0 {
        let batch = u32::try_from(left).unwrap_or(BATCH).min(BATCH);
        let timed = runnable.time(py, batch).map_err(described)?;
        elapsed += timed.elapsed;
        for answer in timed.answers {
            if !case.accepts(answer.bind(py)) {
                let (answer, expected) = (answer.bind(py), case.expected(py));
                bail!("the answer is {answer:?}, not {:?}", expected.bind(py));
            }
        }
        left -= u64::from(batch);
    }
    Ok(elapsed)
}
