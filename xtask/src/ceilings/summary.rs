//! What the records say together: every ceiling with its verdict, and the times beside the counts.

use std::collections::BTreeMap;

use doeff_reports::instructions::{Ceiling, Cost, Law, Verdict};
use doeff_reports::table::Group;
use doeff_reports::{Comparison, Engine, Instructions, Mode, Outcome, Params, Report, format};
use serde::Serialize;
use serde_json::Value;

use super::records::{Core, CoreRow, Growth, Heap, Records, Structure};

/// The size at which times are shown, or the nearest that every engine has.
const SIZE: f64 = 10_000.0;

/// The page as data.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    schema: &'static str,
    pub(super) mode: Mode,
    pub(super) head: Head,
    pub(super) ceilings: Tally,
    /// What was not measured, and why.
    pub(super) failures: Vec<String>,
    pub(super) targets: Vec<Target>,
    pub(super) laws: Vec<Judged<Law>>,
    pub(super) structures: Vec<Judged<Structure>>,
    pub(super) growth: Vec<Judged<Growth>>,
    pub(super) core: Vec<CoreRow>,
}

/// When, and what ran on what.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    pub(super) created: Option<String>,
    pub(super) revision: Option<String>,
    pub(super) python: Option<String>,
    pub(super) libpython_sha256: Option<String>,
    pub(super) rustc: Option<String>,
    pub(super) cpu: Option<String>,
}

/// How many ceilings were measured, and which are broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    pub(super) measured: usize,
    pub(super) broken: Vec<String>,
}

/// A workload with a ceiling; where nothing was counted, one that was timed.
#[derive(Debug, Serialize)]
pub(super) struct Target {
    pub(super) label: String,
    pub(super) ceiling: Option<Ceiling>,
    /// Instructions.
    pub(super) vm: Option<f64>,
    pub(super) floor: Option<f64>,
    pub(super) ratio: Option<f64>,
    pub(super) verdict: Verdict,
    pub(super) times: Times,
}

/// Nanoseconds per operation.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Times {
    pub(super) size: Option<u64>,
    pub(super) vm: Option<f64>,
    pub(super) floor: Option<f64>,
    pub(super) doeff: Option<f64>,
    /// How many times as long doeff 0.8 takes as the VM.
    pub(super) faster: Option<f64>,
    /// Why there is no figure of doeff 0.8.
    pub(super) no_doeff: Option<String>,
}

/// Something with its verdict.
#[derive(Debug, Serialize)]
pub(super) struct Judged<T> {
    #[serde(flatten)]
    pub(super) of: T,
    pub(super) verdict: Verdict,
}

impl Tally {
    fn check(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        self.measured += 1;
        if !holds {
            self.broken.push(problem());
        }
    }

    fn of_instructions(found: &Instructions) -> Self {
        let open = |verdict| verdict == Verdict::Open;
        let costs = found.costs.iter().filter(|cost| !open(cost.verdict()));
        let floors = found.floors.iter();
        let floors = floors.flat_map(|floor| [floor.limit, floor.recorded]);
        Self {
            measured: costs.count()
                + floors.flatten().count()
                + found.laws.len()
                + usize::from(found.repeats.is_some()),
            broken: found.broken.clone(),
        }
    }

    pub(super) fn of_core(core: &Core) -> Self {
        let mut tally = Self::default();
        for row in &core.rows {
            for (way, figures, ceiling) in row.ways() {
                if let Some(ceiling) = ceiling {
                    tally.check(figures.instructions <= ceiling, || {
                        let count = format::instructions(figures.instructions);
                        format!(
                            "the core, {}, {way}: {count} instructions, but at most {ceiling} are allowed",
                            row.name
                        )
                    });
                }
                tally.check(figures.allocates_nothing(), || {
                    let allocations = figures.allocations;
                    format!(
                        "the core, {}, {way}: {allocations} allocations per operation, but none is allowed",
                        row.name
                    )
                });
            }
        }
        tally
    }

