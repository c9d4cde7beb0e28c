//! The engines that run in a worker of ours, one adapter each.

mod call;
mod cesk;
mod floor;
mod machine;
mod noop;
pub(crate) mod published;
mod pure;
mod vm;

use crate::engine::Engine;

/// All of them, in the order of reports.
pub fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = vec![
        Box::new(vm::Vm),
        Box::new(cesk::Cesk),
        Box::new(pure::Pure),
        Box::new(floor::Floor),
        Box::new(call::Call),
        Box::new(noop::Noop),
    ];
    engines.sort_by_key(|engine| engine.name());
    engines
}

/// The one of this name.
pub fn named(name: &str) -> Option<Box<dyn Engine>> {
    let mut engines = all().into_iter();
    engines.find(|engine| engine.name().name() == name)
}
