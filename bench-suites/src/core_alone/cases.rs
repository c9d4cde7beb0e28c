//! What is measured.

use super::driver::{Driver, Way};
use super::host::{ANSWER, Body, Code, Handler, Object};

/// A program whose body does one thing over and over.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name on the command line and in records.
    pub name: &'static str,
    /// What one operation is.
    pub what: &'static str,
    /// The handlers around the body, innermost first.
    handlers: &'static [Handler],
    code: Code,
    /// The most instructions that an operation may take, directly.
    pub ceiling: Option<f64>,
    answer: Option<Object>,
    /// Effects in one operation.
    effects: u64,
}

/// A handler behind 64 that do not accept the effect.
const FAR: [Handler; 65] = {
    let mut handlers = [Handler::Other; 65];
    handlers[64] = Handler::Reply;
    handlers
};

/// All cases.
pub const CASES: [Case; 8] = [
    Case {
        ceiling: Some(250.0),
        ..effects("resume", "perform, handle, tail resume", &[Handler::Reply])
    },
    effects("resume_past_64", "the same past 64 typed handlers", &FAR),
    effects(
        "resume_at_once",
        "the same, where the clause has no body",
        &[Handler::ReplyAtOnce],
    ),
    effects(
        "built_in",
        "the same, where the handler is built in",
        &[Handler::BuiltIn],
    ),
    effects(
        "pass",
        "perform, pass, handle, tail resume",
        &[Handler::Pass, Handler::Reply],
    ),
    Case {
        handlers: &[Handler::Reply],
        code: Code::Install(Handler::Delegate),
        answer: Some(ANSWER),
        ..effects(
            "delegate",
            "install, perform, delegate, handle, tail resume, leave",
            &[],
        )
    },
    Case {
        code: Code::Install(Handler::Reply),
        answer: None,
        effects: 0,
        ..effects("install", "install and leave a prompt", &[])
    },
    Case {
        code: Code::Call,
        answer: None,
        effects: 0,
        ..effects("call", "call a program", &[])
    },
];

const fn effects(name: &'static str, what: &'static str, handlers: &'static [Handler]) -> Case {
    Case {
        name,
        what,
        handlers,
        code: Code::Perform,
        ceiling: None,
        answer: Some(ANSWER),
        effects: 1,
    }
}

impl Case {
    /// The case of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.name == name)
    }

    /// Makes so many operations.
    ///
    /// # Panics
    /// When the answer is wrong, or not every effect was performed.
    pub fn run(&self, driver: &mut Driver, way: Way, operations: u32) {
        let before = driver.effects();
        let answer = driver.run(way, self.handlers, Body::new(self.code, operations));
        assert_eq!(answer, self.answer, "the answer of {}", self.name);
        let effects = driver.effects() - before;
        let name = self.name;
        assert_eq!(effects, self.effects * u64::from(operations), "{name}");
    }
}
