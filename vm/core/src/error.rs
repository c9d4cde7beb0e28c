//! Errors of the driver, as opposed to errors of the guest program.

use std::fmt;

/// The driver broke the protocol of the machine. Guest programs cannot cause this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VMError {
    /// What the machine was in a state to take.
    pub expected: &'static str,
    /// What it was given.
    pub found: &'static str,
}

impl fmt::Display for VMError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for VMError {}
