//! Effect types and the sets of them that handlers accept, as small integers.
//!
//! Each effect type has a row of bits, one per [`AcceptSet`]; a search for a handler tests one bit
//! per prompt and calls nothing. Rows and sets are filled in when a type or a set is first met, from
//! the types' MRO, and forgotten when a type of theirs is freed.

use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::ffi::{c_uint, c_void};
use std::ptr::{self, NonNull};

use doeff_vm_core::{AcceptSet, Accepts};
use pyo3::types::PyString;
use pyo3::{Bound, ffi};

use crate::doeff::observe;
use crate::object::Ref;
use crate::types::types;

/// A registered effect type, as the core carries it through a search.
#[derive(Clone, Copy, Debug)]
pub struct EffectType(NonNull<Row>);

/// A copy of what is known of an effect type, for a search that goes on while other threads have the
/// interpreter and may change the original.
#[derive(Debug)]
pub struct Snapshot(Box<Row>);

impl Snapshot {
    /// Copies it.
    pub fn of(effect_type: EffectType) -> Self {
        // SAFETY: the interpreter is held, so nothing changes the row; or it is a snapshot itself,
        // which its driver keeps until it has made this one.
        let row = unsafe { effect_type.0.as_ref() };
        Self(Box::new(row.clone()))
    }

    /// The copy as an effect type, for as long as the snapshot lives.
    pub fn effect_type(&self) -> EffectType {
        EffectType(NonNull::from(&*self.0))
    }
}

/// No type has this version.
const NO_VERSION: c_uint = c_uint::MAX;

/// Which accept sets accept instances of one type.
#[derive(Debug, Clone)]
struct Row {
    /// Bit `n` is for `AcceptSet(n)`, for the first sets.
    first: u64,
    /// As `first`, for the further ones.
    further: Vec<u64>,
    /// The type's version when the bits were set, to notice that it has got another MRO: CPython gives a type
    /// a new one, never used before, after each change. [`NO_VERSION`] where it had none.
    version: c_uint,
}

impl Row {
    fn set(&mut self, set: AcceptSet, accepts: bool) {
        let (word, bit) = position(set);
        let word = match word.checked_sub(1) {
            None => &mut self.first,
            Some(further) => {
                if self.further.len() <= further {
                    self.further.resize(further + 1, 0);
                }
                &mut self.further[further]
            }
        };
        if accepts {
            *word |= bit;
        } else {
            *word &= !bit;
        }
    }

    #[cold]
    fn accepts_further(&self, set: AcceptSet) -> bool {
        let (word, bit) = position(set);
        let further = self.further.get(word - 1);
        further.is_some_and(|&word| word & bit != 0)
    }

    /// Sets all bits for a type.
    fn fill(&mut self, kind: TypeKey, sets: &HashMap<Accepted, AcceptSet>) {
        // SAFETY: `kind` is a valid type.
        self.version = match unsafe { (*kind).tp_version_tag } {
            0 => NO_VERSION,
            version => version,
        };
        self.first = 0;
        self.further.clear();
        self.set(AcceptSet::ALL, true);
        for (accepted, set) in sets {
            self.set(*set, accepted.accepts(kind));
        }
    }
}

fn position(set: AcceptSet) -> (usize, u64) {
    (set.0 as usize / 64, 1 << (set.0 % 64))
}

impl Accepts for EffectType {
    #[inline]
    fn accepts(self, set: AcceptSet) -> bool {
        // SAFETY: rows are boxed and never freed, so that the pointer stays valid, and only changed
        // while no search is going on: both hold the interpreter. (A row is used for another type
        // when its own is freed; the effect that is being performed keeps its type alive.) A search
        // without the interpreter has a snapshot, which its driver keeps and nobody changes.
        let row = unsafe { self.0.as_ref() };
        let first = row.first;
        if set.0 < u64::BITS {
            return first >> set.0 & 1 != 0;
        }
        row.accepts_further(set)
    }
}

type TypeKey = *mut ffi::PyTypeObject;

/// What a handler accepts.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Accepted {
    /// Instances of these types; `None` for all effects.
    pub types: Option<Vec<TypeKey>>,
    /// But no instances of these,
    pub passes: Vec<TypeKey>,
    /// unless they are instances of these too.
    pub keeps: Vec<TypeKey>,
}

impl Accepted {
    fn accepts(&self, kind: TypeKey) -> bool {
        let types = self.types.as_ref();
        types.is_none_or(|types| is_instance_of_any(kind, types))
            && (!is_instance_of_any(kind, &self.passes) || is_instance_of_any(kind, &self.keeps))
    }

