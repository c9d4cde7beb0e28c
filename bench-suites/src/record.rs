//! What a report says beside the figures: the machine, the versions and the settings.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use doeff_reports::{FileHash, Machine, Provenance, Settings, Versions};
use pyo3::prelude::*;
use rustix::time::{ClockId, clock_getres};
use serde_json::{Value, json};

use crate::arguments::Revision;
use crate::loaded;
use crate::roster::Entrant;
use crate::schedule::Limits;

const UNKNOWN: &str = "unknown";

/// Now, as RFC 3339.
pub fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// This machine, as Linux describes it.
pub fn machine() -> Machine {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let kilobytes = field(&memory, "MemTotal", ':')
        .and_then(|text| text.trim_end_matches("kB").trim().parse().ok());
    let kernel = format!(
        "{} {}",
        read("/proc/sys/kernel/ostype").trim(),
        read("/proc/sys/kernel/osrelease").trim()
    );
    let os = read("/etc/os-release");
    Machine {
        cpu: field(&cpu, "model name", ':').unwrap_or(UNKNOWN).to_owned(),
        cores: thread::available_parallelism()
            .ok()
            .and_then(|cores| u32::try_from(cores.get()).ok())
            .unwrap_or(1),
        memory_bytes: kilobytes.unwrap_or(0_u64) * 1024,
        os: field(&os, "PRETTY_NAME", '=').unwrap_or(UNKNOWN).to_owned(),
        kernel: if kernel.trim().is_empty() {
            UNKNOWN.to_owned()
        } else {
            kernel
        },
        clock_resolution_ns: clock_resolution(),
    }
}

/// What the clock of the slices tells apart at least, in nanoseconds.
fn clock_resolution() -> Option<u64> {
    let resolution = Duration::try_from(clock_getres(ClockId::Monotonic)).ok()?;
    u64::try_from(resolution.as_nanos()).ok()
}

/// The value of the first line `name separator value`, without quotes.
fn field<'a>(text: &'a str, name: &str, separator: char) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(separator)?;
        (found.trim() == name).then(|| value.trim().trim_matches('"'))
    })
}

/// What runs; `workspace` is where the revision is asked for.
///
/// # Errors
/// What Python raises when it is asked about itself.
pub fn versions(py: Python<'_>, workspace: &Path) -> PyResult<Versions> {
    let sys = py.import("sys")?;
    Ok(Versions {
        doeff_vm: py.import("doeff_vm")?.getattr("__version__")?.extract()?,
        python: sys.getattr("version")?.extract()?,
        python_prefix: below_home(&sys.getattr("prefix")?.extract::<String>()?),
        rustc: env!("DOEFF_BENCH_RUSTC_VERSION").to_owned(),
        git_revision: git_revision(workspace),
    })
}

/// The path with `~` for the home folder: a report may be published.
fn below_home(path: &str) -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    match path.strip_prefix(&home) {
        Some(rest) if !home.is_empty() && rest.starts_with('/') => format!("~{rest}"),
        _ => path.to_owned(),
    }
}

/// The revision of the sources.
pub(crate) fn git_revision(workspace: &Path) -> Option<String> {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty", "--abbrev=12"])
        .current_dir(workspace)
        .output()
        .ok()?;
    let revision = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !revision.is_empty()).then_some(revision)
}

/// The files that ran.
///
/// # Errors
/// What Python raises when it is asked about itself.
pub fn provenance(
    py: Python<'_>,
    entrants: &[Entrant],
    revisions: &[Revision],
) -> PyResult<Provenance> {
    let variable = py.import("sysconfig")?.getattr("get_config_var")?;
    // None where the build left no record, as on Windows.
    let options: Option<String> = variable.call1(("CONFIG_ARGS",))?.extract()?;
    let has = |option| options.as_ref().map(|options| options.contains(option));
    let revisions = revisions.iter().map(|revision| {
        let program = below_home(&revision.program.to_string_lossy());
        (revision.name.clone(), program)
    });
    Ok(Provenance {
        libpython: loaded::libpython().ok().and_then(|path| hashed(&path)),
        python_pgo: has("--enable-optimizations"),
        python_lto: has("--with-lto"),
        wheel: entrants.iter().find_map(Entrant::wheel).cloned(),
        revisions: revisions.collect(),
    })
}

fn hashed(path: &Path) -> Option<FileHash> {
    Some(FileHash {
        path: below_home(&path.to_string_lossy()),
        sha256: loaded::sha256(path).ok()?,
    })
}

/// How the run was set up; `arguments` are the options that choose what is run.
pub fn settings(seed: u64, limits: &Limits, arguments: Vec<String>) -> Settings {
    let allocator = if cfg!(feature = "mimalloc") {
        "mimalloc"
    } else {
        "system"
    };
    let further: BTreeMap<String, Value> = [
        ("allocator", json!(allocator)),
        ("budget_s", json!(limits.budget.as_secs())),
        (
            "collector",
            json!("enabled; a full collection before each slice, outside the timing"),
        ),
        ("debug_build", json!(cfg!(debug_assertions))),
        ("max_slices", json!(limits.max_slices)),
        (
            "order",
            json!("rounds of all workloads in random order, in each the engines in random order"),
        ),
        ("processes", json!(limits.processes)),
        ("slice_ms", json!(limits.slice_time.as_secs_f64() * 1e3)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    Settings {
        seed,
        arguments: Some(arguments),
        further,
    }
}

#[cfg(test)]
mod tests {
    use super::{field, machine, now};

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\nempty\n";
        assert_eq!(field(text, "PRETTY_NAME", '='), Some("Debian GNU/Linux 12"));
        assert_eq!(field(text, "VERSION", '='), None);
        assert_eq!(
            field("MemTotal:   2048 kB\n", "MemTotal", ':'),
            Some("2048 kB")
        );
    }

    #[test]
    fn this_machine_has_a_core_and_a_name() {
        let machine = machine();
        assert!(machine.cores >= 1);
        assert!(!machine.cpu.is_empty() && !machine.kernel.is_empty());
    }

    #[test]
    fn times_are_in_utc() {
        assert!(now().ends_with('Z'), "{}", now());
    }
}
