//! What did not run, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Params;
use crate::{Engine, format};

/// An engine, or a part of a workload on it, that did not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// The engine.
    pub engine: Engine,
    /// The workload; null for all of them.
    pub workload: Option<String>,
    /// Only what has this parameter, as `name=value`; null for all.
    pub parameter: Option<String>,
    /// Only what is larger than this; null for all sizes.
    pub above: Option<u64>,
    /// Why, in one line.
    pub reason: String,
}

impl Absence {
    /// An engine that did not run at all.
    pub fn of_engine(engine: Engine, reason: impl Into<String>) -> Self {
        Self {
            engine,
            workload: None,
            parameter: None,
            above: None,
            reason: reason.into(),
        }
    }

    /// Whether it is about a workload with these parameters at this size.
    pub fn concerns(&self, workload: &str, params: &Params, size: u64) -> bool {
        let of_workload = self.workload.as_ref().is_none_or(|own| own == workload);
        let of_params = self
            .parameter
            .as_ref()
            .is_none_or(|own| params.pairs().any(|pair| pair == *own));
        of_workload && of_params && self.above.is_none_or(|above| size > above)
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(workload) = &self.workload else {
            return write!(f, "{}: {}", self.engine, self.reason);
        };
        f.write_str(workload)?;
        if let Some(parameter) = &self.parameter {
            write!(f, " ({parameter})")?;
        }
        if let Some(above) = self.above {
            write!(f, " above n = {}", format::count(above))?;
        }
        write!(f, " on {}: {}", self.engine, self.reason)
    }
}
