//! Verdicts: what a row is compared with, and what may be said of the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Cell, Comparison, Figure};
use crate::stats::bootstrap::{Estimate, Resampling};
use crate::stats::verdict::{self, Judgement, MIN_MARGIN, Verdict};
use crate::{Engine, Report};

/// A verdict on a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What may be said, and what it rests on.
    pub judgement: Judgement,
    /// The engine that the row is compared with.
    pub against: Engine,
    /// Its cost over that of the other, by pairs.
    pub ratio: Figure,
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.judgement.verdict {
            Verdict::Same => write!(f, "same ±{:.1}%", self.judgement.margin * 100.0),
            other => other.fmt(f),
        }
    }
}

/// The same program twice: what seems to lie between the two is noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin {
    /// The index of the group.
    pub group: usize,
    /// The size.
    pub size: u64,
    /// The cost of the one over that of the other, by pairs.
    pub ratio: Figure,
    /// The smallest slowdown that a comparison of this row finds 19 times of 20: 0.02 is 2 %.
    pub detectable: f64,
}

/// What each engine is compared with, and by which pairs of engines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References(BTreeMap<Engine, Reference>);

/// What one engine is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reference {
    against: Engine,
    /// Whether the two are the same program.
    twin: bool,
    /// The builds of the one with those of the other, where there are several.
    builds: Vec<(Engine, Engine)>,
}

/// The revision that others are compared with.
const BASE: &str = "base";

impl References {
    /// Revisions against the base, each by all of its builds: `head` and `head-2` against `base` and `base-2`. Without
    /// revisions the virtual machine against cesk. What is the same program once more is compared with it: `vm-again`,
    /// and a further build of the base.
    pub(super) fn of(report: &Report) -> Self {
        let engines: BTreeSet<_> = report.results.iter().map(|row| &row.engine).collect();
        let ran = |engine: &Engine| engines.contains(engine);
        let mut references = BTreeMap::new();
        let base = Engine::new(BASE);
        for name in report.provenance.revisions.keys() {
            let engine = Engine::new(name.clone());
            if engine == base || !ran(&engine) || !ran(&base) {
                continue;
            }
            let builds: Vec<_> = builds(name)
                .zip(builds(BASE))
                .take_while(|(one, other)| ran(one) && ran(other))
                .collect();
            match name.rsplit_once('-') {
                Some((BASE, _)) => references.insert(engine, Reference::twin(&base)),
                // Another build of a revision that is judged by all of them.
                Some((first, number))
                    if number.parse::<u32>().is_ok() && ran(&Engine::new(first.to_owned())) =>
                {
                    None
                }
                _ => references.insert(
                    engine,
                    Reference {
                        against: base.clone(),
                        twin: false,
                        builds,
                    },
                ),
            };
        }
        let pairs = [
            (Engine::VM, Reference::new(&Engine::CESK)),
            (Engine::VM_AGAIN, Reference::twin(&Engine::VM)),
            (Engine::VM_WHEEL, Reference::new(&Engine::VM)),
        ];
        for (engine, reference) in pairs {
            if ran(&engine) && ran(&reference.against) {
                references.entry(engine).or_insert(reference);
            }
        }
        Self(references)
    }

    /// What an engine is compared with.
    pub fn get(&self, engine: &Engine) -> Option<&Engine> {
        self.0.get(engine).map(|reference| &reference.against)
    }

    /// Each engine with what it is compared with.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Engine, &Engine)> {
        self.0
            .iter()
            .map(|(engine, reference)| (engine, &reference.against))
    }

    /// Whether an engine is the same program as what it is compared with.
    fn is_twin(&self, engine: &Engine) -> bool {
        self.0.get(engine).is_some_and(|reference| reference.twin)
    }
}

impl Reference {
    fn new(against: &Engine) -> Self {
        Self {
            against: against.clone(),
            twin: false,
            builds: Vec::new(),
        }
    }

