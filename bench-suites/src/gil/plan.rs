//! What is measured.

use serde::Serialize;

/// A workload to be measured.
#[derive(Debug)]
pub(super) struct Planned {
    /// What it is called here.
    pub(super) name: &'static str,
    /// Its file, in `bench-suites`.
    pub(super) file: &'static str,
    /// Parameters, as text.
    pub(super) params: &'static [(&'static str, &'static str)],
    /// The size of one repetition. The clock is looked at in between, so it is short: with company
    /// each operation may have to wait for the interpreter.
    pub(super) repetition: u64,
}

pub(super) const WORKLOADS: [Planned; 5] = [
    Planned {
        name: "resume_churn",
        file: "programs/resume_churn.py",
        params: &[],
        repetition: 100,
    },
    Planned {
        name: "get",
        file: "programs/builtin_effects.py",
        params: &[("effect", "get")],
        repetition: 100,
    },
    Planned {
        name: "nested_handlers",
        file: "programs/nested_handlers.py",
        params: &[("depth", "64"), ("typed", "true")],
        repetition: 100,
    },
    Planned {
        name: "long_search",
        file: "src/gil/long_search.py",
        params: &[("through", "typed")],
        repetition: 1,
    },
    Planned {
        name: "long_chain",
        file: "src/gil/long_search.py",
        params: &[("through", "readers")],
        repetition: 1,
    },
];

/// The place of the workload that the promise is about.
pub(super) const LONG_SEARCH: usize = 3;

/// What runs the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worker {
    /// It counts, in plain Python.
    Counter,
    /// It sleeps.
    Sleeper,
    /// It runs a workload, by its place.
    Machine(usize, Way),
}

/// What is measured at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// One thread alone.
    Alone(Worker),
    /// A thread in company.
    Pair(Worker, Companion),
}

impl Companion {
    /// What it does beside that worker.
    pub(super) fn beside(self, worker: Worker) -> Worker {
        match self {
            Self::Counter => Worker::Counter,
            Self::Machine => worker,
            Self::Sleeper => Worker::Sleeper,
        }
    }
}

impl Cell {
    /// Whose cell it is.
    pub(super) fn worker(self) -> Worker {
        match self {
            Self::Alone(worker) | Self::Pair(worker, _) => worker,
        }
    }
}

impl Worker {
    /// Those of one group are measured one after the other: they are compared.
    pub(super) fn group(self) -> Option<usize> {
        match self {
            Self::Counter | Self::Sleeper => None,
            Self::Machine(workload, _) => Some(workload),
        }
    }

    /// What tables call it: the workload and the way.
    pub(super) fn names(self) -> [&'static str; 2] {
        match self {
            Self::Counter => ["plain Python", ""],
            Self::Sleeper => ["sleeping", ""],
            Self::Machine(workload, way) => [WORKLOADS[workload].name, way.name()],
        }
    }
}

/// The cells of some workloads, and what they are compared with.
pub(super) fn cells(workloads: &[usize]) -> Vec<Cell> {
    let mut cells = vec![
        Cell::Alone(Worker::Counter),
        Cell::Alone(Worker::Sleeper),
        Cell::Pair(Worker::Counter, Companion::Counter),
        Cell::Pair(Worker::Counter, Companion::Sleeper),
    ];
    for &workload in workloads {
        cells.extend(Way::ALL.map(|way| Cell::Alone(Worker::Machine(workload, way))));
        for companion in [Companion::Counter, Companion::Machine, Companion::Sleeper] {
            let pair = |way| Cell::Pair(Worker::Machine(workload, way), companion);
            cells.extend(Way::OF_A_VM.map(pair));
        }
    }
    cells
}