    pub(super) fn of_heap(heap: &Heap) -> Self {
        let mut tally = Self::default();
        for structure in &heap.structures {
            if let Some(ceiling) = structure.ceiling {
                let Structure { what, ours, .. } = structure;
                tally.check(structure.verdict() == Verdict::Holds, || {
                    format!("a {what}: {ours:.2} bytes of ours, but at most {ceiling} are allowed")
                });
            }
        }
        for growth in &heap.growth {
            let Growth {
                what,
                from,
                to,
                rust,
                python,
            } = growth;
            tally.check(growth.verdict() == Verdict::Holds, || {
                let [from, to] = [from, to].map(|&steps| format::count(steps));
                format!(
                    "{what}: {rust} + {python} bytes more are alive after {to} steps than after {from}, \
                     but none is allowed"
                )
            });
        }
        tally
    }

    fn of(records: &Records) -> Self {
        let counted = records.instructions.as_ref().map(Self::of_instructions);
        let core = records.core.as_ref().map(Self::of_core);
        let heap = records.heap.as_ref().map(Self::of_heap);
        let mut all = Self::default();
        for tally in [counted, core, heap].into_iter().flatten() {
            all.measured += tally.measured;
            all.broken.extend(tally.broken);
        }
        all
    }
}

impl Summary {
    pub(super) fn of(mode: Mode, records: &Records) -> Self {
        let times = records.times.as_ref();
        let targets: Vec<_> = match &records.instructions {
            Some(found) => {
                let costs = found.costs.iter().filter(|cost| cost.ceiling.is_some());
                costs.map(|cost| Target::of(cost, times)).collect()
            }
            None => times.map(uncounted).unwrap_or_default(),
        };
        let laws = records.instructions.iter().flat_map(|found| &found.laws);
        let structures = records.heap.iter().flat_map(|heap| &heap.structures);
        let growth = records.heap.iter().flat_map(|heap| &heap.growth);
        let core = records.core.iter().flat_map(|core| &core.rows);
        let mut failures = records.failures.clone();
        let without = targets
            .iter()
            .filter(|target| target.ceiling.is_some() && target.verdict == Verdict::Open);
        failures.extend(without.map(|target| format!("{}: nothing to compare with", target.label)));
        failures.extend(records.times.iter().flat_map(wrong_answers));
        Self {
            schema: "doeff-vm/ceilings/1",
            mode,
            head: Head::of(records),
            ceilings: Tally::of(records),
            failures,
            targets,
            laws: laws.map(|law| judged(law, law.verdict())).collect(),
            structures: structures.map(|one| judged(one, one.verdict())).collect(),
            growth: growth.map(|one| judged(one, one.verdict())).collect(),
            core: core.cloned().collect(),
        }
    }

    /// Whether everything was measured and every ceiling holds.
    pub(super) fn is_good(&self) -> bool {
        self.ceilings.broken.is_empty() && self.failures.is_empty()
    }

    /// The page as indented JSON with a final newline.
    pub(super) fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a summary has string keys only");
        text.push('\n');
        text
    }
}

fn judged<T: Clone>(of: &T, verdict: Verdict) -> Judged<T> {
    Judged {
        of: of.clone(),
        verdict,
    }
}

fn wrong_answers(times: &Report) -> impl Iterator<Item = String> {
    let wrong = times.results.iter().filter(|row| !row.answer_ok());
    wrong.map(|row| match &row.outcome {
        Outcome::Failed { reason } => format!("{}: {reason}", row.label()),
        _ => format!("{}: wrong answer", row.label()),
    })
}

impl Head {
    fn of(records: &Records) -> Self {
        let versions = records.versions();
        let core = records.core.as_ref();
        let revision = versions.map_or_else(
            || core.and_then(|core| core.git_revision.clone()),
            |versions| versions.git_revision.clone(),
        );
        let rustc = versions.map(|versions| &versions.rustc);
        let hash = |found: &Instructions| found.build.libpython_sha256.clone();
        Self {
            created: records.created().map(str::to_owned),
            revision,
            python: versions.map(|v| format!("{} ({})", v.python, v.python_prefix)),
            libpython_sha256: records.instructions.as_ref().map(hash),
            rustc: rustc.or(core.map(|core| &core.rustc)).cloned(),
            cpu: records.machine().map(|machine| machine.cpu.clone()),
        }
    }
}

