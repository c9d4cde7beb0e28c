//! What is counted, and how figures come of it.

mod laws;

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use doeff_reports::instructions::{Ceiling, Cost, Event, Events, Law, Part, Parts, Point};
use doeff_reports::{Engine, Mode, Params};
use pyo3::prelude::*;
use serde_json::{Value, json};

use super::ceilings;
use super::count::{Job, Total};
use crate::workload::Workload;

/// The sizes of most workloads.
const SIZES: [u64; 2] = [500, 2_500];
/// The garbage collector looks through the waiting clauses of these, and more rarely the more they are.
const NONTAIL_SIZES: [u64; 2] = [2_000, 22_000];
/// The clauses of this one grow almost with the square of the size.
const SIEVE_SIZES: [u64; 2] = [100, 500];
/// The depths between which the cost of passing over one handler is taken.
const DEPTHS: [u64; 2] = [16, 64];
/// The totals of all jobs.
pub(super) type Totals = HashMap<Job, Total>;

/// Two runs, and how many operations one makes more than the other.
#[derive(Clone, Debug)]
struct Span {
    small: Job,
    large: Job,
    operations: u64,
}

impl Span {
    /// What one operation needs of what `of` takes from a total.
    #[expect(clippy::cast_precision_loss)] // Far below 2^52.
    fn per_operation(&self, totals: &Totals, of: impl Fn(&Total) -> Option<u64>) -> Option<f64> {
        let (small, large) = (of(totals.get(&self.small)?)?, of(totals.get(&self.large)?)?);
        Some((large as f64 - small as f64) / self.operations as f64)
    }

    fn count(&self, totals: &Totals) -> Option<f64> {
        self.per_operation(totals, |total| Some(total.instructions))
    }
}

/// How a figure comes of totals.
#[derive(Clone, Debug)]
enum Measure {
    /// What one operation costs.
    Cost(Span),
    /// What one of so many steps adds to that.
    Step { near: Span, far: Span, steps: u32 },
}

impl Measure {
    fn spans(&self) -> Vec<&Span> {
        match self {
            Self::Cost(span) => vec![span],
            Self::Step { near, far, .. } => vec![near, far],
        }
    }

    fn figure(&self, of: impl Fn(&Span) -> Option<f64>) -> Option<f64> {
        match self {
            Self::Cost(span) => of(span),
            Self::Step { near, far, steps } => Some((of(far)? - of(near)?) / f64::from(*steps)),
        }
    }

    fn count(&self, totals: &Totals) -> Option<f64> {
        self.figure(|span| span.count(totals))
    }

    /// The count by what it belongs to; nothing where that was not told apart.
    fn parts(&self, totals: &Totals) -> Parts {
        let found = Part::ALL.into_iter().filter_map(|part| {
            let of = |total: &Total| {
                let parts = Some(&total.parts).filter(|parts| !parts.is_empty());
                parts.map(|parts| parts.get(&part).copied().unwrap_or_default())
            };
            Some((part, self.figure(|span| span.per_operation(totals, of))?))
        });
        found.collect()
    }

    /// What else was counted.
    fn events(&self, totals: &Totals) -> Events {
        let found = Event::ALL.into_iter().filter_map(|event| {
            let of = |total: &Total| total.events.get(&event).copied();
            Some((event, self.figure(|span| span.per_operation(totals, of))?))
        });
        found.collect()
    }
}

/// A row of costs that is to be counted.
struct CostPlan {
    /// Without its counts.
    cost: Cost,
    measures: Vec<(Engine, Measure)>,
}

impl CostPlan {
    /// Whose instructions the VM's are; nothing where it is not measured.
    fn parts(&self, totals: &Totals) -> Parts {
        let mut measures = self.measures.iter();
        let vm = measures.find(|(engine, _)| *engine == Engine::VM);
        vm.map(|(_, measure)| measure.parts(totals))
            .unwrap_or_default()
    }
}

/// A law that is to be fitted.
struct LawPlan {
    workload: String,
    cost: &'static str,
    over: &'static str,
    ceiling: f64,
    points: Vec<(u64, Span)>,
}

/// All that one run counts.
#[derive(Default)]
pub(super) struct Plan {
    costs: Vec<CostPlan>,
    laws: Vec<LawPlan>,
}

