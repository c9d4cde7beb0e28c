//! What runs leave behind is counted in a process of its own, which starts itself again for the end of an
//! interpreter; so this has a `main` of its own, too.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use doeff_bench_suites::memory::counter::Counting;
use doeff_bench_suites::refcount::{Arguments, Ending, run, run_workloads};
use doeff_bench_suites::workload::Source;
use doeff_reports::Refcounts;
use doeff_reports::refcounts::Kind;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let is_worker = std::env::args().any(|argument| argument == "--worker");
    if is_worker {
        return run(&Arguments::parse()).expect("the worker's part is done");
    }
    nothing_is_left_behind_and_every_ending_is_measured();
    leaks_are_found_and_named();
    println!("two tests passed");
    ExitCode::SUCCESS
}

fn arguments(folder: &Path, further: &[&str]) -> Arguments {
    let output = folder.to_str().expect("is UTF-8");
    let first = ["refcount", "--quick", "--output", output];
    Arguments::parse_from(first.iter().chain(further))
}

fn nothing_is_left_behind_and_every_ending_is_measured() {
    let folder = tempfile::tempdir().expect("there is room");
    let workloads = ["--workload", "iterator", "--workload", "startup"];
    let code = run(&arguments(folder.path(), &workloads)).expect("it runs");
    let found = Refcounts::read(&folder.path().join("refcounts.json")).expect("it is sound");
    assert_eq!(found.leaks, [""; 0]);
    assert_eq!(code, ExitCode::SUCCESS);
    assert_eq!(found.rows.len(), 2 * 2 * 7);
    for row in &found.rows {
        let looked_at = |kind, object: &str| {
            let mut objects = row.objects.iter();
            objects.any(|growth| growth.kind == kind && growth.object == object)
        };
        let expected = row.ending != Ending::InterpreterExit;
        for (kind, object) in [
            (Kind::References, "the effect"),
            (Kind::References, "the value"),
            (Kind::References, "the handler resume"),
            (Kind::Beyond, "the generator"),
            (Kind::Beyond, "the continuation"),
            (Kind::Blocks, "sys.getallocatedblocks()"),
            (Kind::Bytes, "bytes of Rust's allocator"),
            (Kind::Stats, "segments_live"),
        ] {
            assert_eq!(looked_at(kind, object), expected, "{object}: {row:?}");
        }
    }
}

/// A workload that keeps something of each run of its body, in a way of its own.
const LEAKING: &str = r#"
"""leaking: keeps what it should not."""

from effects import EffectBase, Resume, do

OPERATION = "effect"
SIZES = (10,)
QUICK_SIZES = (10,)
PARAMS = ({},)
KEPT = []


class Ask(EffectBase):
    __slots__ = ()


ASK = Ask()


def operations(size):
    return size


@do
def body(size):
    total = 0
    for _ in range(size):
        total += yield ASK
    return total


def answer(effect, k):
    LEAK
    return (yield Resume(k, 3))


def handlers():
    return [(answer, None)]


def plain(size):
    return 3 * size


def expected(size):
    return 3 * size
"#;

fn leaks_are_found_and_named() {
    let folder = tempfile::tempdir().expect("there is room");
    let leaks_of = |leak: &str| {
        let path = folder.path().join("leaking.py");
        std::fs::write(
            &path,
            LEAKING.trim_start().replace("LEAK\n", &format!("{leak}\n")),
        )
        .expect("the folder is writable");
        let source = Source::read(&path).expect("it was just written");
        let arguments = arguments(folder.path(), &["--engine", "vm"]);
        run_workloads(&arguments, vec![source])
            .expect("it runs")
            .leaks
    };
    assert_eq!(leaks_of("pass"), [""; 0]);
    let told = leaks_of("KEPT.append(effect)");
    let named = "leaking on vm, normal end: references to ASK, an effect of the workload grow by 40.00 a run";
    assert!(told.iter().any(|leak| leak == named), "{told:#?}");
    let told = leaks_of("KEPT.append(k)");
    for ending in ["normal end", "abandonment", "exception"] {
        let named = format!("leaking on vm, {ending}: objects of doeff_vm.Continuation grow by");
        assert!(
            told.iter().any(|leak| leak.starts_with(&named)),
            "{told:#?}"
        );
    }
    // What the collector does not know of is found by looking through the blocks.
    let told = leaks_of("KEPT.append(id(k) + 2**60)");
    let named = "leaking on vm, normal end: blocks of int, 40 bytes each grow by";
    assert!(told.iter().any(|leak| leak.starts_with(named)), "{told:#?}");
    // What is kept once is no leak, and neither is a cache that is soon full.
    assert_eq!(leaks_of("KEPT[:] = [effect, k]"), [""; 0]);
    assert_eq!(leaks_of("len(KEPT) < 300 and KEPT.append(effect)"), [""; 0]);
}
