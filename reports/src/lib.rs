//! Benchmark records: their types and JSON schema, the comparison drawn from one, and its renderings for the
//! terminal, as Markdown and as a self-contained HTML page. Beside them the record of the instruction counts
//! ([`Instructions`]), which holds its ceilings and verdicts itself, that of the allocations ([`Allocations`]) and that
//! of what runs leave behind ([`Refcounts`]); and the judging of exact figures against committed ones ([`gate`]).
//!
//! The crate measures nothing. It reads a [`Report`] or is handed one, computes a [`Comparison`] from it once,
//! and every renderer shows that comparison. Renderers know engines by name only; two have a role: the
//! [floor](Engine::FLOOR) is the unit of the multiples and [cesk](Engine::CESK) is the rival.

pub mod allocations;
mod engine;
pub mod format;
pub mod gate;
pub mod html;
pub mod instructions;
pub mod markdown;
mod plot;
mod read;
pub mod record;
pub mod refcounts;
pub mod stats;
pub mod table;
pub mod terminal;
pub mod text;
mod write;

pub use allocations::Allocations;
pub use engine::Engine;
pub use instructions::Instructions;
pub use read::ReadError;
pub use record::{
    Machine, Measurement, Mode, Params, RecordError, Report, Schema, Settings, Versions,
};
pub use refcounts::Refcounts;
pub use stats::Summary;
pub use table::Comparison;
pub use write::{WriteError, write};
