//! The comparison: workloads, the engines that run them, and the harness that measures.
//!
//! A workload is a Python file in `programs/` ([`workload`]). The engines are on the [`roster`]; each runs in a
//! process of its own, a [worker](workers), to which the harness sends one case after the other. An [`engine`] of
//! ours is an adapter in [`engines`], which this program serves itself; a published package is an environment and a
//! stand-in in `peers/`. [`compare`] puts it together: for each of several generations of fresh processes it warms up
//! every [`cell`] (case and engine), takes short slices in [rounds](schedule) of random order, watches the
//! [machine's noise](noise), checks every answer, and writes a report ([`record`]).
//!
//! [`instructions`] counts instructions instead, of the VM and the floor, and asserts ceilings. [`research`] tells
//! how they grow with the size, and runs cases for profilers. [`doeff`] compares two wheels under doeff's own programs.
//!
//! How the comparison's figures come about, and what they do not show:
//!
//! - A worker reads the clock around whole runs only. A slice repeats short runs, so that it takes about a
//!   millisecond; programs are built before it, answers compared after it. Only one worker runs at a time.
//! - In a round the engines of one workload, parameters and size follow each other in random order: their slices are
//!   a pair, which the noise of the machine meets alike. Ratios are those of pairs.
//! - Where code and data happen to lie changes a process for as long as it lives, so there are several generations.
//! - Python's garbage collector stays enabled and is part of what is measured. A full collection
//!   before each slice, outside the timing, makes all slices start alike.
//! - Machines install the handlers and start the body in each run; the floor and plain calls have
//!   nothing to install. At small sizes this shows.
//! - Each engine compiles a copy of the code of its own, because `CPython` specialises the bytecode of a
//!   code object for whoever runs it first.
//!
//! `METHODOLOGY.md` tells how published packages are measured, `BIAS.md` whom it favours.

pub mod arguments;
pub mod cell;
pub mod compare;
pub mod core_alone;
pub mod doeff;
pub mod engine;
pub mod engines;
pub mod gil;
pub mod instructions;
pub mod left_out;
mod loaded;
pub mod memory;
pub mod noise;
pub mod progress;
pub mod python;
pub mod record;
pub mod refcount;
pub mod research;
pub mod roster;
pub mod schedule;
pub mod seat;
pub mod workers;
pub mod workload;
