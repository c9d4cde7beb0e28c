//! How quiet the machine is: a calibration loop, and what the system says.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use doeff_reports::Round;

/// Steps of the calibration loop: about a millisecond.
const STEPS: u32 = 400_000;

/// Watches the machine from round to round.
pub struct Watch {
    began: Instant,
    before: Counters,
}

#[derive(Clone, Copy, Default)]
struct Counters {
    /// Ticks that the hypervisor gave to others, and all ticks.
    steal: Option<(u64, u64)>,
    throttled: Option<u64>,
}

impl Watch {
    /// Begins to watch at the beginning of a run.
    pub fn begin(began: Instant) -> Self {
        Self {
            began,
            before: Counters::read(),
        }
    }

    /// Microseconds since the run began.
    pub fn at_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// A round begins. What the system counts is not known before the round has ended: [`Self::end`].
    pub fn round(&mut self, process: u32) -> Round {
        self.before = Counters::read();
        let at_us = self.at_us();
        Round {
            process,
            at_us,
            calibration_ns: calibrate(),
            steal: None,
            throttled: None,
            load: load(),
        }
    }

    /// The round has ended.
    pub fn end(&self, round: &mut Round) {
        let now = Counters::read();
        let steal = self.before.steal.zip(now.steal);
        round.steal = steal.and_then(|((stolen_then, all_then), (stolen, all))| {
            let all = all.checked_sub(all_then).filter(|&all| all > 0)?;
            #[expect(clippy::cast_precision_loss)] // ticks of a round are few
            Some(stolen.saturating_sub(stolen_then) as f64 / all as f64)
        });
        let throttled = self.before.throttled.zip(now.throttled);
        round.throttled = throttled.map(|(then, now)| now.saturating_sub(then));
    }
}

impl Counters {
    fn read() -> Self {
        Self {
            steal: fs::read_to_string("/proc/stat")
                .ok()
                .and_then(|text| steal(&text)),
            throttled: throttled(),
        }
    }
}

/// Stolen ticks and all ticks, from the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq,
/// steal, and guests, who are part of user.
fn steal(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .take(8)
        .map(|ticks| ticks.parse().ok())
        .collect::<Option<_>>()?;
    Some((*ticks.get(7)?, ticks.iter().sum()))
}

/// How often the cores were throttled since the system started; `None` where it does not count that.
fn throttled() -> Option<u64> {
    let cores = fs::read_dir("/sys/devices/system/cpu").ok()?;
    let counts = cores.filter_map(|core| {
        let count = core
            .ok()?
            .path()
            .join("thermal_throttle/core_throttle_count");
        fs::read_to_string(count).ok()?.trim().parse::<u64>().ok()
    });
    counts.reduce(|one, other| one + other)
}

/// The mean of a minute, the first figure of `/proc/loadavg`.
fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Nanoseconds that a fixed amount of work takes: steps of Marsaglia's xorshift, each of which needs the one before.
fn calibrate() -> f64 {
    let began = Instant::now();
    let mut state = black_box(0x9E37_79B9_7F4A_7C15_u64);
    for _ in 0..STEPS {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
    began.elapsed().as_secs_f64() * 1e9
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Watch, calibrate, steal};

    #[test]
    fn stolen_time_is_the_eighth_figure() {
        let text = "cpu  100 1 50 800 9 0 5 35 7 7\ncpu0 1 2 3\n";
        assert_eq!(steal(text), Some((35, 1000)));
        assert_eq!(steal("intr 5\n"), None);
        assert_eq!(steal("cpu  1 2 3\n"), None);
    }

    #[test]
    fn the_calibration_takes_time_and_is_not_optimised_away() {
        // A step takes three operations that depend on each other, so at least half a nanosecond.
        assert!(calibrate() > 200_000.0);
    }

    #[test]
    fn a_round_says_when_it_began_and_what_was_stolen() {
        let mut watch = Watch::begin(Instant::now());
        let mut round = watch.round(3);
        assert_eq!(round.process, 3);
        while calibrate() > 0.0 && watch.at_us() < round.at_us + 50_000 {}
        watch.end(&mut round);
        assert!(
            round.steal.is_none_or(|share| (0.0..=1.0).contains(&share)),
            "{round:?}"
        );
        assert!(watch.round(4).at_us > round.at_us);
    }
}
