//! Renderings compared with the files in `tests/golden`. `UPDATE_GOLDEN=1` rewrites them.

mod common;

use common::{check, story};
use doeff_reports::changes::Changes;
use doeff_reports::terminal::Style;
use doeff_reports::{Comparison, Folder, markdown, terminal};

fn terminal(folder: &Folder) -> String {
    terminal::report(folder, &Comparison::of_folder(folder), Style::Plain)
}

fn summary(folder: &Folder) -> String {
    let summary = markdown::summary(folder, &Comparison::of_folder(folder), None);
    let lines = summary.lines().count();
    assert!(lines <= markdown::LINES, "{lines} lines");
    summary
}

#[test]
fn the_terminal_report() {
    let text = terminal(&story::folder());
    check("terminal.txt", &text);
    let blocks = text.lines().skip_while(|line| !line.contains("ns/op"));
    let rows = blocks.take_while(|line| !line.starts_with("ns/op:"));
    let widest = rows.map(|line| line.chars().count()).max();
    assert!(widest <= Some(140), "{widest:?} columns");
}

#[test]
fn the_terminal_report_of_a_noisy_machine() {
    let mut folder = common::noisy();
    folder.report.complete = false;
    check("terminal_noisy.txt", &terminal(&folder));
}

#[test]
fn the_summary_of_one_revision() {
    check("summary.md", &summary(&story::folder()));
}

#[test]
fn the_summary_of_two_revisions() {
    check("summary_revisions.md", &summary(&story::revisions()));
}

#[test]
fn the_summary_of_two_records() {
    let (base, new) = (story::folder(), common::slower());
    let (old, comparison) = (Comparison::of_folder(&base), Comparison::of_folder(&new));
    let changes = Changes::between((&base, &old), (&new, &comparison));
    let text = markdown::summary(&new, &comparison, Some(&changes));
    check("summary_base.md", &text);
    assert!(text.lines().count() <= markdown::LINES);
}

#[test]
fn the_headline() {
    check("headline.md", &markdown::headline(&common::report()));
}
