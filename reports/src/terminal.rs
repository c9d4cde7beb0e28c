//! The comparison as a table for the terminal.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use crate::engine::Engine;
use crate::format;
use crate::table::{Comparison, Group, Row};

const STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .row_separator(LineStyle::none().fill('┄').junction('┄'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Spaces left of a column: wide where a new kind of figure begins.
const GAP: u16 = 1;
const WIDE_GAP: u16 = 2;

/// The engines that a table has columns for.
struct Columns<'a> {
    costs: Vec<&'a Engine>,
    over_floor: Vec<&'a Engine>,
    against_cesk: Vec<&'a Engine>,
}

/// The comparison as plain text tables with a few lines on how to read them: one of the engines that have a fixed
/// place, in 120 columns or fewer with vm, cesk, floor and call, and one of the others' costs.
pub fn table(comparison: &Comparison) -> String {
    let (costs, others): (Vec<_>, Vec<_>) = comparison
        .engines
        .iter()
        .partition(|engine| engine.has_place());
    let first = Columns {
        costs,
        over_floor: with_place(comparison.over_floor()),
        against_cesk: with_place(comparison.against_cesk()),
    };
    let second = Columns {
        costs: others,
        over_floor: Vec::new(),
        against_cesk: Vec::new(),
    };
    let tables = [first, second]
        .into_iter()
        .filter(|columns| !columns.costs.is_empty());
    let tables: Vec<_> = tables.map(|columns| columns.table(comparison)).collect();
    format!("{}\n{}", tables.join("\n\n"), legend(comparison))
}

fn with_place(mut engines: Vec<&Engine>) -> Vec<&Engine> {
    engines.retain(|engine| engine.has_place());
    engines
}

impl Columns<'_> {
    /// The groups in which one of the engines ran.
    fn table(&self, comparison: &Comparison) -> String {
        let mut table = Table::new();
        table.load_style(STYLE).set_header(self.header());
        for group in &comparison.groups {
            let ran = |row: &Row| {
                self.costs
                    .iter()
                    .any(|engine| row.cells.contains_key(engine))
            };
            if group.rows.iter().any(ran) {
                table.add_row(self.group_lines(group));
            }
        }
        let first_ratio = 2 + self.costs.len();
        let first_rival = first_ratio + self.over_floor.len();
        for (index, column) in table.column_iter_mut().enumerate() {
            let gap = if [first_ratio, first_rival].contains(&index) {
                WIDE_GAP
            } else {
                GAP
            };
            column.set_padding((if index == 0 { 0 } else { gap }, 0));
            column.set_cell_alignment(if index == 0 {
                CellAlignment::Left
            } else {
                CellAlignment::Right
            });
        }
        table.trim_fmt()
    }

    fn header(&self) -> Vec<String> {
        let mut cells = vec!["\nworkload".to_owned(), "\nsize".to_owned()];
        cells.extend(self.costs.iter().map(|engine| format!("{engine}\nns/op")));
        cells.extend(
            self.over_floor
                .iter()
                .map(|engine| format!("{engine}\n/floor")),
        );
        cells.extend(
            self.against_cesk
                .iter()
                .map(|engine| format!("cesk\n/{engine}")),
        );
        cells
    }

    /// One cell per column, with a line per size and, for two sizes or more, a last line for the growth.
    fn group_lines(&self, group: &Group) -> Vec<String> {
        let column = |figure: &dyn Fn(&Row) -> String, last: String| {
            let mut lines: Vec<_> = group.rows.iter().map(figure).collect();
            if !group.growth.is_empty() {
                lines.push(last);
            }
            lines.join("\n")
        };
        let mut name = vec![group.workload.clone()];
        name.extend(group.params.pairs().map(|pair| format!("  {pair}")));
        name.push(format!("  per {}", group.operation));

        let mut cells = vec![
            name.join("\n"),
            column(&|row| format::count(row.size), "growth".to_owned()),
        ];
        for &engine in &self.costs {
            let growth = group.growth.get(engine);
            let growth = match growth {
                // The sizes it was measured at would take too much room; the largest tells enough.
                Some(growth) if Some((growth.from, growth.to)) != group.sizes() => {
                    format!(
                        "{} @{}",
                        format::times(growth.ratio),
                        format::count(growth.to)
                    )
                }
                growth => format::growth(growth, group.sizes()),
            };
            cells.push(column(&|row| format::cell(row.cells.get(engine)), growth));
        }
        for &engine in &self.over_floor {
            let figure = |row: &Row| {
                format::optional_times(row.cost(engine).and_then(|cost| cost.times_floor))
            };
            cells.push(column(&figure, String::new()));
        }
        for &engine in &self.against_cesk {
            let figure = |row: &Row| {
                format::optional_times(row.cost(engine).and_then(|cost| cost.times_faster))
            };
            cells.push(column(&figure, String::new()));
        }
        cells
    }
}

fn legend(comparison: &Comparison) -> String {
    let mut lines =
        vec!["ns/op: median ± half the interquartile range, in nanoseconds where no unit is given"];
    if !comparison.over_floor().is_empty() {
        lines.push("/floor: multiples of the floor");
    }
    if !comparison.against_cesk().is_empty() {
        lines.push("cesk/: how many times faster than cesk");
    }
    if comparison
        .groups
        .iter()
        .any(|group| !group.growth.is_empty())
    {
        lines.push("growth: ns/op at the largest size over that at the smallest; @n: at n, the engine's largest size");
    }
    lines.push("–: not run");
    if comparison.has_wrong_answers() {
        lines.push("wrong answer: the run counts for nothing and enters no ratio");
    }
    lines.join("\n") + "\n"
}
