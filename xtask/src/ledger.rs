//! Pages that list findings, each with a reason that people wrote: the findings are written anew,
//! the reasons are kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::process::program;

/// Stands where a finding has no reason yet.
const NONE: &str = "no reason given";

/// Heads the table of findings; what is in the first column is what a reason belongs to.
const COLUMNS: &str = "| finding | reason |";

/// The reasons on a page, by finding.
#[derive(Debug, Default)]
pub(crate) struct Reasons(BTreeMap<String, String>);

impl Reasons {
    /// The reasons on the page at `path`; none where there is no page.
    pub(crate) fn read(path: &Path) -> Self {
        Self::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    fn parse(page: &str) -> Self {
        let rows = page.lines().skip_while(|line| *line != COLUMNS).skip(2);
        let rows = rows.filter_map(|row| {
            let (finding, reason) = row.strip_prefix("| `")?.split_once("` | ")?;
            let reason = reason.strip_suffix(" |")?;
            (reason != NONE).then(|| (unescaped(finding), unescaped(reason)))
        });
        Self(rows.collect())
    }

    /// The table of the findings with their reasons, and how many have none.
    pub(crate) fn table(&self, findings: &[String]) -> (String, usize) {
        let mut table = format!("{COLUMNS}\n| --- | --- |\n");
        let mut without = 0;
        for finding in findings {
            let reason = self.0.get(finding);
            without += usize::from(reason.is_none());
            let reason = reason.map_or(NONE, String::as_str);
            // Writing to a string cannot fail.
            let _ = writeln!(table, "| `{}` | {} |", escaped(finding), escaped(reason));
        }
        (table, without)
    }
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

fn unescaped(text: &str) -> String {
    text.replace("\\|", "|")
}

/// The revision of the files under `part` of the repository at `root`, in words.
pub(crate) fn revision(root: &Path, part: &str) -> Result<String> {
    let git = |args: &[&str]| program("git", args, root).read();
    let revision = git(&["rev-parse", "HEAD"])?;
    // The pages that this is written to are not part of what they tell of.
    let others = [":(exclude)*.md"];
    let changed = git(&[&["status", "--porcelain", "--", part][..], &others].concat())?;
    Ok(match changed.as_str() {
        "" => format!("`{revision}`"),
        _ => format!("`{revision}` with changes in {part}"),
    })
}

#[cfg(test)]
mod tests {
    use super::Reasons;

    #[test]
    fn reasons_are_kept_and_what_is_gone_is_dropped() {
        let page = "# Page\n\n| `before` | the table |\n\n| finding | reason |\n| --- | --- |\n\
                    | `a \\|\\| b` | it \\| that |\n| `gone` | was so |\n| `new` | no reason given |\n";
        let reasons = Reasons::parse(page);
        let findings = ["a || b", "new", "newer"].map(str::to_owned);
        let (table, without) = reasons.table(&findings);
        assert_eq!(
            table,
            "| finding | reason |\n| --- | --- |\n| `a \\|\\| b` | it \\| that |\n\
             | `new` | no reason given |\n| `newer` | no reason given |\n"
        );
        assert_eq!(without, 2);
        let again = Reasons::parse(&table).table(&findings);
        assert_eq!(again, (table, without));
    }

    #[test]
    fn without_a_page_there_is_no_reason() {
        let (table, without) = Reasons::parse("").table(&[]);
        assert_eq!((table.lines().count(), without), (2, 0));
    }
}
