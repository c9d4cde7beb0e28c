//! Where the instructions go, by callgrind.
//!
//! Callgrind keeps no stacks, but with `--separate-callers` it counts a function apart for each chain of functions
//! that called it, and writes the chain into the function's name: `inner'outer'outermost`. That is a stack, exact
//! as long as the chain is whole; of a longer one the outermost functions are cut off.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use doeff_reports::callgrind::own_costs;

use super::{Profile, Stacks};
use crate::process::program;
use crate::research::Case;

/// How long the chains are that callgrind tells apart.
const DEPTH: usize = 48;

/// The function below which a stack is that was cut off.
const CUT_OFF: &str = "[cut off]";

/// A function of which only the address is known.
const UNNAMED: &str = "[no name]";

/// Runs the case once under valgrind, which counts from when the program asks it to; `files` is an empty folder.
///
/// # Errors
/// When valgrind does not run, or the case fails.
pub(crate) fn record(case: &Case, files: &Path) -> Result<Profile> {
    let out = files.join("callgrind.out");
    let mut words = vec![
        "--quiet".into(),
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
            "One run, without the start of the interpreter; stacks of up to {DEPTH} functions are \
             whole."
        ),
        stacks: found,
        unit: "instructions",
    })
}

/// The stacks in what callgrind has written.
fn stacks(text: &str) -> Result<Stacks> {
    let mut stacks = Stacks::default();
    own_costs(text, |own| add(&mut stacks, own.function, own.count))?;
    if stacks.total() == 0 {
        bail!("callgrind has counted nothing");
    }
    Ok(stacks)
}

fn add(stacks: &mut Stacks, function: &str, count: u64) {
    let chain = function.split('\'');
    // A number tells that the function before it runs for the second time or more.
    let chain = chain.filter(|name| name.parse::<u32>().is_err());
    let mut names: Vec<String> = chain.map(readable).collect();
    if names.len() > DEPTH {
        names.push(CUT_OFF.to_owned());
    }
    stacks.add(names.iter().rev().map(String::as_str), count);
}

/// The name as it is in the source. One that is an address may be another with each build.
fn readable(name: &str) -> String {
    if name.starts_with("0x") {
        return UNNAMED.to_owned();
    }
    format!("{:#}", rustc_demangle::demangle(name))
}

#[cfg(test)]
mod tests {
    use super::{CUT_OFF, DEPTH, stacks};

    /// What callgrind writes of a function that calls two others, one of them twice, and itself again.
    const WRITTEN: &str = "\
# callgrind format
version: 1
positions: line
events: Ir
summary: 0


ob=(1) /target/research
fl=(1) src/case.rs
fn=(1) _ZN8research4case4once17h615c8d4326c453f0E
10 3
+1 4
fi=(2) src/inlined.rs
7 1
cob=(2) /lib/libpython3.11.so
cfi=(3) ceval.c
cfn=(2) _PyEval_EvalFrameDefault'_ZN8research4case4once17h615c8d4326c453f0E
calls=2 0
* 120
cfn=(3) 0x0000000004936718'_ZN8research4case4once17h615c8d4326c453f0E
calls=1 0
-2 5

fn=(2)
0 100
cfn=(4) _PyEval_EvalFrameDefault'2'_PyEval_EvalFrameDefault'_ZN8research4case4once17h615c8d4326c453f0E
calls=1 0
0 20

fn=(4)
0 20

fn=(3)
0 5
";

    #[test]
    fn what_a_function_costs_itself_is_counted_once_in_its_stack() {
        let found = stacks(WRITTEN).expect("it is well-formed");
        assert_eq!(
            found.to_string(),
            "research::case::once 8\n\
             research::case::once;[no name] 5\n\
             research::case::once;_PyEval_EvalFrameDefault 100\n\
             research::case::once;_PyEval_EvalFrameDefault;_PyEval_EvalFrameDefault 20\n"
        );
    }

    #[test]
    fn a_chain_that_may_be_longer_is_marked() {
        let of = |length| {
            let chain = vec!["f"; length].join("'");
            let found = stacks(&format!("fn=(1) {chain}\n0 7\n")).expect("it is well-formed");
            found.to_string()
        };
        assert!(of(DEPTH).starts_with("f;f;"));
        assert!(of(DEPTH + 1).starts_with(CUT_OFF));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for text in ["", "0 7\n", "fn=(1)\n0 7\n", "fn=(1) f\n0 x\n"] {
            assert!(stacks(text).is_err(), "{text}");
        }
    }
}
