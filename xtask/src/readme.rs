//! What the README shows of the published record, each part kept between two comments.

use anyhow::{Result, bail};

/// A part of the README.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// The short table.
    Headline,
    /// The summary, as a pull request shows it.
    Summary,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Summary => "summary",
        }
    }
}

/// The text before a part with its opening comment, the part, and the rest.
fn split(readme: &str, part: Part) -> Result<(&str, &str, &str)> {
    let name = part.name();
    let (opening, closing) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    for marker in [&opening, &closing] {
        let count = readme.matches(marker).count();
        if count != 1 {
            bail!("README.md must have the line {marker} once, but has it {count} times");
        }
    }
    match (readme.find(&opening), readme.find(&closing)) {
        (Some(start), Some(end)) if start < end => {
            let start = start + opening.len();
            Ok((&readme[..start], readme[start..end].trim(), &readme[end..]))
        }
        _ => bail!("README.md has {closing} before {opening}"),
    }
}

/// The README with `text` in place of what the part was.
pub(crate) fn with(readme: &str, part: Part, text: &str) -> Result<String> {
    let (before, _, after) = split(readme, part)?;
    Ok(format!("{before}\n\n{}\n\n{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use doeff_reports::{Comparison, Folder, markdown};

    use super::{Part, split, with};
    use crate::workspace::Workspace;

    #[test]
    fn only_the_table_changes() {
        let readme = "# Title\n\n<!-- headline -->\nold\n<!-- /headline -->\n\nMore.\n";
        let new = with(readme, Part::Headline, "| a |\n| - |\n").expect("the markers are there");
        let expected =
            "# Title\n\n<!-- headline -->\n\n| a |\n| - |\n\n<!-- /headline -->\n\nMore.\n";
        assert_eq!(new, expected);
        let again =
            with(&new, Part::Headline, "| a |\n| - |\n").expect("the markers are still there");
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
            assert!(split(broken, Part::Headline).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_readme_shows_the_published_record() {
        let root = Workspace::find().expect("tests run in the workspace").root;
        let folder =
            Folder::read(&root.join("reports/published")).unwrap_or_else(|error| panic!("{error}"));
        let readme = fs::read_to_string(root.join("README.md")).expect("there is a README.md");
        let shown = |part| {
            let parts = split(&readme, part).unwrap_or_else(|error| panic!("{error}"));
            parts.1.to_owned()
        };
        let cure = "run `cargo xtask report --publish` after a full `cargo bench`";
        let headline = markdown::headline(&folder.report);
        assert_eq!(shown(Part::Headline), headline.trim(), "{cure}");
        let summary = markdown::summary(&folder, &Comparison::of_folder(&folder), None);
        assert_eq!(shown(Part::Summary), summary.trim(), "{cure}");
    }
}
