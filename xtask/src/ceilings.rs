//! `cargo xtask ceilings`: every measurement that has a ceiling, and the times beside them, on one page.

pub(crate) mod exact;
mod markdown;
mod records;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use doeff_reports::{Mode, Report};

use crate::cli::CeilingsArgs;
use crate::process::program;
use crate::publish;
use crate::tools;
use crate::workspace::Workspace;
use records::Records;
use summary::Summary;

/// The engines whose times stand beside the counts.
const ENGINES: [&str; 3] = ["vm", "floor", "doeff-0.8"];

/// The folder of the comparison's record, which does not have every engine and workload.
const TIMES: &str = "ceilings";

/// Measures, writes `ceilings.md` and `ceilings.json` to `reports/latest`, and prints the page. The exit
/// code is a failure when a ceiling is broken or a measurement failed.
pub(crate) fn run(workspace: &Workspace, arguments: CeilingsArgs) -> Result<ExitCode> {
    let latest = workspace.root.join("reports/latest");
    if let Err(error) = tools::prepare(workspace) {
        eprintln!("{error:#}"); // what needs it says so in the page
    }
    let mode = if arguments.quick {
        Mode::Quick
    } else {
        Mode::Full
    };
    let summary = Summary::of(mode, &measure(&workspace.root, &latest, mode)?);
    let page = markdown::page(&summary);
    fs::create_dir_all(&latest).with_context(|| format!("cannot make {}", latest.display()))?;
    for (name, text) in [
        ("ceilings.md", &page),
        ("ceilings.json", &summary.to_json()),
    ] {
        let path = latest.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("\n{page}");
    println!("ceilings.md and ceilings.json are in {}", latest.display());
    Ok(if summary.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs one bench target after the other. One that fails does not stop the next.
fn measure(root: &Path, latest: &Path, mode: Mode) -> Result<Records> {
    let quick: &[&str] = match mode {
        Mode::Quick => &["--quick"],
        Mode::Full => &[],
    };
    clear(latest)?;
    let mut records = Records::default();
    let valgrind = program("valgrind", ["--version"], root).stdout_null().run();
    if valgrind.is_ok() {
        let bench = Bench::new(root, "instructions", latest, "instructions.json");
        records.instructions = records.keep("instructions", bench.run(quick)?);
        let bench = Bench::new(root, "core", latest, "core.json");
        records.core = records.keep("core", bench.run(quick)?);
    } else {
        records.failed("instructions and core: valgrind is not installed".to_owned());
    }
    let bench = Bench::new(root, "heap", latest, "heap.json");
    records.heap = records.keep("heap", bench.run(&[])?);

    let bench = Bench::new(root, "compare", &latest.join(TIMES), "report.json");
    let workloads = workloads(&records);
    let mut options = quick.to_vec();
    options.extend(ENGINES.iter().flat_map(|engine| ["--engine", engine]));
    let filters: Vec<_> = workloads
        .iter()
        .map(|name| format!("^{name}( |$)"))
        .collect();
    options.extend(filters.iter().flat_map(|filter| ["--filter", filter]));
    records.times = records.keep("compare", bench.run::<Report>(&options)?);
    Ok(records)
}

/// Removes what an earlier run wrote: it must not pass for what this one found.
fn clear(latest: &Path) -> Result<()> {
    let files = publish::BESIDE
        .iter()
        .map(|name| fs::remove_file(latest.join(name)));
    let folder = fs::remove_dir_all(latest.join(TIMES));
    for removed in files.chain([folder]) {
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot clear {}", latest.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The workloads that have a ceiling; all, where that is not known.
fn workloads(records: &Records) -> BTreeSet<String> {
    let costs = records.instructions.iter().flat_map(|found| &found.costs);
    let costs = costs.filter(|cost| cost.ceiling.is_some());
    costs.map(|cost| cost.workload.clone()).collect()
}

/// A bench target and the record that it writes.
struct Bench<'a> {
    root: &'a Path,
    target: &'static str,
    output: PathBuf,
    record: PathBuf,
}

/// What came of a run: its record, if it wrote a sound one, and whether it ended well.
struct Ended<T> {
    record: Result<T>,
    success: bool,
}

impl<'a> Bench<'a> {
    fn new(root: &'a Path, target: &'static str, output: &Path, record: &str) -> Self {
        Self {
            root,
            target,
            output: output.to_owned(),
            record: output.join(record),
        }
    }

    fn run<T: records::Read>(&self, options: &[&str]) -> Result<Ended<T>> {
        eprintln!("\n== cargo bench --bench {}", self.target);
        let mut words: Vec<_> = ["bench", "--bench", self.target, "--", "--output"]
            .map(Into::into)
            .into();
        words.push(self.output.clone().into_os_string());
        words.extend(options.iter().map(Into::into));
        let ended = program("cargo", words, self.root).unchecked().run()?;
        Ok(Ended {
            record: T::read(&self.record),
            success: ended.status.success(),
        })
    }
}
