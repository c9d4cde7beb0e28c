//! `cargo xtask coverage`: which lines of the machine its own tests run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::ledger::{Reasons, revision};
use crate::scratch::{CORE, Scratch, read, write};
use crate::tools::{self, subcommand};
use crate::workspace::Workspace;

/// How many of the lines have to be run at least, in percent.
const RUN_AT_LEAST: f64 = 95.0;

const PAGE: &str = "vm/core/COVERAGE.md";

/// What the tool tells of all files.
#[derive(Debug, Deserialize)]
struct Report {
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct File {
    path: Vec<String>,
    content: String,
    traces: Vec<Trace>,
}

/// What the tool tells of a line.
#[derive(Debug, Deserialize)]
struct Trace {
    line: usize,
    stats: Stats,
}

#[derive(Debug, Deserialize)]
enum Stats {
    /// How often it was run.
    Line(u64),
}

/// How many lines there are, and those that were not run.
#[derive(Debug, Default, PartialEq)]
struct Lines {
    all: usize,
    missed: Vec<String>,
}

/// Runs the machine's tests, counts lines and writes the page.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let scratch = Scratch::make(workspace, "coverage", &[CORE])?;
    let lines = measure(workspace, &scratch.root)?.lines(&scratch.root);
    let path = workspace.root.join(PAGE);
    let revision = revision(&workspace.root, CORE)?;
    let page = page(&lines, &revision, &Reasons::read(&path));
    write(&path, &page)?;
    println!("{page}");
    Ok(if lines.percent_run() < RUN_AT_LEAST {
        eprintln!("less than {RUN_AT_LEAST} % are run");
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn measure(workspace: &Workspace, root: &Path) -> Result<Report> {
    let tool = tools::TARPAULIN.install(workspace)?;
    let sources = format!("{CORE}/src/*");
    // The counters that the compiler puts in. The other engine, ptrace, sees machine code and takes
    // the lines of a pattern or an expression that goes over several for lines that were not run.
    let options = [
        "--engine",
        "llvm",
        "--locked",
        "--skip-clean",
        "--color",
        "never",
    ];
    let places = [
        "--include-files",
        &sources,
        "--out",
        "Json",
        "--output-dir",
        "target",
    ];
    subcommand(&tool, "tarpaulin", options.into_iter().chain(places), root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .stdout_to_stderr()
        .run()
        .context("cargo-tarpaulin failed")?;
    let found = read(&root.join("target/tarpaulin-report.json"))?;
    serde_json::from_str(&found).context("cannot understand what cargo-tarpaulin found")
}

impl Report {
    /// The lines of all files, which lie under `root`.
    fn lines(&self, root: &Path) -> Lines {
        let mut lines = Lines::default();
        for file in &self.files {
            let path: PathBuf = file.path.iter().collect();
            let path = path.strip_prefix(root).unwrap_or(&path);
            lines.all += file.traces.len();
            let missed = file.traces.iter().filter(|trace| !trace.was_run());
            let missed = missed.map(|trace| {
                let text = file.content.lines().nth(trace.line.saturating_sub(1));
                format!("{}: {}", path.display(), text.unwrap_or_default().trim())
            });
            lines.missed.extend(missed);
        }
        lines
    }
}

impl Trace {
    fn was_run(&self) -> bool {
        let Stats::Line(times) = self.stats;
        times > 0
    }
}

impl Lines {
    fn percent_run(&self) -> f64 {
        let run = self.all - self.missed.len();
        #[allow(clippy::cast_precision_loss)] // there are some hundreds
        let percent = 100.0 * run as f64 / self.all.max(1) as f64;
        percent
    }
}

fn page(lines: &Lines, revision: &str, reasons: &Reasons) -> String {
    let mut page = format!(
        "# Line coverage of `{CORE}`\n\n\
         Written by `cargo xtask coverage`, which keeps the reasons below.\n\
         The machine as of {revision}.\n\n"
    );
    let run = lines.all - lines.missed.len();
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "The machine's own tests run {run} of its {} lines: {:.1} %, of {RUN_AT_LEAST} % that have to be.\n\
         With the Python tests it can only be more.\n",
        lines.all,
        lines.percent_run()
    );
    if !lines.missed.is_empty() {
        page.push_str("The lines that they do not run:\n\n");
        page.push_str(&reasons.table(&lines.missed).0);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str = r#"{"files": [
        {"path": ["/", "s", "vm", "a.rs"], "content": "one\n  two `2`\nthree\n", "covered": 1, "coverable": 2,
         "traces": [{"line": 1, "address": [], "length": 1, "stats": {"Line": 4}},
                    {"line": 2, "address": [], "length": 1, "stats": {"Line": 0}}]}
    ], "coverage": 50.0}"#;

    #[test]
    fn lines_are_counted_and_told_by_their_text() {
        let report: Report = serde_json::from_str(FOUND).expect("it is what the tool writes");
        let lines = report.lines(Path::new("/s"));
        let expected = Lines {
            all: 2,
            missed: vec!["vm/a.rs: two `2`".to_owned()],
        };
        assert_eq!(lines, expected);
        assert!((lines.percent_run() - 50.0).abs() < 1e-9);
        assert!(Lines::default().percent_run() < 1e-9);
    }

    #[test]
    fn the_page_tells_the_share_and_lists_the_rest() {
        let lines = Lines {
            all: 8,
            missed: vec!["vm/a.rs: two".to_owned()],
        };
        let page = page(&lines, "`0123`", &Reasons::default());
        for line in [
            "The machine as of `0123`.",
            "The machine's own tests run 7 of its 8 lines: 87.5 %, of 95 % that have to be.",
            "| `vm/a.rs: two` | no reason given |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
    }
}
