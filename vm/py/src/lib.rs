//! `doeff_vm`: a virtual machine for algebraic effects in Python.
//!
//! The core machine, in `doeff-vm-core`, knows no Python. This crate gives it Python's objects
//! (`host`), makes the calls that it asks for (`driver`), and defines the classes that programs
//! use ([`program`], [`do_function`], [`node`], [`continuation`]).
//!
//! What is public here besides the module serves the benchmarks' floor, which drives the same
//! classes without a machine. All of it expects the calling thread to hold the interpreter.

mod annotation;
mod answer;
pub mod calls;
mod classify;
mod clause;
mod closing;
pub mod continuation;
mod debug;
mod direct;
pub mod do_call;
pub mod do_function;
mod doeff;
mod driver;
mod effect_class;
mod effect_instance;
mod effects;
mod exceptions;
mod freelist;
pub mod generator;
mod host;
mod messages;
mod module;
pub mod node;
mod node_slots;
mod note;
pub mod object;
mod primitives;
pub mod program;
mod runs;
mod specs;
pub mod stdlib;
pub mod tail;
mod trash;
pub mod types;
mod vm;
mod watch;

pub use module::doeff_vm;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
