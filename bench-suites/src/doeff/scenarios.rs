//! What is measured, and what is required of it.

use doeff_reports::doeff::{Part, Required, Where};

/// A scenario of a file in `doeff/scenarios`.
#[derive(Debug)]
pub(super) struct Planned {
    /// What it is called.
    pub(super) name: &'static str,
    /// Its file without `.py`, and its name there.
    pub(super) place: (&'static str, &'static str),
    pub(super) lives_in: Where,
    /// `None` where it must not be slower.
    pub(super) required: Option<Required>,
    /// Whether its Python can run without a machine.
    pub(super) has_python: bool,
    /// Operations of one run.
    pub(super) size: u64,
    /// The right answer.
    pub(super) answer: fn(u64) -> u64,
}

/// What is required of each shape, in times. It stands here and nowhere else.
const BUILT_IN: f64 = 5.0;
const CONSTANT_EFFECT: f64 = 2.8;
const NEW_EFFECT: f64 = 1.8;
const NON_TAIL: f64 = 1.7;
const PROGRAM_CALL: f64 = 1.3;

const SIZE: u64 = 1_000;

/// All scenarios, in the order of the table.
#[rustfmt::skip] // a table
pub(super) const SCENARIOS: [Planned; 23] = [
    whole("constant effect", ("round_trip", "same_object"), CONSTANT_EFFECT, twice),
    whole("constant effect, untyped handler", ("round_trip", "untyped"), CONSTANT_EFFECT, twice),
    whole("constant effect, transfer", ("round_trip", "transfer"), CONSTANT_EFFECT, twice),
    whole("new effect object", ("round_trip", "new_object"), NEW_EFFECT, triangle),
    whole("non-tail resume", ("round_trip", "non_tail"), NON_TAIL, thrice),
    whole("pass-through, 1 handler", ("round_trip", "pass_1"), CONSTANT_EFFECT, twice),
    whole("pass-through, 5 handlers", ("round_trip", "pass_5"), CONSTANT_EFFECT, twice),
    whole("pass-through, 20 handlers", ("round_trip", "pass_20"), CONSTANT_EFFECT, twice),
    whole("typed out, 5 handlers", ("round_trip", "typed_5"), CONSTANT_EFFECT, twice),
    whole("typed out, 20 handlers", ("round_trip", "typed_20"), CONSTANT_EFFECT, twice),
    whole("program calls", ("calls", "plain"), PROGRAM_CALL, triangle),
    whole("nested calls", ("calls", "nested"), PROGRAM_CALL, once),
    whole("deep calls", ("calls", "deep"), PROGRAM_CALL, once),
    free("calls that raise", ("calls", "raising"), once),
    whole("state, one get object", ("library", "get_same"), BUILT_IN, twice),
    rest("state, new gets and puts", ("library", "get_and_put"), BUILT_IN, half),
    rest("reader, one ask object", ("library", "ask_same"), BUILT_IN, twice),
    rest("reader, new asks", ("library", "ask_new"), BUILT_IN, twice),
    Planned { lives_in: Where::Python, ..free("writer", ("library", "tell_new"), once) },
    of_python("try", ("library", "try"), 100, once),
    of_python("install and run", ("round_trip", "install"), 100, twice),
    of_python("spawn and gather", ("tasks", "spawn_and_gather"), 100, spawned),
    of_python("promise wake-up", ("tasks", "wake_up"), 100, below),
];

/// Nothing is required of it.
const fn free(
    name: &'static str,
    place: (&'static str, &'static str),
    answer: fn(u64) -> u64,
) -> Planned {
    Planned {
        name,
        place,
        lives_in: Where::Machine,
        required: None,
        has_python: true,
        size: SIZE,
        answer,
    }
}

/// The whole of it must be so many times faster.
const fn whole(
    name: &'static str,
    place: (&'static str, &'static str),
    times: f64,
    answer: fn(u64) -> u64,
) -> Planned {
    let of = Part::Whole;
    Planned {
        required: Some(Required { times, of }),
        ..free(name, place, answer)
    }
}

/// What is left of it without doeff's Python must be.
const fn rest(
    name: &'static str,
    place: (&'static str, &'static str),
    times: f64,
    answer: fn(u64) -> u64,
) -> Planned {
    let of = Part::Rest;
    Planned {
        required: Some(Required { times, of }),
        ..free(name, place, answer)
    }
}

/// It is doeff's Python almost all, which does not run without a machine.
const fn of_python(
    name: &'static str,
    place: (&'static str, &'static str),
    size: u64,
    answer: fn(u64) -> u64,
) -> Planned {
    Planned {
        lives_in: Where::Python,
        has_python: false,
        size,
        ..free(name, place, answer)
    }
}

fn once(n: u64) -> u64 {
    n
}

fn twice(n: u64) -> u64 {
    2 * n
}

fn thrice(n: u64) -> u64 {
    3 * n
}

fn half(n: u64) -> u64 {
    n / 2
}

/// The numbers from 1 to n, together.
fn triangle(n: u64) -> u64 {
    n * (n + 1) / 2
}

/// The numbers below n, together.
fn below(n: u64) -> u64 {
    triangle(n - 1)
}

/// Tasks come 50 at a time, each group numbered from 1 on.
fn spawned(n: u64) -> u64 {
    n / 50 * triangle(50) + triangle(n % 50)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{SCENARIOS, spawned};
    use crate::doeff::file;

    #[test]
    fn every_scenario_has_a_name_of_its_own_and_is_in_its_file() {
        let names: BTreeSet<_> = SCENARIOS.iter().map(|planned| planned.name).collect();
        assert_eq!(names.len(), SCENARIOS.len());
        for planned in &SCENARIOS {
            let (name, scenario) = planned.place;
            let text = fs::read_to_string(file(name)).expect("the file is there");
            let parts = if planned.has_python { 2 } else { 1 };
            let found = text.matches(&format!("\n    \"{scenario}\": ")).count();
            assert_eq!(found, parts, "{}", planned.name);
        }
    }

    #[test]
    fn tasks_are_numbered_by_group() {
        let numbers = (0..120).map(|task| task % 50 + 1);
        assert_eq!(spawned(120), numbers.sum::<u64>());
    }
}
