//! `cargo bench --bench gil`: what the two ways to deal with the interpreter's lock cost and give.

use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::gil::{Arguments, run};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
