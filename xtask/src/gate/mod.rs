//! `cargo xtask gate`: measures what is exact, and judges it, with the times of the comparison, against what is
//! committed.

mod ancestor;
mod folder;
pub(crate) mod measure;
mod times;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use doeff_reports::gate::{
    Accepted, Baseline, Found, Judgement, Question, Refusal, Verdict, accept, judge, lifted_since,
    page, since_release, summary,
};

use crate::cli::GateArgs;
use crate::process::program;
use crate::tools;
use crate::workspace::Workspace;
use folder::Folder;
use measure::Measurement;

/// How many commits are named, at most.
const COMMITS: &str = "--max-count=20";

/// What figures depend on.
const SOURCES: [&str; 5] = [
    "vm",
    "bench-suites",
    "python-baseline",
    "Cargo.toml",
    "Cargo.lock",
];

/// Measures and judges, or accepts. Every verdict has an exit code of its own; what goes wrong is an error.
pub(crate) fn run(workspace: &Workspace, arguments: &GateArgs) -> ExitCode {
    let verdict = output(workspace, arguments).and_then(|output| {
        gate(workspace, arguments, &output).or_else(|error| {
            eprintln!("error: {error:#}");
            let page = format!("# Gate: {}\n\n{error:#}\n", Verdict::Error.name());
            write(&output, "gate.md", &page)?;
            Ok(Verdict::Error)
        })
    });
    let verdict = verdict.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Verdict::Error
    });
    ExitCode::from(verdict.exit_code())
}

/// The folder that is written to.
fn output(workspace: &Workspace, arguments: &GateArgs) -> Result<PathBuf> {
    Ok(match &arguments.output {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.root.join("reports/latest"),
    })
}

fn gate(workspace: &Workspace, arguments: &GateArgs, output: &Path) -> Result<Verdict> {
    if arguments.accept {
        check_clean(&workspace.root)?;
    }
    let folder = Folder::of(arguments.records.as_deref(), workspace);
    let measurement = Measurement {
        root: &workspace.root,
        target: None,
        full: arguments.full,
        workloads: &arguments.workloads,
        without: &arguments.without,
    };
    let mut failures = Vec::new();
    let from = arguments.from.as_deref().unwrap_or(output);
    if arguments.from.is_none() {
        tools::prepare(workspace)?;
        failures = measurement.run(output)?;
    }
    let mut found = measurement.read(from, &failures)?;
    check_named(&arguments.workloads, &found)?;
    found.times = times::read(&workspace.root, from, &found.record);
    let accepted = folder.accepted()?;
    if arguments.accept {
        let reason = arguments.reason.as_deref().unwrap_or_default();
        return accepting(&folder, &found, &accepted, reason, arguments.release);
    }
    let baseline = baseline(
        workspace,
        &folder,
        &found,
        &accepted,
        &measurement,
        arguments,
    )?;
    let judgement = judge(Question {
        found: &found,
        baseline: baseline.as_ref(),
        release: folder.release(&found.record.key)?.as_ref(),
        accepted: &accepted,
    });
    show(&workspace.root, &judgement, output)?;
    Ok(judgement.verdict)
}

/// That what is accepted will be of a commit, which is better known before measuring than after it.
fn check_clean(root: &Path) -> Result<()> {
    let words = ["status", "--porcelain", "--untracked-files=no"];
    let changed = program("git", words, root).stderr_null().read();
    let changed = changed.unwrap_or_default(); // without git there is no revision either
    if let Some(first) = changed.lines().next() {
        bail!(
            "files differ from the commit ({}{}), so that what is accepted would be of no commit; commit them or put \
             them aside with `git stash`",
            first.trim(),
            if changed.lines().count() > 1 {
                ", and more"
            } else {
                ""
            }
        );
    }
    Ok(())
}

/// That the workloads that were named are there: a record of others says nothing of them.
fn check_named(names: &[String], found: &Found) -> Result<()> {
    let known = &found.record.workloads;
    if let Some(name) = names.iter().find(|name| !known.contains_key(*name)) {
        let known: Vec<_> = known.keys().map(String::as_str).collect();
        bail!(
            "there is no workload {name}; there are {}",
            known.join(", ")
        );
    }
    Ok(())
}

/// The committed record of the key, or an ancestor that is built and measured in its place.
fn baseline(
    workspace: &Workspace,
    folder: &Folder,
    found: &Found,
    accepted: &Accepted,
    measurement: &Measurement<'_>,
    arguments: &GateArgs,
) -> Result<Option<Baseline>> {
    if arguments.against.is_none() {
        if let Some(committed) = folder.committed(&found.record.key, accepted)? {
            return Ok(Some(committed));
        }
        eprintln!(
            "there is no record for the key {}",
            found.record.key.short()
        );
    }
    ancestor::baseline(workspace, arguments.against.as_deref(), measurement)
}

