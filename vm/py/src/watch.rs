//! When the driver sees to signals, and when it lets other threads have the interpreter.
//!
//! Python code sees to both by itself. Only where the machine, or a chain of calls that run no
//! bytecode, goes on for long does the driver have to.

use std::time::{Duration, Instant};

use pyo3::ffi;

use crate::calls;
use crate::effects::Snapshot;
use crate::host::{PyEvent, PyMachine, PyMode, PyYielded};
use crate::object::{Ref, take_error};

/// How a run deals with the interpreter's lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Gil {
    /// It is kept over short runs of the machine's steps and given up over long ones.
    #[default]
    Adaptive,
    /// It is given up for every step; after others had it for a while, it is first kept for as long.
    Strict,
}

/// How many calls the driver makes between two looks at the clock: some tenths of a millisecond.
const CALLS: u32 = 4096;

/// How long the interpreter is kept from other threads: a little more than CPython's default switch interval. CPython
/// makes the holder wait for a thread only if that has waited for a whole interval; one that is passed over begins to
/// wait anew. So a longer interval keeps others out. It is not asked for: that would allocate within the run.
const INTERVAL: Duration = Duration::from_millis(7);

/// The watch of one run.
pub struct Watch {
    gil: Gil,
    calls_left: u32,
    /// When others last had the interpreter, as far as that was looked at.
    since: Option<Instant>,
    /// Until when the interpreter is kept, where every step would give it up.
    kept_until: Option<Instant>,
    /// The type of the effect that is searched for while the interpreter is let go.
    snapshot: Option<Snapshot>,
}

impl Watch {
    /// A watch that begins with the first look at the clock.
    pub fn new(gil: Gil) -> Self {
        Self {
            gil,
            calls_left: CALLS,
            since: None,
            kept_until: None,
            snapshot: None,
        }
    }

    /// Makes a step of the machine.
    pub fn step(&mut self, machine: &mut PyMachine, mode: PyMode) -> PyEvent {
        match self.gil {
            Gil::Adaptive => machine.step(mode),
            Gil::Strict if self.kept_until.is_some_and(|until| Instant::now() < until) => {
                machine.step(mode)
            }
            Gil::Strict => self.step_detached(machine, mode),
        }
    }

    /// Makes the rest of a step that was paused, without the interpreter. A signal's exception ends
    /// it.
    #[cold]
    pub fn finish_step(&mut self, machine: &mut PyMachine, mut mode: PyMode) -> PyEvent {
        loop {
            self.since = Some(Instant::now());
            if let Err(interrupt) = check_signals() {
                return PyEvent::Continue(PyMode::Throw(interrupt));
            }
            match self.step_detached(machine, mode) {
                PyEvent::Paused(next) => mode = next,
                event => return event,
            }
        }
    }

    fn step_detached(&mut self, machine: &mut PyMachine, mut mode: PyMode) -> PyEvent {
        let searched = match &mut mode {
            PyMode::HandleYield(
                PyYielded::Perform { effect_type, .. } | PyYielded::Delegate { effect_type, .. },
            ) => Some(effect_type),
            PyMode::HandleYield(PyYielded::Search { .. }) => machine.searched_type_mut(),
            _ => None,
        };
        if let Some(effect_type) = searched {
            let snapshot = Snapshot::of(*effect_type);
            *effect_type = snapshot.effect_type();
            self.snapshot = Some(snapshot);
        }
        // SAFETY: the interpreter is held. A step moves the host's objects and neither looks into
        // them nor drops any; the one thing that it reads, the effect's type, is a snapshot.
        let (event, ended) = unsafe {
            calls::detached(|| {
                let event = machine.step(mode);
                (event, Instant::now())
            })
        };
        let back = Instant::now();
        // A thread that computes keeps it for a whole switch interval, however short the step was: without a fair
        // share a program would get one step in each.
        self.kept_until = Some(back + (back - ended).min(INTERVAL));
        event
    }

    /// The driver is about to send a value, or to answer for a built-in handler.
    ///
    /// # Errors
    /// What a signal's handler raised.
    #[inline]
    pub fn tick(&mut self) -> Result<(), Ref> {
        self.calls_left -= 1;
        if self.calls_left == 0 {
            return self.look();
        }
        Ok(())
    }

    #[cold]
    fn look(&mut self) -> Result<(), Ref> {
        self.calls_left = CALLS;
        match self.since {
            // A run looks at the clock for the first time here: short ones never do.
            None => self.since = Some(Instant::now()),
            Some(since) if since.elapsed() >= INTERVAL => {
                // SAFETY: the interpreter is held, and nothing is done meanwhile.
                unsafe { calls::detached(|| ()) };
                self.since = Some(Instant::now());
            }
            Some(_) => {}
        }
        check_signals()
    }
}

fn check_signals() -> Result<(), Ref> {
    // SAFETY: the interpreter is held.
    match unsafe { ffi::PyErr_CheckSignals() } {
        0 => Ok(()),
        _ => Err(take_error()),
    }
}
