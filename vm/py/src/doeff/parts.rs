//! What doeff checks of a program before any of it begins: its parts that run without any code of Python.

use std::fmt;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::classify;
use crate::generator::with_bound;
use crate::node::{self, Kind};
use crate::object::Ref;
use crate::runs::from_bound;

use super::{errors, expand};

/// Where in a program a part of it stands, as doeff's texts tell it.
pub(super) struct Place<'a> {
    outer: Option<&'a Self>,
    here: Here,
}

#[derive(Clone, Copy)]
pub(super) enum Here {
    Whole,
    Body(Kind),
    Argument(usize),
}

impl Place<'_> {
    pub(super) const WHOLE: Self = Self {
        outer: None,
        here: Here::Whole,
    };

    pub(super) fn of_body(kind: Kind) -> Self {
        Self {
            outer: None,
            here: Here::Body(kind),
        }
    }

    pub(super) fn with(&self, here: Here) -> Place<'_> {
        Place {
            outer: Some(self),
            here,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            outer.fmt(f)?;
        }
        match self.here {
            Here::Whole => Ok(()),
            Here::Body(kind) => write!(f, "{} body: ", kind.name()),
            Here::Argument(index) => write!(f, "Apply: arg[{index}]: "),
        }
    }
}

/// How many programs are looked at before one of them begins. doeff's machine translates all of them at first, but nesting
/// must not cost the more each time, the deeper it is.
const LOOKED_AT: u32 = 16;

/// How many were looked at, and whether an `Apply` was among them.
#[derive(Default)]
struct Looked {
    at: u32,
    at_apply: bool,
}

/// Checks a program, and what it runs without any code of Python, some way down.
pub(super) fn check_program(program: &Ref, place: &Place<'_>) -> Result<(), Ref> {
    check_nested(program, place, &mut Looked::default())
}

/// As [`check_program`], of what a program runs alone.
pub(super) fn check_parts(program: &Ref) -> Result<(), Ref> {
    check_parts_nested(program, &Place::WHOLE, &mut Looked::default())
}

/// A program that was found right with the one around it: where it is, and how many more are inside each other in it. Only to be
/// compared with one that is run: another one may have come to lie there, whose faults are found when it runs.
#[derive(Default)]
pub(crate) struct Known {
    address: usize,
    levels: u32,
}

/// As [`check_program`], of the body of a primitive of this kind; what is known of its own body then.
pub(super) fn check_body(body: &Ref, kind: Kind, known: &Known) -> Result<Known, Ref> {
    let levels = match known.levels.checked_sub(1) {
        Some(levels) if known.address == body.as_ptr() as usize => levels,
        _ => {
            let mut looked = Looked::default();
            check_nested(body, &Place::of_body(kind), &mut looked)?;
            // Where the count ran out among an `Apply`'s parts, nothing tells which.
            if looked.at < LOOKED_AT || !looked.at_apply {
                LOOKED_AT - 1
            } else {
                0
            }
        }
    };
    Ok(match enclosed(body) {
        Some(part) => Known {
            address: part.as_ptr() as usize,
            levels,
        },
        None => Known::default(),
    })
}

/// What runs under a handler, an observer or both; `None` of anything else.
fn enclosed(program: &Ref) -> Option<Ref> {
    match node::kind_of(program) {
        Some(Kind::WithHandler | Kind::WithObserve | Kind::WithBoundaries) => {
            // SAFETY: all three kinds have a second field.
            Some(unsafe { node::field(program, 1) })
        }
        _ => None,
    }
}

fn check_nested(program: &Ref, place: &Place<'_>, looked: &mut Looked) -> Result<(), Ref> {
    if looked.at == LOOKED_AT {
        return Ok(());
    }
    looked.at += 1;
    let program = innermost(program.clone());
    needs_program(&program, place)?;
    check_parts_nested(&program, place, looked)
}

fn check_parts_nested(program: &Ref, place: &Place<'_>, looked: &mut Looked) -> Result<(), Ref> {
    // SAFETY: the kinds that are asked for a field have it.
    let field = |index| unsafe { node::field(program, index) };
    match node::kind_of(program) {
        Some(kind @ (Kind::WithHandler | Kind::WithObserve | Kind::WithBoundaries)) => {
            check_nested(&field(1), &place.with(Here::Body(kind)), looked)
        }
        Some(Kind::Apply) => {
            looked.at_apply = true;
            check_nested(&field(0), place, looked)?;
            for (index, argument) in items(&field(1)).iter().enumerate() {
                check_nested(argument, &place.with(Here::Argument(index)), looked)?;
            }
            Ok(())
        }
        None if expand::is_expand(program) => {
            // SAFETY: it was just checked.
            check_nested(&unsafe { expand::expr(program) }, place, looked)
        }
        _ => Ok(()),
    }
}

/// The items of a list or tuple; none of another sequence, which may run code to give them.
fn items(sequence: &Ref) -> Vec<Ref> {
    with_bound(sequence, |sequence| {
        let items = if let Ok(list) = sequence.cast_exact::<PyList>() {
            list.to_tuple()
        } else if let Ok(tuple) = sequence.cast_exact::<PyTuple>() {
            tuple.clone()
        } else {
            return Vec::new();
        };
        items.iter().map(from_bound).collect()
    })
}

/// Refuses what is no program, at its place.
pub(super) fn needs_program(object: &Ref, place: &Place<'_>) -> Result<(), Ref> {
    if classify::is_program(object)? {
        return Ok(());
    }
    let expected = errors::expected_program(object);
    Err(errors::raised(&format!("{place}{expected}")))
}

/// What nested `TailEval`s are of.
fn innermost(mut program: Ref) -> Ref {
    while node::kind_of(&program) == Some(Kind::TailEval) {
        // SAFETY: it is a `TailEval`, which has a first field.
        program = unsafe { node::field(&program, 0) };
    }
    program
}
