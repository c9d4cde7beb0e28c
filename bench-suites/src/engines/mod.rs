//! The engines, one adapter each.

mod call;
mod cesk;
mod floor;
mod machine;
mod peer;
mod published;
mod pure;
mod vm;

use crate::engine::Engine;

/// The names of all engines, in the order of reports.
pub const NAMES: [&str; 13] = [
    "vm",
    "cesk",
    "pure",
    "doeff-0.8",
    "floor",
    "call",
    "asyncio",
    "doeff-0.4",
    "effect",
    "effectful",
    "greenlet",
    "loop",
    "stateless",
];

/// All engines, in the order of reports.
pub fn all() -> Vec<Box<dyn Engine>> {
    let ours: [Box<dyn Engine>; 5] = [
        Box::new(vm::Vm),
        Box::new(cesk::Cesk),
        Box::new(pure::Pure),
        Box::new(floor::Floor),
        Box::new(call::Call),
    ];
    let peers = published::engines().map(|peer| Box::new(peer) as Box<dyn Engine>);
    let mut engines: Vec<_> = ours.into_iter().chain(peers).collect();
    engines.sort_by_key(|engine| engine.name());
    engines
}

#[cfg(test)]
mod tests {
    use doeff_reports::Engine as Name;

    use super::{NAMES, all};

    #[test]
    fn every_engine_has_its_name_and_reports_say_what_it_is() {
        let names: Vec<_> = all().iter().map(|engine| engine.name()).collect();
        assert_eq!(names.iter().map(Name::name).collect::<Vec<_>>(), NAMES);
        for name in &names {
            assert!(name.about().is_some(), "{name}");
        }
    }
}
