//! The comparison as one self-contained HTML page.

mod costs;
mod counts;
mod endings;
mod engines;
mod floor;
mod history;
mod overs;
mod parts;
mod samples;
mod sweeps;
mod twins;
mod view;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use plotters::style::RGBColor;
use serde::Serialize;

use crate::head::Head;
use crate::plot::{GRID, INK, LOOKS, PlotError, look_index};
use crate::table::Comparison;
use crate::{Engine, Folder};
use view::Section;

/// Why a page could not be rendered: a mistake in this crate rather than in the record.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The template does not fit its data.
    #[error("the template failed: {0}")]
    Template(minijinja::Error),
    /// A plot could not be drawn.
    #[error("a plot failed: {0}")]
    Plot(String),
}

impl From<minijinja::Error> for HtmlError {
    fn from(error: minijinja::Error) -> Self {
        Self::Template(error)
    }
}

impl From<PlotError> for HtmlError {
    fn from(error: PlotError) -> Self {
        Self::Plot(error.to_string())
    }
}

const TEMPLATE: &str = include_str!("../templates/report.html");

/// The most bytes of a page. One of a larger record shows fewer plots rather than be larger.
pub const ROOM: usize = 1_000_000;

/// How much a page shows.
#[derive(Clone, Copy)]
struct Detail {
    /// Whether plots show all engines, not only those that have a fixed place.
    all_engines: bool,
    /// How many workloads have their samples drawn.
    samples: usize,
    /// How many have their costs drawn.
    costs: usize,
    /// How many have a table of all figures where they are not drawn.
    tables: usize,
    /// How many lanes and how many figures other plots have at most.
    others: usize,
}

impl Detail {
    /// The most first; the last is small whatever the record.
    const ALL: [Self; 4] = [
        Self::new(true, 40, [usize::MAX; 3]),
        Self::new(false, 12, [usize::MAX; 3]),
        Self::new(false, 6, [60, usize::MAX, 100]),
        Self::new(false, 4, [30, 40, 50]),
    ];

    const fn new(all_engines: bool, samples: usize, [costs, tables, others]: [usize; 3]) -> Self {
        Self {
            all_engines,
            samples,
            costs,
            tables,
            others,
        }
    }

    /// What to say where there are more than are shown.
    fn shows_first(self, of: usize) -> Option<String> {
        (of > self.others).then(|| format!(" These are the first {} of {of}.", self.others))
    }

    /// Whether plots show an engine. What is vm once more would only cover it, and what does nothing would take most
    /// of the axis.
    fn draws(self, engine: &Engine) -> bool {
        let hidden = [Engine::VM_AGAIN, Engine::VM_WHEEL, Engine::NOOP];
        !hidden.contains(engine) && (self.all_engines || engine.has_place())
    }
}

/// The page: styles and plots are inline, nothing is loaded from anywhere, no script is needed, and every text of the
/// record is escaped. `comparison` is that of the folder; `history` are earlier records with their names, oldest
/// first.
///
/// # Errors
/// When the template or a plot fails, which no record should bring about.
pub fn report(
    folder: &Folder,
    comparison: &Comparison,
    history: &[(String, Folder)],
) -> Result<String, HtmlError> {
    let mut page = String::new();
    for detail in Detail::ALL {
        page = render(folder, comparison, history, detail)?;
        if page.len() <= ROOM {
            break;
        }
    }
    Ok(page)
}

fn render(
    folder: &Folder,
    comparison: &Comparison,
    history: &[(String, Folder)],
    detail: Detail,
) -> Result<String, HtmlError> {
    let head = Head::of(folder);
    let sections = [
        floor::section(comparison, detail)?,
        costs::section(folder, comparison, detail)?,
        counts::section(folder)?,
        parts::section(folder, detail)?,
        sweeps::section(folder, comparison)?,
        overs::section(comparison, detail)?,
        samples::section(folder, comparison, detail)?,
        twins::section(comparison, detail)?,
        endings::section(folder),
        history::section(folder, comparison, history)?,
        engines::section(folder, comparison),
    ];
    let looks = LOOKS.iter().map(|look| LookView {
        light: hex(look.light),
        dark: hex(look.dark),
    });
    let page = PageView {
        title: format!("{} run of {}", folder.report.mode, folder.report.created),
        grade: head.grade.map(|grade| grade.to_string()),
        noise: head.noise,
        warnings: head.warnings,
        problems: comparison.problems(),
        facts: head.facts,
        ink: hex(INK),
        grid: hex(GRID),
        floor: hex(LOOKS[look_index(comparison, &Engine::FLOOR)].light),
        looks: looks.collect(),
        sections: sections.into_iter().flatten().collect(),
        method: METHOD,
    };
    // A name in .html switches on escaping.
    let name = "report.html";
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.add_template(name, TEMPLATE)?;
    Ok(environment.get_template(name)?.render(Serde(page))?)
}

const METHOD: &str = "\
Every engine runs in a process of its own, and never two at once. The slices of one workload, parameters and size in \
one round are taken one right after the other, in random order: a ratio is the median over such pairs, so that a \
disturbance of the machine meets both alike. Intervals hold the true value 95 times of 100; they come of resampling \
processes first and the slices in them next, since two processes of the same program differ by more than slices of one \
do. Each engine compiles its own copy of a workload's source, and every answer is checked against one that was \
computed independently. No sample is thrown away: every slice is in report.json at full precision, those of the \
warm-up too.";

#[derive(Serialize)]
struct PageView {
    title: String,
    grade: Option<String>,
    noise: String,
    warnings: Vec<String>,
    problems: Vec<String>,
    facts: Vec<(&'static str, String)>,
    ink: String,
    grid: String,
    /// The colour of the floor, whose lines are dashed.
    floor: String,
    looks: Vec<LookView>,
    sections: Vec<Section>,
    method: &'static str,
}

#[derive(Serialize)]
struct LookView {
    light: String,
    dark: String,
}

fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    // As the SVG backend writes them, so that the style sheet's selectors match.
    format!("#{red:02X}{green:02X}{blue:02X}")
}
