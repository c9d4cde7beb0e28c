//! What must not be exceeded. This is the only place that says so.

use doeff_reports::Versions;
use doeff_reports::instructions::Ceiling;

/// How many times the floor the VM may cost, by workload and parameters.
const TIMES_FLOOR: [(&str, &str, f64); 15] = [
    ("builtin_effects", "effect=ask", 1.2),
    ("builtin_effects", "effect=get", 1.2),
    ("builtin_effects", "effect=put", 1.2),
    ("builtin_effects", "effect=put_get", 1.2),
    ("builtin_effects", "effect=tell", 1.2),
    ("builtin_effects", "effect=modify", 1.25),
    ("resume_churn", "", 1.15),
    ("new_effects", "", 1.08),
    ("plain_handler", "", 1.25),
    ("transfer_churn", "", 1.2),
    ("resume_nontail", "", 1.1),
    ("program_calls", "", 1.12),
    ("exceptions", "", 1.2),
    ("runs", "", 1.2),
    ("install_handler", "", 1.2),
];

/// What one more typed handler may add to an effect that passes it.
pub(super) const TYPED_HANDLER: Ceiling = Ceiling::Instructions(24.0);

/// What one more handler may add that is called and passes the effect on.
pub(super) const UNTYPED_HANDLER: Ceiling = Ceiling::TimesFloor(1.2);

/// The exponent of what must not grow at all: half of what makes 1 % of a factor of ten.
pub(super) const FLAT: f64 = 0.002;

/// The exponent of what may grow in proportion. The rest is Python's own, and the floor has it too: small
/// integers that are cached, a garbage collector that begins to run, fresh memory.
pub(super) const LINEAR: f64 = 1.05;

/// What the floor may cost on the reference interpreter.
const FLOOR_LIMITS: [(&str, &str, f64); 5] = [
    ("resume_churn", "", 2_500.0),
    ("plain_handler", "", 1_680.0),
    ("builtin_effects", "effect=ask", 980.0),
    ("builtin_effects", "effect=put_get", 1_490.0),
    ("program_calls", "", 2_000.0),
];

fn find(table: &[(&str, &str, f64)], workload: &str, params: &str) -> Option<f64> {
    let mut rows = table.iter();
    let row = rows.find(|row| row.0 == workload && row.1 == params);
    row.map(|&(_, _, ceiling)| ceiling)
}

/// How many times the floor the VM may cost.
pub(super) fn times_floor(workload: &str, params: &str) -> Option<f64> {
    find(&TIMES_FLOOR, workload, params)
}

/// What the floor may cost, on the reference interpreter: `CPython` 3.11.7 as pyenv builds it. Other
/// builds need other numbers of instructions for the same work.
pub(super) fn floor_limit(versions: &Versions, workload: &str, params: &str) -> Option<f64> {
    let is_reference = versions.python.starts_with("3.11.7 ")
        && versions
            .python_prefix
            .split('/')
            .any(|part| part == ".pyenv");
    is_reference
        .then(|| find(&FLOOR_LIMITS, workload, params))
        .flatten()
}

/// Workload and parameters of every row above.
#[cfg(test)]
pub(super) fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = TIMES_FLOOR.iter().chain(&FLOOR_LIMITS);
    all.map(|&(workload, params, _)| (workload, params))
}

#[cfg(test)]
mod tests {
    use doeff_reports::Versions;

    use super::{floor_limit, times_floor};

    fn versions(python: &str, python_prefix: &str) -> Versions {
        Versions {
            doeff_vm: "0.1.0".to_owned(),
            python: python.to_owned(),
            python_prefix: python_prefix.to_owned(),
            rustc: "rustc 1.95.0".to_owned(),
            git_revision: None,
        }
    }

    #[test]
    fn a_ceiling_is_found_by_workload_and_parameters() {
        assert_eq!(times_floor("builtin_effects", "effect=modify"), Some(1.25));
        assert_eq!(times_floor("builtin_effects", ""), None);
        assert_eq!(times_floor("generator_stepping", ""), None);
    }

    #[test]
    fn the_floor_is_limited_on_the_reference_interpreter_alone() {
        let limit = |python, prefix| floor_limit(&versions(python, prefix), "resume_churn", "");
        let pyenv = "~/.pyenv/versions/3.11.7";
        assert_eq!(limit("3.11.7 (main, Jan 1)", pyenv), Some(2_500.0));
        assert_eq!(limit("3.11.70 (main, Jan 1)", pyenv), None);
        assert_eq!(limit("3.12.1 (main, Jan 1)", pyenv), None);
        assert_eq!(limit("3.11.7 (main, Jan 1)", "/usr"), None);
    }
}