fn accepting(
    folder: &Folder,
    found: &Found,
    accepted: &Accepted,
    reason: &str,
    release: bool,
) -> Result<Verdict> {
    let old = folder.nearest(&found.record.key)?;
    if let Some(old) = &old {
        let revision = old.revision.as_deref().unwrap_or("unknown");
        println!("Before: the record of {revision}, {}.", old.created);
    } else {
        println!("No earlier record is of these surroundings, so that no old figures are kept.");
    }
    let lifted = lifted_since(found, &folder.all()?);
    if !lifted.is_empty() {
        return Err(Refusal::Ceiling(lifted).into());
    }
    let (record, next) = accept(found, old.as_ref(), accepted, reason, release)?;
    if release {
        let last = folder.release(&found.record.key)?;
        let told = since_release(found, last.as_ref(), accepted);
        println!("\nSince the last release:\n\n{told}");
    }
    let entry = next.entries.last().context("it was just added")?;
    for change in &entry.changes {
        println!(
            "{} on {}, {}: {} became {}",
            change.label,
            change.engine,
            change.kind.unit(),
            change.kind.shown(change.before),
            change.kind.shown(change.after)
        );
    }
    match &found.times {
        Ok(times) if !times.is_noisy() => println!("Times: those of {}.", times.cpu),
        Ok(_) => println!("Times: as they were, since the machine was too noisy."),
        Err(reason) => println!("Times: as they were, since {reason}."),
    }
    for path in folder.write(&record, &next, release)? {
        println!("{}", path.display());
    }
    Ok(Verdict::Ok)
}

/// Prints what is to be looked at, and writes all of it.
fn show(root: &Path, judgement: &Judgement, output: &Path) -> Result<()> {
    let commits = commits(root, judgement);
    let mut json = serde_json::to_string_pretty(judgement)?;
    json.push('\n');
    write(output, "gate.md", &page(judgement, &commits))?;
    write(output, "gate.json", &json)?;
    println!("\n{}", summary(judgement, &commits));
    println!("gate.md and gate.json are in {}", output.display());
    Ok(())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The commits between the baseline and now that touch what figures depend on, newest first.
fn commits(root: &Path, judgement: &Judgement) -> Vec<String> {
    let baseline = judgement.baseline.as_ref();
    let Some(revision) = baseline.and_then(|baseline| baseline.revision.as_deref()) else {
        return Vec::new();
    };
    let range = format!("{}..HEAD", revision.trim_end_matches("-dirty"));
    let options = ["log", "--oneline", "--no-decorate", COMMITS, &range, "--"];
    let log = program("git", options.into_iter().chain(SOURCES), root);
    let mut found: Vec<String> = match log.stderr_null().read() {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(_) => vec![format!(
            "{revision} is not in this clone: its commits are not known"
        )],
    };
    if judgement
        .revision
        .as_ref()
        .is_some_and(|now| now.ends_with("-dirty"))
    {
        found.insert(0, "what is not committed yet".to_owned());
    }
    found
}

/// That a revision exists, and what it is.
fn resolve(root: &Path, revision: &str) -> Result<String> {
    let name = format!("{revision}^{{commit}}");
    let found = program("git", ["rev-parse", "--verify", "--quiet", &name], root).read();
    match found {
        Ok(hash) => Ok(hash),
        Err(_) => bail!("there is no revision {revision}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use doeff_reports::gate::{Found, read_instructions};

    use super::{check_clean, check_named};
    use crate::repository::{commit, init};

    #[test]
    fn a_dirty_tree_is_told_before_measuring() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let root = folder.path();
        init(root);
        commit(root, "file", "one");
        assert!(check_clean(root).is_ok());
        fs::write(root.join("file"), "other").expect("it is writable");
        let error = check_clean(root).expect_err("a file differs").to_string();
        assert!(
            error.contains("(M file)") && error.contains("git stash"),
            "{error}"
        );
    }

    #[test]
    fn a_workload_that_is_not_there_is_an_error_that_names_those_that_are() {
        let golden =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ceilings/golden/instructions.json");
        let counts = read_instructions(&golden).unwrap_or_else(|error| panic!("{error:?}"));
        let mut found = Found::of(&counts);
        let texts = ["runs", "exceptions"].map(|name| (name.to_owned(), "00".to_owned()));
        found.record.workloads = texts.into();
        let named = |name: &str| check_named(&[name.to_owned()], &found);
        assert!(named("runs").is_ok());
        let error = named("nope").expect_err("there is none").to_string();
        assert_eq!(
            error,
            "there is no workload nope; there are exceptions, runs"
        );
    }
}
