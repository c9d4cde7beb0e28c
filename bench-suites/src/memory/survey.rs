//! What is alive on Python's side, sorted by the type of what is in it and by size.

use std::collections::{BTreeMap, HashMap};
use std::ptr;

use pyo3::prelude::*;
use pyo3::types::PyType;
use serde::Serialize;

use super::hooks::DOMAINS;

/// Who requested a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Rust's side.
    Rust,
    /// Python's, for an object of one of our classes.
    Ours,
    /// Python's, for anything else.
    Python,
}

/// Blocks that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Kind {
    /// Who requested them.
    pub owner: Owner,
    /// The type of the object in it, or what else it is.
    pub what: String,
    /// The requested bytes of each.
    pub size: usize,
}

impl Kind {
    /// A block of Rust's.
    pub fn rust(size: usize) -> Self {
        Self {
            owner: Owner::Rust,
            what: "block".to_owned(),
            size,
        }
    }
}

/// How many blocks of Python's there are of each kind.
#[derive(Debug, Default)]
pub struct Survey(BTreeMap<Kind, i64>);

/// The offsets into a block at which an object keeps its type: behind a collector's head, behind
/// that and the two words before it which some have since 3.12, and with neither.
const TYPE_OFFSETS: [usize; 3] = [24, 40, 8];

impl Survey {
    /// Looks through all blocks.
    ///
    /// # Errors
    /// What Python raises when it is asked for its types.
    pub fn take(py: Python<'_>) -> PyResult<Self> {
        let types = types(py)?;
        let mut by_type = HashMap::<_, i64>::new();
        for domain in &DOMAINS {
            domain.visit(|block, size| {
                let kind = kind_of(block, size, &types);
                *by_type.entry((kind, domain.name, size)).or_default() += 1;
            });
        }
        let mut found = BTreeMap::new();
        for ((kind, domain, size), blocks) in by_type {
            let (owner, what) = match kind {
                Some(name) if name.starts_with("doeff_vm.") => (Owner::Ours, name.to_owned()),
                Some(name) => (Owner::Python, name.to_owned()),
                None => (Owner::Python, format!("block of {domain}")),
            };
            *found.entry(Kind { owner, what, size }).or_default() += blocks;
        }
        Ok(Self(found))
    }

    /// What there is more of than in `smaller`, for each of so many steps between the two.
    pub fn since(&self, smaller: &Self, steps: f64) -> Vec<(Kind, f64)> {
        let mut more = self.0.clone();
        for (kind, blocks) in &smaller.0 {
            *more.entry(kind.clone()).or_default() -= blocks;
        }
        #[expect(clippy::cast_precision_loss)] // blocks are counted in millions
        let each = more
            .into_iter()
            .map(|(kind, blocks)| (kind, blocks as f64 / steps));
        each.collect()
    }
}

/// Every type of the interpreter, by its address.
fn types(py: Python<'_>) -> PyResult<HashMap<usize, String>> {
    let subclasses = py.get_type::<PyType>().getattr("__subclasses__")?;
    let mut found = HashMap::new();
    let mut left = vec![py.get_type::<PyAny>()];
    while let Some(class) = left.pop() {
        let address = class.as_ptr() as usize;
        if found.contains_key(&address) {
            continue;
        }
        found.insert(address, class.fully_qualified_name()?.to_string());
        for subclass in subclasses.call1((class,))?.try_iter()? {
            left.push(subclass?.cast_into()?);
        }
    }
    Ok(found)
}

/// The type of the object in a block, if there is one.
fn kind_of(block: *const u8, size: usize, types: &HashMap<usize, String>) -> Option<&str> {
    let mut kinds = TYPE_OFFSETS.into_iter().filter_map(|offset| {
        if offset + size_of::<usize>() > size {
            return None;
        }
        // SAFETY: the word lies in the block, which C allocated and this thread, which holds the
        // interpreter, may read. Nothing is done with it but to compare it.
        let word = unsafe { ptr::read_unaligned(block.add(offset).cast::<usize>()) };
        types.get(&word).map(String::as_str)
    });
    kinds.next()
}
