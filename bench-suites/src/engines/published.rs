//! The peers: what each is called, where its files are, and what it leaves out. All but the loop that is
//! written by hand are published.

use doeff_reports::Engine as Name;

use crate::left_out::LeftOut;
use crate::roster::Entrant;

/// A peer; `peers/FOLDER` has its pins, its stand-in for `effects` and its variants of workloads.
struct Published {
    name: Name,
    folder: &'static str,
    /// What it cannot say, and what is too large for it.
    left_out: &'static [LeftOut],
}

const fn published(name: Name, folder: &'static str, left_out: &'static [LeftOut]) -> Published {
    Published {
        name,
        folder,
        left_out,
    }
}

static ALL: [Published; 8] = [
    published(Name::DOEFF_0_8, "doeff_0_8", &DOEFF_0_8),
    published(Name::DOEFF_0_4, "doeff_0_4", &DOEFF_0_4),
    published(Name::STATELESS, "stateless", &STATELESS),
    published(Name::GREENLET, "greenlet", &GREENLET),
    published(Name::EFFECT, "effect", &EFFECT),
    published(Name::EFFECTFUL, "effectful", &EFFECTFUL),
    published(Name::ASYNCIO, "asyncio", &ASYNCIO),
    published(Name::LOOP, "loop", &LOOP),
];

/// The peers.
pub(crate) fn entrants() -> impl Iterator<Item = Entrant> {
    ALL.iter()
        .map(|peer| Entrant::package(peer.name.clone(), peer.folder, peer.left_out.to_vec()))
}

/// Where a case would take seconds.
const SLOW: &str = "it takes too long";
/// Where handlers are functions whose result is the answer.
const NO_CONTINUATION: &str = "its handlers have no continuation: they answer by what they return";
/// Where programs are plain functions.
const PLAIN_CALLS: &str = "its programs are plain functions; the engine call shows what these cost";
/// Where calls nest in C.
const C_STACK: &str = "programs that call each other lie on the C stack, which ends";
const NO_MODIFY: &str = "it has no Modify, and says to use Get and Put instead";

const DOEFF_0_8: [LeftOut; 1] = [LeftOut::with("builtin_effects", "effect=modify", NO_MODIFY)];

const DOEFF_0_4: [LeftOut; 9] = [
    LeftOut::with("builtin_effects", "effect=modify", NO_MODIFY),
    LeftOut::with(
        "nested_handlers",
        "typed=true",
        "its handlers cannot say which effects they accept; all are called, as with typed=false",
    ),
    LeftOut::with("nested_handlers", "typed=false", SLOW).above(1_000),
    LeftOut::all("generator_stepping", SLOW).above(100_000),
    LeftOut::all("handler_sieve", SLOW).above(1_000),
    LeftOut::all("held_continuations", SLOW).above(10_000),
    LeftOut::all("resume_churn", SLOW).above(100_000),
    LeftOut::all("startup", SLOW).above(100),
    LeftOut::all("transfer_churn", SLOW).above(100_000),
];

const STATELESS: [LeftOut; 14] = [
    LeftOut::with("builtin_effects", "effect=get", "it has no built-in state"),
    LeftOut::with("builtin_effects", "effect=put", "it has no built-in state"),
    LeftOut::with(
        "builtin_effects",
        "effect=put_get",
        "it has no built-in state",
    ),
    LeftOut::with(
        "builtin_effects",
        "effect=modify",
        "it has no built-in state",
    ),
    LeftOut::with("builtin_effects", "effect=tell", "it has no built-in log"),
    LeftOut::with(
        "nested_handlers",
        "typed=false",
        "the type that a handler is annotated with decides what it passes on",
    ),
    LeftOut::all("generator", NO_CONTINUATION),
    LeftOut::all("handler_sieve", "its handlers cannot perform effects"),
    LeftOut::all("held_continuations", NO_CONTINUATION),
    LeftOut::all("resume_nontail", NO_CONTINUATION),
    LeftOut::all("transfer_churn", NO_CONTINUATION),
    LeftOut::all("deep_recursion", C_STACK).above(10_000),
    LeftOut::all("runs", SLOW).above(1_000),
    LeftOut::all("startup", SLOW).above(1_000),
];

const GREENLET: [LeftOut; 9] = [
    LeftOut::all("builtin_effects", "it has no built-in effects"),
    LeftOut::all("deep_recursion", PLAIN_CALLS),
    LeftOut::all("exceptions", PLAIN_CALLS),
    LeftOut::all("fibonacci_recursive", PLAIN_CALLS),
    LeftOut::all("generator_stepping", PLAIN_CALLS),
    LeftOut::all("program_calls", PLAIN_CALLS),
    LeftOut::all(
        "held_continuations",
        "a greenlet that waits keeps 6 kB; so many take more than half a gigabyte",
    )
    .above(10_000),
    LeftOut::all(
        "transfer_churn",
        "a switch is a transfer already: it would be resume_churn again",
    ),
    LeftOut::all(
        "nested_once",
        "greenlets that start each other lie on the C stack, which ends",
    )
    .above(1_000),
];

