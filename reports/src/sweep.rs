//! The record of a sweep: what an operation costs at many sizes, and the law that this follows.

use std::path::Path;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fit::{self, FEWEST_SIZES, Fit};
use crate::instructions::Build;
use crate::{Engine, Params, WriteError, format, json};

/// Everything a sweep found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// The version of this layout.
    pub schema: Schema,
    /// When the run began, as RFC 3339.
    #[schemars(extend("format" = "date-time"))]
    pub created: String,
    /// What was counted, and by what.
    pub build: Build,
    /// One for each workload with its parameters and engine.
    pub series: Vec<Series>,
}

/// The versions of the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first layout.
    #[default]
    #[serde(rename = "doeff-vm/sweep/1")]
    V1,
}

/// The costs of one engine's operations in one workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Name of the workload.
    pub workload: String,
    /// Parameters of the workload, by name.
    pub params: Params,
    /// What one operation is, such as "effect".
    pub operation: String,
    /// Name of the engine.
    pub engine: Engine,
    /// The costs, the smallest size first.
    pub points: Vec<Point>,
    /// How they grow; null where that cannot be told.
    pub fit: Option<Fit>,
    /// Why it cannot be told.
    pub problem: Option<String>,
}

/// What the operations cost by which one run is longer than the next shorter one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Size of the shorter run.
    pub from: u64,
    /// Size of the longer run.
    pub to: u64,
    /// Instructions per operation.
    pub count: f64,
}

impl Point {
    /// The size that the count is taken to be of: the middle, which is exact where the cost is linear.
    #[expect(clippy::cast_precision_loss)] // Sizes are far below 2^52.
    pub fn size(&self) -> f64 {
        f64::midpoint(self.from as f64, self.to as f64)
    }
}

/// Sizes of which no law could be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{problem}; give at least {} sizes, ascending, such as --sizes 10,30,100,300,1000,3000,10000,30000: the costs between \
     them must be at {} sizes or more, over three decades. Without --sizes there are those that suit the workload",
    FEWEST_SIZES + 1,
    FEWEST_SIZES
)]
pub struct SizesError {
    problem: String,
}

/// Checks sizes before anything is counted: whether the costs between them could tell a law.
///
/// # Errors
/// When they are too few, too near each other, or not ascending.
pub fn check_sizes(sizes: &[u64]) -> Result<(), SizesError> {
    let problem = |problem: String| Err(SizesError { problem });
    if sizes.windows(2).any(|pair| pair[0] >= pair[1]) {
        return problem("the sizes do not ascend".to_owned());
    }
    let points = sizes.windows(2).map(|pair| {
        let (from, to, count) = (pair[0], pair[1], 1.0);
        (Point { from, to, count }.size(), count)
    });
    match fit::check(&points.collect::<Vec<_>>()) {
        Ok(()) => Ok(()),
        Err(_) => problem(format!(
            "the {} sizes {} do not tell by which law a cost grows",
            sizes.len(),
            sizes
                .iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join(",")
        )),
    }
}

impl Series {
    /// Fills in the fit, or why there is none.
    #[must_use]
    pub fn fitted(mut self) -> Self {
        let points: Vec<_> = self.points.iter().map(|p| (p.size(), p.count)).collect();
        match Fit::of(&points) {
            Ok(fit) => self.fit = Some(fit),
            Err(error) => self.problem = Some(error.to_string()),
        }
        self
    }

    /// The workload with its parameters.
    pub fn label(&self) -> String {
        self.params.label(&self.workload)
    }

    /// The fit in a line, or why there is none.
    pub fn verdict(&self) -> String {
        let found = self.fit.as_ref().map(Fit::to_string);
        let problem = || self.problem.clone().unwrap_or_default();
        found.unwrap_or_else(problem)
    }
}

impl Sweep {
    /// The costs and the fits as Markdown tables, a pair for each workload with its parameters.
    pub fn tables(&self) -> String {
        let mut blocks = Vec::new();
        for group in self
            .series
            .chunk_by(|a, b| a.workload == b.workload && a.params == b.params)
        {
            let Some(first) = group.first() else { continue };
            blocks.push(format!(
                "{}: instructions per {}",
                first.label(),
                first.operation
            ));
            blocks.push(costs(group));
            blocks.push(fits(group));
            let problems = group.iter().filter_map(|series| {
                let problem = series.problem.as_ref()?;
                Some(format!("{}: {problem}.", series.engine))
            });
            blocks.extend(problems);
        }
        blocks.join("\n\n")
    }

    /// The record as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        json::pretty(self)
    }

    /// The JSON schema, as indented JSON with a final newline.
    pub fn json_schema() -> String {
        json::schema::<Self>()
    }

    /// Writes `sweep.json` into `dir`, which is made if need be.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), WriteError> {
        json::write_into(dir, &[("sweep.json", self.to_json())])
    }
}

/// A row for each pair of sizes that an engine has, a column for each engine.
fn costs(group: &[Series]) -> String {
    let mut sizes: Vec<_> = group
        .iter()
        .flat_map(|series| &series.points)
        .map(|point| (point.from, point.to))
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut table = Table::new();
    let names = group.iter().map(|series| series.engine.name().to_owned());
    let header = ["from n".to_owned(), "to n".to_owned()];
    table
        .load_style(ASCII_MARKDOWN)
        .set_header(header.into_iter().chain(names));
    for (from, to) in sizes {
        let counts = group.iter().map(|series| {
            let mut points = series.points.iter();
            let point = points.find(|point| (point.from, point.to) == (from, to));
            point.map_or_else(
                || format::MISSING.to_owned(),
                |point| format::instructions(point.count),
            )
        });
        let sizes = [format::count(from), format::count(to)];
        table.add_row(sizes.into_iter().chain(counts));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// A row for each engine.
fn fits(group: &[Series]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "engine",
        "law",
        "exponent [95 %]",
        "scatter",
        "runner-up",
        "BIC margin",
    ]);
    for series in group {
        let name = series.engine.name().to_owned();
        let Some(fit) = &series.fit else {
            table.add_row([name, "no fit".to_owned()]);
            continue;
        };
        let law = match fit.law {
            Some(law) => law.to_string(),
            None => format!("undecided, nearest {}", fit.best().law),
        };
        table.add_row([
            name,
            law,
            fit.exponent.to_string(),
            format!("{:.2} %", fit.best().scatter * 100.0),
            fit.runner_up().law.to_string(),
            format!("{:.1}", fit.margin()),
        ]);
    }
    table.to_string()
}