impl Target {
    fn of(cost: &Cost, times: Option<&Report>) -> Self {
        Self {
            label: cost.label(),
            ceiling: cost.ceiling,
            vm: cost.count(&Engine::VM),
            floor: cost.count(&Engine::FLOOR),
            ratio: cost.times_floor(),
            verdict: cost.verdict(),
            times: times
                .map(|times| Times::of(cost, times))
                .unwrap_or_default(),
        }
    }
}

/// The workloads that were timed, without counts.
fn uncounted(times: &Report) -> Vec<Target> {
    let groups = Comparison::of(times).groups.into_iter();
    let costs = groups.map(|group| Cost {
        workload: group.workload,
        params: group.params,
        operation: group.operation,
        over: "size".to_owned(),
        from: 0,
        to: 0,
        counts: BTreeMap::new(),
        events: BTreeMap::new(),
        parts: BTreeMap::new(),
        ceiling: None,
    });
    costs.map(|cost| Target::of(&cost, Some(times))).collect()
}

impl Times {
    /// The times that belong to a count. What differs in a parameter is, as the count is, the difference of
    /// two cases over what one of them has more.
    fn of(cost: &Cost, report: &Report) -> Self {
        let comparison = Comparison::of(report);
        let find = |params: &Params| {
            let mut groups = comparison.groups.iter();
            groups.find(|group| group.workload == cost.workload && group.params == *params)
        };
        let in_size = cost.over == "size";
        let [smaller, larger] = [cost.from, cost.to].map(|value| {
            find(&if in_size {
                cost.params.clone()
            } else {
                with(&cost.params, &cost.over, value)
            })
        });
        let (Some(smaller), Some(larger)) = (smaller, larger) else {
            return Self::default();
        };
        let time = |engine: &Engine, size: u64| {
            let (less, more) = (
                median(smaller, engine, size)?,
                median(larger, engine, size)?,
            );
            if in_size {
                return Some(more);
            }
            #[expect(clippy::cast_precision_loss)] // a few handlers
            let each = (more - less) / (cost.to - cost.from) as f64;
            Some(each)
        };
        let nearest = |engines: &[Engine]| {
            let sizes = larger.rows.iter().map(|row| row.size);
            let all = sizes.filter(|&size| engines.iter().all(|one| time(one, size).is_some()));
            all.min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        };
        let all = [Engine::VM, Engine::FLOOR, Engine::DOEFF_0_8];
        let size = nearest(&all).or_else(|| nearest(&all[..2]));
        let at = |engine: &Engine| time(engine, size?);
        let [vm, floor, doeff] = all.each_ref().map(at);
        // A difference of two times may drown in their noise.
        let ratio = vm.zip(doeff).filter(|&(vm, doeff)| vm > 0.0 && doeff > 0.0);
        Self {
            size,
            vm,
            floor,
            doeff,
            faster: ratio.map(|(vm, doeff)| doeff / vm),
            no_doeff: doeff.is_none().then(|| why(report, larger)),
        }
    }
}

fn with(params: &Params, name: &str, value: u64) -> Params {
    // There is no more to a parameter than its name and its value.
    let pairs = match serde_json::to_value(params) {
        Ok(Value::Object(pairs)) => pairs,
        _ => serde_json::Map::new(),
    };
    let added = (name.to_owned(), Value::from(value));
    pairs.into_iter().chain([added]).collect()
}

fn median(group: &Group, engine: &Engine, size: u64) -> Option<f64> {
    let row = group.rows.iter().find(|row| row.size == size)?;
    Some(row.cost(engine)?.ns_per_op.median)
}

/// How many factors a size is away from the one that is meant.
fn distance(size: u64) -> f64 {
    #[expect(clippy::cast_precision_loss)] // sizes are far below 2^52
    let factor = size as f64 / SIZE;
    factor.ln().abs()
}

/// Why doeff 0.8 has no figure for a group.
fn why(report: &Report, group: &Group) -> String {
    let mut absences = report.left_out.iter();
    let absence = absences.find(|absence| {
        // At whatever size.
        absence.engine == Engine::DOEFF_0_8
            && absence.concerns(&group.workload, &group.params, u64::MAX)
    });
    let other = "it did not run at a size that the others ran at";
    absence.map_or_else(|| other.to_owned(), |absence| absence.reason.clone())
}
