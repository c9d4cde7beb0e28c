//! The main job of `cargo bench`: every workload on every engine, side by side.

use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::{arguments::Arguments, compare};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    compare::run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
