//! `cargo xtask profile`: where the instructions or the time of a workload go, as a flame graph.

pub(crate) mod callgrind;
pub(crate) mod flame;
mod perf;
mod pyspy;
pub(crate) mod stacks;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use crate::cli::{ProfileArgs, ProfileKind};
use crate::research::{self, Case};
use crate::tools;
use crate::workspace::Workspace;
use stacks::Stacks;

/// How many functions the table names.
const HOTTEST: usize = 15;

/// What a profiler found.
pub(crate) struct Profile {
    pub(crate) stacks: Stacks,
    /// What a count is, such as "instructions".
    pub(crate) unit: &'static str,
    /// What else is to be known of it, in a line.
    pub(crate) note: String,
}

/// Profiles, writes the folded stacks and the flame graphs, and prints where most was spent.
pub(crate) fn run(workspace: &Workspace, arguments: &ProfileArgs) -> Result<ExitCode> {
    let folder = match &arguments.out {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.target.join("profile"),
    };
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let before = arguments.against.as_deref().map(read).transpose()?;
    let profile = record(workspace, arguments)?;
    let name = name(arguments);
    let write = |end: &str, text: &str| -> Result<()> {
        let path = folder.join(format!("{name}.{end}"));
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
        Ok(())
    };
    println!("{}\n", hottest(&profile));
    println!("{}\n", profile.note);
    write("folded", &profile.stacks.to_string())?;
    write("svg", &flame::graph(&profile.stacks, &name, profile.unit)?)?;
    if let Some(before) = before {
        let difference = flame::difference(&before, &profile.stacks, &name, profile.unit)?;
        write("difference.svg", &difference)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The folded stacks of an earlier profile.
fn read(path: &Path) -> Result<Stacks> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Stacks::parse(&text).with_context(|| format!("{} holds no folded stacks", path.display()))
}

fn record(workspace: &Workspace, arguments: &ProfileArgs) -> Result<Profile> {
    match arguments.kind {
        ProfileKind::Instructions => tools::valgrind(workspace).map(drop)?,
        ProfileKind::Time => tools::perf(workspace).map(drop)?,
        ProfileKind::Python => {}
    }
    let case = Case {
        program: research::build(workspace)?,
        args: words(arguments),
    };
    let files = tempfile::tempdir().context("cannot make a folder for the profiler's files")?;
    match arguments.kind {
        ProfileKind::Instructions => callgrind::record(&case, files.path()),
        ProfileKind::Time => perf::record(&case, files.path()),
        ProfileKind::Python => pyspy::record(workspace, &case, files.path()),
    }
}

fn words(arguments: &ProfileArgs) -> Vec<OsString> {
    let mut words: Vec<OsString> = ["run", "--engine", &arguments.engine]
        .map(Into::into)
        .into();
    words.extend(
        arguments
            .param
            .iter()
            .flat_map(|pair| ["--param".into(), pair.into()]),
    );
    if let Some(size) = arguments.size {
        words.extend(["--size".into(), size.to_string().into()]);
    }
    if arguments.kind != ProfileKind::Instructions {
        words.extend(["--seconds".into(), arguments.seconds.to_string().into()]);
    }
    words.push(arguments.workload.clone().into());
    words
}

/// What the files of a profile are called, without their ends.
fn name(arguments: &ProfileArgs) -> String {
    let kind = match arguments.kind {
        ProfileKind::Instructions => "instructions",
        ProfileKind::Time => "time",
        ProfileKind::Python => "python",
    };
    let size = arguments.size.map(|size| format!("n={size}"));
    let mut parts = vec![arguments.workload.clone(), arguments.engine.clone()];
    parts.extend(arguments.param.iter().cloned());
    parts.extend(size);
    parts.push(kind.to_owned());
    parts.join("-").replace(['/', '\\'], "_")
}

/// A table of the functions that spend most themselves.
fn hottest(profile: &Profile) -> String {
    let total = profile.stacks.total();
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_header([profile.unit, "share", "in"]);
    // Counts are far below 2^52.
    #[expect(clippy::cast_precision_loss)]
    let share = |count: u64| format!("{:.1} %", 100.0 * count as f64 / total as f64);
    for (function, count) in profile.stacks.hottest().into_iter().take(HOTTEST) {
        table.add_row([count.to_string(), share(count), function.to_owned()]);
    }
    table.add_row([total.to_string(), share(total), "all".to_owned()]);
    for column in table.column_iter_mut().take(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::{Profile, Stacks, hottest, name, words};
    use crate::cli::{ProfileArgs, ProfileKind};

    fn arguments(kind: ProfileKind) -> ProfileArgs {
        ProfileArgs {
            workload: "runs".to_owned(),
            engine: "vm".to_owned(),
            param: vec!["depth=1".to_owned()],
            size: Some(500),
            kind,
            seconds: 2.0,
            against: None,
            out: None,
        }
    }

    #[test]
    fn a_case_is_counted_once_and_timed_for_a_while() {
        let words = |kind| {
            let words = words(&arguments(kind));
            let words: Vec<_> = words.iter().filter_map(|word| word.to_str()).collect();
            words.join(" ")
        };
        assert_eq!(
            words(ProfileKind::Instructions),
            "run --engine vm --param depth=1 --size 500 runs"
        );
        assert_eq!(
            words(ProfileKind::Time),
            "run --engine vm --param depth=1 --size 500 --seconds 2 runs"
        );
    }

    #[test]
    fn files_are_called_after_what_they_show() {
        assert_eq!(
            name(&arguments(ProfileKind::Python)),
            "runs-vm-depth=1-n=500-python"
        );
    }

    #[test]
    fn the_table_has_the_largest_share_first() {
        let profile = Profile {
            stacks: Stacks::parse("a;b 25\na;c 75\n").expect("they are folded"),
            unit: "samples",
            note: String::new(),
        };
        let table = hottest(&profile);
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert!(
            rows[0].contains("75.0 %") && rows[0].contains("| c"),
            "{table}"
        );
        assert!(
            rows[1].contains("25.0 %") && rows[1].contains("| b"),
            "{table}"
        );
        assert!(rows[2].contains("100.0 %"), "{table}");
    }
}
