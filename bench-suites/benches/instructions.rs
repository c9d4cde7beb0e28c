//! How near the VM is to the floor: instructions per operation, counted by valgrind.

use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::instructions::{self, arguments::Arguments};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if instructions::serve() {
        return ExitCode::SUCCESS;
    }
    instructions::run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
