//! The comparison as one self-contained HTML page.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use plotters::style::RGBColor;
use serde::Serialize;

use crate::format;
use crate::plot::{self, GRID, INK, LOOKS, Labels};
use crate::table::{Cell, Comparison, Group, Row};
use crate::{Engine, Report, markdown};

/// Why a page could not be rendered: a mistake in this crate rather than in the record.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The template does not fit its data.
    #[error("the template failed: {0}")]
    Template(#[from] minijinja::Error),
    /// A plot could not be drawn.
    #[error("a plot failed: {0}")]
    Plot(String),
}

impl From<plot::PlotError> for HtmlError {
    fn from(error: plot::PlotError) -> Self {
        Self::Plot(error.to_string())
    }
}

const TEMPLATE: &str = include_str!("../templates/report.html");

/// The page: styles and plots are inline, nothing is loaded from anywhere, and every text of the record is escaped.
///
/// # Errors
/// When the template or a plot fails, which no record should bring about.
pub fn report(report: &Report) -> Result<String, HtmlError> {
    let comparison = Comparison::of(report);
    let looks = LOOKS.iter().map(|look| LookView {
        light: hex(look.light),
        dark: hex(look.dark),
    });
    let groups = comparison
        .groups
        .iter()
        .map(|group| group_view(&comparison, group));
    let page = PageView {
        mode: report.mode.to_string(),
        created: &report.created,
        facts: markdown::facts(report),
        method: markdown::METHOD,
        left_out: report.left_out.iter().map(ToString::to_string).collect(),
        ink: hex(INK),
        grid: hex(GRID),
        looks: looks.collect(),
        engines: comparison
            .engines
            .iter()
            .map(|engine| engine_view(&comparison, engine))
            .collect(),
        headline: markdown::headline_rows(&comparison),
        over_floor: comparison.over_floor(),
        against_cesk: comparison.against_cesk(),
        wrong_answers: comparison.has_wrong_answers(),
        overview_wide: svg(plot::overview(&comparison, Labels::Beside)?),
        overview_narrow: svg(plot::overview(&comparison, Labels::Above)?),
        groups: groups.collect::<Result<_, _>>()?,
    };
    // A name in .html switches on escaping.
    let name = "report.html";
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_template(name, TEMPLATE)?;
    Ok(environment.get_template(name)?.render(Serde(page))?)
}

#[derive(Serialize)]
struct PageView<'a> {
    mode: String,
    created: &'a str,
    facts: Vec<(&'static str, String)>,
    method: &'static str,
    left_out: Vec<String>,
    ink: String,
    grid: String,
    looks: Vec<LookView>,
    engines: Vec<EngineView>,
    headline: Vec<[String; 7]>,
    over_floor: Vec<&'a Engine>,
    against_cesk: Vec<&'a Engine>,
    wrong_answers: bool,
    overview_wide: Value,
    overview_narrow: Value,
    groups: Vec<GroupView>,
}

#[derive(Serialize)]
struct LookView {
    light: String,
    dark: String,
}

#[derive(Serialize)]
struct EngineView {
    name: String,
    about: Option<&'static str>,
    look: usize,
    glyph: &'static str,
}

#[derive(Serialize)]
struct GroupView {
    workload: String,
    params: String,
    operation: String,
    plot: Value,
    engines: Vec<EngineView>,
    rows: Vec<RowView>,
    growth: Option<Vec<Figure>>,
}

#[derive(Serialize)]
struct RowView {
    size: String,
    costs: Vec<Figure>,
    over_floor: Vec<String>,
    against_cesk: Vec<String>,
}

/// A figure, and what is set in small type beside or below it.
#[derive(Serialize)]
struct Figure {
    figure: String,
    note: String,
}

fn engine_view(comparison: &Comparison, engine: &Engine) -> EngineView {
    let look = plot::look_index(comparison, engine);
    EngineView {
        name: engine.to_string(),
        about: engine.about(),
        look,
        glyph: LOOKS[look].glyph(),
    }
}

fn group_view(comparison: &Comparison, group: &Group) -> Result<GroupView, HtmlError> {
    let measured = comparison
        .engines
        .iter()
        .filter(|engine| group.rows.iter().any(|row| row.cost(engine).is_some()));
    let growth = |engine| {
        let growth = group.growth.get(engine);
        let own_sizes = growth.filter(|growth| group.sizes() != Some((growth.from, growth.to)));
        Figure {
            figure: format::optional_times(growth.map(|growth| growth.ratio)),
            note: own_sizes
                .map(|g| format!("{}–{}", format::count(g.from), format::count(g.to)))
                .unwrap_or_default(),
        }
    };
    Ok(GroupView {
        workload: group.workload.clone(),
        params: group.params.to_string(),
        operation: group.operation.clone(),
        plot: svg(plot::costs(comparison, group)?),
        engines: measured
            .map(|engine| engine_view(comparison, engine))
            .collect(),
        rows: group
            .rows
            .iter()
            .map(|row| row_view(comparison, row))
            .collect(),
        growth: (!group.growth.is_empty()).then(|| comparison.engines.iter().map(growth).collect()),
    })
}

fn row_view(comparison: &Comparison, row: &Row) -> RowView {
    let cost = |engine| match row.cells.get(engine) {
        Some(Cell::Cost(cost)) => Figure {
            figure: format::ns(cost.ns_per_op.median),
            note: format::spread(cost.ns_per_op.relative_spread()),
        },
        other => Figure {
            figure: format::cell(other),
            note: String::new(),
        },
    };
    let over_floor = |engine: &&Engine| {
        format::optional_times(row.cost(engine).and_then(|cost| cost.times_floor))
    };
    let against_cesk = |engine: &&Engine| {
        format::optional_times(row.cost(engine).and_then(|cost| cost.times_faster))
    };
    RowView {
        size: format::count(row.size),
        costs: comparison.engines.iter().map(cost).collect(),
        over_floor: comparison.over_floor().iter().map(over_floor).collect(),
        against_cesk: comparison.against_cesk().iter().map(against_cesk).collect(),
    }
}

/// A plot as markup that needs no escaping; the backend has escaped the texts in it. Empty without a plot.
fn svg(plot: Option<String>) -> Value {
    Value::from_safe_string(plot.unwrap_or_default())
}

fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    // As the SVG backend writes them, so that the style sheet's selectors match.
    format!("#{red:02X}{green:02X}{blue:02X}")
}
