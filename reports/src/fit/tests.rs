use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};
use statrs::distribution::{ContinuousCDF as _, Normal};

use super::{Fit, FitError, Law, exponent};

/// A generator whose numbers are the same with every version and machine.
struct Noise(Pcg64Mcg);

impl Noise {
    fn seeded(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// Evenly between 0 and 1, both excluded.
    fn uniform(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// Of a normal distribution around 1.
    fn factor(&mut self, deviation: f64) -> f64 {
        let normal = Normal::new(1.0, deviation).expect("the deviation is positive");
        normal.inverse_cdf(self.uniform())
    }

    /// Between two positive numbers, evenly on a logarithmic scale.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.uniform())
    }
}

/// Sizes from 100 to 100,000.
fn sizes(count: u32) -> Vec<f64> {
    let steps = f64::from(count - 1);
    let exponents = (0..count).map(|step| 2.0 + 3.0 * f64::from(step) / steps);
    exponents
        .map(|exponent| 10_f64.powf(exponent).round())
        .collect()
}

/// Costs that follow a law, of a random height, and that grow by a random factor of 1.5 to 1,000.
fn costs(law: Law, count: u32, deviation: f64, noise: &mut Noise) -> Vec<(f64, f64)> {
    let sizes = sizes(count);
    let height = noise.between(1.0, 10_000.0);
    let growth = noise.between(0.5, 1_000.0);
    let shape = |n: f64| -> f64 {
        match law {
            Law::Constant => 0.0,
            Law::Logarithmic => n.ln() / 1e5_f64.ln(),
            Law::Linear => n / 1e5,
            Law::Quadratic => (n / 1e5).powi(2),
        }
    };
    let mut points: Vec<_> = sizes
        .into_iter()
        .map(|n| (n, height * growth.mul_add(shape(n), 1.0)))
        .collect();
    for (_, cost) in &mut points {
        *cost *= noise.factor(deviation);
    }
    points
}

fn fitted(points: &[(f64, f64)]) -> Fit {
    Fit::of(points).expect("the points are many and far apart")
}

#[test]
fn every_law_is_found_50_times_of_50_in_noise_of_1_percent() {
    for count in [10, 13] {
        for law in Law::ALL {
            let right = (0..50).filter(|seed| {
                let points = costs(law, count, 0.01, &mut Noise::seeded(*seed));
                fitted(&points).law == Some(law)
            });
            assert_eq!(right.count(), 50, "{law}, {count} sizes");
        }
    }
}

#[test]
fn in_noise_small_growth_passes_for_less_than_it_is() {
    let named = |growth: f64, shape: fn(f64) -> f64| {
        let verdicts = (0..100).map(|seed| {
            let mut noise = Noise::seeded(seed);
            let points: Vec<_> = sizes(13)
                .into_iter()
                .map(|n| (n, growth.mul_add(shape(n / 1e5), 1.0) * noise.factor(0.01)))
                .collect();
            fitted(&points).law
        });
        verdicts.collect::<Vec<_>>()
    };
    let count = |verdicts: &[Option<Law>], law| {
        let named = verdicts.iter().filter(|verdict| **verdict == Some(law));
        named.count()
    };
    let linear = named(0.05, |n| n);
    assert!(
        (50..=80).contains(&count(&linear, Law::Constant)),
        "{linear:?}"
    );
    let quadratic = named(0.2, |n| n * n);
    assert!(
        (20..=40).contains(&count(&quadratic, Law::Linear)),
        "{quadratic:?}"
    );
    assert!(count(&quadratic, Law::Constant) == 0, "{quadratic:?}");
}

#[test]
fn noise_passes_for_growth_once_in_a_thousand_times_at_most() {
    let wrong = (0..1_000).filter(|seed| {
        let points = costs(Law::Constant, 13, 0.01, &mut Noise::seeded(1_000 + seed));
        fitted(&points).law != Some(Law::Constant)
    });
    let wrong = wrong.count();
    assert!(wrong < 2, "{wrong} of 1,000");
}

#[test]
fn the_interval_holds_the_exponent_19_times_of_20() {
    let holds = |seed| {
        let mut noise = Noise::seeded(seed);
        let points: Vec<_> = sizes(10)
            .into_iter()
            .map(|n| (n, 7.0 * n.powf(0.5) * noise.factor(0.01)))
            .collect();
        let exponent = exponent(&points);
        exponent.low <= 0.5 && 0.5 <= exponent.high
    };
    let holding = (0..2_000).filter(|seed| holds(*seed)).count();
    assert!((1_860..=1_940).contains(&holding), "{holding} of 2,000");
}

#[test]
fn coefficients_and_exponent_of_an_exact_law_are_found() {
    let points: Vec<_> = sizes(8)
        .into_iter()
        .map(|n| (n, 50.0 + 3.0 * n + 0.25 * n * n))
        .collect();
    let fit = fitted(&points);
    assert_eq!(fit.law, Some(Law::Quadratic));
    let [a, b, c] = fit.best().coefficients;
    let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-6;
    assert!(
        close(a, 50.0) && close(b, 3.0) && close(c, 0.25),
        "{a} {b} {c}"
    );
    assert!(close(fit.best().at(1_000.0), 253_050.0));
    let power: Vec<_> = sizes(7).into_iter().map(|n| (n, 2.0 * n)).collect();
    let fit = fitted(&power);
    assert_eq!(fit.law, Some(Law::Linear));
    assert!((fit.exponent.estimate - 1.0).abs() < 1e-9);
    assert!(fit.exponent.high - fit.exponent.low < 1e-6);
}

#[test]
fn counts_that_are_all_alike_are_constant() {
    let points: Vec<_> = sizes(7).into_iter().map(|n| (n, 1_234.0)).collect();
    let fit = fitted(&points);
    assert_eq!(fit.law, Some(Law::Constant));
    assert!((fit.margin() - 7_f64.ln()).abs() < 1e-9, "{}", fit.margin());
    assert_eq!(fit.runner_up().law, Law::Logarithmic);
}

#[test]
fn one_instruction_in_a_thousand_is_seen_where_there_is_no_noise() {
    let points: Vec<_> = sizes(10)
        .into_iter()
        .map(|n| (n, 2_500.0 + n / 1_000.0))
        .collect();
    assert_eq!(fitted(&points).law, Some(Law::Linear));
}

#[test]
fn a_few_sizes_at_which_something_else_happens_hide_nothing() {
    // As an effect costs less where the numbers are small.
    let costs = |growth: fn(f64) -> f64| -> Vec<_> {
        let costs = sizes(13).into_iter().map(|n| {
            let base = match n {
                ..150.0 => 2_324.0,
                ..200.0 => 2_371.1,
                _ => 2_426.2,
            };
            (n, base + growth(n))
        });
        costs.collect()
    };
    let constant = fitted(&costs(|_| 0.0));
    assert_eq!(constant.law, Some(Law::Constant), "{constant}");
    assert!((constant.best().coefficients[0] / 2_426.2 - 1.0).abs() < 1e-3);
    let linear = fitted(&costs(|n| n / 1_000.0));
    assert_eq!(linear.law, Some(Law::Linear), "{linear}");
    assert!((linear.best().coefficients[1] - 0.001).abs() < 1e-4);
    assert_eq!(
        fitted(&costs(|n| 10.0 * n.ln())).law,
        Some(Law::Logarithmic)
    );
}

#[test]
fn growth_that_does_not_matter_is_none() {
    let grown = |by: f64| {
        let points: Vec<_> = sizes(13)
            .into_iter()
            .map(|n| (n, 1_000.0 * (1.0 + by * (n / 100.0).ln() / 1_000_f64.ln())))
            .collect();
        fitted(&points).law
    };
    assert_eq!(grown(0.015), Some(Law::Constant));
    assert_eq!(grown(0.025), Some(Law::Logarithmic));
    // A step, which no law describes.
    let step: Vec<_> = sizes(13)
        .into_iter()
        .map(|n| (n, if n < 3_000.0 { 32_631.0 } else { 32_911.0 }))
        .collect();
    assert_eq!(fitted(&step).law, Some(Law::Constant));
}

#[test]
fn what_noise_hides_is_undecided() {
    // Growth of a tenth cannot be told from none where costs scatter as much.
    for law in Law::ALL {
        let decided = (0..50).filter(|seed| {
            let mut noise = Noise::seeded(*seed);
            let mut points = costs(law, 10, 0.000_001, &mut noise);
            for (_, cost) in &mut points {
                *cost *= noise.factor(0.3).max(0.01);
            }
            fitted(&points).law == Some(Law::Constant)
        });
        assert_eq!(decided.count(), 0, "{law}");
    }
}

#[test]
fn what_follows_no_law_is_undecided() {
    let falling: Vec<_> = sizes(10)
        .into_iter()
        .map(|n| (n, 100.0 + 10_000.0 / n))
        .collect();
    let fit = fitted(&falling);
    assert_eq!(fit.law, None, "{fit}");
    assert!(fit.exponent.high < 0.0);
    let cubic: Vec<_> = sizes(10).into_iter().map(|n| (n, n.powi(3))).collect();
    assert_eq!(fitted(&cubic).law, None);
}

#[test]
fn the_fit_is_told_in_a_line() {
    let points: Vec<_> = sizes(7).into_iter().map(|n| (n, 2.0 * n)).collect();
    let line = fitted(&points).to_string();
    assert!(
        line.starts_with("linear, exponent 1.0000 [1.0000, 1.0000]; runner-up quadratic (BIC +"),
        "{line}"
    );
    let falling: Vec<_> = sizes(7).into_iter().map(|n| (n, 1.0 / n)).collect();
    assert_eq!(
        fitted(&falling).to_string(),
        "undecided, exponent -1.0000 [-1.0000, -1.0000]; best constant, then logarithmic (BIC +1.9)"
    );
}

#[test]
fn too_few_sizes_and_too_narrow_ones_are_refused() {
    let of = |sizes: &[f64]| {
        let points: Vec<_> = sizes.iter().map(|&n| (n, 1.0)).collect();
        Fit::of(&points)
    };
    assert_eq!(of(&[]), Err(FitError::TooFew(0)));
    // The same size twice is one size.
    let six = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 5_000.0];
    assert_eq!(of(&six), Err(FitError::TooFew(6)));
    let narrow = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 999.0];
    assert_eq!(of(&narrow), Err(FitError::TooNarrow(999.0)));
    for bad in [0.0, -1.0, f64::INFINITY] {
        assert_eq!(Fit::of(&[(1.0, bad)]), Err(FitError::NotPositive(bad)));
        assert_eq!(Fit::of(&[(bad, 1.0)]), Err(FitError::NotPositive(bad)));
    }
}
