//! Whether a change made something worse: judged against records that are committed.
//!
//! A run's records of exact figures ([`Exact`]) make one [`Record`]: rows with a figure each, the ceilings, and
//! the hashes of the workloads, under the [`Key`] of what decides such figures. [`judge()`] compares it with that
//! of the baseline and of the last release, and [`accept()`] makes it the next baseline, with the old figures of
//! what changed. Ratios of [`Times`] are not exact: they stand apart, for each model of processor, and are judged with
//! the noise that was measured. Nothing here runs or measures anything.

mod accept;
mod exact;
mod judge;
mod key;
mod memory;
mod older;
mod page;
mod record;
mod row;
mod times;
mod workloads;

pub use accept::{Refusal, accept};
pub use exact::{Exact, Found};
pub use judge::{
    Baseline, Drift, Head, Judged, Judgement, Origin, Question, RowVerdict, Verdict, judge,
    lifted_since,
};
pub use key::Key;
pub use older::read_instructions;
pub use page::{page, since_release, summary};
pub use record::{Accepted, Change, Entry, FileError, Record, Schema};
pub use row::{Kind, Row};
pub use times::{JudgedRatio, JudgedTimes, NoTimes, Ratio, Times};
