//! How noisy a machine was during a run.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Up to which spread of the calibration loop the grade is A.
pub const SPREAD_A: f64 = 0.01;
/// Up to which spread the grade is B.
pub const SPREAD_B: f64 = 0.03;
/// Up to which spread the grade is C; beyond it is D.
pub const SPREAD_C: f64 = 0.10;
/// From which mean share of stolen time on the grade is no better than C.
pub const STEAL_C: f64 = 0.05;
/// Of how many rounds the spread is judged at least.
pub const MIN_ROUNDS: usize = 3;

/// What was seen of the machine in one round of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// How long the calibration loop took, in nanoseconds. It always does the same work.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub calibration_ns: f64,
    /// The share of time that the hypervisor took for others, 0 to 1. None where the system does not say.
    #[schemars(extend("minimum" = 0, "maximum" = 1))]
    pub steal: Option<f64>,
    /// Whether the processor or the control group was throttled.
    pub throttled: bool,
    /// The load average of the last minute.
    #[schemars(extend("minimum" = 0))]
    pub load: f64,
}

/// A grade of noise, best first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Grade {
    /// The calibration loop spreads by 1 % at most.
    A,
    /// It spreads by 3 % at most.
    B,
    /// It spreads by 10 % at most, or the machine was throttled or stolen from.
    C,
    /// It spreads by more: times mean nothing.
    D,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        })
    }
}

/// How noisy the machine was over all rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// The grade. None where there are fewer than [`MIN_ROUNDS`] rounds, or a calibration is not a time.
    pub grade: Option<Grade>,
    /// The spread of the calibration loop: the root mean square of the logarithms' deviations from their median.
    /// 0.01 is 1 %. One slow round among many is to show, so it is not a quartile. None where there is no grade.
    pub spread: Option<f64>,
    /// The mean share of stolen time over the rounds that have one.
    pub steal: Option<f64>,
    /// In how many rounds the machine was throttled.
    pub throttled: usize,
    /// The highest load.
    pub load: f64,
    /// How many rounds there were.
    pub rounds: usize,
}

impl Noise {
    /// Grades the rounds of a run.
    pub fn of(rounds: &[Round]) -> Self {
        let spread = spread(rounds);
        let steals: Vec<_> = rounds.iter().filter_map(|round| round.steal).collect();
        // Numbers of rounds are small.
        #[expect(clippy::cast_precision_loss)]
        let steal = (!steals.is_empty()).then(|| steals.iter().sum::<f64>() / steals.len() as f64);
        let throttled = rounds.iter().filter(|round| round.throttled).count();
        let disturbed = throttled > 0 || steal.is_some_and(|steal| steal >= STEAL_C);
        let best = if disturbed { Grade::C } else { Grade::A };
        Self {
            grade: spread.map(|spread| Grade::of_spread(spread).max(best)),
            spread,
            steal,
            throttled,
            load: rounds.iter().map(|round| round.load).fold(0.0, f64::max),
            rounds: rounds.len(),
        }
    }
}

impl Grade {
    fn of_spread(spread: f64) -> Self {
        if spread <= SPREAD_A {
            Self::A
        } else if spread <= SPREAD_B {
            Self::B
        } else if spread <= SPREAD_C {
            Self::C
        } else {
            Self::D
        }
    }
}

fn spread(rounds: &[Round]) -> Option<f64> {
    let mut logs: Vec<_> = rounds
        .iter()
        .map(|round| round.calibration_ns.ln())
        .collect();
    if logs.len() < MIN_ROUNDS || logs.iter().any(|log| !log.is_finite()) {
        return None;
    }
    let median = super::median(&mut logs);
    let squares: f64 = logs.iter().map(|log| (log - median).powi(2)).sum();
    // Numbers of rounds are small.
    #[expect(clippy::cast_precision_loss)]
    let count = logs.len() as f64;
    Some((squares / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::{Grade, Noise, Round};

    fn rounds(calibrations: &[f64]) -> Vec<Round> {
        calibrations
            .iter()
            .map(|&calibration_ns| Round {
                calibration_ns,
                steal: None,
                throttled: false,
                load: 0.5,
            })
            .collect()
    }

    #[test]
    fn the_grade_follows_the_spread() {
        let grade = |by: f64| Noise::of(&rounds(&[1e6, 1e6 * by, 1e6 / by, 1e6 * by])).grade;
        assert_eq!(grade(1.0), Some(Grade::A));
        assert_eq!(grade(1.009), Some(Grade::A));
        assert_eq!(grade(1.02), Some(Grade::B));
        assert_eq!(grade(1.08), Some(Grade::C));
        assert_eq!(grade(1.2), Some(Grade::D));
    }

    #[test]
    fn one_slow_round_among_many_shows() {
        let mut calibrations = vec![1e6; 20];
        assert_eq!(Noise::of(&rounds(&calibrations)).grade, Some(Grade::A));
        calibrations[7] = 2e6;
        assert_eq!(Noise::of(&rounds(&calibrations)).grade, Some(Grade::D));
    }

    #[test]
    fn throttling_and_steal_spoil_a_good_grade_and_do_not_mend_a_bad_one() {
        let mut steady = rounds(&[1e6; 4]);
        steady[1].throttled = true;
        let noise = Noise::of(&steady);
        assert_eq!((noise.grade, noise.throttled), (Some(Grade::C), 1));

        let mut steady = rounds(&[1e6; 4]);
        steady[0].steal = Some(0.02);
        assert_eq!(Noise::of(&steady).grade, Some(Grade::A));
        steady[1].steal = Some(0.10);
        let noise = Noise::of(&steady);
        assert_eq!(noise.grade, Some(Grade::C));
        assert!((noise.steal.expect("two rounds have it") - 0.06).abs() < 1e-12);

        let mut wild = rounds(&[1e6, 2e6, 1e6]);
        wild[0].throttled = true;
        assert_eq!(Noise::of(&wild).grade, Some(Grade::D));
    }

    #[test]
    fn there_is_no_grade_without_anything_to_judge() {
        assert_eq!(Noise::of(&[]).grade, None);
        assert_eq!(Noise::of(&rounds(&[1e6, 1e6])).grade, None);
        assert_eq!(Noise::of(&rounds(&[1e6, 0.0, 1e6])).grade, None);
        assert_eq!(Noise::of(&rounds(&[1e6, f64::NAN, 1e6])).spread, None);
    }

    #[test]
    fn grades_are_letters_in_text_and_in_records() {
        assert_eq!(Grade::B.to_string(), "B");
        assert_eq!(
            serde_json::to_string(&Grade::D).expect("it is a unit"),
            "\"D\""
        );
        assert!(Grade::A < Grade::D);
    }
}
