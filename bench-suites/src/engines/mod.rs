//! The engines, one adapter each.

mod call;
mod cesk;
mod doeff;
mod floor;
mod machine;
mod peer;
mod pure;
mod vm;

use crate::engine::Engine;

/// All engines, in the order of reports.
pub fn all() -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(vm::Vm),
        Box::new(cesk::Cesk),
        Box::new(pure::Pure),
        Box::new(doeff::engine()),
        Box::new(floor::Floor),
        Box::new(call::Call),
    ]
}
