//! Plots as SVG text. Their colours are those of the light theme; the page's style sheet maps each to a variable.

use std::io;

use plotters::coord::Shift;
use plotters::coord::combinators::{BindKeyPoints, IntoLogRange, LogCoord, WithKeyPoints};
use plotters::coord::types::RangedCoordi32;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::format;
use crate::table::{Comparison, Group};
use crate::{Engine, Summary};

pub(crate) type PlotError = DrawingAreaErrorKind<io::Error>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type LogAxis = WithKeyPoints<LogCoord<f64>>;
type CostChart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<LogAxis, LogAxis>>;
type BarChart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<LogAxis, RangedCoordi32>>;

/// How an engine looks in every plot and legend.
pub(crate) struct Look {
    /// Its colour on a light page.
    pub(crate) light: RGBColor,
    /// Its colour on a dark page.
    pub(crate) dark: RGBColor,
    marker: Marker,
}

#[derive(Clone, Copy)]
enum Marker {
    Circle,
    Triangle,
    Square,
    Diamond,
}

/// How many of [`LOOKS`] belong to the first engines of the fixed order.
const FIXED_LOOKS: usize = 4;

/// The first ones belong to vm, cesk, doeff-0.8 and floor; all other engines take the rest in turn.
pub(crate) const LOOKS: [Look; 12] = [
    Look::new([0x1d, 0x5f, 0xc4], [0x7a, 0xb4, 0xff], Marker::Circle),
    Look::new([0xc2, 0x41, 0x2d], [0xff, 0x95, 0x80], Marker::Triangle),
    Look::new([0x5d, 0x66, 0x75], [0xb4, 0xbc, 0xc9], Marker::Square),
    Look::new([0x1f, 0x8a, 0x4c], [0x6f, 0xd3, 0x9a], Marker::Diamond),
    Look::new([0x7b, 0x3f, 0xb5], [0xcf, 0xa3, 0xf5], Marker::Triangle),
    Look::new([0xa6, 0x6a, 0x00], [0xf0, 0xb9, 0x5a], Marker::Circle),
    Look::new([0x0b, 0x7f, 0x8a], [0x5f, 0xd0, 0xda], Marker::Diamond),
    Look::new([0xb5, 0x30, 0x7a], [0xff, 0x92, 0xc8], Marker::Square),
    Look::new([0x8a, 0x2b, 0x2b], [0xe0, 0x9a, 0x9a], Marker::Diamond),
    Look::new([0x5c, 0x7a, 0x00], [0xb9, 0xd6, 0x5a], Marker::Triangle),
    Look::new([0x2a, 0x2f, 0x9c], [0xa3, 0xa8, 0xff], Marker::Square),
    Look::new([0x7d, 0x56, 0x3c], [0xd6, 0xb2, 0x98], Marker::Circle),
];

/// The colour of text, axes and the line at 1×.
pub(crate) const INK: RGBColor = RGBColor(0x4a, 0x52, 0x60);
/// The colour of grid lines.
pub(crate) const GRID: RGBColor = RGBColor(0xe2, 0xe5, 0xea);

impl Look {
    const fn new(light: [u8; 3], dark: [u8; 3], marker: Marker) -> Self {
        let [red, green, blue] = light;
        let light = RGBColor(red, green, blue);
        let [red, green, blue] = dark;
        Self {
            light,
            dark: RGBColor(red, green, blue),
            marker,
        }
    }

    /// The marker as a character, for legends in text.
    pub(crate) fn glyph(&self) -> &'static str {
        match self.marker {
            Marker::Circle => "●",
            Marker::Triangle => "▲",
            Marker::Square => "■",
            Marker::Diamond => "◆",
        }
    }
}

/// The index in [`LOOKS`] of an engine.
pub(crate) fn look_index(comparison: &Comparison, engine: &Engine) -> usize {
    let known = FIXED_LOOKS;
    if engine.rank() < known {
        return engine.rank();
    }
    let others = comparison
        .engines
        .iter()
        .filter(|other| other.rank() >= known);
    known + others.take_while(|other| *other != engine).count() % (LOOKS.len() - known)
}

/// The backend's coordinates are whole pixels, so plots are drawn at twice their nominal size.
const SCALE: u32 = 2;
const TEXT: u32 = 13 * SCALE;
const STROKE: u32 = SCALE;

