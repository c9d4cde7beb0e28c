//! Plots as SVG text. Their colours are those of the light theme; the page's style sheet maps each to a variable.

mod axis;
pub(crate) mod bars;
pub(crate) mod curves;
pub(crate) mod lanes;
pub(crate) mod samples;

use std::io;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::Engine;
use crate::table::Comparison;

pub(crate) use axis::{Span, plain_tick, time_tick};

pub(crate) type PlotError = DrawingAreaErrorKind<io::Error>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

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

/// The engines that always look the same, in the order of [`LOOKS`]; all others take the rest in turn.
const FIXED: [Engine; 6] = [
    Engine::VM,
    Engine::CESK,
    Engine::FLOOR,
    Engine::DOEFF_0_8,
    Engine::PURE,
    Engine::CALL,
];

/// What there is to take, the fixed ones first.
pub(crate) const LOOKS: [Look; 14] = [
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
    Look::new([0x00, 0x6b, 0x5b], [0x4f, 0xc2, 0xb0], Marker::Square),
    Look::new([0x94, 0x40, 0xa0], [0xe0, 0x90, 0xf0], Marker::Circle),
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
    if let Some(fixed) = FIXED.iter().position(|known| known == engine) {
        return fixed;
    }
    let others = comparison
        .engines
        .iter()
        .filter(|other| !FIXED.contains(other));
    let index = others.take_while(|other| *other != engine).count();
    FIXED.len() + index % (LOOKS.len() - FIXED.len())
}

/// The backend's coordinates are whole pixels, so plots are drawn at twice their nominal size.
const SCALE: u32 = 2;
const TEXT: u32 = 13 * SCALE;
const STROKE: u32 = SCALE;

/// A length in backend coordinates.
fn pixels(nominal: i32) -> i32 {
    nominal * SCALE.cast_signed()
}

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
    Ok(compact(&text))
}

/// The same drawing in less text: without what is the default, and what the page's style sheet says of every text,
/// of every `line`, which is one of the grid, and of every `polyline`.
fn compact(svg: &str) -> String {
    let parts = svg.split_once("viewBox=\"").and_then(|(_, rest)| {
        let (view_box, rest) = rest.split_once('"')?;
        Some((view_box, rest.split_once('>')?.1))
    });
    let Some((view_box, body)) = parts else {
        return svg.to_owned();
    };
    let mut text = format!("<svg viewBox=\"{view_box}\">");
    for line in body.lines() {
        let line = line.trim();
        let mut line = line.replace(" opacity=\"1\"", "").replace(" \"/>", "\"/>");
        if line.starts_with("<text") {
            line = line
                .replace(" font-family=\"sans-serif\"", "")
                .replace(&fill(INK), "");
            line = without(&line, " font-size=\"");
        } else if line.starts_with("<line") {
            line = without(&line, " stroke=\"");
            line = without(&line, " stroke-width=\"");
        } else if line.starts_with("<polyline") {
            line = line.replace(" fill=\"none\"", "");
        } else if line.starts_with("<circle") {
            line = line.replace(" stroke=\"none\" stroke-width=\"1\"", "");
        }
        text += &line;
    }
    text
}

fn fill(RGBColor(red, green, blue): RGBColor) -> String {
    format!(" fill=\"#{red:02X}{green:02X}{blue:02X}\"")
}

/// An element without an attribute, which is given with its opening quote.
fn without(element: &str, attribute: &str) -> String {
    let parts = element.split_once(attribute).and_then(|(before, rest)| {
        let (_, after) = rest.split_once('"')?;
        Some(format!("{before}{after}"))
    });
    parts.unwrap_or_else(|| element.to_owned())
}

fn corners(marker: Marker) -> Vec<(i32, i32)> {
    match marker {
        Marker::Circle | Marker::Square => vec![(-7, -7), (7, -7), (7, 7), (-7, 7)],
        Marker::Triangle => vec![(0, -9), (9, 7), (-9, 7)],
        Marker::Diamond => vec![(0, -10), (10, 0), (0, 10), (-10, 0)],
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most - 1).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn what_the_style_sheet_says_is_left_away() {
        let svg = "<svg width=\"20\" height=\"10\" viewBox=\"0 0 20 10\" xmlns=\"x\">\n\
                   <line opacity=\"1\" stroke=\"#E2E5EA\" stroke-width=\"2\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"4\"/>\n\
                   <polyline fill=\"none\" opacity=\"1\" stroke=\"#1D5FC4\" stroke-width=\"4\" points=\"1,2 3,4 \"/>\n\
                   <text x=\"1\" y=\"2\" font-family=\"sans-serif\" font-size=\"20.97\" opacity=\"1\" fill=\"#4A5260\">\n\
                   a &lt; b\n</text>\n</svg>\n";
        assert_eq!(
            compact(svg),
            "<svg viewBox=\"0 0 20 10\"><line x1=\"1\" y1=\"2\" x2=\"3\" y2=\"4\"/>\
             <polyline stroke=\"#1D5FC4\" stroke-width=\"4\" points=\"1,2 3,4\"/>\
             <text x=\"1\" y=\"2\">a &lt; b</text></svg>"
        );
    }
}
