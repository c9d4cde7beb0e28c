//! Loops of effects that handlers of the program answer.

use doeff_vm::node::Kind;
use doeff_vm::object::Ref;

use super::{Handler, Outcome, Raised, Step, call_handler, fields_of, finish, send, unexpected};

/// The clause of a handler that was called for an effect, at its first yield, with what that holds.
#[inline]
fn clause(handler: &Ref, effect: &Ref, kind: Kind) -> Result<(Ref, (Ref, Ref)), Raised> {
    let clause = call_handler(handler, effect)?;
    match send(&clause, &Ref::none()) {
        Step::Yield(primitive) => Ok((clause, fields_of(primitive, kind)?)),
        Step::Raise => Err(Raised),
        Step::Return(_) => Err(unexpected("a clause that returns at once")),
    }
}

/// Lets a handler answer an effect with a `Resume` or `Transfer` in tail position.
#[inline]
pub(super) fn answer(handler: &Ref, effect: &Ref, kind: Kind) -> Outcome {
    let (clause, (k, value)) = clause(handler, effect, kind)?;
    drop(k);
    finish(&clause)?;
    Ok(value)
}

/// Drives the body, whose effects get what `answer` gives.
#[inline]
fn drive(body: &Ref, mut answer: impl FnMut(Ref) -> Outcome) -> Outcome {
    let mut value = Ref::none();
    loop {
        match send(body, &value) {
            Step::Yield(effect) => value = answer(effect)?,
            Step::Return(result) => return Ok(result),
            Step::Raise => return Err(Raised),
        }
    }
}

fn only(handlers: &[Handler]) -> Result<&Ref, Raised> {
    match handlers {
        [only] => Ok(&only.function),
        _ => Err(unexpected("another number of handlers")),
    }
}

/// Every effect goes to one handler, whose clause ends with a `Resume`.
pub(super) fn resume_all(body: Ref, handlers: &[Handler]) -> Outcome {
    let handler = only(handlers)?;
    drive(&body, |effect| answer(handler, &effect, Kind::Resume))
}

/// Every effect goes to one handler, whose clause ends with a `Transfer`.
pub(super) fn transfer_all(body: Ref, handlers: &[Handler]) -> Outcome {
    let handler = only(handlers)?;
    drive(&body, |effect| answer(handler, &effect, Kind::Transfer))
}

/// Every effect goes to one handler, which returns a `Resume`.
pub(super) fn resume_all_at_once(body: Ref, handlers: &[Handler]) -> Outcome {
    let handler = only(handlers)?;
    drive(&body, |effect| {
        let resume = call_handler(handler, &effect)?;
        fields_of(resume, Kind::Resume).map(|(_, value)| value)
    })
}

/// All handlers that accept an effect pass it on, but the last, which answers.
pub(super) fn pass_then_resume_all(body: Ref, handlers: &[Handler]) -> Outcome {
    let Some((last, inner)) = handlers.split_last() else {
        return Err(unexpected("no handler"));
    };
    drive(&body, |mut effect| {
        for handler in inner {
            if handler.accepts(&effect) {
                let (clause, (passed, _)) = clause(&handler.function, &effect, Kind::Pass)?;
                finish(&clause)?;
                effect = passed;
            }
        }
        answer(&last.function, &effect, Kind::Resume)
    })
}

/// Every clause waits for the result of the rest.
pub(super) fn wait_for_all(body: Ref, handlers: &[Handler]) -> Outcome {
    let handler = only(handlers)?;
    let mut waiting = Vec::new();
    let mut result = drive(&body, |effect| {
        let (clause, (_, value)) = clause(handler, &effect, Kind::Resume)?;
        waiting.push(clause);
        Ok(value)
    })?;
    while let Some(clause) = waiting.pop() {
        match send(&clause, &result) {
            Step::Return(next) => result = next,
            Step::Raise => return Err(Raised),
            Step::Yield(_) => return Err(unexpected("a clause that yields again")),
        }
    }
    Ok(result)
}
