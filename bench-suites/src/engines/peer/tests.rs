use std::cell::{OnceCell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use doeff_reports::{Engine as Name, Mode};
use pyo3::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::environment::Environment;
use super::worker::{Request, Worker, WorkerError};
use super::{Peer, literal};
use crate::engine::{Engine as _, LeftOut};
use crate::measure::{Cell, Collector};
use crate::python::{executable, with_python, workspace};
use crate::workload::{Case, Source, Workload};

const LEFT_OUT: [LeftOut; 3] = [
    LeftOut::all("resume_churn", "all of it"),
    LeftOut::with("nested_handlers", "typed=true", "types"),
    LeftOut::with("nested_handlers", "depth=64", "slow").above(100),
];

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

/// A peer on this process's own interpreter, with an `effects` of this text.
fn peer(folder: &TempDir, effects: &str) -> Peer {
    let path = folder.path().join("effects.py");
    fs::write(&path, effects).expect("the folder is writable");
    let worker = Worker::start(executable(), &path).unwrap_or_else(|error| panic!("{error}"));
    Peer {
        name: Name::new("peer"),
        left_out: LEFT_OUT.to_vec(),
        environment: environment(folder),
        effects: path,
        worker: OnceCell::from(Rc::new(RefCell::new(worker))),
    }
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

/// Checks `resume_churn` at n = 100 on a stand-in whose `run` this is: whether the answer was right, or
/// what the run raised.
fn checked(run: &str) -> Result<bool, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_python(|py| {
        let peer = peer(&folder, &stand_in(run));
        let (workload, cases) = workload(py, &program("resume_churn"));
        let copy = workload.source().compile(py, peer.effects_module());
        let runnable = peer.prepare(py, &copy.expect("it compiles"), &cases[0]);
        let runnable = runnable.unwrap_or_else(|error| panic!("{error}"));
        let mut cell = Cell::new(&workload, &cases[0], peer.name(), runnable);
        cell.check(py).map_err(|error| error.to_string())?;
        Ok(cell.answer_ok())
    })
}

#[test]
fn every_workload_gives_its_answer_from_another_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_python(|py| {
        let peer = peer(&folder, &machine());
        let collector = Collector::enabled(py).expect("there is a collector");
        // The last two have a `drive`, with handlers and without.
        for name in [
            "nested_handlers",
            "generator_stepping",
            "builtin_effects",
            "runs",
        ] {
            let (workload, cases) = workload(py, &program(name));
            let copy = workload.source().compile(py, peer.effects_module());
            let copy = copy.expect("it compiles");
            let smallest = cases[0].size;
            for case in cases.iter().filter(|case| case.size == smallest) {
                let runnable = peer.prepare(py, &copy, case);
                let runnable = runnable.unwrap_or_else(|error| panic!("{error}"));
                let mut cell = Cell::new(&workload, case, peer.name(), runnable);
                cell.sample(py, &collector)
                    .unwrap_or_else(|error| panic!("{error}"));
                assert!(cell.answer_ok(), "{}", cell.label());
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
        let peer = peer(&folder, &machine());
        let (workload, cases) = workload(py, &program("resume_churn"));
        let copy = workload.source().compile(py, peer.effects_module());
        let runnable = peer.prepare(py, &copy.expect("it compiles"), &cases[0]);
        let runnable = runnable.unwrap_or_else(|error| panic!("{error}"));
        let timed = runnable
            .time(py, 2)
            .unwrap_or_else(|error| panic!("{error}"));
        let answers: Vec<_> = timed.answers.iter().map(ToString::to_string).collect();
        assert_eq!(answers, ["500"]);
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
        let peer = peer(&folder, &effects);
        let (workload, cases) = workload(py, &program("resume_churn"));
        let copy = workload.source().compile(py, peer.effects_module());
        let runnable = peer.prepare(py, &copy.expect("it compiles"), &cases[0]);
        let runnable = runnable.unwrap_or_else(|error| panic!("{error}"));
        let began = Instant::now();
        let timed = runnable
            .time(py, 5)
            .unwrap_or_else(|error| panic!("{error}"));
        let whole = began.elapsed();
        assert!(
            timed.elapsed >= Duration::from_millis(10),
            "{:?}",
            timed.elapsed
        );
        assert!(
            timed.elapsed + Duration::from_millis(300) <= whole,
            "{:?} of {whole:?}",
            timed.elapsed
        );
        // Equal answers come once.
        assert_eq!(timed.answers.len(), 1);
    });
}

#[test]
fn garbage_is_collected_where_the_runs_take_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let counting = "import gc\nbefore = gc.get_stats()[2]['collections']\n\
                    def run(_):\n    return gc.get_stats()[2]['collections'] - before + gc.isenabled() * 1000";
    with_python(|py| {
        let peer = peer(&folder, &stand_in(counting));
        let collector = Collector::enabled(py).expect("there is a collector");
        let (workload, cases) = workload(py, &program("resume_churn"));
        let copy = workload.source().compile(py, peer.effects_module());
        let runnable = peer.prepare(py, &copy.expect("it compiles"), &cases[0]);
        let runnable = runnable.unwrap_or_else(|error| panic!("{error}"));
        let counted = || {
            let timed = runnable
                .time(py, 1)
                .unwrap_or_else(|error| panic!("{error}"));
            timed.answers[0].extract::<u64>(py).expect("an int")
        };
        let before = counted();
        assert!(before >= 1000, "the collector is off");
        for _ in 0..3 {
            runnable
                .collect(py, &collector)
                .unwrap_or_else(|error| panic!("{error}"));
        }
        assert_eq!(counted(), before + 3);
    });
}

#[test]
fn only_the_right_answer_will_do() {
    let answering = |answer: &str| checked(&format!("run = lambda answer: {answer}"));
    assert_eq!(answering("answer"), Ok(true));
    for wrong in [
        "answer + 1",
        "float(answer)",
        "str(answer)",
        "None",
        "object()",
        "run",
        "[answer]",
    ] {
        assert_eq!(answering(wrong), Ok(false), "{wrong}");
    }
}

#[test]
fn what_a_package_prints_is_no_reply() {
    let printing = "import os\ndef run(answer):\n    print('{}')\n    os.write(1, b'{}\\n')\n    return answer";
    assert_eq!(checked(printing), Ok(true));
}

#[test]
fn what_a_run_raises_is_told_with_its_traceback() {
    let error =
        checked("def run(_):\n    raise LookupError('nothing there')").expect_err("it raises");
    assert!(error.contains("LookupError: nothing there"), "{error}");
    assert!(error.contains("effects.py\", line 5, in run"), "{error}");
    // What a native extension's panic is.
    let error = checked("class Panic(BaseException): ...\ndef run(_):\n    raise Panic")
        .expect_err("it raises");
    assert!(error.contains("Panic"), "{error}");
}

#[test]
fn a_worker_that_dies_is_told_with_what_it_said_last() {
    let dying =
        "import os, sys\ndef run(_):\n    print('out of order', file=sys.stderr)\n    os._exit(3)";
    let error = checked(dying).expect_err("it dies");
    assert!(error.contains("exit status: 3"), "{error}");
    assert!(error.contains("out of order"), "{error}");
    let killed = "import os, signal\ndef run(_):\n    os.kill(os.getpid(), signal.SIGSEGV)";
    let error = checked(killed).expect_err("it dies");
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
            .ask::<Value>(&Request::Collect)
            .expect_err("nobody is there");
        let WorkerError::Ended { status, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(status, "exit status: 4");
    }
}

#[test]
fn a_reply_of_another_form_is_shown() {
    let script = "import sys\nfor request in sys.stdin:\n    print('{\"maybe\": 1}', flush=True)";
    let mut worker = Command::new(executable())
        .args(["-I", "-c", script])
        .spawn_worker();
    let error = worker
        .ask::<Value>(&Request::Collect)
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
    let Err(error) = Worker::start(executable(), &path) else {
        panic!("there is no such package");
    };
    let reason = error.in_one_line().to_string();
    assert_eq!(
        reason,
        "ModuleNotFoundError: No module named 'no_such_package'"
    );
}

#[test]
fn what_is_left_out_is_told_with_the_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    with_python(|py| {
        let peer = peer(&folder, &stand_in("run = None"));
        let told = |name: &str, case: &Case| {
            let part = peer.left_out(name, case)?;
            Some(part.told_of(&peer.name()))
        };
        let (_, cases) = workload(py, &program("resume_churn"));
        let line = "resume_churn on peer: all of it";
        assert_eq!(told("resume_churn", &cases[0]).as_deref(), Some(line));
        let (_, cases) = workload(py, &program("nested_handlers"));
        for case in cases {
            let params = case.params.to_string();
            let line = if params.ends_with("typed=true") {
                Some("nested_handlers (typed=true) on peer: types")
            } else if params.starts_with("depth=64") && case.size > 100 {
                Some("nested_handlers (depth=64) above n = 100 on peer: slow")
            } else {
                None
            };
            let found = told("nested_handlers", &case);
            assert_eq!(found.as_deref(), line, "{params}, n = {}", case.size);
        }
    });
}

#[test]
fn what_is_no_literal_equals_nothing() {
    with_python(|py| {
        for text in ["<object>", "", "print", "1 +"] {
            let found = literal(py, text).expect("it evaluates nothing");
            assert!(found.is(py.NotImplemented()), "{text}");
        }
        let found = literal(py, "(1, [True, None, 'x'])").expect("it is one");
        assert_eq!(found.to_string(), "(1, [True, None, 'x'])");
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
