//! What the template shows: sections of figures and tables, all text ready but for escaping.

use minijinja::value::Value;
use serde::Serialize;

use crate::folder::Beside;
use crate::plot::{LOOKS, look_index};
use crate::table::Comparison;
use crate::{Engine, Folder};

/// A part of the page with a heading.
#[derive(Serialize)]
pub(super) struct Section {
    /// What links to it name.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: String,
    pub(super) figures: Vec<Figure>,
    pub(super) tables: Vec<Table>,
}

/// A plot and its data. There is no plot without data.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) title: String,
    /// What stands small beside the title.
    pub(super) small: String,
    pub(super) legend: Vec<Entry>,
    pub(super) svg: Value,
    /// The same for a narrow page, where it differs.
    pub(super) narrow: Option<Value>,
    pub(super) note: String,
    pub(super) data: Table,
}

/// One entry of a legend.
#[derive(Serialize)]
pub(super) struct Entry {
    pub(super) look: usize,
    pub(super) glyph: &'static str,
    pub(super) name: String,
}

/// A table; the first column names the rows.
#[derive(Serialize)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Serialize)]
pub(super) struct Row {
    /// How it is set: empty, `bad` or `out`.
    pub(super) class: &'static str,
    pub(super) cells: Vec<Cell>,
}

/// A cell.
#[derive(Serialize)]
pub(super) struct Cell {
    pub(super) text: String,
    /// How it is set: empty, `bad`, `out`, `ok` or `list`.
    pub(super) class: &'static str,
}

impl Table {
    pub(super) fn new(
        title: impl Into<String>,
        header: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        Self {
            title: title.into(),
            header: header.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row of plain cells.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.push("", cells.into_iter().map(Cell::plain));
    }

    pub(super) fn push(&mut self, class: &'static str, cells: impl IntoIterator<Item = Cell>) {
        let mut cells: Vec<_> = cells.into_iter().collect();
        // A row that is set apart is so to its end.
        while class.is_empty() && cells.last().is_some_and(|cell| cell.text.is_empty()) {
            cells.pop();
        }
        self.rows.push(Row { class, cells });
    }
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::set(text, "")
    }

    pub(super) fn set(text: impl Into<String>, class: &'static str) -> Self {
        Self {
            text: text.into(),
            class,
        }
    }
}

impl Entry {
    pub(super) fn of(comparison: &Comparison, engine: &Engine) -> Self {
        Self::named(look_index(comparison, engine), engine.to_string())
    }

    pub(super) fn named(look: usize, name: impl Into<String>) -> Self {
        Self {
            look,
            glyph: LOOKS[look].glyph(),
            name: name.into(),
        }
    }
}

/// A plot as markup that needs no escaping; the backend has escaped the texts in it.
pub(super) fn svg(plot: String) -> Value {
    Value::from_safe_string(plot)
}

/// Which of these records are of another commit than the times, to add to a text; empty where none is.
pub(super) fn other_commits(folder: &Folder, of: &[Beside]) -> String {
    let told = folder.other_commits(of);
    told.map_or_else(String::new, |told| format!(" {told}"))
}
