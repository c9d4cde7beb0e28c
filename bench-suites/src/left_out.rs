//! What an engine leaves out, and why.

use std::fmt;

use doeff_reports::{Absence, Engine, Params, format};

/// A part of a workload that an engine leaves out, and why.
#[derive(Clone, Copy, Debug)]
pub struct LeftOut {
    workload: &'static str,
    /// As `name=value`; `None` for all parameters.
    parameter: Option<&'static str>,
    /// Only what is larger than this.
    above: Option<u64>,
    /// What is missing, or does not work.
    pub reason: &'static str,
}

impl LeftOut {
    /// A whole workload.
    pub(crate) const fn all(workload: &'static str, reason: &'static str) -> Self {
        Self {
            workload,
            parameter: None,
            above: None,
            reason,
        }
    }

    /// The part of a workload that has this parameter, as `name=value`.
    pub(crate) const fn with(
        workload: &'static str,
        parameter: &'static str,
        reason: &'static str,
    ) -> Self {
        Self {
            workload,
            parameter: Some(parameter),
            above: None,
            reason,
        }
    }

    /// Only what is larger than this of it.
    pub(crate) const fn above(self, size: u64) -> Self {
        Self {
            above: Some(size),
            ..self
        }
    }

    /// Whether a workload with these parameters at this size belongs to it.
    pub(crate) fn concerns(&self, workload: &str, params: &Params, size: u64) -> bool {
        let has = |parameter| params.pairs().any(|pair| pair == parameter);
        self.workload == workload
            && self.parameter.is_none_or(has)
            && self.above.is_none_or(|above| size > above)
    }

    /// What the record says of it.
    pub(crate) fn absence(&self, engine: &Engine) -> Absence {
        Absence {
            engine: engine.clone(),
            workload: Some(self.workload.to_owned()),
            parameter: self.parameter.map(str::to_owned),
            above: self.above,
            reason: self.reason.to_owned(),
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.workload)?;
        if let Some(parameter) = self.parameter {
            write!(f, " ({parameter})")?;
        }
        if let Some(above) = self.above {
            write!(f, " above n = {}", format::count(above))?;
        }
        Ok(())
    }
}