const EFFECT: [LeftOut; 15] = [
    LeftOut::with(
        "builtin_effects",
        "effect=ask",
        "it has no built-in environment",
    ),
    LeftOut::with("builtin_effects", "effect=tell", "it has no built-in log"),
    LeftOut::with("deep_stacks", "kind=call_depth", NO_SCOPE),
    LeftOut::all("handler_sieve", NO_SCOPE),
    LeftOut::all("install_handler", NO_SCOPE),
    LeftOut::all("nested_once", NO_SCOPE),
    LeftOut::all(
        "resume_nontail",
        "a performer answers, and is not told what came of it",
    ),
    LeftOut::all(
        "transfer_churn",
        "an answer is a transfer already: it would be resume_churn again",
    ),
    LeftOut::all("countdown", SLOW).above(10_000),
    LeftOut::all("deep_recursion", SLOW).above(10_000),
    LeftOut::all("generator", SLOW).above(10_000),
    LeftOut::all("generator_stepping", SLOW).above(100_000),
    LeftOut::all("held_continuations", SLOW).above(10_000),
    LeftOut::all("product_early", SLOW).above(10_000),
    LeftOut::all("resume_churn", SLOW).above(100_000),
];

/// Where a program cannot install a handler.
const NO_SCOPE: &str = "performers are given to a whole run, not to a part of a program";

const EFFECTFUL: [LeftOut; 20] = [
    LeftOut::all("builtin_effects", "it has no built-in effects of this kind"),
    LeftOut::all("deep_recursion", PLAIN_CALLS),
    LeftOut::all("exceptions", PLAIN_CALLS),
    LeftOut::all("fibonacci_recursive", PLAIN_CALLS),
    LeftOut::all("generator_stepping", PLAIN_CALLS),
    LeftOut::all("program_calls", PLAIN_CALLS),
    LeftOut::all("runs", PLAIN_CALLS),
    LeftOut::all("generator", NO_CONTINUATION),
    LeftOut::all("held_continuations", NO_CONTINUATION),
    LeftOut::all("resume_nontail", NO_CONTINUATION),
    LeftOut::all("transfer_churn", NO_CONTINUATION),
    LeftOut::all("countdown", SLOW).above(10_000),
    LeftOut::all("document_pipeline", SLOW).above(1_000),
    LeftOut::all("handler_sieve", SLOW).above(300),
    LeftOut::all("iterator", SLOW).above(10_000),
    LeftOut::with("nested_handlers", "typed=false", SLOW).above(100),
    LeftOut::all("order_book", SLOW).above(1_000),
    LeftOut::all("parsing_dollars", SLOW).above(10_000),
    LeftOut::all("resume_churn", SLOW).above(10_000),
    LeftOut::all("startup", SLOW).above(1_000),
];

const ASYNCIO: [LeftOut; 17] = [
    LeftOut::all("builtin_effects", NO_HANDLERS),
    LeftOut::all("countdown", NO_HANDLERS),
    LeftOut::all("deep_stacks", NO_HANDLERS),
    LeftOut::all("document_pipeline", NO_HANDLERS),
    LeftOut::all("handler_sieve", NO_HANDLERS),
    LeftOut::all("install_handler", NO_HANDLERS),
    LeftOut::all("nested_handlers", NO_HANDLERS),
    LeftOut::all("nested_once", NO_HANDLERS),
    LeftOut::all("new_effects", NO_HANDLERS),
    LeftOut::all("order_book", NO_HANDLERS),
    LeftOut::all("parsing_dollars", NO_HANDLERS),
    LeftOut::all("plain_handler", NO_HANDLERS),
    LeftOut::all("product_early", NO_HANDLERS),
    LeftOut::all("resume_churn", NO_HANDLERS),
    LeftOut::all("resume_nontail", NO_HANDLERS),
    LeftOut::all("transfer_churn", NO_HANDLERS),
    LeftOut::all("deep_recursion", C_STACK).above(10_000),
];

const LOOP: [LeftOut; 1] = [LeftOut::all(
    "transfer_churn",
    "the loop's answer is a transfer already: it would be resume_churn again",
)];

