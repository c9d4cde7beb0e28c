//! Costs over something that grows, both on log axes: a line with whiskers per series, and the law that fits it.

use plotters::prelude::*;

use super::axis::LogAxis;
use super::{
    GRID, INK, LOOKS, Look, Marker, PlotError, SCALE, STROKE, Span, TEXT, corners, drawn, pixels,
    plain_tick,
};

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<LogAxis, LogAxis>>;

/// One line.
pub(crate) struct Series {
    /// Index of its look.
    pub(crate) look: usize,
    /// Its points, smallest `at` first.
    pub(crate) points: Vec<Point>,
    /// Points of the law that fits it: a thin line.
    pub(crate) law: Vec<(f64, f64)>,
}

/// One point with its interval.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub(crate) at: f64,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
}

/// Points of a curve from the first to the last of the points, at equal distances on a log axis.
pub(crate) fn along(points: &[Point], curve: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    let step = |index: u32| {
        let at = first.at * (last.at / first.at).powf(f64::from(index) / f64::from(STEPS));
        (at, curve(at))
    };
    let line = (0..=STEPS).map(step);
    line.filter(|(_, value)| value.is_finite() && *value > 0.0)
        .collect()
}

/// In how many steps a law is drawn.
const STEPS: u32 = 16;

/// What the axes are called.
pub(crate) struct Axes<'a> {
    /// What stands below the horizontal one.
    pub(crate) x: &'a str,
    /// The ticks of the horizontal one with their labels; none for powers of ten.
    pub(crate) names: &'a [(f64, String)],
    /// The labels of the vertical one.
    pub(crate) y_tick: fn(f64) -> String,
}

/// The plot; `None` without a point that has a place on it.
pub(crate) fn plot(series: &[Series], axes: &Axes) -> Result<Option<String>, PlotError> {
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    let all = || series.iter().flat_map(|series| &series.points);
    let ends = all().flat_map(|point| {
        let (low, high) = point.interval.unwrap_or((point.value, point.value));
        [low, high]
    });
    let (Some(x), Some(y)) = (
        Span::of(all().map(|point| point.at).filter(positive)),
        Span::of(ends.filter(positive)),
    ) else {
        return Ok(None);
    };
    let (x, y) = (x.at_least(4.0).padded(0.06), y.at_least(4.0).padded(0.08));
    let ticks = if axes.names.is_empty() {
        x.ticks()
    } else {
        axes.names.iter().map(|(at, _)| *at).collect()
    };
    let name = |at: f64| match axes
        .names
        .iter()
        .find(|(tick, _)| (tick / at).ln().abs() < 1e-9)
    {
        Some((_, name)) => name.clone(),
        None => plain_tick(at),
    };
    let svg = drawn(520, 320, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10 * SCALE)
            .margin_right(18 * SCALE)
            .x_label_area_size(38 * SCALE)
            .y_label_area_size(58 * SCALE)
            .build_cartesian_2d(x.axis_with(ticks), y.axis())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(STROKE))
            .axis_style(INK.stroke_width(STROKE))
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .x_label_formatter(&|at| name(*at))
            .y_label_formatter(&|value| (axes.y_tick)(*value))
            .set_all_tick_mark_size(0)
            .x_desc(axes.x)
            .draw()?;
        // In reverse, so that the first engine lies on top.
        for series in series.iter().rev() {
            draw(&mut chart, series, y)?;
        }
        Ok(())
    })?;
    Ok(Some(svg))
}

fn draw(chart: &mut Chart, series: &Series, y: Span) -> Result<(), PlotError> {
    let look = &LOOKS[series.look];
    let line = look.light.stroke_width(2 * STROKE);
    let medians = series.points.iter().map(|point| (point.at, point.value));
    if series.points.len() > 1 {
        chart.draw_series(LineSeries::new(medians, line))?;
    }
    if series.law.len() > 1 {
        let law = series.law.iter().copied();
        chart.draw_series(LineSeries::new(law, look.light.stroke_width(STROKE / 2)))?;
    }
    for point in &series.points {
        // What a marker would cover is not drawn.
        let visible = |(low, high): &(f64, f64)| (high / low).ln() > (y.high / y.low).ln() * 0.04;
        if let Some(interval) = point.interval.filter(visible) {
            whisker(chart, point.at, interval, look)?;
        }
        mark(chart, (point.at, point.value), look)?;
    }
    Ok(())
}

fn whisker(
    chart: &mut Chart,
    at: f64,
    (low, high): (f64, f64),
    look: &Look,
) -> Result<(), PlotError> {
    let style = look.light.stroke_width(STROKE);
    chart.draw_series([PathElement::new([(at, low), (at, high)], style)])?;
    for end in [low, high] {
        let half = pixels(4);
        chart.draw_series([
            EmptyElement::at((at, end)) + PathElement::new([(-half, 0), (half, 0)], style)
        ])?;
    }
    Ok(())
}

fn mark(chart: &mut Chart, at: (f64, f64), look: &Look) -> Result<(), PlotError> {
    let filled = look.light.filled();
    match look.marker {
        Marker::Circle => {
            chart.draw_series([EmptyElement::at(at) + Circle::new((0, 0), 4 * SCALE, filled)])?;
        }
        other => {
            chart.draw_series([EmptyElement::at(at) + Polygon::new(corners(other), filled)])?;
        }
    }
    Ok(())
}
