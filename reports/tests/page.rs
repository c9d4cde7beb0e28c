//! The HTML page: what must hold of it whatever is in the record.

mod common;

use std::sync::OnceLock;

use common::story;
use doeff_reports::stats::bootstrap::Resampling;
use doeff_reports::{Comparison, Folder, html};

/// The page of [`story::folder`], rendered once.
fn story() -> &'static str {
    static PAGE: OnceLock<String> = OnceLock::new();
    PAGE.get_or_init(|| {
        let page = page(&story::folder());
        keep("story.html", &page);
        page
    })
}

fn page(folder: &Folder) -> String {
    let comparison = Comparison::of_folder(folder);
    html::report(folder, &comparison, &[]).expect("the page renders")
}

/// The page for looking at: `PAGES=DIR` writes what the tests render.
fn keep(name: &str, page: &str) {
    if let Some(dir) = std::env::var_os("PAGES") {
        let path = std::path::Path::new(&dir).join(name);
        std::fs::write(path, page).expect("the folder is writable");
    }
}

#[test]
fn it_loads_nothing_and_runs_nothing() {
    let page = story();
    for external in [
        "http:", "https:", "url(", "@import", "<link", "<script", "src=", "xlink", "<iframe",
        "<object",
    ] {
        assert!(!page.contains(external), "{external}");
    }
}

#[test]
fn instructions_are_told_apart() {
    let page = story();
    let (_, section) = page
        .split_once("id=\"parts\"")
        .expect("there is such a section");
    let section = section.split("</section>").next().unwrap_or_default();
    assert_eq!(section.matches("<rect").count(), 2 * 3 * 4); // two layouts, three costs, four parts
    for text in ["CPython", "binding", "core", "other", "1,702.5"] {
        assert!(section.contains(text), "{text}");
    }
}

#[test]
fn every_plot_has_its_data_as_a_table() {
    let page = story();
    let figures: Vec<_> = page.split("<figure").skip(1).collect();
    assert!(figures.len() > 20, "{}", figures.len());
    for figure in &figures {
        let figure = figure.split("</figure>").next().unwrap_or_default();
        let (plot, data) = figure.split_once("<details>").expect("it has data");
        assert!(plot.contains("<svg"), "{figure}");
        assert!(data.contains("<td>"), "{figure}");
    }
    let inside: usize = figures
        .iter()
        .map(|figure| {
            let figure = figure.split("</figure>").next().unwrap_or_default();
            figure.matches("<svg").count()
        })
        .sum();
    assert_eq!(
        inside,
        page.matches("<svg").count(),
        "no plot stands outside a figure"
    );
}

#[test]
fn it_shows_everything_that_was_recorded() {
    let page = story();
    for id in [
        "floor",
        "sizes",
        "instructions",
        "sweeps",
        "over",
        "samples",
        "noise",
        "endings",
        "engines",
        "method",
    ] {
        assert!(page.contains(&format!("<section id=\"{id}\"")), "{id}");
        assert!(page.contains(&format!("href=\"#{id}\"")), "{id}");
    }
    for text in [
        "linear, exponent",
        "same ±1.0%",
        "without PGO",
        "greenlet",
        "0123456789ab",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn what_was_not_recorded_is_left_away() {
    let mut bare = common::noisy();
    bare.report.rounds.clear();
    for row in &mut bare.report.results {
        row.slices.clear();
    }
    bare.report.complete = false;
    let page = page(&bare);
    for id in [
        "floor",
        "instructions",
        "sweeps",
        "over",
        "samples",
        "noise",
        "endings",
        "history",
    ] {
        assert!(!page.contains(&format!("<section id=\"{id}\"")), "{id}");
    }
    assert!(page.contains("Partial: the run was stopped"), "{page}");
}

#[test]
fn bad_rows_are_loud() {
    let page = story();
    let (before, _) = page.split_once("<section").expect("there are sections");
    assert!(
        before.contains("FAIL: 2 rows without a right answer."),
        "{before}"
    );
    assert!(before.contains("RecursionError"), "{before}");
    let bad = page.matches("<tr class=bad>").count();
    assert!(bad >= 2, "{bad}");
}

#[test]
fn times_of_a_noisy_machine_are_struck_through() {
    let noisy = page(&common::noisy());
    keep("noisy.html", &noisy);
    assert!(noisy.contains("class=\"gradeD\">D<"), "{noisy}");
    assert!(noisy.contains("line-through"), "{noisy}");
    assert!(!story().contains("line-through"));
}

#[test]
fn the_noise_grade_comes_first() {
    let page = story();
    let text = page.split("<body>").nth(1).expect("there is a body");
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}"));
    assert!(at("class=\"noise\"") < at("<h1>"));
    assert!(at("seed") < at("<section"));
}

#[test]
fn history_is_shown_with_its_commits() {
    let folder = story::folder();
    let comparison = Comparison::of_folder(&folder);
    let mut old = story::folder();
    "2025-01-01T00:00:00Z".clone_into(&mut old.report.created);
    old.report.versions.git_revision = Some("ffffffffffff-dirty".to_owned());
    let mut older = old.clone();
    "2024-01-01T00:00:00Z".clone_into(&mut older.report.created);
    let history = [("first".to_owned(), older), ("second".to_owned(), old)];
    let page = html::report(&folder, &comparison, &history).expect("the page renders");
    keep("history.html", &page);
    let section = page
        .split("<section id=\"history\"")
        .nth(1)
        .expect("it is shown");
    for text in [
        "first",
        "second",
        "this record",
        "fffffff+",
        "0123456",
        "resume_churn",
    ] {
        assert!(section.contains(text), "{text}");
    }
}

#[test]
fn a_record_of_full_size_is_below_a_megabyte() {
    // 80 groups of three sizes on 14 engines are 3,360 rows.
    let folder = Folder {
        report: story::full_size(80),
        ..story::folder()
    };
    let quick = Resampling::seeded(1).with_resamples(2);
    let comparison = Comparison::resampled(&folder, &quick);
    let page = html::report(&folder, &comparison, &[]).expect("the page renders");
    keep("full.html", &page);
    assert!(page.len() < html::ROOM, "{} bytes", page.len());
    assert!(page.matches("<figure").count() > 60);
    // Every row is in a table.
    let rows = page.matches("<tr><td").count();
    assert!(rows > 3_360, "{rows}");
}

#[test]
fn a_larger_record_shows_less_rather_than_be_larger() {
    let folder = Folder::from(story::full_size(170));
    let quick = Resampling::seeded(1).with_resamples(2);
    let comparison = Comparison::resampled(&folder, &quick);
    let page = html::report(&folder, &comparison, &[]).expect("the page renders");
    keep("larger.html", &page);
    assert!(page.len() < html::ROOM, "{} bytes", page.len());
}

#[test]
fn what_an_engine_can_do_is_told_by_what_it_ran() {
    let page = story();
    let (_, table) = page
        .split_once("What each engine can do")
        .expect("there is such a table");
    let table = table.split("</table>").next().unwrap_or_default();
    for (text, is_there) in [
        ("effects answered", true),
        ("resume_churn", true),
        ("✓", true),
        (">vm<", true),
        (">floor<", false),        // no machine
        ("deep_recursion", false), // not in the record
    ] {
        assert_eq!(table.contains(text), is_there, "{text}");
    }
}
