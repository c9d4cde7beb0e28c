//! The loop of programs that nest calls and handlers, and perform effects anywhere in them.

use doeff_vm::node::Kind;
use doeff_vm::object::Ref;
use doeff_vm::types::types;

use super::effects::Answering;
use super::{Generator, Handler, Outcome, Raised, Step, installed_by, start, unexpected};

/// A handler in whose scope programs run.
pub(super) struct Installed {
    /// How many callers are around its program.
    callers: usize,
    pub(super) function: Ref,
}

/// Every effect goes to the innermost handler, whose clause ends with a `Resume`.
pub(super) fn nest(body: &Generator, handlers: &[Handler]) -> Outcome {
    nest_with(body, handlers, |installed, effect| {
        let Some(handler) = installed.last() else {
            return Err(unexpected("an effect without a handler"));
        };
        Answering::new(&handler.function).answer(effect, Kind::Resume)
    })
}

/// As [`nest`], with another way to answer an effect, given the handlers around it, innermost last.
#[inline]
pub(super) fn nest_with(
    body: &Generator,
    handlers: &[Handler],
    mut answer: impl FnMut(&[Installed], Ref) -> Outcome,
) -> Outcome {
    let mut callers = Vec::new();
    let mut installed = Vec::new();
    if let Some(handler) = handlers.first() {
        let function = handler.function.clone();
        installed.push(Installed {
            callers: 0,
            function,
        });
    }
    let mut running = body.clone();
    let mut value = Ref::none();
    loop {
        match running.send(&value) {
            Step::Yield(yielded) => {
                let program = if yielded.type_ptr() == types().do_call {
                    yielded
                } else if yielded.type_ptr() == types().node(Kind::WithHandler) {
                    let (function, program) = installed_by(yielded)?;
                    let callers = callers.len() + 1;
                    installed.push(Installed { callers, function });
                    program
                } else {
                    value = answer(&installed, yielded)?;
                    continue;
                };
                let called = start(&program)?;
                callers.push(std::mem::replace(&mut running, called));
                value = Ref::none();
            }
            Step::Return(result) => {
                if installed
                    .last()
                    .is_some_and(|handler| handler.callers == callers.len())
                {
                    installed.pop();
                }
                let Some(caller) = callers.pop() else {
                    return Ok(result);
                };
                running = caller;
                value = result;
            }
            Step::Raise => return Err(Raised),
        }
    }
}
