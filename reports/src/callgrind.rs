//! What callgrind writes: what each function costs itself.
//!
//! Only the first event is read, which is instructions. Names may be written once and then stand as numbers; a line of
//! costs leaves out what is 0 at its end.

use std::collections::HashMap;

/// Text that is not callgrind's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallgrindError {
    /// A number stands for a name that was not written.
    #[error("callgrind does not name the function or object {0}")]
    Unnamed(String),
    /// Costs stand before the first function.
    #[error("a cost comes before the first function")]
    NoFunction,
    /// A line of costs has something else than numbers.
    #[error("{0:?} is no cost")]
    NoCost(String),
}

/// What one line of a function costs, without what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own<'a> {
    /// The file that the code is in; empty where callgrind says none.
    pub object: &'a str,
    /// The function.
    pub function: &'a str,
    /// Instructions.
    pub count: u64,
}

/// Tells `each` of the costs in what callgrind has written, in its order. Their sum is the total.
///
/// # Errors
/// When the text is not callgrind's.
pub fn own_costs<'a>(text: &'a str, mut each: impl FnMut(Own<'a>)) -> Result<(), CallgrindError> {
    let (mut functions, mut objects) = (Names::default(), Names::default());
    let (mut function, mut object) = (None, "");
    let mut positions = 1;
    let mut is_call = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            function = Some(functions.read(name)?);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            functions.read(name)?;
        } else if let Some(name) = line.strip_prefix("ob=") {
            object = objects.read(name)?;
        } else if let Some(name) = line.strip_prefix("cob=") {
            objects.read(name)?;
        } else if let Some(names) = line.strip_prefix("positions:") {
            positions = names.split_whitespace().count();
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) {
            // What a call costs is in the functions that it calls, too.
            if !std::mem::take(&mut is_call) {
                let function = function.ok_or(CallgrindError::NoFunction)?;
                let count = count(line, positions)?;
                each(Own {
                    object,
                    function,
                    count,
                });
            }
        }
    }
    Ok(())
}

fn count(line: &str, positions: usize) -> Result<u64, CallgrindError> {
    let count = line.split_whitespace().nth(positions);
    let count = count.map_or(Ok(0), str::parse);
    count.map_err(|_| CallgrindError::NoCost(line.to_owned()))
}

/// Names by the numbers that stand for them.
#[derive(Default)]
struct Names<'a>(HashMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    /// A name, or what the number in its place stands for.
    fn read(&mut self, text: &'a str) -> Result<&'a str, CallgrindError> {
        let Some((number, name)) = numbered(text) else {
            return Ok(text);
        };
        if !name.is_empty() {
            self.0.insert(number, name);
        }
        let known = self.0.get(number).copied();
        known.ok_or_else(|| CallgrindError::Unnamed(number.to_owned()))
    }
}

/// The number and the name after it, if there is one: `(7) name` or `(7)`.
fn numbered(text: &str) -> Option<(&str, &str)> {
    let (number, name) = text.strip_prefix('(')?.split_once(')')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (number, name.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::{CallgrindError, Own, own_costs};

    fn read(text: &str) -> Result<Vec<(&str, &str, u64)>, CallgrindError> {
        let mut found = Vec::new();
        own_costs(text, |own| {
            let Own {
                object,
                function,
                count,
            } = own;
            found.push((object, function, count));
        })?;
        Ok(found)
    }

    #[test]
    fn names_are_written_out_or_stand_as_numbers() {
        let text = "positions: line\nevents: Ir sysCount\n\nob=(1) /bin/a\nfl=(1) a.rs\nfn=(1) one\n\
                    10 3 1\n+1 4\ncob=(2) /lib/b.so\ncfn=(2) two\ncalls=2 0\n* 120 1\n\
                    ob=(2)\nfn=(2)\n0 100\n7\nob=\nfn=(below main)\n0 5\nob=???\nfn=<impl A for B>::c\n0 6\n";
        let expected = [
            ("/bin/a", "one", 3),
            ("/bin/a", "one", 4),
            ("/lib/b.so", "two", 100),
            ("/lib/b.so", "two", 0),
            ("", "(below main)", 5),
            ("???", "<impl A for B>::c", 6),
        ];
        assert_eq!(read(text).expect("it is well-formed"), expected);
    }

    #[test]
    fn costs_stand_after_all_positions() {
        let found = read("positions: instr line\nfn=f\n0x10 7 42\n");
        assert_eq!(found.expect("it is well-formed"), [("", "f", 42)]);
    }

    #[test]
    fn what_is_not_callgrinds_is_an_error() {
        for text in ["0 7\n", "fn=(1)\n0 7\n", "fn=(1) f\n0 x\n", "ob=(3)\n"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
