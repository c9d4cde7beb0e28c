//! The loop of handlers whose clauses ask the handlers outside.

use doeff_vm::node::Kind;
use doeff_vm::object::Ref;
use doeff_vm::types::types;

use super::nesting::{Installed, nest_with};
use super::{Generator, Handler, Outcome, Raised, Step, call_handler, fields_of, unexpected};

/// Every effect goes to the innermost handler. A clause ends with a `Resume`; before that it may
/// perform an effect of its own.
pub(super) fn ask(body: &Generator, handlers: &[Handler]) -> Outcome {
    let mut waiting = Vec::new();
    nest_with(body, handlers, |installed, effect| {
        answer(installed, effect, &mut waiting)
    })
}

/// The clauses that wait for the answer to their own effect are kept in a vector that is empty before
/// and afterwards.
fn answer(installed: &[Installed], effect: Ref, waiting: &mut Vec<Generator>) -> Outcome {
    let none = Ref::none();
    let mut performed = effect;
    let mut outwards = installed.iter().rev();
    let mut value = loop {
        let Some(handler) = outwards.next() else {
            return Err(unexpected("an effect without a handler"));
        };
        let clause = Generator::of(call_handler(&handler.function, performed)?)?;
        match clause.send(&none) {
            Step::Yield(resume) if resume.type_ptr() == types().node(Kind::Resume) => {
                break reply(&clause, resume, &none)?;
            }
            Step::Yield(effect) => {
                waiting.push(clause);
                performed = effect;
            }
            Step::Return(_) => return Err(unexpected("a clause that returns at once")),
            Step::Raise => return Err(Raised),
        }
    };
    while let Some(clause) = waiting.pop() {
        value = match clause.send(&value) {
            Step::Yield(resume) => reply(&clause, resume, &none)?,
            Step::Return(_) => return Err(unexpected("a clause that does not resume")),
            Step::Raise => return Err(Raised),
        };
    }
    Ok(value)
}

/// What a clause answers, which is finished.
fn reply(clause: &Generator, resume: Ref, none: &Ref) -> Outcome {
    let (_, value) = fields_of(resume, Kind::Resume)?;
    clause.finish(none)?;
    Ok(value)
}