fn drawn(
    width: u32,
    height: u32,
    draw: impl FnOnce(&Area) -> Result<(), PlotError>,
) -> Result<String, PlotError> {
    let mut text = String::new();
    {
        let area =
            SVGBackend::with_string(&mut text, (width * SCALE, height * SCALE)).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    Ok(text)
}

/// Cost per operation over the size, both on log axes: a line with quartile whiskers per engine. `None` without a
/// point to draw.
pub(crate) fn costs(comparison: &Comparison, group: &Group) -> Result<Option<String>, PlotError> {
    let lines: Vec<(&Engine, Vec<Point>)> = comparison
        .engines
        .iter()
        .map(|engine| (engine, points(group, engine)))
        .collect();
    let all = || lines.iter().flat_map(|(_, points)| points);
    let (Some(sizes), Some(costs)) = (
        Span::of(all().map(|point| point.size)),
        Span::of(all().flat_map(|point| [point.cost.low, point.cost.high])),
    ) else {
        return Ok(None);
    };
    let (sizes, costs) = (
        sizes.at_least(4.0).padded(0.06),
        costs.at_least(4.0).padded(0.08),
    );
    let svg = drawn(520, 320, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10 * SCALE)
            .margin_right(18 * SCALE)
            .x_label_area_size(38 * SCALE)
            .y_label_area_size(54 * SCALE)
            .build_cartesian_2d(sizes.axis(), costs.axis())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(STROKE))
            .axis_style(INK.stroke_width(STROKE))
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .x_label_formatter(&|size| plain_tick(*size))
            .y_label_formatter(&|cost| time_tick(*cost))
            .x_desc("n")
            .draw()?;
        // In reverse, so that the first engine lies on top.
        for (engine, points) in lines.iter().rev() {
            let look = &LOOKS[look_index(comparison, engine)];
            cost_line(&mut chart, points, look, **engine == Engine::FLOOR)?;
        }
        Ok(())
    })?;
    Ok(Some(svg))
}

#[derive(Clone, Copy)]
struct Point {
    size: f64,
    cost: Summary,
}

fn points(group: &Group, engine: &Engine) -> Vec<Point> {
    let points = group.rows.iter().filter_map(|row| {
        // A size of zero has no place on a log axis, and no plot can show the difference beyond 2^52.
        #[expect(clippy::cast_precision_loss)]
        let size = (row.size > 0).then_some(row.size as f64)?;
        Some(Point {
            size,
            cost: row.cost(engine)?.ns_per_op,
        })
    });
    points.collect()
}

fn cost_line(
    chart: &mut CostChart,
    points: &[Point],
    look: &Look,
    dashed: bool,
) -> Result<(), PlotError> {
    let color = look.light;
    let medians = points.iter().map(|point| (point.size, point.cost.median));
    let line = color.stroke_width(2 * STROKE);
    if dashed {
        chart.draw_series(DashedLineSeries::new(medians, 6 * SCALE, 4 * SCALE, line))?;
    } else {
        chart.draw_series(LineSeries::new(medians, line))?;
    }
    for &Point { size, cost } in points {
        let whisker = color.stroke_width(STROKE);
        chart.draw_series([PathElement::new(
            [(size, cost.low), (size, cost.high)],
            whisker,
        )])?;
        for end in [cost.low, cost.high] {
            let half = pixels(4);
            chart
                .draw_series([EmptyElement::at((size, end))
                    + PathElement::new([(-half, 0), (half, 0)], whisker)])?;
        }
        let (at, filled) = ((size, cost.median), color.filled());
        match look.marker {
            Marker::Circle => {
                chart
                    .draw_series([EmptyElement::at(at) + Circle::new((0, 0), 4 * SCALE, filled)])?;
            }
            other => {
                chart.draw_series([EmptyElement::at(at) + Polygon::new(corners(other), filled)])?;
            }
        }
    }
    Ok(())
}

fn corners(marker: Marker) -> Vec<(i32, i32)> {
    match marker {
        Marker::Circle | Marker::Square => vec![(-7, -7), (7, -7), (7, 7), (-7, 7)],
        Marker::Triangle => vec![(0, -9), (9, 7), (-9, 7)],
        Marker::Diamond => vec![(0, -10), (10, 0), (0, 10), (-10, 0)],
    }
}

/// How the overview lays out its labels.
#[derive(Clone, Copy)]
pub(crate) enum Labels {
    /// In a column left of the bars, for a wide page.
    Beside,
    /// Above each row's bars, for a narrow one.
    Above,
}

const BAR: i32 = 15;
const ROW_GAP: i32 = 16;
const LABEL_LINE: i32 = 20;

