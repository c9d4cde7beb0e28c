//! How costs grow with the size, and cases that run while a profiler looks on.

use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::instructions;
use doeff_bench_suites::research::{self, arguments::Arguments};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if instructions::serve() {
        return ExitCode::SUCCESS;
    }
    research::run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
