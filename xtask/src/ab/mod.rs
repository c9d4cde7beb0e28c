//! `cargo xtask ab`: builds two revisions, compares them side by side, and says what may be said of the difference.

mod build;
mod verdicts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use doeff_reports::{Report, check_writable};

use crate::cli::AbArgs;
use crate::process::program;
use crate::profile::flame;
use crate::tools;
use crate::workspace::Workspace;
use build::Build;

/// Builds, compares, and prints the verdicts.
pub(crate) fn run(workspace: &Workspace, arguments: &AbArgs) -> Result<ExitCode> {
    let root = &workspace.root;
    let before = commit(root, &arguments.base)?;
    let after = match &arguments.head {
        Some(head) => commit(root, head)?,
        None => working_tree(root)?,
    };
    let output = match &arguments.out {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.target.join("ab/report"),
    };
    check_writable(&output)?;
    let mut builds = Vec::new();
    for (revision, commit) in [("base", &before), ("head", &after)] {
        for name in verdicts::names(revision, arguments.builds) {
            builds.push(Build::of(workspace, &name, commit)?);
        }
    }
    let success = compare(root, arguments, &builds, &output)?;
    let path = output.join("report.json");
    let mut report = Report::read(&path)?;
    report.provenance.revisions = builds
        .iter()
        .map(|build| (build.name.clone(), build.revision.clone()))
        .collect::<BTreeMap<_, _>>();
    doeff_reports::write(&report, &output)?;
    let rows = verdicts::rows(&report, arguments.builds);
    if rows.is_empty() {
        bail!("no row was run by all builds; see {}", path.display());
    }
    let (old, new) = (short(&before), short(&after));
    let page = format!("# {old} and {new}\n\n{}\n", verdicts::shown(&rows));
    let written = output.join("ab.md");
    fs::write(&written, &page).with_context(|| format!("cannot write {}", written.display()))?;
    println!("\n{page}\nab.md and the report are in {}", output.display());
    for workload in &arguments.profile {
        println!(
            "{}",
            difference(workspace, &builds, workload, &output)?.display()
        );
    }
    Ok(if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Draws where a workload's instructions go after the change, and what is more or less than before it.
fn difference(
    workspace: &Workspace,
    builds: &[Build],
    workload: &str,
    output: &Path,
) -> Result<PathBuf> {
    tools::valgrind(workspace)?;
    let named = |name| builds.iter().find(|build| build.name == name);
    let (base, head) = named("base")
        .zip(named("head"))
        .context("neither revision was built")?;
    let (before, after) = (base.profile(workload)?, head.profile(workload)?);
    let title = format!(
        "{workload}: {} and {}",
        short(&base.revision),
        short(&head.revision)
    );
    let graph = flame::difference(&before.stacks, &after.stacks, &title, after.unit)?;
    let path = output.join(format!("{workload}-difference.svg"));
    fs::write(&path, graph).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Runs the builds side by side; whether all answers were right.
fn compare(root: &Path, arguments: &AbArgs, builds: &[Build], output: &Path) -> Result<bool> {
    let mut words: Vec<String> = ["bench", "--bench", "compare", "--", "--out"]
        .map(str::to_owned)
        .into();
    words.push(output.display().to_string());
    for build in builds {
        let program = build.program.display();
        words.extend(["--revision".to_owned(), format!("{}={program}", build.name)]);
    }
    for filter in &arguments.filters {
        words.extend(["--filter".to_owned(), filter.clone()]);
    }
    if arguments.quick {
        words.push("--quick".to_owned());
    }
    let processes = Some(arguments.processes.into());
    for (option, number) in [
        ("--processes", processes),
        ("--time", arguments.time),
        ("--seed", arguments.seed),
    ] {
        if let Some(number) = number {
            words.extend([option.to_owned(), number.to_string()]);
        }
    }
    let ended = program("cargo", words, root)
        .stdout_to_stderr()
        .unchecked()
        .run()?;
    match ended.status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("the comparison did not come to its end"),
    }
}

/// The commit that a revision means.
fn commit(root: &Path, revision: &str) -> Result<String> {
    let words = ["rev-parse", "--verify", "--quiet"].map(str::to_owned);
    let words = words.into_iter().chain([format!("{revision}^{{commit}}")]);
    let found = program("git", words, root).read();
    found.with_context(|| format!("there is no revision {revision}; `git log` shows what there is"))
}

/// A commit of the tracked files as they are now, which no branch has when they differ from the last one.
fn working_tree(root: &Path) -> Result<String> {
    let snapshot = program("git", ["stash", "create"], root)
        .read()
        .context("cannot take a snapshot of the files as they are")?;
    if snapshot.is_empty() {
        return commit(root, "HEAD");
    }
    Ok(snapshot)
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
