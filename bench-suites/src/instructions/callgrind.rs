//! Gungraun, which runs valgrind: the jobs as benchmarks of its, and what it says of each.
//!
//! Its benchmarks are known when a program is compiled, ours only when the workloads were read. So the program
//! that counts starts itself once more as Gungraun's, with a file of jobs. What Gungraun writes goes to a
//! temporary folder, and nothing is compared there.

use std::env;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};
use gungraun::{Bench, BinaryBenchmark, BinaryBenchmarkConfig, BinaryBenchmarkGroup, Callgrind};
use gungraun_summary::either_or_both::EitherOrBoth;
use gungraun_summary::v7::{BenchmarkSummary, EventKind, Metric, ToolMetricResults};

use super::region;

/// The variable that makes this program Gungraun's: the file of jobs, a JSON list of texts.
const JOBS: &str = "DOEFF_BENCH_JOBS";

/// What the names of our benchmarks begin with; the job's number follows.
const JOB: &str = "job_";

/// Valgrinds at once, at most.
const PARALLEL: &str = "--parallel=2";

/// Where `cargo xtask tools` puts Gungraun's own program.
const RUNNER: &str = env!("GUNGRAUN_RUNNER");

/// Does Gungraun's part, and says so, if this process was started for it.
pub fn serve() -> bool {
    let serves = env::var_os(JOBS).is_some();
    if serves {
        benchmarks::run();
    }
    serves
}

/// The jobs as Gungraun knows them.
mod benchmarks {
    #![allow(
        missing_docs,
        unused_qualifications,
        clippy::pedantic,
        clippy::unwrap_used
    )]

    use gungraun::{binary_benchmark_group, main};

    binary_benchmark_group!(
        name = jobs,
        benchmarks = |group: &mut BinaryBenchmarkGroup| crate::instructions::callgrind::fill(group)
    );
    main!(config = super::config(), binary_benchmark_groups = jobs);

    pub(super) fn run() {
        main();
    }
}

fn fill(group: &mut BinaryBenchmarkGroup) {
    let jobs = jobs().unwrap_or_else(|error| panic!("{error:#}"));
    let worker = env::current_exe().unwrap_or_else(|error| panic!("{error}"));
    let mut benchmark = BinaryBenchmark::new("count");
    for (number, job) in jobs.iter().enumerate() {
        let mut command = gungraun::Command::new(&worker);
        command.args(["--worker", job]);
        benchmark.bench(Bench::new(format!("{JOB}{number}")).command(command));
    }
    group.binary_benchmark(benchmark);
}

fn jobs() -> Result<Vec<String>> {
    let path = PathBuf::from(env::var_os(JOBS).unwrap_or_default());
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_reader(BufReader::new(file))?)
}

fn config() -> BinaryBenchmarkConfig {
    let mut config = BinaryBenchmarkConfig::default();
    config
        .env("PYTHONHASHSEED", "0")
        .pass_through_envs(["PATH", "VALGRIND_LIB"])
        .tool(Callgrind::with_args([region::OPTION, "--cache-sim=no"]));
    config
}

/// Checks that Gungraun's own program is there.
///
/// # Errors
/// When it is not installed.
pub(super) fn check_runner() -> Result<()> {
    if Path::new(RUNNER).exists() {
        return Ok(());
    }
    bail!(
        "gungraun-runner, which runs valgrind, is not installed; `cargo xtask tools` installs it"
    );
}

/// Runs each job in a process of its own; `counted` is told the number of one that has ended, and its
/// instructions.
///
/// # Errors
/// When one failed; what it said is in the error.
pub(super) fn run_jobs(jobs: &[String], mut counted: impl FnMut(usize, u64)) -> Result<()> {
    // A new one each time: what lies there from before would be compared with.
    let folder = tempfile::tempdir().context("cannot make a folder for valgrind's files")?;
    let file = folder.path().join("jobs.json");
    std::fs::write(&file, serde_json::to_string(jobs)?)?;
    let mut said = tempfile::tempfile()?;
    let mut process = Command::new(env::current_exe()?)
        .env(JOBS, &file)
        .env("GUNGRAUN_HOME", folder.path().join("gungraun"))
        .args(["--bench", "--output-format=json", PARALLEL])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(said.try_clone()?)
        .spawn()?;
    let summaries = process.stdout.take().context("it has an output")?;
    let mut problem = None;
    for line in BufReader::new(summaries).lines() {
        match line.map_err(Into::into).and_then(|line| count(&line)) {
            Ok((number, instructions)) => counted(number, instructions),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    if process.wait()?.success() {
        return problem.map_or(Ok(()), Err);
    }
    let mut text = String::new();
    said.rewind()?;
    said.read_to_string(&mut text)?;
    bail!("a run under valgrind failed:\n{}", text.trim());
}

/// The job's number and its instructions, as a line of Gungraun's output tells them.
fn count(line: &str) -> Result<(usize, u64)> {
    let summary: BenchmarkSummary = serde_json::from_str(line)
        .with_context(|| format!("Gungraun said {line:?}, which is no summary"))?;
    let number = summary.id.as_deref().and_then(|id| id.strip_prefix(JOB));
    let number = number.and_then(|number| number.parse().ok());
    let instructions = summary.profiles.0.iter().find_map(|profile| {
        let ToolMetricResults::Callgrind(metrics) = &profile.data.total.metrics else {
            return None;
        };
        match metrics.0.get(&EventKind::Ir)?.values {
            EitherOrBoth::Left(Metric::Int(count)) => Some(count),
            _ => None,
        }
    });
    let found = number.zip(instructions);
    found.ok_or_else(|| anyhow!("a summary of Gungraun's has no count of a job: {line}"))
}

#[cfg(test)]
mod tests {
    use super::count;

    /// What Gungraun says of a job, but for what is not looked at.
    fn summary(id: &str, metrics: &str) -> String {
        format!(
            r#"{{"baselines": [null, null], "benchmark_exe": "instructions", "benchmark_file": "a.rs",
            "duration_ns": 1, "function_name": "count", "group": "jobs", "id": "{id}",
            "kind": "BinaryBenchmark", "module_path": "a::jobs::count", "output_dir": "/o",
            "package_dir": "p", "profiles": [{{"data": {{"parts": [],
            "total": {{"metrics": {metrics}, "regressions": []}}}}, "duration_ns": 1, "process_ns": 1,
            "started_at": "2026-11-25T03:13:48Z", "tool": "Callgrind"}}], "project_root": "/r",
            "started_at": "2026-11-25T03:13:48Z", "version": "7"}}"#
        )
    }

    #[test]
    fn the_job_and_its_instructions_are_read() {
        let said = summary("job_12", r#"{"Ir": {"values": {"new": 1234567}}}"#);
        assert_eq!(count(&said).expect("it is complete"), (12, 1_234_567));
    }

    #[test]
    fn what_is_no_count_of_a_job_is_an_error() {
        let counted = r#"{"Ir": {"values": {"new": 1}}}"#;
        for said in [
            summary("other", counted),
            summary("job_1", r#"{"Dr": {"values": {"new": 1}}}"#),
            summary("job_1", r#"{"Ir": {"values": {"old": 1}}}"#),
        ] {
            let error = count(&said).expect_err("something is missing");
            assert!(error.to_string().contains("no count of a job"), "{error}");
        }
        let error = count("gungraun: warning").expect_err("it is no JSON");
        assert!(error.to_string().contains("no summary"), "{error}");
    }
}