impl Plan {
    /// What a run of these workloads on these engines counts; a quick one what has a ceiling, and each workload without
    /// one under its first parameters on the VM.
    pub(super) fn of(
        py: Python<'_>,
        workloads: &[Workload],
        engines: &[Engine],
        mode: Mode,
    ) -> Result<Self> {
        let mut plan = Self::default();
        for workload in workloads {
            let subject = Subject { py, workload };
            match workload.source().name() {
                "deep_stacks" => {
                    if engines.contains(&Engine::VM) {
                        subject.plan_depths(&mut plan)?;
                    }
                }
                "nested_once" => {
                    if engines.contains(&Engine::VM) {
                        subject.plan_nested(&mut plan)?;
                    }
                }
                name => {
                    subject.plan_costs(&mut plan, engines, mode)?;
                    if name == "nested_handlers" {
                        subject.plan_handlers_passed(&mut plan, engines)?;
                    }
                    if name == "resume_churn" && engines.contains(&Engine::VM) {
                        subject.plan_effects(&mut plan)?;
                    }
                }
            }
        }
        Ok(plan)
    }

    /// Every process that is needed, once.
    pub(super) fn jobs(&self) -> Vec<Job> {
        let measures = self.costs.iter().flat_map(|plan| &plan.measures);
        let of_costs = measures.flat_map(|(_, measure)| measure.spans());
        let of_laws = self.laws.iter().flat_map(|law| &law.points);
        let spans = of_costs.chain(of_laws.map(|(_, span)| span));
        let mut jobs = Vec::new();
        for job in spans.flat_map(|span| [&span.small, &span.large]) {
            if !jobs.contains(job) {
                jobs.push(job.clone());
            }
        }
        jobs
    }

    /// The costs, given the totals.
    pub(super) fn costs(&self, totals: &Totals) -> Vec<Cost> {
        let costs = self.costs.iter().map(|plan| {
            let counts = plan.measures.iter();
            let counts = counts
                .filter_map(|(engine, measure)| Some((engine.clone(), measure.count(totals)?)));
            let events = plan.measures.iter();
            let events = events.map(|(engine, measure)| (engine.clone(), measure.events(totals)));
            Cost {
                counts: counts.collect(),
                events: events.collect(),
                parts: plan.parts(totals),
                ..plan.cost.clone()
            }
        });
        costs.collect()
    }

    /// The laws, given the totals.
    pub(super) fn laws(&self, totals: &Totals) -> Vec<Law> {
        let laws = self.laws.iter().map(|plan| {
            let points = plan.points.iter();
            let points = points.filter_map(|&(at, ref span)| {
                let count = span.count(totals)?;
                Some(Point { at, count })
            });
            Law::fit(
                &plan.workload,
                plan.cost,
                plan.over,
                points.collect(),
                plan.ceiling,
            )
        });
        laws.collect()
    }

    /// What is counted, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let costs = self.costs.iter().map(|plan| {
            let Cost { over, from, to, .. } = &plan.cost;
            format!("{}: {over} {from} and {to}", plan.cost.label())
        });
        let laws = self.laws.iter().map(|law| {
            let points = law.points.iter().map(|(at, _)| at.to_string());
            let points = points.collect::<Vec<_>>().join(", ");
            format!("{} over the {}: {points}", law.cost, law.over)
        });
        costs.chain(laws).collect()
    }
}

/// A workload whose runs are planned.
struct Subject<'py, 'a> {
    py: Python<'py>,
    workload: &'a Workload,
}

impl Subject<'_, '_> {
    fn name(&self) -> &str {
        self.workload.source().name()
    }

    /// Two runs at these sizes, per operation.
    fn span(&self, engine: &Engine, params_index: usize, sizes: [u64; 2]) -> Result<Span> {
        let operations = |size| -> Result<u64> {
            Ok(self.workload.case(self.py, params_index, size)?.operations)
        };
        let [small, large] = sizes.map(|size| Job {
            engine: engine.name().to_owned(),
            workload: self.name().to_owned(),
            params_index,
            size,
        });
        Ok(Span {
            small,
            large,
            operations: operations(sizes[1])? - operations(sizes[0])?,
        })
    }

    /// The parameters that have these values, and perhaps others, with their places.
    fn with_params(&self, wanted: &Value) -> Vec<(usize, &Params)> {
        let all = self.workload.params().iter().enumerate();
        let has_them = |params: &Params| {
            let wanted = wanted.as_object().into_iter().flatten();
            wanted
                .into_iter()
                .all(|(name, value)| params.get(name) == Some(value))
        };
        all.filter(|(_, params)| has_them(params)).collect()
    }

