//! `cargo bench --bench refcount`: what runs leave behind, however they end.

use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::memory::counter::Counting;
use doeff_bench_suites::refcount::{Arguments, run};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
