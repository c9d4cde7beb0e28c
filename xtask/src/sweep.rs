//! `cargo xtask sweep`: instructions per operation over sizes, and the law by which they grow.

use std::ffi::OsString;
use std::path::absolute;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use doeff_reports::sweep::check_sizes;

use crate::cli::SweepArgs;
use crate::process::program;
use crate::research;
use crate::tools;
use crate::workspace::Workspace;

/// Installs what is needed, and hands over to the bench target, which prints and writes what it finds.
pub(crate) fn run(workspace: &Workspace, arguments: &SweepArgs) -> Result<ExitCode> {
    if !arguments.sizes.is_empty() {
        check_sizes(&arguments.sizes)?;
    }
    tools::prepare(workspace)?;
    let research = research::build(workspace)?;
    let words = words(arguments)?;
    let ended = program(research, words, &workspace.root)
        .unchecked()
        .run()
        .context("cannot run the sweep")?;
    if !ended.status.success() {
        bail!("the sweep failed");
    }
    Ok(ExitCode::SUCCESS)
}

fn words(arguments: &SweepArgs) -> Result<Vec<OsString>> {
    let mut words = vec![OsString::from("sweep")];
    let mut option = |name: &str, value: &str| words.extend([name.into(), value.into()]);
    for engine in &arguments.engine {
        option("--engine", engine);
    }
    for pair in &arguments.param {
        option("--param", pair);
    }
    for size in &arguments.sizes {
        option("--sizes", &size.to_string());
    }
    if let Some(folder) = &arguments.out {
        words.extend(["--out".into(), absolute(folder)?.into()]);
    }
    words.extend(arguments.workloads.iter().map(OsString::from));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{run, words};
    use crate::cli::SweepArgs;
    use crate::workspace::Workspace;

    #[test]
    fn wrong_sizes_are_an_error_before_anything_is_made() {
        let nowhere = Workspace {
            root: "/nowhere".into(),
            target: "/nowhere".into(),
        };
        let arguments = SweepArgs {
            workloads: Vec::new(),
            engine: Vec::new(),
            param: Vec::new(),
            sizes: vec![1, 2, 3],
            out: None,
        };
        let error = run(&nowhere, &arguments).expect_err("they are too few");
        assert!(
            error.to_string().contains("give at least 8 sizes"),
            "{error}"
        );
    }

    #[test]
    fn everything_is_handed_over() {
        let words = words(&SweepArgs {
            workloads: vec!["runs".to_owned()],
            engine: vec!["vm".to_owned(), "pure".to_owned()],
            param: vec!["depth=1".to_owned()],
            sizes: vec![10, 20],
            out: Some("/out".into()),
        });
        let words = words.expect("the folder is absolute");
        let words: Vec<_> = words.iter().filter_map(|word| word.to_str()).collect();
        assert_eq!(
            words.join(" "),
            "sweep --engine vm --engine pure --param depth=1 --sizes 10 --sizes 20 --out /out runs"
        );
        assert!(Path::new(words[words.len() - 2]).is_absolute());
    }
}
