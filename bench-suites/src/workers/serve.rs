//! The worker of an engine of ours: this program, started again.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _};

use anyhow::{Context as _, Result, anyhow, bail};
use pyo3::prelude::*;
use serde::Serialize;

use super::protocol::{Asked, Reply, Times};
use crate::engine::{Engine, Runnable};
use crate::engines;
use crate::python;
use crate::workload::{Case, Compiled, Source, Workload};

/// Serves requests for an engine until there are no more.
///
/// # Errors
/// When there is no such engine, the interpreter does not start, or a pipe breaks. What a workload raises is a reply.
pub fn serve(engine: &str) -> Result<()> {
    let engine = engines::named(engine).ok_or_else(|| anyhow!("there is no engine {engine}"))?;
    python::start()?;
    let (requests, mut replies) = (io::stdin().lock(), io::stdout().lock());
    reply(&mut replies, &Reply::Ok(python::built_against()))?;
    let mut server = Server::new(engine);
    for request in requests.lines() {
        server.serve(&request?, &mut replies)?;
    }
    Ok(())
}

fn told<T>(result: Result<T>) -> Reply<T> {
    result.map_or_else(|error| Reply::Error(format!("{error:#}")), Reply::Ok)
}

fn reply<T: Serialize>(replies: &mut impl io::Write, reply: &Reply<T>) -> Result<()> {
    let mut line = serde_json::to_string(reply)?;
    line.push('\n');
    replies.write_all(line.as_bytes())?;
    Ok(replies.flush()?)
}

/// The workloads that were loaded and the cases of them that were prepared.
pub(super) struct Server {
    engine: Box<dyn Engine>,
    workloads: BTreeMap<String, (Workload, Compiled)>,
    cases: Vec<(Case, Runnable)>,
}

impl Server {
    /// A server that has loaded nothing.
    pub(super) fn new(engine: Box<dyn Engine>) -> Self {
        Self {
            engine,
            workloads: BTreeMap::new(),
            cases: Vec::new(),
        }
    }

    /// Does what a line asks for, and writes the reply.
    ///
    /// # Errors
    /// When the line is no request, or cannot be replied to.
    pub(super) fn serve(&mut self, request: &str, replies: &mut impl io::Write) -> Result<()> {
        let request = serde_json::from_str(request).context("the request is of another form")?;
        // The interpreter is let go of between requests: other threads of a program get on then.
        Python::attach(|py| match request {
            Asked::Prepare {
                name,
                path,
                text,
                params,
                size,
            } => {
                let source = Source::of_text(name, path, text);
                reply(replies, &told(self.prepare(py, source, &params, size)))
            }
            Asked::Run { case, runs, warm } => {
                reply(replies, &told(self.run(py, case, runs, warm)))
            }
        })
    }

    /// Makes one case ready; gives its number.
    fn prepare(
        &mut self,
        py: Python<'_>,
        source: Source,
        params: &doeff_reports::Params,
        size: u64,
    ) -> Result<usize> {
        let name = source.name().to_owned();
        if !self.workloads.contains_key(&name) {
            let workload = Workload::check(py, source)?;
            let copy = workload
                .source()
                .compile(py, self.engine.effects_module())?;
            self.workloads.insert(name.clone(), (workload, copy));
        }
        let (workload, copy) = &self.workloads[&name];
        let index = workload.params().iter().position(|own| own == params);
        let index = index.ok_or_else(|| anyhow!("{name} has no parameters {params}"))?;
        let case = workload.case(py, index, size)?;
        let runnable = self.engine.prepare(py, copy, &case);
        let runnable = runnable.map_err(|error| anyhow!(python::describe(py, &error)))?;
        self.cases.push((case, runnable));
        Ok(self.cases.len() - 1)
    }

    /// Collects all garbage, then times some runs of a case; before them one that is not, if `warm`.
    fn run(&self, py: Python<'_>, case: u32, runs: u32, warm: bool) -> Result<Times> {
        let Some((_, runnable)) = self.cases.get(case as usize) else {
            bail!("there is no case {case}");
        };
        let described = |error: PyErr| anyhow!(python::describe(py, &error));
        py.import("gc")
            .and_then(|gc| gc.call_method0("collect"))
            .map_err(described)?;
        if warm {
            runnable.time(py, 1).map_err(described)?;
        }
        let timed = runnable.time(py, runs).map_err(described)?;
        let mut answers = Vec::new();
        for answer in &timed.answers {
            let answer = answer.bind(py).repr().map_err(described)?.to_string();
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        let nanoseconds = |time: std::time::Duration| {
            u64::try_from(time.as_nanos()).context("a run took centuries")
        };
        Ok(Times {
            nanoseconds: nanoseconds(timed.elapsed)?,
            cpu_nanoseconds: nanoseconds(timed.cpu)?,
            answers,
        })
    }
}
