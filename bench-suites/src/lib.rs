//! The comparison: workloads, the engines that run them, and the harness that measures.
//!
//! A workload is a Python file in `programs/` ([`workload`]). An [`engine`] turns one case of it into
//! something that runs; the adapters are in [`engines`], and the harness knows nothing else of them.
//! [`compare`] puts it together: every engine gets its own compiled copy of every workload, each
//! cell (case and engine) is warmed up and its answer checked, samples are taken in rounds of random
//! order ([`schedule`], [`measure`]), and a report is written ([`record`]).
//!
//! [`instructions`] counts instructions instead, of the VM and the floor, and asserts ceilings.
//!
//! How the comparison's figures come about, and what they do not show:
//!
//! - The clock runs around whole runs only. A sample repeats short runs, so that it takes long
//!   enough to be read off the clock; programs are built before it, answers compared after it.
//! - Python's garbage collector stays enabled and is part of what is measured. A full collection
//!   before each sample, outside the timing, makes all samples start alike.
//! - Machines install the handlers and start the body in each run; the floor and plain calls have
//!   nothing to install. At small sizes this shows.
//! - Each engine runs a copy of the code of its own, because `CPython` specialises the bytecode of a
//!   code object for whoever runs it first.
//! - One process runs everything, so all engines share an interpreter, an allocator and the noise
//!   of the machine; random order spreads that noise over all of them. Only the peers have processes of
//!   their own, which do as this one does; `METHODOLOGY.md` tells how, `BIAS.md` whom it favours.

pub mod arguments;
pub mod compare;
pub mod core_alone;
pub mod engine;
pub mod engines;
pub mod gil;
pub mod instructions;
pub mod measure;
pub mod memory;
pub mod progress;
pub mod python;
pub mod record;
pub mod refcount;
pub mod schedule;
pub mod workload;
