//! Where the time goes, by `perf`.
//!
//! The clock's interrupt takes a sample, and with it the upper part of the stack, which perf walks afterwards by what
//! the compilers wrote for unwinding (neither `CPython` nor the VM keeps frame pointers).

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use inferno::collapse::Collapse as _;
use inferno::collapse::perf::{Folder, Options};

use super::{Profile, Stacks};
use crate::process::program;
use crate::research::Case;

/// Samples per second; a prime, so that they fall into step with nothing.
const FREQUENCY: &str = "997";

/// How much of the stack each sample takes, in bytes.
const CALL_GRAPH: &str = "dwarf,16384";

/// The function below which the measured runs are.
const ROOT: &str = "::profiled_run";

/// Runs the case under perf.
pub(super) fn record(case: &Case, files: &Path) -> Result<Profile> {
    let data = files.join("perf.data").into_os_string();
    let event = ["record", "--quiet", "-e", "cpu-clock", "-F", FREQUENCY];
    let mut words: Vec<_> = event.map(Into::into).into();
    words.extend([
        "--call-graph".into(),
        CALL_GRAPH.into(),
        "-o".into(),
        data.clone(),
    ]);
    words.extend(["--".into(), case.program.clone().into()]);
    words.extend(case.args.iter().cloned());
    program("perf", words, files)
        .run()
        .context("perf cannot sample here; it may need the setting kernel.perf_event_paranoid=1")?;
    let text = files.join("perf.txt");
    let mut words: Vec<_> = ["script", "--no-inline", "-F"].map(Into::into).into();
    words.extend([
        "comm,pid,tid,time,event,ip,sym,dso".into(),
        "-i".into(),
        data,
    ]);
    program("perf", words, files)
        .stdout_path(&text)
        .stderr_null()
        .run()
        .context("perf cannot read what it has written")?;
    profile(&text)
}

/// The measured runs in what `perf script` says.
fn profile(text: &Path) -> Result<Profile> {
    let mut options = Options::default();
    options.nthreads = 1;
    let mut folded = Vec::new();
    Folder::from(options)
        .collapse_file(Some(text), &mut folded)
        .context("cannot understand what perf says")?;
    let all = Stacks::parse(&String::from_utf8_lossy(&folded))?;
    let stacks = all.below(|name| name.ends_with(ROOT));
    if stacks.total() == 0 {
        let size = fs::metadata(text).map_or(0, |file| file.len());
        bail!("none of the samples is of the runs ({size} bytes of them); let it run for longer");
    }
    let note = format!(
        "{FREQUENCY} samples per second, without those of the start and those whose stack is deeper than \
         was taken: {} of {}.",
        stacks.total(),
        all.total()
    );
    Ok(Profile {
        stacks,
        unit: "samples",
        note,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::profile;

    /// Three samples as `perf script` shows them: of a run, of the start, of a run again.
    const SAID: &str = "\
research 7/7 1.000001: cpu-clock:
\t7f01 _PyEval_EvalFrameDefault (/lib/libpython3.11.so)
\t5502 doeff_bench_suites::research::case::profiled_run (/target/research)
\t5503 main (/target/research)

research 7/7 1.000002: cpu-clock:
\t7f04 Py_Initialize (/lib/libpython3.11.so)
\t5503 main (/target/research)

research 7/7 1.000003: cpu-clock:
\t5502 doeff_bench_suites::research::case::profiled_run (/target/research)
\t5503 main (/target/research)

";

    #[test]
    fn only_the_runs_are_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("perf.txt");
        fs::write(&path, SAID).expect("the folder is writable");
        let profile = profile(&path).expect("there are samples");
        assert_eq!(
            profile.stacks.to_string(),
            "doeff_bench_suites::research::case::profiled_run 1\n\
             doeff_bench_suites::research::case::profiled_run;_PyEval_EvalFrameDefault 1\n"
        );
        assert!(profile.note.contains("2 of 3"), "{}", profile.note);
        fs::write(&path, "").expect("the folder is writable");
        assert!(super::profile(&path).is_err());
    }
}
