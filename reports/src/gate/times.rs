//! Ratios of time: what the virtual machine takes over what the floor and cesk take, measured side by side.
//!
//! They are not exact, and differ between processors. So they have a place of their own in a record, for each model of
//! processor, and are judged with the noise of both runs.

mod judged;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kind, Record};
use crate::head;
use crate::stats::bootstrap::{Estimate, Resampling};
use crate::stats::noise::Grade;
use crate::table::Figure;
use crate::{Engine, Measurement, Mode, RecordError, Report};

pub use judged::{JudgedRatio, JudgedTimes};

/// What the virtual machine's times are divided by, and what becomes of that.
const OVER: [(Engine, Kind); 2] = [
    (Engine::FLOOR, Kind::TimesFloor),
    (Engine::CESK, Kind::TimesCesk),
];

/// The ratios of one run of the comparison, on one model of processor, with the noise of that run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// The revision of the sources.
    pub revision: Option<String>,
    /// Quick or full.
    pub mode: Mode,
    /// Model name of the processor.
    pub cpu: String,
    /// How noisy the machine was; null where too few rounds tell.
    pub grade: Option<Grade>,
    /// The ratios.
    pub ratios: Vec<Ratio>,
}

/// One ratio of times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// What the virtual machine's time is divided by.
    pub kind: Kind,
    /// The workload.
    pub workload: String,
    /// The workload with its parameters and its size. With the kind it is unique.
    pub label: String,
    /// The ratio, and how well it is known.
    pub estimate: Estimate,
}

/// Why there are no ratios of times to look at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTimes {
    /// There is no record.
    #[error("there is no record of a comparison, which `cargo bench -- --quick` writes")]
    None,
    /// There is one that cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// It is not of these sources, or it is not known whether it is.
    #[error("the comparison is of {found}, this is {expected}")]
    Revision {
        /// What was compared.
        found: String,
        /// What is judged.
        expected: String,
    },
    /// A source was changed afterwards.
    #[error("{0} was changed after the comparison")]
    Older(String),
    /// It is of another interpreter, or it is not known whether it is.
    #[error("the comparison is of another interpreter")]
    Interpreter,
    /// It was not built as what is judged.
    #[error("the comparison is of a debug build")]
    Debug,
    /// It did not come to its end.
    #[error("the comparison was interrupted")]
    Partial,
    /// It is of a part of the workloads or sizes.
    #[error("the comparison is of a part, by {0}")]
    Part(String),
    /// Rows that the ratios are of have no right answer.
    #[error("the comparison has wrong answers or failures")]
    Failed,
    /// Nothing was compared with the floor or cesk, or in one process only.
    #[error("the comparison has no ratios to the floor or to cesk")]
    Empty,
}

impl From<RecordError> for NoTimes {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Io { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
                Self::None
            }
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl Times {
    /// The ratios of a comparison that was made of the same sources and interpreter as `record`.
    ///
    /// # Errors
    /// When it was not, or is not whole.
    pub fn of(report: &Report, record: &Record) -> Result<Self, NoTimes> {
        let resampling = Resampling::seeded(report.settings.seed);
        Self::resampled(report, record, &resampling)
    }

    /// As [`Self::of`], with a resampling of one's own.
    ///
    /// # Errors
    /// As there.
    pub fn resampled(
        report: &Report,
        record: &Record,
        resampling: &Resampling,
    ) -> Result<Self, NoTimes> {
        check(report, record)?;
        let ratios: Vec<_> = ratios(report, resampling).collect();
        if ratios.is_empty() {
            return Err(NoTimes::Empty);
        }
        Ok(Self {
            created: report.created.clone(),
            revision: report.versions.git_revision.clone(),
            mode: report.mode,
            cpu: report.machine.cpu.clone(),
            grade: head::noise(report).grade,
            ratios,
        })
    }

    /// Whether the machine was too noisy, or its noise is unknown.
    pub fn is_noisy(&self) -> bool {
        self.grade.is_none_or(|grade| grade == Grade::D)
    }

    /// The ratio of the same thing.
    fn ratio(&self, like: &Ratio) -> Option<&Ratio> {
        let mut ratios = self.ratios.iter();
        ratios.find(|ratio| ratio.kind == like.kind && ratio.label == like.label)
    }
}

fn check(report: &Report, record: &Record) -> Result<(), NoTimes> {
    let (found, expected) = (&report.versions.git_revision, &record.revision);
    if found != expected || found.is_none() {
        let named = |revision: &Option<String>| {
            let revision = revision.as_deref();
            revision.unwrap_or("an unknown revision").to_owned()
        };
        return Err(NoTimes::Revision {
            found: named(found),
            expected: named(expected),
        });
    }
    let libpython = report.provenance.libpython.as_ref();
    if libpython.is_none_or(|library| library.sha256 != record.key.libpython_sha256) {
        return Err(NoTimes::Interpreter);
    }
    if report.settings.further.get("debug_build") == Some(&true.into()) {
        return Err(NoTimes::Debug);
    }
    if !report.complete {
        return Err(NoTimes::Partial);
    }
    if let Some(option) = report.settings.narrowed_by().first() {
        return Err(NoTimes::Part((*option).to_owned()));
    }
    let of_ratios = [Engine::VM, Engine::FLOOR, Engine::CESK];
    let mut rows = report.results.iter();
    if rows.any(|row| of_ratios.contains(&row.engine) && !row.answer_ok()) {
        return Err(NoTimes::Failed);
    }
    Ok(())
}

/// Every ratio of a record, paired as in the comparison.
fn ratios(report: &Report, resampling: &Resampling) -> impl Iterator<Item = Ratio> {
    let machine = report.results.iter().filter(|row| row.engine == Engine::VM);
    machine.flat_map(move |row| {
        OVER.into_iter().filter_map(move |(engine, kind)| {
            let other = report.results.iter().find(|other| {
                let of_other = (&other.workload, &other.params, other.size, &other.engine);
                of_other == (&row.workload, &row.params, row.size, &engine)
            })?;
            Some(Ratio {
                kind,
                workload: row.workload.clone(),
                label: label(row),
                estimate: Figure::ratio(row, other, Some(resampling))?.estimate?,
            })
        })
    })
}

fn label(row: &Measurement) -> String {
    format!("{}, size {}", row.params.label(&row.workload), row.size)
}
