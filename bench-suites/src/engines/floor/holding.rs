//! The loop of continuations that outlive their clauses.

use std::collections::VecDeque;

use doeff_vm::node::Kind;
use doeff_vm::object::Ref;
use doeff_vm::types::types;

use super::{
    Generator, Handler, Outcome, Raised, Step, call_handler, fields_of, installed_by, start,
    unexpected,
};

/// Programs under a handler, innermost last.
struct Held {
    handler: Ref,
    callers: Vec<Generator>,
    running: Generator,
}

/// What programs came to.
enum Reached {
    /// They performed this.
    Effect(Ref),
    /// Their result is this.
    End(Ref),
}

impl Held {
    /// Runs them on with a value.
    fn run(&mut self, mut value: Ref) -> Result<Reached, Raised> {
        loop {
            match self.running.send(&value) {
                Step::Yield(yielded) if yielded.type_ptr() == types().do_call => {
                    let called = start(&yielded)?;
                    self.callers
                        .push(std::mem::replace(&mut self.running, called));
                    value = Ref::none();
                }
                Step::Yield(effect) => return Ok(Reached::Effect(effect)),
                Step::Return(result) => {
                    let Some(caller) = self.callers.pop() else {
                        return Ok(Reached::End(result));
                    };
                    self.running = caller;
                    value = result;
                }
                Step::Raise => return Err(Raised),
            }
        }
    }
}

/// The body starts programs under handlers, whose clauses return, and resumes them from outside, those
/// that wait longest first.
pub(super) fn hold(body: &Generator, _: &[Handler]) -> Outcome {
    let mut all = VecDeque::new();
    let (mut value, none) = (Ref::none(), Ref::none());
    loop {
        let yielded = match body.send(&value) {
            Step::Yield(yielded) => yielded,
            Step::Return(result) => return Ok(result),
            Step::Raise => return Err(Raised),
        };
        let (mut held, sent) = if yielded.type_ptr() == types().node(Kind::Resume) {
            let (_, sent) = fields_of(yielded, Kind::Resume)?;
            let Some(held) = all.pop_front() else {
                return Err(unexpected("a continuation where none is held"));
            };
            (held, sent)
        } else {
            let (handler, program) = installed_by(yielded)?;
            let held = Held {
                handler,
                callers: Vec::new(),
                running: start(&program)?,
            };
            (held, Ref::none())
        };
        value = match held.run(sent)? {
            Reached::End(result) => result,
            Reached::Effect(effect) => {
                let clause = Generator::of(call_handler(&held.handler, effect)?)?;
                all.push_back(held);
                match clause.send(&none) {
                    Step::Return(given) => given,
                    Step::Yield(_) => return Err(unexpected("a clause that yields")),
                    Step::Raise => return Err(Raised),
                }
            }
        };
    }
}
