use std::fs;
use std::path::Path;
use std::time::Instant;

use clap::Parser as _;
use pyo3::prelude::*;

use super::failures;
use super::run::Run;
use super::selection::{Selection, workloads};
use crate::arguments::{Arguments, Format};
use crate::cell::{Cell, Moment};
use crate::python::{executable, with_python, workspace};
use crate::roster::Entrant;
use crate::schedule::Limits;
use crate::seat::Seat;
use doeff_reports::{Engine as Name, Mode, Outcome};

fn selection(words: &[&str]) -> Selection {
    let words = ["compare"].iter().chain(words);
    let arguments = Arguments::try_parse_from(words).expect("they are right");
    Selection::of(&arguments).unwrap_or_else(|error| panic!("{error:#}"))
}

/// Holds the interpreter's turn, as all tests do, and lets go of it for what attaches by itself.
fn in_turn<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    with_python(|py| py.detach(test))
}

#[test]
fn only_what_was_chosen_runs() {
    in_turn(|| {
        let chosen = selection(&[
            "--quick",
            "--engine",
            "vm",
            "--engine",
            "noop",
            "--filter",
            "^(resume|transfer)_churn$",
            "--size",
            "10",
            "--size",
            "20",
        ]);
        let list = chosen.list(Format::Table).expect("it can be told");
        let expected = "resume_churn\n    sizes: 10 20\n    engines: vm noop\n\
                        transfer_churn\n    sizes: 10 20\n    engines: vm";
        assert_eq!(list, expected);
        let list = chosen.list(Format::Json).expect("it can be told");
        let list: serde_json::Value = serde_json::from_str(&list).expect("it is JSON");
        assert_eq!(list[0]["engines"][1], "noop");
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_anything_is_measured() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let folder = file.path().join("folder").display().to_string();
    // It would be an error too, but only later.
    let words = [
        "compare",
        "--bench",
        "--filter",
        "^nothing$",
        "--out",
        &folder,
    ];
    let arguments = Arguments::try_parse_from(words).expect("they are right");
    let error = super::run(&arguments).expect_err("it is below a file");
    assert!(error.to_string().contains("cannot write"), "{error:#}");
}

#[test]
fn a_filter_that_matches_nothing_is_an_error() {
    in_turn(|| {
        let arguments = Arguments::try_parse_from(["compare", "--filter", "^resume$"]);
        let refused = Selection::of(&arguments.expect("they are right"));
        let error = refused.err().expect("there is no such workload");
        assert!(error.to_string().contains("--list"), "{error}");
    });
}

#[test]
fn the_cells_of_a_case_are_a_group_and_what_is_left_out_is_told_once() {
    in_turn(|| {
        let words =
            "--quick --engine vm --engine floor --engine doeff-0.4 --filter ^nested_handlers";
        let chosen = selection(&words.split(' ').collect::<Vec<_>>());
        Python::attach(|py| {
            let (cells, groups) = chosen.cells(py).expect("there are some");
            for (one, other) in (0..cells.len()).zip(1..cells.len()) {
                let same = std::ptr::eq(cells[one].case, cells[other].case);
                assert_eq!(groups[one] == groups[other], same);
            }
        });
        let lines: Vec<_> = chosen.left_out().iter().map(ToString::to_string).collect();
        let typed = "nested_handlers (typed=true) on doeff-0.4: ";
        let typed = lines.iter().filter(|line| line.starts_with(typed));
        assert_eq!(typed.count(), 1, "{lines:?}");
    });
}

#[test]
fn an_engine_that_cannot_be_had_is_left_out_with_the_reason() {
    in_turn(|| {
        let mut chosen = selection(&["--engine", "vm", "--filter", "^runs$"]);
        // Its folder does not exist, so neither do its requirements.
        let missing = Entrant::package(Name::new("missing"), "no_such_peer", Vec::new());
        chosen.entrants.push(missing);
        let chosen = chosen.available();
        assert_eq!(chosen.entrants.len(), 1);
        let lines: Vec<_> = chosen.left_out().iter().map(ToString::to_string).collect();
        assert!(lines[0].starts_with("missing: cannot read"), "{lines:?}");
    });
}

#[test]
fn another_build_runs_beside_the_engines_that_were_named() {
    in_turn(|| {
        let names = |words: &[&str]| -> Vec<String> {
            let chosen = selection(words);
            let names = chosen
                .entrants
                .iter()
                .map(|entrant| entrant.name.to_string());
            names.collect()
        };
        assert_eq!(names(&["--revision", "base=/x"]), ["base"]);
        assert_eq!(
            names(&["--revision", "base=/x", "--engine", "floor"]),
            ["floor", "base"]
        );
        let words = ["compare", "--revision", "vm=/x", "--engine", "vm"];
        let twice = Arguments::try_parse_from(words).expect("they are right");
        assert!(Selection::of(&twice).is_err());
    });
}

/// An engine whose worker is this script, which is asked as `worker.py` is.
fn entrant(folder: &Path, script: &str) -> Entrant {
    let program = folder.join("worker");
    let text = format!(
        "#!{python}\nimport json, os, sys\n\
         version = ' '.join(sys.version.split())\n\
         def reply(value):\n    print(json.dumps(value), flush=True)\n\
         def times(runs, answer, each=10**6):\n    \
             reply({{'ok': {{'nanoseconds': runs * each, 'cpu_nanoseconds': runs, 'answers': [answer]}}}})\n\
         reply({{'ok': {{'version': version, 'prefix': sys.base_prefix}}}})\n\
         for request in map(json.loads, sys.stdin):\n    \
             if request['do'] == 'prepare':\n        reply({{'ok': 0}})\n        continue\n    \
             runs = request['runs']\n    {script}\n",
        python = executable().display(),
    );
    fs::write(&program, text).expect("the folder is writable");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("it is ours");
    Entrant::ours(Name::new("scripted"), &program, Name::VM)
}

/// What comes of `resume_churn` at n = 100 on an engine whose worker runs by this script.
fn measured(script: &str) -> doeff_reports::Measurement {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let entrant = entrant(folder.path(), script);
    let limits = Limits::of(Mode::Quick);
    with_python(|py| {
        let all = workloads(py, &["resume_churn".to_owned()]).expect("it is there");
        let cases = all[0]
            .cases_of(py, &[100], |_| true)
            .expect("its functions work");
        let mut cell = Cell::new(&all[0], &cases[0], Name::new("scripted"), 0);
        for process in 0..2 {
            let mut seat = Seat::new(&entrant);
            let moment = Moment {
                process,
                round: process,
                at_us: 5,
            };
            if cell.goes_on() {
                cell.warm_up(py, &mut seat, &limits, &|| moment);
            }
            if cell.goes_on() {
                cell.slice(py, &mut seat, moment);
            }
        }
        let failed = failures(std::slice::from_ref(&cell)).len();
        assert_eq!(failed, usize::from(!cell.goes_on()));
        cell.into_measurement()
    })
}

#[test]
fn slices_are_about_a_millisecond_and_the_warm_up_is_kept() {
    let row = measured("times(runs, '300', 10**5)");
    assert_eq!(row.outcome, Outcome::Right {});
    let runs = |slices: &[doeff_reports::Slice]| -> Vec<u32> {
        slices.iter().map(|slice| slice.runs).collect()
    };
    assert_eq!(runs(&row.slices), [10, 10]);
    // At first until a slice's length is known, later once cold and once as long as a slice.
    assert_eq!(runs(&row.warm_up), [1, 10, 1, 10]);
    let cold = measured("times(runs, '300', 10**5 if 'seen' in globals() else 10**6); seen = 1");
    assert_eq!(runs(&cold.slices), [10, 10], "the first run says too much");
    assert_eq!(row.slices[1].process, 1);
    assert_eq!((row.slices[0].ns, row.slices[0].cpu_ns), (1_000_000, 10));
    assert_eq!(row.samples(), [1_000.0, 1_000.0]);
}

#[test]
fn copies_of_one_engine_make_as_many_runs_a_slice() {
    let folders = [0, 1].map(|_| tempfile::tempdir().expect("a temporary folder"));
    let scripts = ["times(runs, '300', 10**5)", "times(runs, '300', 2 * 10**5)"];
    let entrants = [0, 1].map(|at: usize| entrant(folders[at].path(), scripts[at]));
    let arguments = Arguments::try_parse_from(["compare", "--quick"]).expect("they are right");
    with_python(|py| {
        let all = workloads(py, &["resume_churn".to_owned()]).expect("it is there");
        let cases = all[0].cases_of(py, &[100], |_| true);
        let cases = cases.expect("its functions work");
        let name = || Name::new("scripted");
        let mut cells = [0, 1].map(|at| Cell::new(&all[0], &cases[0], name(), at));
        let moment = Moment {
            process: 0,
            round: 0,
            at_us: 0,
        };
        for (cell, entrant) in cells.iter_mut().zip(&entrants) {
            let limits = Limits::of(Mode::Quick);
            cell.warm_up(py, &mut Seat::new(entrant), &limits, &|| moment);
        }
        assert_eq!(cells.each_ref().map(Cell::runs), [10, 5]);
        let mut run = Run::new(&arguments, cells.into(), &[0, 0], Instant::now());
        run.align(&entrants);
        assert!(run.cells.iter().all(|cell| cell.runs() == 10));
    });
}

#[test]
fn a_long_run_needs_no_warm_up_of_later_processes() {
    let row = measured("times(runs, '300', 10**8)");
    assert_eq!((row.warm_up.len(), row.slices.len()), (1, 2));
}

#[test]
fn a_slice_is_warm_unless_its_run_is_long() {
    let by_warm = |ms: u32| {
        measured(&format!(
            "times(runs, '300', {ms} * 10**6 + request['warm'])"
        ))
    };
    let timed = |slices: &[doeff_reports::Slice]| -> Vec<u64> {
        slices.iter().map(|slice| slice.ns % 1000).collect()
    };
    let (short, long) = (by_warm(1), by_warm(50));
    assert!(timed(&short.warm_up).iter().all(|&warm| warm == 0));
    assert_eq!(timed(&short.slices), [1, 1]);
    assert_eq!(timed(&long.slices), [0, 0]);
}

#[test]
fn a_wrong_answer_is_told_with_the_right_one_and_ends_the_cell() {
    for wrong in ["301", "300.0", "'300'", "<object>", "None", ""] {
        let row = measured(&format!("times(runs, {wrong:?})"));
        let expected = Outcome::Wrong {
            answer: wrong.to_owned(),
            expected: "300".to_owned(),
        };
        assert_eq!(row.outcome, expected);
        assert!(row.slices.is_empty());
    }
}

#[test]
fn what_a_worker_raises_and_how_it_ends_is_told_in_one_line() {
    let row = measured("reply({'error': 'Traceback\\n  in x\\nKeyError: 5'})");
    let failed = |reason: &str| Outcome::Failed {
        reason: reason.to_owned(),
    };
    assert_eq!(row.outcome, failed("KeyError: 5"));
    let row = measured("print('out of order', file=sys.stderr); os._exit(3)");
    assert_eq!(
        row.outcome,
        failed("its process ended (exit status: 3): out of order")
    );
}

#[test]
fn after_a_crash_other_cases_run_in_a_new_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let crashed = folder.path().join("crashed");
    let script = format!(
        "os.path.exists({0:?}) or (open({0:?}, 'x'), os._exit(1))\n    times(runs, '300')",
        crashed.display().to_string()
    );
    let entrant = entrant(folder.path(), &script);
    with_python(|py| {
        let all = workloads(py, &["resume_churn".to_owned()]).expect("it is there");
        let cases = all[0]
            .cases_of(py, &[100, 100], |_| true)
            .expect("its functions work");
        let mut seat = Seat::new(&entrant);
        let [mut first, mut second] =
            [0, 1].map(|case| Cell::new(&all[0], &cases[case], Name::new("scripted"), 0));
        first.check(py, &mut seat);
        second.check(py, &mut seat);
        assert!(!first.goes_on() && second.goes_on());
    });
}

#[test]
fn the_programs_folder_is_where_workloads_come_from() {
    with_python(|py| {
        let error = workloads(py, &["no_such".to_owned()]).expect_err("there is none");
        assert!(error.to_string().contains("resume_churn"), "{error}");
    });
    assert!(workspace().join("bench-suites/programs").is_dir());
}
