//! The laws: what must not grow, or only in proportion.

use anyhow::Result;
use doeff_reports::Engine;
use serde_json::{Value, json};

use super::{LawPlan, Plan, SIZES, Span, Subject};
use crate::instructions::ceilings;

/// How many effects a run has performed when the cost of the next ones is taken, for the law that this
/// does not depend on it; and how many next ones.
const EFFECTS: [u64; 4] = [100, 1_000, 10_000, 100_000];
const NEXT_EFFECTS: u64 = 1_000;
/// How many handlers are nested, for the law that all of them together cost O(n).
const NESTED: [u64; 4] = [10, 100, 1_000, 10_000];

impl Subject<'_, '_> {
    /// The cost of an effect does not depend on how many a run performs.
    pub(super) fn plan_effects(&self, plan: &mut Plan) -> Result<()> {
        let points = EFFECTS.map(|effects| {
            let sizes = [effects, effects + NEXT_EFFECTS];
            Ok((effects, self.span(&Engine::VM, 0, sizes)?))
        });
        plan.laws.push(LawPlan {
            workload: self.name().to_owned(),
            cost: "the cost of an effect",
            over: "number of effects performed",
            ceiling: ceilings::FLAT,
            points: points.into_iter().collect::<Result<_>>()?,
        });
        Ok(())
    }

    /// Nor on how deep the stack is, in any way.
    pub(super) fn plan_depths(&self, plan: &mut Plan) -> Result<()> {
        for (kind, over) in [
            ("call_depth", "call depth"),
            ("frames_captured", "number of frames captured"),
            ("handlers_outside", "number of handlers outside"),
        ] {
            let cases = self.with_params(&json!({"kind": kind}));
            let points = cases.into_iter().map(|(index, params)| {
                let depth = params.get("depth").and_then(Value::as_u64).unwrap_or(0);
                Ok((depth, self.span(&Engine::VM, index, SIZES)?))
            });
            plan.laws.push(LawPlan {
                workload: self.name().to_owned(),
                cost: "the cost of an effect",
                over,
                ceiling: ceilings::FLAT,
                points: points.collect::<Result<_>>()?,
            });
        }
        Ok(())
    }

    /// The cost of all nested handlers together is in proportion to their number.
    pub(super) fn plan_nested(&self, plan: &mut Plan) -> Result<()> {
        let points = NESTED.map(|handlers| {
            let span = self.span(&Engine::VM, 0, [1, handlers])?;
            Ok((
                handlers,
                Span {
                    operations: 1,
                    ..span
                },
            ))
        });
        plan.laws.push(LawPlan {
            workload: self.name().to_owned(),
            cost: "the cost of all handlers with an effect each",
            over: "number of nested handlers",
            ceiling: ceilings::LINEAR,
            points: points.into_iter().collect::<Result<_>>()?,
        });
        Ok(())
    }
}
