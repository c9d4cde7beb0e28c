//! Which sizes and sets of parameters are meant where that is not said, or said in part.

use anyhow::{Result, bail};
use doeff_reports::{Engine, Mode, Params};
use pyo3::prelude::*;

use crate::workload::Workload;

/// The largest size of a sweep and the smallest that it may be, before the last step.
const LARGEST: std::ops::RangeInclusive<u64> = 3_000..=100_000;

/// How many sizes a sweep has: one more than it has costs, which span three decades.
const SIZES: i32 = 14;

/// The largest size over the smallest. The costs are those between two sizes, so three decades between
/// the first cost and the last, and a little more for rounding, take this.
const RANGE: f64 = 1_800.0;

/// The largest size at which a case is profiled by default.
const PROFILED: u64 = 10_000;

/// The places of the sets of parameters that have all these values, each as `name=value`.
///
/// # Errors
/// When there is none.
pub(super) fn with_params(workload: &Workload, wanted: &[String]) -> Result<Vec<usize>> {
    let has_all = |params: &Params| {
        let pairs: Vec<String> = params.pairs().collect();
        wanted.iter().all(|pair| pairs.contains(pair))
    };
    let all = workload.params().iter().enumerate();
    let places: Vec<_> = all
        .filter(|(_, params)| has_all(params))
        .map(|(place, _)| place)
        .collect();
    if places.is_empty() {
        let sets = workload.params().iter().map(|params| format!("({params})"));
        bail!(
            "{} has no parameters ({}); it has {}",
            workload.source().name(),
            wanted.join(", "),
            sets.collect::<Vec<_>>().join(", ")
        );
    }
    Ok(places)
}

/// The sizes of a sweep of these parameters on an engine; none where it does not run them.
///
/// # Errors
/// What the workload's functions raised.
pub(super) fn sizes(
    py: Python<'_>,
    workload: &Workload,
    params_index: usize,
    engine: &Engine,
) -> Result<Vec<u64>> {
    let own = workload.sizes(Mode::Full).iter().copied();
    let largest = own.clone().max().unwrap_or_default();
    let largest = largest.clamp(*LARGEST.start(), *LARGEST.end());
    // One that the engine does not run at that size may have a smaller one that it runs.
    let mut candidates: Vec<u64> = own.filter(|size| *size < largest).collect();
    candidates.push(largest);
    candidates.sort_unstable();
    while let Some(size) = candidates.pop() {
        let case = workload.case(py, params_index, size)?;
        if workload.is_for(py, engine, &case)? {
            return Ok(spread(size));
        }
    }
    Ok(Vec::new())
}

/// Sizes that are evenly spread on a logarithmic scale, from a thousandth of `largest`, which at least one is
/// near.
// Sizes are far below 2^52, and positive.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn spread(largest: u64) -> Vec<u64> {
    let first = (largest / 1_000).max(1) as f64;
    let step = RANGE.powf(f64::from(SIZES - 1).recip());
    let sizes = (0..SIZES).map(|number| (first * step.powi(number)).round() as u64);
    let mut sizes: Vec<u64> = sizes.collect();
    sizes.dedup();
    sizes
}

/// The size at which a case is profiled where none is named.
pub(super) fn profiled(workload: &Workload) -> u64 {
    let sizes = workload.sizes(Mode::Full).iter().copied();
    let small = sizes.clone().filter(|size| *size <= PROFILED).max();
    small.or_else(|| sizes.min()).unwrap_or(PROFILED)
}

#[cfg(test)]
mod tests {
    use doeff_reports::Engine;
    use doeff_reports::fit::{FEWEST_SIZES, NARROWEST_RANGE};
    use doeff_reports::sweep::Point;

    use super::{profiled, sizes, with_params};
    use crate::compare::workloads;
    use crate::python::with_python;

    #[test]
    fn every_workload_is_swept_over_sizes_that_a_fit_takes() {
        with_python(|py| {
            for workload in workloads(py, &[]).expect("the workloads are good") {
                let name = workload.source().name();
                let sizes = sizes(py, &workload, 0, &Engine::VM).expect("its functions work");
                let points = sizes.windows(2).map(|pair| Point {
                    from: pair[0],
                    to: pair[1],
                    count: 1.0,
                });
                let points: Vec<_> = points.map(|point| point.size()).collect();
                assert!(points.len() >= FEWEST_SIZES + 3, "{name}: {sizes:?}");
                let range = points[points.len() - 1] / points[0];
                assert!(range >= NARROWEST_RANGE, "{name}: {sizes:?}");
            }
        });
    }

    #[test]
    fn what_an_engine_leaves_out_has_no_sizes() {
        with_python(|py| {
            let workloads = workloads(py, &["order_book".to_owned()]).expect("it is there");
            let of = |engine| sizes(py, &workloads[0], 0, &engine).expect("its functions work");
            assert_eq!(of(Engine::FLOOR), [0; 0]);
            // cesk is not asked for more than 1,000, nor the VM for less than 10,000.
            assert!(of(Engine::CESK).last().is_some_and(|size| *size < 2_000));
            assert!(of(Engine::VM).last().is_some_and(|size| *size > 10_000));
        });
    }

    #[test]
    fn sets_of_parameters_are_found_by_their_values() {
        with_python(|py| {
            let workloads = workloads(py, &["nested_handlers".to_owned()]).expect("it is there");
            let found = |wanted: &[&str]| {
                let wanted: Vec<_> = wanted.iter().map(|pair| (*pair).to_owned()).collect();
                with_params(&workloads[0], &wanted).map(|places| places.len())
            };
            assert_eq!(found(&[]).expect("all"), workloads[0].params().len());
            assert_eq!(found(&["depth=4", "typed=true"]).expect("it is one"), 1);
            let error = found(&["depth=5"]).expect_err("there is none").to_string();
            assert!(error.contains("(depth=64, typed=false)"), "{error}");
        });
    }

    #[test]
    fn a_profile_is_of_a_size_that_the_comparison_has() {
        with_python(|py| {
            let names = ["resume_churn", "exceptions"].map(str::to_owned);
            let workloads = workloads(py, &names).expect("they are there");
            let sizes = workloads.iter().map(profiled);
            assert_eq!(sizes.collect::<Vec<_>>(), [1_000, 10_000]);
        });
    }
}
