use std::fs;

use doeff_reports::{Engine, Mode};
use pyo3::prelude::*;

use super::{Problem, Source, Workload, WorkloadError};
use crate::python::{with_python, workspace};

const GOOD: &str = r#""""sample: shows what a workload looks like."""

from effects import EffectBase, Pure, do

OPERATION = "yield"
SIZES = (1, 10)
QUICK_SIZES = (1,)
PARAMS = ({"step": 1}, {"step": 2})


def max_size(engine, step):
    return 5 if engine == "cesk" and step == 2 else None


def operations(size, step):
    return size


@do
def body(size, step):
    total = 0
    for _ in range(size):
        total += yield Pure(step)
    return total


def handlers(step):
    return []


def plain(size, step):
    return sum(step for _ in range(size))


def expected(size, step):
    return size * step
"#;

fn check(py: Python<'_>, text: &str) -> Result<Workload, WorkloadError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sample.py");
    fs::write(&path, text).expect("the folder is writable");
    Workload::check(py, Source::read(&path)?)
}

/// The message for the good workload with one part of it replaced.
fn refusal(part: &str, by: &str) -> String {
    assert!(GOOD.contains(part), "{part}");
    with_python(|py| {
        let refused = check(py, &GOOD.replace(part, by)).expect_err("it is no workload");
        let message = refused.to_string();
        assert!(message.contains("sample.py"), "{message}");
        message
    })
}

#[test]
fn a_good_workload_says_what_to_run() {
    with_python(|py| {
        let workload = check(py, GOOD).expect("it is good");
        assert_eq!(workload.about, "shows what a workload looks like.");
        assert_eq!(workload.operation, "yield");
        let cases = workload.cases(py, Mode::Full).expect("its functions work");
        let shown: Vec<_> = cases
            .iter()
            .map(|case| format!("{} at {}", case.params, case.size))
            .collect();
        let expected = ["step=1 at 1", "step=1 at 10", "step=2 at 1", "step=2 at 10"];
        assert_eq!(shown, expected);
        assert_eq!(workload.cases(py, Mode::Quick).expect("as above").len(), 2);
    });
}

#[test]
fn max_size_keeps_an_engine_from_larger_sizes() {
    with_python(|py| {
        let workload = check(py, GOOD).expect("it is good");
        let cases = workload.cases(py, Mode::Full).expect("its functions work");
        let on = |engine| -> Vec<bool> {
            let runs = |case| workload.is_for(py, &engine, case).expect("max_size works");
            cases.iter().map(runs).collect()
        };
        assert_eq!(on(Engine::CESK), [true, true, true, false]);
        assert_eq!(on(Engine::VM), [true; 4]);
    });
}

#[test]
fn only_the_very_answer_is_accepted() {
    with_python(|py| {
        let workload = check(py, GOOD).expect("it is good");
        let case = &workload.cases(py, Mode::Quick).expect("its functions work")[0];
        let accepts = |answer: &std::ffi::CStr| {
            case.accepts(&py.eval(answer, None, None).expect("a literal"))
        };
        assert!(accepts(c"1"));
        assert!(!accepts(c"2"));
        assert!(!accepts(c"True"));
        assert!(!accepts(c"1.0"));
        assert!(!accepts(c"None"));
    });
}

#[test]
fn each_compiled_copy_has_code_of_its_own_and_the_machine_of_its_engine() {
    with_python(|py| {
        let workload = check(py, GOOD).expect("it is good");
        let [first, second, other] = ["doeff_vm", "doeff_vm", "cesk_v3"].map(|machine| {
            let compiled = workload.source().compile(py, machine).expect("it compiles");
            compiled.namespace(py).into_any()
        });
        let is_shared = |name: &str, with: &Bound<'_, PyAny>| {
            let of = |namespace: &Bound<'_, PyAny>| {
                let found = namespace.get_item(name).expect("the file defines it");
                found.getattr("__code__").unwrap_or(found).unbind()
            };
            of(&first).is(of(with))
        };
        assert!(is_shared("Pure", &second) && !is_shared("Pure", &other));
        assert!(!is_shared("plain", &second) && !is_shared("plain", &other));
        let modules = py.import("sys").and_then(|sys| sys.getattr("modules"));
        let left = modules.and_then(|modules| modules.contains("effects"));
        assert!(!left.expect("modules is a dict"));
    });
}

#[test]
fn the_docstring_begins_with_the_name() {
    let message = refusal("sample: shows", "Shows");
    assert!(
        message.contains("docstring must begin with \"sample: \""),
        "{message}"
    );
    refusal("\"\"\"sample: shows what a workload looks like.\"\"\"", "");
}

#[test]
fn what_is_missing_is_named() {
    for name in ["OPERATION", "SIZES", "QUICK_SIZES", "PARAMS"] {
        let message = refusal(&format!("\n{name} ="), "\nOTHER =");
        assert!(
            message.ends_with(&format!("does not define {name}")),
            "{message}"
        );
    }
    for name in ["operations", "body", "handlers", "plain", "expected"] {
        let message = refusal(&format!("def {name}("), "def other(");
        assert!(
            message.ends_with(&format!("does not define {name}")),
            "{message}"
        );
    }
}