    fn twin(against: &Engine) -> Self {
        Self {
            twin: true,
            ..Self::new(against)
        }
    }
}

/// The names of the builds of a revision, without end.
fn builds(revision: &str) -> impl Iterator<Item = Engine> {
    let first = Engine::new(revision.to_owned());
    let others = (2_u32..).map(move |build| Engine::new(format!("{}-{build}", first.name())));
    std::iter::once(Engine::new(revision.to_owned())).chain(others)
}

/// A row that is to be judged: the indices of its group and row, and its engine.
struct Case<'a> {
    group: usize,
    row: usize,
    engine: &'a Engine,
    against: &'a Engine,
    ratio: Figure,
    estimate: Estimate,
}

/// Fills in the verdicts and the twins of a comparison.
pub(super) fn fill(comparison: &mut Comparison, report: &Report, resampling: &Resampling) {
    let references = References::of(report);
    let cases = cases(comparison, report, &references, resampling);
    for case in cases.iter().filter(|case| *case.engine == Engine::VM_AGAIN) {
        let margin = &mut comparison.groups[case.group].margin;
        *margin = margin.max(verdict::margin(&case.estimate));
    }
    // What one engine is asked is a table of its own: its rows share what they tell of noise, and the error.
    for (engine, _) in references.iter() {
        let table = cases.iter().filter(|case| case.engine == engine);
        let table: Vec<_> = table.collect();
        // What sets the margin is not judged by it: it would always be the same.
        let margin = |case: &Case| {
            if references.is_twin(engine) {
                MIN_MARGIN
            } else {
                comparison.groups[case.group].margin
            }
        };
        let rows: Vec<_> = table
            .iter()
            .map(|case| (case.estimate, margin(case)))
            .collect();
        for (case, judgement) in table.into_iter().zip(verdict::judge(&rows)) {
            put(comparison, case, judgement, references.is_twin(case.engine));
        }
    }
    comparison.references = references;
}

fn put(comparison: &mut Comparison, case: &Case, judgement: Judgement, twin: bool) {
    let group = &mut comparison.groups[case.group];
    let row = &mut group.rows[case.row];
    if twin {
        comparison.twins.push(Twin {
            group: case.group,
            size: row.size,
            ratio: case.ratio,
            detectable: judgement.detectable,
        });
    }
    if let Some(Cell::Cost(cost)) = row.cells.get_mut(case.engine) {
        cost.verdict = Some(Judged {
            judgement,
            against: case.against.clone(),
            ratio: case.ratio,
        });
    }
}

fn cases<'a>(
    comparison: &Comparison,
    report: &Report,
    references: &'a References,
    resampling: &Resampling,
) -> Vec<Case<'a>> {
    let rows: BTreeMap<_, _> = report
        .results
        .iter()
        .map(|row| ((&row.workload, &row.params, row.size, &row.engine), row))
        .collect();
    let mut cases = Vec::new();
    for (index, group) in comparison.groups.iter().enumerate() {
        for (at, row) in group.rows.iter().enumerate() {
            let find = |engine| rows.get(&(&group.workload, &group.params, row.size, engine));
            let found = references.0.iter().filter_map(|(engine, reference)| {
                let against = &reference.against;
                let pairs = reference.builds.iter();
                let pairs = pairs.map(|(one, other)| Some(find(one)?.ratios_to(find(other)?)));
                let ratio = match row.cost(engine)? {
                    cost if *against == Engine::CESK => cost.over_cesk?,
                    _ if reference.builds.len() > 1 => {
                        Figure::of_builds(pairs.collect::<Option<_>>()?, Some(resampling))?
                    }
                    _ => Figure::ratio(find(engine)?, find(against)?, Some(resampling))?,
                };
                Some(Case {
                    group: index,
                    row: at,
                    engine,
                    against,
                    ratio,
                    estimate: ratio.estimate?,
                })
            });
            cases.extend(found);
        }
    }
    cases
}
