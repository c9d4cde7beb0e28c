use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use doeff_reports::{Mode, Params};
use pyo3::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::environment::Environment;
use super::protocol::{Request, Times};
use super::serve::Server;
use super::{Worker, WorkerError};
use crate::engines;
use crate::python::{executable, with_python, workspace};
use crate::workload::{Case, Source, Workload};

/// The rival of old as a package, found by its path.
fn machine() -> String {
    let baseline = workspace().join("python-baseline");
    format!(
        "import sys\n\
         sys.path.insert(0, {baseline:?})\n\
         from cesk_v3 import *\n\
         def install(handlers, program):\n    \
             for handler, effects in handlers:\n        \
                 types = {{}} if effects is None else {{'effects': effects}}\n        \
                 program = WithHandler(handler, program, **types)\n    \
             return program\n\
         run_under = run\n"
    )
}

/// Stands in for a package under which every program is 300, and this function runs it.
fn stand_in(run: &str) -> String {
    format!(
        "class EffectBase: ...\n\
         Resume = None\n\
         do = lambda body: body\n\
         {run}\n\
         install = lambda handlers, program: 300\n"
    )
}

/// A worker on the embedded interpreter's executable, with an `effects` of this text.
fn worker(folder: &TempDir, effects: &str) -> Worker {
    let path = folder.path().join("effects.py");
    fs::write(&path, effects).expect("the folder is writable");
    Worker::of_package(executable(), &path).unwrap_or_else(|error| panic!("{error}"))
}

/// Makes a case ready.
fn prepare(worker: &mut Worker, workload: &Workload, case: &Case) -> u32 {
    let source = workload.source();
    let request = Request::Prepare {
        name: source.name(),
        path: source.path(),
        text: source.text(),
        params: &case.params,
        size: case.size,
    };
    worker
        .ask(&request)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn request(case: u32, runs: u32, warm: bool) -> Request<'static> {
    Request::Run { case, runs, warm }
}

fn run(worker: &mut Worker, case: u32, runs: u32) -> Result<Times, WorkerError> {
    worker.ask(&request(case, runs, false))
}

fn environment(folder: &TempDir) -> Environment {
    Environment {
        python: executable().to_owned(),
        folder: folder.path().join("some/environment-1.2"),
        requirements: folder.path().join("requirements.txt"),
    }
}

fn program(name: &str) -> PathBuf {
    let programs = workspace().join("bench-suites/programs");
    programs.join(name).with_extension("py")
}

fn workload(py: Python<'_>, path: &Path) -> (Workload, Vec<Case>) {
    let source = Source::read(path).expect("the file is there");
    let workload = Workload::check(py, source).unwrap_or_else(|error| panic!("{error}"));
    let cases = workload.cases(py, Mode::Quick).expect("its functions work");
    (workload, cases)
}

/// The answers of `resume_churn` at n = 100 on a stand-in whose `run` this is, or what the run raised.
fn answers(run_function: &str) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_python(|py| {
        let mut worker = worker(&folder, &stand_in(run_function));
        let (workload, cases) = workload(py, &program("resume_churn"));
        let case = prepare(&mut worker, &workload, &cases[0]);
        let times = run(&mut worker, case, 2).map_err(|error| error.to_string())?;
        Ok(times.answers)
    })
}

/// The last two have a `drive`, with handlers and without.
const KINDS: [&str; 4] = [
    "nested_handlers",
    "generator_stepping",
    "builtin_effects",
    "runs",
];

#[test]
fn every_workload_gives_its_answer_from_a_package() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_python(|py| {
        let mut worker = worker(&folder, &machine());
        for name in KINDS {
            let (workload, cases) = workload(py, &program(name));
            let smallest = cases[0].size;
            for case in cases.iter().filter(|case| case.size == smallest) {
                let number = prepare(&mut worker, &workload, case);
                let times = run(&mut worker, number, 2).unwrap_or_else(|error| panic!("{error}"));
                let expected = case.expected(py);
                let expected = expected.bind(py).repr().expect("it has one").to_string();
                assert_eq!(times.answers, [expected], "{}", workload.label(case));
                assert!(times.nanoseconds > 0 && times.cpu_nanoseconds > 0);
            }
        }
    });
}

