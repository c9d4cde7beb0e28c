//! `cargo xtask report`: shows a record.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use doeff_reports::changes::Changes;
use doeff_reports::terminal::{self, Style};
use doeff_reports::{Comparison, Folder, html, markdown};

use crate::cli::{ReportArgs, ReportFormat};
use crate::publish;

/// Where records that are kept lie, a folder each.
pub(crate) const KEPT: &str = "reports/record";

/// Prints the record, writes it into a folder, or publishes it.
pub(crate) fn run(root: &Path, arguments: &ReportArgs) -> Result<()> {
    let from = root.join(&arguments.from); // an absolute path stays as it is
    if arguments.publish {
        println!("{}", publish::publish(root, &from, arguments.anyway)?);
        return Ok(());
    }
    if arguments.base.is_some() && !matches!(arguments.format, ReportFormat::Markdown) {
        bail!("only Markdown tells what changed since --base; add `--format markdown`");
    }
    let style = match arguments.output {
        Some(_) => Style::Plain,
        None => Style::of_stdout(),
    };
    let text = rendered(root, &from, arguments, style)?;
    match &arguments.output {
        None => print(&text),
        Some(dir) => {
            let path = root.join(dir).join(file(arguments.format));
            let folder = root.join(dir);
            fs::create_dir_all(&folder)
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("cannot write {}", path.display()))?;
            println!("{}", path.display());
            Ok(())
        }
    }
}

fn file(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Terminal => "report.txt",
        ReportFormat::Markdown => "report.md",
        ReportFormat::Html => "report.html",
        ReportFormat::Json => "report.json",
    }
}

fn rendered(root: &Path, from: &Path, arguments: &ReportArgs, style: Style) -> Result<String> {
    let folder = Folder::read(from)?;
    if arguments.format == ReportFormat::Json {
        return Ok(folder.report.to_json());
    }
    let comparison = Comparison::of_folder(&folder);
    Ok(match arguments.format {
        ReportFormat::Html => {
            html::report(&folder, &comparison, &Folder::history(&root.join(KEPT))?)?
        }
        ReportFormat::Markdown => {
            let changes = match &arguments.base {
                None => None,
                Some(base) => {
                    let base = Folder::read(&root.join(base))?;
                    let old = Comparison::of_folder(&base);
                    Some(Changes::between((&base, &old), (&folder, &comparison)))
                }
            };
            markdown::summary(&folder, &comparison, changes.as_ref())
        }
        ReportFormat::Terminal | ReportFormat::Json => {
            terminal::report(&folder, &comparison, style)
        }
    })
}

/// Prints a text; that the reader has gone away, as `head` does, is no failure.
fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot print the report"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use clap::Parser as _;
    use serde_json::json;

    use super::run;
    use crate::cli::{Cli, Command};

    fn lay(root: &Path, dir: &str, ns: u64) {
        let round = |process: u32| {
            json!({
                "process": process, "at_us": process, "calibration_ns": 1e6, "steal": null, "throttled": null,
                "load": null,
            })
        };
        let row = |engine: &str, ns: u64| {
            json!({
                "workload": "resume_churn", "params": {}, "size": 100, "engine": engine,
                "operation": "effect", "operations": 100, "outcome": {"right": {}}, "warm_up": [],
                "slices": [[0, 0, 1, 1, ns, ns], [1, 1, 2, 1, ns + 3, ns + 3]],
            })
        };
        let record = json!({
            "schema": "doeff-vm/report/2", "created": "2026-02-03T04:05:06Z", "mode": "full",
            "machine": {
                "cpu": "a CPU", "cores": 2, "memory_bytes": 1, "os": "an OS", "kernel": "a kernel",
                "clock_resolution_ns": null,
            },
            "versions": {
                "doeff_vm": "0.1.0", "python": "3.11", "python_prefix": "/usr", "rustc": "rustc",
                "git_revision": format!("commit-{dir}"),
            },
            "provenance": {
                "libpython": null, "python_pgo": null, "python_lto": null, "wheel": null, "revisions": {},
            },
            "settings": {"seed": 7}, "complete": true, "left_out": [],
            "rounds": [round(0), round(1)],
            "results": [row("vm", ns), row("floor", 20_000)],
        });
        let dir = root.join(dir);
        fs::create_dir_all(&dir).expect("the folder is writable");
        fs::write(dir.join("report.json"), record.to_string()).expect("it is writable");
    }

    /// What `cargo xtask report` with these options writes into a file.
    fn written(root: &Path, options: &[&str], file: &str) -> String {
        let words = ["xtask", "report", "--output", "out"].iter().chain(options);
        let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let Command::Report(arguments) = cli.command else {
            panic!("it is another command")
        };
        run(root, &arguments).unwrap_or_else(|error| panic!("{error:#}"));
        fs::read_to_string(root.join("out").join(file)).expect("it was written")
    }

    #[test]
    fn each_format_is_written_to_its_file() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), "reports/latest", 25_000);
        let cases = [
            ("terminal", "report.txt", "resume_churn, per effect"),
            ("markdown", "report.md", "| resume_churn |"),
            ("html", "report.html", "<!doctype html>"),
            ("json", "report.json", "\"schema\": \"doeff-vm/report/2\""),
        ];
        for (format, file, text) in cases {
            let rendered = written(root.path(), &["--format", format], file);
            assert!(rendered.contains(text), "{format}: {rendered}");
        }
    }

    #[test]
    fn markdown_tells_what_changed_since_another_record() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), "old", 25_000);
        lay(root.path(), "new", 50_000);
        let options = ["--from", "new", "--base", "old", "--format", "markdown"];
        let text = written(root.path(), &options, "report.md");
        assert!(text.contains("commit-new against commit-old"), "{text}");
        assert!(
            text.contains("+100.0%") && text.contains("**slower**"),
            "{text}"
        );
    }

    #[test]
    fn kept_records_are_the_pages_history() {
        let root = tempfile::tempdir().expect("there is room for a folder");
        lay(root.path(), "reports/latest", 25_000);
        let text = written(root.path(), &["--format", "html"], "report.html");
        assert!(!text.contains("id=\"history\""));
        lay(root.path(), "reports/record/2025-01-01-machine", 30_000);
        let kept = root
            .path()
            .join("reports/record/2025-01-01-machine/report.json");
        let older = fs::read_to_string(&kept).expect("it is there");
        fs::write(&kept, older.replace("2026-02-03", "2025-01-01")).expect("it is writable");
        let text = written(root.path(), &["--format", "html"], "report.html");
        assert!(
            text.contains("id=\"history\"") && text.contains("2025-01-01-machine"),
            "{text}"
        );
    }
}