/// Multiples of the floor at each group's representative size: a bar from 1× per engine, on a log axis. `None` where
/// there is no multiple to show.
pub(crate) fn overview(
    comparison: &Comparison,
    labels: Labels,
) -> Result<Option<String>, PlotError> {
    let engines = comparison.over_floor();
    let rows: Vec<_> = comparison
        .groups
        .iter()
        .filter_map(|group| {
            let row = group.representative()?;
            let multiple =
                |engine: &&Engine| Some(((*engine).clone(), row.cost(engine)?.times_floor?));
            let bars: Vec<_> = engines.iter().filter_map(multiple).collect();
            let labels = [group.label(), format!("n = {}", format::count(row.size))];
            (!bars.is_empty()).then_some((labels, bars))
        })
        .collect();
    let values = rows
        .iter()
        .flat_map(|(_, bars)| bars.iter().map(|(_, value)| *value));
    let Some(span) = Span::of(values.chain([1.0])) else {
        return Ok(None);
    };
    if rows.is_empty() {
        return Ok(None);
    }

    let (width, label_column, label_line) = match labels {
        Labels::Beside => (1000, 330, 0),
        Labels::Above => (380, 8, LABEL_LINE),
    };
    let row_height = |bars: usize| ROW_GAP + label_line + BAR * i32::try_from(bars).unwrap_or(0);
    let content: i32 = rows.iter().map(|(_, bars)| row_height(bars.len())).sum();
    let (axis_area, margin) = (28, 8);
    let height = content.unsigned_abs() + axis_area + 2 * margin;
    // Room for the figure beside the longest bar, on either side.
    let room = if span.low < 1.0 { 50.0 } else { 4.0 } / f64::from(width - label_column);
    let span = span
        .at_least(10.0)
        .padded_each(room, 64.0 / f64::from(width - label_column));

    let svg = drawn(width, height, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(margin * SCALE)
            .x_label_area_size(axis_area * SCALE)
            .y_label_area_size((label_column - margin) * SCALE)
            .build_cartesian_2d(span.axis(), content..0)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(STROKE))
            .axis_style(TRANSPARENT)
            .label_style(("sans-serif", TEXT).into_font().color(&INK))
            .x_label_formatter(&|multiple| format!("{}×", plain_tick(*multiple)))
            .draw()?;
        let mut top = ROW_GAP / 2;
        for (texts, bars) in &rows {
            overview_label(area, &chart, labels, texts, (top, bars.len()))?;
            for (index, (engine, value)) in bars.iter().enumerate() {
                let y = top + label_line + BAR * i32::try_from(index).unwrap_or(0);
                let color = LOOKS[look_index(comparison, engine)].light;
                overview_bar(&mut chart, y, *value, color)?;
            }
            // Per row, since one line for all would run through the labels above the bars.
            let ends = [
                top + label_line - 2,
                top + row_height(bars.len()) - ROW_GAP + 2,
            ]
            .map(|y| (1.0, y));
            chart.draw_series([PathElement::new(ends, INK.stroke_width(STROKE))])?;
            top += row_height(bars.len());
        }
        Ok(())
    })?;
    Ok(Some(svg))
}

fn overview_bar(
    chart: &mut BarChart,
    y: i32,
    value: f64,
    color: RGBColor,
) -> Result<(), PlotError> {
    let bar = Rectangle::new(
        [
            (1.0_f64.min(value), y + 1),
            (1.0_f64.max(value), y + BAR - 2),
        ],
        color.filled(),
    );
    chart.draw_series([bar])?;
    let (side, offset) = if value < 1.0 {
        (HPos::Right, -5)
    } else {
        (HPos::Left, 5)
    };
    let style = ("sans-serif", TEXT - SCALE)
        .into_font()
        .color(&INK)
        .pos(Pos::new(side, VPos::Center));
    let figure = Text::new(format::times(value), (pixels(offset), 0), style);
    chart.draw_series([EmptyElement::at((value, y + BAR / 2)) + figure])?;
    Ok(())
}

/// Writes a row's label and size; `top` is the row's upper edge and `bars` their number.
fn overview_label(
    area: &Area,
    chart: &BarChart,
    labels: Labels,
    [label, size]: &[String; 2],
    (top, bars): (i32, usize),
) -> Result<(), PlotError> {
    let font = ("sans-serif", TEXT).into_font().color(&INK);
    let left = chart.plotting_area().get_pixel_range().0.start;
    let at = |nominal: i32| chart.backend_coord(&(1.0, nominal)).1;
    match labels {
        Labels::Beside => {
            let style = font.pos(Pos::new(HPos::Right, VPos::Center));
            let (x, middle) = (
                left - pixels(14),
                at(top + BAR * i32::try_from(bars).unwrap_or(0) / 2),
            );
            area.draw(&Text::new(
                shortened(label, 46),
                (x, middle - pixels(9)),
                style.clone(),
            ))?;
            area.draw(&Text::new(size.clone(), (x, middle + pixels(9)), style))
        }
        Labels::Above => {
            let style = font.pos(Pos::new(HPos::Left, VPos::Center));
            let text = format!("{}, {size}", shortened(label, 42));
            area.draw(&Text::new(text, (left, at(top + LABEL_LINE / 2)), style))
        }
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most - 1).chain(['…']).collect()
    }
}

