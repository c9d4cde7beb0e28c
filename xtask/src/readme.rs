//! The README's headline table, kept between two comments.

use anyhow::{Result, bail};

const OPENING: &str = "<!-- headline -->";
const CLOSING: &str = "<!-- /headline -->";

/// The text before the table with its opening comment, the table, and the rest.
fn split(readme: &str) -> Result<(&str, &str, &str)> {
    for marker in [OPENING, CLOSING] {
        let count = readme.matches(marker).count();
        if count != 1 {
            bail!("README.md must have the line {marker} once, but has it {count} times");
        }
    }
    match (readme.find(OPENING), readme.find(CLOSING)) {
        (Some(opening), Some(closing)) if opening < closing => {
            let start = opening + OPENING.len();
            Ok((
                &readme[..start],
                readme[start..closing].trim(),
                &readme[closing..],
            ))
        }
        _ => bail!("README.md has {CLOSING} before {OPENING}"),
    }
}

/// The README with `table` in place of the one it had.
pub(crate) fn with_headline(readme: &str, table: &str) -> Result<String> {
    let (before, _, after) = split(readme)?;
    Ok(format!("{before}\n\n{}\n\n{after}", table.trim()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use doeff_reports::{Report, markdown};

    use super::{split, with_headline};
    use crate::workspace::Workspace;

    #[test]
    fn only_the_table_changes() {
        let readme = "# Title\n\n<!-- headline -->\nold\n<!-- /headline -->\n\nMore.\n";
        let new = with_headline(readme, "| a |\n| - |\n").expect("the markers are there");
        let expected =
            "# Title\n\n<!-- headline -->\n\n| a |\n| - |\n\n<!-- /headline -->\n\nMore.\n";
        assert_eq!(new, expected);
        let again = with_headline(&new, "| a |\n| - |\n").expect("the markers are still there");
        assert_eq!(again, expected);
    }

    #[test]
    fn missing_repeated_and_swapped_markers_are_errors() {
        for broken in [
            "",
            "<!-- headline -->",
            "<!-- /headline --> <!-- headline -->",
            "<!-- headline --> <!-- headline --> <!-- /headline -->",
        ] {
            assert!(split(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_readme_shows_the_published_record() {
        let root = Workspace::find().expect("tests run in the workspace").root;
        let report = Report::read(&root.join("reports/published/report.json"))
            .unwrap_or_else(|error| panic!("{error}"));
        let readme = fs::read_to_string(root.join("README.md")).expect("there is a README.md");
        let (_, table, _) = split(&readme).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            table,
            markdown::headline(&report).trim(),
            "run `cargo xtask report --publish` after a full `cargo bench`"
        );
    }
}
