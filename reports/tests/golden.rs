//! Renderings compared with the files in `tests/golden`. `UPDATE_GOLDEN=1` rewrites them.

mod common;

use std::path::Path;
use std::{env, fs};

use doeff_reports::{Comparison, markdown, terminal};

fn check(name: &str, rendered: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, rendered).expect("the golden file is writable");
    }
    let golden =
        fs::read_to_string(&path).expect("the golden file is readable; UPDATE_GOLDEN=1 writes it");
    assert_eq!(
        rendered, golden,
        "{name} differs; UPDATE_GOLDEN=1 rewrites it"
    );
}

#[test]
fn the_terminal_table() {
    let table = terminal::table(&Comparison::of(&common::report()));
    check("terminal.txt", &table);
    let widest = table.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?} columns");
}

#[test]
fn the_markdown_report() {
    check("report.md", &markdown::report(&common::report()));
}

#[test]
fn the_headline() {
    check("headline.md", &markdown::headline(&common::report()));
}
