//! The project's own commands: `cargo xtask NAME`.

mod ab;
mod built;
mod ceilings;
mod cli;
mod coverage;
mod differential;
#[cfg(test)]
mod docs;
mod doeff;
mod extension;
mod gate;
mod ledger;
mod mutants;
mod process;
mod profile;
mod publish;
mod python;
mod readme;
mod report;
#[cfg(test)]
mod repository;
mod research;
mod scratch;
mod soak;
mod suite;
mod sweep;
mod test;
mod tools;
mod wheel;
mod workspace;
mod worktree;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::python::Venv;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    run(&Cli::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match &cli.command {
        Command::Test(arguments) => test::run(workspace, *arguments),
        Command::Wheel(arguments) => {
            let venv = Venv::of(&workspace)?;
            venv.prepare()?;
            println!("{}", wheel::build(&workspace, &venv, *arguments)?.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Report(arguments) => {
            report::run(&workspace.root, arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Tools => {
            tools::prepare(&workspace)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Ceilings(arguments) => ceilings::run(&workspace, *arguments),
        Command::Ab(arguments) => ab::run(&workspace, arguments),
        Command::Gate(arguments) => Ok(gate::run(&workspace, arguments)),
        Command::Sweep(arguments) => sweep::run(&workspace, arguments),
        Command::Profile(arguments) => profile::run(&workspace, arguments),
        Command::Mutants(arguments) => mutants::run(&workspace, arguments),
        Command::Coverage => coverage::run(&workspace),
        Command::Soak => soak::run(&workspace),
        Command::Differential(arguments) => differential::run(&workspace, arguments),
    }
}
