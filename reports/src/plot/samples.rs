//! Samples in the order taken: a line per process, of another colour while it warms up.

use plotters::prelude::*;

use super::{GRID, INK, LOOKS, PlotError, SCALE, STROKE, Span, TEXT, drawn};
use crate::format;

/// The samples of one process, as `(place in the order, nanoseconds per operation)`.
pub(crate) struct Process {
    /// Those before the first that counts.
    pub(crate) warm_up: Vec<(f64, f64)>,
    /// Those that count.
    pub(crate) samples: Vec<(f64, f64)>,
}

/// The look of samples that count, and of those that do not.
pub(crate) const COUNTED: usize = 0;
pub(crate) const WARM_UP: usize = 1;

/// The radius of a sample that stands alone.
const DOT: u32 = 3 * SCALE;

/// The plot; `None` without a sample.
pub(crate) fn plot(processes: &[Process]) -> Result<Option<String>, PlotError> {
    let all = || {
        processes
            .iter()
            .flat_map(|process| process.warm_up.iter().chain(&process.samples))
    };
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    let Some(y) = Span::of(all().map(|(_, ns)| *ns).filter(positive)) else {
        return Ok(None);
    };
    let end = all().map(|(at, _)| *at).fold(1.0, f64::max);
    let room = end * 0.02;
    let y = y.at_least(1.3).padded(0.08);
    let svg = drawn(520, 240, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10 * SCALE)
            .margin_right(18 * SCALE)
            .x_label_area_size(38 * SCALE)
            .y_label_area_size(58 * SCALE)
            .build_cartesian_2d(-room..end + room, y.axis_with(y.fine_ticks()))?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(STROKE))
            .axis_style(INK.stroke_width(STROKE))
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .x_label_formatter(&|place| format!("{place:.0}"))
            .set_all_tick_mark_size(0)
            .x_labels(6)
            .y_label_formatter(&|ns| format::time(*ns))
            .x_desc("samples in the order taken, process after process")
            .draw()?;
        for process in processes {
            let counted = LOOKS[COUNTED].light.stroke_width(STROKE);
            chart.draw_series(LineSeries::new(process.samples.iter().copied(), counted))?;
            // A line through one point is nothing to see.
            let alone = |points: &[(f64, f64)]| <[_; 1]>::try_from(points).ok();
            let dot = |[at]: [_; 1], look: usize| {
                let filled = LOOKS[look].light.filled();
                EmptyElement::at(at) + Circle::new((0, 0), DOT, filled)
            };
            let sample = alone(&process.samples).map(|at| dot(at, COUNTED));
            chart.draw_series(sample)?;
            // Up to the first sample that counts, so that there is no hole.
            let warm = LOOKS[WARM_UP].light.stroke_width(2 * STROKE);
            let line = process.warm_up.iter().chain(
                process
                    .samples
                    .first()
                    .filter(|_| !process.warm_up.is_empty()),
            );
            chart.draw_series(LineSeries::new(line.copied(), warm))?;
            let first = alone(&process.warm_up).filter(|_| process.samples.is_empty());
            chart.draw_series(first.map(|at| dot(at, WARM_UP)))?;
        }
        Ok(())
    })?;
    Ok(Some(svg))
}

#[cfg(test)]
mod tests {
    use super::{Process, plot};

    fn dots(warm_up: &[(f64, f64)], samples: &[(f64, f64)]) -> usize {
        let process = Process {
            warm_up: warm_up.to_vec(),
            samples: samples.to_vec(),
        };
        let svg = plot(&[process]).expect("it can be drawn");
        svg.expect("there are samples").matches("<circle").count()
    }

    #[test]
    fn a_sample_alone_is_a_dot() {
        let (one, other) = ((0.0, 200.0), (1.0, 210.0));
        assert_eq!(dots(&[], &[one]), 1);
        assert_eq!(dots(&[one], &[other]), 1);
        assert_eq!(dots(&[one], &[]), 1);
        assert_eq!(dots(&[], &[one, other]), 0);
    }
}