#[test]
fn what_is_of_the_wrong_kind_is_shown() {
    let cases = [
        (
            "SIZES = (1, 10)",
            "SIZES = (10, 1)",
            "positive ints, smallest first, but is (10, 1)",
        ),
        (
            "SIZES = (1, 10)",
            "SIZES = ()",
            "positive ints, smallest first, but is ()",
        ),
        (
            "QUICK_SIZES = (1,)",
            "QUICK_SIZES = (0,)",
            "QUICK_SIZES must be positive ints",
        ),
        (
            "OPERATION = \"yield\"",
            "OPERATION = 3",
            "OPERATION must be the name of one operation",
        ),
        (
            "({\"step\": 1}, {\"step\": 2})",
            "()",
            "PARAMS must be dicts",
        ),
        ("{\"step\": 2}", "{\"step\": 2.5}", "PARAMS must be dicts"),
        (
            "def plain(",
            "plain = 3\n\n\ndef unused(",
            "plain must be a function, but is 3",
        ),
        (
            "    return size\n",
            "    return 0\n",
            "operations must be a positive int, but is 0",
        ),
    ];
    for (part, by, words) in cases {
        let message = refusal(part, by);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn expected_must_not_run_the_workload() {
    for (name, call) in [
        ("plain", "plain(size, step)"),
        ("body", "len(body(size, step))"),
        ("handlers", "len(handlers(step))"),
    ] {
        let message = refusal("return size * step", &format!("return {call}"));
        assert!(
            message.contains(&format!("but it uses {name}")),
            "{message}"
        );
    }
}

#[test]
fn a_workload_may_be_driven() {
    let drive = "def drive(run, size, step):\n    return run(size), step\n\n\ndef expected(";
    with_python(|py| {
        let bound = |text: &str| {
            let workload = check(py, text).expect("it is good");
            let program = workload.source().compile(py, "doeff_vm");
            let program = program.expect("it compiles");
            let case = workload.case(py, 1, 10).expect("its functions work");
            let run = py.eval(c"lambda size: -size", None, None);
            let run = run.expect("it is a function");
            let bound = program.bind_drive(py, &case, &run);
            bound.expect("its functions work")
        };
        assert!(bound(GOOD).is_none());
        let driven = bound(&GOOD.replace("def expected(", drive));
        let answer = driven.expect("there is one").call0();
        let answer: (i64, i64) = answer.expect("it works").extract().expect("a pair");
        assert_eq!(answer, (-10, 2));
    });
    let call = format!("{drive}size, step):\n    return drive(len, size, step)\n\n\ndef unused(");
    assert!(refusal("def expected(", &call).contains("but it uses drive"));
}

#[test]
fn what_the_file_raises_is_reported_with_its_line() {
    let message = refusal("OPERATION = \"yield\"", "OPERATION = undefined");
    assert!(message.contains("importing it raised"), "{message}");
    assert!(
        message.contains("line 5") && message.contains("NameError"),
        "{message}"
    );
    let message = refusal("OPERATION = \"yield\"", "OPERATION = ");
    assert!(message.contains("SyntaxError"), "{message}");
    let message = refusal("return size * step", "return size / 0");
    assert!(message.contains("expected() raised"), "{message}");
    assert!(message.contains("ZeroDivisionError"), "{message}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let missing = workspace().join("bench-suites/programs/no_such_workload.py");
    let error = Source::read(&missing).expect_err("there is no such file");
    assert!(matches!(error.problem, Problem::Io(_)));
    assert!(error.to_string().contains("no_such_workload.py"), "{error}");
}

#[test]
fn every_file_in_programs_is_a_workload() {
    with_python(|py| {
        let folder = workspace().join("bench-suites/programs");
        let sources = Source::read_all(&folder).expect("the files are readable");
        let names: Vec<_> = sources
            .iter()
            .map(|source| source.name().to_owned())
            .collect();
        let expected = [
            "builtin_effects",
            "countdown",
            "deep_recursion",
            "deep_stacks",
            "document_pipeline",
            "exceptions",
            "fibonacci_recursive",
            "generator",
            "generator_stepping",
            "handler_sieve",
            "held_continuations",
            "install_handler",
            "iterator",
            "nested_handlers",
            "nested_once",
            "new_effects",
            "order_book",
            "parsing_dollars",
            "plain_handler",
            "product_early",
            "program_calls",
            "resume_churn",
            "resume_nontail",
            "runs",
            "startup",
            "transfer_churn",
        ];
        assert_eq!(names, expected);
        for source in sources {
            let workload = Workload::check(py, source).unwrap_or_else(|error| panic!("{error}"));
            for mode in [Mode::Quick, Mode::Full] {
                workload
                    .cases(py, mode)
                    .unwrap_or_else(|error| panic!("{error}"));
            }
        }
    });
}
