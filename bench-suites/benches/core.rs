//! `cargo bench --bench core`: what the machine costs without Python.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser as _;
use criterion::{BenchmarkId, Criterion};
use doeff_bench_suites::core_alone::{
    Arguments, Both, CASES, Case, Driver, Figures, Report, Row, Way, count_instructions, for_each,
    work,
};
use doeff_bench_suites::instructions;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Operations that a sample must have for its time to count: the clock has its own grain.
const LEAST_OPERATIONS: u64 = 1_000;

/// Operations in a run for its allocations; twice as many must not allocate more.
const OPERATIONS: u32 = 10_000;

fn main() -> ExitCode {
    if instructions::serve() {
        return ExitCode::SUCCESS;
    }
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    if let Some(job) = &arguments.worker {
        work(job)?;
        return Ok(ExitCode::SUCCESS);
    }
    let instructions = count_instructions()?;
    let memory = memory();
    let times = times(arguments.quick);
    let rows = CASES.iter().enumerate().map(|(index, case)| {
        let figures = [0, 1].map(|way: usize| Figures {
            ns: times[index][way],
            instructions: instructions[index][way],
            allocations: memory[index][way].0,
            peak_bytes: memory[index][way].1,
        });
        Row::new(case, figures)
    });
    let report = Report::new(rows.collect());
    println!("\n{report}");
    report.write(arguments.output.as_deref())?;
    let above = report.above();
    for figure in &above {
        eprintln!("TOO MUCH: {figure}");
    }
    Ok(if above.is_empty() || arguments.report_only {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Blocks requested per operation in the steady state, and the most bytes that a run has alive at once.
fn memory() -> Both<(f64, u64)> {
    for_each(|case, way| {
        let _profiler = dhat::Profiler::builder().testing().build(); // counts from here on
        let mut driver = Driver::default();
        let mut requested = |operations| {
            let before = dhat::HeapStats::get().total_blocks;
            case.run(&mut driver, way, operations);
            dhat::HeapStats::get().total_blocks - before
        };
        requested(OPERATIONS); // fills the free lists
        let [few, many] = [requested(OPERATIONS), requested(2 * OPERATIONS)];
        #[expect(clippy::cast_precision_loss)] // far below 2^53
        let more = many as f64 - few as f64;
        let peak = dhat::HeapStats::get().max_bytes;
        (more / f64::from(OPERATIONS), peak as u64)
    })
}

/// The least nanoseconds per operation; criterion prints how they are distributed.
fn times(quick: bool) -> Both<f64> {
    let (warm_up, measurement) = if quick { (100, 400) } else { (500, 3_000) };
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(warm_up))
        .measurement_time(Duration::from_millis(measurement));
    let mut group = criterion.benchmark_group("core");
    let times = for_each(|case, way| {
        let mut least = f64::INFINITY;
        let mut driver = Driver::default();
        group.bench_function(BenchmarkId::new(case.name, format!("{way:?}")), |bencher| {
            bencher.iter_custom(|operations| {
                let elapsed = time(case, way, &mut driver, operations);
                if operations >= LEAST_OPERATIONS {
                    #[expect(clippy::cast_precision_loss)] // far below 2^53
                    let each = elapsed.as_nanos() as f64 / operations as f64;
                    least = least.min(each);
                }
                elapsed
            });
        });
        least
    });
    group.finish();
    times
}

fn time(case: &Case, way: Way, driver: &mut Driver, operations: u64) -> Duration {
    let mut left = operations;
    let mut elapsed = Duration::ZERO;
    while left > 0 {
        let now = u32::try_from(left).unwrap_or(u32::MAX);
        let began = Instant::now();
        case.run(black_box(driver), way, black_box(now));
        elapsed += began.elapsed();
        left -= u64::from(now);
    }
    elapsed
}
