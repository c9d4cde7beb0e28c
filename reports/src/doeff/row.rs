//! One scenario's row: how many times faster it is, whole and without doeff's Python.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Samples, Scenario};
use crate::format;
use crate::stats::bootstrap::{Estimate, Nested, NestedError, Resampling};
use crate::stats::verdict::{Judgement, Verdict};
use crate::stats::{Summary, median};

/// The same of both wheels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beside<T> {
    /// Of the published wheel.
    pub published: T,
    /// Of ours.
    pub ours: T,
}

impl<T> Beside<T> {
    fn map<U>(&self, of: impl Fn(&T) -> U) -> Beside<U> {
        Beside {
            published: of(&self.published),
            ours: of(&self.ours),
        }
    }
}

/// Where most of the code that a scenario runs lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// In the wheel.
    Machine,
    /// In doeff's Python, which both wheels run alike.
    Python,
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Machine => "the machine",
            Self::Python => "doeff's Python",
        })
    }
}

/// A part of a scenario's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of it.
    Whole,
    /// What is left without doeff's Python.
    Rest,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Whole => "whole",
            Self::Rest => "rest",
        })
    }
}

/// How many times faster our wheel must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// The published wheel's time over ours, at least.
    pub times: f64,
    /// Of which part.
    pub of: Part,
}

impl fmt::Display for Required {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the {}", format::times(self.times), self.of)
    }
}

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Where most of what it runs lives.
    pub lives_in: Where,
    /// How many times faster it must be; `None` where it must not be slower.
    pub required: Option<Required>,
    /// Nanoseconds an operation takes, in the median.
    pub whole_ns: Beside<f64>,
    /// What of it is doeff's Python; `None` where that cannot run alone.
    pub python_ns: Option<Beside<f64>>,
    /// The published wheel's time over ours, of pairs of slices.
    pub whole: Estimate,
    /// The same without doeff's Python, of the lower quartiles of each process's slices. `None` where that is unknown, or
    /// takes as long as the whole.
    pub rest: Option<Estimate>,
    /// The verdict on our time over the published wheel's, once it was judged among the others.
    pub judgement: Option<Judgement>,
}

impl Row {
    pub(super) fn of(scenario: &Scenario, resampling: &Resampling) -> Result<Self, NestedError> {
        let Beside { published, ours } = &scenario.whole;
        let estimate = |processes| {
            Nested::of_processes(processes).map(|nested| Estimate::of(&nested, resampling))
        };
        let rests = scenario
            .python
            .as_ref()
            .and_then(|python| rests(&scenario.whole, python));
        Ok(Self {
            name: scenario.name.clone(),
            lives_in: scenario.lives_in,
            required: scenario.required,
            whole_ns: scenario.whole.map(overall),
            python_ns: scenario.python.as_ref().map(|python| python.map(overall)),
            whole: estimate(ratios(published, ours))?,
            rest: rests.map(estimate).transpose()?,
            judgement: None,
        })
    }

    /// Our time over the published wheel's. Intervals are symmetric on the logarithmic scale, so it is the inverse.
    pub fn time(&self) -> Estimate {
        let Estimate {
            median, low, high, ..
        } = self.whole;
        Estimate {
            median: 1.0 / median,
            low: 1.0 / high,
            high: 1.0 / low,
            ..self.whole
        }
    }

    /// How many times faster the part is that something is required of.
    pub fn reached(&self) -> Option<f64> {
        let estimate = match self.required?.of {
            Part::Whole => Some(self.whole),
            Part::Rest => self.rest,
        };
        estimate.map(|estimate| estimate.median)
    }

    /// Whether it is as many times faster as it must be; `None` where nothing is required.
    pub fn met(&self) -> Option<bool> {
        let required = self.required?;
        Some(self.reached().is_some_and(|times| times >= required.times))
    }

    /// What is not as it must be.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(required) = self.required.filter(|_| self.met() == Some(false)) {
            let reached = self
                .reached()
                .map_or("cannot be told".to_owned(), format::times);
            problems.push(format!("{}: {reached}, not {required}", self.name));
        }
        if let Some(judgement) = self.judgement
            && judgement.verdict == Verdict::Slower
        {
            let time = format::change(self.time().median);
            problems.push(format!("{}: slower, {time}", self.name));
        }
        problems
    }
}

/// The first time over the second, of each pair of slices.
fn ratios(over: &Samples, under: &Samples) -> Vec<Vec<f64>> {
    let of_process = |(over, under): (&Vec<f64>, &Vec<f64>)| {
        over.iter().zip(under).map(|(a, b)| a / b).collect()
    };
    over.iter().zip(under).map(of_process).collect()
}

/// What is left of the wholes without Python, published over ours, one for each process. Lower quartiles are taken before
/// the difference: what disturbs a slice only makes it longer, and where it does so to half of them it moves a median, of
/// which a difference makes the more, the less is left. `None` where nothing is left.
fn rests(whole: &Beside<Samples>, python: &Beside<Samples>) -> Option<Vec<Vec<f64>>> {
    let left = |whole: &Samples, python: &Samples| -> Option<Vec<f64>> {
        let left = whole
            .iter()
            .zip(python)
            .map(|(whole, python)| Some(undisturbed(whole)? - undisturbed(python)?));
        left.map(|ns| ns.filter(|&ns| ns > 0.0)).collect()
    };
    let published = left(&whole.published, &python.published)?;
    let ours = left(&whole.ours, &python.ours)?;
    let pairs = published.iter().zip(&ours);
    Some(
        pairs
            .map(|(published, ours)| vec![published / ours])
            .collect(),
    )
}

/// The lower quartile of the slices of a process; `None` where there are none.
fn undisturbed(slices: &[f64]) -> Option<f64> {
    Summary::of(slices).ok().map(|summary| summary.low)
}

/// The median of all slices.
fn overall(samples: &Samples) -> f64 {
    median(&mut samples.concat())
}
