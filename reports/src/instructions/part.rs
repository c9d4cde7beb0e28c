//! Whose instructions they are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a function belongs to. One that the compiler has put into its caller belongs to whatever the caller does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The interpreter: its library and its extension modules.
    Cpython,
    /// The classes and the driver that Python sees: the crate `doeff_vm`, and PyO3.
    Binding,
    /// The machine that knows nothing of Python: the crate `doeff_vm_core`.
    Core,
    /// The rest: the C library, Rust's, the allocator.
    Other,
}

/// How many of each, per operation.
pub type Parts = BTreeMap<Part, f64>;

/// Crates by what their paths begin with.
const CRATES: [(&str, Part); 3] = [
    ("doeff_vm_core::", Part::Core),
    ("doeff_vm::", Part::Binding),
    ("pyo3::", Part::Binding),
];

impl Part {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Cpython, Self::Binding, Self::Core, Self::Other];

    /// What tables call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cpython => "CPython",
            Self::Binding => "binding",
            Self::Core => "core",
            Self::Other => "other",
        }
    }

    /// What a function of some object file belongs to. Of the crates that a function's name has, such as in
    /// `<doeff_vm::host::Host as doeff_vm_core::Host>::send`, the first tells.
    pub fn of(object: &str, function: &str) -> Self {
        let file = object.rsplit('/').next().unwrap_or_default();
        if ["python", ".cpython-"]
            .iter()
            .any(|name| file.contains(name))
        {
            return Self::Cpython;
        }
        let found = CRATES.iter().filter_map(|&(name, part)| {
            let at = starts(function, name)?;
            Some((at, part))
        });
        found
            .min_by_key(|&(at, _)| at)
            .map_or(Self::Other, |(_, part)| part)
    }
}

/// Where a path begins with a crate's name, which is not the end of another's.
fn starts(function: &str, name: &str) -> Option<usize> {
    let mut places = function.match_indices(name).map(|(at, _)| at);
    places.find(|&at| {
        let before = function[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"_:".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn a_function_belongs_to_its_object_or_its_crate() {
        let program = "/target/release/deps/instructions-0123";
        for (object, function, part) in [
            (
                "/lib/libpython3.11.so.1.0",
                "_PyEval_EvalFrameDefault'2",
                Part::Cpython,
            ),
            (
                "/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so",
                "sin",
                Part::Cpython,
            ),
            (
                program,
                "doeff_vm_core::machine::Machine<H>::step",
                Part::Core,
            ),
            (
                program,
                "doeff_vm_core::step::<impl doeff_vm_core::machine::Machine<doeff_vm::host::H>>::go",
                Part::Core,
            ),
            (
                program,
                "<doeff_vm::host::Host as doeff_vm_core::host::Host>::send",
                Part::Binding,
            ),
            (
                program,
                "doeff_vm::direct::<impl doeff_vm::driver::Driver>::perform_directly",
                Part::Binding,
            ),
            (
                program,
                "core::ptr::drop_in_place<doeff_vm_core::stack::Stack>",
                Part::Core,
            ),
            (
                program,
                "pyo3::impl_::trampoline::trampoline",
                Part::Binding,
            ),
            (
                program,
                "alloc::raw_vec::RawVec<T,A>::grow_one",
                Part::Other,
            ),
            (program, "other_doeff_vm::f", Part::Other),
            (
                "/lib/x86_64-linux-gnu/libc.so.6",
                "__memcpy_avx_unaligned_erms",
                Part::Other,
            ),
            ("???", "0x0000000004936718", Part::Other),
        ] {
            assert_eq!(Part::of(object, function), part, "{function} in {object}");
        }
    }
}