    /// The cost of an operation, under all parameters.
    fn plan_costs(&self, plan: &mut Plan, engines: &[Engine], mode: Mode) -> Result<()> {
        let [from, to] = match self.name() {
            "resume_nontail" => NONTAIL_SIZES,
            "handler_sieve" => SIEVE_SIZES,
            _ => SIZES,
        };
        let ceiling_of = |params: &Params| ceilings::times_floor(self.name(), &params.to_string());
        let has_ceilings = self
            .workload
            .params()
            .iter()
            .any(|one| ceiling_of(one).is_some());
        for (index, params) in self.workload.params().iter().enumerate() {
            let ceiling = ceiling_of(params);
            let is_bare = ceiling.is_none() && mode == Mode::Quick;
            if is_bare && (has_ceilings || index > 0) {
                continue;
            }
            let case = self.workload.case(self.py, index, to)?;
            let mut measures = Vec::new();
            for engine in engines {
                if is_bare && *engine != Engine::VM {
                    continue;
                }
                if self.workload.is_for(self.py, engine, &case)? {
                    let span = self.span(engine, index, [from, to])?;
                    measures.push((engine.clone(), Measure::Cost(span)));
                }
            }
            if measures.is_empty() {
                continue;
            }
            plan.costs.push(CostPlan {
                measures,
                cost: Cost {
                    workload: self.name().to_owned(),
                    params: params.clone(),
                    operation: self.workload.operation.clone(),
                    over: "size".to_owned(),
                    from,
                    to,
                    counts: BTreeMap::new(),
                    events: BTreeMap::new(),
                    parts: Parts::new(),
                    ceiling: ceiling.map(Ceiling::TimesFloor),
                },
            });
        }
        Ok(())
    }