#[test]
fn a_variant_of_a_workload_counts_instead() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let variants = folder.path().join("variants");
    fs::create_dir(&variants).expect("the folder is writable");
    let variant = "from resume_churn import answer\n\
                   other = answer\nREPLY = 5\n\
                   def handlers():\n    return [(other, None)]\n";
    fs::write(variants.join("resume_churn.py"), variant).expect("the folder is writable");
    with_python(|py| {
        let mut worker = worker(&folder, &machine());
        let (workload, cases) = workload(py, &program("resume_churn"));
        let case = prepare(&mut worker, &workload, &cases[0]);
        let times = run(&mut worker, case, 2).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(times.answers, ["500"]);
    });
}

#[test]
fn the_worker_times_the_runs_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slow = "import time\ndef run(answer):\n    time.sleep(0.002)\n    return answer";
    // What takes its time outside of the runs: to prepare, and to show an answer.
    let effects = format!(
        "{}\nclass Slow(int):\n    def __repr__(self):\n        time.sleep(0.3)\n        return '300'\n\
         install = lambda handlers, program: Slow(300)\n",
        stand_in(slow)
    );
    with_python(|py| {
        let mut worker = worker(&folder, &effects);
        let (workload, cases) = workload(py, &program("resume_churn"));
        let case = prepare(&mut worker, &workload, &cases[0]);
        let began = Instant::now();
        let times = run(&mut worker, case, 5).unwrap_or_else(|error| panic!("{error}"));
        let (elapsed, whole) = (Duration::from_nanos(times.nanoseconds), began.elapsed());
        assert!(elapsed >= Duration::from_millis(10), "{elapsed:?}");
        assert!(
            elapsed + Duration::from_millis(300) <= whole,
            "{elapsed:?} of {whole:?}"
        );
        // It slept, which takes no time of a processor.
        let cpu = Duration::from_nanos(times.cpu_nanoseconds);
        assert!(cpu < elapsed / 2, "{cpu:?} of {elapsed:?}");
        assert_eq!(times.answers, ["300"], "equal answers come once");
    });
}

#[test]
fn garbage_is_collected_before_the_runs_and_the_collector_is_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let counting = "import gc\nbefore = gc.get_stats()[2]['collections']\n\
                    def run(_):\n    return gc.get_stats()[2]['collections'] - before + gc.isenabled() * 1000";
    with_python(|py| {
        let mut worker = worker(&folder, &stand_in(counting));
        let (workload, cases) = workload(py, &program("resume_churn"));
        let case = prepare(&mut worker, &workload, &cases[0]);
        let mut counted = || -> u64 {
            let times = run(&mut worker, case, 1).unwrap_or_else(|error| panic!("{error}"));
            times.answers[0].parse().expect("a number")
        };
        let before = counted();
        assert!(before >= 1000, "the collector is off");
        assert_eq!(counted(), before + 1);
    });
}

#[test]
fn a_warm_case_is_run_once_more_untimed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slow_once = "import itertools, time\ncount = itertools.count(1)\n\
                     def run(_):\n    number = next(count)\n    time.sleep((number == 1) * 0.2)\n    return number";
    with_python(|py| {
        let mut worker = worker(&folder, &stand_in(slow_once));
        let (workload, cases) = workload(py, &program("resume_churn"));
        let case = prepare(&mut worker, &workload, &cases[0]);
        let warm: Times = worker
            .ask(&request(case, 2, true))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(warm.answers, ["2", "3"]);
        assert!(warm.nanoseconds < 200_000_000, "{warm:?}");
        let cold = run(&mut worker, case, 2).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(cold.answers, ["4", "5"]);
    });
}

#[test]
fn different_answers_all_come() {
    let counting =
        "import itertools\nanswers = itertools.count()\ndef run(_):\n    return next(answers)";
    assert_eq!(answers(counting), Ok(vec!["0".to_owned(), "1".to_owned()]));
}

