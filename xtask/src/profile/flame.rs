//! Flame graphs: SVG pages of their own, with a search and a zoom.

use std::io::Cursor;

use anyhow::{Context as _, Result};
use inferno::differential;
use inferno::flamegraph::{self, Options, color};

use super::stacks::Stacks;

/// Draws one profile.
///
/// # Errors
/// When there is nothing to draw.
pub(crate) fn graph(stacks: &Stacks, title: &str, unit: &str) -> Result<String> {
    let lines: Vec<String> = stacks.lines().collect();
    draw(&lines, &mut options(title, unit))
}

/// Draws the difference of two profiles of the same work: as wide as the second, red where it spends more than the
/// first, blue where less.
///
/// # Errors
/// When there is nothing to draw.
pub(crate) fn difference(
    before: &Stacks,
    after: &Stacks,
    title: &str,
    unit: &str,
) -> Result<String> {
    let read = |stacks: &Stacks| Cursor::new(stacks.to_string());
    let mut folded = Vec::new();
    let same = differential::Options::default();
    differential::from_readers(same, read(before), read(after), &mut folded)
        .context("cannot subtract the profiles")?;
    let folded = String::from_utf8(folded).context("a function's name is no text")?;
    let lines: Vec<String> = folded.lines().map(str::to_owned).collect();
    let mut options = options(title, unit);
    options.subtitle = Some(format!(
        "before {}, after {} {unit}; red: more, blue: less",
        before.total(),
        after.total()
    ));
    draw(&lines, &mut options)
}

fn options(title: &str, unit: &str) -> Options<'static> {
    let mut options = Options::default();
    title.clone_into(&mut options.title);
    unit.clone_into(&mut options.count_name);
    // The same function has the same colour in each graph.
    options.deterministic = true;
    options.colors = color::Palette::Multi(color::MultiPalette::Rust);
    options
}

fn draw(lines: &[String], options: &mut Options<'_>) -> Result<String> {
    let mut svg = Vec::new();
    let lines = lines.iter().map(String::as_str);
    flamegraph::from_lines(options, lines, &mut svg).context("cannot draw a flame graph")?;
    String::from_utf8(svg).context("the flame graph is no text")
}

#[cfg(test)]
mod tests {
    use super::{difference, graph};
    use crate::profile::stacks::Stacks;

    fn stacks(text: &str) -> Stacks {
        Stacks::parse(text).expect("they are folded")
    }

    #[test]
    fn every_function_is_in_the_graph_with_its_share() {
        let svg = graph(
            &stacks("run;step 30\nrun;drop 10\n"),
            "the title",
            "instructions",
        );
        let svg = svg.expect("there is something to draw");
        for part in [
            "the title",
            "<title>step (30 instructions, 75.00%)</title>",
            "<title>run (40 instructions, 100.00%)</title>",
        ] {
            assert!(svg.contains(part), "{part}");
        }
    }

    #[test]
    fn what_changed_is_in_the_difference() {
        let (before, after) = (
            stacks("run;step 30\nrun;gone 10\n"),
            stacks("run;step 40\n"),
        );
        let svg = difference(&before, &after, "the title", "instructions");
        let svg = svg.expect("there is something to draw");
        assert!(svg.contains("before 40, after 40 instructions"));
        assert!(
            svg.contains("<title>step (40 instructions, 100.00%; +25.00%)</title>"),
            "{svg}"
        );
    }

    #[test]
    fn nothing_cannot_be_drawn() {
        assert!(graph(&Stacks::default(), "", "").is_err());
    }
}
