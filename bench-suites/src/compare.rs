//! The comparison from beginning to end.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use doeff_reports::{Comparison, Report, Schema, terminal};
use pyo3::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::arguments::Arguments;
use crate::engine::Engine;
use crate::engines;
use crate::measure::{Cell, Collector};
use crate::progress::Stage;
use crate::python;
use crate::record;
use crate::schedule::{Limits, rounds};
use crate::workload::{Case, Source, Workload};

/// Runs the comparison. The exit code is a failure when an answer was wrong.
///
/// # Errors
/// When the interpreter is not the right one, a workload is not one, a run raised, or the report
/// cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    python::check()?;
    python::start()?;
    Python::attach(|py| {
        let workloads = workloads(py, &arguments.workloads)?;
        let cases: Vec<Vec<Case>> = workloads
            .iter()
            .map(|workload| workload.cases(py, arguments.mode()))
            .collect::<Result<_, _>>()?;
        let mut left_out = Vec::new();
        let engines = available(engines(&arguments.engines), &mut left_out);
        let mut cells = cells(py, &workloads, &cases, &engines, &mut left_out)?;
        if arguments.bench {
            measure(py, arguments, cells, &left_out)
        } else {
            check(py, &mut cells)
        }
    })
}

pub(crate) fn workloads(py: Python<'_>, names: &[String]) -> Result<Vec<Workload>> {
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

fn engines(names: &[String]) -> Vec<Box<dyn Engine>> {
    let mut engines = engines::all();
    engines
        .retain(|engine| names.is_empty() || names.iter().any(|name| name == engine.name().name()));
    engines
}

/// Those of the engines that can be had here; why the others cannot is added to `left_out`.
fn available(
    mut engines: Vec<Box<dyn Engine>>,
    left_out: &mut Vec<String>,
) -> Vec<Box<dyn Engine>> {
    engines.retain(|engine| match engine.start() {
        Ok(()) => true,
        Err(reason) => {
            let line = format!("{}: {reason}", engine.name());
            eprintln!("left out: {line}");
            left_out.push(line);
            false
        }
    });
    engines
}

/// All cells, ready to run. Each engine gets a copy of each workload of its own. What one
/// leaves out is added to `left_out`.
fn cells<'a>(
    py: Python<'_>,
    workloads: &'a [Workload],
    cases: &'a [Vec<Case>],
    engines: &[Box<dyn Engine>],
    left_out: &mut Vec<String>,
) -> Result<Vec<Cell<'a>>> {
    let mut cells = Vec::new();
    for (workload, cases) in workloads.iter().zip(cases) {
        for engine in engines {
            let program = workload.source().compile(py, engine.effects_module())?;
            for case in cases {
                if !workload.is_for(py, &engine.name(), case)? {
                    continue;
                }
                let name = workload.source().name();
                if let Some(part) = engine.left_out(name, case) {
                    let line = part.told_of(&engine.name());
                    if !left_out.contains(&line) {
                        left_out.push(line);
                    }
                    continue;
                }
                let runnable = engine.prepare(py, &program, case).map_err(|error| {
                    let error = python::describe(py, &error);
                    anyhow!(
                        "{} cannot prepare the workload {name}:\n{error}",
                        engine.name()
                    )
                })?;
                cells.push(Cell::new(workload, case, engine.name(), runnable));
            }
        }
    }
    if !left_out.is_empty() {
        eprintln!("left out: {} parts, which the report names", left_out.len());
    }
    if cells.is_empty() {
        bail!("nothing to run: no chosen engine runs a chosen workload");
    }
    Ok(cells)
}

fn failed(py: Python<'_>, cell: &Cell<'_>, error: &PyErr) -> anyhow::Error {
    anyhow!("{} failed:\n{}", cell.label(), python::describe(py, error))
}

/// Runs each cell once.
fn check(py: Python<'_>, cells: &mut [Cell<'_>]) -> Result<ExitCode> {
    let stage = Stage::begin("checking", cells.len());
    for cell in &mut *cells {
        stage.step(cell.label());
        cell.check(py).map_err(|error| failed(py, cell, &error))?;
        stage.done();
    }
    stage.end();
    println!("Only the answers were checked; `cargo bench` measures.");
    Ok(verdict(&wrong(cells)))
}

fn measure(
    py: Python<'_>,
    arguments: &Arguments,
    mut cells: Vec<Cell<'_>>,
    left_out: &[String],
) -> Result<ExitCode> {
    let limits = Limits::of(arguments.mode());
    let created = record::now();
    let versions = record::versions(py, python::workspace())?;
    println!("Python {} ({})", versions.python, versions.python_prefix);
    let collector = Collector::enabled(py)?;
    let costs = warm_up(py, &mut cells, &limits, &collector)?;

    let seed = arguments
        .seed
        .unwrap_or_else(|| rand::random::<u32>().into());
    let rounds = rounds(&limits.samples(&costs), &mut StdRng::seed_from_u64(seed));
    let stage = Stage::begin("measuring", rounds.iter().map(Vec::len).sum());
    for &index in rounds.iter().flatten() {
        let cell = &mut cells[index];
        stage.step(cell.label());
        cell.sample(py, &collector)
            .map_err(|error| failed(py, cell, &error))?;
        stage.done();
    }
    stage.end();

    let wrong = wrong(&cells);
    let results = cells.into_iter().map(|cell| {
        let label = cell.label();
        cell.into_measurement().with_context(|| label)
    });
    let report = Report {
        schema: Schema::V1,
        created,
        mode: arguments.mode(),
        machine: record::machine(),
        versions,
        settings: record::settings(seed, &limits, rounds.len(), left_out),
        results: results.collect::<Result<_>>()?,
    };
    let output = match &arguments.output {
        Some(folder) => folder.clone(),
        None => python::workspace().join("reports/latest"),
    };
    doeff_reports::write(&report, &output)?;
    println!("{}", terminal::table(&Comparison::of(&report)));
    println!(
        "report.json, report.md and report.html are in {}",
        output.display()
    );
    Ok(verdict(&wrong))
}

