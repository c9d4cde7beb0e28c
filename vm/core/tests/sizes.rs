//! The sizes of what is moved for every effect, on 64-bit machines. That of a segment, which is not
//! public, is in `src/segment.rs`.

#![cfg(target_pointer_width = "64")]

use std::ptr::NonNull;

use doeff_vm_core::{
    AcceptSet, Accepts, Captured, Ended, Frame, Host, Mode, PyCallOutcome, PythonCall, StepEvent,
    Value, Yielded,
};

/// A host like Python: everything is a pointer.
#[derive(Debug)]
struct Pointers;

#[derive(Clone, Copy, Debug)]
struct Type(#[allow(dead_code)] NonNull<u64>);

impl Accepts for Type {
    fn accepts(self, _: AcceptSet) -> bool {
        true
    }
}

impl Host for Pointers {
    type Object = NonNull<u64>;
    type Generator = NonNull<u64>;
    type Handler = NonNull<u64>;
    type Continuation = NonNull<u64>;
    type Error = NonNull<u64>;
    type EffectType = Type;
}

#[test]
fn hot_types_stay_small() {
    assert_eq!(size_of::<Value<Pointers>>(), 8);
    assert_eq!(size_of::<Captured<Pointers>>(), 8);
    assert_eq!(size_of::<Option<Captured<Pointers>>>(), 8);
    assert_eq!(size_of::<Frame<Pointers>>(), 24);
    assert_eq!(size_of::<Option<Frame<Pointers>>>(), 24);
    assert_eq!(size_of::<Ended<Pointers>>(), 32);
    assert_eq!(size_of::<Option<Ended<Pointers>>>(), 32);
    assert_eq!(size_of::<PythonCall<Pointers>>(), 24);
    assert_eq!(size_of::<Yielded<Pointers>>(), 32);
    assert_eq!(size_of::<Mode<Pointers>>(), 32);
    assert_eq!(size_of::<PyCallOutcome<Pointers>>(), 32);
    assert_eq!(size_of::<StepEvent<Pointers>>(), 40);
}
