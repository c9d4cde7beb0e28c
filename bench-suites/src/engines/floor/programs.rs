//! Loops of programs that call programs.

use doeff_vm::do_call;
use doeff_vm::node::{self, Kind};
use doeff_vm::object::Ref;
use doeff_vm::types::types;

use super::{Generator, Handler, Outcome, Raised, Step, installed_by, start, unexpected};

/// Programs call programs, and each may yield a `Pure`.
pub(super) fn step(body: &Generator, _: &[Handler]) -> Outcome {
    let mut callers = Vec::new();
    let mut running = body.clone();
    let mut value = Ref::none();
    loop {
        match running.send(&value) {
            Step::Yield(yielded) if yielded.type_ptr() == types().node(Kind::Pure) => {
                // SAFETY: it is a `Pure`, which has a first field.
                value = unsafe { node::field(&yielded, 0) };
            }
            Step::Yield(yielded) => {
                let called = start(&yielded)?;
                callers.push(std::mem::replace(&mut running, called));
                value = Ref::none();
            }
            Step::Return(result) => {
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

/// The body calls programs that return at once.
pub(super) fn call(body: &Generator, _: &[Handler]) -> Outcome {
    call_each(body, Ok)
}

/// The body calls programs that return at once, each under a handler that nothing reaches.
pub(super) fn install(body: &Generator, _: &[Handler]) -> Outcome {
    call_each(body, |yielded| {
        installed_by(yielded).map(|(_, program)| program)
    })
}

#[inline]
fn call_each(body: &Generator, program: impl Fn(Ref) -> Outcome) -> Outcome {
    let mut value = Ref::none();
    loop {
        match body.send(&value) {
            Step::Yield(yielded) => {
                let call = program(yielded)?;
                let called = start(&call)?;
                // SAFETY: it was just started, so it is a call.
                unsafe { do_call::release(call) };
                match called.send(&Ref::none()) {
                    Step::Return(result) => value = result,
                    Step::Raise => return Err(Raised),
                    Step::Yield(_) => return Err(unexpected("a program that yields")),
                }
            }
            Step::Return(result) => return Ok(result),
            Step::Raise => return Err(Raised),
        }
    }
}