    fn mentions(&self, kind: TypeKey) -> bool {
        self.all().any(|mentioned| mentioned == kind)
    }

    fn all(&self) -> impl Iterator<Item = TypeKey> {
        let types = self.types.iter().flatten();
        types.chain(&self.passes).chain(&self.keeps).copied()
    }

    /// Makes equal what means the same.
    fn sort(&mut self) {
        for types in self
            .types
            .iter_mut()
            .chain([&mut self.passes, &mut self.keeps])
        {
            types.sort_unstable();
            types.dedup();
        }
    }
}

#[derive(Default)]
struct Registry {
    rows: HashMap<TypeKey, Box<Row>>,
    /// Of types that are no effect types, whose instances doeff performs all the same.
    other_rows: HashMap<TypeKey, Box<Row>>,
    #[allow(clippy::vec_box)] // `EffectType` points to the row, which must not move
    unused_rows: Vec<Box<Row>>,
    sets: HashMap<Accepted, AcceptSet>,
    unused_sets: Vec<AcceptSet>,
    /// A weak reference to every type that occurs above, whose callback forgets the type.
    watched: HashMap<TypeKey, Ref>,
    /// Types that the collector found to be garbage, before it called finalizers, which may still use them or
    /// bring them back. Most are gone soon; from CPython 3.13.6 on without another word.
    suspects: Vec<TypeKey>,
}

/// Types that were looked up of late, by their addresses. All are forgotten when one of the registry's
/// is freed.
struct Latest(UnsafeCell<[Option<(TypeKey, EffectType)>; LATEST]>);

const LATEST: usize = 512;

// SAFETY: only reached by functions that hold the interpreter, and not while they call anything.
unsafe impl Sync for Latest {}

static KNOWN: Latest = Latest(UnsafeCell::new([None; LATEST]));

#[inline]
fn latest<'a>(kind: TypeKey) -> &'a mut Option<(TypeKey, EffectType)> {
    let index = (kind as usize >> 4) % LATEST;
    // SAFETY: the interpreter is held, and no caller keeps the entry while it calls anything.
    unsafe { &mut (*KNOWN.0.get())[index] }
}

struct RegistryCell(UnsafeCell<Option<Registry>>);

// SAFETY: only reached through `with_registry`, which holds the interpreter and calls no Python.
unsafe impl Sync for RegistryCell {}

static REGISTRY: RegistryCell = RegistryCell(UnsafeCell::new(None));

/// `f` must not call anything that could run Python code, which might come back here.
#[inline]
fn with_registry<T>(f: impl FnOnce(&mut Registry) -> T) -> T {
    // SAFETY: the interpreter is held, and `f` runs no Python code, so this is the only borrow.
    let registry = unsafe { &mut *REGISTRY.0.get() };
    f(registry.get_or_insert_default())
}

/// Whether `kind` is a real subclass of `EffectBase`, by its MRO.
pub fn is_effect_type(kind: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: both are valid types.
    unsafe { ffi::PyType_IsSubtype(kind, types().effect_base) != 0 }
}

/// The registered type of an effect of whose type one was looked up of late; none while there are
/// observers, which must be shown each effect.
#[allow(clippy::inline_always)] // it is a part of every effect
#[inline(always)]
pub fn known_type(object: &Ref) -> Option<EffectType> {
    let kind = object.type_ptr();
    match *latest(kind) {
        Some((known, found)) if known == kind && is_current(found, kind) => Some(found),
        _ => None,
    }
}

/// The registered type of an object, if that is an effect. Registers a type that is met for the first
/// time, or again when it was changed.
///
/// # Errors
/// What CPython raises when it is short of memory.
#[allow(clippy::inline_always)] // its result is wide, and taken apart at once
#[inline(always)]
pub fn effect_type(object: &Ref) -> Result<Option<EffectType>, Ref> {
    match known_type(object) {
        Some(found) => Ok(Some(found)),
        None => look_up(object.type_ptr()),
    }
}

/// Forgets which types were looked up of late, so that [`known_type`] knows none of them.
pub fn forget_latest() {
    // SAFETY: as for `latest`.
    unsafe { *KNOWN.0.get() = [None; LATEST] };
}

/// Whether what is known of a type still holds.
#[inline]
fn is_current(known: EffectType, kind: TypeKey) -> bool {
    // SAFETY: rows are never freed, and the caller has an object of the type.
    unsafe { known.0.as_ref().version == (*kind).tp_version_tag }
}