/// A length in backend coordinates.
fn pixels(nominal: i32) -> i32 {
    nominal * SCALE.cast_signed()
}

/// A positive range on a log axis.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    low: f64,
    high: f64,
}

impl Span {
    /// The range of the values; `None` without any.
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        values.fold(None, |span, value| match span {
            None => Some(Self {
                low: value,
                high: value,
            }),
            Some(Self { low, high }) => Some(Self {
                low: low.min(value),
                high: high.max(value),
            }),
        })
    }

    /// Widened about its middle so that its ends are at least `ratio` apart: a small difference must look small.
    fn at_least(self, ratio: f64) -> Self {
        let missing = (ratio / (self.high / self.low)).max(1.0).sqrt();
        Self {
            low: self.low / missing,
            high: self.high * missing,
        }
    }

    /// Widened at both ends by a fraction of its length on the axis.
    fn padded(self, fraction: f64) -> Self {
        self.padded_each(fraction, fraction)
    }

    fn padded_each(self, below: f64, above: f64) -> Self {
        let ratio = self.high / self.low;
        // The padding is part of the result, so it is a fraction of a longer range.
        let rest = (1.0 - below - above).max(0.2);
        Self {
            low: self.low / ratio.powf(below / rest),
            high: self.high * ratio.powf(above / rest),
        }
    }

    /// Powers of ten in the range, and their double and fivefold where there is room.
    fn ticks(self) -> Vec<f64> {
        let steps: &[f64] = if self.high / self.low > 300.0 {
            &[1.0]
        } else {
            &[1.0, 2.0, 5.0]
        };
        let mut decade = 10_f64.powf(self.low.log10().floor());
        let mut ticks = Vec::new();
        while decade <= self.high {
            ticks.extend(
                steps
                    .iter()
                    .map(|step| step * decade)
                    .filter(|tick| (self.low..=self.high).contains(tick)),
            );
            decade *= 10.0;
        }
        ticks
    }

    fn axis(self) -> LogAxis {
        (self.low..self.high)
            .log_scale()
            .with_key_points(self.ticks())
    }
}

/// A tick on an axis of plain numbers: `0.1`, `100`, `5k`, `1M`.
fn plain_tick(value: f64) -> String {
    match value {
        v if v >= 0.999e6 => format!("{}M", number(v / 1e6)),
        v if v >= 0.999e3 => format!("{}k", number(v / 1e3)),
        v => number(v),
    }
}

/// A tick on an axis of times: `50 ns`, `2 us`.
fn time_tick(nanoseconds: f64) -> String {
    match nanoseconds {
        v if v >= 0.999e9 => format!("{} s", number(v / 1e9)),
        v if v >= 0.999e6 => format!("{} ms", number(v / 1e6)),
        v if v >= 0.999e3 => format!("{} us", number(v / 1e3)),
        v => format!("{} ns", number(v)),
    }
}

/// A tick's number without the noise of repeated multiplication, and without trailing zeros.
fn number(value: f64) -> String {
    if value >= 1.0 {
        format!("{}", value.round())
    } else {
        format!("{}", (value * 1e6).round() / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, plain_tick, time_tick};

    #[test]
    fn ticks_are_few_and_round() {
        let labels = |low, high, text: fn(f64) -> String| {
            Span { low, high }
                .ticks()
                .into_iter()
                .map(text)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(70.0, 1.4e6, plain_tick),
            ["100", "1k", "10k", "100k", "1M"]
        );
        assert_eq!(labels(150.0, 4e3, plain_tick), ["200", "500", "1k", "2k"]);
        assert_eq!(
            labels(0.03, 0.6, time_tick),
            ["0.05 ns", "0.1 ns", "0.2 ns", "0.5 ns"]
        );
        assert_eq!(
            labels(40.0, 3e6, time_tick),
            ["100 ns", "1 us", "10 us", "100 us", "1 ms"]
        );
    }

    #[test]
    fn a_span_is_wide_enough_to_have_ticks() {
        let one = Span::of([300.0].into_iter())
            .expect("there is a value")
            .at_least(4.0);
        assert!(one.low < 151.0 && one.high > 599.0);
        assert_eq!(one.ticks().len(), 2);
        assert_eq!(
            Span {
                low: 1.0,
                high: 100.0
            }
            .at_least(4.0),
            Span {
                low: 1.0,
                high: 100.0
            }
        );
        assert_eq!(Span::of(std::iter::empty()), None);
    }

    #[test]
    fn padding_is_a_fraction_of_the_result() {
        let padded = Span {
            low: 1.0,
            high: 100.0,
        }
        .padded_each(0.0, 0.5);
        assert!((padded.high - 1e4).abs() < 1e-6);
    }
}
