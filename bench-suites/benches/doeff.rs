//! `cargo bench --bench doeff`: doeff's own scenarios on the published wheel and on ours.

use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::doeff::{Arguments, run};

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
