//! Where the instructions go, by callgrind.
//!
//! Callgrind keeps no stacks, but with `--separate-callers` it counts a function apart for each chain of functions
//! that called it, and writes the chain into the function's name: `inner'outer'outermost`. That is a stack, exact
//! as long as the chain is whole; of a deeper one the outermost functions are cut off.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::{Profile, Stacks};
use crate::process::program;
use crate::research::Case;

/// How long the chains are that callgrind tells apart.
const DEPTH: usize = 32;

/// The function below which a stack is that was cut off.
const CUT_OFF: &str = "[deeper]";

/// Runs the case once under valgrind, which counts from when the program asks it to.
pub(super) fn record(case: &Case, files: &Path) -> Result<Profile> {
    let out = files.join("callgrind.out");
    let mut words = vec![
        "--tool=callgrind".into(),
        "--instr-atstart=no".into(),
        "--cache-sim=no".into(),
        // A Rust name may hold the character that separates those of a chain.
        "--demangle=no".into(),
        format!("--separate-callers={DEPTH}").into(),
        format!("--callgrind-out-file={}", out.display()).into(),
        case.program.clone().into_os_string(),
    ];
    words.extend(case.args.iter().cloned());
    let ended = program("valgrind", words, files)
        .stderr_capture()
        .unchecked()
        .run()
        .context("cannot run valgrind")?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        bail!("a run under valgrind failed:\n{}", said.trim());
    }
    let text = fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
    let found = stacks(&String::from_utf8_lossy(&text))?;
    Ok(Profile {
        note: format!(
            "One run, without the start of the interpreter; stacks of up to {DEPTH} functions are whole."
        ),
        stacks: found,
        unit: "instructions",
    })
}

/// The stacks in what callgrind has written.
fn stacks(text: &str) -> Result<Stacks> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut stacks = Stacks::default();
    let (mut current, mut is_call) = (None, false);
    for line in text.lines() {
        if let Some(function) = line.strip_prefix("fn=") {
            current = Some(named(function, &mut names)?);
        } else if let Some(function) = line.strip_prefix("cfn=") {
            named(function, &mut names)?;
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            // What a call costs is in the functions that it calls, too.
            if !std::mem::take(&mut is_call) {
                let count = line.split(' ').nth(1).and_then(|count| count.parse().ok());
                let function = current.context("a cost comes before the first function")?;
                let count = count.with_context(|| format!("{line:?} is no cost"))?;
                add(&mut stacks, function, count);
            }
        }
    }
    if stacks.total() == 0 {
        bail!("callgrind has counted nothing");
    }
    Ok(stacks)
}

/// The name of a function, which is written once, after its number.
fn named<'a>(function: &'a str, names: &mut HashMap<&'a str, &'a str>) -> Result<&'a str> {
    let (number, name) = function.split_once(' ').unwrap_or((function, ""));
    if !name.is_empty() {
        names.insert(number, name);
    }
    let known = names.get(number).copied();
    known.with_context(|| format!("callgrind does not name the function {number}"))
}

fn add(stacks: &mut Stacks, function: &str, count: u64) {
    let chain: Vec<&str> = function.split('\'').collect();
    let cut_off = (chain.len() >= DEPTH).then(|| CUT_OFF.to_owned());
    // Python's functions come out as they are.
    let names = chain
        .into_iter()
        .rev()
        .map(|name| format!("{:#}", rustc_demangle::demangle(name)));
    let names: Vec<String> = cut_off.into_iter().chain(names).collect();
    stacks.add(names.iter().map(String::as_str), count);
}