#[test]
fn what_a_package_prints_is_no_reply() {
    let printing = "import os\ndef run(answer):\n    print('{}')\n    os.write(1, b'{}\\n')\n    return answer";
    assert_eq!(answers(printing), Ok(vec!["300".to_owned()]));
}

#[test]
fn what_a_run_raises_is_told_with_its_traceback() {
    let error =
        answers("def run(_):\n    raise LookupError('nothing there')").expect_err("it raises");
    assert!(error.contains("LookupError: nothing there"), "{error}");
    assert!(error.contains("effects.py\", line 5, in run"), "{error}");
    // What a native extension's panic is.
    let error = answers("class Panic(BaseException): ...\ndef run(_):\n    raise Panic")
        .expect_err("it raises");
    assert!(error.contains("Panic"), "{error}");
}

#[test]
fn a_worker_that_dies_is_told_with_what_it_said_last() {
    let dying =
        "import os, sys\ndef run(_):\n    print('out of order', file=sys.stderr)\n    os._exit(3)";
    let error = answers(dying).expect_err("it dies");
    assert!(error.contains("exit status: 3"), "{error}");
    assert!(error.contains("out of order"), "{error}");
    let killed = "import os, signal\ndef run(_):\n    os.kill(os.getpid(), signal.SIGSEGV)";
    let error = answers(killed).expect_err("it dies");
    assert!(error.contains("signal: 11"), "{error}");
}

