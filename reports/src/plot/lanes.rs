//! Ratios as dots with intervals, a lane per workload.

use plotters::coord::types::RangedCoordi32;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::LogAxis;
use super::{
    Area, GRID, INK, LOOKS, Marker, PlotError, SCALE, STROKE, Span, TEXT, corners, drawn, pixels,
    shortened,
};

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<LogAxis, RangedCoordi32>>;

/// One lane.
pub(crate) struct Lane {
    /// What it is of.
    pub(crate) label: String,
    /// What stands at its right end.
    pub(crate) note: String,
    /// The ratios, the most important one last.
    pub(crate) dots: Vec<Dot>,
    /// What counts as no difference, around 1: 0.01 is 1 %.
    pub(crate) margin: Option<f64>,
}

/// A ratio with its interval.
pub(crate) struct Dot {
    pub(crate) look: usize,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
}

/// How lanes are laid out.
#[derive(Clone, Copy)]
pub(crate) enum Labels {
    /// In a column left of the dots, for a wide page.
    Beside,
    /// Above each lane, for a narrow one.
    Above,
}

/// The axis of the ratios.
pub(crate) struct Axis {
    /// The smallest ratio between its ends.
    pub(crate) at_least: f64,
    /// The ticks; none for powers of ten.
    pub(crate) ticks: Vec<f64>,
    /// Their labels.
    pub(crate) label: fn(f64) -> String,
}

const LANE: i32 = 24;
const LABEL_LINE: i32 = 19;
const AXIS: i32 = 28;
const MARGIN: i32 = 8;
/// Room for the note at the right end.
const NOTE: i32 = 62;

/// The plot; `None` without a dot.
pub(crate) fn plot(
    lanes: &[Lane],
    axis: &Axis,
    labels: Labels,
) -> Result<Option<String>, PlotError> {
    let dots = lanes.iter().flat_map(|lane| &lane.dots);
    let ends = dots.flat_map(|dot| {
        let (low, high) = dot.interval.unwrap_or((dot.value, dot.value));
        [low, high]
    });
    let bands = lanes.iter().filter_map(|lane| lane.margin);
    let bands = bands.flat_map(|margin| [1.0 - margin, 1.0 + margin]);
    let values = ends
        .chain(bands)
        .filter(|value| value.is_finite() && *value > 0.0);
    let Some(span) = Span::of(values.chain([1.0])) else {
        return Ok(None);
    };
    if lanes.iter().all(|lane| lane.dots.is_empty()) {
        return Ok(None);
    }
    let (width, label_column, lane_height): (i32, i32, i32) = match labels {
        Labels::Beside => (1000, 330, LANE),
        Labels::Above => (380, 12, LANE + LABEL_LINE),
    };
    let content = lane_height * i32::try_from(lanes.len()).unwrap_or(0);
    let height = content + AXIS + 2 * MARGIN;
    let right = f64::from(NOTE) / f64::from(width - label_column);
    let span = span
        .at_least(axis.at_least)
        .padded_each(0.03, right.max(0.03));
    let ticks = if axis.ticks.is_empty() {
        span.ticks()
    } else {
        let inside = |tick: &f64| (span.low..=span.high).contains(tick);
        axis.ticks.iter().copied().filter(inside).collect()
    };
    let svg = drawn(width.unsigned_abs(), height.unsigned_abs(), |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(MARGIN.unsigned_abs() * SCALE)
            .x_label_area_size(AXIS.unsigned_abs() * SCALE)
            .y_label_area_size((label_column - MARGIN).unsigned_abs() * SCALE)
            .build_cartesian_2d(span.axis_with(ticks), content..0)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(STROKE))
            .axis_style(TRANSPARENT)
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .x_label_formatter(&|ratio| (axis.label)(*ratio))
            .draw()?;
        for (index, lane) in lanes.iter().enumerate() {
            let top = lane_height * i32::try_from(index).unwrap_or(0);
            draw_lane(area, &mut chart, lane, labels, top)?;
        }
        Ok(())
    })?;
    Ok(Some(svg))
}

fn draw_lane(
    area: &Area,
    chart: &mut Chart,
    lane: &Lane,
    labels: Labels,
    top: i32,
) -> Result<(), PlotError> {
    let middle = top
        + LANE / 2
        + if matches!(labels, Labels::Above) {
            LABEL_LINE
        } else {
            0
        };
    write_label(area, chart, lane, labels, (top, middle))?;
    // A line per lane, since one for all would run through the labels above the lanes.
    let one = [(1.0, middle - LANE / 2), (1.0, middle + LANE / 2)];
    chart.draw_series([PathElement::new(one, INK.stroke_width(STROKE))])?;
    if let Some(margin) = lane.margin {
        let band = [(1.0 - margin, middle - 5), (1.0 + margin, middle + 5)];
        chart.draw_series([Rectangle::new(band, GRID.filled())])?;
    }
    for dot in &lane.dots {
        let look = &LOOKS[dot.look];
        let style = look.light.stroke_width(2 * STROKE);
        if let Some((low, high)) = dot.interval {
            let (from, to) = [low, high]
                .map(|end| chart.backend_coord(&(end, middle)).0)
                .into();
            // What the dot would cover is not drawn.
            if to - from > 10 * SCALE.cast_signed() {
                chart.draw_series([PathElement::new([(low, middle), (high, middle)], style)])?;
            }
        }
        let at = EmptyElement::at((dot.value, middle));
        let filled = look.light.filled();
        match look.marker {
            Marker::Circle => {
                chart.draw_series([at + Circle::new((0, 0), 5 * SCALE, filled)])?;
            }
            other => {
                chart.draw_series([at + Polygon::new(corners(other), filled)])?;
            }
        }
    }
    Ok(())
}

/// Writes a lane's label, and its note at the right end.
fn write_label(
    area: &Area,
    chart: &Chart,
    lane: &Lane,
    labels: Labels,
    (top, middle): (i32, i32),
) -> Result<(), PlotError> {
    let font = ("sans-serif", TEXT).into_font().color(&INK);
    let (across, _) = chart.plotting_area().get_pixel_range();
    let at = |nominal: i32| chart.backend_coord(&(1.0, nominal)).1;
    let right = font.pos(Pos::new(HPos::Right, VPos::Center));
    let note = Text::new(lane.note.clone(), (across.end, at(middle)), right.clone());
    area.draw(&note)?;
    match labels {
        Labels::Beside => {
            let label = shortened(&lane.label, 54);
            area.draw(&Text::new(
                label,
                (across.start - pixels(14), at(middle)),
                right,
            ))
        }
        Labels::Above => {
            let left = font.pos(Pos::new(HPos::Left, VPos::Center));
            let label = shortened(&lane.label, 50);
            area.draw(&Text::new(
                label,
                (across.start, at(top + LABEL_LINE / 2 + 2)),
                left,
            ))
        }
    }
}
