//! `cargo xtask sweep`: instructions per operation over sizes, and the law by which they grow.

use std::ffi::OsString;
use std::path::absolute;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::cli::SweepArgs;
use crate::process::program;
use crate::research;
use crate::tools;
use crate::workspace::Workspace;

/// Installs what is needed, and hands over to the bench target, which prints and writes what it finds.
pub(crate) fn run(workspace: &Workspace, arguments: &SweepArgs) -> Result<ExitCode> {
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

    use super::words;
    use crate::cli::SweepArgs;

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
