//! `cargo xtask mutants`: changes the machine, one place at a time, and tells which changes no test
//! sees.
//!
//! The machine's own tests are asked first, in a build of their own. What survives them is built into
//! the extension module and shown to the Python tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::cli::MutantsArgs;
use crate::extension::Extension;
use crate::ledger::{Reasons, revision};
use crate::process::program;
use crate::python::Venv;
use crate::scratch::{CORE, Scratch, read, write};
use crate::tools::{self, subcommand};
use crate::workspace::Workspace;

/// How much of the mutants may be missed at most, in percent.
const MISSED_AT_MOST: f64 = 3.0;

/// A test run, or a build, that takes longer than this many seconds has been caught.
const TIMEOUT: &str = "60";
const BUILD_TIMEOUT: &str = "300";

/// Random programs per run of the machine's tests: the others are what is specific.
const RANDOM_PROGRAMS: &str = "64";

const PAGE: &str = "vm/core/MUTANTS.md";

/// What the tool tells of all mutants.
#[derive(Debug, Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    scenario: Scenario,
    summary: Summary,
    /// The change, in the folder of the tool's output.
    diff_path: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
enum Scenario {
    Baseline,
    Mutant(Mutant),
}

#[derive(Debug, Deserialize)]
struct Mutant {
    /// The file, the line and the column with what is changed.
    name: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum Summary {
    Success,
    CaughtMutant,
    MissedMutant,
    Unviable,
    Timeout,
    Failure,
}

/// How many mutants had each fate, and which were missed.
#[derive(Debug, Default, PartialEq)]
struct Fates {
    caught: usize,
    timeouts: usize,
    unviable: usize,
    by_python: usize,
    missed: Vec<String>,
}

/// Runs the mutants and writes the page.
pub(crate) fn run(workspace: &Workspace, arguments: &MutantsArgs) -> Result<ExitCode> {
    let scratch = Scratch::make(workspace, "mutants", &[CORE])?;
    let outcomes = mutate(workspace, &scratch, arguments)?;
    let (mut fates, survivors) = sort(outcomes)?;
    if !survivors.is_empty() {
        eprintln!(
            "\n{} mutants survived the machine's own tests",
            survivors.len()
        );
        ask_python(
            workspace,
            &scratch.root.join("mutants.out"),
            survivors,
            &mut fates,
        )?;
    }
    let path = workspace.root.join(PAGE);
    let revision = revision(&workspace.root, CORE)?;
    let page = page(&fates, &revision, &Reasons::read(&path));
    if arguments.only.is_none() {
        write(&path, &page)?;
    }
    println!("{page}");
    Ok(if fates.percent_missed() > MISSED_AT_MOST {
        eprintln!("more than {MISSED_AT_MOST} % are missed");
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Runs the machine's own tests against each mutant.
fn mutate(workspace: &Workspace, scratch: &Scratch, arguments: &MutantsArgs) -> Result<Outcomes> {
    let tool = tools::MUTANTS.install(workspace)?;
    let jobs = arguments.jobs.to_string();
    let mut options = vec!["--no-config", "--timeout", TIMEOUT];
    options.extend(["--build-timeout", BUILD_TIMEOUT, "--jobs", &jobs]);
    if let Some(pattern) = &arguments.only {
        options.extend(["--re", pattern]);
    }
    let output = subcommand(&tool, "mutants", options, &scratch.root)
        .env("PROPTEST_CASES", RANDOM_PROGRAMS)
        .env("CARGO_PROFILE_DEV_DEBUG", "false") // linking is most of the time
        .stdout_to_stderr()
        .unchecked()
        .run()
        .context("cannot run cargo-mutants")?;
    // 0: all caught, 2: some missed, 3: some timed out. Other codes say that it could not work.
    match output.status.code() {
        Some(0 | 2 | 3) => {}
        _ => bail!("cargo-mutants did not get through"),
    }
    let found = read(&scratch.root.join("mutants.out/outcomes.json"))?;
    serde_json::from_str(&found).context("cannot understand what cargo-mutants found")
}

/// Counts all but those that were missed, which are given with their changes.
fn sort(outcomes: Outcomes) -> Result<(Fates, Vec<(String, PathBuf)>)> {
    let mut fates = Fates::default();
    let mut survivors = Vec::new();
    for outcome in outcomes.outcomes {
        let Scenario::Mutant(Mutant { name }) = outcome.scenario else {
            continue;
        };
        match outcome.summary {
            Summary::CaughtMutant => fates.caught += 1,
            Summary::Timeout => fates.timeouts += 1,
            Summary::Unviable => fates.unviable += 1,
            Summary::MissedMutant => {
                let diff = outcome.diff_path.context("a mutant without its change")?;
                survivors.push((name, diff));
            }
            Summary::Success | Summary::Failure => bail!("{name}: the tool could not judge it"),
        }
    }
    Ok((fates, survivors))
}

/// Runs the Python tests against each of the survivors.
fn ask_python(
    workspace: &Workspace,
    output: &Path,
    survivors: Vec<(String, PathBuf)>,
    fates: &mut Fates,
) -> Result<()> {
    let venv = Venv::of(workspace)?;
    venv.prepare()?;
    let extension = Extension::scratch(workspace, &venv)?;
    extension.build()?;
    if !extension.passes()? {
        bail!("the Python tests fail without any mutant");
    }
    for (name, diff) in survivors {
        let diff = output.join(diff);
        patch(&extension.root, &diff, &[])?;
        let caught = extension.build().is_err() || !extension.passes()?;
        patch(&extension.root, &diff, &["-R"])?;
        eprintln!(
            "{} by Python: {name}",
            if caught { "caught" } else { "MISSED" }
        );
        if caught {
            fates.by_python += 1;
        } else {
            fates.missed.push(placeless(&name));
        }
    }
    Ok(())
}

/// Applies a change to the files under `root`, or takes it back.
fn patch(root: &Path, diff: &Path, options: &[&str]) -> Result<()> {
    let change = root.join("change.diff");
    write(&change, &applicable(&read(diff)?)?)?;
    let args = [&["apply", "-p0"], options, &["change.diff"]].concat();
    program("git", args, root)
        // The folder may lie in a repository that ignores it, where nothing would be done.
        .env("GIT_CEILING_DIRECTORIES", root.parent().unwrap_or(root))
        .run()
        .with_context(|| format!("cannot apply {}", diff.display()))?;
    Ok(())
}

/// The tool's diff names the file in its first line, and the mutant in its second.
fn applicable(diff: &str) -> Result<String> {
    let (old, rest) = diff.split_once('\n').context("an empty diff")?;
    let file = old.strip_prefix("--- ").context("a diff of no file")?;
    let (_, hunks) = rest.split_once('\n').context("a diff of nothing")?;
    Ok(format!("{old}\n+++ {file}\n{hunks}"))
}

/// A mutant's name without the line and the column, which other changes move.
fn placeless(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let file = parts.next().unwrap_or_default();
    match parts.nth(2) {
        Some(change) => format!("{file}:{change}"),
        None => name.to_owned(),
    }
}

impl Fates {
    fn viable(&self) -> usize {
        self.caught + self.timeouts + self.by_python + self.missed.len()
    }

    fn percent_missed(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)] // there are some hundreds
        let percent = 100.0 * self.missed.len() as f64 / self.viable().max(1) as f64;
        percent
    }
}

fn page(fates: &Fates, revision: &str, reasons: &Reasons) -> String {
    let mut page = format!(
        "# Mutants of `{CORE}`\n\n\
         Written by `cargo xtask mutants`, which keeps the reasons below.\n\
         The machine as of {revision}.\n\n"
    );
    let counts = [
        ("caught by the machine's own tests", fates.caught),
        ("caught because a test did not end", fates.timeouts),
        ("caught by the Python tests", fates.by_python),
        ("missed", fates.missed.len()),
        ("all of these", fates.viable()),
        ("not counted: does not compile", fates.unviable),
    ];
    page.push_str("| mutants | number |\n| --- | ---: |\n");
    for (fate, number) in counts {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {fate} | {number} |");
    }
    let percent = fates.percent_missed();
    let _ = writeln!(
        page,
        "\nMissed: {percent:.1} %, of {MISSED_AT_MOST} % that may be.\n"
    );
    if !fates.missed.is_empty() {
        page.push_str(&reasons.table(&fates.missed).0);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str = r#"{"outcomes": [
        {"scenario": "Baseline", "summary": "Success", "diff_path": null},
        {"scenario": {"Mutant": {"name": "a.rs:1:2: replace < with <= in f"}},
         "summary": "CaughtMutant", "diff_path": "diff/1"},
        {"scenario": {"Mutant": {"name": "a.rs:3:4: replace Id::x -> u8 with 0"}},
         "summary": "MissedMutant", "diff_path": "diff/2"},
        {"scenario": {"Mutant": {"name": "b"}}, "summary": "Timeout", "diff_path": "diff/3"},
        {"scenario": {"Mutant": {"name": "c"}}, "summary": "Unviable", "diff_path": "diff/4"}
    ], "total_mutants": 4}"#;

    #[test]
    fn what_the_tool_found_is_sorted() {
        let outcomes = serde_json::from_str(FOUND).expect("it is what the tool writes");
        let (fates, survivors) = sort(outcomes).expect("it could judge all");
        let expected = Fates {
            caught: 1,
            timeouts: 1,
            unviable: 1,
            ..Fates::default()
        };
        assert_eq!(fates, expected);
        let survivor = (
            "a.rs:3:4: replace Id::x -> u8 with 0".to_owned(),
            "diff/2".into(),
        );
        assert_eq!(survivors, [survivor]);
    }

    #[test]
    fn a_change_is_applied_and_taken_back() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("src")).expect("the folder is writable");
        let (file, diff) = (root.join("src/a.rs"), root.join("1.diff"));
        let changed = "--- src/a.rs\n+++ replace f -> bool with true\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
        for (path, text) in [(&file, "one\ntwo\nthree\n"), (&diff, changed)] {
            write(path, text).expect("the folder is writable");
        }
        patch(&root, &diff, &[]).expect("it fits");
        assert_eq!(read(&file).ok().as_deref(), Some("one\n2\nthree\n"));
        patch(&root, &diff, &["-R"]).expect("it fits");
        assert_eq!(read(&file).ok().as_deref(), Some("one\ntwo\nthree\n"));
        assert!(patch(&root, &diff, &["-R"]).is_err());
    }

    #[test]
    fn a_mutant_is_known_by_what_it_changes() {
        let name = "vm/core/src/a.rs:77:38: replace A::b -> u8 with 1";
        assert_eq!(
            placeless(name),
            "vm/core/src/a.rs: replace A::b -> u8 with 1"
        );
        assert_eq!(placeless("b"), "b");
    }

    #[test]
    fn the_page_counts_and_lists() {
        let fates = Fates {
            caught: 95,
            timeouts: 1,
            unviable: 9,
            by_python: 2,
            missed: vec!["x: replace a".to_owned(), "x: replace b".to_owned()],
        };
        let kept = "| finding | reason |\n| --- | --- |\n| `x: replace b` | the same |\n";
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = folder.path().join("page.md");
        write(&path, kept).expect("the folder is writable");
        let page = page(&fates, "`0123`", &Reasons::read(&path));
        for line in [
            "The machine as of `0123`.",
            "| all of these | 100 |",
            "Missed: 2.0 %, of 3 % that may be.",
            "| `x: replace a` | no reason given |",
            "| `x: replace b` | the same |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
    }
}
