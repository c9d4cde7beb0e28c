//! Benchmark records: their types and JSON schema, the comparison drawn from one, and its renderings for the
//! terminal, as Markdown and as a self-contained HTML page. Beside them the record of the instruction counts
//! ([`Instructions`]), which holds its ceilings and verdicts itself, that of the allocations ([`Allocations`]), that
//! of what runs leave behind ([`Refcounts`]), and the judging of exact figures against committed ones ([`gate`]).
//!
//! The crate measures nothing. It reads a [`Report`] or is handed one, computes a [`Comparison`] from it once,
//! and every renderer shows that comparison. Renderers know engines by name only; two have a role: the
//! [floor](Engine::FLOOR) is the unit of the multiples and [cesk](Engine::CESK) is the rival.

pub mod allocations;
pub mod callgrind;
pub mod changes;
pub mod controls;
pub mod doeff;
mod engine;
pub mod fit;
mod folder;
pub mod format;
pub mod gate;
mod head;
pub mod html;
pub mod instructions;
mod json;
mod lines;
pub mod markdown;
mod plot;
mod read;
pub mod record;
pub mod refcounts;
pub mod stats;
pub mod sweep;
pub mod table;
pub mod terminal;
pub mod text;
mod write;

pub use allocations::Allocations;
pub use engine::Engine;
pub use folder::{Folder, FolderError};
pub use instructions::Instructions;
pub use read::ReadError;
pub use record::{
    Absence, FileHash, Machine, Measurement, Mode, Outcome, Params, Provenance, RecordError,
    Report, Round, Schema, Settings, Slice, Versions,
};
pub use refcounts::Refcounts;
pub use stats::Summary;
pub use sweep::Sweep;
pub use table::{Cell, Comparison};
pub use write::{WriteError, check_writable, write, write_with_history};
