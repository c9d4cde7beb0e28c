//! What is measured.

use serde::Serialize;

/// A workload to be measured.
#[derive(Debug)]
pub(super) struct Planned {
    /// What tables call it.
    pub(super) name: &'static str,
    /// Its file, in `bench-suites`.
    pub(super) file: &'static str,
    /// Parameters, as text.
    pub(super) params: &'static [(&'static str, &'static str)],
    /// The size of one repetition. The clock is looked at in between, so it is short: with company
    /// each operation may have to wait for the interpreter.
    pub(super) repetition: u64,
}

pub(super) const WORKLOADS: [Planned; 4] = [
    Planned {
        name: "resume_churn",
        file: "programs/resume_churn.py",
        params: &[],
        repetition: 100,
    },
    Planned {
        name: "builtin_effects get",
        file: "programs/builtin_effects.py",
        params: &[("effect", "get")],
        repetition: 100,
    },
    Planned {
        name: "nested_handlers typed 64",
        file: "programs/nested_handlers.py",
        params: &[("depth", "64"), ("typed", "true")],
        repetition: 100,
    },
    Planned {
        name: LONG_SEARCH,
        file: "src/gil/long_search.py",
        params: &[],
        repetition: 1,
    },
];

/// The workload that the promise is about.
pub(super) const LONG_SEARCH: &str = "long_search";

/// What runs the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    /// The function `run`, which makes a VM for the occasion.
    Run,
    /// `VM(gil="adaptive")`.
    Adaptive,
    /// `VM(gil="strict")`.
    Strict,
}

impl Way {
    /// The ways of a VM.
    pub(super) const OF_A_VM: [Self; 2] = [Self::Adaptive, Self::Strict];

    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Run, Self::Adaptive, Self::Strict];

    /// What a VM is made with.
    pub(super) fn gil(self) -> Option<&'static str> {
        match self {
            Self::Run => None,
            Self::Adaptive => Some("adaptive"),
            Self::Strict => Some("strict"),
        }
    }

    /// What tables call it.
    pub(super) fn name(self) -> &'static str {
        self.gil().unwrap_or("run()")
    }
}

/// Who is on the other thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Companion {
    /// A loop in plain Python.
    Counter,
    /// Another VM, made alike, with the same workload.
    Machine,
    /// A thread that sleeps for a millisecond at a time.
    Sleeper,
}

impl Companion {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Counter, Self::Machine, Self::Sleeper];
}

/// What is measured at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// A companion that is no machine, alone.
    Companion(Companion),
    /// A workload, by its place, alone.
    Alone(usize, Way),
    /// A workload in company.
    Pair(usize, Way, Companion),
}

/// All cells, those that others are compared with among them.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = vec![
        Cell::Companion(Companion::Counter),
        Cell::Companion(Companion::Sleeper),
    ];
    for workload in 0..WORKLOADS.len() {
        cells.extend(Way::ALL.map(|way| Cell::Alone(workload, way)));
        for companion in Companion::ALL {
            cells.extend(Way::OF_A_VM.map(|way| Cell::Pair(workload, way, companion)));
        }
    }
    cells
}
