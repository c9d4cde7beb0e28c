//! Bars of parts that make up a whole, one above the other.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::lanes::Labels;
use super::{Area, GRID, INK, LOOKS, PlotError, STROKE, TEXT, drawn, pixels, shortened};

/// One bar.
pub(crate) struct Bar {
    /// What it is of.
    pub(crate) label: String,
    /// What stands at its right end.
    pub(crate) note: String,
    /// How each part looks, and how large it is, from left to right.
    pub(crate) parts: Vec<(usize, f64)>,
}

const LANE: i32 = 24;
const LABEL_LINE: i32 = 19;
/// Half the height of a bar.
const HALF: i32 = 7;
const AXIS: i32 = 28;
const MARGIN: i32 = 8;
/// Room for the note at the right end.
const NOTE: i32 = 76;
/// The marks of the axis, in percent.
const TICKS: [i32; 5] = [0, 25, 50, 75, 100];

/// Where things are, in nominal pixels.
struct Layout {
    width: i32,
    /// Where bars begin.
    left: i32,
    /// How high a bar is with what lies around it.
    lane: i32,
    /// How much of that is above it.
    above: i32,
    labels: Labels,
}

impl Layout {
    fn of(labels: Labels) -> Self {
        let (width, left, lane, above) = match labels {
            Labels::Beside => (1000, 330, LANE, 0),
            Labels::Above => (380, 12, LANE + LABEL_LINE, LABEL_LINE),
        };
        Self {
            width,
            left,
            lane,
            above,
            labels,
        }
    }

    fn height(&self, bars: usize) -> i32 {
        MARGIN + self.lane * i32::try_from(bars).unwrap_or(0)
    }

    /// Where a percentage is.
    #[expect(clippy::cast_possible_truncation)] // within the plot
    fn across(&self, percent: f64) -> i32 {
        let room = f64::from(pixels(self.width - self.left - NOTE - MARGIN));
        pixels(self.left) + (room * percent / 100.0).round() as i32
    }

    fn draw(&self, area: &Area, bar: &Bar, index: usize) -> Result<(), PlotError> {
        let top = self.height(index);
        let middle = top + self.above + LANE / 2;
        for (look, from, to) in shares(&bar.parts) {
            let corners = [
                (self.across(from), pixels(middle - HALF)),
                (self.across(to), pixels(middle + HALF)),
            ];
            area.draw(&Rectangle::new(corners, LOOKS[look].light.filled()))?;
        }
        let note = (pixels(self.width - MARGIN), pixels(middle));
        area.draw(&Text::new(bar.note.clone(), note, font(HPos::Right)))?;
        let (most, at, font) = match self.labels {
            Labels::Beside => (54, (self.left - 14, middle), font(HPos::Right)),
            Labels::Above => (50, (self.left, top + LABEL_LINE / 2 + 2), font(HPos::Left)),
        };
        let label = shortened(&bar.label, most);
        area.draw(&Text::new(label, (pixels(at.0), pixels(at.1)), font))
    }

    /// The axis below so many bars, with the lines of its marks behind them.
    fn draw_axis(&self, area: &Area, bars: usize) -> Result<(), PlotError> {
        let bottom = self.height(bars);
        for tick in TICKS {
            let across = self.across(f64::from(tick));
            let line = [(across, pixels(MARGIN)), (across, pixels(bottom))];
            area.draw(&PathElement::new(line, GRID.stroke_width(STROKE)))?;
            let at = (across, pixels(bottom + AXIS / 2));
            area.draw(&Text::new(format!("{tick} %"), at, font(HPos::Center)))?;
        }
        Ok(())
    }
}

fn font(across: HPos) -> TextStyle<'static> {
    let font = ("sans-serif", TEXT).into_font().color(&INK);
    font.pos(Pos::new(across, VPos::Center))
}

/// The plot; `None` without a bar.
pub(crate) fn plot(bars: &[Bar], labels: Labels) -> Result<Option<String>, PlotError> {
    if bars.is_empty() {
        return Ok(None);
    }
    let layout = Layout::of(labels);
    let height = layout.height(bars.len()) + AXIS;
    let svg = drawn(layout.width.unsigned_abs(), height.unsigned_abs(), |area| {
        layout.draw_axis(area, bars.len())?;
        for (index, bar) in bars.iter().enumerate() {
            layout.draw(area, bar, index)?;
        }
        Ok(())
    })?;
    Ok(Some(svg))
}

/// Where each part begins and ends, in percent of the whole. One that is nothing, or less by how counts come about, is
/// not drawn.
fn shares(parts: &[(usize, f64)]) -> Vec<(usize, f64, f64)> {
    let drawn = || parts.iter().filter(|(_, size)| *size > 0.0);
    let whole: f64 = drawn().map(|(_, size)| size).sum();
    let mut begun = 0.0;
    let places = drawn().map(|&(look, size)| {
        let from = begun;
        begun += size / whole * 100.0;
        (look, from, begun)
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::{Bar, plot, shares};
    use crate::plot::lanes::Labels;

    #[test]
    fn parts_fill_the_bar_in_their_order() {
        let found = shares(&[(5, 30.0), (6, -0.001), (0, 10.0)]);
        assert_eq!(found, [(5, 0.0, 75.0), (0, 75.0, 100.0)]);
        assert_eq!(shares(&[(5, 0.0)]), []);
    }

    #[test]
    fn a_plot_has_a_rectangle_for_each_part() {
        let bar = Bar {
            label: "churn".to_owned(),
            note: "40.0".to_owned(),
            parts: vec![(5, 30.0), (0, 10.0)],
        };
        let svg = plot(&[bar], Labels::Beside).expect("it can be drawn");
        let svg = svg.expect("there is a bar");
        assert_eq!(svg.matches("<rect").count(), 2, "{svg}");
        assert!(svg.contains("churn") && svg.contains("100 %"), "{svg}");
        assert_eq!(plot(&[], Labels::Above).expect("nothing is drawn"), None);
    }
}
