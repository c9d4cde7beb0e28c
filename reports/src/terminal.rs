//! The comparison as a table for the terminal.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

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

/// The comparison as a plain text table with a few lines on how to read it. It takes 120 columns or fewer with vm,
/// cesk, floor and call.
pub fn table(comparison: &Comparison) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header(comparison));
    for group in &comparison.groups {
        table.add_row(group_lines(comparison, group));
    }
    let first_ratio = 2 + comparison.engines.len();
    let first_rival = first_ratio + comparison.over_floor().len();
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
    format!("{}\n{}", table.trim_fmt(), legend(comparison))
}

fn header(comparison: &Comparison) -> Vec<String> {
    let mut cells = vec!["\nworkload".to_owned(), "\nsize".to_owned()];
    cells.extend(
        comparison
            .engines
            .iter()
            .map(|engine| format!("{engine}\nns/op")),
    );
    cells.extend(
        comparison
            .over_floor()
            .iter()
            .map(|engine| format!("{engine}\n/floor")),
    );
    cells.extend(
        comparison
            .against_cesk()
            .iter()
            .map(|engine| format!("cesk\n/{engine}")),
    );
    cells
}

/// One cell per column, with a line per size and, for two sizes or more, a last line for the growth.
fn group_lines(comparison: &Comparison, group: &Group) -> Vec<String> {
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
    for engine in &comparison.engines {
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
    for engine in comparison.over_floor() {
        let figure =
            |row: &Row| format::optional_times(row.cost(engine).and_then(|cost| cost.times_floor));
        cells.push(column(&figure, String::new()));
    }
    for engine in comparison.against_cesk() {
        let figure =
            |row: &Row| format::optional_times(row.cost(engine).and_then(|cost| cost.times_faster));
        cells.push(column(&figure, String::new()));
    }
    cells
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
