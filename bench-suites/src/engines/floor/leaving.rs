//! The loop of programs under typed handlers that answer or leave.

use doeff_vm::node::{self, Kind};
use doeff_vm::object::Ref;
use doeff_vm::types::types;

use super::{
    Generator, Handler, Outcome, Raised, Step, call_handler, fields_of, start, unexpected,
};

/// A handler of a body's own.
struct Installed {
    /// How many callers are around its program.
    callers: usize,
    function: Ref,
    /// The type that it accepts, or `None`.
    accepts: Ref,
}

/// What a handler decided.
enum Answer {
    /// The performer goes on with this.
    Go(Ref),
    /// What is under the handler at this place is over, with this result.
    Leave(usize, Ref),
}

/// Every effect goes to the innermost handler that accepts it, whose clause ends with a `Resume`,
/// leaves, or performs an effect by which it is left.
pub(super) fn leave(body: &Generator, _: &[Handler]) -> Outcome {
    let mut callers = Vec::new();
    let mut installed = Vec::new();
    let mut running = body.clone();
    let (mut value, none) = (Ref::none(), Ref::none());
    loop {
        match running.send(&value) {
            Step::Yield(mut yielded) => {
                while yielded.type_ptr() == types().node(Kind::WithHandler) {
                    // SAFETY: it was just checked, and the kind has three fields.
                    let [function, program, accepts] = unsafe { node::into_three(yielded) };
                    installed.push(Installed {
                        callers: callers.len() + 1,
                        function,
                        accepts,
                    });
                    yielded = program;
                }
                if yielded.type_ptr() == types().do_call {
                    let called = start(&yielded)?;
                    callers.push(std::mem::replace(&mut running, called));
                    value = Ref::none();
                    continue;
                }
                match answer(&installed, yielded, &none)? {
                    Answer::Go(reply) => value = reply,
                    Answer::Leave(place, result) => {
                        // The innermost program is closed first.
                        while callers.len() >= installed[place].callers {
                            let Some(caller) = callers.pop() else {
                                return Err(unexpected("a handler without a caller"));
                            };
                            running = caller;
                        }
                        installed.truncate(place);
                        value = result;
                    }
                }
            }
            Step::Return(result) => {
                while installed
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

fn answer(installed: &[Installed], effect: Ref, none: &Ref) -> Result<Answer, Raised> {
    let class = effect.type_ptr().cast();
    let accepting = installed.iter().rposition(|handler| {
        let accepts = handler.accepts.as_ptr();
        accepts == class || accepts == none.as_ptr()
    });
    let Some(place) = accepting else {
        return Err(unexpected("an effect without a handler"));
    };
    let clause = Generator::of(call_handler(&installed[place].function, effect)?)?;
    match clause.send(none) {
        Step::Return(result) => Ok(Answer::Leave(place, result)),
        Step::Yield(resume) if resume.type_ptr() == types().node(Kind::Resume) => {
            let (_, reply) = fields_of(resume, Kind::Resume)?;
            clause.finish(none)?;
            Ok(Answer::Go(reply))
        }
        Step::Yield(effect) => match answer(&installed[..place], effect, none)? {
            Answer::Go(_) => Err(unexpected("an answer for a clause")),
            left @ Answer::Leave(..) => Ok(left),
        },
        Step::Raise => Err(Raised),
    }
}