/// Where there are neither effects nor handlers.
const NO_HANDLERS: &str = "it has coroutines and tasks, but no handlers of effects";

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use doeff_reports::{Engine as Name, Mode};

    use super::{ALL, Published, entrants};
    use crate::cell::Cell;
    use crate::python::{with_python, workspace};
    use crate::roster::Entrant;
    use crate::seat::Seat;
    use crate::workload::{Source, Workload};

    fn peers() -> PathBuf {
        workspace().join("bench-suites/peers")
    }

    fn programs() -> PathBuf {
        workspace().join("bench-suites/programs")
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(folder).expect("it is a folder");
        let names = entries.map(|entry| entry.expect("it is readable").file_name());
        names
            .map(|name| name.into_string().expect("it is text"))
            .collect()
    }

    fn pins(peer: &Published) -> BTreeMap<String, String> {
        let path = peers().join(peer.folder).join("requirements.txt");
        let text = fs::read_to_string(path).expect("it is there");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pins = lines.map(|line| {
            let (name, version) = line.split_once("==").expect("each line is a pin");
            (name.to_owned(), version.to_owned())
        });
        pins.collect()
    }

    #[test]
    fn every_folder_is_that_of_a_peer() {
        let mut folders: BTreeSet<_> = ALL.iter().map(|peer| peer.folder.to_owned()).collect();
        folders.insert("worker.py".to_owned());
        assert_eq!(names(&peers()), folders);
    }

    #[test]
    fn every_version_is_pinned_and_the_package_is_the_one_that_reports_name() {
        for peer in &ALL {
            let (name, pins) = (&peer.name, pins(peer));
            let about = name.about().expect("reports know it");
            if [Name::ASYNCIO, Name::LOOP].contains(name) {
                assert!(pins.is_empty(), "{pins:?}");
                continue;
            }
            let (package, rest) = about.split_once(' ').expect("a sentence");
            let version = pins.get(package).unwrap_or_else(|| panic!("{package}"));
            assert!(rest.starts_with(&format!("{version} ")), "{about}");
        }
    }

    #[test]
    fn every_peer_is_told_of_with_its_environment_and_its_idiom() {
        let read = |name| fs::read_to_string(workspace().join("bench-suites").join(name));
        let text = read("METHODOLOGY.md").expect("it is there");
        for peer in &ALL {
            let heading = format!("\n## {}\n", peer.name);
            let (_, section) = text
                .split_once(&heading)
                .unwrap_or_else(|| panic!("{heading}"));
            let section = section.split("\n## ").next().unwrap_or_default();
            for word in ["**Environment.**", "**Idiom.**", "**Not expressed.**"] {
                assert!(section.contains(word), "{word} of {}", peer.name);
            }
        }
    }

    #[test]
    fn what_it_leaves_out_is_a_part_of_a_workload() {
        with_python(|py| {
            for (peer, entrant) in ALL.iter().zip(entrants()) {
                let mut left_out = BTreeMap::<String, usize>::new();
                for path in names(&programs()) {
                    let source = Source::read(&programs().join(&path)).expect("it is there");
                    let workload = Workload::check(py, source).expect("it is one");
                    let cases = workload.cases(py, Mode::Full).expect("its functions work");
                    for case in &cases {
                        let name = workload.source().name();
                        if let Some(part) = entrant.left_out(name, &case.params, case.size) {
                            *left_out.entry(part.to_string()).or_default() += 1;
                        }
                    }
                }
                // Each entry concerns a case that no entry before it does.
                let parts = peer.left_out;
                let told = parts
                    .iter()
                    .map(|part| part.absence(&peer.name).to_string());
                let told: BTreeSet<_> = told.collect();
                assert_eq!(told.len(), parts.len());
                assert_eq!(left_out.into_keys().collect::<BTreeSet<_>>(), told);
            }
        });
    }

    #[test]
    fn every_variant_is_one_of_a_workload_that_is_not_left_out() {
        for peer in &ALL {
            let folder = peers().join(peer.folder).join("variants");
            // One peer shares those of another.
            if !folder.exists() {
                assert_eq!(peer.folder, "doeff_0_4");
                continue;
            }
            for variant in names(&folder) {
                assert!(programs().join(&variant).exists(), "{variant}");
                let workload = variant.trim_end_matches(".py");
                let mut parts = peer.left_out.iter();
                let all = parts.any(|part| part.to_string() == workload);
                assert!(!all, "{workload} on {}", peer.name);
            }
        }
    }

    /// Checks the answer in every case of a quick run that the peer does not leave out.
    fn check_answers(peer: &Entrant) {
        let name = &peer.name;
        peer.make_ready()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        with_python(|py| {
            for path in names(&programs()) {
                let source = Source::read(&programs().join(&path)).expect("it is there");
                let workload = Workload::check(py, source).expect("it is one");
                let cases = workload.cases(py, Mode::Quick).expect("its functions work");
                let mut seat = Seat::new(peer);
                for case in &cases {
                    let takes = peer.takes(py, &workload, case);
                    let left_out = peer.left_out(workload.source().name(), &case.params, case.size);
                    if left_out.is_some() || !takes.expect("its functions work") {
                        continue;
                    }
                    let mut cell = Cell::new(&workload, case, name.clone(), 0);
                    cell.check(py, &mut seat);
                    assert!(cell.goes_on(), "{}: {:?}", cell.label(), cell.outcome());
                }
            }
        });
    }

    #[test]
    fn every_answer_is_right_where_nothing_is_installed() {
        let mut peers: Vec<_> = entrants().collect();
        peers.retain(|peer| [Name::ASYNCIO, Name::LOOP].contains(&peer.name));
        assert_eq!(peers.len(), 2);
        peers.iter().for_each(check_answers);
    }

    #[test]
    #[ignore = "it installs the packages"]
    fn every_answer_is_right() {
        entrants().for_each(|peer| check_answers(&peer));
    }
}