fn look_up(kind: TypeKey) -> Result<Option<EffectType>, Ref> {
    let known = with_registry(|registry| {
        let row = registry.rows.get(&kind)?;
        Some(EffectType(NonNull::from(&**row)))
    });
    match known.filter(|&known| is_current(known, kind)) {
        Some(found) => {
            if !observe::any() {
                *latest(kind) = Some((kind, found));
            }
            Ok(Some(found))
        }
        None => register(kind),
    }
}

unsafe extern "C" {
    /// What a type's MRO has under a name, borrowed, or null without an exception; `pyo3-ffi` does not declare
    /// it.
    fn _PyType_Lookup(kind: TypeKey, name: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

/// Whether instances have an attribute by their class, without asking it or them.
pub fn has_attribute(kind: TypeKey, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: the caller has an object of the type; what is found is not used.
    unsafe { !_PyType_Lookup(kind, name.as_ptr()).is_null() }
}

/// Lets CPython give the type a version, if it has none: it does so when an attribute is looked up in the
/// type itself. (`getattr` would not do: the metaclass may answer it alone, or run code.)
fn give_version(kind: TypeKey) -> Result<(), Ref> {
    // SAFETY: `kind` is a valid type, which the caller keeps alive; what is found is not used.
    unsafe {
        if (*kind).tp_version_tag == 0 {
            let name = Ref::from_result(ffi::PyUnicode_InternFromString(c"__init__".as_ptr()));
            let name = name.ok_or_else(crate::object::take_error)?;
            _PyType_Lookup(kind, name.as_ptr());
        }
    }
    Ok(())
}

#[cold]
fn register(kind: TypeKey) -> Result<Option<EffectType>, Ref> {
    if !is_effect_type(kind) {
        return Ok(None);
    }
    register_in(kind, |registry| &mut registry.rows).map(Some)
}

/// The registered type of any object, to perform it as if it were an effect.
///
/// # Errors
/// As for [`effect_type`].
pub fn performed_type(object: &Ref) -> Result<EffectType, Ref> {
    match effect_type(object)? {
        Some(found) => Ok(found),
        None => register_in(object.type_ptr(), |registry| &mut registry.other_rows),
    }
}

/// Registers a type, or fills in its row anew.
fn register_in(
    kind: TypeKey,
    rows: impl Fn(&mut Registry) -> &mut HashMap<TypeKey, Box<Row>>,
) -> Result<EffectType, Ref> {
    forget_dead();
    watch(kind)?;
    give_version(kind)?;
    Ok(with_registry(|registry| {
        let empty = match rows(registry).remove(&kind) {
            Some(row) => row,
            None => registry.unused_rows.pop().unwrap_or_else(|| {
                Box::new(Row {
                    first: 0,
                    further: Vec::new(),
                    version: NO_VERSION,
                })
            }),
        };
        let sets = std::mem::take(&mut registry.sets);
        let row = rows(registry).entry(kind).or_insert(empty);
        row.fill(kind, &sets);
        let known = EffectType(NonNull::from(&**row));
        registry.sets = sets;
        known
    }))
}

/// The accept set of these effect types. The caller's handler keeps them alive while it is used.
///
/// # Errors
/// What CPython raises when it is short of memory.
pub fn accept_set(accepted: &[TypeKey]) -> Result<AcceptSet, Ref> {
    accept_set_of(Accepted {
        types: Some(accepted.to_vec()),
        passes: Vec::new(),
        keeps: Vec::new(),
    })
}

/// As [`accept_set`], of more than a list of types, which need not be effect types.
///
/// # Errors
/// As for [`accept_set`].
pub fn accept_set_of(mut key: Accepted) -> Result<AcceptSet, Ref> {
    key.sort();
    forget_dead();
    if let Some(set) = with_registry(|registry| registry.sets.get(&key).copied()) {
        return Ok(set);
    }
    for kind in key.all() {
        watch(kind)?;
    }
    Ok(with_registry(|registry| {
        let set = registry.unused_sets.pop().unwrap_or_else(|| {
            // Set 0 is the one that accepts everything.
            AcceptSet(u32::try_from(registry.sets.len() + 1).unwrap_or(u32::MAX - 1))
        });
        for (kind, row) in registry.rows.iter_mut().chain(&mut registry.other_rows) {
            row.set(set, key.accepts(*kind));
        }
        registry.sets.insert(key, set);
        set
    }))
}

fn is_instance_of_any(kind: TypeKey, accepted: &[TypeKey]) -> bool {
    accepted
        .iter()
        // SAFETY: types in the registry are alive: they are forgotten as they are freed.
        .any(|&class| unsafe { ffi::PyType_IsSubtype(kind, class) != 0 })
}

static FORGET: ForgetMethod = ForgetMethod(ffi::PyMethodDef {
    ml_name: c"forget_effect_type".as_ptr(),
    ml_meth: ffi::PyMethodDefPointer {
        PyCFunction: forget,
    },
    ml_flags: ffi::METH_O,
    ml_doc: ptr::null(),
});

struct ForgetMethod(ffi::PyMethodDef);

// SAFETY: never written.
unsafe impl Sync for ForgetMethod {}

/// Makes sure that the type is forgotten when it is freed.
fn watch(kind: TypeKey) -> Result<(), Ref> {
    if with_registry(|registry| registry.watched.contains_key(&kind)) {
        return Ok(());
    }
    let replaced = watch_anew(kind)?;
    drop(replaced);
    Ok(())
}

/// As `watch`; gives the reference that did so before.
fn watch_anew(kind: TypeKey) -> Result<Option<Ref>, Ref> {
    // SAFETY: the interpreter is held; `kind` is a valid type, and types can be referred to weakly.
    // The callback's `self` is the type's address as an int.
    let reference = unsafe {
        let address = Ref::from_result(ffi::PyLong_FromVoidPtr(kind.cast::<c_void>()));
        let address = address.ok_or_else(crate::object::take_error)?;
        let definition = (&raw const FORGET.0).cast_mut();
        let callback = ffi::PyCFunction_NewEx(definition, address.as_ptr(), ptr::null_mut());
        let callback = Ref::from_result(callback).ok_or_else(crate::object::take_error)?;
        let reference = ffi::PyWeakref_NewRef(kind.cast(), callback.as_ptr());
        Ref::from_result(reference).ok_or_else(crate::object::take_error)?
    };
    Ok(with_registry(|registry| {
        registry.watched.insert(kind, reference)
    }))
}

/// CPython calls it when a type is freed, or is found to be garbage by the collector, which calls finalizers
/// only afterwards. Those may perform effects of the type, and install handlers of it, so that what is
/// known of it is kept until it is freed indeed.
unsafe extern "C" fn forget(
    address: *mut ffi::PyObject,
    _reference: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the address is the int that `watch_anew` made, of a type whose memory is still there.
    let (kind, is_freed) = unsafe {
        let kind: TypeKey = ffi::PyLong_AsVoidPtr(address).cast();
        (kind, ffi::Py_REFCNT(kind.cast()) == 0)
    };
    let dropped = if is_freed {
        forget_freed(kind)
    } else {
        match watch_anew(kind) {
            Ok(replaced) => {
                with_registry(|registry| registry.suspects.push(kind));
                replaced
            }
            // Short of memory: better forgotten too early than too late.
            Err(error) => {
                drop(error);
                forget_freed(kind)
            }
        }
    };
    drop(dropped);
    Ref::none().into_ptr()
}

/// Forgets the suspects that are gone. It is called before anything is done with the types of the registry.
fn forget_dead() {
    while let Some(dropped) = with_registry(|registry| {
        let dead = registry.suspects.iter().copied().find(|kind| {
            let reference = registry.watched.get(kind);
            reference.is_none_or(is_dead)
        });
        dead.map(|kind| forget_in(registry, kind))
    }) {
        drop(dropped);
    }
}

/// Whether what a weak reference was to is gone.
fn is_dead(reference: &Ref) -> bool {
    let mut object = ptr::null_mut();
    // SAFETY: it is a weak reference; it gives a new reference, or null.
    unsafe {
        ffi::compat::PyWeakref_GetRef(reference.as_ptr(), &raw mut object);
        Ref::from_result(object).is_none()
    }
}

/// Forgets a type; gives the reference that watched it.
fn forget_freed(kind: TypeKey) -> Option<Ref> {
    with_registry(|registry| forget_in(registry, kind))
}

fn forget_in(registry: &mut Registry, kind: TypeKey) -> Option<Ref> {
    forget_latest();
    registry.suspects.retain(|&suspect| suspect != kind);
    registry.unused_rows.extend(registry.rows.remove(&kind));
    registry
        .unused_rows
        .extend(registry.other_rows.remove(&kind));
    let ended: Vec<_> = registry
        .sets
        .extract_if(|accepted, _| accepted.mentions(kind))
        .map(|(_, set)| set)
        .collect();
    for &set in &ended {
        for row in registry
            .rows
            .values_mut()
            .chain(registry.other_rows.values_mut())
        {
            row.set(set, false);
        }
    }
    registry.unused_sets.extend(ended);
    registry.watched.remove(&kind)
}
