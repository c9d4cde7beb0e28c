//! What is to run: the workloads, their cases, and the engines.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use doeff_reports::{Absence, Engine as Name};
use pyo3::prelude::*;
use serde_json::json;

use crate::arguments::{Arguments, Format};
use crate::cell::Cell;
use crate::python;
use crate::roster::{self, Entrant};
use crate::workload::{Case, Source, Workload};

/// The chosen workloads with their cases, and the chosen engines.
pub(super) struct Selection {
    workloads: Vec<(Workload, Vec<Case>)>,
    /// The engines that take part.
    pub(super) entrants: Vec<Entrant>,
    absent: Vec<Absence>,
}

/// All workloads, or those of these names.
///
/// # Errors
/// When there is none of a name, or a file is not a workload.
pub fn workloads(py: Python<'_>, names: &[String]) -> Result<Vec<Workload>> {
    let folder = python::workspace().join("bench-suites/programs");
    let mut sources = Source::read_all(&folder)?;
    if let Some(unknown) = names
        .iter()
        .find(|name| sources.iter().all(|source| source.name() != *name))
    {
        let known: Vec<_> = sources.iter().map(Source::name).collect();
        bail!(
            "there is no workload {unknown}; there are {}",
            known.join(", ")
        );
    }
    sources.retain(|source| names.is_empty() || names.iter().any(|name| name == source.name()));
    let checked = sources
        .into_iter()
        .map(|source| Workload::check(py, source));
    Ok(checked.collect::<Result<_, _>>()?)
}

impl Selection {
    /// What the command line chooses.
    pub(super) fn of(arguments: &Arguments) -> Result<Self> {
        let chosen = Python::attach(|py| -> Result<_> {
            let mut chosen = Vec::new();
            for workload in workloads(py, &[])? {
                let sizes = match &arguments.sizes[..] {
                    [] => workload.sizes(arguments.mode()),
                    sizes => sizes,
                };
                let chooses = |params: &_| arguments.chooses(&workload.label_with(params));
                let cases = workload.cases_of(py, sizes, chooses)?;
                if !cases.is_empty() {
                    chosen.push((workload, cases));
                }
            }
            Ok(chosen)
        })?;
        if chosen.is_empty() {
            bail!("no workload matches --filter; --list shows them all");
        }
        Ok(Self {
            workloads: chosen,
            entrants: entrants(arguments)?,
            absent: Vec::new(),
        })
    }

    /// Without the engines that cannot be had here; the reasons are kept.
    pub(super) fn available(mut self) -> Self {
        self.entrants.retain(|entrant| match entrant.make_ready() {
            Ok(()) => true,
            Err(reason) => {
                let absence = Absence::of_engine(entrant.name.clone(), reason.to_string());
                eprintln!("left out: {absence}");
                self.absent.push(absence);
                false
            }
        });
        self
    }

    /// All cells, and the group of each: the cells of one workload, parameters and size.
    pub(super) fn cells(&self, py: Python<'_>) -> Result<(Vec<Cell<'_>>, Vec<usize>)> {
        let (mut cells, mut groups) = (Vec::new(), Vec::new());
        let mut group = 0;
        for (workload, cases) in &self.workloads {
            for case in cases {
                for (index, entrant) in self.entrants.iter().enumerate() {
                    if !runs(py, entrant, workload, case)? {
                        continue;
                    }
                    cells.push(Cell::new(workload, case, entrant.name.clone(), index));
                    groups.push(group);
                }
                group += 1;
            }
        }
        Ok((cells, groups))
    }

    /// What does not run of what was chosen, and why.
    pub(super) fn left_out(&self) -> Vec<Absence> {
        let mut left_out = self.absent.clone();
        for (workload, cases) in &self.workloads {
            let name = workload.source().name();
            for entrant in &self.entrants {
                for case in cases {
                    let absence = entrant.left_out(name, &case.params, case.size);
                    left_out.extend(absence.filter(|absence| !left_out.contains(absence)));
                }
            }
        }
        left_out
    }

    /// What would run: a line per workload with its parameters, sizes and engines.
    pub(super) fn list(&self, format: Format) -> Result<String> {
        Python::attach(|py| {
            let mut rows: Vec<(String, Vec<u64>, Vec<Name>)> = Vec::new();
            for (workload, cases) in &self.workloads {
                let mut by_label = BTreeMap::<String, usize>::new();
                for case in cases {
                    let label = workload.label(case);
                    let index = *by_label.entry(label.clone()).or_insert_with(|| {
                        rows.push((label, Vec::new(), Vec::new()));
                        rows.len() - 1
                    });
                    let (_, sizes, engines) = &mut rows[index];
                    sizes.push(case.size);
                    for entrant in &self.entrants {
                        if !engines.contains(&entrant.name) && runs(py, entrant, workload, case)? {
                            engines.push(entrant.name.clone());
                        }
                    }
                }
            }
            match format {
                Format::Table => Ok(table(&rows)),
                Format::Json => {
                    let rows = rows.iter().map(|(workload, sizes, engines)| {
                        json!({"workload": workload, "sizes": sizes, "engines": engines})
                    });
                    let rows: Vec<_> = rows.collect();
                    serde_json::to_string_pretty(&rows).context("cannot write the list as JSON")
                }
            }
        })
    }
}

/// Whether an engine runs a case.
fn runs(py: Python<'_>, entrant: &Entrant, workload: &Workload, case: &Case) -> Result<bool> {
    let name = workload.source().name();
    Ok(entrant.takes(py, workload, case)?
        && entrant.left_out(name, &case.params, case.size).is_none())
}

fn table(rows: &[(String, Vec<u64>, Vec<Name>)]) -> String {
    let words = |words: Vec<String>| words.join(" ");
    let lines = rows.iter().map(|(workload, sizes, engines)| {
        format!(
            "{workload}\n    sizes: {}\n    engines: {}",
            words(sizes.iter().map(ToString::to_string).collect()),
            words(engines.iter().map(ToString::to_string).collect()),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The chosen engines, other builds included, in the order of reports.
fn entrants(arguments: &Arguments) -> Result<Vec<Entrant>> {
    let mut entrants = roster::all().context("cannot tell the path of this program")?;
    let chosen = &arguments.engines;
    entrants.retain(|entrant| {
        if chosen.is_empty() {
            arguments.revisions.is_empty()
        } else {
            chosen.iter().any(|name| name == entrant.name.name())
        }
    });
    for revision in &arguments.revisions {
        if entrants
            .iter()
            .any(|entrant| entrant.name.name() == revision.name)
        {
            bail!("two engines are called {}", revision.name);
        }
        let name = Name::new(revision.name.clone());
        entrants.push(Entrant::ours(name, &revision.program, Name::VM));
    }
    Ok(entrants)
}
