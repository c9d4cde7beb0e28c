//! Loops of effects that handlers of the program answer.

use doeff_vm::node::Kind;
use doeff_vm::object::Ref;

use super::{Generator, Handler, Outcome, Raised, Step, call_handler, fields_of, unexpected};

/// Drives the body, whose effects get what `answer` gives.
#[inline]
fn drive(body: &Generator, mut answer: impl FnMut(Ref) -> Outcome) -> Outcome {
    let mut value = Ref::none();
    loop {
        match body.send(&value) {
            Step::Yield(effect) => value = answer(effect)?,
            Step::Return(result) => return Ok(result),
            Step::Raise => return Err(Raised),
        }
    }
}

/// A handler of the program. `None` is at hand, to start clauses with and to finish them.
pub(super) struct Answering<'a> {
    handler: &'a Ref,
    none: Ref,
}

impl<'a> Answering<'a> {
    pub(super) fn new(handler: &'a Ref) -> Self {
        let none = Ref::none();
        Self { handler, none }
    }

    fn only(handlers: &'a [Handler]) -> Result<Self, Raised> {
        match handlers {
            [only] => Ok(Self::new(&only.function)),
            _ => Err(unexpected("another number of handlers")),
        }
    }

    /// Calls the handler for an effect; the clause at its first yield, with what that holds.
    #[allow(clippy::inline_always)] // a call costs more than what it would share
    #[inline(always)]
    fn begin(&self, effect: Ref, kind: Kind) -> Result<(Generator, (Ref, Ref)), Raised> {
        let clause = Generator::of(call_handler(self.handler, effect)?)?;
        match clause.send(&self.none) {
            Step::Yield(primitive) => Ok((clause, fields_of(primitive, kind)?)),
            Step::Raise => Err(Raised),
            Step::Return(_) => Err(unexpected("a clause that returns at once")),
        }
    }

    /// As [`begin`](Self::begin), for a clause that has nothing left to do but return, which it does.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    fn complete(&self, effect: Ref, kind: Kind) -> Result<(Ref, Ref), Raised> {
        let (clause, fields) = self.begin(effect, kind)?;
        match clause.send(&self.none) {
            Step::Return(_) => Ok(fields),
            Step::Raise => Err(Raised),
            Step::Yield(_) => Err(unexpected("a clause that yields again")),
        }
    }

    /// Lets the handler answer by a `Resume` or `Transfer` in tail position.
    #[allow(clippy::inline_always)] // as above
    #[inline(always)]
    pub(super) fn answer(&self, effect: Ref, kind: Kind) -> Outcome {
        self.complete(effect, kind).map(|(_, value)| value)
    }
}

/// Every effect goes to one handler, whose clause ends with a `Resume`.
pub(super) fn resume_all(body: &Generator, handlers: &[Handler]) -> Outcome {
    let handler = Answering::only(handlers)?;
    drive(body, |effect| handler.answer(effect, Kind::Resume))
}

/// Every effect goes to one handler, whose clause ends with a `Transfer`.
pub(super) fn transfer_all(body: &Generator, handlers: &[Handler]) -> Outcome {
    let handler = Answering::only(handlers)?;
    drive(body, |effect| handler.answer(effect, Kind::Transfer))
}

/// Every effect goes to one handler, which returns a `Resume`.
pub(super) fn resume_all_at_once(body: &Generator, handlers: &[Handler]) -> Outcome {
    let Answering { handler, .. } = Answering::only(handlers)?;
    drive(body, |effect| {
        let resume = call_handler(handler, effect)?;
        fields_of(resume, Kind::Resume).map(|(_, value)| value)
    })
}

/// All handlers that accept an effect pass it on, but the last, which answers.
pub(super) fn pass_then_resume_all(body: &Generator, handlers: &[Handler]) -> Outcome {
    let Some((last, inner)) = handlers.split_last() else {
        return Err(unexpected("no handler"));
    };
    let answering = Answering::new(&last.function);
    drive(body, |mut effect| {
        for handler in inner {
            if handler.accepts(&effect) {
                let passing = Answering::new(&handler.function);
                effect = passing.complete(effect, Kind::Pass)?.0;
            }
        }
        answering.answer(effect, Kind::Resume)
    })
}

/// Every clause waits for the result of the rest: in chunks, as in the VM, which are never copied.
pub(super) fn wait_for_all(body: &Generator, handlers: &[Handler]) -> Outcome {
    const CHUNK: usize = 1024;
    let handler = Answering::only(handlers)?;
    let (mut full, mut waiting) = (Vec::new(), Vec::with_capacity(CHUNK));
    let mut result = drive(body, |effect| {
        let (clause, (_, value)) = handler.begin(effect, Kind::Resume)?;
        if waiting.len() == waiting.capacity() {
            full.push(std::mem::replace(&mut waiting, Vec::with_capacity(CHUNK)));
        }
        waiting.push(clause);
        Ok(value)
    })?;
    loop {
        while let Some(clause) = waiting.pop() {
            match clause.send(&result) {
                Step::Return(next) => result = next,
                Step::Raise => return Err(Raised),
                Step::Yield(_) => return Err(unexpected("a clause that yields again")),
            }
        }
        match full.pop() {
            Some(further) => waiting = further,
            None => return Ok(result),
        }
    }
}
