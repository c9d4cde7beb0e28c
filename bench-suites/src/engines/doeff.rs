//! doeff 0.8 as published: a machine for effects in Rust, too.

use doeff_reports::Engine as Name;

use super::peer::{NotExpressed, Peer};

/// What doeff cannot say.
const CANNOT_EXPRESS: [NotExpressed; 0] = [];

/// doeff 0.8, in a process of its own.
pub(super) fn engine() -> Peer {
    Peer::new(Name::DOEFF_0_8, "doeff_0_8", &CANNOT_EXPRESS)
}
