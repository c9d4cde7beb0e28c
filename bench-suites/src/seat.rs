//! An engine's place in one generation of processes: its worker, which is started when it is first needed.

use std::collections::BTreeMap;

use crate::roster::Entrant;
use crate::workers::protocol::{Request, Times};
use crate::workers::{Worker, WorkerError};
use crate::workload::{Case, Workload};

/// The worker of an entrant, and the cases that are ready in it.
pub struct Seat<'a> {
    entrant: &'a Entrant,
    worker: Option<Worker>,
    /// By the case's address: cases live as long as the comparison.
    ready: BTreeMap<*const Case, u32>,
}

impl<'a> Seat<'a> {
    /// A seat without a worker.
    pub fn new(entrant: &'a Entrant) -> Self {
        Self {
            entrant,
            worker: None,
            ready: BTreeMap::new(),
        }
    }

    /// Runs a case in the worker, which is started if there is none, after a crash as at the beginning. If `warm`, it
    /// is run once more before that, untimed.
    ///
    /// # Errors
    /// What the worker raised, or that it ended.
    pub fn run(
        &mut self,
        workload: &'a Workload,
        case: &'a Case,
        runs: u32,
        warm: bool,
    ) -> Result<Times, WorkerError> {
        let done = self.try_run(workload, case, runs, warm);
        if matches!(
            done,
            Err(WorkerError::Ended { .. } | WorkerError::Hung { .. } | WorkerError::Garbled { .. })
        ) {
            self.worker = None;
            self.ready.clear();
        }
        done
    }

    fn try_run(
        &mut self,
        workload: &'a Workload,
        case: &'a Case,
        runs: u32,
        warm: bool,
    ) -> Result<Times, WorkerError> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => none.insert(self.entrant.start()?),
        };
        let key: *const Case = case;
        let number = if let Some(&number) = self.ready.get(&key) {
            number
        } else {
            let source = workload.source();
            let number = worker.ask(&Request::Prepare {
                name: source.name(),
                path: source.path(),
                text: source.text(),
                params: &case.params,
                size: case.size,
            })?;
            self.ready.insert(key, number);
            number
        };
        worker.ask(&Request::Run {
            case: number,
            runs,
            warm,
        })
    }
}
