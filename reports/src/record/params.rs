//! Parameters of a workload.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Parameters of a workload by name. Ordered by name, then by value, numbers as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Params(BTreeMap<String, Value>);

impl Params {
    /// Each parameter as `name=value`.
    pub fn pairs(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        })
    }

    /// A workload's name with its parameters.
    pub fn label(&self, workload: &str) -> String {
        if self.is_empty() {
            workload.to_owned()
        } else {
            format!("{workload} ({self})")
        }
    }

    /// The value of one of them.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Each parameter that is a whole number.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, u64)> {
        let pairs = self.0.iter();
        pairs.filter_map(|(name, value)| Some((name.as_str(), value.as_u64()?)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Value)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.pairs().collect::<Vec<_>>().join(", "))
    }
}

impl Ord for Params {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairwise = self
            .0
            .iter()
            .zip(&other.0)
            .map(|((name_a, a), (name_b, b))| {
                name_a.cmp(name_b).then_with(|| compare_values(a, b))
            });
        pairwise
            .fold(Ordering::Equal, Ordering::then)
            .then(self.0.len().cmp(&other.0.len()))
    }
}

impl PartialOrd for Params {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn compare_values(a: &Value, b: &Value) -> Ordering {
    let numeric = match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Ordering::Equal,
    };
    // The text decides what numbers do not: other types, and numbers that an f64 cannot tell apart.
    numeric.then_with(|| a.to_string().cmp(&b.to_string()))
}
