//! The loop of programs that nest calls and handlers, and perform effects anywhere in them.

use doeff_vm::node::Kind;
use doeff_vm::object::Ref;
use doeff_vm::types::types;

use super::effects::Answering;
use super::{Generator, Handler, Outcome, Raised, Step, fields_of, start, unexpected};

/// Every effect goes to the innermost handler, whose clause ends with a `Resume`.
pub(super) fn nest(body: &Generator, handlers: &[Handler]) -> Outcome {
    let mut callers = Vec::new();
    // Each with the number of callers around its program.
    let mut innermost: Vec<(usize, Ref)> = Vec::new();
    if let Some(handler) = handlers.first() {
        innermost.push((0, handler.function.clone()));
    }
    let mut running = body.clone();
    let mut value = Ref::none();
    loop {
        match running.send(&value) {
            Step::Yield(yielded) => {
                let program = if yielded.type_ptr() == types().do_call {
                    yielded
                } else if yielded.type_ptr() == types().node(Kind::WithHandler) {
                    let (handler, program) = fields_of(yielded, Kind::WithHandler)?;
                    innermost.push((callers.len() + 1, handler));
                    program
                } else {
                    let Some((_, handler)) = innermost.last() else {
                        return Err(unexpected("an effect without a handler"));
                    };
                    value = Answering::new(handler).answer(yielded, Kind::Resume)?;
                    continue;
                };
                let called = start(&program)?;
                callers.push(std::mem::replace(&mut running, called));
                value = Ref::none();
            }
            Step::Return(result) => {
                if innermost
                    .last()
                    .is_some_and(|&(depth, _)| depth == callers.len())
                {
                    innermost.pop();
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
