//! Gungraun, which runs valgrind: the jobs as benchmarks of its, and what it says of each.
//!
//! Its benchmarks are known when a program is compiled, ours only when the workloads were read. So the program
//! that counts starts itself once more as Gungraun's, with a file of jobs. What Gungraun writes goes to a
//! temporary folder, and nothing is compared there.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};
use gungraun::{Bench, BinaryBenchmark, BinaryBenchmarkConfig, BinaryBenchmarkGroup, Callgrind};
use gungraun_summary::either_or_both::EitherOrBoth;
use gungraun_summary::v7::{BenchmarkSummary, EventKind, Metric, ToolMetricResults};
use serde::{Deserialize, Serialize};

use super::count::{Detail, Total};
use super::parts;
use super::region;
use doeff_reports::instructions::Event;

/// The variable that makes this program Gungraun's: the file of [`Jobs`], as JSON.
const JOBS: &str = "DOEFF_BENCH_JOBS";

/// What the names of our benchmarks begin with; the job's number follows.
const JOB: &str = "job_";

/// Valgrinds at once, at most.
const PARALLEL: &str = "--parallel=2";

/// What makes callgrind count system calls; of its times nothing is taken.
const SYSTEM_CALLS: &str = "--collect-systime=yes";

/// What makes it simulate nothing, which is several times as fast.
const PLAIN: [&str; 2] = ["--cache-sim=no", "--branch-sim=no"];

/// What makes it count branches and simulate a processor: the same one wherever it runs.
const SIMULATED: [&str; 5] = [
    "--cache-sim=yes",
    "--branch-sim=yes",
    "--I1=32768,8,64",
    "--D1=32768,8,64",
    "--LL=8388608,16,64",
];

/// Tells the C library to choose the functions that every processor of the kind can run. It would choose by the
/// processor's model, and the machine that counts would be a part of every figure.
const TUNABLES: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-FMA,-FMA4,-BMI2,-RTM,-SSSE3,-SSE4_1,-SSE4_2,\
     -ERMS,-FSRM,-AVX_Fast_Unaligned_Load,-Prefer_ERMS,-Prefer_FSRM,-Slow_BSF:glibc.cpu.name=generic",
);

/// What is said of that beside the C library's version.
pub(super) const FUNCTIONS: &str = "functions for every processor";

/// Where `cargo xtask tools` puts Gungraun's own program.
const RUNNER: &str = env!("GUNGRAUN_RUNNER");

/// What Gungraun's part is told.
#[derive(Serialize, Deserialize)]
struct Jobs {
    detail: Detail,
    /// What each worker gets.
    texts: Vec<String>,
}

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
    let jobs = Jobs::given().texts;
    let worker = env::current_exe().unwrap_or_else(|error| panic!("{error}"));
    let mut benchmark = BinaryBenchmark::new("count");
    for (number, job) in jobs.iter().enumerate() {
        let mut command = gungraun::Command::new(&worker);
        command.args(["--worker", job]);
        benchmark.bench(Bench::new(format!("{JOB}{number}")).command(command));
    }
    group.binary_benchmark(benchmark);
}