#[test]
fn a_worker_that_has_died_is_dead_for_good() {
    let ended = Command::new(executable())
        .args(["-I", "-c", "raise SystemExit(4)"])
        .spawn_worker();
    let mut worker = ended;
    for _ in 0..2 {
        let error = worker
            .ask::<Value>(&request(0, 1, false))
            .expect_err("nobody is there");
        let WorkerError::Ended { status, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(status, "exit status: 4");
    }
}

#[test]
fn a_worker_that_hangs_is_ended() {
    for script in [
        "import sys, time\nprint('still here', file=sys.stderr, flush=True)\ntime.sleep(600)",
        // A part of a line is no reply.
        "import sys, time\nprint('still here', file=sys.stderr, flush=True)\n\
         print('{', end='', flush=True)\ntime.sleep(600)",
    ] {
        let mut worker = Command::new(executable())
            .args(["-I", "-c", script])
            .spawn_worker();
        worker.patience = Duration::from_secs(2);
        let began = Instant::now();
        let error = worker
            .ask::<Value>(&request(0, 1, false))
            .expect_err("it says nothing");
        assert!(began.elapsed() < Duration::from_secs(30));
        let WorkerError::Hung { said, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(said, "still here");
        let text = "did not reply within 2 s and was ended";
        assert!(error.to_string().contains(text), "{error}");
        let again = worker.ask::<Value>(&request(0, 1, false));
        assert!(
            matches!(again, Err(WorkerError::Ended { .. })),
            "it is gone"
        );
    }
}

#[test]
fn a_reply_of_another_form_is_shown() {
    let script = "import sys\nfor request in sys.stdin:\n    print('{\"maybe\": 1}', flush=True)";
    let mut worker = Command::new(executable())
        .args(["-I", "-c", script])
        .spawn_worker();
    let error = worker
        .ask::<Value>(&request(0, 1, false))
        .expect_err("it is no reply");
    let message = error.to_string();
    assert!(matches!(error, WorkerError::Garbled { .. }), "{message}");
    assert!(message.contains("maybe"), "{message}");
}

#[test]
fn what_cannot_be_imported_is_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("effects.py");
    fs::write(&path, "import no_such_package\n").expect("the folder is writable");
    let Err(error) = Worker::of_package(executable(), &path) else {
        panic!("there is no such package");
    };
    let reason = error.in_one_line().to_string();
    assert_eq!(
        reason,
        "ModuleNotFoundError: No module named 'no_such_package'"
    );
}

/// Asks the server of an engine of ours for what these requests say; its replies.
fn served(engine: &str, requests: &[Request<'_>]) -> Vec<Value> {
    let mut server = Server::new(engines::named(engine).expect("there is one"));
    let mut replies = Vec::new();
    for request in requests {
        let line = serde_json::to_string(request).expect("it is JSON");
        server
            .serve(&line, &mut replies)
            .expect("what is written to is memory");
    }
    let text = String::from_utf8(replies).expect("it is text");
    let values = text.lines().map(serde_json::from_str);
    values.collect::<Result<_, _>>().expect("it is JSON")
}

#[test]
fn engines_of_ours_are_served_alike() {
    let run = request(0, 3, true);
    with_python(|py| {
        for engine in ["vm", "cesk", "pure", "floor", "call", "noop"] {
            let (workload, cases) = workload(py, &program("resume_churn"));
            let source = workload.source();
            let prepare = Request::Prepare {
                name: source.name(),
                path: source.path(),
                text: source.text(),
                params: &cases[0].params,
                size: cases[0].size,
            };
            let replies = served(engine, &[prepare, run]);
            assert_eq!(replies[0], json!({"ok": 0}));
            assert_eq!(replies[1]["ok"]["answers"], json!(["300"]), "{engine}");
            assert!(replies[1]["ok"]["nanoseconds"].as_u64() > Some(0));
        }
    });
}

#[test]
fn what_cannot_be_served_is_an_error_that_says_why() {
    with_python(|_| {
        let replies = served("vm", &[request(7, 1, false)]);
        assert_eq!(replies[0], json!({"error": "there is no case 7"}));
        let broken = Request::Prepare {
            name: "broken",
            path: Path::new("broken.py"),
            text: "def (",
            params: &Params::default(),
            size: 1,
        };
        let replies = served("vm", &[broken]);
        let error = replies[0]["error"].as_str().expect("it is an error");
        assert!(error.contains("broken.py"), "{error}");
    });
}

#[test]
fn an_environment_is_made_once_and_anew_when_its_pins_change() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let environment = environment(&folder);
    let pins = |text| fs::write(&environment.requirements, text).expect("the folder is writable");
    let unused = environment.folder.join("unused");

    pins("# nothing\n");
    environment
        .prepare()
        .unwrap_or_else(|error| panic!("{error}"));
    let version = Command::new(environment.python()).arg("-V").output();
    assert!(version.expect("it is there").status.success());

    fs::write(&unused, "").expect("the folder is writable");
    environment
        .prepare()
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(unused.exists(), "it was made again");

    pins("--no-index\nno-such-package==1.0\n");
    for _ in 0..2 {
        // A failed attempt counts for nothing: the next run tries again.
        let reason = environment
            .prepare()
            .expect_err("there is no index")
            .to_string();
        assert!(reason.starts_with("cannot be installed: "), "{reason}");
        assert!(reason.contains("no-such-package==1.0"), "{reason}");
        assert_eq!(reason.lines().count(), 1, "{reason}");
        assert!(!unused.exists(), "it was not made again");
    }
}

#[test]
fn an_environment_that_cannot_be_made_is_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut environment = environment(&folder);
    let reason = environment
        .prepare()
        .expect_err("there are no pins")
        .to_string();
    assert!(
        reason.contains("cannot read") && reason.contains("requirements.txt"),
        "{reason}"
    );
    fs::write(&environment.requirements, "").expect("the folder is writable");
    environment.python = folder.path().join("no-such-python");
    let reason = environment
        .prepare()
        .expect_err("there is no interpreter")
        .to_string();
    assert!(
        reason.contains("cannot run") && reason.contains("no-such-python"),
        "{reason}"
    );
    environment.python = "/bin/false".into();
    let reason = environment
        .prepare()
        .expect_err("it makes nothing")
        .to_string();
    assert_eq!(reason, "cannot be installed: exit status: 1");
}

trait SpawnWorker {
    fn spawn_worker(&mut self) -> Worker;
}

impl SpawnWorker for Command {
    /// A worker of another kind than ours.
    fn spawn_worker(&mut self) -> Worker {
        Worker::spawn(self).unwrap_or_else(|error| panic!("{error}"))
    }
}
