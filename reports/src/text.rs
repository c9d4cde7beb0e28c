//! Tables in GitHub Markdown.

use std::fmt::Write as _;

/// Makes text safe within a table cell: no markup, no HTML, no line break.
pub fn escape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut escaped = String::with_capacity(text.len());
    for (index, &c) in chars.iter().enumerate() {
        let inside_word = || {
            let word = |at: Option<usize>| {
                at.and_then(|at| chars.get(at))
                    .is_some_and(|c| c.is_alphanumeric())
            };
            word(index.checked_sub(1)) && word(Some(index + 1))
        };
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '\\' | '|' | '`' | '*' | '[' | ']' | '~' => escaped.extend(['\\', c]),
            '_' if !inside_word() => escaped += "\\_",
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A Markdown table whose columns also line up in the source.
pub struct TextTable {
    header: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    /// A table of columns with a title each, and whether they are aligned right.
    pub fn new<T: ToString>(columns: &[(T, bool)]) -> Self {
        Self {
            header: columns.iter().map(|(title, _)| title.to_string()).collect(),
            right: columns.iter().map(|(_, right)| *right).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as text.
    pub fn render(&self) -> String {
        let width = |column: usize| {
            let cells = self
                .rows
                .iter()
                .chain([&self.header])
                .filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
                .max(3)
        };
        let widths: Vec<_> = (0..self.header.len()).map(width).collect();
        let mut text = String::new();
        self.line(&mut text, &self.header, &widths);
        for (&width, &right) in widths.iter().zip(&self.right) {
            let _ = write!(
                text,
                "| {}{} ",
                "-".repeat(width - 1),
                if right { ':' } else { '-' }
            );
        }
        text += "|\n";
        for row in &self.rows {
            self.line(&mut text, row, &widths);
        }
        text
    }

    fn line(&self, text: &mut String, cells: &[String], widths: &[usize]) {
        for ((cell, &width), &right) in cells.iter().zip(widths).zip(&self.right) {
            let _ = if right {
                write!(text, "| {cell:>width$} ")
            } else {
                write!(text, "| {cell:<width$} ")
            };
        }
        text.push_str("|\n");
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_html_and_line_breaks_lose_their_meaning() {
        assert_eq!(escape("resume_churn"), "resume_churn");
        assert_eq!(escape("_x_ *y* `z`"), r"\_x\_ \*y\* \`z\`");
        assert_eq!(escape("a|b\nc\\"), r"a\|b c\\");
        assert_eq!(escape("<script>&"), "&lt;script&gt;&amp;");
        assert_eq!(escape("[text](url)"), r"\[text\](url)");
    }
}
