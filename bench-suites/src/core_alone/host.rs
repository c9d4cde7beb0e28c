//! A host that costs next to nothing: values are integers, bodies hand-written state machines.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;

use doeff_vm_core::{AcceptSet, Accepts, Captured, HandlerKind, Host, Prompt};

/// The host itself.
#[derive(Debug)]
pub struct Bare;

impl Host for Bare {
    type Object = Object;
    type Generator = Body;
    type Handler = Handler;
    type Continuation = K;
    type Error = Object;
    type EffectType = EffectType;
}

/// A value, an effect or an error: a number that, like a pointer, is never 0.
pub type Object = NonZeroU64;

/// An effect's type: a number, accepted by the set of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectType(pub u32);

impl Accepts for EffectType {
    #[inline]
    fn accepts(self, set: AcceptSet) -> bool {
        set == AcceptSet(self.0) || set == AcceptSet::ALL
    }
}

/// The type of the effects that are performed.
pub const ASKED: EffectType = EffectType(1);

/// What an effect is answered with.
pub const ANSWER: Object = NonZeroU64::MIN;

/// A program body: eight bytes, like a pointer to a generator.
#[derive(Debug)]
pub struct Body {
    pub(super) code: Code,
    /// How often it has yet to yield.
    pub(super) left: Cell<u32>,
}

/// What a body does each time that it goes on; after the last time, it returns.
#[derive(Clone, Copy, Debug)]
pub(super) enum Code {
    /// Performs an effect.
    Perform,
    /// Calls a program that ends at once.
    Call,
    /// Installs a handler around a program: [`Body::under`].
    Install(Handler),
    /// Resumes the clause's own continuation in tail position.
    Reply,
    /// Lets an outer handler answer, and then returns what it is sent.
    Delegate,
    /// Lets an outer handler answer, and is finished first.
    Pass,
}

impl Body {
    #[inline]
    pub(super) const fn new(code: Code, left: u32) -> Self {
        Self {
            code,
            left: Cell::new(left),
        }
    }

    /// One that ends at once.
    pub(super) const fn idle() -> Self {
        Self::new(Code::Perform, 0)
    }

    /// What this handler is installed around: a body that performs one effect, if it delegates that,
    /// and one that ends at once otherwise.
    #[inline]
    pub(super) fn under(handler: Handler) -> Self {
        let effects = matches!(handler, Handler::Delegate).into();
        Self::new(Code::Perform, effects)
    }

    /// Whether it yields once more.
    #[inline]
    pub(super) fn goes_on(&self) -> bool {
        let Some(left) = self.left.get().checked_sub(1) else {
            return false;
        };
        self.left.set(left);
        true
    }
}

/// A handler: what its clause does.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// The clause has a body, which answers by a tail resume.
    Reply,
    /// The clause has no body: the handler call answers.
    ReplyAtOnce,
    /// The clause delegates.
    Delegate,
    /// The clause passes the effect on.
    Pass,
    /// Built in: the driver answers.
    BuiltIn,
    /// Is never asked.
    Other,
}

impl Handler {
    /// A prompt that asks it.
    #[inline]
    pub(super) fn prompt(self) -> Prompt<Bare> {
        let kind = match self {
            Self::BuiltIn => HandlerKind::Stdlib,
            _ => HandlerKind::Python,
        };
        let accepts = match self {
            Self::Other => AcceptSet(ASKED.0 + 1),
            _ => AcceptSet(ASKED.0),
        };
        Prompt {
            handler: self,
            kind,
            accepts,
        }
    }
}

/// A continuation: what was captured, until it is used. It lies in the frame of its clause.
pub struct K(Cell<Option<Captured<Bare>>>);

impl fmt::Debug for K {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("K")
    }
}

impl K {
    #[inline]
    pub(super) fn new(captured: Captured<Bare>) -> Self {
        Self(Cell::new(Some(captured)))
    }

    /// The one-shot check.
    #[inline]
    pub(super) fn take(&self) -> Captured<Bare> {
        self.0.take().expect("it is used once")
    }
}