    /// What one more handler costs that an effect passes, typed or not.
    fn plan_handlers_passed(&self, plan: &mut Plan, engines: &[Engine]) -> Result<()> {
        for (typed, operation, ceiling) in [
            (true, "typed handler passed over", ceilings::TYPED_HANDLER),
            (false, "handler that passes", ceilings::UNTYPED_HANDLER),
        ] {
            let [near, far] =
                DEPTHS.map(|depth| self.with_params(&json!({"depth": depth, "typed": typed})));
            let ([(near, _)], [(far, _)]) = (&near[..], &far[..]) else {
                continue; // the workload no longer has these depths, which a test would tell
            };
            let measures = engines.iter().map(|engine| {
                let measure = Measure::Step {
                    near: self.span(engine, *near, SIZES)?,
                    far: self.span(engine, *far, SIZES)?,
                    steps: u32::try_from(DEPTHS[1] - DEPTHS[0])?,
                };
                Ok((engine.clone(), measure))
            });
            plan.costs.push(CostPlan {
                measures: measures.collect::<Result<_>>()?,
                cost: Cost {
                    workload: self.name().to_owned(),
                    params: [("typed".to_owned(), json!(typed))].into_iter().collect(),
                    operation: operation.to_owned(),
                    over: "depth".to_owned(),
                    from: DEPTHS[0],
                    to: DEPTHS[1],
                    counts: BTreeMap::new(),
                    events: BTreeMap::new(),
                    parts: Parts::new(),
                    ceiling: Some(ceiling),
                },
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use doeff_reports::instructions::{Ceiling, Event, Part};
    use doeff_reports::{Engine, Mode};

    use super::{Plan, Total, Totals};
    use crate::compare::workloads;
    use crate::instructions::ceilings;
    use crate::python::with_python;

    fn plan(engines: &[Engine], mode: Mode) -> Plan {
        with_python(|py| {
            let workloads = workloads(py, &[]).expect("the workloads are good");
            Plan::of(py, &workloads, engines, mode).expect("their functions work")
        })
    }

    #[test]
    fn every_ceiling_is_that_of_something_that_a_quick_run_counts() {
        let plan = plan(&[Engine::VM, Engine::FLOOR], Mode::Quick);
        let counted = |workload: &str, params: &str| {
            let mut costs = plan.costs.iter().map(|plan| &plan.cost);
            costs.any(|cost| {
                cost.workload == workload
                    && cost.params.to_string() == params
                    && cost.over == "size"
            })
        };
        for (workload, params) in ceilings::named() {
            assert!(counted(workload, params), "{workload} ({params})");
        }
        let passed = plan.costs.iter().filter(|plan| plan.cost.over == "depth");
        assert_eq!(passed.count(), 2);
    }

    #[test]
    fn a_quick_run_counts_every_workload() {
        let plan = plan(&[Engine::VM, Engine::FLOOR], Mode::Quick);
        let in_laws = plan.laws.iter().map(|law| law.workload.as_str());
        let in_costs = plan.costs.iter().map(|plan| plan.cost.workload.as_str());
        let counted: BTreeSet<_> = in_laws.chain(in_costs).collect();
        let all = with_python(|py| workloads(py, &[]).expect("the workloads are good"));
        let all: BTreeSet<_> = all.iter().map(|one| one.source().name()).collect();
        assert_eq!(counted, all);
        for plan in plan.costs.iter().filter(|plan| plan.cost.ceiling.is_none()) {
            let engines: Vec<_> = plan.measures.iter().map(|(engine, _)| engine).collect();
            assert_eq!(engines, [&Engine::VM], "{}", plan.cost.label());
        }
    }

    #[test]
    fn every_law_spans_three_decades() {
        let plan = plan(&[Engine::VM], Mode::Quick);
        assert_eq!(plan.laws.len(), 5);
        for law in &plan.laws {
            let (first, last) = (law.points[0].0, law.points[law.points.len() - 1].0);
            assert!(first > 0 && last >= 1_000 * first, "{}", law.over);
            assert!(law.points.is_sorted_by(|a, b| a.0 < b.0), "{}", law.over);
        }
    }

    #[test]
    fn counts_come_of_differences_between_totals() {
        let plan = plan(&[Engine::VM], Mode::Full);
        // As if each run cost 1,000, and each operation 100 and 5 for each of the 64 sets of
        // parameters at most.
        let totals: Totals = plan
            .jobs()
            .into_iter()
            .map(|job| {
                let index = u64::try_from(job.params_index).expect("there are few");
                let total = Total {
                    instructions: 1_000 + job.size * (100 + 5 * index),
                    events: [(Event::SystemCalls, 7 + job.size * index)].into(),
                    parts: [
                        (Part::Cpython, 1_000 + job.size * 100),
                        (Part::Core, job.size * 5 * index),
                    ]
                    .into(),
                };
                (job, total)
            })
            .collect();
        let costs = plan.costs(&totals);
        let cost = |label: &str| {
            let found = costs.iter().find(|cost| cost.label() == label);
            let cost = found.unwrap_or_else(|| panic!("no {label}"));
            (cost.count(&Engine::VM), cost.ceiling)
        };
        assert_eq!(
            cost("resume_churn"),
            (Some(100.0), Some(Ceiling::TimesFloor(1.15)))
        );
        assert_eq!(cost("resume_nontail").0, Some(100.0));
        assert_eq!(cost("builtin_effects (effect=get)").0, Some(105.0));
        // Depths 16 and 64 are one set of parameters apart.
        let step = cost("nested_handlers (typed=true), per typed handler passed over");
        assert_eq!(step.0, Some(5.0 / 48.0));
        let system_calls = |label: &str| {
            let found = costs.iter().find(|cost| cost.label() == label);
            found.and_then(|cost| {
                cost.events
                    .get(&Engine::VM)?
                    .get(&Event::SystemCalls)
                    .copied()
            })
        };
        assert_eq!(system_calls("builtin_effects (effect=get)"), Some(1.0));
        let found = costs
            .iter()
            .find(|cost| cost.label() == "builtin_effects (effect=get)");
        let parts = &found.expect("it is there").parts;
        let expected = [
            (Part::Cpython, 100.0),
            (Part::Binding, 0.0),
            (Part::Core, 5.0),
            (Part::Other, 0.0),
        ];
        assert_eq!(*parts, expected.into());
        let laws = plan.laws(&totals);
        let law = laws.iter().find(|law| law.over.contains("effects"));
        let law = law.expect("there is that law");
        assert!(
            law.points
                .iter()
                .all(|point| (point.count - 100.0).abs() < 1e-9)
        );
        let law = laws.iter().find(|law| law.over.contains("nested"));
        let exponent = law.expect("there is that law").exponent;
        assert!((1.0..1.02).contains(&exponent), "{exponent}");
    }

    #[test]
    fn what_is_not_for_an_engine_is_not_counted_on_it() {
        let engines = |of: &[Engine]| -> Vec<Engine> {
            let plan = plan(of, Mode::Full);
            let mut costs = plan.costs.iter();
            let found = costs.find(|plan| plan.cost.workload == "order_book");
            let measures = found.map(|plan| &plan.measures).into_iter().flatten();
            measures.map(|(engine, _)| engine.clone()).collect()
        };
        assert_eq!(engines(&[Engine::VM, Engine::FLOOR]), [Engine::VM]);
        assert_eq!(engines(&[Engine::FLOOR]), []);
    }

    #[test]
    fn no_process_is_run_twice() {
        let jobs = plan(&[Engine::VM, Engine::FLOOR], Mode::Full).jobs();
        for (index, job) in jobs.iter().enumerate() {
            assert!(!jobs[..index].contains(job), "{job}");
        }
    }
}