impl Jobs {
    /// Those that this process was started for.
    fn given() -> Self {
        Self::read().unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn read() -> Result<Self> {
        let path = PathBuf::from(env::var_os(JOBS).unwrap_or_default());
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(serde_json::from_reader(BufReader::new(file))?)
    }
}

fn config() -> BinaryBenchmarkConfig {
    let simulation: &[&str] = match Jobs::given().detail {
        Detail::Plain => &PLAIN,
        Detail::Simulated => &SIMULATED,
    };
    let options = [&[region::OPTION, SYSTEM_CALLS], simulation].concat();
    let mut config = BinaryBenchmarkConfig::default();
    config
        .env("PYTHONHASHSEED", "0")
        .env(TUNABLES.0, TUNABLES.1)
        .pass_through_envs(["PATH", "VALGRIND_LIB"])
        .tool(Callgrind::with_args(options));
    config
}

/// The version of Gungraun's own program.
///
/// # Errors
/// When it is not installed.
pub(super) fn version() -> Result<String> {
    check_runner()?;
    let output = Command::new(RUNNER).arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().last();
    let version = version.with_context(|| format!("{RUNNER} does not tell its version"))?;
    Ok(version.to_owned())
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

/// Runs each job in a process of its own; `counted` is told the number of one that has ended, and what
/// was counted.
///
/// # Errors
/// When one failed; what it said is in the error.
pub(super) fn run_jobs(
    texts: Vec<String>,
    detail: Detail,
    mut counted: impl FnMut(usize, Total),
) -> Result<()> {
    // A new one each time: what lies there from before would be compared with.
    let folder = tempfile::tempdir().context("cannot make a folder for valgrind's files")?;
    let file = folder.path().join("jobs.json");
    std::fs::write(&file, serde_json::to_string(&Jobs { detail, texts })?)?;
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
            Ok((number, total)) => counted(number, total),
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

/// The job's number and what was counted, as a line of Gungraun's output tells them.
fn count(line: &str) -> Result<(usize, Total)> {
    let summary: BenchmarkSummary = serde_json::from_str(line)
        .with_context(|| format!("Gungraun said {line:?}, which is no summary"))?;
    let number = summary.id.as_deref().and_then(|id| id.strip_prefix(JOB));
    let number: Option<usize> = number.and_then(|number| number.parse().ok());
    let mut profiles = summary.profiles.0.iter();
    let total = profiles.find_map(|profile| total(&profile.data.total.metrics));
    let found = number.zip(total);
    let (number, mut total) =
        found.ok_or_else(|| anyhow!("a summary of Gungraun's has no count of a job: {line}"))?;
    // A folder that is not below the root is absolute, and stays as it is.
    let folder = summary.project_root.join(&summary.output_dir);
    total.parts = parts::read(&folder, &format!("{JOB}{number}"), total.instructions)?;
    Ok((number, total))
}

/// What callgrind counted, if it is callgrind's and instructions are among it.
fn total(metrics: &ToolMetricResults) -> Option<Total> {
    let ToolMetricResults::Callgrind(metrics) = metrics else {
        return None;
    };
    let sum = |kinds: &[EventKind]| -> Option<u64> {
        let counts = kinds.iter().map(|kind| match metrics.0.get(kind)?.values {
            EitherOrBoth::Left(Metric::Int(count)) => Some(count),
            _ => None,
        });
        counts.sum()
    };
    let events = Event::ALL.into_iter();
    Some(Total {
        instructions: sum(&[EventKind::Ir])?,
        events: events
            .filter_map(|event| Some((event, sum(kinds(event))?)))
            .collect(),
        parts: BTreeMap::new(),
    })
}

/// What an event is the sum of, in callgrind's terms.
fn kinds(event: Event) -> &'static [EventKind] {
    match event {
        Event::Branches => &[EventKind::Bc, EventKind::Bi],
        Event::SimulatedMispredictions => &[EventKind::Bcm, EventKind::Bim],
        Event::SimulatedL1Misses => &[EventKind::I1mr, EventKind::D1mr, EventKind::D1mw],
        Event::SimulatedLastLevelMisses => &[EventKind::ILmr, EventKind::DLmr, EventKind::DLmw],
        Event::SystemCalls => &[EventKind::SysCount],
    }
}

#[cfg(test)]
mod tests {
    use doeff_reports::instructions::{Event, Part};
    use tempfile::TempDir;

    use super::{Total, count};

    /// Callgrind's files of jobs that ran nothing but Python.
    fn files() -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for job in ["job_1", "job_12"] {
            let path = folder.path().join(format!("callgrind.{job}.out"));
            let text = "ob=/lib/libpython3.11.so.1.0\nfn=f\n0 1234567\n";
            std::fs::write(path, text).expect("the folder is writable");
        }
        folder
    }

    /// What Gungraun says of a job, but for what is not looked at.
    fn summary(folder: &TempDir, id: &str, metrics: &str) -> String {
        let folder = folder.path().display();
        format!(
            r#"{{"baselines": [null, null], "benchmark_exe": "instructions", "benchmark_file": "a.rs",
            "duration_ns": 1, "function_name": "count", "group": "jobs", "id": "{id}",
            "kind": "BinaryBenchmark", "module_path": "a::jobs::count", "output_dir": "{folder}",
            "package_dir": "p", "profiles": [{{"data": {{"parts": [],
            "total": {{"metrics": {metrics}, "regressions": []}}}}, "duration_ns": 1, "process_ns": 1,
            "started_at": "2026-11-25T03:13:48Z", "tool": "Callgrind"}}], "project_root": "/r",
            "started_at": "2026-11-25T03:13:48Z", "version": "7"}}"#
        )
    }

    fn total(events: &[(Event, u64)]) -> Total {
        Total {
            instructions: 1_234_567,
            events: events.iter().copied().collect(),
            parts: [(Part::Cpython, 1_234_567)].into(),
        }
    }

    #[test]
    fn the_job_and_its_instructions_are_read() {
        let files = files();
        let said = summary(&files, "job_12", r#"{"Ir": {"values": {"new": 1234567}}}"#);
        assert_eq!(count(&said).expect("it is complete"), (12, total(&[])));
    }

    #[test]
    fn an_event_is_there_when_all_of_its_parts_are() {
        let counted = |name, count| format!(r#""{name}": {{"values": {{"new": {count}}}}}"#);
        let counts = [
            ("Ir", 1_234_567),
            ("Bc", 5),
            ("Bi", 6),
            ("Bcm", 7),
            ("SysCount", 8),
        ];
        let counts = counts.map(|(name, count)| counted(name, count)).join(", ");
        let files = files();
        let said = summary(&files, "job_1", &format!("{{{counts}}}"));
        let events = [(Event::Branches, 11), (Event::SystemCalls, 8)];
        assert_eq!(count(&said).expect("it is complete"), (1, total(&events)));
    }

    #[test]
    fn what_is_no_count_of_a_job_is_an_error() {
        let files = files();
        let counted = r#"{"Ir": {"values": {"new": 1}}}"#;
        for said in [
            summary(&files, "other", counted),
            summary(&files, "job_1", r#"{"Dr": {"values": {"new": 1}}}"#),
            summary(&files, "job_1", r#"{"Ir": {"values": {"old": 1}}}"#),
        ] {
            let error = count(&said).expect_err("something is missing");
            assert!(error.to_string().contains("no count of a job"), "{error}");
        }
        let error = count("gungraun: warning").expect_err("it is no JSON");
        assert!(error.to_string().contains("no summary"), "{error}");
    }
}