fn warm_up(
    py: Python<'_>,
    cells: &mut [Cell<'_>],
    limits: &Limits,
    collector: &Collector,
) -> Result<Vec<Duration>> {
    let stage = Stage::begin("warming up", cells.len());
    let costs = cells.iter_mut().map(|cell| {
        stage.step(cell.label());
        let cost = cell
            .warm_up(py, limits, collector)
            .map_err(|error| failed(py, cell, &error))?;
        stage.done();
        Ok(cost)
    });
    let costs = costs.collect::<Result<_>>()?;
    stage.end();
    Ok(costs)
}

fn wrong(cells: &[Cell<'_>]) -> Vec<String> {
    let wrong = cells.iter().filter(|cell| !cell.answer_ok());
    wrong.map(Cell::label).collect()
}

fn verdict(wrong: &[String]) -> ExitCode {
    if wrong.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("WRONG ANSWERS:");
    for label in wrong {
        eprintln!("  {label}");
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use doeff_reports::{Engine as Name, Mode};
    use pyo3::prelude::*;

    use super::{Cell, available, cells, workloads};
    use crate::engine::{Engine, LeftOut, Runnable, Unavailable};
    use crate::python::with_python;
    use crate::workload::{Case, Compiled};

    /// An engine that may not be had, and leaves out what is typed or large.
    struct Other {
        name: &'static str,
        problem: Option<&'static str>,
    }

    impl Engine for Other {
        fn name(&self) -> Name {
            Name::new(self.name)
        }

        fn effects_module(&self) -> &'static str {
            "doeff_vm"
        }

        fn start(&self) -> Result<(), Unavailable> {
            let problem = self.problem.map(|problem| Unavailable(problem.to_owned()));
            problem.map_or(Ok(()), Err)
        }

        fn left_out(&self, workload: &str, case: &Case) -> Option<LeftOut> {
            let typed = LeftOut::with("nested_handlers", "typed=true", "it has no types");
            let large = LeftOut::all("nested_handlers", "it is slow").above(100);
            let mut parts = [typed, large].into_iter();
            parts.find(|part| part.concerns(workload, case))
        }

        fn prepare(&self, _: Python<'_>, _: &Compiled, _: &Case) -> PyResult<Runnable> {
            Ok(Box::new(|py: Python<'_>| Ok(py.None())))
        }
    }

    fn engine(name: &'static str, problem: Option<&'static str>) -> Box<dyn Engine> {
        Box::new(Other { name, problem })
    }

    #[test]
    fn an_engine_that_cannot_be_had_is_left_out_with_the_reason() {
        let mut left_out = Vec::new();
        let engines = [
            ("first", None),
            ("second", Some("it is not there")),
            ("third", None),
        ];
        let engines = engines.map(|(name, problem)| engine(name, problem));
        let engines = available(engines.into(), &mut left_out);
        let names: Vec<_> = engines.iter().map(|engine| engine.name()).collect();
        assert_eq!(names, ["first", "third"].map(Name::new));
        assert_eq!(left_out, ["second: it is not there"]);
    }

    #[test]
    fn what_an_engine_leaves_out_is_told_with_the_reason_once() {
        with_python(|py| {
            let workloads = workloads(py, &["nested_handlers".to_owned()]).expect("it is there");
            let cases = workloads[0]
                .cases(py, Mode::Quick)
                .expect("its functions work");
            let (engines, mut left_out) = ([engine("other", None)], Vec::new());
            let cases = [cases];
            let cells = cells(py, &workloads, &cases, &engines, &mut left_out);
            let cells = cells.expect("some are left");
            let labels: Vec<_> = cells.iter().map(Cell::label).collect();
            let kept = |label: &String| label.contains("typed=false), n = 100,");
            assert!(labels.iter().all(kept), "{labels:?}");
            assert_eq!(4 * labels.len(), cases[0].len());
            // One line for all depths and sizes.
            let lines = [
                "nested_handlers (typed=true) on other: it has no types",
                "nested_handlers above n = 100 on other: it is slow",
            ];
            assert_eq!(left_out, lines);
        });
    }

    #[test]
    fn where_all_is_left_out_there_is_nothing_to_run() {
        with_python(|py| {
            let workloads = workloads(py, &["resume_churn".to_owned()]).expect("it is there");
            let cases = [workloads[0]
                .cases(py, Mode::Quick)
                .expect("its functions work")];
            let Err(error) = cells(py, &workloads, &cases, &[], &mut Vec::new()) else {
                panic!("there is no engine");
            };
            assert!(error.to_string().contains("nothing to run"), "{error}");
        });
    }
}
